"""Models to steps under one budget: from each menu one option, the most utility that the limit buys.

This is the multiple-choice knapsack problem. The module knows nothing of catalogues: an option has a cost, an integer
utility and a key, and who calls decides what they stand for. Among equal utilities the cheapest choice wins, among
equal costs the one whose keys, read in the order of the menus, come first; so the order of options changes nothing.

How it is solved. Options that another one beats are dropped. Upgrades along each menu's concave hull, steepest first,
give the corners of the linear relaxation; at a corner the relaxation is a real choice, and optimal. Below the limit
lies one corner, above it the next, and every choice has a *loss*: how far it stays below the line between the two. The
search takes up menus by their smallest loss and drops partial choices that lose more than the best known one allows.

More money never buys less, also where the search is cut short. Between two corners the search keeps the
`WIDTH / menus` partial choices of smallest loss, whatever the limit is, and the limit only says which of them are
affordable; across a corner the relaxation itself separates the answers (see docs/planner.md for the proof).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars

__all__ = ["WIDTH", "Allocation", "Downgrade", "Infeasible", "NoOption", "Option", "allocate", "downgrades"]

WIDTH: Final = 12_000
"""How many partial choices a search may hold over all menus: its only cut-off. No clock is read."""


@frozen
class Option:
    """One way to serve a menu: its cost, what it is worth (any integer, more is better), and its name."""

    cost: Nanodollars = field(validator=ge(Nanodollars(0)))
    utility: int
    key: str


@frozen
class Allocation:
    """One option per menu, by its place there, with the sums of cost and utility.

    `optimality_gap` is how much utility an optimal choice could have above this one at most; 0 proves this one optimal.
    """

    choices: tuple[int, ...]
    cost: Nanodollars
    utility: int
    optimality_gap: int = 0


@frozen
class Infeasible:
    """Not even the cheapest options fit: the smallest limit that would do, and how much it is above the one given."""

    smallest_limit: Nanodollars
    shortfall: Nanodollars


@frozen
class NoOption:
    """Menus without any option, by their places. No limit helps."""

    menus: tuple[int, ...]


@frozen
class Downgrade:
    """A menu that got less than it would have had: the keys of both options, and the cost saved."""

    menu: int
    from_key: str
    to_key: str
    saved: Nanodollars


def allocate(
    menus: Sequence[Sequence[Option]], limit: Nanodollars, *, width: int = WIDTH
) -> Allocation | Infeasible | NoOption:
    """The choice of most utility that costs at most `limit`; least cost, then first keys, among equals.

    A smaller `width` (1 or more) answers sooner, and with a larger gap where the search is cut short.

    >>> small, large = Option(Nanodollars(20), 1, "small"), Option(Nanodollars(90), 5, "large")
    >>> allocate([[small, large], [small, large]], Nanodollars(120))    # one of the two may be large; keys decide
    Allocation(choices=(1, 0), cost=110, utility=6, optimality_gap=0)
    >>> allocate([[small, large], [small, large]], Nanodollars(30))
    Infeasible(smallest_limit=40, shortfall=10)
    """
    if empty := tuple(place for place, menu in enumerate(menus) if not menu):
        return NoOption(empty)
    courses = tuple(map(_course, menus))
    cheapest = Nanodollars(sum(course.costs[0] for course in courses))
    if cheapest > limit:
        return Infeasible(cheapest, Nanodollars(cheapest - limit))
    return _best(courses, _corner(courses, limit), limit, max(1, width // max(1, len(courses))))


def downgrades(
    menus: Sequence[Sequence[Option]], preferred: Sequence[int], chosen: Sequence[int]
) -> tuple[Downgrade, ...]:
    """Where `chosen` has less utility than `preferred`, which is often the choice under no limit.

    >>> menu = [Option(Nanodollars(20), 1, "small"), Option(Nanodollars(90), 5, "large")]
    >>> downgrades([menu, menu], preferred=(1, 1), chosen=(1, 0))
    (Downgrade(menu=1, from_key='large', to_key='small', saved=70),)
    """
    pairs = ((menu[before], menu[after]) for menu, before, after in zip(menus, preferred, chosen, strict=True))
    return tuple(
        Downgrade(place, before.key, after.key, Nanodollars(before.cost - after.cost))
        for place, (before, after) in enumerate(pairs)
        if after.utility < before.utility
    )


# Reduction: a menu without the options that another one beats.


@frozen
class _Course:
    """The options of a menu worth having, dearer and better with each position; `places` are theirs in the menu.

    `ranks` order the keys. `hull` are the positions on the concave hull of utility over cost.
    """

    costs: tuple[int, ...]
    utilities: tuple[int, ...]
    places: tuple[int, ...]
    ranks: tuple[int, ...]
    hull: tuple[int, ...]


def _course(menu: Sequence[Option]) -> _Course:
    kept: list[tuple[int, int, str, int]] = []
    for entry in sorted((option.cost, -option.utility, option.key, place) for place, option in enumerate(menu)):
        if not kept or entry[1] < kept[-1][1]:
            kept.append(entry)
    costs = tuple(entry[0] for entry in kept)
    utilities = tuple(-entry[1] for entry in kept)
    nth = {key: rank for rank, key in enumerate(sorted({entry[2] for entry in kept}))}
    ranks = tuple(nth[entry[2]] for entry in kept)
    return _Course(costs, utilities, tuple(entry[3] for entry in kept), ranks, _hull(costs, utilities))


def _hull(costs: Sequence[int], utilities: Sequence[int]) -> tuple[int, ...]:
    hull: list[int] = []
    for new in range(len(costs)):
        while len(hull) > 1 and _lies_below(hull[-1], hull[-2], new, costs, utilities):
            hull.pop()
        hull.append(new)
    return tuple(hull)


def _lies_below(middle: int, left: int, right: int, costs: Sequence[int], utilities: Sequence[int]) -> bool:
    rise, run = utilities[right] - utilities[left], costs[right] - costs[left]
    return (utilities[middle] - utilities[left]) * run <= rise * (costs[middle] - costs[left])


# Relaxation: the corner at or below the limit.


@frozen
class _Corner:
    """A corner of the linear relaxation: a position per course, and the upgrade from here to the next corner.

    `step_cost` and `step_utility` are that upgrade's; both are 0 at the last corner, where everything is best.
    """

    positions: tuple[int, ...]
    cost: int
    utility: int
    step_cost: int = 0
    step_utility: int = 0


def _corner(courses: Sequence[_Course], limit: int) -> _Corner:
    positions = [0] * len(courses)
    cost = sum(course.costs[0] for course in courses)
    utility = sum(course.utilities[0] for course in courses)
    for _, place, after, step_cost, step_utility in sorted(_upgrades(courses)):
        if cost + step_cost > limit:
            return _Corner(tuple(positions), cost, utility, step_cost, step_utility)
        positions[place] = after
        cost += step_cost
        utility += step_utility
    return _Corner(tuple(positions), cost, utility)


def _upgrades(courses: Sequence[_Course]) -> Iterator[tuple[int, int, int, int, int]]:
    """Steps along the hulls; sorted, they are steepest first, equals in the order of the menus."""
    for place, course in enumerate(courses):
        for before, after in zip(course.hull, course.hull[1:], strict=False):
            step_cost = course.costs[after] - course.costs[before]
            step_utility = course.utilities[after] - course.utilities[before]
            # Whole numbers compare exactly and faster than fractions: two different quotients whose denominators are
            # below 2^80 (10^15 dollars) differ by more than 2^-160.
            yield -(step_utility << 161) // step_cost, place, after, step_cost, step_utility


# Search between two corners.

# A partial choice, as its difference from the corner: loss, cost, utility negated, and its number (see `_numbers`).
# All four add up, and their order as a tuple is the order in which partial choices are kept.
_Partial = tuple[int, int, int, int]
_NOTHING: Final[_Partial] = (0, 0, 0, 0)

# The same with what counts between whole choices first: utility negated, cost, keys, and then the loss.
_Ranked = tuple[int, int, int, int]


@frozen
class _Found:
    """The best choice met, as its difference from the corner, and the smallest loss that was cut off, if any was."""

    best: _Ranked
    cut_loss: int | None = None


def _best(courses: Sequence[_Course], corner: _Corner, limit: int, width: int) -> Allocation:
    numbers = _numbers(courses)
    room = limit - corner.cost
    found = _search(_layers(courses, corner, numbers) if corner.step_cost else (), corner, room, width)
    less_utility, cost, keys, _ = found.best
    here = sum(row[position] for row, position in zip(numbers, corner.positions, strict=True))
    return Allocation(
        _choices(courses, here + keys),
        Nanodollars(corner.cost + cost),
        corner.utility - less_utility,
        _gap(found, corner, room),
    )


def _layers(courses: Sequence[_Course], corner: _Corner, numbers: list[list[int]]) -> list[list[_Partial]]:
    """For each course the options that could matter before the next corner, smallest loss first; easy courses first."""
    layers = [
        sorted(_deviations(course, position, corner, row))
        for course, position, row in zip(courses, corner.positions, numbers, strict=True)
    ]
    return sorted((layer for layer in layers if len(layer) > 1), key=_second_loss)


def _second_loss(layer: list[_Partial]) -> int:
    return layer[1][0]


def _deviations(course: _Course, position: int, corner: _Corner, numbers: list[int]) -> Iterator[_Partial]:
    most = corner.step_cost * (corner.step_utility - 1)  # with more loss, no choice below the next corner gains a unit
    cost_here, utility_here, number_here = course.costs[position], course.utilities[position], numbers[position]
    for cost, utility, number in zip(course.costs, course.utilities, numbers, strict=True):
        more, gain = cost - cost_here, utility - utility_here
        loss = corner.step_utility * more - corner.step_cost * gain
        if loss <= most:
            yield loss, more, -gain, number - number_here


def _search(layers: Sequence[list[_Partial]], corner: _Corner, room: int, width: int) -> _Found:
    found = _Found(_best_of(chain([_NOTHING], *layers), room))
    partials = [_NOTHING]
    for layer in layers:
        most = _loss_allowed(found.best, corner, room)
        if _second_loss(layer) > most or _only_ties_are_left(found, corner, room):
            break
        partials, cut_loss = _grown(partials, layer, most, width)
        best = min(found.best, _best_of(partials, room, default=found.best))
        found = _Found(best, min((loss for loss in (found.cut_loss, cut_loss) if loss is not None), default=None))
        partials = _undominated(partials)
    return found


def _best_of(partials: Iterable[_Partial], room: int, default: _Ranked = _NOTHING) -> _Ranked:
    ranked = ((less_utility, cost, keys, loss) for loss, cost, less_utility, keys in partials if cost <= room)
    return min(ranked, default=default)


def _loss_allowed(best: _Ranked, corner: _Corner, room: int) -> int:
    """With more loss, a choice that costs at most `room` is worse than the best one met.

    It gains at most (step_utility × room - loss) / step_cost, so a whole unit more than the best one leaves it the
    first figure; as much utility at no more cost leaves it the loss of the best one.
    """
    less_utility, _, _, loss = best
    return max(corner.step_utility * room + corner.step_cost * (less_utility - 1), loss)


def _only_ties_are_left(found: _Found, corner: _Corner, room: int) -> bool:
    """Whether nothing can have more utility, and what was cut has made it pointless to look for less cost."""
    return found.cut_loss is not None and -found.best[0] == corner.step_utility * room // corner.step_cost


def _grown(partials: list[_Partial], layer: list[_Partial], most: int, width: int) -> tuple[list[_Partial], int | None]:
    """Each partial choice with each option of one more course: the `width` of smallest loss, and where that cut."""
    counts = [bisect_left(partials, (most - option[0] + 1,)) for option in layer if option[0] <= most]
    # Both lists are sorted, so i × j - 1 sums at least come before that of the i-th and the j-th, counted from 1.
    sums = [
        (loss + more_loss, cost + more_cost, less_utility + still_less, keys + more_keys)
        for nth, (count, (more_loss, more_cost, still_less, more_keys)) in enumerate(
            zip(counts, layer, strict=False), 1
        )
        for loss, cost, less_utility, keys in partials[: min(count, width // nth)]
    ]
    sums.sort()
    del sums[width:]
    return sums, sums[-1][0] if len(sums) < sum(counts) else None


def _undominated(partials: list[_Partial]) -> list[_Partial]:
    """Without those that another one beats in cost and utility at once; of twins, the one with the first keys stays."""
    kept: list[_Partial] = []
    for partial in sorted(partials, key=lambda partial: partial[1:]):
        if not kept or partial[2] < kept[-1][2]:
            kept.append(partial)
    return sorted(kept)


def _gap(found: _Found, corner: _Corner, room: int) -> int:
    """What was cut off could have gained this much more at most."""
    if found.cut_loss is None:
        return 0
    gained = -found.best[0]
    return max(0, (corner.step_utility * room - found.cut_loss) // corner.step_cost - gained)


# A choice as one number that adds up like cost does. Its digits are the ranks of the keys in menu order, then the
# positions in menu order: comparing such numbers compares keys first, and the lower half says what was chosen.


def _numbers(courses: Sequence[_Course]) -> list[list[int]]:
    """For each course the summand of each position."""
    base = _base(courses)
    weights = [base**exponent for exponent in reversed(range(len(courses)))]
    above = base ** len(courses)
    return [
        [(rank * above + position) * weight for position, rank in enumerate(course.ranks)]
        for course, weight in zip(courses, weights, strict=True)
    ]


def _choices(courses: Sequence[_Course], number: int) -> tuple[int, ...]:
    places = []
    for course in reversed(courses):
        number, position = divmod(number, _base(courses))
        places.append(course.places[position])
    return tuple(reversed(places))


def _base(courses: Sequence[_Course]) -> int:
    return max((len(course.costs) for course in courses), default=1)
