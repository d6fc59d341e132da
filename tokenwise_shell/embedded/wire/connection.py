"""One HTTP/1.1 connection over any trio stream: reads requests, performs acts, notices a client that leaves."""

import socket
import struct
from collections.abc import Iterable
from typing import Final, assert_never

import h11
import trio
from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise_shell.embedded.billing import Tab
from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.wire.delivery import Act, Bill, Chunk, Close, Head, Pause, Raw
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = ["Connection", "Limits"]

_READ_BYTES: Final = 65_536

# Requests that a client pipelines are kept while one is answered; a client that sends more than this meanwhile has to
# wait, and its leaving is then noticed only when a write fails.
_AHEAD_BYTES: Final = 1_048_576

# How long a refused client may go on sending before it is cut off. Closing at once would reset the connection, and the
# reset would overtake the refusal.
_LINGER_MS: Final = 500


@frozen
class Limits:
    """What a client may send: bytes of a request's head and body, and the time between two of its requests."""

    head_bytes: int = field(default=65_536, validator=ge(256))
    body_bytes: int = field(default=16 * 1_048_576, validator=ge(0))
    idle_ms: int = field(default=120_000, validator=ge(1))


@define
class Connection:
    """The server's side of one connection. Requests and answers strictly take turns."""

    stream: trio.abc.Stream
    limits: Limits
    _http: h11.Connection = field(init=False)
    _head_only: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=self.limits.head_bytes)

    async def next_request(self) -> HttpRequest | None:
        """The next request; None when the client is done or idle for too long.

        Raises BadRequest for what is no HTTP or too large; after that the connection can only be refused.
        """
        with trio.move_on_after(self.limits.idle_ms / 1000):
            try:
                head = await self._next_event()
                if isinstance(head, h11.Request):
                    self._head_only = head.method == b"HEAD"
                    return _as_request(head, await self._body(head))
            except h11.RemoteProtocolError as error:
                raise BadRequest(f"not a valid HTTP request: {error}", status=error.error_status_hint) from None
        return None

    async def answer(self, acts: Iterable[Act], tab: Tab | None) -> bool:
        """Perform the acts while watching whether the client leaves. True if another request may follow."""
        followed = False
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch, nursery.cancel_scope, tab)
            followed = await self._perform(acts, tab)
            nursery.cancel_scope.cancel()
        return followed

    async def refuse(self, acts: Iterable[Act]) -> None:
        """Answer a request that was not understood, then close without cutting the answer short."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        await self._perform(acts, None)
        if isinstance(self.stream, trio.abc.HalfCloseableStream):
            await self._linger(self.stream)

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(bytes(await self.stream.receive_some(_READ_BYTES)))
        return event

    async def _body(self, head: h11.Request) -> bytes:
        declared = next((int(value) for name, value in head.headers if name == b"content-length"), 0)
        read = bytearray()
        while declared <= self.limits.body_bytes:
            match await self._next_event():
                case h11.Data(data=data) if len(read) + len(data) <= self.limits.body_bytes:
                    read += data
                case h11.EndOfMessage():
                    return bytes(read)
                case _:
                    break
        raise BadRequest(f"the body is above {self.limits.body_bytes} bytes", status=413)

    async def _watch(self, scope: trio.CancelScope, tab: Tab | None) -> None:
        """Cancel the answer when the client leaves. Its sending of an end of file counts as leaving."""
        ahead = 0
        while ahead < _AHEAD_BYTES:
            try:
                data: bytes | bytearray = await self.stream.receive_some(_READ_BYTES)
            except trio.BrokenResourceError:
                data = b""
            except trio.ClosedResourceError:  # by our own Close, a moment ago
                return
            if not data:
                break
            self._http.receive_data(bytes(data))
            ahead += len(data)
        else:
            return
        if tab is not None:
            tab.client_left()
        scope.cancel()

    async def _perform(self, acts: Iterable[Act], tab: Tab | None) -> bool:
        try:
            for act in acts:
                match act:
                    case Pause(us=us):
                        await _pause(us)
                    case Bill(usage=usage, whole=whole):
                        if tab is not None:
                            tab.charge(usage, whole=whole)
                    case Close(reset=reset):
                        await self._close(reset=reset)
                        return False
                    case Head() | Chunk() | Raw():
                        await self._write(act)
                    case _:
                        assert_never(act)
            await self._send(h11.EndOfMessage())
        except trio.BrokenResourceError:
            if tab is not None:
                tab.client_left()
            return False
        return self._may_continue()

    async def _write(self, act: Head | Chunk | Raw) -> None:
        match act:
            case Head(status=status, headers=headers):
                await self._send(h11.Response(status_code=status, headers=list(headers)))
            case Chunk(data=data):
                if not self._head_only:  # the answer to HEAD states its length and has no body
                    await self._send(h11.Data(data=data))
            case Raw(data=data):
                await self.stream.send_all(data)
            case _:
                assert_never(act)

    async def _send(self, event: h11.Event) -> None:
        if data := self._http.send(event):
            await self.stream.send_all(data)

    def _may_continue(self) -> bool:
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _close(self, *, reset: bool) -> None:
        if reset and isinstance(self.stream, trio.SocketStream):
            # With a linger time of 0 the kernel answers with RST instead of FIN and drops what is unsent.
            self.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await trio.aclose_forcefully(self.stream)

    async def _linger(self, stream: trio.abc.HalfCloseableStream) -> None:
        with trio.move_on_after(_LINGER_MS / 1000):
            try:
                await stream.send_eof()
                while await stream.receive_some(_READ_BYTES):
                    pass
            except trio.BrokenResourceError:
                return


async def _pause(us: int) -> None:
    # A pause of 0 is no checkpoint: an instant provider should not depend on the order of tasks.
    if us:
        await trio.sleep(us / 1_000_000)


def _as_request(head: h11.Request, body: bytes) -> HttpRequest:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    return HttpRequest(head.method.decode("latin-1"), head.target.decode("latin-1"), headers, body)
