"""What a limit buys: choices, refusals, ties, downgrades and the size that planning has."""

from typing import ClassVar

import pytest

from tokenwise.money import Nanodollars
from tokenwise.planner.allocation import Allocation, Downgrade, Infeasible, NoOption, Option, allocate, downgrades


def option(cost: int, utility: int, key: str = "") -> Option:
    return Option(Nanodollars(cost), utility, key or f"{cost}/{utility}")


def usd(nano: int) -> Nanodollars:
    return Nanodollars(nano)


SMALL, MEDIUM, LARGE = option(20, 1, "small"), option(50, 4, "medium"), option(90, 6, "large")
MENU = [SMALL, MEDIUM, LARGE]


def chosen(menus: list[list[Option]], limit: int) -> list[str]:
    answer = allocate(menus, usd(limit))
    assert isinstance(answer, Allocation)
    return [menu[place].key for menu, place in zip(menus, answer.choices, strict=True)]


class TestChoice:
    @pytest.mark.parametrize(
        ("limit", "keys"),
        [
            (40, ["small", "small"]),
            (69, ["small", "small"]),
            (70, ["medium", "small"]),
            (100, ["medium", "medium"]),
            (139, ["medium", "medium"]),
            (140, ["large", "medium"]),
            (180, ["large", "large"]),
            (10**18, ["large", "large"]),
        ],
    )
    def test_more_money_buys_more(self, limit: int, keys: list[str]) -> None:
        assert sorted(chosen([MENU, MENU], limit)) == sorted(keys)

    def test_the_steepest_upgrade_is_not_always_part_of_the_best_choice(self) -> None:
        first = [option(0, 0, "none"), option(60, 61, "steep")]
        second = [option(0, 0, "none"), option(100, 100, "worth it")]
        assert chosen([first, second], 100) == ["none", "worth it"]

    def test_options_below_the_hull_are_taken_where_they_fit_best(self) -> None:
        below_the_hull = [option(0, 0, "a"), option(50, 10, "b"), option(100, 100, "c")]
        assert chosen([below_the_hull], 99) == ["b"]

    def test_a_dearer_option_that_is_no_better_is_never_taken(self) -> None:
        assert chosen([[option(10, 5, "good"), option(99, 5, "dear"), option(50, 4, "poor")]], 1000) == ["good"]

    def test_nothing_to_choose_costs_nothing(self) -> None:
        assert allocate([], usd(0)) == Allocation((), usd(0), 0, 0)

    def test_free_options_fit_a_limit_of_nothing(self) -> None:
        assert chosen([[option(0, 1, "free"), option(1, 2, "paid")]], 0) == ["free"]


class TestTies:
    def test_least_cost_among_equal_utilities(self) -> None:
        menus = [[option(0, 0, "x"), option(70, 5, "y")], [option(0, 0, "x"), option(60, 5, "y")]]
        assert chosen(menus, 100) == ["x", "y"]

    def test_first_keys_among_equal_costs(self) -> None:
        menu = [option(0, 0, "small"), option(70, 5, "large")]
        assert chosen([menu, menu], 100) == ["large", "small"]
        renamed = [option(0, 0, "a-small"), option(70, 5, "z-large")]
        assert chosen([renamed, renamed], 100) == ["a-small", "z-large"]

    def test_first_keys_where_equals_share_the_cost_out_differently(self) -> None:
        first = [option(0, 4, "b"), option(4, 6, "b")]
        second = [option(7, 4, "b"), option(3, 2, "a")]
        assert chosen([first, second], 7) == ["b", "a"]

    def test_first_keys_where_the_other_choice_lies_nearer_the_relaxation(self) -> None:
        first = [option(0, 0, "c"), option(2, 1, "b"), option(4, 3, "a")]
        second = [option(0, 0, "b"), option(2, 2, "a")]
        assert chosen([first, second], 4) == ["a", "b"]  # and not b, a for the same cost and utility

    def test_first_key_among_twins(self) -> None:
        assert chosen([[option(5, 5, "b"), option(5, 5, "a")]], 9) == ["a"]


class TestRefusal:
    def test_too_little_money_is_told_with_the_smallest_limit(self) -> None:
        assert allocate([MENU, MENU], usd(39)) == Infeasible(smallest_limit=usd(40), shortfall=usd(1))

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

    def test_the_choice_of_a_smaller_limit_against_that_of_a_larger(self) -> None:
        rich, poor = allocate([MENU, MENU], usd(180)), allocate([MENU, MENU], usd(110))
        assert isinstance(rich, Allocation)
        assert isinstance(poor, Allocation)
        saved = downgrades([MENU, MENU], preferred=rich.choices, chosen=poor.choices)
        assert sum(one.saved for one in saved) == rich.cost - poor.cost


class TestCertificate:
    # Twelve menus of five options whose utility follows cost so closely that no short search can tell them apart.
    MENUS: ClassVar = [
        [
            option(1000 + (place * 37 + nth * 211) % 400, 100 + (place * 37 + nth * 211) % 400 // 7, f"m{nth}")
            for nth in range(5)
        ]
        for place in range(12)
    ]

    def test_a_search_cut_short_says_how_much_it_may_have_missed(self) -> None:
        limit = usd(14_300)
        whole, short = allocate(self.MENUS, limit), allocate(self.MENUS, limit, width=12)
        assert isinstance(whole, Allocation)
        assert isinstance(short, Allocation)
        assert whole.optimality_gap == 0
        assert short.utility <= whole.utility <= short.utility + short.optimality_gap
        assert short.optimality_gap > 0

    def test_the_answer_is_the_same_each_time(self) -> None:
        assert allocate(self.MENUS, usd(14_300)) == allocate(self.MENUS, usd(14_300))


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
