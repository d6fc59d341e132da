"""A job, and how far it has come: one immutable state per step, and the run's own books.

This module holds the data of the machine and what can be read off it; `machine` holds the moves.
"""

import enum
from collections.abc import Iterator

from attrs import frozen

from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import Again, Aim, Opinion
from tokenwise.machine.messages import Command
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.prompt import Message
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.fitting import Lack
from tokenwise.routing.health import Seat
from tokenwise.traits import Tier

__all__ = [
    "Attempt",
    "BackingOff",
    "Calling",
    "Choice",
    "Commands",
    "Ended",
    "Intent",
    "Job",
    "Outcome",
    "Parked",
    "Pending",
    "Reserving",
    "Run",
    "State",
    "StepRun",
    "Streaming",
    "Transition",
]


_ZERO = Nanodollars(0)


@frozen
class Choice:
    """What planning decided for one step: its model, what that may cost, and the cheapest whole answer (`floor`).

    `max_output_tokens` is the cap it was priced with (0: the step's own). `upgrades` are models worth more with the
    same cap, best first, for the money that other steps may save. With a `cascade`, the model is the cheap one that is
    asked first, and `worst` is for all of the cascade's calls.
    """

    model: str
    worst: Nanodollars
    floor: Nanodollars
    max_output_tokens: int = 0
    upgrades: tuple[str, ...] = ()
    cascade: Cascade | None = None


@frozen(kw_only=True)
class Job:
    """Everything fixed before a run starts. `choices` are in plan order.

    A request that arrives already written is a plan of one step with its `request` need; its reply is passed on as it
    comes (`judged` False), while a plan's steps are judged by `verdict`. `cooling` is what was known of everybody's
    health at the start.
    """

    id: str
    plan: Plan
    choices: tuple[Choice, ...]
    catalog: Catalog
    policy: Policy
    limit: Nanodollars
    seed: int = 0
    request: Need | None = None
    judged: bool = True
    cooling: tuple[tuple[Seat, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        if len(self.choices) != len(self.plan.steps):
            raise ValueError(f"{len(self.choices)} choices for {len(self.plan.steps)} steps")


class Outcome(enum.Enum):
    """How a step can end."""

    OK = "ok"
    FAILED = "failed"
    UPSTREAM_FAILED = "upstream_failed"
    BUDGET_EXHAUSTED = "budget_exhausted"
    NO_MODEL = "no_model"
    DEADLINE_PASSED = "deadline_passed"
    CANCELLED = "cancelled"


@frozen
class Intent:
    """What a step wants to send, and to whom it would like to send it."""

    need: Need
    prompt: tuple[Message, ...] | None
    aim: Aim


@frozen
class Attempt:
    """One call in the making or under way: the bid that is held for it, and the intent it came from."""

    id: AttemptId
    bid: Bid
    intent: Intent

    @property
    def retries(self) -> int:
        """How many times in a row this very place has been asked before."""
        return self.intent.aim.retries if isinstance(self.intent.aim, Again) else 0


@frozen
class Pending:
    """Waits for its parents, or for a free place among the parallel steps."""


@frozen
class Reserving:
    """Its money has been asked for."""

    attempt: Attempt


@frozen
class Parked:
    """Waits for money that other steps hold."""

    intent: Intent


@frozen
class Calling:
    """Its call is under way and nothing of the reply is out."""

    attempt: Attempt


@frozen
class Streaming:
    """Its reply is reaching the client: nobody else can be asked any more."""

    attempt: Attempt


@frozen
class BackingOff:
    """Pauses before it asks again. Holds nothing."""

    attempt: Attempt
    intent: Intent


@frozen
class Ended:
    """Is over, for want of money where there is a `lack`. `by` is the attempt whose answer it is, if it has one."""

    outcome: Outcome
    text: str = ""
    why: str = ""
    lack: Lack | None = None
    by: AttemptId | None = None


_PENDING = Pending()
_WAITING = (Pending, Parked, BackingOff)
_BUSY = (Reserving, Calling, Streaming, BackingOff)
_ASKING = (Reserving, Calling)
_BLAMELESS = (Outcome.OK, Outcome.UPSTREAM_FAILED)

State = Pending | Reserving | Parked | Calling | Streaming | BackingOff | Ended


@frozen
class StepRun:
    """One step's state, and what must outlive it: how often it has tried, with whom, and what that cost."""

    state: State = _PENDING
    ordinals: int = 0
    calls: int = 0
    refusals: int = 0
    waits: int = 0
    spent: Nanodollars = _ZERO
    model: str = ""
    base: Tier = Tier.BUDGET
    tried: frozenset[Seat] = frozenset()
    escalations: int = 0
    answered: int = 0
    opinion: Opinion | None = None

    def turned(self, state: State, *, calls: int = 0, spent: int = 0, answered: int = 0) -> "StepRun":
        """The same step in another state, so many calls, nano-dollars and unusable answers later."""
        return StepRun(
            state=state,
            ordinals=self.ordinals,
            calls=self.calls + calls,
            refusals=self.refusals,
            waits=self.waits,
            spent=Nanodollars(self.spent + spent),
            model=self.model,
            base=self.base,
            tried=self.tried,
            escalations=self.escalations,
            answered=self.answered + answered,
            opinion=self.opinion,
        )


@frozen
class Run:
    """A job under way. `steps` are in plan order; `books` are the run's own limit, spend and holds.

    `shut` are seats for which there is no money outside, while there is some for others.
    """

    job: Job
    books: Budget
    steps: tuple[StepRun, ...]
    started_ms: int
    now_ms: int
    cooling: tuple[tuple[Seat, int], ...] = ()
    finished: bool = False
    shut: frozenset[Seat] = frozenset()

    @classmethod
    def of(cls, job: Job, at_ms: int) -> "Run":
        """A run that has not begun."""
        steps = (StepRun(),) * len(job.plan.steps)
        return cls(job, Budget(job.limit), steps, started_ms=at_ms, now_ms=at_ms, cooling=job.cooling)

    @property
    def avoid(self) -> frozenset[Seat]:
        """The seats that are still cooling now, and those that there is no money for."""
        cooling = self.cooling
        return self.shut | {seat for seat, until_ms in cooling if self.now_ms < until_ms} if cooling else self.shut

    @property
    def endings(self) -> tuple[Ended, ...]:
        """How each step that is over has ended, in plan order."""
        return tuple([state for each in self.steps if isinstance(state := each.state, Ended)])

    @property
    def status(self) -> str | None:
        """One word for a run whose steps are all over, else None. Money is named only where nothing else went wrong."""
        outcomes = [ending.outcome for ending in self.endings]
        if len(outcomes) < len(self.steps):
            return None
        causes = [outcome for outcome in outcomes if outcome not in _BLAMELESS]
        if not causes:
            return "completed"
        if Outcome.CANCELLED in causes:
            return "cancelled"
        return "exhausted" if all(cause is Outcome.BUDGET_EXHAUSTED for cause in causes) else "failed"

    @property
    def busy(self) -> int:
        """How many steps occupy one of the parallel places."""
        return sum([isinstance(step.state, _BUSY) for step in self.steps])

    def available_to(self, index: int) -> Nanodollars:
        """What this step may hold now: what is left once every other waiting step's floor is kept. May be negative."""
        return self._beyond(sum(choice.floor for choice in self._waiting_beside(index)))

    def spare_for(self, index: int) -> Nanodollars:
        """What this step may hold if every other step is to get what was planned for it. May be negative."""
        planned = sum(choice.worst for choice in self._waiting_beside(index))
        return self._beyond(planned + sum(self._climbs_beside(index)))

    def _climbs_beside(self, index: int) -> Iterator[Nanodollars]:
        """What each other step under way may still need, to climb if its cheap answers are not accepted."""
        for place, (step, choice) in enumerate(zip(self.steps, self.job.choices, strict=True)):
            if choice.cascade and place != index and isinstance(step.state, _ASKING) and not step.escalations:
                yield choice.cascade.kept

    def _waiting_beside(self, index: int) -> Iterator[Choice]:
        for place, (step, choice) in enumerate(zip(self.steps, self.job.choices, strict=True)):
            if place != index and isinstance(step.state, _WAITING):
                yield choice

    def _beyond(self, kept: int) -> Nanodollars:
        return Nanodollars(self.job.limit - self.books.spent - self.books.held - kept)

    def left_ms(self) -> int | None:
        """Milliseconds until the deadline; None if there is none."""
        if not self.job.policy.deadline_ms:
            return None
        return self.started_ms + self.job.policy.deadline_ms - self.now_ms

    # Written out rather than left to `evolve`: these are half of what an event costs.
    def put(self, index: int, step: StepRun, books: Budget | None = None) -> "Run":
        """The same run with one step replaced, and new books if they changed with it."""
        steps = (*self.steps[:index], step, *self.steps[index + 1 :])
        return self._but(books=books or self.books, steps=steps, now_ms=self.now_ms, finished=self.finished)

    def at(self, at_ms: int) -> "Run":
        """The same run at a later time; time never runs backwards."""
        if at_ms <= self.now_ms:
            return self
        return self._but(books=self.books, steps=self.steps, now_ms=at_ms, finished=self.finished)

    def closed(self) -> "Run":
        """The same run, over."""
        return self._but(books=self.books, steps=self.steps, now_ms=self.now_ms, finished=True)

    def _but(self, *, books: Budget, steps: tuple[StepRun, ...], now_ms: int, finished: bool) -> "Run":
        return Run(
            job=self.job,
            books=books,
            steps=steps,
            started_ms=self.started_ms,
            now_ms=now_ms,
            cooling=self.cooling,
            finished=finished,
            shut=self.shut,
        )

    def with_state(self, index: int, state: State) -> "Run":
        """The same run with one step in another state."""
        return self.put(index, self.steps[index].turned(state))

    def spec(self, index: int) -> Step:
        """What the plan says of a step."""
        return self.job.plan.steps[index]

    def text(self, step_id: str) -> str:
        """The reply of a step that has ended."""
        state = self.steps[self.job.plan.position[step_id]].state
        assert isinstance(state, Ended)
        return state.text


Commands = tuple[Command, ...]
Transition = tuple[Run, Commands]
