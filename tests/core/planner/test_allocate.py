"""Refusals, downgrades and the size that planning has. What a limit buys: test_allocate_laws."""

import pytest

from tokenwise.money import Nanodollars
from tokenwise.planner.allocation import Allocation, Downgrade, NoOption, Option, allocate, downgrades


def option(cost: int, utility: int, key: str = "") -> Option:
    return Option(Nanodollars(cost), utility, key or f"{cost}/{utility}")


def usd(nano: int) -> Nanodollars:
    return Nanodollars(nano)


SMALL, MEDIUM, LARGE = option(20, 1, "small"), option(50, 4, "medium"), option(90, 6, "large")
MENU = [SMALL, MEDIUM, LARGE]


class TestRefusal:
    def test_menus_without_options_are_named(self) -> None:
        assert allocate([[], MENU, []], usd(10**9)) == NoOption((0, 2))

    def test_options_do_not_cost_less_than_nothing(self) -> None:
        with pytest.raises(ValueError, match="'cost' must be >= 0"):
            option(-1, 1)


class TestDowngrades:
    def test_each_menu_that_got_less_is_told_with_what_it_saved(self) -> None:
        menus = [MENU, MENU, MENU]
        assert downgrades(menus, preferred=(2, 2, 0), chosen=(1, 2, 0)) == (Downgrade(0, "large", "medium", usd(40)),)

    def test_getting_more_or_the_same_is_no_downgrade(self) -> None:
        twins = [option(5, 5, "a"), option(4, 5, "b")]
        assert downgrades([MENU, twins], preferred=(0, 0), chosen=(2, 1)) == ()


def test_fifty_steps_by_four_hundred_models_are_proven_optimal() -> None:
    # Every model's price and rating is its own; steps differ in length, as steps of a plan do.
    prices = [10_000 + (model * 7919) % 100_003 * 17 for model in range(400)]
    ratings = [900 + price // 4_000 + (model * 104_729) % 97 for model, price in enumerate(prices)]
    menus = [
        [
            option(price * (300 + 37 * step) // 1000, rating, f"m{model}")
            for model, (price, rating) in enumerate(zip(prices, ratings, strict=True))
        ]
        for step in range(50)
    ]
    cheapest = sum(min(each.cost for each in menu) for menu in menus)
    answer = allocate(menus, usd(4 * cheapest))
    assert isinstance(answer, Allocation)
    assert answer.cost <= 4 * cheapest
    assert answer.optimality_gap == 0
