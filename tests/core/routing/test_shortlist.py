"""Who can serve a request, by every constraint, and in which order the strategies prefer them."""

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MID, MINI, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Price, Rate, Unknown
from tokenwise.money import NanoPerMtok
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.shortlist import candidates, favourite, least_output, obstacle
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
POLICY = Policy()


def order(strategy, need=NEED, catalog=CATALOG):
    return [each.id for each in candidates(need, catalog, Policy(strategy=strategy))]


@pytest.mark.parametrize(
    ("able", "need", "reason"),
    [
        (MINI, {}, None),
        (MINI, {"model": "mid"}, "the request names mid"),
        (evolve(MINI, offers=()), {}, "no provider that sells it can be reached"),
        (evolve(MINI, offers=(Offer("direct", "mini", Unknown("auto-router")),)), {}, "price unknown: auto-router"),
        (MINI, {"capabilities": Capability.MATH | Capability.REASONING}, "lacks the capability reasoning, math"),
        (MINI, {"features": Feature.TOOLS | Feature.IMAGES}, "does not carry tools, images"),
        (evolve(MINI, features=Feature.EMBEDDINGS), {}, "embeds text, does not answer it"),
        (
            evolve(MINI, max_input_tokens=99),
            {},
            "input of about 100 tokens > 99 it takes",
        ),
        (evolve(MINI, max_output_tokens=99), {}, "room for 99 output tokens < 100 needed"),
        (evolve(MINI, context_tokens=199), {}, "room for 99 output tokens < 100 needed"),
    ],
)
def test_each_constraint_has_its_own_reason_with_its_numbers(able, need, reason):
    assert obstacle(able, evolve(NEED, **need), POLICY) == reason


def test_a_short_wish_needs_no_more_room_than_it_names():
    wish = evolve(NEED, max_output_tokens=20)
    assert least_output(wish, POLICY) == 20
    assert obstacle(evolve(MINI, max_output_tokens=20), wish, POLICY) is None


def test_the_window_is_measured_with_the_expected_input_not_with_the_bound():
    long = evolve(NEED, input=TokenCount(90_000, 360_000))
    assert obstacle(MINI, long, POLICY) is None


def test_every_required_capability_counts_not_only_the_first():
    both = evolve(NEED, capabilities=Capability.GENERAL | Capability.CODE)
    assert order(Strategy.CHEAPEST, both) == ["mini", "mid", "big"]  # poet is general and does no code


class TestPreference:
    def test_cheapest_counts_input_and_output_of_this_very_request(self):
        bait = model("bait", Tier.BUDGET, 0, 100)
        catalog = CATALOG.merged([bait])
        assert order(Strategy.CHEAPEST, catalog=catalog)[-1] == "bait"
        wordy = evolve(NEED, input=TokenCount(90_000, 90_000), max_output_tokens=100)
        assert order(Strategy.CHEAPEST, wordy, catalog)[0] == "bait"

    def test_cheapest_counts_the_dearest_class_of_input(self):
        rate = Rate(NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(50 * 10**9))
        writes = evolve(MINI, id="writes", offers=(Offer("direct", "writes", Price((rate,))),))
        assert order(Strategy.CHEAPEST, catalog=Catalog([writes, MINI])) == ["mini", "writes"]

    @pytest.mark.parametrize(
        ("difficulty", "first"),
        [(0.0, "mini"), (0.34, "mini"), (0.35, "mid"), (0.69, "mid"), (0.7, "big"), (1.0, "big")],
    )
    def test_balanced_takes_the_tier_that_suits_the_difficulty(self, difficulty, first):
        assert order(Strategy.BALANCED, evolve(NEED, difficulty=difficulty))[0] == first

    def test_balanced_looks_to_weaker_tiers_before_stronger_ones(self):
        assert order(Strategy.BALANCED, evolve(NEED, difficulty=0.5)) == ["mid", "mini", "big"]

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


class TestTheFavourite:
    @pytest.mark.parametrize("strategy", Strategy)
    @pytest.mark.parametrize("difficulty", [0.1, 0.5, 0.9])
    def test_is_the_head_of_the_candidates(self, strategy, difficulty):
        need, policy = evolve(NEED, difficulty=difficulty), Policy(strategy=strategy)
        assert favourite(need, CATALOG, policy) == candidates(need, CATALOG, policy)[0]

    def test_is_the_better_rated_where_input_costs_decide_nothing(self):
        """A request of no input at all: prices for input differ, and the costs are equal all the same."""
        cheap, rated = model("a", Tier.MID, 1, 5, quality=1000), model("b", Tier.MID, 2, 5, quality=1400)
        empty = evolve(NEED, input=TokenCount(0, 0))
        assert favourite(empty, Catalog([cheap, rated]), Policy(strategy=Strategy.CHEAPEST)) == rated

    def test_is_nobody_where_nobody_can(self):
        assert favourite(evolve(NEED, capabilities=Capability.MATH), CATALOG, POLICY) is None

    def test_a_shortlist_kept_for_short_inputs_does_not_answer_for_long_ones(self):
        narrow = model("narrow", Tier.BUDGET, 0, 1, context_tokens=1000)
        catalog = Catalog([narrow, MINI, MID, BIG])
        cheapest = Policy(strategy=Strategy.CHEAPEST)
        assert favourite(NEED, catalog, cheapest) == narrow
        assert favourite(evolve(NEED, input=TokenCount(901, 3604)), catalog, cheapest) == MINI
        assert favourite(evolve(NEED, input=TokenCount(900, 3600)), catalog, cheapest) == narrow

    def test_what_is_kept_with_a_catalogue_has_a_limit(self):
        """Whoever asks can make up more combinations than memory holds."""
        catalog = Catalog([MINI])
        for number in range(2000):
            favourite(
                evolve(NEED, features=Feature(number % 1024), max_output_tokens=1 + number // 1024), catalog, POLICY
            )
        assert 1000 < len(catalog.worked_out) <= 1024
        assert favourite(NEED, catalog, POLICY) == MINI
