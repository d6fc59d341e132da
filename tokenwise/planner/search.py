"""The search behind `allocation`: from each menu one option, the most utility within a limit.

Options that another one beats are dropped. Upgrades along each menu's concave hull, steepest first, give the corners of
the linear relaxation; at a corner the relaxation is a real choice, and optimal. Below the limit lies one corner, above
it the next, and every choice has a *loss*: how far it stays below the line between the two. The search takes up menus
by their smallest loss and drops partial choices that lose more than the best known one allows.

More money never buys less, also where the search is cut short. Between two corners the search keeps the `width`
partial choices of smallest loss, whatever the limit is, and the limit only says which of them are affordable; across a
corner the relaxation itself separates the answers (see docs/planner.md for the proof).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from attrs import field, frozen

from tokenwise.planner.courses import Course

__all__ = ["Solved", "solved"]


@frozen
class Solved:
    """The best choice met, an option of each menu by its place there, and how much utility it may lack at most."""

    choices: tuple[int, ...]
    cost: int
    utility: int
    gap: int


def solved(courses: Sequence[Course], limit: int, width: int) -> Solved:
    """The choice of most utility that costs at most `limit`, which the cheapest one must; see `allocation.allocate`."""
    corner, names = _corner(courses, limit), _Names(courses)
    room = limit - corner.cost
    found = _search(_layers(courses, corner, names) if corner.step_cost else (), corner, room, width)
    return Solved(
        names.choices(names.of(corner.positions) + found.best.name),
        corner.cost + found.best.cost,
        corner.utility - found.best.less_utility,
        _gap(found, corner, room),
    )


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


def _corner(courses: Sequence[Course], limit: int) -> _Corner:
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


def _upgrades(courses: Sequence[Course]) -> Iterator[tuple[int, int, int, int, int]]:
    """Steps along the hulls; sorted, they are steepest first, equals in the order of the menus."""
    for place, course in enumerate(courses):
        for before, after in zip(course.hull, course.hull[1:], strict=False):
            step_cost = course.costs[after] - course.costs[before]
            step_utility = course.utilities[after] - course.utilities[before]
            # Whole numbers compare exactly and faster than fractions: two different quotients whose denominators are
            # below 2^80 (10^15 dollars) differ by more than 2^-160.
            yield -(step_utility << 161) // step_cost, place, after, step_cost, step_utility


# Search between two corners.


class _Partial(NamedTuple):
    """A partial choice as its difference from the corner. All four add up, and this is the order they are kept in.

    `name` says what is chosen; see `_Names`.
    """

    loss: int
    cost: int
    less_utility: int
    name: int


_NOTHING: Final = _Partial(0, 0, 0, 0)


def _rank(partial: _Partial) -> tuple[int, int, int]:
    """What counts between whole choices: utility, cost, keys."""
    return partial.less_utility, partial.cost, partial.name


@frozen
class _Found:
    """The best choice met, as its difference from the corner, and the smallest loss that was missed, if any was."""

    best: _Partial
    missed_loss: int | None = None


def _layers(courses: Sequence[Course], corner: _Corner, names: "_Names") -> list[list[_Partial]]:
    """For each course the options that could matter before the next corner, smallest loss first; easy courses first."""
    layers = [
        sorted(_deviations(course, position, corner, parts))
        for course, position, parts in zip(courses, corner.positions, names.parts, strict=True)
    ]
    return sorted((layer for layer in layers if len(layer) > 1), key=_second_loss)


def _second_loss(layer: list[_Partial]) -> int:
    return layer[1].loss


def _deviations(course: Course, position: int, corner: _Corner, parts: Sequence[int]) -> Iterator[_Partial]:
    most = corner.step_cost * (corner.step_utility - 1)  # with more loss, no choice below the next corner gains a unit
    cost_here, utility_here, name_here = course.costs[position], course.utilities[position], parts[position]
    for cost, utility, name in zip(course.costs, course.utilities, parts, strict=True):
        more, gain = cost - cost_here, utility - utility_here
        loss = corner.step_utility * more - corner.step_cost * gain
        if loss <= most:
            yield _Partial(loss, more, -gain, name - name_here)


def _search(layers: Sequence[list[_Partial]], corner: _Corner, room: int, width: int) -> _Found:
    """Take up layer after layer; of all pairs of what was kept and the layer, look at each before any is cut.

    So what a layer cuts is missed only where another layer is taken up after it, and few menus are solved whole.
    """
    best = _best_of(chain([_NOTHING], *layers), room)
    partials, missed, cut = [_NOTHING], None, None
    for layer in layers:
        most = _loss_allowed(best, corner, room)
        if _second_loss(layer) > most or (cut is not None and _cannot_be_better(best, corner, room)):
            break
        missed = cut
        best = min(best, _best_pair(partials, layer, room, best), key=_rank)
        partials, cut_here = _grown(partials, layer, most, width)
        cut = min((loss for loss in (cut, cut_here) if loss is not None), default=None)
        partials = _undominated(partials)
    return _Found(best, missed)


def _best_of(partials: Iterable[_Partial], room: int) -> _Partial:
    return min((partial for partial in partials if partial.cost <= room), key=_rank, default=_NOTHING)


def _best_pair(partials: list[_Partial], layer: list[_Partial], room: int, best: _Partial) -> _Partial:
    """The best sum of one of each that the room allows. No partial choice here beats another in cost and utility."""
    rising = sorted(partials, key=_cost)
    for option in layer:
        if fitting := bisect_right(rising, room - option.cost, key=_cost):
            best = min(best, _sum(rising[fitting - 1], option), key=_rank)
    return best


def _cost(partial: _Partial) -> int:
    return partial.cost


def _sum(one: _Partial, other: _Partial) -> _Partial:
    return _Partial(
        one.loss + other.loss,
        one.cost + other.cost,
        one.less_utility + other.less_utility,
        one.name + other.name,
    )


def _loss_allowed(best: _Partial, corner: _Corner, room: int) -> int:
    """With more loss, a choice that costs at most `room` is worse than the best one met.

    It gains at most (step_utility × room - loss) / step_cost, so a whole unit more than the best one leaves it the
    first figure; as much utility at no more cost leaves it the loss of the best one.
    """
    return max(corner.step_utility * room + corner.step_cost * (best.less_utility - 1), best.loss)


def _cannot_be_better(best: _Partial, corner: _Corner, room: int) -> bool:
    """Whether nothing can have more utility; what was cut has made it pointless to look for less cost."""
    return -best.less_utility == corner.step_utility * room // corner.step_cost


def _grown(partials: list[_Partial], layer: list[_Partial], most: int, width: int) -> tuple[list[_Partial], int | None]:
    """Each partial choice with each option of one more course: the `width` of smallest loss, and where that cut."""
    counts = [bisect_right(partials, most - option.loss, key=_loss) for option in layer if option.loss <= most]
    # Both lists are sorted, so i × j - 1 sums at least come before that of the i-th and the j-th, counted from 1.
    sums = [
        _sum(partial, option)
        for nth, (count, option) in enumerate(zip(counts, layer, strict=False), 1)
        for partial in partials[: min(count, width // nth)]
    ]
    sums.sort()
    del sums[width:]
    return sums, sums[-1].loss if len(sums) < sum(counts) else None


def _loss(partial: _Partial) -> int:
    return partial.loss


def _undominated(partials: list[_Partial]) -> list[_Partial]:
    """Without those that another one beats in cost and utility at once; of twins, the one with the first keys stays."""
    kept: list[_Partial] = []
    for partial in sorted(partials, key=_cost_first):
        if not kept or partial.less_utility < kept[-1].less_utility:
            kept.append(partial)
    return sorted(kept)


def _cost_first(partial: _Partial) -> tuple[int, int, int]:
    return partial.cost, partial.less_utility, partial.name


def _gap(found: _Found, corner: _Corner, room: int) -> int:
    """What was missed could have gained this much more at most."""
    if found.missed_loss is None:
        return 0
    return max(0, (corner.step_utility * room - found.missed_loss) // corner.step_cost + found.best.less_utility)


@frozen
class _Names:
    """Whole choices as single numbers, so that to combine partial choices is to add, however many menus there are.

    A number's digits are, menu by menu, the ranks of the keys chosen, and behind them the positions chosen. To compare
    two numbers is to compare keys in the order of the menus; the second half of the digits says what was chosen.
    `parts` is, for each menu, what each of its positions adds.
    """

    courses: Sequence[Course]
    base: int = field(init=False)
    parts: Sequence[Sequence[int]] = field(init=False)

    @base.default
    def _most_positions(self) -> int:
        return max((len(course.costs) for course in self.courses), default=1)

    @parts.default
    def _digits(self) -> Sequence[Sequence[int]]:
        front = self.base ** len(self.courses)
        weights = [self.base**exponent for exponent in reversed(range(len(self.courses)))]
        return [
            [(rank * front + position) * weight for position, rank in enumerate(course.ranks)]
            for course, weight in zip(self.courses, weights, strict=True)
        ]

    def of(self, positions: Iterable[int]) -> int:
        """The number of a whole choice, a position for each menu."""
        return sum(parts[position] for parts, position in zip(self.parts, positions, strict=True))

    def choices(self, name: int) -> tuple[int, ...]:
        """The options chosen, by their places in the menus as they were given."""
        places = []
        for course in reversed(self.courses):
            name, position = divmod(name, self.base)
            places.append(course.places[position])
        return tuple(reversed(places))
