"""The face for programs on asyncio: the client on trio, in a thread of its own behind anyio's portal.

One thread and one trio loop for as long as the block runs. A call waits here as any coroutine does and blocks nobody;
cancelling it cancels it there, where money and calls are let go of before the block is left.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import define, field

from tokenwise_shell.trio_client import TrioClient, open_client

__all__ = ["AsyncClient"]

P = ParamSpec("P")
T = TypeVar("T")


def _there(
    method: Callable[Concatenate[TrioClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    """The method of the client on trio, awaited from asyncio. What `hear` is given is said in this loop."""

    @wraps(method)
    async def called(self: "AsyncClient", /, *given: P.args, **named: P.kwargs) -> T:
        if callable(hear := named.get("hear")):
            named["hear"] = partial(asyncio.get_running_loop().call_soon_threadsafe, hear)
        return await asyncio.wrap_future(self.portal.start_task_soon(partial(method, self.client, *given, **named)))

    return called


def _here(method: Callable[Concatenate[TrioClient, P], T]) -> Callable[Concatenate["AsyncClient", P], T]:
    """The method of the client on trio that calls nobody, and so waits for nothing."""

    @wraps(method)
    def called(self: "AsyncClient", /, *given: P.args, **named: P.kwargs) -> T:
        return method(self.client, *given, **named)

    return called


@define
class AsyncClient:
    """`async with AsyncClient() as tw:` for programs on asyncio. `hear` of `complete` is a plain function here."""

    config: Path | None = None
    offline: bool | None = None
    portal: BlockingPortal = field(init=False, repr=False)
    client: TrioClient = field(init=False, repr=False)
    _open: ExitStack = field(factory=ExitStack, init=False, repr=False)

    route = _here(TrioClient.route)
    complete = _there(TrioClient.complete)
    plan = _there(TrioClient.plan)
    execute = _there(TrioClient.execute)
    resume = _there(TrioClient.resume)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._enter)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.shield(asyncio.to_thread(self._open.close))

    def _enter(self) -> None:
        with ExitStack() as opening:
            self.portal = opening.enter_context(start_blocking_portal(backend="trio"))
            opened = self.portal.wrap_async_context_manager(open_client(config=self.config, offline=self.offline))
            self.client = opening.enter_context(opened)
            self._open = opening.pop_all()
