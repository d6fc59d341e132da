"""In which order the able models are preferred for one request: by `routing.worth`, as the steps of a plan are.

    groups      what the words seem to need, who gives away                 before all worth
    worth       what the strategy wants of a model with so much room        money does not move it
    between equals, what may cost least; then the stronger; then the first name

The head of that order is wanted far more often than the rest of it, and most models are never the head: another one of
their kind is as good and cheaper, whatever the request's length. Those are left out once, and the others are compiled
to *shelves* (lazily, kept with the catalogue), so that a decision looks at few rows. A property test compares the two.

What comes after a model that failed follows from the same order: its equals, which are of the same tier and have every
stated capability and feature, another vendor's before its own; and the rungs of the ladder above it. Which of these
follows what fault is for `routing.ladder` to say.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from tokenwise.catalog.models import Catalog, Model, WorkedOut
from tokenwise.catalog.prices import NOTHING_WRITTEN
from tokenwise.catalog.spans import Spans
from tokenwise.money import Nanodollars
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.bid import Need, make_bid, seat
from tokenwise.routing.servings import Serving, by_worth, longest, rooms, servings
from tokenwise.routing.shelves import head, rated_by_band
from tokenwise.routing.shortlist import groups
from tokenwise.routing.worth import thinks, wanted_room
from tokenwise.traits import Tier

# Difficulties come in thousandths, and the other parts of a kind are few in one deployment. Each has some 300 bytes.
_MOST_KINDS: Final = 4096

_ALL_TIERS: Final = tuple(Tier)

__all__ = [
    "Place", "after", "candidates", "equals", "favourite", "first_within", "kin_last", "ranked", "rungs", "tiers_onward"
]  # fmt: skip


def candidates(need: Need, catalog: Catalog, policy: Policy, tiers: Collection[Tier] = _ALL_TIERS) -> tuple[Model, ...]:
    """Every model of these tiers that meets all the constraints, most preferred first, whatever it costs."""
    return tuple([serving.model for serving in _in_order(need, catalog, policy, wider=False, tiers=tiers)])


def ranked(need: Need, catalog: Catalog, policy: Policy) -> tuple[Serving, ...]:
    """Every way to serve the request, most preferred first: several of a model where nobody stated a length."""
    return tuple(_in_order(need, catalog, policy, wider=need.open_ended))


def favourite(need: Need, catalog: Catalog, policy: Policy) -> tuple[Model, int] | None:
    """The head of `ranked`, without putting them in order: the model and its cap. None if there are none."""
    if need.model or need.known or need.horizon is not None or need.writes is not NOTHING_WRITTEN:
        rated: Sequence[tuple[Model, int]] = head(need, catalog, policy).rated
    else:  # nearly always; requests of one kind differ by their length
        kinds = catalog.worked_out.of(("kinds", policy.fingerprint), _kinds)
        spans: Spans[Sequence[tuple[Model, int]]] = kinds.of(_kind(need), Spans)
        rated = spans.of(need.input.expected, partial(head, need, catalog, policy))
    if len(rated) == 1:  # nearly always; where there is a wider room, it is needed, and the best of a model's
        model = rated[0][0]
        asked, most = need.max_output_tokens, longest(model, need)
        if not need.open_ended:
            return model, min(asked, most) if asked else 0
        *_, room = rooms(asked, most, wanted_room(need, policy, thinks=thinks(model)), wider=True)
        return model, room
    best = min(servings(need, rated, policy, wider=need.open_ended), key=by_worth, default=None)
    return best and (best.model, best.max_output_tokens)


def _kinds() -> WorkedOut:
    return WorkedOut(most=_MOST_KINDS)


def _kind(need: Need) -> tuple[object, ...]:
    """All that a request's favourite depends on beside its length, where nothing is known of it and nothing follows."""
    return (
        need.difficulty,
        need.output_tokens,
        need.max_output_tokens,
        need.open_ended,
        need.capabilities._value_,
        need.likely._value_,
        need.features._value_,
        need.choices,
        not need.unpriced,
        need.tier,
        need.hosted,
    )


def first_within(need: Need, catalog: Catalog, policy: Policy, available: Nanodollars) -> tuple[Model, int] | None:
    """The first of `ranked` whose worst case is within `available`: the model and its cap. None if there is none."""
    for models in groups(need, catalog, policy):
        able = servings(need, rated_by_band(models, policy, need.work), policy, wider=need.open_ended)
        within = (serving for serving in able if _held(serving, need) <= available)
        if best := min(within, key=by_worth, default=None):
            return best.model, best.max_output_tokens
    return None


def _held(serving: Serving, need: Need) -> Nanodollars:
    model = serving.model
    if not (need.known or need.surcharge or need.tier or need.hosted):
        return serving.worst
    return make_bid(model, seat(model, need), need, output_tokens=serving.max_output_tokens).amount


def _in_order(
    need: Need, catalog: Catalog, policy: Policy, *, wider: bool, tiers: Collection[Tier] = _ALL_TIERS
) -> Iterator[Serving]:
    for models in groups(need, catalog, policy):
        # A band is of all models, of whichever tier.
        rated = [row for row in rated_by_band(models, policy, need.work) if row[0].tier in tiers]
        yield from sorted(servings(need, rated, policy, wider=wider), key=by_worth)


# --- the ladder ------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where on the ladder a step stands: the model that failed, the tier it set out from, the models tried."""

    at: Model
    base: Tier
    tried: frozenset[str]


def equals(need: Need, catalog: Catalog, policy: Policy, start: Model) -> tuple[Model, ...]:
    """The models of the same tier that would be asked, in order, if every seller of `start` and of each failed."""
    place = Place(start, start.tier, frozenset({start.id}))
    return tuple(after(candidates(need, catalog, policy, (start.tier,)), (start.tier,), place, level=True))


def rungs(need: Need, catalog: Catalog, policy: Policy, start: Model) -> tuple[Model, ...]:
    """The models that would be climbed to from `start`, in order, if each answer failed and money were no object."""
    order: list[Model] = []
    able = candidates(need, catalog, policy)
    at, tried = start, frozenset({start.id})
    while True:
        place = Place(at, start.tier, tried)
        above = next(after(able, tiers_onward(catalog, policy, place), place), None)
        if above is None:
            return tuple(order)
        order.append(above)
        at, tried = above, tried | {above.id}


def after(able: Iterable[Model], tiers: Iterable[Tier], place: Place, *, level: bool = False) -> Iterator[Model]:
    """Models to go to from `place`, most wanted first; if `level`, another vendor's before those of the failed one's.

    `able` are `candidates` of these tiers, which `tiers_onward` names.
    """
    left = [model for model in able if model.id not in place.tried]
    if level:
        left = kin_last(left, place.at)
    for tier in tiers:
        yield from (model for model in left if model.tier is tier)


def tiers_onward(catalog: Catalog, policy: Policy, place: Place, *, level: bool = False) -> tuple[Tier, ...]:
    """The tiers that follow, in order: from its own upwards if `level`, else by policy."""
    spent = {catalog[model].tier for model in place.tried}
    return tuple(_level_tiers(place, policy, spent) if level else _stronger_tiers(place, policy, spent))


def _level_tiers(place: Place, policy: Policy, spent: set[Tier]) -> Iterator[Tier]:
    """This tier, then those above it, nearest first; then what an escalation that began at the top has left out."""
    yield from (tier for tier in Tier if tier >= place.at.tier)
    if policy.escalation is Escalation.STRONGEST_FIRST:
        yield from (tier for tier in reversed(Tier) if place.base < tier < place.at.tier and tier not in spent)


def _stronger_tiers(place: Place, policy: Policy, spent: set[Tier]) -> Iterator[Tier]:
    """The tiers that may follow an answer that could not be used. `spent` are those that have had their chance."""
    match policy.escalation:
        case Escalation.STEPWISE:
            yield from (tier for tier in Tier if tier > place.at.tier)
        case Escalation.SAME_TIER_FIRST:
            yield from (tier for tier in Tier if tier >= place.at.tier)
        case Escalation.STRONGEST_FIRST:
            yield from (tier for tier in reversed(Tier) if tier > place.base and tier not in spent)


def kin_last(models: Iterable[Model], failed: Model) -> list[Model]:
    """The same models, those of the failed one's vendor last: what took one of them down may have taken them all."""
    return sorted(models, key=lambda model: _vendor(model) == _vendor(failed))


def _vendor(model: Model) -> str:
    return model.id.partition("/")[0]
