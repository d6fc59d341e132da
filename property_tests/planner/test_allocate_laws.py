"""Laws of the allocation: the best that the limit buys, never worse for more money, whatever the order of options."""

import bisect
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.money import Nanodollars
from tokenwise.planner.allocation import Allocation, Infeasible, Option, allocate

KEYS = "abcdef"
options = st.builds(Option, st.integers(0, 12).map(Nanodollars), st.integers(-6, 12), st.sampled_from(KEYS))
menus_of_options = st.lists(st.lists(options, min_size=1, max_size=5), max_size=4)
limits = st.integers(0, 60).map(Nanodollars)
widths = st.sampled_from([1, 2, 5, 20, 12_000])


def keys_of(menus, choices):
    return tuple(menu[choice].key for menu, choice in zip(menus, choices, strict=True))


def by_trying_all(menus, limit):
    """Utility negated, cost and keys of the best choice, or None where nothing fits."""
    fitting = (
        (-sum(option.utility for option in chosen), cost, tuple(option.key for option in chosen))
        for chosen in itertools.product(*menus)
        if (cost := sum(option.cost for option in chosen)) <= limit
    )
    return min(fitting, default=None)


def measured(menus, answer):
    return (-answer.utility, answer.cost, keys_of(menus, answer.choices)) if isinstance(answer, Allocation) else None


def drawn_by(seed):
    """A small instance: up to 5 menus of up to 6 options, costs and utilities dense, medium or sparse."""
    draw = random.Random(seed)
    spread = draw.choice([2, 10, 1000])
    menus = [
        [
            Option(Nanodollars(draw.randint(0, spread)), draw.randint(-spread, spread), draw.choice(KEYS))
            for _ in range(draw.randint(1, 6))
        ]
        for _ in range(draw.randint(1, 5))
    ]
    return menus, Nanodollars(draw.randint(0, spread * len(menus)))


def alike(seed, count, size, grain=10):
    """Menus whose utility follows cost closely: the hard kind, which cuts a search short soonest."""
    draw = random.Random(seed)
    costs = [[draw.randint(1, 10**4) for _ in range(size)] for _ in range(count)]
    return [
        [
            Option(Nanodollars(cost), cost // grain + draw.randint(0, 300 // grain), f"m{place}")
            for place, cost in enumerate(row)
        ]
        for row in costs
    ]


class TestOptimality:
    """The best assignment that fits: most utility, then least cost, then first keys; with a certificate otherwise."""

    @pytest.mark.slow  # 2,000 instances, each also solved by trying all choices
    def test_equals_trying_all_choices_on_2000_instances(self):
        for seed in range(2000):
            menus, limit = drawn_by(seed)
            answer = allocate(menus, limit)
            assert measured(menus, answer) == by_trying_all(menus, limit), f"seed {seed}"
            assert isinstance(answer, Infeasible) or answer.optimality_gap == 0

    @given(menus_of_options, limits)
    def test_equals_trying_all_choices(self, menus, limit):
        assert measured(menus, allocate(menus, limit)) == by_trying_all(menus, limit)

    @pytest.mark.slow  # 24 instances of 20,736 choices each
    @pytest.mark.parametrize("seed", range(4))
    def test_four_menus_of_twelve_are_solved_where_utility_is_cost(self, seed):
        """A sum to be hit exactly is the hardest kind known: every choice lies on the line of the relaxation."""
        draw = random.Random(seed)
        rows = [[draw.randint(1, 10 ** (3 + 2 * seed)) for _ in range(12)] for _ in range(4)]
        menus = [[Option(Nanodollars(cost), cost, f"m{place}") for place, cost in enumerate(row)] for row in rows]
        sums = sorted(map(sum, itertools.product(*rows)))
        for part in (10, 30, 50, 70, 90, 97):
            limit = Nanodollars(sums[0] + (sums[-1] - sums[0]) * part // 100)
            answer = allocate(menus, limit)
            assert answer.utility == sums[bisect.bisect_right(sums, limit) - 1]
            assert answer.optimality_gap == 0

    @given(menus_of_options, limits, widths)
    def test_the_gap_is_never_too_small(self, menus, limit, width):
        answer, best = allocate(menus, limit, width=width), by_trying_all(menus, limit)
        if isinstance(answer, Allocation):
            assert answer.utility <= -best[0] <= answer.utility + answer.optimality_gap

    @pytest.mark.slow  # 240 searches, of which many are cut short
    @pytest.mark.parametrize(("seed", "grain"), [(0, 10), (1, 10), (2, 100), (3, 300)])
    def test_the_gap_covers_what_a_wider_search_finds(self, seed, grain):
        menus = alike(seed, count=6, size=12, grain=grain)
        cheapest = sum(min(option.cost for option in menu) for menu in menus)
        draw = random.Random(seed)
        cut_short = 0
        for _ in range(60):
            limit = Nanodollars(cheapest + draw.randint(0, 40_000))
            short, whole = allocate(menus, limit, width=6 * draw.randint(1, 20)), allocate(menus, limit, width=10**6)
            assert whole.optimality_gap == 0
            assert short.utility <= whole.utility <= short.utility + short.optimality_gap
            cut_short += short.utility < whole.utility
        assert cut_short > 0

    @given(menus_of_options, limits, widths)
    def test_sums_are_those_of_the_options_chosen(self, menus, limit, width):
        answer = allocate(menus, limit, width=width)
        if isinstance(answer, Allocation):
            chosen = [menu[choice] for menu, choice in zip(menus, answer.choices, strict=True)]
            assert answer.cost == sum(option.cost for option in chosen) <= limit
            assert answer.utility == sum(option.utility for option in chosen)

    @given(menus_of_options, limits)
    def test_the_smallest_limit_is_feasible_and_one_less_is_not(self, menus, limit):
        answer = allocate(menus, limit)
        if isinstance(answer, Infeasible):
            smallest = answer.smallest_limit
            assert limit + answer.shortfall == smallest
            assert isinstance(allocate(menus, smallest), Allocation)
            assert isinstance(allocate(menus, Nanodollars(smallest - 1)), Infeasible)


class TestMonotony:
    """More budget never gives a worse plan, also where the search is cut short."""

    @given(menus_of_options, widths)
    def test_more_money_never_buys_less(self, menus, width):
        answers = [allocate(menus, Nanodollars(limit), width=width) for limit in range(61)]
        utilities = [answer.utility for answer in answers if isinstance(answer, Allocation)]
        assert utilities == sorted(utilities)
        assert all(isinstance(answer, Infeasible) for answer in answers[: len(answers) - len(utilities)])

    @pytest.mark.slow  # 2,000 searches, most of them cut short
    @pytest.mark.parametrize("width", [8, 40, 400])
    def test_more_money_never_buys_less_where_the_search_is_cut_short(self, width):
        menus = alike(width, count=8, size=30)
        cheapest = sum(min(option.cost for option in menu) for menu in menus)
        draw = random.Random(width)
        limits = sorted(cheapest + draw.randint(0, 60_000) for _ in range(700))
        answers = [allocate(menus, Nanodollars(limit), width=width) for limit in limits]
        utilities = [answer.utility for answer in answers]
        assert utilities == sorted(utilities)
        assert any(answer.optimality_gap for answer in answers)  # or nothing was tested

    @pytest.mark.slow  # 900 searches at neighbouring limits
    def test_a_single_nano_dollar_more_never_buys_less(self):
        menus = alike(7, count=6, size=25)
        start = sum(min(option.cost for option in menu) for menu in menus) + 9_000
        answers = [allocate(menus, Nanodollars(limit), width=12) for limit in range(start, start + 900)]
        utilities = [answer.utility for answer in answers]
        assert utilities == sorted(utilities)
        assert len(set(utilities)) > 3


class TestOrder:
    """The answer does not depend on catalogue order."""

    @given(menus_of_options, limits, widths, st.randoms(use_true_random=False))
    def test_shuffled_menus_give_the_same_keys(self, menus, limit, width, rnd):
        shuffled = [rnd.sample(menu, len(menu)) for menu in menus]
        one, other = allocate(menus, limit, width=width), allocate(shuffled, limit, width=width)
        assert measured(menus, one) == measured(shuffled, other)

    @given(menus_of_options, limits)
    def test_an_option_that_was_not_chosen_can_be_taken_away(self, menus, limit):
        answer = allocate(menus, limit)
        if isinstance(answer, Allocation):
            alone = [[menu[choice]] for menu, choice in zip(menus, answer.choices, strict=True)]
            fewer = [only + menu[choice + 1 :] for only, menu, choice in zip(alone, menus, answer.choices, strict=True)]
            assert measured(fewer, allocate(fewer, limit)) == measured(menus, answer)
