"""The embedded provider as a server: the sockets it listens on, and how it ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import frozen

from tokenwise_shell.embedded.house import House
from tokenwise_shell.embedded.provider import EmbeddedProvider

__all__ = ["Address", "serve", "serve_forever"]


@frozen
class Address:
    """Where the server listens. As text it is the base URL that OpenAI's clients take."""

    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port: the base URL that Anthropic's and Google's clients take."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.origin}/v1"


@asynccontextmanager
async def serve(
    provider: EmbeddedProvider, *, host: str = "127.0.0.1", port: int = 0, grace_ms: int = 200
) -> AsyncIterator[Address]:
    """Serve while the block runs; port 0 takes a free one.

    At the end of the block nothing new is accepted, idle connections close, and calls in progress get `grace_ms`.
    An exception or a cancellation in the block ends everything at once. Raises OSError where the address is taken.
    """
    house, accepting = House(), trio.CancelScope()
    listeners = await trio.open_tcp_listeners(port, host=host)
    # One nursery, and the accepting in a scope of its own: the connections outlive it by their grace.
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_accept, partial(provider.converse, house=house), listeners, nursery, accepting)
        yield Address(host, listeners[0].socket.getsockname()[1])
        accepting.cancel()
        house.close()
        nursery.cancel_scope.deadline = trio.current_time() + grace_ms / 1000


async def serve_forever(
    provider: EmbeddedProvider,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    task_status: trio.TaskStatus[Address] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled, for `await nursery.start(serve_forever, provider)`, which gives the address."""
    async with serve(provider, host=host, port=port) as address:
        task_status.started(address)
        await trio.sleep_forever()


async def _accept(
    handler: Callable[[trio.SocketStream], Awaitable[None]],
    listeners: list[trio.SocketListener],
    nursery: trio.Nursery,
    accepting: trio.CancelScope,
) -> None:
    with accepting:
        await trio.serve_listeners(handler, listeners, handler_nursery=nursery)
