"""In which order the strategies prefer those who can serve a request, and the shortcut to the first of them."""

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MID, MINI, model
from tokenwise.catalog.models import Catalog, Offer, Rating
from tokenwise.catalog.prices import Price
from tokenwise.money import NanoPerMtok, parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import route
from tokenwise.routing.ranking import candidates, favourite
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
POLICY = Policy()


def order(strategy, need=NEED, catalog=CATALOG, paying="0.001"):
    policy = Policy(strategy=strategy, willingness_to_pay=parse_usd(paying))
    return [each.id for each in candidates(need, catalog, policy)]


def first_of(need, catalog, policy):
    found = favourite(need, catalog, policy)
    return found and found[0]


class TestPreference:
    def test_cheapest_counts_input_and_output_of_this_very_request(self):
        bait = model("bait", Tier.BUDGET, 0, 100)
        catalog = CATALOG.merged([bait])
        assert order(Strategy.CHEAPEST, catalog=catalog)[-1] == "bait"
        wordy = evolve(NEED, input=TokenCount(90_000, 90_000), max_output_tokens=100)
        assert order(Strategy.CHEAPEST, wordy, catalog)[0] == "bait"

    def test_of_equal_worth_the_one_comes_first_that_may_cost_less(self):
        """Input is expected at its usual price; that it may be billed as written to a cache decides between equals."""
        rate = evolve(MINI.price.rates[0], cache_write=NanoPerMtok(50 * 10**9), cache_write_5m=NanoPerMtok(50 * 10**9))
        writes = evolve(MINI, id="a-writer", offers=(Offer("direct", "writes", Price((rate,))),))
        assert order(Strategy.CHEAPEST, catalog=Catalog([writes, MINI])) == ["mini", "a-writer"]

    def test_cheapest_counts_the_thoughts_of_a_model_that_thinks(self):
        """Half the price of mini's, and at difficulty 0.5 it thinks 1,625 tokens beside the 200 that it says."""
        thinker = model("thinker", Tier.BUDGET, 1, 1, features=Feature.REASONING_EFFORT)
        need, catalog = evolve(NEED, max_output_tokens=4_000), CATALOG.merged([thinker])
        assert order(Strategy.CHEAPEST, need, catalog)[:2] == ["mini", "thinker"]

    @pytest.mark.parametrize(
        ("difficulty", "first"),
        [(0.0, "mini"), (0.34, "mini"), (0.35, "mid"), (0.69, "mid"), (0.7, "big"), (1.0, "big")],
    )
    def test_balanced_takes_the_tier_that_suits_the_difficulty(self, difficulty, first):
        assert order(Strategy.BALANCED, evolve(NEED, difficulty=difficulty), paying="0")[0] == first

    def test_balanced_buys_the_tier_above_where_a_point_is_worth_it(self):
        """At difficulty 0.69 the flagship is 3.94 points better than mid, for $0.0034 more."""
        hard = evolve(NEED, difficulty=0.69)
        assert order(Strategy.BALANCED, hard, paying="0.0008")[0] == "mid"
        assert order(Strategy.BALANCED, hard, paying="0.0009")[0] == "big"

    def test_balanced_takes_what_is_two_tiers_too_strong_after_all_else(self):
        easy = evolve(NEED, difficulty=0.1)
        assert order(Strategy.BALANCED, easy) == ["mini", "mid", "big"]
        assert order(Strategy.BALANCED, evolve(NEED, difficulty=0.9)) == ["big", "mid", "mini"]

    def test_best_quality_is_the_best_rated_of_the_strongest_tier_not_the_dearest(self):
        dear = model("dear", Tier.FLAGSHIP, 150, 600, quality=1200)
        assert order(Strategy.BEST_QUALITY, catalog=CATALOG.merged([dear])) == ["big", "dear", "mid", "mini"]

    def test_budget_constrained_is_the_cheapest_of_the_strongest_tier(self):
        rated = model("rated", Tier.FLAGSHIP, 6, 30, quality=1900)
        catalog = CATALOG.merged([rated])
        assert order(Strategy.BUDGET_CONSTRAINED, catalog=catalog) == ["big", "rated", "mid", "mini"]

    def test_equal_costs_go_to_the_better_rated_and_then_to_the_first_id(self):
        twins = [model(name, Tier.MID, 3, 9, quality=rating) for name, rating in [("c", 1), ("b", 2), ("a", 1)]]
        assert order(Strategy.CHEAPEST, catalog=Catalog(twins)) == ["b", "a", "c"]


class TestRatings:
    """Ratings are in points, their intervals half as wide as stated; all are flagships, each cheaper than the last."""

    @pytest.mark.parametrize(
        ("ratings", "name"),
        [
            pytest.param([(1500, 9), (1490, 9)], "m1", id="closer than the band"),
            pytest.param([(1500, 9), (1480, 9)], "m0", id="further than the band"),
            pytest.param([(1500, 20), (1475, 20)], "m1", id="ratings as uncertain as the best may differ by 28"),
            pytest.param([(1500, 20), (1471, 20)], "m0", id="and not by 29"),
            pytest.param([(1600, 200), (1500, 9), (1490, 9)], "m2", id="who was rated by few leads nobody"),
            pytest.param([(1500, 9), (1480, 60)], "m0", id="nor is taken to be better than it was rated"),
        ],
    )
    def test_the_cheaper_of_those_that_are_as_good(self, ratings, name):
        models = [
            model(f"m{nth}", Tier.FLAGSHIP, 9 - nth, 9 - nth, quality=points, margin=margin)
            for nth, (points, margin) in enumerate(ratings)
        ]
        assert best(Catalog(models), Capability.GENERAL) == name

    @pytest.mark.parametrize(
        ("stated", "name"),
        [
            (Capability.GENERAL, "talker"),
            (Capability.CODE, "coder"),
            (Capability.MATH, "talker"),  # whom nobody has rated for it apart, so its rating for all work stands
            (Capability.CODE | Capability.MATH, "talker"),  # where the coder is weakest, it is 1420 against 1450
        ],
    )
    def test_the_kind_of_work_decides_which_rating_counts(self, stated, name):
        coder = (Rating(Capability.CODE, 1550, 5), Rating(Capability.MATH, 1420, 5))
        pair = [
            model("coder", Tier.FLAGSHIP, 5, 5, does=~Capability(0), quality=1480, ratings=coder),
            model("talker", Tier.FLAGSHIP, 5, 5, does=~Capability(0), quality=1510, ratings=(RATED_FOR_CODE,)),
        ]
        assert best(Catalog(pair), stated) == name


RATED_FOR_CODE = Rating(Capability.CODE, 1450, 5)


def best(catalog, stated):
    need = Need(stated, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
    return route(need, catalog, Policy(strategy=Strategy.BEST_QUALITY), parse_usd("5")).model.id


class TestTheFavourite:
    def test_is_the_better_rated_where_input_costs_decide_nothing(self):
        """A request of no input at all: prices for input differ, and the costs are equal all the same."""
        cheap, rated = model("a", Tier.MID, 1, 5, quality=1000), model("b", Tier.MID, 2, 5, quality=1400)
        empty = evolve(NEED, input=TokenCount(0, 0))
        assert first_of(empty, Catalog([cheap, rated]), Policy(strategy=Strategy.CHEAPEST)) == rated

    def test_is_nobody_where_nobody_can(self):
        assert first_of(evolve(NEED, capabilities=Capability.MATH), CATALOG, POLICY) is None

    def test_a_shortlist_kept_for_short_inputs_does_not_answer_for_long_ones(self):
        narrow = model("narrow", Tier.BUDGET, 0, 1, context_tokens=1000)
        catalog = Catalog([narrow, MINI, MID, BIG])
        cheapest = Policy(strategy=Strategy.CHEAPEST)
        assert first_of(NEED, catalog, cheapest) == narrow
        assert first_of(evolve(NEED, input=TokenCount(801, 3204)), catalog, cheapest) == MINI  # 200 tokens are wanted
        assert first_of(evolve(NEED, input=TokenCount(800, 3200)), catalog, cheapest) == narrow

    def test_what_is_kept_with_a_catalogue_has_a_limit(self):
        """Whoever asks can make up more combinations than memory holds."""
        catalog = Catalog([MINI])
        for number in range(2000):
            first_of(
                evolve(NEED, features=Feature(number % 1024), max_output_tokens=1 + number // 1024), catalog, POLICY
            )
        assert 768 <= len(catalog.worked_out) <= 1024
        assert first_of(NEED, catalog, POLICY) == MINI
