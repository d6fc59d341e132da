"""Which model gets one request: first every constraint, then the strategy's order, then the first that fits the money.

    constraints   reachable, price known, capabilities, features, window      never bent
    preference    a fixed total order per strategy, which money does not move
    fit           the first in that order whose worst case is within the money left

Because money only decides how far down a fixed order one has to look, more money never gives a less preferred model.
With `best_effort`, a request that fits nowhere in full goes to the model with the longest cap the money allows.

The common case never looks at every model: `shortlist.favourite` knows the head of the order, and only when that model
is not affordable are all the candidates put in order.
"""

import enum
from collections.abc import Sequence

from attrs import frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.ids import fingerprint
from tokenwise.money import Nanodollars, format_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Bid, Need, cap, longest_bid, make_bid
from tokenwise.routing.shortlist import candidates, favourite, least_output, list_cost, obstacle, tier_order

__all__ = ["Refusal", "Refused", "Rejected", "Routed", "decision_id", "explain", "route"]


@frozen
class Routed:
    """The chosen model, and the call to make."""

    model: Model
    bid: Bid


class Refusal(enum.Enum):
    """Why nothing was chosen."""

    BUDGET = "budget_exceeded"
    NO_CAPABLE_MODEL = "no_capable_model"
    NO_PROVIDER = "no_provider"
    UNPRICED = "unpriced"


@frozen
class Refused:
    """Nothing fits. `needed` is the least that would have done; it equals `available` where money is not the reason.

    `detail` is what no price covers, where that is the reason.
    """

    code: Refusal
    needed: Nanodollars
    available: Nanodollars
    detail: str = ""

    @property
    def message(self) -> str:
        """The refusal as a sentence."""
        match self.code:
            case Refusal.BUDGET:
                return (
                    f"the cheapest capable model may cost {format_usd(self.needed)}, "
                    f"and {format_usd(self.available)} is available"
                )
            case Refusal.NO_CAPABLE_MODEL:
                return "no model in the catalogue has all the capabilities, features and room that this request needs"
            case Refusal.NO_PROVIDER:
                return "every capable model is out of reach: no key for a provider that sells it, or no published price"
            case Refusal.UNPRICED:
                return f"no price in the catalogue covers {self.detail}, so no budget could be kept"


@frozen
class Rejected:
    """A model that was not chosen, and the inequality it failed."""

    model: str
    reason: str


def route(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> Routed | Refused:
    """Choose a model for one request, to be paid at most `available`.

    A pinned `need.model` is the only candidate, and as bound by money as any other.
    """
    first = None if need.model else favourite(need, catalog, policy)
    if first and (routed := _affordable(first, need, available)):
        return routed
    able = candidates(need, catalog, policy)
    for model in able:
        if routed := _affordable(model, need, available):
            return routed
    if best_effort and (routed := _shortened(able, need, policy, available)):
        return routed
    length = least_output(need, policy) if best_effort else need.max_output_tokens
    return _refused(able, need, catalog, available, length=length)


def decision_id(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> str:
    """A name for this very decision: equal inputs give equal ids, on every machine."""
    return fingerprint(need, catalog.fingerprint, policy, available, best_effort)


def explain(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> tuple[Rejected, ...]:
    """Every model that `route` did not choose with the same arguments, and why, in catalogue order."""
    decision = route(need, catalog, policy, available, best_effort=best_effort)
    chosen = decision.model if isinstance(decision, Routed) else None
    return tuple(
        Rejected(model.id, _why_not(model, chosen, need, policy, available))
        for model in catalog.models
        if model is not chosen
    )


# --- fit -------------------------------------------------------------------------------------------------------------


def _affordable(model: Model, need: Need, available: Nanodollars) -> Routed | None:
    offered = make_bid(model, model.offers[0], need, output_tokens=cap(model, need))
    return Routed(model, offered) if offered.amount <= available else None


def _shortened(able: Sequence[Model], need: Need, policy: Policy, available: Nanodollars) -> Routed | None:
    """The candidate that can say most for the money, if that is still worth having; the preferred one on a tie."""
    shorter = ((model, longest_bid(model, model.offers[0], need, available)) for model in able)
    bids = [Routed(model, bid) for model, bid in shorter if bid and bid.max_output_tokens >= least_output(need, policy)]
    return max(bids, key=lambda routed: routed.bid.max_output_tokens, default=None)


def _refused(able: Sequence[Model], need: Need, catalog: Catalog, available: Nanodollars, *, length: int) -> Refused:
    if able:
        caps = ((model, min(length, cap(model, need))) for model in able)
        least = min(make_bid(model, model.offers[0], need, output_tokens=most).amount for model, most in caps)
        return Refused(Refusal.BUDGET, least, available)
    capable = [model for model in catalog.models if _has_everything(model, need)]
    if need.unpriced and any(isinstance(model.price, Price) for model in capable):
        return Refused(Refusal.UNPRICED, available, available, need.unpriced)
    unreachable = any(not isinstance(model.price, Price) for model in capable)
    return Refused(Refusal.NO_PROVIDER if unreachable else Refusal.NO_CAPABLE_MODEL, available, available)


def _has_everything(model: Model, need: Need) -> bool:
    lacks = need.capabilities & ~model.capabilities or need.features & ~model.features
    return need.model in ("", model.id) and not lacks


# --- the losers ------------------------------------------------------------------------------------------------------


def _why_not(model: Model, chosen: Model | None, need: Need, policy: Policy, available: Nanodollars) -> str:
    if reason := obstacle(model, need, policy):
        return reason
    worst = make_bid(model, model.offers[0], need, output_tokens=cap(model, need)).amount
    if worst > available:
        return f"worst case {format_usd(worst)} > {format_usd(available)} available"
    assert chosen is not None  # otherwise this model would have been chosen: it meets everything and fits
    return _outranked(model, chosen, need, policy)


def _outranked(model: Model, chosen: Model, need: Need, policy: Policy) -> str:
    tiers = tier_order(need, policy)
    if tiers[model.tier] != tiers[chosen.tier]:
        return f"{policy.strategy.value} prefers tier {chosen.tier.name.lower()} here to {model.tier.name.lower()}"
    if policy.strategy is Strategy.BEST_QUALITY and model.quality != chosen.quality:
        return f"rated {model.quality} < {chosen.quality} of {chosen.id}"
    if (cost := list_cost(model, need)) != (least := list_cost(chosen, need)):
        return f"costs {_times(cost, least)} as much as {chosen.id} at the same length"
    return f"as dear as {chosen.id}, which is rated higher or comes first by name"


def _times(dearer: int, cheaper: int) -> str:
    return f"{dearer / cheaper:.2f} times" if cheaper else "infinitely"
