"""The face for scripts and notebooks: Router, Planner, Executor, which wait for what they ask.

Each call that needs the network runs in a trio loop of its own on another thread (anyio's blocking portal), so it works
inside a running event loop too. Decisions are the pure core's: `Router.route` never leaves the calling thread.
"""

import os
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from attrs import define, field

from tokenwise.policy import Strategy
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.planned import Execution, Planned
from tokenwise_shell.plans.traces import RoutingTrace, trace_of
from tokenwise_shell.trio_client import Money, TrioClient, fitting, open_client, routed
from tokenwise_shell.workspace import Workspace, open_workspace

__all__ = ["Executor", "Planner", "Router"]

P = ParamSpec("P")
T = TypeVar("T")


def _waiting(
    method: Callable[Concatenate[TrioClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["_Face", P], T]:
    """The method of the client on trio, with a client of its own, waited for here.

    A KeyboardInterrupt lets go of all money and calls before it is raised.
    """

    @wraps(method)
    def called(self: "_Face", /, *given: P.args, **named: P.kwargs) -> T:
        fitting(self, method, given, named)

        async def work() -> T:
            async with open_client(config=self.config, offline=self.offline) as client:
                return await method(client, *given, **named)

        return _in_trio(work)

    return called


@define
class _Face:
    """What the three have in common: where the configuration is, and whether nothing may leave this machine."""

    config: Path | None = None
    offline: bool | None = None


@define
class Router(_Face):
    """Chooses models, and has one answer. Reads the configuration once for all decisions, when it is made."""

    workspace: Workspace = field(init=False, repr=False)

    complete = _waiting(TrioClient.complete)

    def __attrs_post_init__(self) -> None:
        flags = {"offline": self.offline}
        self.workspace = open_workspace(environ=os.environ, flags=flags, path=self.config, now_ms=wall_ms())

    def route(
        self,
        conversation: Conversation,
        *,
        strategy: str | Strategy | None = None,
        budget: Money | None = None,
        capabilities: tuple[str, ...] = (),
        max_output_tokens: int | None = None,
        budget_strict: bool = True,
    ) -> Decision:
        """Which model would answer this, and why. Calls nobody.

        Without `budget_strict` an answer that the budget does not pay in full may be cut short; it is never exceeded.
        Raises InputError for an unknown strategy or capability, and RefusedError where no model fits.
        """
        return routed(
            self.workspace,
            conversation,
            strategy=strategy,
            budget=budget,
            capabilities=capabilities,
            max_output_tokens=max_output_tokens,
            budget_strict=budget_strict,
        )

    def route_with_trace(
        self,
        conversation: Conversation,
        *,
        strategy: str | Strategy | None = None,
        budget: Money | None = None,
        budget_strict: bool = True,
    ) -> tuple[Decision, RoutingTrace]:
        """As `route`, with the summary of it that 0.5 gave."""
        decision = self.route(conversation, strategy=strategy, budget=budget, budget_strict=budget_strict)
        return decision, trace_of(decision)


@define
class Planner(_Face):
    """Makes plans."""

    plan = _waiting(TrioClient.plan)


@define
class Executor(_Face):
    """Carries plans out."""

    execute = _waiting(TrioClient.execute)
    resume = _waiting(TrioClient.resume)

    async def aexecute(self, plan: Planned) -> Execution:
        """As `execute`, for a coroutine of asyncio, whose loop goes on meanwhile."""
        from tokenwise_shell.asyncio_client import AsyncClient

        async with AsyncClient(self.config, self.offline) as client:
            return await client.execute(plan)


def _in_trio(work: Callable[[], Awaitable[T]]) -> T:
    """Run this in a trio loop on a thread of its own, and wait for it here."""
    import trio

    if not trio.lowlevel.in_trio_run():
        return _through_portal(work)
    # Trio refuses to let a thread that runs one loop wait for another, so somebody else must do the waiting.
    with ThreadPoolExecutor(max_workers=1) as waiter:
        return waiter.submit(_through_portal, work).result()


def _through_portal(work: Callable[[], Awaitable[T]]) -> T:
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal(backend="trio") as portal:
        return portal.call(work)
