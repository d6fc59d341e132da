"""The client: requests that wait for their turn, limits of time and size, and answers in our own types."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx
import trio
from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise_shell.exchange import Headers, HttpRequest, HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.pool import Connect, Pool

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
    _chunks: AsyncIterator[bytes]
    _deadline: float
    _idle_ms: int
    _allowed_bytes: int

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportTrouble; cancelling closes the connection."""
        now = trio.current_time()
        trouble = _late(self._idle_ms, "the answer stopped coming", total=self._deadline < now + self._idle_ms / 1000)
        with trio.move_on_at(min(self._deadline, now + self._idle_ms / 1000)):
            try:
                chunk = await anext(self._chunks, b"")
            except httpx.HTTPError as error:
                trouble = TransportTrouble(TroubleKind.DISCONNECTED, _said(error, "the answer broke off"))
            else:
                self._allowed_bytes -= len(chunk)
                if self._allowed_bytes >= 0:
                    return chunk
                trouble = TransportTrouble(TroubleKind.TOO_LARGE, "the answer is too large to be one")
        # Raised out here, so that it drags no httpx exception along, whose request would show the key.
        raise trouble

    async def read(self) -> bytes:
        """The rest of the body. Raises TransportTrouble."""
        parts = []
        while chunk := await self.receive():
            parts.append(chunk)
        return b"".join(parts)


@define
class Transport:
    """The client. One per process: connections are kept and shared. Made by `open_transport`."""

    _client: httpx.AsyncBaseTransport
    _limits: TransportLimits
    _turns: dict[str, trio.CapacityLimiter] = field(factory=dict, init=False)

    async def send(self, request: HttpRequest, *, timeout_ms: int) -> HttpResponse:
        """Send a request once and read the whole answer within this time. Raises TransportTrouble."""
        async with self._exchange(request, timeout_ms, keep=True) as answer:
            return HttpResponse(answer.status, answer.headers, await answer.read())

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
            response = await self._opened(request, deadline, keep=keep)
            chunks = aiter(_bytes_of(response))
            try:
                yield HttpStream(
                    status=response.status_code,
                    headers=tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in response.headers.raw),
                    chunks=chunks,
                    deadline=deadline,
                    idle_ms=self._limits.idle_ms,
                    allowed_bytes=self._limits.body_bytes,
                )
            except BaseException:
                await _wind_up(response, chunks, wait_s=0)
                raise
            await _wind_up(response, chunks, wait_s=_LAST_BYTES_S if keep else 0)

    @asynccontextmanager
    async def _turn(self, request: HttpRequest, deadline: float) -> AsyncIterator[None]:
        """A place among the requests to this host, in the order of asking: a slow provider keeps no other waiting."""
        host = urlsplit(request.url).netloc
        limiter = self._turns.setdefault(host, trio.CapacityLimiter(self._limits.per_host))
        borrower = object()
        with trio.move_on_at(deadline) as waiting:
            await limiter.acquire_on_behalf_of(borrower)
        if waiting.cancelled_caught:
            raise TransportTrouble(TroubleKind.UNREACHABLE, "no connection came free in the time allowed")
        try:
            yield
        finally:
            limiter.release_on_behalf_of(borrower)

    async def _opened(self, request: HttpRequest, deadline: float, *, keep: bool) -> httpx.Response:
        """The answer's head. Whatever goes wrong before the first byte has left is `UNREACHABLE`: nothing was asked."""
        limits = self._limits
        sent = False

        async def note(step: str, facts: Mapping[str, object]) -> None:
            nonlocal sent
            # A CONNECT to a proxy opens the connection and is not yet the request.
            if step == "http11.send_request_headers.started" and not _is_connect(facts.get("request")):
                sent = True
                head.deadline = min(deadline, trio.current_time() + limits.first_byte_ms / 1000)

        trouble = None
        with trio.move_on_at(min(deadline, trio.current_time() + limits.connect_ms / 1000)) as head:
            try:
                return await self._client.handle_async_request(_as_httpx(request, note, keep=keep))
            except httpx.InvalidURL:
                trouble = TransportTrouble(TroubleKind.UNREACHABLE, "the address cannot be called")
            except httpx.HTTPError as error:
                kind = TroubleKind.DISCONNECTED if sent else TroubleKind.UNREACHABLE
                trouble = TransportTrouble(kind, _said(error, "the connection failed"))
        if trouble is None and sent:
            trouble = _late(limits.first_byte_ms, "no answer", total=head.deadline == deadline)
        raise trouble or TransportTrouble(TroubleKind.UNREACHABLE, "no connection in the time allowed")


@asynccontextmanager
async def open_transport(
    limits: TransportLimits | None = None, *, trust_env: bool = False, connect: Connect | None = None
) -> AsyncIterator[Transport]:
    """Open the client for as long as the block runs; every connection is closed at its end.

    With `trust_env`, HTTP proxies (`HTTPS_PROXY`, `NO_PROXY` and so on) and certificates (`SSL_CERT_FILE`) are taken
    from the environment. `connect` replaces TCP, so that tests can run over streams in memory.
    """
    client = Pool(connect or trio.open_tcp_stream, trust_env=trust_env)
    try:
        yield Transport(client, limits or TransportLimits())
    finally:
        with trio.CancelScope(shield=True):  # closing is forceful and waits for nobody
            await client.aclose()


def _is_connect(request: object) -> bool:
    return isinstance(request, httpcore.Request) and request.method == b"CONNECT"


def _as_httpx(
    request: HttpRequest, note: Callable[[str, Mapping[str, object]], Awaitable[None]], *, keep: bool
) -> httpx.Request:
    asked = {name.lower() for name, _ in request.headers}
    # A compressed answer would have to be decoded before it can be measured, and is not worth it at these sizes.
    ours = (("accept-encoding", "identity"), ("user-agent", "tokenwise"), *(() if keep else (("connection", "close"),)))
    headers = [*request.headers, *((name, value) for name, value in ours if name not in asked)]
    made = httpx.Request(request.method, request.url, headers=headers, content=request.body, extensions={"trace": note})
    made.stream = _Body(request.body)
    return made


class _Body(httpx.AsyncByteStream):
    """A body in one piece. httpx's own is a generator, which a cancellation between two writes leaves half-way."""

    def __init__(self, body: bytes) -> None:
        self._pieces = iter((body,) if body else ())

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


def _bytes_of(response: httpx.Response) -> httpx.AsyncByteStream:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


async def _wind_up(response: httpx.Response, chunks: AsyncIterator[bytes], *, wait_s: float) -> None:
    """Read to the end if it comes at once, else close the connection.

    httpx reads through generators of generators. One that is left half-way is finished by the garbage collector, with
    a warning; one that is cancelled ends here and now.
    """
    with trio.CancelScope(shield=True, deadline=trio.current_time() + wait_s), suppress(httpx.HTTPError):
        async for _ in chunks:
            pass
    with trio.CancelScope(shield=True):
        await response.aclose()


def _late(limit_ms: int, what: str, *, total: bool) -> TransportTrouble:
    within = "in the time allowed" if total else f"for {limit_ms} ms"
    return TransportTrouble(TroubleKind.TIMED_OUT, f"{what} {within}")


def _said(error: httpx.HTTPError, what: str) -> str:
    """What the client says of its trouble, where it cannot hold anything of the request."""
    return what if isinstance(error, httpx.LocalProtocolError) or not str(error) else f"{what}: {error}"
