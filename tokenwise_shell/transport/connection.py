"""One HTTP/1.1 connection: a parser knows the protocol, a trio stream moves the bytes. Nothing is ever sent twice."""

import math
import os
import select
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

import trio
from attrs import define, field

from tokenwise_shell.transport.carriers import Flows
from tokenwise_shell.transport.deadlines import Deadlines
from tokenwise_shell.transport.exchange import Headers, TransportTrouble, TroubleKind
from tokenwise_shell.transport.flowing import Arrivals, Flow, Nothing, Take
from tokenwise_shell.transport.reading import Reading, Unreadable, Written
from tokenwise_shell.transport.securing import Secured
from tokenwise_shell.transport.watching import HEARS

__all__ = ["Connection", "Home", "Late", "Origin"]

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_READ_BYTES: Final = 65_536

# Stands for the end of a body, where something to wait for could stand.
_ENDED: Final = Nothing()


class Home(Protocol):
    """Where connections are that nobody uses."""

    def keeps(self, connection: "Connection") -> bool:
        """Keep a connection whose answer has ended, as `give_back` does; False where it has to, since that may wait."""
        ...

    async def give_back(self, connection: "Connection", *, rest: bool = False) -> None:
        """Keep a connection whose answer has ended, or close it. Cannot be cancelled."""
        ...


class Late(Exception):  # noqa: N818 -- named for what happened, like trio's and h11's
    """What a connection was waited for has not come in the time that it was given."""


@define(eq=False)
class Connection:
    """A connection, for one request after another, and the answer to the last. `came_at` is when anything came last.

    Over a socket, bytes are moved by its descriptor: a trio stream checks for other tasks at each turn, and only one
    task has a connection. Such a one is `watched`: `expect` gives it until when it may be waited for, and after that it
    raises Late. Where this system tells what comes over it, its answer's body also `flows`.
    """

    stream: trio.abc.Stream
    reading: Reading
    origin: Origin
    home: Home
    tls: Secured | None = None
    deadlines: Deadlines = field(factory=Deadlines)
    arrivals: Arrivals = field(factory=Arrivals)
    came_at: float = 0.0
    until: float = math.inf
    ends: float = math.inf
    status: int = field(init=False, default=0)
    headers: Headers = field(init=False, default=())
    _clock: trio.abc.Clock = field(init=False, factory=trio.lowlevel.current_clock)  # trio's own way to it is longer
    _waits: bool = field(init=False, default=False)
    _late: bool = field(init=False, default=False)
    _descriptor: int = field(init=False, default=-1)
    _news: "_News" = field(init=False)
    _flow: Flow | None = field(init=False, default=None)
    _patience_s: float = field(init=False, default=math.inf)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.stream, trio.SocketStream):
            self._descriptor = self.stream.socket.fileno()
        self._news = _news_of(self._descriptor)

    @property
    def watched(self) -> bool:
        """See above."""
        return self._descriptor >= 0

    @property
    def flows(self) -> Flows | None:
        """See above."""
        return self.flow if HEARS and self._descriptor >= 0 else None

    def lasts(self, until: float) -> None:
        """See `Incoming`."""
        self.ends = until

    def expect(self, until: float) -> None:
        """Wait until then, in trio's time, and no longer."""
        self.deadlines.expect(self, until)

    def late(self) -> None:
        """See `Waiter`."""
        if self._flow is not None:
            # More may have come since. To move a deadline for each piece would cost more than to look here.
            until = min(self.ends, self.came_at + self._patience_s)
            if until > trio.current_time():
                self.expect(until)
            else:
                self._flow.end(error=Late())
        elif self._waits:
            self._late = True
            trio.lowlevel.notify_closing(self._descriptor)

    async def ask(self, written: Written) -> "Connection":
        """Send a request, and read the head of its answer. Raises TransportTrouble, and Late; then it is closed."""
        unsendable = None
        try:
            pieces = self.reading.begin(written)
            self._waits = True
            try:
                if self.tls is not None:
                    pieces = (self.tls.sealed(b"".join(pieces)),)
                if self._descriptor < 0:
                    await self.stream.send_all(b"".join(pieces))
                elif (rest := self._sent(pieces)) is not None:
                    await rest
            except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
                pass  # who refuses a request before it is whole says why and closes: the answer may be there
            while self.reading.head is None:
                await self._read_on("the connection failed")
            self._waits = False
            self.status, self.headers = self.reading.head
        except Unreadable as problem:
            unsendable = TransportTrouble(TroubleKind.UNREACHABLE, f"the connection failed: {problem}")
        except BaseException:
            await self.aclose()
            raise
        if unsendable is not None:
            await self.aclose()
            raise unsendable
        return self

    def taken(self) -> bytes:
        """See `Incoming`."""
        return self.reading.taken()

    def whole(self) -> bytes | None:
        """See `Incoming`."""
        return self.reading.taken() if self.reading.complete else None

    async def receive(self) -> bytes:
        """The next bytes of the answer's body, b"" at its end. Raises TransportTrouble, and Late."""
        while not (data := self.reading.taken()) and not self.reading.complete:
            self._waits = True
            await self._read_on("the answer broke off")
            self._waits = False
        return data

    async def flow(self, take: Take, *, patience_s: float) -> Awaitable[None] | None:
        """Give `take` what comes of the body until it says what to wait for, which is returned; None at the end.

        Raises what `receive` does and what `take` raises; Late once nothing has come for so long, or when it `ends`, in
        trio's time. Only to be asked of what `flows`.
        """
        if data := self.reading.taken():
            return take(data) or Nothing()
        self.arrivals.now = trio.current_time()
        if (said := self._flowed(take)) is not None:
            return said if said is not _ENDED else None
        self._patience_s = patience_s
        self._flow = Flow(self.arrivals, self._descriptor, partial(self._flowed, take))
        try:
            said = await self._flow.wait()
        finally:
            self._flow = None
        return said if said is not _ENDED else None

    def _flowed(self, take: Take) -> Awaitable[None] | None:
        """Read what is there, and have it taken."""
        reading = self.reading
        if reading.complete:
            return _ENDED
        came: bytes | None
        try:
            came = self._there()
        except BlockingIOError:
            return None
        except OSError:
            came = None
        self.came_at = self.arrivals.now
        self._feed(came, "the answer broke off")
        if (data := reading.taken()) and (rest := take(data)) is not None:
            return rest
        return _ENDED if self.answered else None

    def _there(self) -> bytes:
        """What has come by now over the socket, b"" at the end. Raises BlockingIOError where nothing has."""
        if self.tls is None:
            return os.read(self._descriptor, _READ_BYTES)
        said = b"" if self.tls.ended else self.tls.opened(os.read(self._descriptor, _READ_BYTES))
        if said is None:
            raise BlockingIOError
        return said

    def _answered_by_now(self) -> bool:
        """Whether the answer has come to its end, if one more reading without waiting is all that it takes.

        What comes of that is not wanted any more.
        """
        with suppress(OSError, Unreadable):  # it is over, then
            if not self.answered and self._descriptor >= 0 and self._news():
                self.reading.feed(self._there())
                self.reading.taken()
        return self.answered

    def kept(self) -> bool:
        """See `Incoming`."""
        return self.home.keeps(self)

    async def finish(self, *, wait_s: float, rest: bool = False) -> None:
        """See `Incoming`."""
        # Without TLS a new connection costs less than any wait.
        if wait_s and not self._answered_by_now() and self.tls is not None:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + wait_s):
                try:
                    while await self.receive():
                        pass
                except TransportTrouble:
                    pass  # it is over, then
        await self.home.give_back(self, rest=rest)

    @property
    def answered(self) -> bool:
        """Whether the answer has been read to its end."""
        return self.reading.complete

    def begin_again(self) -> bool:
        """Whether the connection can take another request, for which it is then ready.

        Whether anything has come behind the answer is asked when it is taken again (`is_quiet`).
        """
        self.deadlines.waiting.discard(self)
        return self.reading.reusable

    def is_quiet(self) -> bool:
        """Whether an idle connection still stands, and the system has nothing that came behind its last answer."""
        return not self._news()

    async def aclose(self) -> None:
        """Close it at once, whatever is under way. Cannot be cancelled."""
        self.deadlines.waiting.discard(self)
        self.reading.close()
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(self.stream)

    async def _read_on(self, failing: str) -> None:
        came: bytes | None = None
        try:
            while came is None and not self._late:  # late may have been found while the request was being sent
                if self._descriptor < 0:
                    came = bytes(await self.stream.receive_some(_READ_BYTES))
                    if self.tls is not None:
                        came = self.tls.opened(came)
                    continue
                if self.tls is None or not self.tls.ended:
                    await trio.lowlevel.wait_readable(self._descriptor)
                try:
                    came = self._there()
                except BlockingIOError:
                    continue
        except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            came = None
        if self._late:
            raise Late
        self.came_at = self._clock.current_time()
        self._feed(came, failing)

    def _feed(self, came: bytes | None, failing: str) -> None:
        """Take what has come; None where the connection was lost."""
        why = "the connection was lost" if came is None else ""
        try:
            if came is not None:
                self.reading.feed(came)
        except Unreadable as error:
            why = str(error)
        # Raised out here, so that it drags no exception along whose frames hold the request.
        if why:
            raise TransportTrouble(TroubleKind.DISCONNECTED, f"{failing}: {why}")

    def _sent(self, pieces: tuple[bytes, ...]) -> Awaitable[None] | None:
        """Send what can be sent at once; what is left to wait for."""
        try:
            sent = os.writev(self._descriptor, pieces)
        except BlockingIOError:
            sent = 0
        return self._send(memoryview(b"".join(pieces))[sent:]) if sent < sum(map(len, pieces)) else None

    async def _send(self, rest: memoryview) -> None:
        while rest:
            await trio.lowlevel.wait_writable(self._descriptor)
            with suppress(BlockingIOError):
                rest = rest[os.write(self._descriptor, rest) :]


_News = Callable[[], list[tuple[int, int]]]


def _news_of(descriptor: int) -> _News:
    """Asks the system whether anything has come over a socket, or its end; of what is none, nothing is known."""
    if descriptor < 0:
        return list
    asked = select.poll()
    asked.register(descriptor, select.POLLIN)
    return partial(asked.poll, 0)
