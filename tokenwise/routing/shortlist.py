"""Who is able to serve a request, and in which order they are preferred. What it costs is not asked here.

    constraints   reachable, price known, capabilities, features, window      never bent
    preference    what the words seem to need, then a fixed total order per strategy, which money does not move

The head of that order is wanted far more often than the rest of it. So per combination of needs a shortlist is compiled
once (lazily, kept with the catalogue), with the lower price envelope of each tier; a property test compares the two.
"""

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import FREE, Price
from tokenwise.catalog.service_tiers import price_at
from tokenwise.catalog.tool_fees import fee_of
from tokenwise.policy import FreeModels, Policy, Strategy
from tokenwise.routing.bid import Need, cap
from tokenwise.traits import Capability, Feature, Tier

__all__ = [
    "able",
    "candidates",
    "favourite",
    "least_output",
    "list_cost",
    "meant",
    "obstacle",
    "preference",
    "sells_at",
    "tier_order",
    "unpriced_tool",
]


def candidates(need: Need, catalog: Catalog, policy: Policy) -> tuple[Model, ...]:
    """Every model that meets all the constraints, most preferred first, whatever it costs."""
    return tuple(sorted(able(need, catalog, policy), key=preference(need, policy)))


def able(need: Need, catalog: Catalog, policy: Policy) -> tuple[Model, ...]:
    """Every model that meets all the constraints, in the catalogue's order."""
    if need.model:  # whose name is reason enough for what is never chosen otherwise
        named = catalog.by_id.get(need.model)
        return (named,) if named and obstacle(named, need, policy) is None else ()
    return _shortlist(need, catalog, policy, need.capabilities._value_).able


def meant(need: Need, catalog: Catalog, policy: Policy) -> tuple[Model, ...]:
    """Those of the able that come before all others at any price: the first group of `preference` that has any."""
    if need.model:
        return able(need, catalog, policy)
    lists = (_shortlist(need, catalog, policy, *group).able for group in _groups(need, policy))
    return next((models for models in lists if models), ())


def obstacle(model: Model, need: Need, policy: Policy) -> str | None:
    """The first constraint that this model fails, as a sentence with its numbers; None if it meets them all."""
    return next(_obstacles(model, need, policy), None)


def preference(need: Need, policy: Policy) -> Callable[[Model], tuple[int, ...]]:
    """The strategy's order for this request as a sort key: lower is preferred. Ends in the catalogue's own order.

    Costs are compared at the request's own input bound and at the output cap it asked for, the same for every model,
    so that a model is not preferred because it would cut the answer short. A model that lists everything that the words
    seem to need comes before one that does not, at whatever cost.
    """
    tiers, likely, free = tier_order(need, policy), need.likely._value_, _FREE[policy.free_models]

    def by_cost(model: Model) -> tuple[int, ...]:
        lacks = likely & ~model.capabilities._value_ != 0
        return lacks, free[model.gratis], tiers[model.tier], list_cost(model, need), -model.quality

    def by_quality(model: Model) -> tuple[int, ...]:
        lacks = likely & ~model.capabilities._value_ != 0
        return lacks, free[model.gratis], tiers[model.tier], -model.quality, list_cost(model, need)

    return by_quality if policy.strategy is Strategy.BEST_QUALITY else by_cost


# --- constraints -----------------------------------------------------------------------------------------------------


def _obstacles(model: Model, need: Need, policy: Policy) -> Iterator[str]:
    if need.model and need.model != model.id:
        yield f"the request names {need.model}"
    if not model.offers:
        yield "no provider that sells it can be reached"
    if not need.model:
        yield from _unless_named(model, policy)
    if not isinstance(model.price, Price):
        yield f"price unknown: {model.price.reason}"
    # The numbers of the flags, since an operation on flags makes a new flag; their names are wanted only afterwards.
    if need.capabilities._value_ & ~model.capabilities._value_:
        yield f"lacks the capability {', '.join((need.capabilities & ~model.capabilities).names)}"
    if need.features._value_ & ~model.features._value_:
        yield f"does not carry {', '.join((need.features & ~model.features).names)}"
    if Feature.EMBEDDINGS in model.features and Feature.EMBEDDINGS not in need.features:
        yield "embeds text, does not answer it"
    yield from _price_obstacles(model, need)
    yield from _room_obstacles(model, need, policy)


def _price_obstacles(model: Model, need: Need) -> Iterator[str]:
    if need.unpriced and any(offer.price != FREE for offer in model.offers):
        yield f"its price does not cover {need.unpriced}"
    if need.tier and not sells_at(model, need.tier):
        yield f"no price is published for its tier of service {need.tier!r}"
    if need.hosted and (tool := unpriced_tool(model, need)):
        yield f"its sellers publish no fee for the tool {tool!r}"


def unpriced_tool(model: Model, need: Need) -> str:
    """The first hosted tool for which one of this model's sellers publishes no fee, "" where there is none."""
    kinds = [kind for one in need.hosted for kind in one.kinds]
    paid = [offer.provider for offer in model.offers if offer.price != FREE]
    return next((k for k in kinds for seller in paid if fee_of(k, model=model.id, provider=seller) is None), "")


def sells_at(model: Model, tier: str) -> bool:
    """Whether all who sell this model publish a price for this tier of service."""
    prices = ((offer.provider, offer.price) for offer in model.offers)
    return all(
        isinstance(price, Price) and price_at(price, tier, model=model.id, provider=provider) is not None
        for provider, price in prices
    )


def _unless_named(model: Model, policy: Policy) -> Iterator[str]:
    if model.trade:
        yield f"is made for {model.trade}, and is asked only by its name"
    if model.named_only:
        yield "is known by its name and price alone, and is asked only by its name"
    if model.gratis and policy.free_models is FreeModels.NEVER:
        yield "is given away by its host, and free_models is never"


def _room_obstacles(model: Model, need: Need, policy: Policy) -> Iterator[str]:
    if not need.max_output_tokens:
        return  # each of many inputs has a window to itself, and only the provider counts them one by one
    if need.input.expected > model.max_input_tokens:
        yield f"input of about {need.input.expected} tokens > {model.max_input_tokens} it takes"
    if cap(model, need) < least_output(need, policy):
        yield f"room for {max(0, cap(model, need))} output tokens < {least_output(need, policy)} needed"


def least_output(need: Need, policy: Policy) -> int:
    """The shortest output cap worth sending, in tokens."""
    return min(need.max_output_tokens, policy.min_output_tokens)


# --- preference ------------------------------------------------------------------------------------------------------


def tier_order(need: Need, policy: Policy) -> tuple[int, ...]:
    """For each tier, its place in the order of preference. CHEAPEST does not look at tiers."""
    if policy.strategy is Strategy.CHEAPEST:
        return (0, 0, 0)
    order = _preferred_tiers(need, policy)
    return tuple(order.index(tier) for tier in Tier)


def _preferred_tiers(need: Need, policy: Policy) -> tuple[Tier, ...]:
    if policy.strategy.by_difficulty:
        return _AROUND[policy.tier_for(need.difficulty)]
    return _AROUND[Tier.FLAGSHIP]


# For a model that is paid for and for one that is given away: its place before tier and cost.
_FREE: Final[Mapping[FreeModels, tuple[int, int]]] = {
    FreeModels.NEVER: (0, 0),
    FreeModels.FALLBACK: (0, 1),
    FreeModels.PREFER: (1, 0),
}

# The suitable tier first, then the weaker ones (money is short), then the stronger (nothing weaker is capable).
_AROUND: Final[Mapping[Tier, tuple[Tier, ...]]] = {
    Tier.BUDGET: (Tier.BUDGET, Tier.MID, Tier.FLAGSHIP),
    Tier.MID: (Tier.MID, Tier.BUDGET, Tier.FLAGSHIP),
    Tier.FLAGSHIP: (Tier.FLAGSHIP, Tier.MID, Tier.BUDGET),
}


def list_cost(model: Model, need: Need) -> int:
    """Comparable cost in token-nanos, before rounding: at the row the input bound reaches, at the cap asked for."""
    assert isinstance(model.price, Price)
    rate = model.price.rate_at(need.input.bound)
    return need.input.bound * model.list_input(rate) + need.max_output_tokens * need.choices * rate.output


# --- the shortlist ---------------------------------------------------------------------------------------------------


@frozen
class _Point:
    """A model as a point in the plane of prices; `place` breaks ties of cost as `preference` does."""

    input: int
    output: int
    place: int
    model: Model


@frozen
class _Shortlist:
    """The favourites for one combination of needs: every constraint is settled, only the money is not.

    Each envelope holds the models that are cheapest at some ratio of output to input.
    """

    able: tuple[Model, ...]
    everyone: tuple[_Point, ...]
    by_tier: tuple[tuple[_Point, ...], ...]
    best_rated: tuple[_Point, ...]


def favourite(need: Need, catalog: Catalog, policy: Policy) -> Model | None:
    """The head of `candidates`, without putting them in order; None if there are none."""
    for capabilities, gratis in _groups(need, policy):
        if points := _contenders(_shortlist(need, catalog, policy, capabilities, gratis), need, policy):
            tokens_in, tokens_out = need.input.bound, need.max_output_tokens * need.choices
            return min((p.input * tokens_in + p.output * tokens_out, p.place, p) for p in points)[2].model
    return None


def _groups(need: Need, policy: Policy) -> Iterator[tuple[int, bool | None]]:
    """The models by what comes before tier and cost in `preference`: which capabilities they list, and who pays."""
    stated, likely = need.capabilities._value_, need.likely._value_
    for capabilities in (stated | likely, stated) if likely & ~stated else (stated,):
        if policy.free_models is FreeModels.NEVER:
            yield capabilities, None
        else:
            first = policy.free_models is FreeModels.PREFER
            yield from ((capabilities, first), (capabilities, not first))


def _contenders(shortlist: _Shortlist, need: Need, policy: Policy) -> tuple[_Point, ...]:
    if policy.strategy is Strategy.CHEAPEST:
        return shortlist.everyone
    if policy.strategy is Strategy.BEST_QUALITY:
        return shortlist.best_rated
    for tier in _preferred_tiers(need, policy):
        if points := shortlist.by_tier[tier]:
            return points
    return ()


def _shortlist(
    need: Need, catalog: Catalog, policy: Policy, capabilities: int, gratis: bool | None = None
) -> _Shortlist:
    """The list for these capabilities (their number), of those that are given away, those that are not, or both."""
    least = least_output(need, policy)
    windows, thresholds = _steps(catalog, least)
    room = bisect.bisect_left(windows, need.input.expected)
    row = bisect.bisect_left(thresholds, need.input.bound)
    # The numbers of the flags without the detour that `.value` takes: this is the hottest line there is.
    free = (policy.free_models is FreeModels.NEVER, gratis)
    priced = (not need.unpriced, need.tier, need.hosted)
    key = ("shortlist", free, capabilities, need.features._value_, least, room, row, priced)
    return catalog.worked_out.of(key, partial(_compile, need, catalog, policy, capabilities, gratis))


def _steps(catalog: Catalog, least: int) -> tuple[list[int], list[int]]:
    """The input lengths at which a model stops being able, and those at which a price row changes."""
    return catalog.worked_out.of(("steps", least), partial(_steps_of, catalog, least))


def _steps_of(catalog: Catalog, least: int) -> tuple[list[int], list[int]]:
    windows = {size for m in catalog.models for size in (m.max_input_tokens, m.context_tokens - least)}
    rows = {rate.above_input_tokens for m in catalog.models if isinstance(m.price, Price) for rate in m.price.rates}
    return sorted(windows), sorted(rows)


def _compile(need: Need, catalog: Catalog, policy: Policy, capabilities: int, gratis: bool | None) -> _Shortlist:
    unpinned = evolve(need, model="", capabilities=Capability(capabilities))
    wanted = (model for model in catalog.models if gratis in (None, model.gratis))
    capable = tuple(model for model in wanted if obstacle(model, unpinned, policy) is None)
    rated = sorted(capable, key=lambda model: (-model.quality, model.id))
    points = [_point(place, model, need.input.bound) for place, model in enumerate(rated)]
    top = max(((point.model.tier, point.model.quality) for point in points), default=None)
    return _Shortlist(
        able=capable,
        everyone=_envelope(points),
        by_tier=tuple(_envelope(point for point in points if point.model.tier is tier) for tier in Tier),
        best_rated=_envelope(point for point in points if (point.model.tier, point.model.quality) == top),
    )


def _point(place: int, model: Model, input_tokens: int) -> _Point:
    assert isinstance(model.price, Price)
    rate = model.price.rate_at(input_tokens)
    return _Point(model.list_input(rate), rate.output, place, model)


def _envelope(points: Iterable[_Point]) -> tuple[_Point, ...]:
    """The lower-left convex hull of the prices, with the points on its edges, since those tie somewhere."""
    hull: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.input, p.output, p.place)):
        if hull and (point.output, point.place) > (hull[-1].output, hull[-1].place):
            continue  # both prices are at least as high as the last one's; where input is no cost, its place decides
        while len(hull) > 1 and _above(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return tuple(hull)


def _above(a: _Point, b: _Point, c: _Point) -> bool:
    """Whether b lies strictly above the line from a to c, and so is never the cheapest of the three."""
    return (b.output - a.output) * (c.input - a.input) > (c.output - a.output) * (b.input - a.input)
