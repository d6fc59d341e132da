"""Who is able to serve a request, and in which groups. What it costs and what it is worth is not asked here.

    constraints   reachable, price known, capabilities, features, window      never bent
    groups        who lists what the words seem to need, then who is paid for  before all that money could buy

The lists are compiled once per combination of needs (lazily, kept with the catalogue); `ranking` puts them in order.
"""

import bisect
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from attrs import evolve

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import FREE, Price
from tokenwise.catalog.service_tiers import price_at
from tokenwise.catalog.tool_fees import fee_of
from tokenwise.policy import FreeModels, Policy
from tokenwise.routing.bid import Need, cap
from tokenwise.traits import Capability, Feature

__all__ = [
    "able",
    "groups",
    "least_output",
    "lengths_alike",
    "listing_key",
    "obstacle",
    "sells_at",
    "unpriced_tool",
    "windows",
]

_EMBEDDINGS: Final = Feature.EMBEDDINGS.value
_ENDLESS: Final = 2**62


def able(need: Need, catalog: Catalog, policy: Policy) -> tuple[Model, ...]:
    """Every model that meets all the constraints, in the catalogue's order."""
    if need.model:  # whose name is reason enough for what is never chosen otherwise
        named = catalog.by_id.get(need.model)
        return (named,) if named and obstacle(named, need, policy) is None else ()
    return _listed(need, catalog, policy, need.capabilities._value_)


def groups(need: Need, catalog: Catalog, policy: Policy) -> tuple[tuple[Model, ...], ...]:
    """The able models, those first that come before all others at any price; each in one group. Some may be empty.

    One that lists everything that the words seem to need comes before one that does not, at whatever cost; then the
    policy says where those stand that a host gives away.
    """
    if need.model:
        return (able(need, catalog, policy),)
    stated, likely = need.capabilities._value_, need.likely._value_
    if not likely & ~stated and policy.free_models is FreeModels.NEVER:  # nearly always
        return (_listed(need, catalog, policy, stated),)
    key = ("groups", likely, policy.free_models.value, listing_key(need, catalog, policy, stated))
    return catalog.worked_out.of(key, partial(_groups_of, need, catalog, policy))


def _groups_of(need: Need, catalog: Catalog, policy: Policy) -> tuple[tuple[Model, ...], ...]:
    listed = _listed(need, catalog, policy, need.capabilities._value_)
    return tuple(_grouped(need, listed, policy))


def _grouped(need: Need, listed: tuple[Model, ...], policy: Policy) -> Iterator[tuple[Model, ...]]:
    places: Mapping[FreeModels, tuple[bool | None, ...]] = {
        FreeModels.NEVER: (None,),
        FreeModels.FALLBACK: (False, True),
        FreeModels.PREFER: (True, False),
    }
    for lacks in (False, True):
        those = [model for model in listed if bool(need.likely._value_ & ~model.capabilities._value_) is lacks]
        for gratis in places[policy.free_models]:
            yield tuple(model for model in those if gratis in (None, model.gratis))


def obstacle(model: Model, need: Need, policy: Policy) -> str | None:
    """The first constraint that this model fails, as a sentence with its numbers; None if it meets them all."""
    if need.model and need.model != model.id:
        return f"the request names {need.model}"
    if not model.offers:
        return "no provider that sells it can be reached"
    if not need.model and (reason := _unless_named(model, policy)):
        return reason
    if not isinstance(model.price, Price):
        return f"price unknown: {model.price.reason}"
    return _incapable(model, need) or _unpriced(model, need) or _no_room(model, need, policy)


# --- constraints -----------------------------------------------------------------------------------------------------


def _incapable(model: Model, need: Need) -> str | None:
    # The numbers of the flags, since an operation on flags makes a new flag; their names are wanted only afterwards.
    if need.capabilities._value_ & ~model.capabilities._value_:
        return f"lacks the capability {', '.join((need.capabilities & ~model.capabilities).names)}"
    if need.features._value_ & ~model.features._value_:
        return f"does not carry {', '.join((need.features & ~model.features).names)}"
    if model.features._value_ & ~need.features._value_ & _EMBEDDINGS:
        return "embeds text, does not answer it"
    return None


def _unpriced(model: Model, need: Need) -> str | None:
    if need.unpriced and any(offer.price != FREE for offer in model.offers):
        return f"its price does not cover {need.unpriced}"
    if need.tier and not sells_at(model, need.tier):
        return f"no price is published for its tier of service {need.tier!r}"
    if need.hosted and (tool := unpriced_tool(model, need)):
        return f"its sellers publish no fee for the tool {tool!r}"
    return None


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


def _unless_named(model: Model, policy: Policy) -> str | None:
    if model.trade:
        return f"is made for {model.trade}, and is asked only by its name"
    if model.named_only:
        return "is known by its name and price alone, and is asked only by its name"
    if model.gratis and policy.free_models is FreeModels.NEVER:
        return "is given away by its host, and free_models is never"
    return None


def _no_room(model: Model, need: Need, policy: Policy) -> str | None:
    if not need.max_output_tokens:
        return None  # each of many inputs has a window to itself, and only the provider counts them one by one
    if need.input.expected > model.max_input_tokens:
        return f"input of about {need.input.expected} tokens > {model.max_input_tokens} it takes"
    if cap(model, need) < least_output(need, policy):
        return f"room for {max(0, cap(model, need))} output tokens < {least_output(need, policy)} needed"
    return None


def least_output(need: Need, policy: Policy) -> int:
    """The shortest output cap worth sending, in tokens."""
    return min(need.max_output_tokens, policy.min_output_tokens)


# --- what is kept ----------------------------------------------------------------------------------------------------


def listing_key(need: Need, catalog: Catalog, policy: Policy, capabilities: int) -> tuple[object, ...]:
    """What a list of able models depends on, of the need; `capabilities` are the number of those to be had."""
    least = least_output(need, policy)
    windows, thresholds = _steps(catalog, least)
    return (
        # The numbers of the flags without the detour that `.value` takes: this is the hottest line there is.
        policy.free_models is FreeModels.NEVER,
        capabilities,
        need.features._value_,
        least,
        bisect.bisect_left(windows, need.input.expected),
        bisect.bisect_left(thresholds, need.input.expected),
        not need.unpriced,
        need.tier,
        need.hosted,
    )


def windows(catalog: Catalog) -> list[int]:
    """The windows that there are, in tokens."""
    return catalog.worked_out.of("windows", lambda: sorted({model.context_tokens for model in catalog.models}))


def lengths_alike(need: Need, catalog: Catalog, policy: Policy, room: int) -> tuple[int, int]:
    """The first and the last length of the input, around this one, of equal `listing_key` that fit the same windows.

    `room` is that for the answer. Beyond the longest window nothing is told.
    """
    read, first, last = need.input.expected, 1, _ENDLESS
    within = windows(catalog)
    fits = bisect.bisect_right(within, read + room)
    if fits:
        first = max(first, within[fits - 1] - room)
    last = within[fits] - room - 1 if fits < len(within) else read
    for steps in _steps(catalog, least_output(need, policy)):
        place = bisect.bisect_left(steps, read)
        if place:
            first = max(first, steps[place - 1] + 1)
        if place < len(steps):
            last = min(last, steps[place])
    return first, last


def _listed(need: Need, catalog: Catalog, policy: Policy, capabilities: int) -> tuple[Model, ...]:
    key = ("able", listing_key(need, catalog, policy, capabilities))
    return catalog.worked_out.of(key, partial(_able_of, need, catalog, policy, capabilities))


def _able_of(need: Need, catalog: Catalog, policy: Policy, capabilities: int) -> tuple[Model, ...]:
    unpinned = evolve(need, model="", capabilities=Capability(capabilities))
    return tuple(model for model in catalog.models if obstacle(model, unpinned, policy) is None)


def _steps(catalog: Catalog, least: int) -> tuple[list[int], list[int]]:
    """The input lengths at which a model stops being able, and those at which a price row changes."""
    return catalog.worked_out.of(("steps", least), partial(_steps_of, catalog, least))


def _steps_of(catalog: Catalog, least: int) -> tuple[list[int], list[int]]:
    windows = {size for m in catalog.models for size in (m.max_input_tokens, m.context_tokens - least)}
    rows = {rate.above_input_tokens for m in catalog.models if isinstance(m.price, Price) for rate in m.price.rates}
    return sorted(windows), sorted(rows)
