"""Whether cheap answers first pay: the forecast, and what makes it decline."""

from itertools import product

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MINI, TINY, model
from tokenwise.catalog.models import Catalog
from tokenwise.machine.opinions import choice_of
from tokenwise.money import parse_usd
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import assign
from tokenwise.planner.menus import planned_need
from tokenwise.policy import AcceptRates, Cascading, Policy, Strategy, Streams
from tokenwise.routing.bid import Known, Need
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.choosing import Routed, route
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

# Expected cost: mini 100 x 1 + 200 x 2 = 0.5 thousandths of a dollar, tiny 0.3, big 5.5. At most 1.4, 0.9 and 14.5.
NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200, difficulty=0.9)
PAIR = CATALOG.merged([TINY])
PLENTY = parse_usd("1")


def policy(rate=0.6, **more):
    cascade = Cascading(**{"accept_rate": AcceptRates(code=rate, check=rate), **more})
    return Policy(strategy=Strategy.CASCADE, cascade=cascade)


def routed(need=NEED, catalog=PAIR, available=PLENTY, **more):
    decision = route(need, catalog, policy(**more), available)
    assert isinstance(decision, Routed)
    return decision


def test_both_cheap_calls_and_the_share_that_climbs_are_weighed_against_going_straight_up():
    forecast = routed().forecast
    assert {forecast.first, forecast.second} == {"mini", "tiny"}
    assert forecast.strong == "big"
    assert (forecast.expected, forecast.straight) == (parse_usd("0.003"), parse_usd("0.0055"))  # 0.8 + 0.4 x 5.5
    assert forecast.worst == parse_usd("0.0168")
    assert forecast.pays


def test_where_it_pays_the_cheap_model_is_asked_first_and_the_strong_one_kept():
    decision = routed()
    assert decision.model in (MINI, TINY)
    assert decision.strong.model == "big"
    assert choice_of(decision).cascade == Cascade(decision.forecast.second, "big", parse_usd("0.0145"), 500)
    assert choice_of(decision).worst == decision.forecast.worst


@pytest.mark.parametrize(
    ("needs", "knobs", "available", "because"),
    [
        ({}, {"rate": 0.1}, "1", "expected to cost $0.00575, and going straight up $0.0055"),
        ({}, {"rate": 0.6, "least_saving": 0.5}, "1", "expected to cost $0.003, and going straight up $0.0055"),
        ({}, {}, "0.0167", "its calls may cost $0.0168 together, and $0.0167 is available"),
        ({"streamed": True}, {}, "1", "it is streamed, and cascade.streams is straight"),
        ({"choices": 2}, {}, "1", "answers that call tools, or come several at a time, cannot be compared"),
        ({"model": "big"}, {}, "1", "the request names its model"),
        ({"difficulty": 0.0}, {}, "1", "no weaker model can answer it"),
    ],
)
def test_it_is_declined_with_the_reason_and_goes_straight_up(needs, knobs, available, because):
    decision = routed(evolve(NEED, **needs), available=parse_usd(available), **knobs)
    assert decision.forecast.declined == because
    assert decision.strong is None
    straight = route(evolve(NEED, **needs), PAIR, Policy(), parse_usd(available))
    assert (decision.model, decision.bid) == (straight.model, straight.bid)


def test_tools_cannot_be_compared():
    able = Catalog([evolve(each, features=Feature.TOOLS) for each in PAIR.models])
    assert not routed(evolve(NEED, features=Feature.TOOLS), able).forecast.pays


def test_a_stream_that_may_wait_is_tried_cheaply():
    assert routed(evolve(NEED, streamed=True), streams=Streams.WAIT).forecast.pays


def test_one_weaker_model_gives_no_second_opinion_unless_one_answer_is_enough():
    assert routed(catalog=CATALOG).forecast.declined == "no other weaker model can give a second opinion"
    alone = routed(catalog=CATALOG, agree=1)
    assert (alone.forecast.first, alone.forecast.second, alone.forecast.pays) == ("mini", "", True)


def test_the_policys_own_models_are_taken_before_the_catalogues():
    forecast = routed(first="tiny", second="mini", strong="mid").forecast
    assert (forecast.first, forecast.second, forecast.strong) == ("tiny", "mini", "mid")


def test_a_second_opinion_is_another_vendors_where_there_is_one():
    names = ("one/a", "one/b", "two/c")
    cheap = [model(name, Tier.BUDGET, 1, price) for name, price in zip(names, (1, 2, 3), strict=True)]
    forecast = routed(catalog=Catalog([*cheap, BIG])).forecast
    assert forecast.first.partition("/")[0] != forecast.second.partition("/")[0]


def test_of_several_capabilities_the_lowest_forecast_counts():
    rates = AcceptRates(code=0.5, math=0.8)
    assert rates.of(Capability.CODE | Capability.MATH) == 0.5
    assert AcceptRates().of(Capability.GENERAL) == 0.0


def test_a_prompt_cache_that_the_strong_model_would_lose_is_part_of_the_price():
    # Straight: 80 of 100 tokens read at $0.50 in place of $5, so 5.5 - 0.36. Half of the requests climb, and half of
    # these after one that did not, so they find the cache cold: 0.8 + 0.5 x (5.14 + 0.5 x 0.36).
    known = (Known(provider="direct", model="big", tokens=100, warm=80),)
    forecast = routed(evolve(NEED, known=known), rate=0.5).forecast
    assert (forecast.straight, forecast.expected) == (parse_usd("0.00514"), parse_usd("0.00346"))
    warm_in_the_cheap = (Known(provider="direct", model="mini", tokens=100, warm=80),)
    assert (
        routed(evolve(NEED, known=warm_in_the_cheap), rate=0.5).forecast.expected < routed(rate=0.5).forecast.expected
    )


class TestPlans:
    PLAN = Plan("Work.", tuple(Step(f"s{n}", "Do it.", Capability.CODE, difficulty=0.9) for n in range(3)))

    def assigned(self, limit, plan=PLAN, **more):
        return assign(plan, PAIR, policy(**more), parse_usd(limit))

    def test_every_step_is_tried_cheaply_where_the_money_is_there(self):
        assigned = self.assigned("5")
        assert all(choice.cascade and choice.cascade.strong == "big" for choice in assigned.choices)
        assert assigned.worst == sum(choice.worst for choice in assigned.choices)
        straight = assign(self.PLAN, PAIR, Policy(), parse_usd("5"))
        assert sum(assigned.expected) < sum(straight.expected)

    def test_the_worst_case_of_the_whole_never_exceeds_the_limit(self):
        straight = assign(self.PLAN, PAIR, Policy(), parse_usd("5")).worst
        for more in (0, 10, 10_000_000, 20_000_000, 40_000_000):
            limit = straight + more
            assigned = assign(self.PLAN, PAIR, policy(), limit)
            assert assigned.worst <= limit

    def test_a_check_stands_for_the_second_opinion(self):
        from tokenwise.plan import Check, CheckKind

        plan = Plan("Work.", tuple(evolve(each, checks=(Check(CheckKind.JSON),)) for each in self.PLAN.steps))
        assert {choice.cascade.second for choice in self.assigned("5", plan).choices} == {""}

    def test_the_strong_model_that_the_policy_names_is_that_of_every_step_that_can_pay_it(self):
        for rate, cascade in ((0.6, "mid"), (0.0, None)):
            choices = self.assigned("5", rate=rate, strong="mid").choices
            assert [each.cascade and each.cascade.strong for each in choices] == [cascade] * 3
            assert rate or {each.model for each in choices} == {"mid"}
        least = assign(self.PLAN, PAIR, Policy(), parse_usd("0")).smallest_limit
        assert "mid" not in {each.model for each in assign(self.PLAN, PAIR, policy(0.0, strong="mid"), least).choices}

    def test_a_plan_of_one_step_goes_where_its_request_would_with_a_named_model_too(self):
        step = self.PLAN.steps[0]
        plan = Plan("Work.", (step,))
        for strong, rate in product(("", "mid", "mini", "nobody"), (0.0, 0.6)):
            chosen = assign(plan, PAIR, policy(rate, strong=strong), PLENTY).choices[0]
            need = evolve(planned_need(step, plan), open_ended=True)
            decision = route(need, PAIR, policy(rate, strong=strong), PLENTY)
            assert (chosen.model, chosen.worst) == (decision.model.id, choice_of(decision).worst)

    def test_a_forecast_that_does_not_pay_leaves_the_plan_as_it_is(self):
        straight = assign(self.PLAN, PAIR, Policy(), parse_usd("5"))
        assert self.assigned("5", rate=0.0).choices == straight.choices
