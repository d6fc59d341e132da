"""Servers of a few lines, over loopback and in memory: they say what a test tells them and count who is there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio
import trio.testing
from attrs import define, field

from tokenwise_shell.transport.exchange import HttpRequest

Talk = Callable[[trio.abc.Stream], Awaitable[None]]
"""What a server does with one connection."""


@define
class House:
    """Who is connected. `opened` counts everybody who ever was."""

    talk: Talk
    port: int = 0
    opened: int = field(default=0, init=False)
    present: int = field(default=0, init=False)
    _left: trio.Event = field(factory=trio.Event, init=False)

    def request(self, body: bytes = b"{}") -> HttpRequest:
        return HttpRequest("POST", f"http://127.0.0.1:{self.port}/x", (("authorization", "Bearer secret"),), body)

    async def receive(self, stream: trio.abc.Stream) -> None:
        self.opened += 1
        self.present += 1
        try:
            async with stream:
                await self.talk(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            self.present -= 1
            self._left.set()

    async def empty(self) -> None:
        """Wait until nobody is connected. The limit only ends a test that has failed."""
        with trio.fail_after(5):
            while self.present:
                self._left = trio.Event()
                await self._left.wait()


@asynccontextmanager
async def on_loopback(talk: Talk) -> AsyncIterator[House]:
    house = House(talk)
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        house.port = listeners[0].socket.getsockname()[1]
        nursery.start_soon(trio.serve_listeners, house.receive, listeners)
        yield house
        nursery.cancel_scope.cancel()


@define
class InMemory:
    """The same without sockets, so that a mock clock may jump. `connect` is what `open_transport` takes."""

    house: House
    nursery: trio.Nursery
    pair: Callable[[], tuple[trio.abc.Stream, trio.abc.Stream]]

    async def connect(self, _: str, __: int) -> trio.abc.Stream:
        # As with TCP: a cancellation may arrive when the connection stands already and its task has yet to run.
        await trio.lowlevel.cancel_shielded_checkpoint()
        ours, theirs = self.pair()
        self.nursery.start_soon(self.house.receive, theirs)
        return ours


@asynccontextmanager
async def in_memory(talk: Talk, *, pair=trio.testing.memory_stream_pair) -> AsyncIterator[InMemory]:
    async with trio.open_nursery() as nursery:
        yield InMemory(House(talk, port=80), nursery, pair)
        nursery.cancel_scope.cancel()


async def next_request(stream: trio.abc.Stream) -> bytes:
    """One request, head and body; b"" when the client has gone."""
    heard = bytearray()
    while b"\r\n\r\n" not in heard:
        if not (data := await stream.receive_some()):
            return b""
        heard += data
    head, _, body = bytes(heard).partition(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:])
    while len(body) < int(lines.get(b"content-length", b"0")):
        if not (data := await stream.receive_some()):
            return b""
        body += data
    return head + b"\r\n\r\n" + body


def whole(body: bytes, *, status: bytes = b"200 OK", headers: bytes = b"content-type: application/json\r\n") -> bytes:
    return b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n\r\n%b" % (status, headers, len(body), body)


CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def saying(*parts: bytes, close: bool = False) -> Talk:
    """Answer each request with these bytes, each in a write of its own; then close, or wait for another request."""

    async def talk(stream: trio.abc.Stream) -> None:
        while await next_request(stream):
            for part in parts:
                await stream.send_all(part)
            if close:
                return

    return talk


def pausing(*parts: bytes | float) -> Talk:
    """Like `saying`, where a number is a pause in seconds. A client that leaves in a pause is noticed."""

    async def talk(stream: trio.abc.Stream) -> None:
        while await next_request(stream):
            for part in parts:
                if isinstance(part, bytes):
                    await stream.send_all(part)
                    continue
                with trio.move_on_after(part) as pause:
                    await stream.receive_some()
                if not pause.cancelled_caught:
                    return

    return talk
