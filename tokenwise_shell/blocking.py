"""The synchronous face: Router, Planner, Executor, for scripts, notebooks and programs with a loop of their own.

Each call that needs the network runs in a trio loop of its own on another thread (anyio's blocking portal), so it works
inside a running event loop too. Decisions are the pure core's: `Router` never leaves the calling thread.
"""

import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Strategy
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import Blocked
from tokenwise.traits import Capability
from tokenwise_shell.config.values import nearest
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.plans.completion import Completion
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
from tokenwise_shell.workspace import Workspace, open_workspace

__all__ = ["Executor", "Money", "Planner", "Router"]

T = TypeVar("T")

Money = str | int | float | Decimal
"""US dollars as people write them. A float is read as its shortest text, so 0.1 is ten cents to the nano-dollar."""


def _open(config: Path | None, offline: bool | None) -> Workspace:
    return open_workspace(environ=os.environ, flags={"offline": offline}, path=config, now_ms=wall_ms())


@define
class Router:
    """Chooses models. Reads the configuration once, when it is made."""

    config: Path | None = None
    offline: bool | None = None
    workspace: Workspace = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.workspace = _open(self.config, self.offline)

    def route(
        self,
        conversation: Conversation,
        *,
        strategy: str | Strategy | None = None,
        budget: Money | None = None,
        capabilities: tuple[str, ...] = (),
        max_output_tokens: int | None = None,
        best_effort: bool = False,
    ) -> Decision:
        """Which model would answer this, and why. Raises InputError for an unknown strategy or capability."""
        wishes = Wishes(capabilities=_capabilities(capabilities), max_output_tokens=max_output_tokens)
        return self.workspace.decide(
            conversation,
            strategy=_strategy(strategy),
            budget=_money(budget),
            wishes=wishes,
            best_effort=best_effort,
        )

    def complete(
        self,
        conversation: Conversation,
        *,
        strategy: str | Strategy | None = None,
        budget: Money | None = None,
        model: str = "",
        max_output_tokens: int | None = None,
        hear: Callable[[str], None] | None = None,
    ) -> Completion | Decision:
        """Have the chosen model answer, within the budget; the refused Decision where nobody was asked.

        `model` names one by its id, `hear` gets the text as it comes, on another thread. Raises InputError for an
        unknown strategy or model. A KeyboardInterrupt lets go of all money and calls before it is raised.
        """
        chosen, limit = _strategy(strategy), _money(budget)
        if model and model not in self.workspace.catalog:
            raise InputError(Problem("model", f"{model!r} is no model of this catalogue{nearest(model, self._ids)}"))
        wishes = Wishes(max_output_tokens=max_output_tokens, model=model)

        async def work() -> Completion | Decision:
            from tokenwise_shell.opening import open_client

            async with open_client(self.workspace) as client:
                said = None if hear is None else _awaited(hear)
                return await client.complete(conversation, strategy=chosen, budget=limit, wishes=wishes, hear=said)

        return _in_trio(work)

    @property
    def _ids(self) -> tuple[str, ...]:
        return tuple(self.workspace.catalog.by_id)


@define
class Planner:
    """Makes plans."""

    config: Path | None = None
    offline: bool | None = None

    def plan(
        self,
        task: str,
        *,
        budget: Money | None = None,
        strategy: str | Strategy | None = None,
        max_steps: int = 12,
        planner: str = "llm",
    ) -> Planned | Unplanned | Blocked:
        """A plan within the budget; Unplanned with the smallest feasible budget where there is none."""
        limit, chosen = _money(budget), _strategy(strategy)

        async def work() -> Planned | Unplanned | Blocked:
            from tokenwise_shell.opening import open_client

            async with open_client(_open(self.config, self.offline)) as client:
                return await client.plan(task, budget=limit, strategy=chosen, max_steps=max_steps, planner=planner)

        return _in_trio(work)


@define
class Executor:
    """Carries plans out."""

    config: Path | None = None
    offline: bool | None = None

    def execute(self, planned: Planned) -> Execution:
        """Run a plan to its end. A KeyboardInterrupt lets go of all money and calls before it is raised."""

        async def work() -> Execution:
            from tokenwise_shell.opening import open_client

            async with open_client(_open(self.config, self.offline)) as client:
                return await client.execute(planned)

        return _in_trio(work)


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


def _awaited(hear: Callable[[str], None]) -> Callable[[str], Awaitable[None]]:
    async def heard(text: str) -> None:
        hear(text)

    return heard


def _strategy(name: str | Strategy | None) -> Strategy | None:
    if name is None or isinstance(name, Strategy):
        return name
    try:
        return Strategy(name)
    except ValueError:
        known = ", ".join(strategy.value for strategy in Strategy)
        raise InputError(Problem("strategy", f"{name!r} is none of {known}")) from None


def _capabilities(names: tuple[str, ...]) -> Capability | None:
    wanted = Capability(0)
    for name in names:
        member = Capability.__members__.get(name.upper())
        if member is None:
            known = ", ".join(Capability.__members__).lower()
            raise InputError(Problem("capabilities", f"{name!r} is none of {known}"))
        wanted |= member
    return wanted or None


def _money(amount: Money | None) -> Nanodollars | None:
    return None if amount is None else parse_usd(str(amount))
