"""Models for the steps of a plan: what a limit buys, and what it does not."""

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MINI, model, step
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.planner.assignment import Assigned, OnTheBest, Unassignable, assign
from tokenwise.planner.menus import planned_need
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.worth import strength
from tokenwise.traits import Capability, Feature, Tier

PLAN = Plan("The task.", (step("easy", difficulty=0.1), step("hard", difficulty=0.9)))
BALANCED = Policy()


def models(limit, policy=BALANCED, plan=PLAN, catalog=CATALOG):
    assigned = assign(plan, catalog, policy, limit if isinstance(limit, int) else parse_usd(limit))
    assert isinstance(assigned, Assigned)
    return [choice.model for choice in assigned.choices]


def test_plenty_buys_each_step_what_it_deserves_and_no_more():
    assert models("1") == models("100") == ["mini", "big"]


def test_best_quality_buys_the_strongest_for_every_step_that_the_money_allows():
    best = Policy(strategy=Strategy.BEST_QUALITY)
    assert models("1", best) == ["big", "big"]
    short = assign(PLAN, CATALOG, best, parse_usd("0.016"))
    assert [choice.model for choice in short.choices] == ["mini", "big"]
    assert [(down.menu, down.from_key, down.to_key) for down in short.downgrades] == [(0, "big", "mini")]


def test_where_money_is_short_the_step_that_loses_least_steps_down():
    plan = Plan("The task.", (step("hard", difficulty=0.75), step("harder", difficulty=0.95)))
    assert models("1", plan=plan) == ["big", "big"]
    assert models("0.024", plan=plan) == ["mid", "big"]


@pytest.mark.parametrize(
    ("usd", "bought"),
    [
        ("0", "mid"),
        # big is 2.9 points better at this difficulty and costs $0.0034 more: worth it from $0.0012 a point.
        ("0.001", "mid"),
        ("0.01", "big"),
    ],
)
def test_an_upgrade_is_bought_where_it_is_worth_its_price(usd, bought):
    plan = Plan("The task.", (step("a", difficulty=0.65),))
    assert models("100", Policy(willingness_to_pay=parse_usd(usd)), plan=plan) == [bought]


@pytest.mark.parametrize("usd", ["0", "0.001"])
@pytest.mark.parametrize(("price", "bought"), [(0, True), (0.5, True), (1.01, False), (3, False)])
def test_a_trivial_step_gets_a_flagship_only_where_it_costs_less_than_all_that_would_do(price, bought, usd):
    """In hundreds of dollars a million tokens, 1 is the price of the only model of the tier that is deserved."""
    plan = Plan("Say hi", (step("a", difficulty=0.0),))
    gift = model("gift", Tier.FLAGSHIP, int(100 * price), int(200 * price))
    policy, catalog = Policy(willingness_to_pay=parse_usd(usd)), Catalog([model("mini", Tier.BUDGET, 100, 200), gift])
    assert (models("100", policy, plan=plan, catalog=catalog) == ["gift"]) == bought
    assert models("100", policy, plan=plan, catalog=Catalog([gift])) == ["gift"]


def test_a_trivial_step_gets_no_flagship_for_a_little_more_however_good_it_is():
    plan = Plan("The task.", (step("a", difficulty=0.1),))
    tiny, grand = model("tiny", Tier.BUDGET, 1, 20), model("grand", Tier.FLAGSHIP, 1, 21)
    market = Catalog([evolve(tiny, quality=1200), evolve(grand, quality=1600)])
    assert models("1", plan=plan, catalog=market) == ["tiny"]


def test_ratings_within_the_band_are_ties_that_the_cheaper_wins():
    close = Catalog([BIG, model("successor", Tier.FLAGSHIP, 3, 12, quality=1500 - 15)])
    worse = Catalog([BIG, model("successor", Tier.FLAGSHIP, 3, 12, quality=1500 - 16)])
    best = Policy(strategy=Strategy.BEST_QUALITY)
    assert models("1", best, catalog=close) == ["successor", "successor"]
    assert models("1", best, catalog=worse) == ["big", "big"]


class TestThinking:
    """A model that thinks is billed for its thoughts, and needs room for them."""

    THINKER = evolve(model("thinker", Tier.BUDGET, 1, 1), features=Feature.REASONING_EFFORT)
    HALF_PRICE = Catalog([MINI, THINKER])

    def test_half_the_price_for_four_times_the_tokens_is_not_cheap(self):
        plan = Plan("The task.", (step("a", difficulty=0.3),))
        assert models("1", Policy(strategy=Strategy.CHEAPEST), plan=plan, catalog=self.HALF_PRICE) == ["mini"]

    def test_what_a_step_will_probably_cost_has_the_thoughts_in_it(self):
        plan = Plan("The task.", (step("a", difficulty=0.0, cap=2000),))
        assigned = assign(plan, Catalog([self.THINKER]), BALANCED, parse_usd("1"))
        words = planned_need(plan.steps[0], plan).input.expected
        assert assigned.expected == (words * 1000 + (200 + 250) * 1000,)

    @pytest.mark.parametrize(
        ("cap", "difficulty", "room"),
        [
            (2000, 0.1, 1),  # 1.5 x (200 + 525) tokens
            (1000, 0.1, 2),  # the same
            (2000, 0.9, 4),  # 1.5 x (200 + 2,725)
        ],
    )
    def test_it_is_given_room_for_half_as_much_again(self, cap, difficulty, room):
        plan = Plan("The task.", (step("a", difficulty=difficulty, cap=cap),))
        assigned = assign(plan, Catalog([self.THINKER]), BALANCED, parse_usd("1"))
        assert assigned.choices[0].max_output_tokens == room * cap

    def test_others_are_given_their_own_cap_unless_a_hard_answer_might_not_fit_it(self):
        for difficulty, cap, given in ((0.1, 200, 200), (0.9, 200, 400), (0.9, 300, 300)):
            plan = Plan("The task.", (step("a", difficulty=difficulty, cap=cap),))
            assigned = assign(plan, Catalog([MINI]), BALANCED, parse_usd("1"))
            assert assigned.choices[0].max_output_tokens == given

    def test_short_money_takes_the_room_before_the_model(self):
        plan = Plan("The task.", (step("a", difficulty=0.1, cap=1000),))
        roomy = assign(plan, Catalog([self.THINKER]), BALANCED, parse_usd("1"))
        short = assign(plan, Catalog([self.THINKER]), BALANCED, Nanodollars(roomy.worst - 1))
        assert short.choices[0].max_output_tokens == 1000


@pytest.mark.parametrize(
    ("strategy", "times", "chosen", "upgrades"),
    [
        (Strategy.BEST_QUALITY, 1, "thinker", ("big", "able", "mini")),
        (Strategy.BEST_QUALITY, 3, "mini", ("big", "able")),
        (Strategy.BEST_QUALITY, 6, "able", ("big",)),
        (Strategy.BALANCED, 1, "thinker", ("able", "mini")),  # `big` would need more room to be worth its price
        (Strategy.BALANCED, 6, "able", ()),
    ],
)
def test_upgrades_are_what_is_worth_more_in_the_same_room_best_first(strategy, times, chosen, upgrades):
    big = evolve(BIG, features=Feature.REASONING_EFFORT)
    market = Catalog([MINI, model("able", Tier.MID, 2, 6), big, TestThinking.THINKER])
    plan, policy = Plan("The task.", (step("a", difficulty=0.9),)), Policy(strategy=strategy)
    least = assign(plan, market, policy, Nanodollars(0)).smallest_limit
    (choice,) = assign(plan, market, policy, Nanodollars(times * least)).choices
    assert (choice.model, choice.upgrades) == (chosen, upgrades)


def test_the_same_plan_on_the_best_models_is_told_for_comparison():
    assigned = assign(PLAN, CATALOG, BALANCED, parse_usd("1"))
    best = assign(PLAN, CATALOG, Policy(strategy=Strategy.BEST_QUALITY), parse_usd("1"))
    assert assigned.on_the_best == OnTheBest(("big",), Nanodollars(sum(best.expected)), best.worst)


def test_the_worst_cases_are_within_the_limit_and_the_floor_is_the_cheapest_whole_answer():
    assigned = assign(PLAN, CATALOG, BALANCED, parse_usd("0.02"))
    assert assigned.worst == sum(choice.worst for choice in assigned.choices) <= parse_usd("0.02")
    floors = assign(PLAN, CATALOG, Policy(strategy=Strategy.CHEAPEST), parse_usd("1")).choices
    assert [choice.floor for choice in assigned.choices] == [choice.worst for choice in floors]


def test_a_step_that_nobody_can_do_is_named_and_no_limit_helps():
    plan = Plan("The task.", (step("a"), step("b", does=Capability.MATH)))
    assert assign(plan, CATALOG, BALANCED, parse_usd("1000")) == Unassignable(None, ("b",))


def test_a_pinned_step_gets_its_model_and_nothing_else():
    plan = Plan("The task.", (step("a", model="mini"), step("b")))
    assert models("1", plan=plan) == ["mini", "mid"]


def test_a_child_is_planned_with_its_parents_answers_at_full_length():
    plan = Plan("The task.", (step("a", cap=500), step("b", "a")))
    alone, with_parent = (planned_need(each, plan).input for each in plan.steps)
    assert with_parent.bound >= alone.bound + 500 * 4
    assert with_parent.expected >= alone.expected + 200


class TestStrength:
    @pytest.mark.parametrize(("quality", "points"), [(1450, 1650), (0, 1630)])
    def test_is_the_rating_and_the_tier_and_an_unrated_model_is_the_weakest_of_its_tier(self, quality, points):
        assert strength(model("m", Tier.FLAGSHIP, 1, 1, quality=quality)) == points

    def test_rises_with_the_tier_where_nobody_is_rated(self):
        unrated = [evolve(MINI, tier=tier, quality=0) for tier in Tier]
        assert [strength(each) for each in unrated] == sorted({strength(each) for each in unrated})
