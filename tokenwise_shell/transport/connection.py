"""One HTTP/1.1 connection: h11 knows the protocol, a trio stream moves the bytes. Nothing is ever sent twice."""

from contextlib import suppress
from typing import Final

import h11
import trio
from attrs import define, field

from tokenwise_shell.transport.exchange import Headers, TransportTrouble, TroubleKind

__all__ = ["Connection", "Written"]

_READ_BYTES: Final = 65_536

# A head of 16 KiB, h11's own limit, has been seen from gateways that answer with a whole policy in a header.
_HEAD_BYTES: Final = 102_400

Written = tuple[h11.Event, ...]
"""A request as h11 sends it."""


@define(eq=False)
class Connection:
    """A connection, for one request after another. `idle_since` is when the last answer ended, in trio's time."""

    stream: trio.abc.Stream
    idle_since: float = 0.0
    _http: h11.Connection = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)

    async def ask(self, written: Written) -> tuple[int, Headers]:
        """Send a request, and read the head of its answer. Raises TransportTrouble, h11.LocalProtocolError."""
        data = b"".join(self._http.send(event) or b"" for event in written)
        # Whoever refuses a request before it is whole says why and closes: the answer may be there all the same.
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.stream.send_all(data)
        while not isinstance(event := await self._next("the connection failed"), h11.Response):
            pass  # 1xx: there is more to come
        return event.status_code, tuple((name.decode(), value.decode("latin-1")) for name, value in event.headers)

    async def receive(self) -> bytes:
        """The next bytes of the answer's body, b"" at its end. Raises TransportTrouble."""
        while self._http.their_state is h11.SEND_BODY:
            event = await self._next("the answer broke off")
            if isinstance(event, h11.Data) and event.data:
                return bytes(event.data)
        return b""

    def begin_again(self) -> bool:
        """Whether the connection can take another request, for which it is then ready.

        What came behind the answer would be read as the next one, and belong to another client.
        """
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        if self._http.trailing_data != (b"", False):
            return False
        self._http.start_next_cycle()
        self.idle_since = trio.current_time()
        return not _has_news(self.stream)

    async def is_quiet(self) -> bool:
        """Whether an idle connection still stands, and nothing has come behind its last answer."""
        if isinstance(self.stream, trio.SSLStream):
            return not _has_news(self.stream.transport_stream) and await self._holds_nothing()
        return not _has_news(self.stream)

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

    async def _next(self, failing: str) -> h11.Event:
        trouble = None
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._received())
            if isinstance(event, h11.Event):
                return event
        except h11.RemoteProtocolError as error:
            trouble = TransportTrouble(TroubleKind.DISCONNECTED, f"{failing}: {error}")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            trouble = TransportTrouble(TroubleKind.DISCONNECTED, f"{failing}: the connection was lost")
        # Raised out here, so that it drags no exception along whose frames hold the request.
        raise trouble or TransportTrouble(TroubleKind.DISCONNECTED, f"{failing}: the server speaks out of turn")

    async def _received(self) -> bytes:
        data = bytes(await self.stream.receive_some(_READ_BYTES))
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise h11.RemoteProtocolError("Server disconnected without sending a response.")
        return data


def _has_news(stream: trio.abc.Stream) -> bool:
    return isinstance(stream, trio.SocketStream) and stream.socket.is_readable()
