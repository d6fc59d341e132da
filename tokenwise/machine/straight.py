"""The common story of a request told without its intermediate runs: asked, held, called, answered, paid.

Nearly every request goes so: the model that was chosen for it has the money, is called once, and answers. `begin` and
`go_on` give for it the very commands of `start` and `step`, and in the end the very run, and make a tenth of the
values on the way. At the first event that is not in the story (a refusal, a failure, a seat that cools, a cancellation)
the run is derived from the job and the events so far, by `start` and `step` themselves, and the machine goes on.

So there is one machine, and nothing is decided here that it does not decide. That both ways are one is a law, in
`property_tests/machine/test_straight_laws.py`.
"""

from typing import Final

from attrs import field, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import charge, difference, reservation
from tokenwise.machine.machine import call_command, start, step
from tokenwise.machine.messages import CallSucceeded, Event, Finish, FirstToken, Record, Reserve, Reserved, Settle
from tokenwise.machine.run import Attempt, Commands, Ended, Intent, Job, Outcome, Run, StepRun
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.shortlist import obstacle

__all__ = ["Progress", "Straight", "begin", "closing", "go_on", "opening"]

_OK: Final = Outcome.OK.value
_COMPLETED: Final = "completed"


@frozen
class Straight:
    """A request under way that has met nothing but what the common story has. `events` are those of it so far."""

    job: Job
    attempt: Attempt
    started_ms: int
    now_ms: int
    events: tuple[Event, ...] = ()
    finished: bool = field(default=False, init=False)

    @property
    def run(self) -> Run:
        """The run that the events so far lead to, by the machine."""
        run, _ = start(self.job, at_ms=self.started_ms)
        for event in self.events:
            run, _ = step(run, event)
        return run


Progress = Straight | Run


def begin(job: Job, *, at_ms: int = 0) -> tuple[Progress, Commands]:
    """What `start` gives."""
    bid = _first_bid(job)
    if bid is None:
        return start(job, at_ms=at_ms)
    need = job.request
    assert need is not None
    name = AttemptId(job.plan.steps[0].id, 0)
    attempt = Attempt(name, bid, Intent(need, None, First(bid.model)))
    share = job.policy.fair_share if need.open_ended else 1
    return Straight(job, attempt, at_ms, at_ms), (
        Record(opening(job.catalog, attempt)),
        Reserve(name, bid.amount, share, bid.model),
    )


def opening(catalog: Catalog, attempt: Attempt) -> ledger.Routed:
    """What the books say first of a request that is told so."""
    bid = attempt.bid
    return ledger.Routed(attempt.id, bid.model, bid.provider, catalog[bid.model].tier, bid.amount)


def closing(attempt: Attempt, charged: ledger.Charged) -> Commands:
    """What they say last, once its call has been paid."""
    cost = charged.amount
    return (
        Record(charged),
        *difference(attempt, cost),
        Record(ledger.StepEnded(attempt.id.step, _OK, cost, "")),
        Record(ledger.Finished(_COMPLETED, cost, _over(attempt, cost))),
    )


def _over(attempt: Attempt, cost: Nanodollars) -> Nanodollars:
    return Nanodollars(max(0, cost - attempt.bid.amount))


def _first_bid(job: Job) -> Bid | None:
    """The bid of the chosen model, if that is what the machine asks money for first; None where it is to find out."""
    need = job.request
    if need is None or job.judged or job.cooling or len(job.choices) != 1:
        return None
    spec, choice = job.plan.steps[0], job.choices[0]
    if choice.cascade or choice.upgrades or spec.model or choice.max_output_tokens > need.max_output_tokens:
        return None
    model = job.catalog.by_id.get(choice.model)
    if model is None or obstacle(model, need, job.policy) is not None:
        return None
    bid = bid_of(model, need, job.policy)
    return bid if bid is not None and bid.amount <= job.limit else None


def go_on(told: Progress, event: Event) -> tuple[Progress, Commands]:
    """What `step` gives."""
    if isinstance(told, Run):
        return step(told, event)
    so_far = len(told.events)
    if isinstance(event, (Reserved, FirstToken, CallSucceeded)) and event.attempt == told.attempt.id:
        if isinstance(event, CallSucceeded) and so_far:
            return _paid(told, event)
        if isinstance(event, Reserved) and not so_far and (asked := _called(told, event)):
            return _after(told, event), asked
        if isinstance(event, FirstToken) and so_far == 1:
            return _after(told, event), ()
    return step(told.run, event)


def _after(told: Straight, event: Event) -> Straight:
    now_ms = max(told.now_ms, event.at_ms)
    return Straight(told.job, told.attempt, told.started_ms, now_ms, (*told.events, event))


def _called(told: Straight, event: Event) -> Commands | None:
    policy = told.job.policy
    timeout_ms = policy.timeout_ms
    if policy.deadline_ms:
        left = told.started_ms + policy.deadline_ms - max(told.now_ms, event.at_ms)
        timeout_ms = min(timeout_ms, left)
    if timeout_ms <= 0:
        return None
    return Record(reservation(told.attempt)), call_command(told.job, 0, told.attempt, timeout_ms)


def _paid(told: Straight, event: CallSucceeded) -> tuple[Run, Commands]:
    job, attempt = told.job, told.attempt
    entry = charge(job.catalog, attempt, _OK, event.reply)
    cost, over = entry.amount, _over(attempt, entry.amount)
    run = Run(
        job=job,
        books=Budget(job.limit, cost, overrun=over),
        steps=(_ended(told, cost, event.reply.text),),
        started_ms=told.started_ms,
        now_ms=max(told.now_ms, event.at_ms),
        finished=True,
    )
    return run, (
        Settle(attempt.id, cost),
        *closing(attempt, entry),
        Finish(_COMPLETED, ((attempt.id.step, _OK),), cost, over),
    )


def _ended(told: Straight, cost: Nanodollars, text: str) -> StepRun:
    bid = told.attempt.bid
    return StepRun(
        state=Ended(Outcome.OK, text, by=told.attempt.id),
        ordinals=1,
        calls=1,
        spent=cost,
        model=bid.model,
        base=told.job.catalog[bid.model].tier,
        tried=frozenset(((bid.provider, bid.model),)),
    )
