"""Models for the steps of a plan: what a limit buys, and what it does not."""

import pytest
from attrs import evolve

from tests.core.worlds import CATALOG, MINI, model, step
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.planner.assignment import Assigned, Unassignable, assign, planned_need, strength
from tokenwise.policy import Policy, Strategy
from tokenwise.traits import Capability, Tier

PLAN = Plan("The task.", (step("easy", difficulty=0.1), step("hard", difficulty=0.9)))
BALANCED = Policy()


def models(limit, policy=BALANCED, plan=PLAN, catalog=CATALOG):
    assigned = assign(plan, catalog, policy, limit if isinstance(limit, int) else parse_usd(limit))
    assert isinstance(assigned, Assigned)
    return [choice.model for choice in assigned.choices]


def test_plenty_buys_the_strongest_for_every_step():
    assert models("1") == ["big", "big"]


def test_where_money_is_short_the_step_that_needs_it_least_steps_down():
    cheap = assign(PLAN, CATALOG, BALANCED, parse_usd("0.016"))
    assert [choice.model for choice in cheap.choices] == ["mini", "big"]
    assert [(down.menu, down.from_key, down.to_key) for down in cheap.downgrades] == [(0, "big", "mini")]


def test_cheapest_spends_no_more_than_it_must_however_much_there_is():
    assert models("1", Policy(strategy=Strategy.CHEAPEST)) == ["mini", "mini"]


def test_the_worst_cases_are_within_the_limit_and_the_floor_is_the_cheapest_whole_answer():
    assigned = assign(PLAN, CATALOG, BALANCED, parse_usd("0.02"))
    assert assigned.worst == sum(choice.worst for choice in assigned.choices) <= parse_usd("0.02")
    floors = assign(PLAN, CATALOG, Policy(strategy=Strategy.CHEAPEST), parse_usd("1")).choices
    assert [choice.floor for choice in assigned.choices] == [choice.worst for choice in floors]


def test_too_small_a_limit_is_told_with_the_smallest_that_would_do():
    refused = assign(PLAN, CATALOG, BALANCED, parse_usd("0.001"))
    assert isinstance(refused, Unassignable)
    assert models(refused.smallest_limit) == ["mini", "mini"]
    assert assign(PLAN, CATALOG, BALANCED, Nanodollars(refused.smallest_limit - 1)) == refused


def test_a_step_that_nobody_can_do_is_named_and_no_limit_helps():
    plan = Plan("The task.", (step("a"), step("b", does=Capability.MATH)))
    assert assign(plan, CATALOG, BALANCED, parse_usd("1000")) == Unassignable(None, ("b",))


def test_a_pinned_step_gets_its_model_and_nothing_else():
    plan = Plan("The task.", (step("a", model="mini"), step("b")))
    assert models("1", plan=plan) == ["mini", "big"]


def test_the_order_of_the_catalogue_changes_nothing():
    shuffled = Catalog(reversed(CATALOG.models))
    limit = parse_usd("0.016")
    assert assign(PLAN, shuffled, BALANCED, limit) == assign(PLAN, CATALOG, BALANCED, limit)


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
