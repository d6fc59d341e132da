"""What a step does when a budget outside the run has said no: it waits, fits what is left there, or gives up.

Money that others only hold may come back, so it is waited for; what is spent does not. Which of the two it is depends
on the cheapest answer worth sending, and not on what was asked for.
"""

from typing import Final

from attrs import evolve

from tokenwise.budgets.limit import glob_matches
from tokenwise.catalog.models import Catalog
from tokenwise.machine.books import end, withdraw
from tokenwise.machine.messages import Reserve, ReserveRefused, Wait
from tokenwise.machine.propose import Left, least_for, propose
from tokenwise.machine.run import Attempt, BackingOff, Outcome, Pending, Run, Transition
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.fitting import Lack
from tokenwise.routing.floors import floor_of, is_plain
from tokenwise.routing.shortlist import least_output, obstacle

__all__ = ["hopeless", "least_held", "refused"]

# How long a step waits for money that other runs hold, each time, and how often, before it gives up.
_BUSY_MS: Final = 250
_MOST_WAITS: Final = 8
_OTHERS_HOLD_IT: Final = "the money stayed in others' hands"
_NOTHING: Final = Nanodollars(0)


def refused(run: Run, index: int, attempt: Attempt, event: ReserveRefused) -> Transition:
    """Wait for what others hold there, or fit what it has left, or give up."""
    asked, run = run, withdraw(run, index, attempt)
    if event.models and (elsewhere := _elsewhere(run, index, attempt, event.models)):
        return propose(elsewhere, index, attempt.intent)
    each = evolve(run.steps[index], state=Pending(), refusals=run.steps[index].refusals + 1)
    run = run.put(index, each)
    intent, cheapest = attempt.intent, least_for(run, attempt.intent)
    least = attempt.bid.amount if cheapest is None else cheapest
    # Else something may be had without anybody's doing; or never, before somebody makes all of the limit larger.
    if event.pauses and event.available + event.held < least <= (least if event.whole is None else event.whole):
        bid = attempt.bid
        return asked, (Reserve(attempt.id, bid.amount, model=bid.model, patient=True),)
    if not run.books.held:  # otherwise a sibling's end will wake it
        whole = _NOTHING if intent.need.open_ended else attempt.bid.amount
        if each.waits < _MOST_WAITS and (_may_come(whole, event) or _may_come(least, event)):
            waiting = evolve(each, state=BackingOff(attempt, intent), waits=each.waits + 1)
            return run.put(index, waiting), (Wait(attempt.id, _BUSY_MS),)
        if _may_come(least, event):
            return end(run, index, Outcome.BUDGET_EXHAUSTED, _OTHERS_HOLD_IT, lack=Lack(least, 0))
    return propose(run, index, intent, _left(run, attempt, event, least))


def least_held(need: Need, bid: Bid, catalog: Catalog, policy: Policy) -> Nanodollars | None:
    """What the cheapest answer worth sending holds, of a request without seats that cool whose `bid` is refused first.

    The lower envelope of the prices says so, without a look at each model; None where it cannot.
    """
    preferred = catalog[bid.model]
    if not is_plain(need) or obstacle(preferred, need, policy) is not None:
        return None
    return floor_of(need, catalog, policy, output_tokens=least_output(need, policy), upto=preferred.tier)


def hopeless(least: Nanodollars, event: ReserveRefused) -> bool:
    """Whether such a request ends at once by this refusal, its first."""
    return not (event.models or event.pauses) and event.available + event.held < least


def _elsewhere(run: Run, index: int, attempt: Attempt, models: str) -> Run | None:
    """The run without the models whose own limit refused this, where others could answer in their place."""
    meant = (model for model in run.job.catalog.models if glob_matches(models, model.id))
    shut = run.shut | {(offer.provider, model.id) for model in meant for offer in model.offers}
    without = evolve(run, shut=shut).with_state(index, Pending())
    taken = (attempt.bid.provider, attempt.bid.model)
    return without if taken in shut - run.shut and least_for(without, attempt.intent) is not None else None


def _may_come(amount: Nanodollars, event: ReserveRefused) -> bool:
    """Whether this much is not left, and would be if others gave back all that they hold."""
    return event.available < amount <= event.available + event.held


def _left(run: Run, attempt: Attempt, event: ReserveRefused, least: Nanodollars) -> Left:
    """What may be held of what is left: a share of it where nobody asked for a length, and the least in any case.

    Always less than was refused, so that asking ends.
    """
    share = run.job.policy.fair_share if attempt.intent.need.open_ended else 1
    most = max(event.available // share, min(least, event.available))
    return Left(Nanodollars(min(most, attempt.bid.amount - 1)), least)
