"""The face for programs on asyncio: the client on trio, in a thread of its own behind anyio's portal.

One thread and one trio loop for as long as the block runs. A call waits here as any coroutine does and blocks nobody.
Cancelling it cancels it there, and is over here once it is there: by then money and calls are let go of.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import define, field

from tokenwise_shell.trio_client import TrioClient, fitting, open_client

__all__ = ["AsyncClient"]

P = ParamSpec("P")
T = TypeVar("T")


def _there(
    method: Callable[Concatenate[TrioClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    """The method of the client on trio, awaited from asyncio. What `hear` is given is said in this loop."""

    @wraps(method)
    async def called(self: "AsyncClient", /, *given: P.args, **named: P.kwargs) -> T:
        fitting(self, method, given, named)
        if callable(hear := named.get("hear")):
            named["hear"] = partial(asyncio.get_running_loop().call_soon_threadsafe, hear)
        return await self.there(partial(method, self.client, *given, **named))

    return called


def _here(method: Callable[Concatenate[TrioClient, P], T]) -> Callable[Concatenate["AsyncClient", P], T]:
    """The method of the client on trio that calls nobody, and so waits for nothing."""

    @wraps(method)
    def called(self: "AsyncClient", /, *given: P.args, **named: P.kwargs) -> T:
        fitting(self, method, given, named)
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
    _under_way: dict[Future[None], Future[Any]] = field(factory=dict, init=False, repr=False)

    route = _here(TrioClient.route)
    complete = _there(TrioClient.complete)
    plan = _there(TrioClient.plan)
    execute = _there(TrioClient.execute)
    resume = _there(TrioClient.resume)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._enter)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.shield(asyncio.to_thread(self._leave))

    async def there(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Have this done on trio. However it ends here, it has ended there, unless a second cancellation came."""
        ended: Future[None] = Future()  # the portal's own is done as soon as it is cancelled, long before its task is

        async def watched() -> T:
            try:
                return await work()
            finally:
                ended.set_result(None)

        running = self._under_way[ended] = self.portal.start_task_soon(watched)
        ended.add_done_callback(self._under_way.pop)
        try:
            return await asyncio.wrap_future(running)
        finally:
            await asyncio.shield(asyncio.wrap_future(ended))

    def _leave(self) -> None:
        """Close the client once nothing is under way in it: what nobody waits for any more is cancelled first."""
        for running in tuple(self._under_way.values()):
            running.cancel()
        wait(tuple(self._under_way))
        self._open.close()

    def _enter(self) -> None:
        with ExitStack() as opening:
            self.portal = opening.enter_context(start_blocking_portal(backend="trio"))
            opened = self.portal.wrap_async_context_manager(open_client(config=self.config, offline=self.offline))
            self.client = opening.enter_context(opened)
            self._open = opening.pop_all()
