"""The client: requests that wait for their turn, limits of time and size, and answers in our own types."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import trio
from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise_shell.transport.carriers import Carrier, Incoming
from tokenwise_shell.transport.connection import Late
from tokenwise_shell.transport.exchange import Headers, HttpRequest, HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.flowing import Take
from tokenwise_shell.transport.inflating import Inflating, is_plain
from tokenwise_shell.transport.pool import Connect, Pool
from tokenwise_shell.transport.reading import LlhttpAnswers, Reading

__all__ = ["HttpStream", "Transport", "TransportLimits", "open_transport"]

# An answer that is left before its end may have only its last bytes outstanding. Waiting this long for them saves a
# handshake; waiting longer would cost more than one.
_LAST_BYTES_S: Final = 0.05


@frozen
class TransportLimits:
    """How long each part of a request may take, how large its answer may be, and how many may run at one host.

    The whole of a request has a limit of its own. Time to the first byte counts from when the connection stands: a
    model that reasons may be silent for minutes.
    """

    connect_ms: int = field(default=10_000, validator=ge(1))
    first_byte_ms: int = field(default=600_000, validator=ge(1))
    idle_ms: int = field(default=300_000, validator=ge(1))
    body_bytes: int = field(default=64 * 1_048_576, validator=ge(1))
    per_host: int = field(default=256, validator=ge(1))


@define
class HttpStream:
    """An answer whose body is still coming."""

    status: int
    headers: Headers
    _incoming: Incoming
    _body: Inflating
    _deadline: float
    _idle_ms: int
    _allowed_bytes: int

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportTrouble; cancelling closes the connection."""
        if come := self._body.at_hand():
            self._count(come)
            return come
        until = self._until()
        if self._incoming.watched:
            self._incoming.expect(until)
            try:
                return await self._next()
            except Late:
                pass
        else:
            with trio.CancelScope(deadline=until):
                return await self._next()
        raise _late(self._idle_ms, "the answer stopped coming", total=until == self._deadline)

    async def flow(self, take: Take) -> Awaitable[None] | None:
        """Give `take` what comes until it says what to wait for, which is returned; None at the end of the body.

        As `receive` otherwise. Where it can be, `take` is called without waking who waits here.
        """
        incoming = self._incoming
        if (flows := incoming.flows) is None or not self._body.is_plain:
            while piece := await self.receive():
                if (rest := take(piece)) is not None:
                    return rest
            return None

        def taken(chunk: bytes) -> Awaitable[None] | None:
            self._count(chunk)
            return take(chunk)

        incoming.expect(self._until())
        try:
            return await flows(taken, patience_s=self._idle_ms / 1000)
        except Late:
            pass
        raise _late(self._idle_ms, "the answer stopped coming", total=trio.current_time() >= self._deadline)

    def lasts(self, until: float) -> None:
        """Let the whole of it take until then, in trio's time, if that is longer than it might."""
        if until > self._deadline:
            self._deadline = until
            self._incoming.lasts(until)

    def came_at(self) -> float:
        """When the last of it came, in trio's time."""
        return self._incoming.came_at

    def _until(self) -> float:
        return min(self._deadline, trio.current_time() + self._idle_ms / 1000)

    async def read(self) -> bytes:
        """The rest of the body. Raises TransportTrouble."""
        parts = list[bytes]()
        while chunk := await self.receive():
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _next(self) -> bytes:
        chunk = await self._body.receive()
        self._count(chunk)
        return chunk

    def _count(self, chunk: bytes) -> None:
        self._allowed_bytes -= len(chunk)
        if self._allowed_bytes < 0:
            raise _too_large()


@define(eq=False)
class _Places:
    """How many more requests one host may have, and who waits for a place, in the order of asking.

    One that is given back while somebody waits is his from that moment, whether or not he is running yet.
    """

    free: int
    waiting: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)

    async def take(self, deadline: float) -> None:
        """Take a place; wait for one where none is free. Raises TransportTrouble where none comes free in time."""
        if self.free > 0:
            self.free -= 1
            return
        with trio.CancelScope(deadline=deadline):
            await self.waiting.park()
            return
        raise TransportTrouble(TroubleKind.UNREACHABLE, "no connection came free in the time allowed")

    def give_back(self) -> None:
        """Leave it to whoever has waited longest; where one is free, nobody waits."""
        if self.free > 0 or not self.waiting:
            self.free += 1
        else:
            self.waiting.unpark()


@define
class Transport:
    """The client. One per process: connections are kept and shared. Made by `open_transport`."""

    _carrier: Carrier
    _limits: TransportLimits
    _places: dict[str, _Places] = field(factory=dict, init=False)
    _clock: trio.abc.Clock = field(factory=trio.lowlevel.current_clock, init=False)

    async def send(self, request: HttpRequest, *, timeout_ms: int) -> HttpResponse:
        """Send a request once and read the whole answer within this time. Raises TransportTrouble."""
        now = self._clock.current_time()
        deadline, places = now + timeout_ms / 1000, self.places_at(request)
        if places.free > 0:
            places.free -= 1
        else:
            await places.take(deadline)
            now = trio.current_time()
        incoming = None
        try:
            incoming = await self.asked(request, now, deadline)
            body = incoming.whole()
            if body is None or not is_plain(body, _encoding(incoming.headers)):
                body = await self.answer(incoming, deadline, incoming.taken() if body is None else body).read()
            elif len(body) > self._limits.body_bytes:
                raise _too_large()
            return HttpResponse(incoming.status, incoming.headers, body)
        except Late:
            pass
        finally:
            places.give_back()
            if incoming is not None and not incoming.kept():
                await incoming.finish(wait_s=0)
        raise self.late(now, deadline)

    def asked(self, request: HttpRequest, now: float, deadline: float) -> Awaitable[Incoming]:
        """Send it, and wait for the head of the answer. Raises TransportTrouble, and Late. Times are trio's."""
        until = now + self._limits.first_byte_ms / 1000
        again = self._carrier.ask_again(request, now=now, until=min(deadline, until))
        return again if again is not None else self._asked_first(request, deadline)

    async def _asked_first(self, request: HttpRequest, deadline: float) -> Incoming:
        with (head := _Head(self._limits, deadline)).patience:
            return await self._carrier.ask(request, keep=True, waiting=head)
        raise head.late()

    def late(self, now: float, deadline: float) -> TransportTrouble:
        """What it is that an answer to what was sent then has not come."""
        first_byte_ms = self._limits.first_byte_ms
        return _late(first_byte_ms, "no answer", total=deadline <= now + first_byte_ms / 1000)

    def stream(self, request: HttpRequest, *, timeout_ms: int) -> AbstractAsyncContextManager[HttpStream]:
        """Send a request once; the block gets the answer as soon as its head is there. Raises TransportTrouble.

        `timeout_ms` bounds everything up to the last byte. Leaving the block early closes the connection.
        """
        return _Streamed(self, request, timeout_ms)

    def answer(self, incoming: Incoming, deadline: float, come: bytes) -> HttpStream:
        """The answer, of whose body so much has `come`."""
        limits = self._limits
        incoming.lasts(deadline)
        body = Inflating(incoming.receive, _encoding(incoming.headers), come)
        return HttpStream(
            incoming.status, incoming.headers, incoming, body, deadline, limits.idle_ms, limits.body_bytes
        )

    def places_at(self, request: HttpRequest) -> _Places:
        """Those at the request's host: a slow provider keeps no other waiting."""
        host = request.envelope.host
        return self._places.get(host) or self._places.setdefault(host, _Places(self._limits.per_host))


@define(eq=False)
class _Streamed(AbstractAsyncContextManager[HttpStream]):
    """See `Transport.stream`. Written out, since trio keeps account of every asynchronous generator."""

    transport: Transport
    request: HttpRequest
    timeout_ms: int
    _places: _Places = field(init=False)
    _incoming: Incoming = field(init=False)

    async def __aenter__(self) -> HttpStream:
        transport = self.transport
        now = trio.current_time()
        deadline, self._places = now + self.timeout_ms / 1000, transport.places_at(self.request)
        await self._places.take(deadline)
        now = trio.current_time()
        try:
            self._incoming = incoming = await transport.asked(self.request, now, deadline)
        except Late:
            self._places.give_back()
        except BaseException:
            self._places.give_back()
            raise
        else:
            return transport.answer(incoming, deadline, incoming.taken())
        raise transport.late(now, deadline)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._places.give_back()
        # llama.cpp's server says "Keep-Alive" and closes a connection after each stream all the same, a moment later. A
        # request that uses the connection in that moment is lost, and cannot be sent again: it may be billed. So the
        # connection rests first.
        await self._incoming.finish(wait_s=0.0 if kind else _LAST_BYTES_S, rest=True)


@define(eq=False)
class _Head:
    """The wait for an answer's head: so long for a connection and then, once the request leaves, for a first byte.

    Whatever goes wrong before the first byte has left is `UNREACHABLE`: nothing was asked.
    """

    limits: TransportLimits
    deadline: float
    sent: bool = False
    _connects: bool = False
    patience: trio.CancelScope = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.patience = trio.CancelScope(deadline=self._within(self.limits.first_byte_ms))

    def connecting(self) -> None:
        """See `carriers.Waiting`."""
        self._connects = True
        self.patience.deadline = self._within(self.limits.connect_ms)

    def leaving(self) -> None:
        """See `carriers.Waiting`."""
        self.sent = True
        if self._connects:  # else no time has passed, and to move a deadline is as dear as to read an answer
            self.patience.deadline = self._within(self.limits.first_byte_ms)

    def _within(self, ms: int) -> float:
        return min(self.deadline, trio.current_time() + ms / 1000)

    def late(self) -> TransportTrouble:
        if self.sent:
            return _late(self.limits.first_byte_ms, "no answer", total=self.patience.deadline == self.deadline)
        return TransportTrouble(TroubleKind.UNREACHABLE, "no connection in the time allowed")


@asynccontextmanager
async def open_transport(
    limits: TransportLimits | None = None,
    *,
    trust_env: bool = False,
    connect: Connect | None = None,
    reading: Callable[[], Reading] = LlhttpAnswers,
) -> AsyncIterator[Transport]:
    """Open the client for as long as the block runs; every connection is closed at its end.

    With `trust_env`, HTTP proxies (`HTTPS_PROXY`, `NO_PROXY` and so on) and certificates (`SSL_CERT_FILE`) are taken
    from the environment. `connect` replaces TCP, so that tests can run over streams in memory; `reading`
    makes the parser of a connection.
    """
    carrier = _carrier(connect or trio.open_tcp_stream, reading, trust_env=trust_env)
    try:
        yield Transport(carrier, limits or TransportLimits())
    finally:
        with trio.CancelScope(shield=True):  # closing is forceful and waits for nobody
            await carrier.aclose()


def _carrier(connect: Connect, reading: Callable[[], Reading], *, trust_env: bool) -> Carrier:
    def certificates() -> ssl.SSLContext:
        from tokenwise_shell.transport.proxied import certificates as known  # httpx loads where somebody wants TLS

        return known(trust_env=trust_env)

    pool = Pool(connect, certificates, reading)
    if not trust_env:
        return pool
    from tokenwise_shell.transport.proxied import Environment

    return Environment(pool, connect)


def _encoding(headers: Headers) -> str:
    told = ""
    for name, value in headers:
        if name == "content-encoding":
            told = value
    return told.strip().lower() if told else ""


def _too_large() -> TransportTrouble:
    return TransportTrouble(TroubleKind.TOO_LARGE, "the answer is too large to be one")


def _late(limit_ms: int, what: str, *, total: bool) -> TransportTrouble:
    within = "in the time allowed" if total else f"for {limit_ms} ms"
    return TransportTrouble(TroubleKind.TIMED_OUT, f"{what} {within}")
