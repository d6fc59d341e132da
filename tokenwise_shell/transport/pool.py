"""Connections of our own, kept by host: TCP and TLS by trio. The one used last is used next, so that the rest grow old.

There is no queue in here and no limit: requests wait for their turn before they come. So taking a connection and giving
it back cost the same however many there are, and a request that is cancelled leaves nothing behind but its connection,
closed.
"""

import bisect
import socket
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import trio
from attrs import define, field

from tokenwise_shell.transport.carriers import Incoming, Waiting, fields_of
from tokenwise_shell.transport.connection import Connection, Origin
from tokenwise_shell.transport.deadlines import Deadlines
from tokenwise_shell.transport.exchange import Envelope, HttpRequest, TransportTrouble, TroubleKind
from tokenwise_shell.transport.flowing import Arrivals
from tokenwise_shell.transport.reading import Head, LlhttpAnswers, Reading, Written
from tokenwise_shell.transport.securing import Secured

__all__ = ["Connect", "Pool"]

Connect = Callable[[str, int], Awaitable[trio.abc.Stream]]
"""Connects to a host and port. Raises OSError."""

# What servers and the balancers before them keep an idle connection for is 60 s or more as a rule (nginx 75 s, AWS
# 60 s); a connection closed under us is noticed before it is used again, so this only bounds how many are kept.
_KEEP_IDLE_S: Final = 60.0

# A server that closes a connection after a stream, though it said that it would not, does so well within this time.
_REST_S: Final = 0.1

# What says for good that nobody has a name, unlike a resolver that does not answer just now.
_NO_SUCH_NAME: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


@define(eq=False)
class Pool:
    """See `carriers.Carrier`. `certificates` is asked when the first server wants TLS; `reading` makes a parser."""

    connect: Connect
    certificates: Callable[[], ssl.SSLContext]
    reading: Callable[[], Reading] = LlhttpAnswers
    _deadlines: Deadlines = field(factory=Deadlines)
    _arrivals: Arrivals = field(factory=Arrivals)
    _idle: dict[Origin, list[Connection]] = field(factory=dict)
    _resting: dict[Origin, deque[Connection]] = field(factory=dict)
    _closed: bool = False

    async def ask(self, request: HttpRequest, *, keep: bool, waiting: Waiting) -> Incoming:
        """Send the request over an idle connection or a new one."""
        origin = request.envelope.origin
        connection = await self._taken(origin)
        if connection is None:
            waiting.connecting()
            connection = await self._connected(origin)
        waiting.leaving()
        return await connection.ask(Written(_head(request.envelope, keep), request.pieces))

    def ask_again(self, request: HttpRequest, *, now: float, until: float) -> Awaitable[Incoming] | None:
        """Send the request over an idle connection on a socket."""
        origin = request.envelope.origin
        if self._resting:
            self._rested(origin, now)
        idle = self._idle.get(origin)
        if not idle or not idle[-1].watched or not self._stands(idle[-1], now):
            return None
        connection = idle.pop()
        self._deadlines.expect(connection, until)
        return connection.ask(Written(_head(request.envelope, True), request.pieces))

    async def give_back(self, connection: Connection, *, rest: bool = False) -> None:
        """See `Home`."""
        origin = connection.origin
        if self._closed or not connection.begin_again():
            await connection.aclose()
        elif rest and origin[0] == "http":  # what stands behind TLS means it where it says that it keeps a connection
            self._resting.setdefault(origin, deque()).append(connection)
            self._rested(origin, connection.came_at)
            await self._grow_old(origin, connection.came_at)
        else:
            self._idle.setdefault(origin, []).append(connection)
            await self._grow_old(origin, connection.came_at)

    def keeps(self, connection: Connection) -> bool:
        """See `Home`."""
        idle = self._idle.setdefault(connection.origin, [])
        if self._closed or (idle and idle[0].came_at + _KEEP_IDLE_S <= connection.came_at):
            return False
        if not connection.begin_again():
            return False
        idle.append(connection)
        return True

    async def aclose(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        self._arrivals.close()
        for kept in (self._idle, self._resting):
            while kept:
                for connection in kept.popitem()[1]:
                    await connection.aclose()

    def _rested(self, origin: Origin, now: float) -> None:
        """Let those be used again that have rested. They stand before all that have been used since."""
        resting = self._resting.get(origin)
        while resting and resting[0].came_at + _REST_S <= now:
            bisect.insort(self._idle.setdefault(origin, []), resting.popleft(), key=_came_at)

    async def _taken(self, origin: Origin) -> Connection | None:
        now = trio.current_time()
        if self._resting:
            self._rested(origin, now)
        while idle := self._idle.get(origin):
            connection = idle.pop()
            if self._stands(connection, now):
                return connection
            await connection.aclose()
        return None

    def _stands(self, connection: Connection, now: float) -> bool:
        return connection.came_at + _KEEP_IDLE_S > now and connection.is_quiet()

    async def _grow_old(self, origin: Origin, now: float) -> None:
        """Close what has been idle for too long, which stands at the front."""
        while (idle := self._idle.get(origin)) and idle[0].came_at + _KEEP_IDLE_S <= now:
            await idle.pop(0).aclose()

    async def _connected(self, origin: Origin) -> Connection:
        scheme, host, port = origin
        kind = TroubleKind.UNREACHABLE
        try:
            stream = await self.connect(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError is what a host's name that cannot be looked up raises
            stream = None
            if isinstance(error, UnicodeError) or (isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME):
                kind = TroubleKind.MISDIRECTED
        if stream is None:
            raise TransportTrouble(kind, f"the connection failed: no connection to {host}")
        tls = await self._secured(stream, host) if scheme == "https" else None
        return Connection(stream, self.reading(), origin, self, tls, self._deadlines, self._arrivals)

    async def _secured(self, stream: trio.abc.Stream, host: str) -> Secured:
        tls = Secured(self.certificates(), host)
        try:
            while not tls.greeted():
                await stream.send_all(tls.owed())
                tls.take_in(bytes(await stream.receive_some()))
            await stream.send_all(tls.owed())
        except ssl.SSLError as error:
            said, unproven = error.reason, isinstance(error, ssl.SSLCertVerificationError)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            said, unproven = "the connection was lost", False
        except BaseException:
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)
            raise
        else:
            return tls
        await trio.aclose_forcefully(stream)
        kind = TroubleKind.MISDIRECTED if unproven else TroubleKind.UNREACHABLE
        raise TransportTrouble(kind, f"the connection failed: {said}")


def _came_at(connection: Connection) -> float:
    return connection.came_at


@lru_cache(maxsize=64)
def _head(envelope: Envelope, keep: bool) -> Head:
    """A request besides its length and its body."""
    url = urlsplit(envelope.url)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    fields = ("host", url.netloc.rpartition("@")[2]), *fields_of(envelope.headers, keep=keep)
    return Head(envelope.method, target, fields)
