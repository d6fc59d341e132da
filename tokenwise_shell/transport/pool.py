"""httpx's own transport over connections of ours: TCP and TLS by trio, a proxy where the environment names one.

httpx offers no place to say who connects; httpcore, which it is built on, does.
"""

import ssl
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import httpcore
import httpx
import trio

__all__ = ["Connect", "Pool"]

Connect = Callable[[str, int], Awaitable[trio.abc.Stream]]
"""Connects to a host and port. Raises OSError."""

# What servers and the balancers before them keep an idle connection for is 60 s or more as a rule (nginx 75 s, AWS
# 60 s); a connection closed under us is noticed before it is used again, so this only bounds how many are kept.
_KEEP_IDLE_S: Final = 60.0


class Pool(httpx.AsyncBaseTransport):
    """All connections, by the proxy they go through. What it raises are httpx's exceptions."""

    def __init__(self, connect: Connect, *, trust_env: bool) -> None:
        self._connect = connect
        self._trust_env = trust_env
        self._routes: dict[str, _Route] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request once; gives the answer's head. Cancelling closes the connection."""
        proxy = _proxy_for(request.url) if self._trust_env else ""
        if proxy not in self._routes:
            self._routes[proxy] = _Route(_Backend(self._connect), _certificates(trust_env=self._trust_env), proxy)
        return await self._routes[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection, used or not."""
        for route in self._routes.values():
            await route.aclose()


class _Route(httpx.AsyncHTTPTransport):
    """All that httpx's own `__init__` does is to make the pool, and it has no parameter for who connects."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, certificates: ssl.SSLContext, proxy: str) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=certificates,
            proxy=_as_httpcore(proxy) if proxy else None,
            max_connections=None,
            keepalive_expiry=_KEEP_IDLE_S,
            network_backend=backend,
        )


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

    def get_extra_info(self, info: str) -> object:
        """Whether an idle connection has something to say, which can only be that it is over."""
        stream = self._stream.transport_stream if isinstance(self._stream, trio.SSLStream) else self._stream
        if info == "is_readable" and isinstance(stream, trio.SocketStream):
            return stream.socket.is_readable()
        return None


@contextmanager
def _told_as(kind: type[httpcore.NetworkError]) -> Iterator[None]:
    try:
        yield
    except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
        reason = error.__cause__
        raise kind(reason.reason if isinstance(reason, ssl.SSLError) else "the connection was lost") from None


@cache
def _certificates(*, trust_env: bool) -> ssl.SSLContext:
    # Reading the certificates takes some 20 ms, so it happens once; with an environment that changed, still once.
    return httpx.create_ssl_context(trust_env=trust_env)


def _proxy_for(url: httpx.URL) -> str:
    """The proxy that the environment names for this URL, "" for none."""
    if urllib.request.proxy_bypass(url.host):
        return ""
    proxies = urllib.request.getproxies()
    return proxies.get(url.scheme) or proxies.get("all") or ""


def _as_httpcore(proxy: str) -> httpcore.Proxy:
    """Raises httpx.ProxyError, without repeating the URL: it may hold a password."""
    try:
        known = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        known = None
    if known is None or known.url.scheme not in ("http", "https"):
        raise httpx.ProxyError("the environment names a proxy that is not one for HTTP")
    return httpcore.Proxy(str(known.url), auth=known.raw_auth)
