"""The common story of a request in closed form: one call, made at once, answered in time, accepted and paid.

`start` and `step` make some seventy values for it. Here the same follows from the decision, the world's answer and the
function that charges it; whatever turns out otherwise becomes a job again, from its beginning. A plan is told
by `machine.smooth`, and no commands are made but its calls. A law holds what is told here against the machine,
entry by entry.
"""

from collections.abc import Callable, Iterator

from attrs import define, evolve, field, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Account
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import charge, reservation
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    CallModel,
    Event,
    Record,
    Reserve,
    ReserveRefused,
)
from tokenwise.machine.refused import hopeless
from tokenwise.machine.run import Attempt, Commands, Intent, Job, Outcome, Run
from tokenwise.machine.smooth import Smooth
from tokenwise.machine.straight import closing, opening
from tokenwise.money import Nanodollars
from tokenwise.plan import Step
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, cap
from tokenwise.routing.choosing import Routed
from tokenwise.routing.health import ANY_MODEL, Seat
from tokenwise.routing.verdicts import Reply, verdict
from tokenwise.simulation.answers import Answer, World

__all__ = ["Brief", "BriefPlan", "Ready", "Retold", "accepts", "entries_of", "ready_of", "refusal_of"]


@frozen
class Ready:
    """What a routing decision leads to while nothing goes wrong: the money to ask for, and the call to make."""

    catalog: Catalog
    policy: Policy
    attempt: Attempt
    share: int
    call: CallModel

    @property
    def reserve(self) -> Reserve:
        """What is asked of the budgets, where there are any."""
        bid = self.attempt.bid
        return Reserve(self.attempt.id, bid.amount, self.share, bid.model)


def ready_of(routed: Routed, need: Need, step: Step, catalog: Catalog, policy: Policy) -> Ready | None:
    """What this decision leads to; None where the machine would send another bid first, or may send two.

    `step` is the request as the only step of a plan, without checks and format.
    """
    bid = routed.bid
    if bid.max_output_tokens > need.max_output_tokens:
        need = evolve(need, max_output_tokens=bid.max_output_tokens)
    if routed.strong is not None or bid.max_output_tokens != cap(routed.model, need):
        return None
    name, deadline = AttemptId(step.id, 0), policy.deadline_ms
    call = CallModel(
        attempt=name,
        model=bid.model,
        provider=bid.provider,
        native_id=bid.native_id,
        prompt=None,
        checks=(),
        input_tokens=bid.input_tokens,
        max_output_tokens=bid.max_output_tokens,
        timeout_ms=min(policy.timeout_ms, deadline) if deadline else policy.timeout_ms,
    )
    attempt = Attempt(name, bid, Intent(need, None, First(bid.model)))
    return Ready(catalog, policy, attempt, policy.fair_share if need.open_ended else 1, call)


@define(eq=False)
class Brief:
    """A request on its way through the common story; `job` makes the job that it is to the machine.

    Its `answer` is there once its call has been made, and `cooling` is what was known of health when it arrived.
    `short` says why it is turned away by a budget that it shares, "" where it is not.
    """

    id: str
    at_ms: int
    ready: Ready
    world: World
    account: Account
    make_job: Callable[[], Job]
    judged: bool
    cooling: tuple[tuple[Seat, int], ...] = ()
    answer: Answer | None = None
    short: str = ""

    def job(self) -> Job:
        """The job that it is to the machine."""
        job = self.make_job()
        return evolve(job, cooling=self.cooling) if self.cooling else job

    @property
    def cools(self) -> bool:
        """Whether its seat is to be left alone."""
        model, provider = self.ready.call.model, self.ready.call.provider
        return any(seat in ((provider, model), (provider, ANY_MODEL)) for seat, _ in self.cooling)

    def refused(self, event: ReserveRefused) -> bool:
        """Whether it ends at once by this, and `short` says why."""
        ready = self.ready
        if not self.cooling:
            need, bid = ready.attempt.intent.need, ready.attempt.bid
            self.short = hopeless(need, bid, ready.catalog, ready.policy, event) or ""
        return bool(self.short)

    def charged(self) -> ledger.Charged:
        """What its call cost."""
        assert self.answer is not None  # this is asked when it has come
        assert isinstance(self.answer.outcome, Reply)  # `accepts` has seen to that
        return charge(self.ready.catalog, self.ready.attempt, Outcome.OK.value, self.answer.outcome)


def accepts(brief: Brief, answer: Answer) -> bool:
    """Whether this is a reply that comes in time and is taken: one that is read as it comes, or not judged, or good."""
    reply = answer.outcome
    if not isinstance(reply, Reply) or answer.after_ms > brief.ready.call.timeout_ms:
        return False
    is_read = answer.first_token_ms is not None and answer.first_token_ms <= answer.after_ms
    return is_read or not brief.judged or verdict(reply) is None


def entries_of(ready: Ready, charged: ledger.Charged) -> Iterator[ledger.Entry]:
    """What the machine writes into the books of such a run."""
    attempt = ready.attempt
    yield opening(ready.catalog, attempt)
    yield reservation(attempt)
    yield from closing(attempt, charged)


def refusal_of(ready: Ready, short: str) -> tuple[ledger.Entry, ...]:
    """The same of one that was turned away."""
    nothing = Nanodollars(0)
    ended = ledger.StepEnded(ready.attempt.id.step, Outcome.BUDGET_EXHAUSTED.value, nothing, short)
    return opening(ready.catalog, ready.attempt), ended, ledger.Finished("exhausted", nothing, nothing)


@frozen
class Retold:
    """A plan's job, when it came, and the events that it has met: what its whole story follows from."""

    job: Job
    at_ms: int
    events: tuple[Event, ...]

    def moments(self) -> Iterator[tuple[Event | None, Run, Commands]]:
        """Each event (None for the start), the run after it, and what was commanded."""
        run, commands = start(self.job, at_ms=self.at_ms)
        yield None, run, commands
        for event in self.events:
            run, commands = step(run, event)
            yield event, run, commands

    def entries(self) -> Iterator[ledger.Entry]:
        """What the machine writes into the books."""
        for _, _, commands in self.moments():
            yield from (command.entry for command in commands if isinstance(command, Record))


@define(eq=False)
class BriefPlan:
    """A plan on its way through the common story. `events` are those of it so far, `charges` what its calls cost."""

    id: str
    at_ms: int
    told: Smooth
    world: World
    account: Account
    events: list[Event] = field(factory=list)
    charges: list[ledger.Charged] = field(factory=list)

    @property
    def retold(self) -> Retold:
        """Its story so far."""
        return Retold(self.told.job, self.told.started_ms, tuple(self.events))
