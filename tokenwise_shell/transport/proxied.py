"""Requests through the HTTP proxy that the environment names: by httpx, which nobody else names.

httpx offers no place to say who connects; httpcore, which it is built on, does. Its pool slows down under many
connections and may keep an entry for a request that was cancelled (encode/httpcore#1093), which is why it carries only
what has to go through a proxy.
"""

import ssl
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from urllib.parse import urlsplit

import httpcore
import httpx
import trio
from attrs import define, field

from tokenwise_shell.transport.carriers import Incoming, Waiting, fields_of
from tokenwise_shell.transport.exchange import Headers, HttpRequest, TransportTrouble, TroubleKind
from tokenwise_shell.transport.pool import Connect, Pool

__all__ = ["Environment", "certificates"]


@define(eq=False)
class Environment:
    """Goes through a proxy where the environment names one for this address, else by the pool."""

    _pool: Pool
    _connect: Connect
    _proxies: dict[str, "_Proxied"] = field(factory=dict)

    async def ask(self, request: HttpRequest, *, keep: bool, waiting: Waiting) -> Incoming:
        """See `carriers.Carrier`."""
        proxy = _proxy_for(request.url)
        if not proxy:
            return await self._pool.ask(request, keep=keep, waiting=waiting)
        if proxy not in self._proxies:
            self._proxies[proxy] = _Proxied(_Backend(self._connect), proxy)
        # httpcore keeps a connection whose server said more than it was asked, and takes the rest for the next answer,
        # which may be another client's. It offers no way to see that; so each request has a connection of its own.
        return await self._proxies[proxy].ask(request, keep=False, waiting=waiting)

    def ask_again(self, request: HttpRequest, *, now: float, until: float) -> Awaitable[Incoming] | None:
        """See `carriers.Carrier`."""
        return None if _proxy_for(request.url) else self._pool.ask_again(request, now=now, until=until)

    async def aclose(self) -> None:
        """Close every connection, used or not."""
        await self._pool.aclose()
        for proxied in self._proxies.values():
            await proxied.aclose()


class _Proxied(httpx.AsyncHTTPTransport):
    """All that httpx's own `__init__` does is to make the pool, and it has no parameter for who connects."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, proxy: str) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=certificates(trust_env=True),
            proxy=_as_httpcore(proxy),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=backend,
        )

    async def ask(self, request: HttpRequest, *, keep: bool, waiting: Waiting) -> Incoming:
        sent = False

        async def note(step: str, facts: Mapping[str, object]) -> None:
            nonlocal sent
            # A CONNECT to a proxy opens the connection and is not yet the request.
            if step == "http11.send_request_headers.started" and not _is_connect(facts.get("request")):
                sent = True
                waiting.leaving()

        waiting.connecting()
        try:
            return _Answer(await self.handle_async_request(_as_httpx(request, note, keep=keep)))
        except httpx.InvalidURL:
            trouble = TransportTrouble(TroubleKind.UNREACHABLE, "the address cannot be called")
        except httpx.HTTPError as error:
            kind = TroubleKind.DISCONNECTED if sent else TroubleKind.UNREACHABLE
            trouble = TransportTrouble(kind, _said(error, "the connection failed"))
        # Raised out here, so that it drags no httpx exception along, whose request would show the key.
        raise trouble


class _Answer:
    def __init__(self, response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._response = response
        self._chunks = aiter(response.stream)
        self.came_at = trio.current_time()

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Headers:
        return tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in self._response.headers.raw)

    watched = False
    flows = None

    def whole(self) -> None:
        """Nothing is known of it before it is read."""

    def expect(self, until: float) -> None:
        """It is cancelled where it takes too long."""

    def lasts(self, until: float) -> None:
        """It is cancelled then."""

    def taken(self) -> bytes:
        """Nothing is known of it before it is read."""
        return b""

    async def receive(self) -> bytes:
        try:
            chunk = await anext(self._chunks, b"")
        except httpx.HTTPError as error:
            trouble = TransportTrouble(TroubleKind.DISCONNECTED, _said(error, "the answer broke off"))
        else:
            self.came_at = trio.current_time()
            return chunk
        raise trouble

    def kept(self) -> bool:
        """It never is."""
        return False

    async def finish(self, *, wait_s: float, rest: bool = False) -> None:  # noqa: ARG002 -- none is ever used again
        """What httpx reads through is a generator of generators: left half-way, it ends in the garbage collector.

        That warns; one that is cancelled ends here and now.
        """
        with trio.CancelScope(shield=True, deadline=trio.current_time() + wait_s), suppress(httpx.HTTPError):
            async for _ in self._chunks:
                pass
        with trio.CancelScope(shield=True):
            await self._response.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    """How httpcore gets at connections. Its timeouts are None throughout: the time limits stand further out."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's signature
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.AsyncNetworkStream:
        del timeout, local_address, socket_options
        try:
            stream = await self._connect(host, port)
        except (OSError, UnicodeError):  # UnicodeError is what a host's name that cannot be looked up raises
            raise httpcore.ConnectError(f"no connection to {host}") from None
        return await _settled(stream)


async def _settled(stream: trio.abc.Stream) -> "_Connection":
    """The stream as a connection, unless the request has been cancelled meanwhile.

    httpcore's first checkpoint after connecting is a lock, outside everything that would close the connection again. A
    cancellation that arrived while the task was waiting to run would strike there and leave the socket open for good.
    So it is met here.
    """
    try:
        await trio.lowlevel.checkpoint_if_cancelled()
    except trio.Cancelled:
        await trio.aclose_forcefully(stream)
        raise
    return _Connection(stream)


class _Connection(httpcore.AsyncNetworkStream):
    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 -- httpcore's
        with _told_as(httpcore.ReadError):
            return bytes(await self._stream.receive_some(max_bytes))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 -- httpcore's
        with _told_as(httpcore.WriteError):
            await self._stream.send_all(buffer)

    async def aclose(self) -> None:
        await trio.aclose_forcefully(self._stream)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        del timeout
        secured = trio.SSLStream(self._stream, ssl_context, server_hostname=server_hostname, https_compatible=True)
        try:
            with _told_as(httpcore.ConnectError):
                await secured.do_handshake()
        except BaseException:
            await self.aclose()
            raise
        return await _settled(secured)


@contextmanager
def _told_as(kind: type[httpcore.NetworkError]) -> Iterator[None]:
    try:
        yield
    except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
        reason = error.__cause__
        raise kind(reason.reason if isinstance(reason, ssl.SSLError) else "the connection was lost") from None


@cache
def certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Whom to trust: the usual authorities, or those that the environment names (`SSL_CERT_FILE`, `SSL_CERT_DIR`)."""
    # Reading the certificates takes some 20 ms, so it happens once; with an environment that changed, still once.
    return httpx.create_ssl_context(trust_env=trust_env)


def _proxy_for(url: str) -> str:
    """The proxy that the environment names for this URL, "" for none."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or ""


def _as_httpcore(proxy: str) -> httpcore.Proxy:
    """Raises TransportTrouble, without repeating the URL: it may hold a password."""
    try:
        known = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        known = None
    if known is None or known.url.scheme not in ("http", "https"):
        said = "the connection failed: the environment names a proxy that is not one for HTTP"
        raise TransportTrouble(TroubleKind.UNREACHABLE, said)
    return httpcore.Proxy(str(known.url), auth=known.raw_auth)


def _is_connect(request: object) -> bool:
    return isinstance(request, httpcore.Request) and request.method == b"CONNECT"


def _as_httpx(
    request: HttpRequest, note: Callable[[str, Mapping[str, object]], Awaitable[None]], *, keep: bool
) -> httpx.Request:
    headers = fields_of(request.headers, keep=keep)
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


def _said(error: httpx.HTTPError, what: str) -> str:
    """What the client says of its trouble, where it cannot hold anything of the request."""
    return what if isinstance(error, httpx.LocalProtocolError) or not str(error) else f"{what}: {error}"
