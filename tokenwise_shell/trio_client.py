"""The face for programs on trio, which the others stand on: dollars in, dollars out, and a refusal is an error.

`blocking` has it for scripts and notebooks, `asyncio_client` for programs on asyncio; `client` is what is behind all of
them, where money is in nano-dollars and a refusal is a value.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from inspect import isawaitable, signature
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Strategy
from tokenwise.routing.choosing import Routed
from tokenwise.routing.request import Wishes
from tokenwise.traits import Capability
from tokenwise_shell.config.values import nearest
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.planned import Execution, Planned
from tokenwise_shell.refusals import raised
from tokenwise_shell.workspace import Workspace

if TYPE_CHECKING:  # a script that only routes loads none of what calls
    from tokenwise_shell.client import Client
    from tokenwise_shell.plans.completion import Completion

__all__ = ["Hear", "Money", "TrioClient", "fitting", "open_client", "routed"]

Money = str | int | float | Decimal
"""US dollars as people write them. A float is read as its shortest text, so 0.1 is ten cents to the nano-dollar."""

Hear = Callable[[str], Awaitable[None] | None]
"""Takes the text of an answer as it comes, piece by piece."""


@frozen
class TrioClient:
    """Chooses models, answers, plans and executes within budgets. Get one from `open_client`."""

    inside: "Client"

    def __repr__(self) -> str:
        """In short."""
        return f"<TrioClient over {len(self.inside.workspace.reachable)} models>"

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know. More may come while the client works."""
        return self.inside.notices

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
        """Which model would answer this, and why; as `routed`, whose errors it raises."""
        return routed(
            self.inside.workspace,
            conversation,
            strategy=strategy,
            budget=budget,
            capabilities=capabilities,
            max_output_tokens=max_output_tokens,
            budget_strict=budget_strict,
        )

    async def complete(
        self,
        conversation: Conversation,
        *,
        strategy: str | Strategy | None = None,
        budget: Money | None = None,
        model: str = "",
        max_output_tokens: int | None = None,
        hear: Hear | None = None,
    ) -> "Completion":
        """Have the chosen model answer, within the budget. An answer that nobody could give is one without `success`.

        `model` names one by its id; `hear` gets the text as it comes, and once it has, nobody else is asked. Cancelling
        this lets go of the money and the call, writes that down, and re-raises. Raises InputError for an unknown
        strategy or model, and RefusedError where nobody was asked.
        """
        catalog = self.inside.workspace.catalog
        if model and model not in catalog:
            near = nearest(model, tuple(catalog.by_id))
            raise InputError(Problem("model", f"{model!r} is no model of this catalogue{near}"))
        done = await self.inside.complete(
            conversation,
            strategy=_strategy(strategy),
            budget=_nano(budget),
            wishes=Wishes(max_output_tokens=max_output_tokens, model=model),
            hear=hear and _heard(hear),
        )
        if isinstance(done, Decision):
            raise raised(done)
        return done

    async def plan(
        self,
        task: str,
        *,
        budget: Money | None = None,
        strategy: str | Strategy | None = None,
        max_steps: int | None = None,
        planner: str = "llm",
        synthesize: bool = False,
        judge: str = "",
    ) -> Planned:
        """Cut a task into steps and give each its model, all within the budget.

        `planner` "llm" asks a model, and falls back to the rules with the reason noted; "rules" asks nobody.
        `max_steps` None is the usual number. `synthesize` adds a last step that joins the results; `judge` names a
        model that is asked whether each is good.
        Raises InputError for an unknown strategy or judge, and RefusedError where no plan fits.
        """
        from tokenwise_shell.client import MAX_STEPS, Extras

        found = await self.inside.plan(
            task,
            budget=_nano(budget),
            strategy=_strategy(strategy),
            max_steps=MAX_STEPS if max_steps is None else max_steps,
            planner=planner,
            extras=Extras(synthesize, judge),
        )
        if not isinstance(found, Planned):
            raise raised(found)
        return found

    async def execute(self, plan: Planned) -> Execution:
        """Run a plan to its end. Cancelling this lets go of all money and calls, writes that down, and re-raises.

        Raises NoCapableModel where no provider can be called.
        """
        self._somebody()
        return await self.inside.execute(plan)

    async def resume(self, run_id: str) -> Execution:
        """Go on with an interrupted run without paying again for finished steps.

        Raises InputError for an unknown run, and NoCapableModel where no provider can be called.
        """
        self._somebody()
        return await self.inside.resume(run_id)

    def _somebody(self) -> None:
        if nobody := self.inside.workspace.nobody:
            raise raised(nobody)


@asynccontextmanager
async def open_client(*, config: Path | None = None, offline: bool | None = None) -> AsyncIterator[TrioClient]:
    """A client, while the block runs. The configuration and the environment are read once.

    Raises InputError for bad configuration and LinesUnwritable where the ledger cannot be written.
    """
    from tokenwise_shell.opening import open_client as open_inside

    try:
        async with open_inside(config=config, offline=offline) as inside:
            yield TrioClient(inside)
    except BaseExceptionGroup as group:  # of the nurseries inside, which are no affair of who catches the one error
        raise _alone(group) from None


def fitting(face: object, method: Callable[..., object], given: tuple[object, ...], named: dict[str, object]) -> None:
    """Raise TypeError for a call that does not fit this method, in the name of the face that was called."""
    try:
        signature(method).bind(None, *given, **named)
    except TypeError as error:
        raise TypeError(f"{type(face).__name__}.{method.__name__}() {error}") from None


def routed(
    workspace: Workspace,
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
    decision = workspace.decide(
        conversation,
        strategy=_strategy(strategy),
        budget=_nano(budget),
        wishes=Wishes(capabilities=_capabilities(capabilities), max_output_tokens=max_output_tokens),
        best_effort=not budget_strict,
    )
    if not isinstance(decision.outcome, Routed):
        raise raised(decision)
    return decision


def _alone(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _heard(hear: Hear) -> Callable[[str], Awaitable[None]]:
    async def heard(text: str) -> None:
        waiting = hear(text)
        if isawaitable(waiting):
            await waiting

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


def _nano(amount: Money | None) -> Nanodollars | None:
    return None if amount is None else parse_usd(str(amount))
