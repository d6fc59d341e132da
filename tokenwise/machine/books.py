"""The run's bookkeeping: what a finished call costs, what an abandoned one does, and how a step is closed.

Every hold that `propose` makes ends in exactly one of `pay`, `abandon` and `withdraw`.
"""

from typing import Final

from attrs import evolve

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Hold
from tokenwise.budgets.budget import settle as settle_hold
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price, Writes
from tokenwise.catalog.service_tiers import price_at
from tokenwise.faults import RULES, Billing, Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.leaving import charge_of_left
from tokenwise.machine.messages import AbandonCall, CallFailed, Left, Record, Settle
from tokenwise.machine.plausible import implausible
from tokenwise.machine.run import Attempt, Ended, Outcome, Run, Transition
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid, fees_of, most_fees
from tokenwise.routing.fitting import Lack
from tokenwise.routing.verdicts import Reply
from tokenwise.usage import Usage

__all__ = ["abandon", "charge", "difference", "end", "pay", "reservation", "withdraw", "write_off"]

_IN_VAIN: Final = (Outcome.FAILED, Outcome.BUDGET_EXHAUSTED, Outcome.NO_MODEL, Outcome.DEADLINE_PASSED)


def reservation(attempt: Attempt) -> ledger.Reservation:
    """The entry that stands in the books before the call leaves."""
    bid = attempt.bid
    return ledger.Reservation(attempt.id, bid.model, bid.provider, bid.amount, bid.input_tokens, bid.max_output_tokens)


def pay(run: Run, index: int, attempt: Attempt, outcome: str, heard: Reply | CallFailed) -> Transition:
    """Settle a call that has been answered."""
    entry = charge(run.job.catalog, attempt, outcome, heard)
    run = _settled(run, index, attempt, entry.amount)
    return run, (Settle(attempt.id, entry.amount), Record(entry), *map(Record, difference(attempt, entry.amount)))


def charge(catalog: Catalog, attempt: Attempt, outcome: str, heard: Reply | CallFailed) -> ledger.Charged:
    """What a call that has been answered costs. The reservation stands where nothing was reported and it may be billed.

    What the provider says that it took counts where it is more than the tokens come to.
    """
    bid = attempt.bid
    served = (heard.served_model if isinstance(heard, Reply) else "") or bid.model
    usage, doubt = _believed(catalog, attempt, served, heard)
    price, told = _price(catalog, bid, served, heard.tier or attempt.intent.need.tier)
    cost = _cost(price, bid, usage, outcome, fees=_fees(attempt, heard))
    if heard.reported_cost is not None and heard.reported_cost > cost:
        cost = heard.reported_cost
    return ledger.Charged(
        attempt=attempt.id,
        model=served,
        provider=bid.provider,
        amount=cost,
        usage=usage,
        outcome=outcome,
        estimated=usage is None and cost > 0,
        asked=bid.model,
        reported=heard.reported_cost,
        notice="; ".join(filter(None, (heard.notice, doubt, told))) if doubt or told else heard.notice,
    )


def _believed(catalog: Catalog, attempt: Attempt, served: str, heard: Reply | CallFailed) -> tuple[Usage | None, str]:
    """The usage that was reported, None with the reason where it cannot be true."""
    if heard.usage is None:
        return None, ""
    bid, need = attempt.bid, attempt.intent.need
    said = heard.text if isinstance(heard, Reply) else ""
    model = catalog.by_id.get(served) or catalog.by_id.get(bid.model)
    doubt = implausible(heard.usage, bid, model, said=said)
    return (None, doubt) if doubt else (_as_asked(heard.usage, need.writes), "")


def _as_asked(usage: Usage, writes: Writes) -> Usage:
    """The usage with no more writes for an hour than the request could cause: many a report does not say how long.

    >>> _as_asked(Usage(cache_write_tokens=50), Writes(minutes=80))
    Usage(input_tokens=0, cache_read_tokens=0, cache_write_tokens=0, output_tokens=0, reasoning_tokens=0, \
cache_write_5m_tokens=50)
    """
    if not usage.cache_write_tokens:  # nearly always
        return usage
    short = min(writes.minutes, usage.cache_write_tokens - writes.hour)
    if short <= 0:
        return usage
    return evolve(
        usage,
        cache_write_tokens=usage.cache_write_tokens - short,
        cache_write_5m_tokens=usage.cache_write_5m_tokens + short,
    )


def _fees(attempt: Attempt, heard: Reply | CallFailed) -> Nanodollars:
    """What is paid beside the tokens: what was held, but of hosted tools only the calls that were made."""
    bid, hosted = attempt.bid, attempt.intent.need.hosted
    if not hosted or heard.hosted is None or not bid.surcharge:
        return bid.surcharge
    held = most_fees(hosted, model=bid.model, provider=bid.provider)
    return Nanodollars(bid.surcharge - held + fees_of(heard.hosted, model=bid.model, provider=bid.provider))


def _cost(price: Price, bid: Bid, usage: Usage | None, outcome: str, *, fees: Nanodollars) -> Nanodollars:
    if usage is not None:
        return Nanodollars(price.cost(usage) + fees)
    known_free = outcome != "ok" and RULES[Fault(outcome)].billing is Billing.FREE
    return Nanodollars(0) if known_free else bid.amount


def _price(catalog: Catalog, bid: Bid, served: str, tier: str) -> tuple[Price, str]:
    """The price of the model that answered, at the tier that served, and a notice where nobody publishes that one.

    The price of the model asked counts where the other's is not known, and the listed one for a tier without a price.
    """
    for name in (served, bid.model):
        model = catalog.by_id.get(name)
        offer = model.offered_by.get(bid.provider) if model else None
        if offer and isinstance(offer.price, Price):
            if not tier:  # nearly always
                return offer.price, ""
            price = price_at(offer.price, tier, model=name, provider=bid.provider)
            unknown = f"served at the tier {tier[:40]!r}, and priced at the listed one"
            return (offer.price, unknown) if price is None else (price, "")
    raise AssertionError(f"{bid.model} was bid for without a price")


def difference(attempt: Attempt, cost: Nanodollars) -> tuple[ledger.Released | ledger.Overran, ...]:
    """What the books say of a cost that is not what was held."""
    over = cost - attempt.bid.amount
    if over < 0:
        return (ledger.Released(attempt.id, Nanodollars(-over)),)
    if over > 0:
        return (ledger.Overran(attempt.id, Nanodollars(over)),)
    return ()


def _settled(run: Run, index: int, attempt: Attempt, cost: Nanodollars) -> Run:
    books = settle_hold(run.books, Hold(attempt.bid.amount), cost)
    each = run.steps[index]
    return run.put(index, each.turned(each.state, spent=cost), books)


def abandon(run: Run, index: int, attempt: Attempt, left: Left | None = None) -> Transition:
    """Give up a call under way. It may still be billed, so its whole reservation counts as spent, as an estimate.

    Less where it is known what it can be billed at most.
    """
    bid = attempt.bid
    if left is not None:
        model, need = run.job.catalog[bid.model], attempt.intent.need
        cost = charge_of_left(left, bid, model, need, _price(run.job.catalog, bid, bid.model, need.tier)[0])
        if cost is not None:
            return _leave(run, index, attempt, cost)
    entry = ledger.Abandoned(attempt.id, bid.model, bid.provider, bid.amount)
    run = _settled(run, index, attempt, bid.amount)
    return run, (AbandonCall(attempt.id), Settle(attempt.id, bid.amount), Record(entry))


def _leave(run: Run, index: int, attempt: Attempt, cost: Nanodollars) -> Transition:
    bid = attempt.bid
    entry = ledger.Charged(
        attempt=attempt.id,
        model=bid.model,
        provider=bid.provider,
        amount=cost,
        usage=None,
        outcome=ledger.LEFT,
        estimated=True,
        asked=bid.model,
        notice="nobody waited for the rest; this is the most that was made of it",
    )
    run = _settled(run, index, attempt, cost)
    told = (Record(entry), *map(Record, difference(attempt, cost)))
    return run, (AbandonCall(attempt.id), Settle(attempt.id, cost), *told)


def end(
    run: Run,
    index: int,
    outcome: Outcome,
    why: str = "",
    text: str = "",
    *,
    lack: Lack | None = None,
    by: AttemptId | None = None,
) -> Transition:
    """Close a step. What it has spent is in the books already.

    An answer that was to be confirmed or improved stands where that came to nothing.
    """
    opinion = run.steps[index].opinion
    if opinion and outcome in _IN_VAIN:
        outcome, text, by, why = Outcome.OK, opinion.text, opinion.attempt, f"unconfirmed: {why}"
        lack = None
    over = run.steps[index].turned(Ended(outcome, text, why, lack, by))
    entry = ledger.StepEnded(run.spec(index).id, outcome.value, over.spent, why)
    return run.put(index, over), (Record(entry),)


def withdraw(run: Run, index: int, attempt: Attempt) -> Run:
    """Take a hold back that no call was made for."""
    return _settled(run, index, attempt, Nanodollars(0))


def write_off(run: Run, index: int, attempt: Attempt, cost: Nanodollars | None = None) -> Run:
    """Count a hold as spent, in full or at this cost, whose closing the ledger has recorded elsewhere."""
    return _settled(run, index, attempt, attempt.bid.amount if cost is None else cost)
