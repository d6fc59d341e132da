"""The common story of a request told without its runs, events and commands: asked, held, called, answered, paid.

Nearly every request goes so: the model that was chosen for it has the money, is called once, and answers. `begin` says
whether a request may go so, and by which attempt; `call_of` is the call that the machine would ask for once the money
is held, and `books.charge` what it costs. At the first thing that is not in the story (a refusal, a failure, a seat
that cools, a cancellation) the run is derived from the job and what has happened, by `start` and `step` themselves, and
the machine goes on.

So there is one machine, and nothing is decided here that it does not decide. That both ways are one is a law, in
`property_tests/machine/test_straight_laws.py`.
"""

from functools import lru_cache
from typing import Final

from tokenwise.budgets import ledger
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import difference
from tokenwise.machine.machine import call_within
from tokenwise.machine.messages import CallModel
from tokenwise.machine.propose import planned_bid
from tokenwise.machine.run import Attempt, Intent, Job, Outcome
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid, cap

__all__ = ["ANSWERED", "COMPLETED", "begin", "call_of", "closing", "opening", "share_of"]

ANSWERED: Final = Outcome.OK.value
"""How the only step of such a request ends."""

COMPLETED: Final = "completed"
"""How its run does."""


def begin(job: Job, decided: Bid | None = None) -> Attempt | None:
    """The attempt that the machine asks money for first, where it is to be the only one; None where it is to find out.

    `decided` is the bid by which `route` has chosen the job's model for this very need, of this very catalogue.
    """
    bid = _first_bid(job, decided)
    if bid is None:
        return None
    need = job.request
    assert need is not None
    return Attempt(_first_of(job.plan.steps[0].id), bid, Intent(need, None, First(bid.model)))


@lru_cache(maxsize=64)
def _first_of(step: str) -> AttemptId:
    """The first attempt at a step. Requests' steps have one name, and what it hashes to is known then."""
    return AttemptId(step, 0)


def _first_bid(job: Job, decided: Bid | None) -> Bid | None:
    need = job.request
    if need is None or job.judged or job.cooling or len(job.choices) != 1:
        return None
    spec, choice = job.plan.steps[0], job.choices[0]
    if choice.cascade or choice.upgrades or spec.model or choice.max_output_tokens > need.max_output_tokens:
        return None
    model = job.catalog.by_id.get(choice.model)
    if model is None:
        return None
    if decided is not None and decided.model == choice.model and decided.max_output_tokens == cap(model, need):
        return decided if decided.amount <= job.limit else None
    return planned_bid(job, choice.model, need, job.limit)


def share_of(job: Job) -> int:
    """The part of what each budget has left that its call may hold at most: one in so many."""
    return job.policy.fair_share if job.request is not None and job.request.open_ended else 1


def call_of(job: Job, attempt: Attempt, *, started_ms: int, at_ms: int) -> CallModel | None:
    """The call, once its money is held; None where the deadline has passed by then."""
    return call_within(job, 0, attempt, started_ms=started_ms, at_ms=max(started_ms, at_ms))


def opening(catalog: Catalog, attempt: Attempt) -> ledger.Routed:
    """What the books say first of a request that is told so."""
    bid = attempt.bid
    return ledger.Routed(attempt.id, bid.model, bid.provider, catalog[bid.model].tier, bid.amount)


def closing(attempt: Attempt, charged: ledger.Charged) -> tuple[ledger.Entry, ...]:
    """What they say last, once its call has been paid."""
    cost = charged.amount
    return (
        charged,
        *difference(attempt, cost),
        ledger.StepEnded(attempt.id.step, ANSWERED, cost, ""),
        ledger.Finished(COMPLETED, cost, Nanodollars(max(0, cost - attempt.bid.amount))),
    )
