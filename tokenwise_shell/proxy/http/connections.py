"""Clients' connections: hypercorn's HTTP/1.1, with what it leaves open closed.

What hypercorn 0.18 does, and what happens here instead:

- It shields every write, so a client that stops reading pins its request, and the money held for it, for as long as it
  likes. Here a write is cancelled with its request, and the connection, which has half of it, is given up.
- It waits for ever to hand the rest of a body, and then the word that the client has left, to an application that has
  answered without reading them. Here what nobody reads is dropped.
- It closes at once after answering a request whose body is still being sent. The client then loses the answer with the
  connection, so here it is read on for a moment first.
- It can be talked into HTTP/2, which needs other limits. Here it cannot; TLS and HTTP/2 are for a server in front.
- It starts and cancels a task for each pause between requests. Here that is a deadline.

This is the seam at which another implementation of HTTP/1.1 would be put.
"""

import logging
import math
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import h11
import trio
from attrs import define, field
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H2ProtocolAssumedError, H11Protocol
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState
from hypercorn.utils import parse_socket_addr

from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.http.house import LINGER_S, Application, House
from tokenwise_shell.proxy.http.inbox import Tasks
from tokenwise_shell.proxy.http.refusals import error_body, error_headers

if TYPE_CHECKING:
    from hypercorn.typing import AppWrapper

__all__ = ["serve_connections"]

_LOG: Final = logging.getLogger("tokenwise.proxy")

# Read from a socket at a time.
_PIECE: Final = 1 << 16

# Some SDKs keep one connection for the life of a process.
_MANY: Final = 1 << 62


async def serve_connections(
    app: Application, settings: ProxySettings, listener: socket.socket, stop: trio.Event
) -> None:
    """Serve until `stop` is set: then nothing new is accepted, idle connections close, and requests have `grace_s`.

    What is left after that is cancelled. The listening socket is closed.
    """
    door = _Door(ASGIWrapper(app), _config(settings))
    await door.house.keep_open(partial(door.accept, listener), stop, grace_s=settings.grace_s)


def _config(settings: ProxySettings) -> Config:
    config = Config()
    config.keep_alive_timeout = settings.keep_alive_s
    config.keep_alive_max_requests = _MANY
    config.h11_max_incomplete_size = settings.max_header_bytes
    config.include_server_header = False
    config.loglevel = "ERROR"
    return config


@define(eq=False)
class _Door:
    """What all connections share."""

    app: "AppWrapper"
    config: Config
    house: House = field(factory=House)
    context: WorkerContext = field(factory=lambda: WorkerContext(None))

    async def accept(self, listener: socket.socket, nursery: trio.Nursery) -> None:
        """Take connections; trio closes the listener in the end."""
        listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(listener))]
        try:
            await trio.serve_listeners(self.receive, listeners, handler_nursery=nursery)
        finally:
            await self.context.terminated.set()  # which does not wait

    async def receive(self, stream: trio.SocketStream) -> None:
        """See a client off the way it came."""
        connection = _Connection(self, stream)
        self.house.guests.add(connection)
        try:
            await connection.run()
        except OSError:
            pass  # it was gone before anything was known of it
        except Exception:  # noqa: BLE001 -- the outermost edge of a connection: the others go on
            _LOG.exception("a connection failed")
        finally:
            self.house.guests.discard(connection)
            stream.socket.close()


@define(eq=False)
class _Connection:
    """One accepted connection. Idle, its reading has a deadline; so it has while what still comes is dropped."""

    door: _Door
    stream: trio.SocketStream
    idle: bool = True
    dropping: bool = False
    reading: trio.CancelScope = field(factory=trio.CancelScope)
    writing: trio.Lock = field(factory=trio.Lock)
    http: "_Http1" = field(init=False)

    async def run(self) -> None:
        """Serve from the first byte to the last. Raises OSError where the client has left at once."""
        peer, door = self.stream.socket, self.door
        client, server = (parse_socket_addr(peer.family, of()) for of in (peer.getpeername, peer.getsockname))
        async with Tasks() as tasks:
            self.http = _Http1(
                door.app, door.config, door.context, tasks, ConnectionState({}), False, client, server, self.told
            )
            self.rest()
            await self.read()

    def rest(self) -> None:
        """Give the client its time to say something more; none at all where the proxy is ending."""
        if self.idle:
            pause_s = 0 if self.door.house.ending else self.door.config.keep_alive_timeout
            self.reading.deadline = trio.current_time() + pause_s

    async def told(self, event: Event) -> None:
        """Do what the protocol says."""
        match event:
            case RawData(data=data):
                await self.write(data)
            case Closed():
                await self.let_go()
            case Updated(idle=True):
                self.idle = True
                self.rest()
            case Updated():
                self.idle, self.reading.deadline = False, math.inf
            case _:
                pass

    async def write(self, data: bytes) -> None:
        async with self.writing:
            if self.dropping:
                return
            try:
                await self.stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self.stream.socket.close()  # whoever is reading hears of it
            except trio.Cancelled:
                self.stream.socket.close()  # the client has half of something; nothing can follow that
                raise

    async def read(self) -> None:
        """Take what the client sends, until it has said all, or its time is up."""
        with self.reading, suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            while data := bytes(await self.stream.receive_some(_PIECE)):
                if not self.dropping:
                    await self.take(data)
        await self.http.handle(Closed())

    async def take(self, data: bytes) -> None:
        try:
            await self.http.handle(RawData(data))
        except H2ProtocolAssumedError:
            await self.http.refuse()

    async def let_go(self) -> None:
        """End the connection; where the client is still sending, read on until it has heard."""
        self.dropping = True
        said_all = self.http.connection.their_state not in (h11.SEND_BODY, h11.ERROR)
        self.reading.deadline = trio.current_time() + (0 if said_all else LINGER_S)
        async with self.writing:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self.stream.send_eof()
        await self.http.handle(Closed())


class _Http1(H11Protocol):
    """Hypercorn's HTTP/1.1, with errors that say something."""

    async def _check_protocol(self, event: h11.Request) -> None:
        """Go over to no other protocol. Whoever offers to, goes on in this one, as HTTP lets a server do."""
        if event.method == b"PRI":  # HTTP/2 without asking first
            await super()._check_protocol(event)

    async def _create_stream(self, request: h11.Request) -> None:
        headers = [(name, value) for name, value in request.headers if name != b"upgrade"]
        plain = h11.Request(
            method=request.method, target=request.target, headers=headers, http_version=request.http_version
        )
        await super()._create_stream(plain if len(headers) < len(request.headers) else request)

    async def refuse(self) -> None:
        """Answer an attempt to go over to another protocol, and close."""
        await self._send_error_response(501)
        await self.send(Closed())

    async def _send_error_response(self, status_code: int) -> None:
        body = error_body(status_code)
        headers = [*error_headers(body), *self.config.response_headers("h11")]
        await self._send_h11_event(h11.Response(status_code=status_code, headers=headers))
        await self._send_h11_event(h11.Data(data=body))
        await self._send_h11_event(h11.EndOfMessage())
