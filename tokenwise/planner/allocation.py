"""Models to steps under one budget: from each menu one option, the most utility that the limit buys.

This is the multiple-choice knapsack problem; `search` solves it. The module knows nothing of catalogues: an option has
a cost, an integer utility and a key, and who calls decides what they stand for. Among equal utilities the cheapest
choice wins, among equal costs the one whose keys, read in the order of the menus, come first; so the order of options
changes nothing. More money never buys less.
"""

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars
from tokenwise.planner.courses import course
from tokenwise.planner.search import solved

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
    courses = tuple(course((option.cost, option.utility, option.key) for option in menu) for menu in menus)
    cheapest = Nanodollars(sum(each.costs[0] for each in courses))
    if cheapest > limit:
        return Infeasible(cheapest, Nanodollars(cheapest - limit))
    found = solved(courses, limit, max(1, width // max(1, len(courses))))
    return Allocation(found.choices, Nanodollars(found.cost), found.utility, found.gap)


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
