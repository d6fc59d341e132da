"""One HTTP/1.1 connection: a parser knows the protocol, a trio stream moves the bytes. Nothing is ever sent twice."""

import os
import select
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import trio
from attrs import define, field

from tokenwise_shell.transport.exchange import Headers, TransportTrouble, TroubleKind
from tokenwise_shell.transport.reading import Reading, Unreadable, Written

__all__ = ["Connection"]

_READ_BYTES: Final = 65_536


@define(eq=False)
class Connection:
    """A connection, for one request after another. `idle_since` is when the last answer ended, in trio's time.

    Over a plain socket, bytes are moved by its descriptor: a trio stream checks for other tasks at each turn, and only
    one task has a connection.
    """

    stream: trio.abc.Stream
    reading: Reading
    idle_since: float = 0.0
    _descriptor: int = field(init=False, default=-1)
    _news: "_News" = field(init=False)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.stream, trio.SocketStream):
            self._descriptor = self.stream.socket.fileno()
        self._news = _news_of(self.stream)

    async def ask(self, written: Written) -> tuple[int, Headers]:
        """Send a request, and read the head of its answer. Raises TransportTrouble."""
        data = self.reading.begin(written)
        try:  # noqa: SIM105 -- once for every request, and `suppress` is two calls
            await self._send(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            pass  # who refuses a request before it is whole says why and closes: the answer may be there all the same
        while self.reading.head is None:
            await self._read_on("the connection failed")
        return self.reading.head

    async def receive(self) -> bytes:
        """The next bytes of the answer's body, b"" at its end. Raises TransportTrouble."""
        while not (data := self.reading.taken()) and not self.reading.complete:
            await self._read_on("the answer broke off")
        return data

    def take_what_is_there(self) -> None:
        """Read once more if that needs no waiting; what comes of it is not wanted any more."""
        try:
            if self._descriptor >= 0 and self._news():
                self.reading.feed(os.read(self._descriptor, _READ_BYTES))
                self.reading.taken()
        except (OSError, Unreadable):
            pass  # it is over, then

    @property
    def answered(self) -> bool:
        """Whether the answer has been read to its end."""
        return self.reading.complete

    def begin_again(self) -> bool:
        """Whether the connection can take another request, for which it is then ready.

        What came behind the answer would be read as the next one, and belong to another client.
        """
        self.idle_since = trio.current_time()
        return self.reading.reusable and not self._news()

    async def is_quiet(self) -> bool:
        """Whether an idle connection still stands, and nothing has come behind its last answer."""
        return not self._news() and (not isinstance(self.stream, trio.SSLStream) or await self._holds_nothing())

    async def _holds_nothing(self) -> bool:
        """Whether nothing of what TLS has read is left. It gives what it has before it waits, and is not let wait."""
        with trio.CancelScope() as waiting:
            trio.lowlevel.current_trio_token().run_sync_soon(waiting.cancel)
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self.stream.receive_some(1)
        return waiting.cancelled_caught

    async def aclose(self) -> None:
        """Close it at once, whatever is under way. Cannot be cancelled."""
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(self.stream)

    async def _read_on(self, failing: str) -> None:
        why = ""
        try:
            self.reading.feed(await self._received())
        except Unreadable as error:
            why = str(error)
        except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            why = "the connection was lost"
        # Raised out here, so that it drags no exception along whose frames hold the request.
        if why:
            raise TransportTrouble(TroubleKind.DISCONNECTED, f"{failing}: {why}")

    async def _received(self) -> bytes:
        if self._descriptor < 0:
            return bytes(await self.stream.receive_some(_READ_BYTES))
        while True:
            await trio.lowlevel.wait_readable(self._descriptor)
            try:
                return os.read(self._descriptor, _READ_BYTES)
            except BlockingIOError:
                continue

    async def _send(self, data: bytes) -> None:
        if self._descriptor < 0:
            await self.stream.send_all(data)
            return
        rest = memoryview(data)
        while True:
            try:
                sent = os.write(self._descriptor, rest)
            except BlockingIOError:
                sent = 0
            if sent == len(rest):
                return
            rest = rest[sent:]
            await trio.lowlevel.wait_writable(self._descriptor)


_News = Callable[[], bool]


def _news_of(stream: trio.abc.Stream) -> _News:
    """Asks the system whether anything has come over a stream, or its end; of what is no socket, nothing is known."""
    if isinstance(stream, trio.SSLStream):
        stream = stream.transport_stream
    if not isinstance(stream, trio.SocketStream):
        return lambda: False
    asked = select.poll()
    asked.register(stream.socket.fileno(), select.POLLIN)
    return lambda: bool(asked.poll(0))
