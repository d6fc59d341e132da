"""Clients' connections on llhttp: the fast way, with the same manners as `connections`.

One task a connection, and nothing is started for a request: it is read, parsed and served in place, and what comes
behind it stays in the kernel until it is answered. That its client has left meanwhile is told by the kernel to one task
for all connections (`watching`), so no request needs a watcher of its own.

A client that only says that it has said all (half of a TCP connection closed) looks the same as one that is gone. So it
is sent an interim answer, which a client of HTTP/1.1 passes over: who has gone answers that with a reset.

Linux alone tells of leaving in this way; elsewhere `connections` serves.
"""

import errno
import logging
import math
import socket
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Final

import trio
from attrs import define, field

from tokenwise_shell.config.settings import HttpParser, ProxySettings
from tokenwise_shell.proxy.http.asgi import Takes
from tokenwise_shell.proxy.http.house import LINGER_S, Application, House
from tokenwise_shell.proxy.http.parsing import Heard, Parser, Unreadable
from tokenwise_shell.proxy.http.refusals import refusal
from tokenwise_shell.proxy.http.turn import Turn
from tokenwise_shell.proxy.workers import Shares
from tokenwise_shell.transport.watching import GONE, HEARS, LEAVING, Watching

__all__ = ["serve_clients", "serve_swiftly"]

_LOG: Final = logging.getLogger("tokenwise.proxy")

# Read from a socket at a time: nearly every request is there at once, and is copied once out of what all read into.
_PIECE: Final = 1 << 18

# After these, accepting is tried again in a moment: too many open files, or no memory for one more.
_BUSY: Final = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
_BUSY_S: Final = 0.1

# How often it is looked whose time is up. It begins when it is looked first: to ask for the time with each request, and
# to move a deadline, costs more than this.
_LOOK_EVERY_S: Final = 1.0

# So long another process gets to take a connection, where this one has more than it.
_AFTER_YOU_S: Final = 0.005

_STILL_THERE: Final = b"HTTP/1.1 102 Processing\r\n\r\n"


async def serve_clients(
    app: Application, settings: ProxySettings, listener: socket.socket, stop: trio.Event, shares: Shares | None = None
) -> None:
    """Serve with the implementation that the settings name, as `connections.serve_connections` says.

    `shares` are those of the processes that share the listener.
    """
    if settings.http is HttpParser.HTTPTOOLS and HEARS:
        await serve_swiftly(app, settings, listener, stop, shares)
    else:
        from tokenwise_shell.proxy.http.connections import serve_connections  # with hypercorn, which takes 3 MB

        await serve_connections(app, settings, listener, stop)


async def serve_swiftly(
    app: Application, settings: ProxySettings, listener: socket.socket, stop: trio.Event, shares: Shares | None = None
) -> None:
    """As `connections.serve_connections`."""
    async with trio.open_nursery() as around:
        door = _Door(app, settings, shares or Shares.of(1), around, _taker(app))
        door.shares.begin()
        around.start_soon(door.watching.listen)
        around.start_soon(door.see_off)
        await door.house.keep_open(partial(door.accept, listener), stop, grace_s=settings.grace_s)
        around.cancel_scope.cancel(reason="every connection has ended")


def _taker(app: object) -> Takes | None:
    """The application, where it takes requests without ASGI in between."""
    return app if isinstance(app, Takes) else None


@define(eq=False)
class _Door:
    """What all connections share."""

    app: Application
    settings: ProxySettings
    shares: Shares
    around: trio.Nursery
    taker: Takes | None
    house: House = field(factory=House)
    watching: Watching = field(factory=Watching)
    piece: bytearray = field(factory=lambda: bytearray(_PIECE))

    async def accept(self, listener: socket.socket, nursery: trio.Nursery) -> None:
        """Take connections, and close the listener in the end."""
        with listener:
            while True:
                await self._accept_all(listener, nursery)

    async def _accept_all(self, listener: socket.socket, nursery: trio.Nursery) -> None:
        """Take all that wait at a waking: taking one a pass lets the rest starve when many come."""
        await trio.lowlevel.wait_readable(listener)
        if self.shares.has_more:
            await trio.sleep(_AFTER_YOU_S)
        with suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError as error:
                    if error.errno not in _BUSY:
                        raise
                    await trio.sleep(_BUSY_S)
                else:
                    self.shares.add(1)
                    nursery.start_soon(self.receive, sock)
                    if self.shares.has_more:
                        return

    async def see_off(self) -> None:
        """Let those go who have said nothing for too long, and end requests whose time is up."""
        while True:
            await trio.sleep(min(_LOOK_EVERY_S, self.settings.keep_alive_s / 4))
            now = trio.current_time()
            for guest in tuple(self.house.guests):
                if isinstance(guest, _Connection):
                    guest.seen(now)

    async def receive(self, sock: socket.socket) -> None:
        """See a client off the way it came."""
        connection = None
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(self, sock, sock.getpeername(), sock.getsockname())
            self.house.guests.add(connection)
            self.watching.watch(sock.fileno(), LEAVING, connection.heard)
            await connection.run()
        except OSError:
            pass  # it was gone before anything was known of it
        except Exception:  # noqa: BLE001 -- the outermost edge of a connection: the others go on
            _LOG.exception("a connection failed")
            if connection is not None:
                connection.apologise()
        finally:
            if connection is not None:
                connection.forget()
                self.house.guests.discard(connection)
                self.watching.forget(sock.fileno())
            trio.lowlevel.notify_closing(sock)
            sock.close()
            self.shares.add(-1)


@define(eq=False)
class _Connection:
    """One accepted connection. It is `allowed_s` for what it is at, which was seen first at `since`.

    Who waits for a request has its time for that; within one, the request has its own.
    """

    door: _Door
    sock: socket.socket
    client: tuple[str, int]
    server: tuple[str, int]
    turn: Turn | None = None
    said_all: bool = False
    allowed_s: float = math.inf
    since: float = math.inf
    life: trio.CancelScope = field(factory=trio.CancelScope)
    parser: Parser = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.parser = Parser(self.door.settings.max_header_bytes)

    async def run(self) -> None:
        """Serve one request after the other, until either side has had enough."""
        with self.life:
            self.rest()
            arrived = self.parser.arrived
            while heard := arrived.popleft() if arrived else await self.next():
                self.allowed_s = self.since = math.inf
                if not await self.serve(heard):
                    break
                self.rest()

    def forget(self) -> None:
        """Let go of what holds on to this, which else the collector of garbage would have to find."""
        if self.turn is not None:
            self.turn.late = None
        self.parser.close()

    def rest(self) -> None:
        """Give an idle client its time to say something more; none at all where the proxy is ending."""
        if self.turn is None:
            self.allowed_s, self.since = self.door.settings.keep_alive_s, math.inf
            if self.door.house.ending:
                self.life.cancel(reason="the proxy is ending")

    async def next(self) -> Heard | None:
        """The next request, once its head is there. None where none comes, or none that can be read."""
        arrived = self.parser.arrived
        while not arrived:
            if not (size := await self.read()):
                return None
            try:
                self.parser.feed(self.door.piece, size)
            except Unreadable as problem:
                if arrived:
                    break  # what came before it has its answer first
                await self.write(refusal(problem.status))
                await self.let_go(said_all=problem.status not in (400, 431))
                return None
        return arrived.popleft()

    async def serve(self, heard: Heard) -> bool:
        """Answer a request, and say whether another may follow."""
        self.turn = turn = Turn(self, heard, ending=self.door.house.ending)
        if self.said_all and heard.complete and not self.parser.arrived:
            self.told(gone=False)  # it said so before anybody looked after this request
        if (taker := self.door.taker) is not None:
            await turn.taken(taker, self.door.settings.max_header_bytes)
        else:
            await self.door.app(turn.scope(), turn.receive, turn.send)
        self.turn = turn.late = None
        if turn.left:
            return False
        if not turn.begun:
            await self.write(refusal(500))
        elif turn.ended and turn.keep and heard.complete:
            return not self.said_all or bool(self.parser.arrived)
        await self.let_go(said_all=heard.complete)
        return False

    def within(self, limit_s: float) -> None:
        """See `Wire`."""
        self.allowed_s, self.since = limit_s, math.inf

    def seen(self, now: float) -> None:
        """Be looked at, in trio's time: what has taken too long ends."""
        if self.since > now:
            self.since = now
        elif now >= self.since + self.allowed_s:
            self.since = math.inf
            if self.turn is None:
                self.life.cancel(reason="it said nothing for too long")
            else:
                self.door.around.start_soon(self.give_up, self.turn)

    async def give_up(self, turn: Turn) -> None:
        """Say that its time is up, where nothing has been said yet, and end it."""
        if turn.late is not None:
            with trio.move_on_after(LINGER_S):
                await turn.late()
        self.life.cancel(reason="its time is up")

    async def read(self) -> int:
        """Read the next bytes into what all share, until anybody else runs; how many they are, 0 at their end."""
        while True:
            try:
                return self.sock.recv_into(self.door.piece)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self.sock)
            except OSError:
                return 0

    async def more(self) -> bool:
        """Read on within a request; False where nothing more comes or what came is not HTTP."""
        await trio.lowlevel.checkpoint_if_cancelled()
        size = await self.read()
        try:
            if size:
                self.parser.feed(self.door.piece, size)
        except Unreadable:
            return False
        return size > 0

    async def write(self, data: bytes) -> None:
        """Send it all. A client that is gone is told of as having left; a cancelled write ends the connection."""
        if (rest := self.give(data)) is not None:
            await rest

    def give(self, data: bytes) -> Awaitable[None] | None:
        """Send what can be sent at once; what is left to wait for."""
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.leave()
            return None
        return self._write_rest(memoryview(data)[sent:]) if sent < len(data) else None

    async def _write_rest(self, rest: memoryview) -> None:
        try:
            while rest:
                await trio.lowlevel.wait_writable(self.sock)
                with suppress(BlockingIOError):
                    rest = rest[self.sock.send(rest) :]
        except (OSError, trio.ClosedResourceError):
            self.leave()
        except trio.Cancelled:
            if self.turn is not None:
                self.turn.leave()  # the client has half of something; nothing can follow that
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
            raise

    def heard(self, what: int) -> None:
        """Hear from the kernel."""
        self.told(gone=bool(what & GONE))

    def told(self, *, gone: bool) -> None:
        """The client has said all, or is gone."""
        self.said_all = True
        if self.turn is None:
            return  # whoever reads hears of it
        if gone or not self.turn.asks_whether_there():
            self.leave()
            return
        try:
            self.sock.send(_STILL_THERE)
        except OSError:
            self.leave()

    def leave(self) -> None:
        """The client is gone: nobody need go on with its request. Who asks for no such thing hears of it in time."""
        if self.turn is not None:
            self.turn.leave()
            if self.turn.late is not None:
                self.life.cancel(reason="the client has left")

    def apologise(self) -> None:
        """Say that a bug ended the request, if no part of its answer has been sent, and without waiting."""
        if self.turn is None or not self.turn.begun:
            with suppress(OSError):
                self.sock.send(refusal(500))

    async def let_go(self, *, said_all: bool) -> None:
        """End the connection; where the client is still sending, read on until it has heard."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        if not said_all:
            with trio.move_on_after(LINGER_S):
                while await self.read():
                    pass
