"""The client: requests that wait for their turn, limits of time and size, and answers in our own types."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

import trio
from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise_shell.transport.carriers import Carrier, Incoming
from tokenwise_shell.transport.exchange import Headers, HttpRequest, HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.inflating import Inflating
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
    _body: Inflating
    _deadline: float
    _idle_ms: int
    _allowed_bytes: int

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportTrouble; cancelling closes the connection."""
        idle_at = trio.current_time() + self._idle_ms / 1000
        with trio.move_on_at(min(self._deadline, idle_at)):
            chunk = await self._body.receive()
            self._allowed_bytes -= len(chunk)
            if self._allowed_bytes < 0:
                raise TransportTrouble(TroubleKind.TOO_LARGE, "the answer is too large to be one")
            return chunk
        raise _late(self._idle_ms, "the answer stopped coming", total=self._deadline < idle_at)

    async def read(self) -> bytes:
        """The rest of the body. Raises TransportTrouble."""
        parts = []
        while chunk := await self.receive():
            parts.append(chunk)
        return b"".join(parts)


@define
class Transport:
    """The client. One per process: connections are kept and shared. Made by `open_transport`."""

    _carrier: Carrier
    _limits: TransportLimits
    _turns: dict[str, trio.CapacityLimiter] = field(factory=dict, init=False)

    async def send(self, request: HttpRequest, *, timeout_ms: int) -> HttpResponse:
        """Send a request once and read the whole answer within this time. Raises TransportTrouble."""
        deadline = trio.current_time() + timeout_ms / 1000
        limiter, borrower = await self._turn_taken(request, deadline)
        incoming = None
        try:
            incoming = await self._opened(request, deadline, keep=True)
            body = await self._read(incoming, deadline)
        finally:
            limiter.release_on_behalf_of(borrower)
            if incoming is not None:
                await incoming.finish(wait_s=0)
        return HttpResponse(incoming.status, incoming.headers, body)

    def stream(self, request: HttpRequest, *, timeout_ms: int) -> AbstractAsyncContextManager[HttpStream]:
        """Send a request once; the block gets the answer as soon as its head is there. Raises TransportTrouble.

        `timeout_ms` bounds everything up to the last byte. Leaving the block early closes the connection.
        """
        # llama.cpp's server says "Keep-Alive" and closes a connection after each stream all the same, a moment later. A
        # request that uses the connection in that moment is lost, and cannot be sent again: it may be billed. Behind
        # TLS stands something that means what it says, and there a new connection takes three round trips.
        return self._exchange(request, timeout_ms, keep=request.url.startswith("https:"))

    @asynccontextmanager
    async def _exchange(self, request: HttpRequest, timeout_ms: int, *, keep: bool) -> AsyncIterator[HttpStream]:
        deadline = trio.current_time() + timeout_ms / 1000
        async with self._turn(request, deadline):
            incoming = await self._opened(request, deadline, keep=keep)
            wait_s = 0.0
            try:
                yield HttpStream(
                    status=incoming.status,
                    headers=incoming.headers,
                    body=Inflating(incoming.receive, _encoding(incoming.headers)),
                    deadline=deadline,
                    idle_ms=self._limits.idle_ms,
                    allowed_bytes=self._limits.body_bytes,
                )
                wait_s = _LAST_BYTES_S if keep else 0
            finally:
                await incoming.finish(wait_s=wait_s)

    async def _read(self, incoming: Incoming, deadline: float) -> bytes:
        """The whole body, under one deadline that each piece moves on: an answer read piece by piece has no other."""
        idle_s, allowed, parts = self._limits.idle_ms / 1000, self._limits.body_bytes, list[bytes]()
        receive = Inflating(incoming.receive, _encoding(incoming.headers)).receive
        with trio.move_on_at(min(deadline, trio.current_time() + idle_s)) as patience:
            while chunk := await receive():
                parts.append(chunk)
                allowed -= len(chunk)
                if allowed < 0:
                    raise TransportTrouble(TroubleKind.TOO_LARGE, "the answer is too large to be one")
                patience.deadline = min(deadline, trio.current_time() + idle_s)
            return parts[0] if len(parts) == 1 else b"".join(parts)
        raise _late(self._limits.idle_ms, "the answer stopped coming", total=patience.deadline == deadline)

    async def _turn_taken(self, request: HttpRequest, deadline: float) -> tuple[trio.CapacityLimiter, object]:
        """A place among the requests to this host, in the order of asking: a slow provider keeps no other waiting."""
        host = urlsplit(request.url).netloc
        limiter = self._turns.get(host) or self._turns.setdefault(host, trio.CapacityLimiter(self._limits.per_host))
        borrower = object()
        with suppress(trio.WouldBlock):
            limiter.acquire_on_behalf_of_nowait(borrower)
            return limiter, borrower
        with trio.move_on_at(deadline):
            await limiter.acquire_on_behalf_of(borrower)
            return limiter, borrower
        raise TransportTrouble(TroubleKind.UNREACHABLE, "no connection came free in the time allowed")

    @asynccontextmanager
    async def _turn(self, request: HttpRequest, deadline: float) -> AsyncIterator[None]:
        limiter, borrower = await self._turn_taken(request, deadline)
        try:
            yield
        finally:
            limiter.release_on_behalf_of(borrower)

    async def _opened(self, request: HttpRequest, deadline: float, *, keep: bool) -> Incoming:
        """The answer's head. Whatever goes wrong before the first byte has left is `UNREACHABLE`: nothing was asked."""
        limits = self._limits
        sent = False

        def leaving() -> None:
            nonlocal sent
            sent = True
            head.deadline = min(deadline, trio.current_time() + limits.first_byte_ms / 1000)

        with trio.move_on_at(min(deadline, trio.current_time() + limits.connect_ms / 1000)) as head:
            return await self._carrier.ask(request, keep=keep, leaving=leaving)
        if sent:
            raise _late(limits.first_byte_ms, "no answer", total=head.deadline == deadline)
        raise TransportTrouble(TroubleKind.UNREACHABLE, "no connection in the time allowed")


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
    return dict(headers).get("content-encoding", "").strip().lower()


def _late(limit_ms: int, what: str, *, total: bool) -> TransportTrouble:
    within = "in the time allowed" if total else f"for {limit_ms} ms"
    return TransportTrouble(TroubleKind.TIMED_OUT, f"{what} {within}")
