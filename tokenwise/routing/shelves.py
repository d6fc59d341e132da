"""The few models that can be the first choice for a request, whatever its length, of all those that are able.

What a model costs is linear in the tokens that are read and written. So of models that are alike (both think or neither
does, their limits do not show, their merit is no less) one whose prices lie above the line between two others' is never
the cheapest. What is left stands on *shelves*, one for each merit; a request looks at the shelves of its tiers alone.

Models whose limits may show stand apart (`odd`) and are looked at one by one, and so is everybody where a request has
no input or no output, since then prices tie that are not alike.
"""

import bisect
import operator
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from attrs import field, frozen

from tokenwise.catalog.models import Catalog, Model, WorkedOut
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price, caches_unasked
from tokenwise.catalog.spans import span_around
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.servings import rooms
from tokenwise.routing.shortlist import able, groups, lengths_alike, listing_key, windows
from tokenwise.routing.worth import (
    as_good,
    cost_of_half_the_room,
    lacking,
    likely_output,
    merit,
    never_reached,
    strength,
    thinks,
    tiers_in_order,
    wanted_room,
)
from tokenwise.traits import Tier

__all__ = ["Head", "head", "rated_by_band"]

_UNLIMITED: Final = 2**62


class _Row(NamedTuple):
    """A model's two prices, in nano-dollars per million tokens."""

    input: int
    output: int
    model: Model


class _Shelf(NamedTuple):
    """Models of one merit, which is told by the first of them and the rating of their band."""

    rating: int
    rows: tuple[_Row, ...]


@frozen(repr=False, eq=False)
class _Shelves:
    """What one list comes down to: for models that do not think and those that do, the shelves by tier."""

    by_tier: tuple[tuple[tuple[_Shelf, ...], ...], ...]
    roomy: tuple[tuple[Model, int], ...]
    odd: tuple[tuple[Model, int], ...]
    rated: tuple[tuple[Model, int], ...]
    views: WorkedOut = field(factory=WorkedOut, init=False, eq=False, repr=False)
    """What requests of one difficulty see of them."""


class _View(NamedTuple):
    """The shelves that are looked at, each with what its merit takes off its cost; their models; the highest prices."""

    shelves: tuple[tuple[int, tuple[_Row, ...]], ...]
    pairs: tuple[tuple[Model, int], ...]
    most_read: int
    most_written: int


class _Habit(NamedTuple):
    """How models that think, or do not, answer a request: what they write, and the limit that never shows."""

    written: int
    halvings: int
    enough: int


class Head(NamedTuple):
    """Models of which one is worth most to a request, each with its band's rating; and the lengths it is so for.

    `first` and `last` are tokens of the expected input, of requests that are otherwise alike.
    """

    rated: Sequence[tuple[Model, int]]
    first: int
    last: int


def head(need: Need, catalog: Catalog, policy: Policy) -> Head:
    """Few models, unless the request is an odd one: then they are told for its own length alone.

    Of the first group that has any (see `shortlist.groups`); none where no model is able.
    """
    read = need.input.expected
    found = _head(need, catalog, policy)
    return found if isinstance(found, Head) else Head(found, read, read)


def _head(need: Need, catalog: Catalog, policy: Policy) -> Head | Sequence[tuple[Model, int]]:
    if need.model:
        return rated_by_band(able(need, catalog, policy), policy, need.work)
    habits = _habit(need, policy, thinks=False), _habit(need, policy, thinks=True)
    key = _key(need, catalog, policy, enough=habits[1].enough)
    shelves = catalog.worked_out.of(key, partial(_compiled, need, catalog, policy, key.room))
    if not need.input.expected or not habits[0].written:
        return shelves.rated
    if need.horizon is not None or need.writes is not NOTHING_WRITTEN:
        lean = catalog.worked_out.of(("lean", key), partial(_lean, shelves.roomy, need, policy))
        return _apart(need, shelves, lean)
    found = _best_of(need, policy, shelves, habits, lengths_alike(need, catalog, policy, key.room))
    if not found:
        return shelves.rated
    apart = _apart(need, shelves, found.rated)
    return found if apart is found.rated else apart


def _apart(need: Need, shelves: "_Shelves", found: Sequence[tuple[Model, int]]) -> Sequence[tuple[Model, int]]:
    """With those that are looked at by themselves: odd ones, and who has answered before, whose prices are others."""
    warm = {known.model for known in need.known if known.warm or need.horizon} if need.known else ()
    apart = (*shelves.odd, *[pair for pair in shelves.rated if pair[0].id in warm]) if warm else shelves.odd
    return (*found, *apart) if apart else found


def rated_by_band(models: Iterable[Model], policy: Policy, work: int) -> list[tuple[Model, int]]:
    """The models, each with the rating of its band for this work where the strategy asks for bands, else 0."""
    if policy.strategy is not Strategy.BEST_QUALITY:
        return [(model, 0) for model in models]
    every = tuple(models)
    ratings = as_good(every, policy.rating_band, work)
    return [(model, ratings[model.id]) for model in every]


def _habit(need: Need, policy: Policy, *, thinks: bool) -> _Habit:
    likely, wanted = likely_output(need, thinks=thinks), wanted_room(need, policy, thinks=thinks)
    asked = room = need.max_output_tokens
    if need.open_ended:
        *_, room = rooms(asked, _UNLIMITED, wanted, wider=True)
    # Where a model may get more than it was asked for, its limit shows unless it holds all of that.
    enough = room if room > asked else min(room, max(likely, wanted))
    return _Habit(min(room, likely) * need.choices, lacking(room, wanted), enough)


def _best_of(
    need: Need, policy: Policy, shelves: _Shelves, habits: Sequence[_Habit], lengths: tuple[int, int]
) -> Head | None:
    """The models worth most on the shelves looked at, which tie, with their ratings; within these lengths.

    None where there are none, or where some cost may be so high that what comes before cost does not.
    """
    cramped, read = cost_of_half_the_room(need, policy), need.input.expected
    costs, slopes, pairs = list[int](), list[int](), list[tuple[Model, int]]()
    for (written, halvings, _), view in zip(habits, _views(need, policy, shelves), strict=True):
        if not never_reached(lengths[1] * view.most_read + written * view.most_written, policy):
            if not never_reached(read * view.most_read + written * view.most_written, policy):
                return None
            lengths = read, read
        crowded = halvings * cramped
        costs += [crowded + less + read * r + written * w for less, rows in view.shelves for r, w, _ in rows]
        slopes += [row.input for _, rows in view.shelves for row in rows]
        pairs += view.pairs
    if not costs:
        return None
    best = min(costs)
    ties = [place for place, cost in enumerate(costs) if cost == best]
    return Head([pairs[place] for place in ties], *span_around(read, costs, slopes, ties, lengths))


def _views(need: Need, policy: Policy, shelves: _Shelves) -> tuple[_View, ...]:
    """For models that do not think and those that do: the shelves to look at, whatever the length."""
    if need.known:  # what is warm somewhere may stand higher there
        return _views_of(need, policy, shelves)
    key = need.difficulty, policy.mid_from, policy.flagship_from, policy.willingness_to_pay
    return shelves.views.of(key, partial(_views_of, need, policy, shelves))


def _views_of(need: Need, policy: Policy, shelves: _Shelves) -> tuple[_View, ...]:
    order = tiers_in_order(need, policy)
    return tuple(_view(need, policy, _first(order, by_tier)) for by_tier in shelves.by_tier)


def _view(need: Need, policy: Policy, looked_at: Sequence[_Shelf]) -> _View:
    rows = [row for shelf in looked_at for row in shelf.rows]
    return _View(
        shelves=tuple((-merit(shelf.rows[0].model, need, policy, shelf.rating), shelf.rows) for shelf in looked_at),
        pairs=tuple((row.model, shelf.rating) for shelf in looked_at for row in shelf.rows),
        most_read=max((row.input for row in rows), default=0),
        most_written=max((row.output for row in rows), default=0),
    )


def _first(order: tuple[tuple[Tier, ...], ...], by_tier: Sequence[tuple[_Shelf, ...]]) -> tuple[_Shelf, ...]:
    """The shelves of the first tiers that have any: the others have less merit."""
    for tiers in order:
        found = by_tier[tiers[0]] if len(tiers) == 1 else sum([by_tier[tier] for tier in tiers], ())
        if found:
            return found
    return ()


# --- compiling --------------------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """What the shelves depend on."""

    strategy: str
    band: int
    free_models: str
    likely: int
    room: int
    windows: int
    listing: tuple[object, ...]


def _key(need: Need, catalog: Catalog, policy: Policy, *, enough: int) -> _Key:
    # In steps of two, so that few lists are kept; with more room than asked for, a model's limits show less.
    room = 1 << max(0, enough - 1).bit_length()
    return _Key(
        policy.strategy._value_,
        policy.rating_band,
        policy.free_models._value_,
        need.likely._value_,
        room,
        bisect.bisect_right(windows(catalog), need.input.expected + room),
        listing_key(need, catalog, policy, need.capabilities._value_),
    )


def _compiled(need: Need, catalog: Catalog, policy: Policy, room: int) -> _Shelves:
    models = next((models for models in groups(need, catalog, policy) if models), ())
    rated = tuple(rated_by_band(models, policy, need.work))
    roomy = tuple(pair for pair in rated if _has_room(pair[0], need.input.expected, room))
    return _Shelves(
        by_tier=tuple(
            tuple(tuple(_stacked(_alike(roomy, policy, tier, some), need, policy)) for tier in Tier)
            for some in (False, True)
        ),
        roomy=roomy,
        odd=tuple(pair for pair in rated if not _has_room(pair[0], need.input.expected, room)),
        rated=rated,
    )


def _lean(rated: Iterable[tuple[Model, int]], need: Need, policy: Policy) -> tuple[tuple[Model, int], ...]:
    """Without models that another of their kind beats, whatever is read, written or kept in caches, however long."""
    kept: dict[tuple[Tier, bool], list[tuple[tuple[int, ...], tuple[Model, int]]]] = {}
    for model, rating in sorted(rated, key=lambda pair: (-strength(pair[0], need.work), pair[0].id)):
        assert isinstance(model.price, Price)  # only priced models are able
        rate, grade = model.price.rate_at(need.input.expected), -_grade(model, rating, policy, need.work)
        kept_at, window = (rate.cache_read, rate.cache_write, rate.cache_write_5m), -model.context_tokens
        lowest = grade, rate.output, rate.input, *kept_at, window
        # What is kept only if it is marked may not be kept at all.
        surely = lowest if caches_unasked(model.id) else (*lowest[:3], max(lowest[2:4]), *lowest[4:])
        kind = kept.setdefault((model.tier, thinks(model)), [])
        if not any(all(map(operator.le, other, lowest)) for other, _ in kind):
            kind.append((surely, (model, rating)))
    return tuple(pair for kind in kept.values() for _, pair in kind)


def _has_room(model: Model, input_tokens: int, room: int) -> bool:
    return min(model.max_output_tokens, model.context_tokens - input_tokens) >= room


def _alike(rated: Iterable[tuple[Model, int]], policy: Policy, tier: Tier, thinking: bool) -> list[tuple[Model, int]]:
    """Those of one kind. To CHEAPEST all tiers are one, so they stand under the first."""
    one = policy.strategy is Strategy.CHEAPEST
    return [
        (model, rating)
        for model, rating in rated
        if thinks(model) is thinking and (not tier if one else model.tier is tier)
    ]


def _stacked(rated: Iterable[tuple[Model, int]], need: Need, policy: Policy) -> Iterator[_Shelf]:
    """The shelves of models that are alike, most merit first, without those that dearer ones would have to be for."""
    by_grade: dict[int, list[tuple[Model, int]]] = {}
    for model, rating in rated:
        by_grade.setdefault(_grade(model, rating, policy, need.work), []).append((model, rating))
    hull: list[_Row] = []
    for grade in sorted(by_grade, reverse=True):
        rows = [_row(model, need) for model, _ in by_grade[grade]]
        hull = _hull([*hull, *rows])
        if kept := tuple(row for row in rows if not _beaten(row, hull)):
            yield _Shelf(by_grade[grade][0][1], kept)


def _grade(model: Model, rating: int, policy: Policy, work: int) -> int:
    """What merit rises with, among models of one tier."""
    match policy.strategy:
        case Strategy.BALANCED | Strategy.CASCADE:
            return strength(model, work)
        case Strategy.BEST_QUALITY:
            return rating
        case Strategy.CHEAPEST | Strategy.BUDGET_CONSTRAINED:
            return 0


def _row(model: Model, need: Need) -> _Row:
    assert isinstance(model.price, Price)  # only priced models are able
    rate = model.price.rate_at(need.input.expected)
    return _Row(rate.input, rate.output, model)


def _hull(rows: Iterable[_Row]) -> list[_Row]:
    """The lower-left convex hull of the prices: input rises along it and output falls."""
    hull: list[_Row] = []
    for row in sorted(rows, key=lambda row: (row.input, row.output)):
        if hull and row.output >= hull[-1].output:
            continue
        while len(hull) > 1 and _above(hull[-2], hull[-1], row) >= 0:
            hull.pop()
        hull.append(row)
    return hull


def _above(a: _Row, b: _Row, c: _Row) -> int:
    """How far b lies above the line from a to c: 0 on it, negative below."""
    return (b.output - a.output) * (c.input - a.input) - (c.output - a.output) * (b.input - a.input)


def _beaten(row: _Row, hull: Sequence[_Row]) -> bool:
    """Whether some model of the hull is cheaper than this one at every length. What ties somewhere is kept."""
    at = bisect.bisect_right(hull, row.input, key=lambda other: other.input) - 1
    if at < 0:
        return False
    left = hull[at]
    if at + 1 == len(hull):
        return (row.input, row.output) != (left.input, left.output) and row.output >= left.output
    return _above(left, row, hull[at + 1]) > 0
