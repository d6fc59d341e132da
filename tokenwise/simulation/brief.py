"""The common story of a request in closed form: one call, made at once, answered in time, accepted and paid.

`start` and `step` make some seventy values for it. Here the same follows from the decision, the world's answer and the
function that charges it; whatever turns out otherwise becomes a job again, from its beginning. A plan is told
by `machine.smooth`, and no commands are made but its calls. A law holds what is told here against the machine,
entry by entry.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Account
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import charge, reservation
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    CallModel,
    Event,
    Record,
    ReserveRefused,
)
from tokenwise.machine.refused import hopeless, least_held
from tokenwise.machine.run import Attempt, Commands, Intent, Job, Outcome, Run
from tokenwise.machine.smooth import Smooth
from tokenwise.machine.straight import closing, opening
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Bid, Need, cap
from tokenwise.routing.choosing import Routed
from tokenwise.routing.health import ANY_MODEL, Seat
from tokenwise.routing.verdicts import FinishReason, Reply, verdict
from tokenwise.simulation.answers import Answer, Plain, World
from tokenwise.simulation.facing import Facing
from tokenwise.simulation.workload import REQUEST
from tokenwise.usage import Usage

__all__ = ["ATTEMPT", "Brief", "BriefPlan", "Ready", "Retold", "accepts", "entries_of", "ready_of", "refusal_of"]


ATTEMPT: Final = AttemptId(REQUEST.steps[0].id, 0)
"""The only call of a common story."""


@frozen
class Ready:
    """What a routing decision leads to while nothing goes wrong: the money to ask for, and the call to make.

    `need` is with the room that was bought, `stated` as it was asked for.
    """

    catalog: Catalog
    policy: Policy
    need: Need
    routed: Routed
    stated: Need

    @property
    def bid(self) -> Bid:
        """What the call holds."""
        return self.routed.bid

    @property
    def share(self) -> int:
        """The part of what each budget has left that it may hold at most: one in so many."""
        return self.policy.fair_share if self.need.open_ended else 1

    @property
    def timeout_ms(self) -> int:
        """How long it may take."""
        timeout_ms, deadline_ms = self.policy.timeout_ms, self.policy.deadline_ms
        return min(timeout_ms, deadline_ms) if deadline_ms else timeout_ms

    @cached_property
    def least_held(self) -> Nanodollars | None:
        """See `machine.refused`."""
        return least_held(self.need, self.bid, self.catalog, self.policy)

    @cached_property
    def attempt(self) -> Attempt:
        """The attempt that it is to the machine."""
        return Attempt(ATTEMPT, self.bid, Intent(self.need, None, First(self.bid.model)))

    @cached_property
    def call(self) -> CallModel:
        """The call that it is to the machine."""
        bid = self.bid
        return CallModel(
            attempt=ATTEMPT,
            model=bid.model,
            provider=bid.provider,
            native_id=bid.native_id,
            prompt=None,
            checks=(),
            input_tokens=bid.input_tokens,
            max_output_tokens=bid.max_output_tokens,
            timeout_ms=self.timeout_ms,
        )


def ready_of(routed: Routed, need: Need, catalog: Catalog, policy: Policy) -> Ready | None:
    """What this decision leads to; None where the machine would send another bid first, or may send two."""
    bid, stated = routed.bid, need
    if bid.max_output_tokens > need.max_output_tokens:
        need = evolve(need, max_output_tokens=bid.max_output_tokens)
    if routed.strong is not None or bid.max_output_tokens != cap(routed.model, need):
        return None
    return Ready(catalog, policy, need, routed, stated)


@define(eq=False)
class Brief:
    """A request on its way through the common story; `make_job` makes the job that it is to the machine.

    Its `answer` is there once its call has been made, and `cooling` is what was known of health when it arrived.
    `holds` where budgets that it shares have its money. `short` is what it lacks there, and what they have left, where
    they turn it away.
    """

    id: str
    at_ms: int
    ready: Ready
    world: Facing
    account: Account
    make_job: Callable[["Brief"], Job]
    cooling: tuple[tuple[Seat, int], ...] = ()
    answer: Answer | Plain | None = None
    holds: bool = False
    short: tuple[Nanodollars, Nanodollars] | None = None

    def job(self) -> Job:
        """The job that it is to the machine."""
        job = self.make_job(self)
        return evolve(job, cooling=self.cooling) if self.cooling else job

    @property
    def cools(self) -> bool:
        """Whether its seat is to be left alone."""
        model, provider = self.ready.bid.model, self.ready.bid.provider
        return any(seat in ((provider, model), (provider, ANY_MODEL)) for seat, _ in self.cooling)

    def refused(self, event: ReserveRefused) -> bool:
        """Whether it ends at once by this, and `short` says why."""
        least = None if self.cooling else self.ready.least_held
        if least is not None and hopeless(least, event):
            self.short = least, event.available
        return self.short is not None

    def ask(self, at_ms: int) -> int | Answer:
        """Make its call, and say how many ms it takes; or what comes back, where that is for the machine."""
        ready = self.ready
        plain = self.world.plainly(ATTEMPT, ready.bid, at_ms)
        if plain is not None and plain.after_ms <= ready.timeout_ms:
            self.answer = plain
            return plain.after_ms
        answer = self.world.answer(self.id, ready.call, at_ms)
        if not accepts(self, answer):
            return answer
        self.answer = answer
        return answer.after_ms

    @property
    def cost(self) -> Nanodollars:
        """What its call cost."""
        if not isinstance(self.answer, Plain):
            return self.charged.amount
        bid, need = self.ready.bid, self.ready.need
        price = self.ready.routed.model.offered_by[bid.provider].price
        assert isinstance(price, Price)  # nobody is called without one
        return Nanodollars(price.uncached(need.input.expected, self.answer.written) + bid.surcharge)

    @property
    def quality(self) -> int:
        """How good its answer is, in thousandths."""
        return self.answer.quality if isinstance(self.answer, Plain) else self.world.quality.get(ATTEMPT, 0)

    @property
    def charged(self) -> ledger.Charged:
        """What its call cost, as the machine writes it into the books."""
        answer, expected = self.answer, self.ready.need.input.expected
        if isinstance(answer, Plain):
            reply = Reply("", FinishReason.STOP, Usage(expected, 0, 0, answer.written, answer.thought))
        else:
            assert answer is not None  # this is asked when it has come
            assert isinstance(answer.outcome, Reply)  # `accepts` has seen to that
            reply = answer.outcome
        return charge(self.ready.catalog, self.ready.attempt, Outcome.OK.value, reply)


def accepts(brief: Brief, answer: Answer) -> bool:
    """Whether this is a reply that comes in time and is taken: one that is read as it comes, or not judged, or good."""
    reply = answer.outcome
    if not isinstance(reply, Reply) or answer.after_ms > brief.ready.timeout_ms:
        return False
    is_read = answer.first_token_ms is not None and answer.first_token_ms <= answer.after_ms
    return is_read or not brief.world.asked.judged or verdict(reply) is None


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
