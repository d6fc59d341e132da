"""A menu brought down to what could be chosen from it: a course. Options that another one beats are dropped.

An option is a cost, a utility and a key; `search` chooses one of each course.
"""

from collections.abc import Iterable, Sequence

from attrs import frozen

__all__ = ["Course", "course"]


@frozen
class Course:
    """The options of a menu worth having, dearer and better with each position; `places` are theirs in the menu.

    `ranks` order the keys. `hull` are the positions on the concave hull of utility over cost.
    """

    costs: tuple[int, ...]
    utilities: tuple[int, ...]
    places: tuple[int, ...]
    ranks: tuple[int, ...]
    hull: tuple[int, ...]


def course(menu: Iterable[tuple[int, int, str]]) -> Course:
    """The course that a menu comes down to; of each option the cost, the utility and the key."""
    kept: list[tuple[int, int, str, int]] = []
    for entry in sorted((cost, -utility, key, place) for place, (cost, utility, key) in enumerate(menu)):
        if not kept or entry[1] < kept[-1][1]:
            kept.append(entry)
    costs = tuple(entry[0] for entry in kept)
    utilities = tuple(-entry[1] for entry in kept)
    nth = {key: rank for rank, key in enumerate(sorted({entry[2] for entry in kept}))}
    ranks = tuple(nth[entry[2]] for entry in kept)
    return Course(costs, utilities, tuple(entry[3] for entry in kept), ranks, _hull(costs, utilities))


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
