"""Why a model was not chosen: the constraint or the inequality that it failed, from the same inputs as the decision."""

from collections.abc import Mapping
from typing import NamedTuple

from attrs import frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.money import Nanodollars, format_usd, round_up
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, cap, make_bid, seat
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.ranking import ranked
from tokenwise.routing.servings import Serving
from tokenwise.routing.shelves import rated_by_band
from tokenwise.routing.shortlist import groups, obstacle
from tokenwise.routing.worth import (
    counted_quality,
    lacking,
    outlook,
    rated,
    thinks,
    tiers_in_order,
    wanted_room,
)

__all__ = ["Rejected", "explain"]


@frozen
class Rejected:
    """A model that was not chosen, and the inequality it failed."""

    model: str
    reason: str


class _Contest(NamedTuple):
    """A decision, and what it was made from."""

    need: Need
    policy: Policy
    available: Nanodollars
    best: Serving | None
    ratings: Mapping[str, int]


def explain(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> tuple[Rejected, ...]:
    """Every model that `route` did not choose with the same arguments, and why, in catalogue order."""
    decision = route(need, catalog, policy, available, best_effort=best_effort)
    chosen = decision.model if isinstance(decision, Routed) else None
    first: dict[str, Serving] = {}
    for serving in ranked(need, catalog, policy):
        if _worst(serving.model, need, serving.max_output_tokens) <= available:
            first.setdefault(serving.model_id, serving)
    ratings = {
        model.id: rating
        for models in groups(need, catalog, policy)
        for model, rating in rated_by_band(models, policy, need.work)
    }
    contest = _Contest(need, policy, available, first.get(chosen.id) if chosen else None, ratings)
    losers = (model for model in catalog.models if model is not chosen)
    return tuple(Rejected(model.id, _why_not(model, first.get(model.id), contest)) for model in losers)


def _why_not(model: Model, serving: Serving | None, contest: _Contest) -> str:
    if reason := obstacle(model, contest.need, contest.policy):
        return reason
    if serving is None:
        worst = _worst(model, contest.need, cap(model, contest.need))
        return f"worst case {format_usd(worst)} > {format_usd(contest.available)} available"
    assert contest.best is not None  # otherwise this model would have been chosen: it meets everything and fits
    return _outranked(serving, contest.best, contest)


def _worst(model: Model, need: Need, room: int) -> Nanodollars:
    return make_bid(model, seat(model, need), need, output_tokens=room).amount


def _outranked(loser: Serving, best: Serving, contest: _Contest) -> str:
    """The first of what the order looks at in which the two differ."""
    model, chosen, need, policy = loser.model, best.model, contest.need, contest.policy
    if (lacks := need.likely & ~model.capabilities) and not need.likely & ~chosen.capabilities:
        return f"does not list {', '.join(lacks.names)}, which the words seem to need"
    if model.gratis != chosen.gratis:
        return f"is {'given away' if model.gratis else 'paid for'}, and free_models is {policy.free_models.value}"
    if _place(chosen, contest) < _place(model, contest):
        return f"{policy.strategy.value} prefers tier {chosen.tier.name.lower()} here to {model.tier.name.lower()}"
    wanted = wanted_room(need, policy, thinks=thinks(model))
    enough = wanted_room(need, policy, thinks=thinks(chosen))
    if lacking(loser.max_output_tokens, wanted) > lacking(best.max_output_tokens, enough):
        return f"has room for {loser.max_output_tokens} of the {wanted} tokens that its answer may well take"
    if contest.ratings[model.id] < contest.ratings[chosen.id]:
        return f"rated {rated(model, need.work)} < {rated(chosen, need.work)} of {chosen.id}"
    return _worth_less(loser, best, contest)


def _place(model: Model, contest: _Contest) -> int:
    order = tiers_in_order(contest.need, contest.policy)
    return next(place for place, tiers in enumerate(order) if model.tier in tiers)


def _worth_less(loser: Serving, best: Serving, contest: _Contest) -> str:
    need, name = contest.need, best.model_id
    cost, least = (_in_view(each, need) for each in (loser, best))
    points = _quality_of(loser, contest) - _quality_of(best, contest)
    balanced = contest.policy.strategy.by_difficulty
    if balanced and points > 0 and cost > least:
        price = Nanodollars(-(-1_000 * (cost - least) // points))
        paid = format_usd(contest.policy.willingness_to_pay)
        return f"is {_points(points)} better than {name} for {format_usd(price)} a point, and a point is worth {paid}"
    if balanced and points < 0 and cost <= least:
        return f"is {_points(-points)} worse than {name} and saves {format_usd(Nanodollars(least - cost))} of it"
    if cost > least:
        ahead = f", with the {need.horizon.turns} requests that will probably follow" if need.horizon else ""
        return f"is expected to cost {_times(cost, least)} as much as {name}{ahead}"
    return f"as dear as {name}, which may cost less, is stronger or comes first by name"


def _quality_of(serving: Serving, contest: _Contest) -> int:
    return counted_quality(serving.model, contest.need, contest.policy)


def _in_view(serving: Serving, need: Need) -> Nanodollars:
    return round_up(max(0, outlook(serving.model, need, serving.max_output_tokens)))


def _points(thousandths: int) -> str:
    return f"{thousandths / 1000:.2f} points"


def _times(dearer: int, cheaper: int) -> str:
    return f"{dearer / cheaper:.2f} times" if cheaper else "infinitely"
