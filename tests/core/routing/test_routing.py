"""Routing one request: who is chosen, who is not, and what a refusal says."""

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MID, MINI, POET, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Unknown
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Refusal, Refused, Routed, decision_id, passed_over, route
from tokenwise.routing.losers import Rejected, explain
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

# Worst cases in full: mini 400 × 1 + 500 × 2 = $0.0014, mid 1.2 + 4.5 = $0.0057, big 2 + 12.5 = $0.0145.
NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200, difficulty=0.9)
BALANCED = Policy()
PLENTY = parse_usd("1")


def chosen(available, need=NEED, policy=BALANCED, catalog=CATALOG, **more):
    decision = route(need, catalog, policy, parse_usd(available), **more)
    return decision.model.id if isinstance(decision, Routed) else decision.code


@pytest.mark.parametrize(
    ("available", "model_id"),
    [("1", "big"), ("0.0145", "big"), ("0.0144", "mid"), ("0.0057", "mid"), ("0.0056", "mini"), ("0.0014", "mini")],
)
def test_money_decides_how_far_down_the_order_one_has_to_look(available, model_id):
    assert chosen(available) == model_id


def test_a_request_is_refused_with_what_it_needs_and_what_there_is():
    refused = route(NEED, CATALOG, BALANCED, parse_usd("0.001"))
    assert refused == Refused(Refusal.BUDGET, parse_usd("0.0014"), parse_usd("0.001"), tokens=300)
    assert refused.message == "the cheapest capable model may cost $0.0014, and $0.001 is available"


def test_the_call_to_make_is_priced_and_capped():
    bid = route(NEED, CATALOG, BALANCED, PLENTY).bid
    assert (bid.model, bid.provider, bid.input_tokens, bid.max_output_tokens) == ("big", "direct", 400, 500)
    assert bid.amount == parse_usd("0.0145")


class TestBestEffort:
    def test_whoever_can_say_most_for_the_money_is_asked(self):
        decision = route(NEED, CATALOG, BALANCED, parse_usd("0.001"), best_effort=True)
        assert (decision.model, decision.bid.max_output_tokens) == (MINI, 300)
        assert decision.bid.amount == parse_usd("0.001")

    def test_an_answer_too_short_to_be_worth_its_price_is_not_bought(self):
        refused = route(NEED, CATALOG, BALANCED, parse_usd("0.000599"), best_effort=True)
        assert refused == Refused(Refusal.BUDGET, parse_usd("0.0006"), parse_usd("0.000599"), tokens=99)

    def test_what_fits_in_full_is_not_shortened(self):
        assert chosen("0.0057", best_effort=True) == "mid"


class TestPinned:
    def test_that_others_are_out_of_reach_is_no_reason_for_its_refusal(self):
        lost = evolve(BIG, id="lost", offers=())
        assert chosen("1", evolve(NEED, model="poet"), catalog=CATALOG.merged([lost])) is Refusal.NO_CAPABLE_MODEL


class TestRefusals:
    def test_nobody_is_capable(self):
        refused = route(evolve(NEED, capabilities=Capability.MATH), CATALOG, BALANCED, PLENTY)
        assert (refused.code, refused.needed) == (Refusal.NO_CAPABLE_MODEL, PLENTY)
        assert refused.message == "no model that can be reached lists math"

    def test_a_key_is_missing_only_where_nobody_can_be_reached(self):
        refused = route(NEED, Catalog([evolve(BIG, offers=())]), BALANCED, PLENTY)
        assert refused.code is Refusal.NO_PROVIDER
        assert refused.message == "every model is out of reach: there is no key for a provider that sells it"

    def test_where_somebody_can_be_the_reason_is_what_they_lack(self):
        refused = route(NEED, Catalog([evolve(BIG, offers=()), POET]), BALANCED, PLENTY)
        assert refused.code is Refusal.NO_CAPABLE_MODEL
        others = "of the others, for which there is no key, 1 would"
        assert refused.message == f"no model that can be reached lists code; {others}"

    @pytest.mark.parametrize(
        ("lacking", "why"),
        [
            ({"features": Feature.CHOICES}, "carries choices and lists code"),
            ({"features": Feature.CHOICES, "capabilities": Capability(0)}, "carries choices"),
            ({"input": TokenCount(10**7, 10**7)}, "has room for about 10000000 tokens and an answer"),
        ],
    )
    def test_every_constraint_has_its_own_reason(self, lacking, why):
        refused = route(evolve(NEED, **lacking), CATALOG, BALANCED, PLENTY)
        assert refused.message == f"no model that can be reached {why}"

    def test_a_named_model_that_cannot_be_reached_says_so(self):
        catalog = CATALOG.merged([evolve(BIG, offers=())])
        refused = route(evolve(NEED, model="big"), catalog, BALANCED, PLENTY)
        assert refused.message.startswith("big is out of reach")

    def test_a_free_model_is_routed_without_any_money(self):
        assert chosen("0", catalog=Catalog([model("free", Tier.BUDGET, 0, 0), BIG])) == "free"

    def test_an_unknown_price_is_not_a_free_one(self):
        unknown = evolve(MINI, offers=(Offer("direct", "mini", Unknown()),))
        refused = route(NEED, Catalog([unknown]), BALANCED, PLENTY)
        assert refused.code is Refusal.UNPRICED
        assert refused.message == "no model that could do it has a known price, so no budget could be kept"


class TestAGuess:
    """'`likely` are guessed from the words, so they order the models that could do it and exclude none'."""

    GUESSED = evolve(NEED, capabilities=Capability(0), likely=Capability.CODE)
    VERSE = model("verse", Tier.MID, 1, 1, does=Capability.GENERAL)

    @pytest.mark.parametrize("strategy", Strategy)
    def test_a_model_that_lists_it_is_preferred_to_a_cheaper_one_that_does_not(self, strategy):
        catalog, policy = CATALOG.merged([self.VERSE]), Policy(strategy=strategy)
        routed = route(self.GUESSED, catalog, policy, PLENTY)
        assert Capability.CODE in routed.model.capabilities
        assert passed_over(routed, self.GUESSED, catalog, policy) == ""
        reasons = {each.model: each.reason for each in explain(self.GUESSED, catalog, policy, PLENTY)}
        assert reasons["verse"] == "does not list code, which the words seem to need"

    @pytest.mark.parametrize("strategy", Strategy)
    def test_where_nobody_lists_it_somebody_is_asked_all_the_same_and_the_decision_says_so(self, strategy):
        catalog, policy = Catalog([POET, self.VERSE]), Policy(strategy=strategy)
        routed = route(self.GUESSED, catalog, policy, PLENTY)
        assert isinstance(routed, Routed)
        why = passed_over(routed, self.GUESSED, catalog, policy)
        assert why == "the words seem to need code, and no model that can be reached and has room lists it"

    def test_where_those_that_list_it_are_too_dear_the_decision_says_that(self):
        catalog = Catalog([BIG, self.VERSE])
        routed = route(self.GUESSED, catalog, BALANCED, parse_usd("0.002"))
        assert routed.model.id == "verse"
        why = passed_over(routed, self.GUESSED, catalog, BALANCED)
        assert why == "the words seem to need code, and no model that lists it fits the money"


class TestTheLosers:
    def test_each_is_named_with_the_inequality_it_failed(self):
        assert explain(NEED, CATALOG, BALANCED, parse_usd("0.01")) == (
            Rejected("big", "worst case $0.0145 > $0.01 available"),
            Rejected("mini", "is 30.89 points worse than mid and saves $0.0016 of it"),
            Rejected("poet", "lacks the capability code"),
        )

    def test_a_dearer_one_is_told_by_how_much(self):
        cheapest = Policy(strategy=Strategy.CHEAPEST)
        reasons = {loser.model: loser.reason for loser in explain(NEED, CATALOG, cheapest, PLENTY)}
        assert reasons["big"] == "is expected to cost 11.00 times as much as mini"

    def test_a_lower_rated_one_is_told_its_rating(self):
        general = evolve(NEED, capabilities=Capability.GENERAL)
        catalog = CATALOG.merged([evolve(POET, quality=1000)])
        best = Policy(strategy=Strategy.BEST_QUALITY)
        reasons = {loser.model: loser.reason for loser in explain(general, catalog, best, PLENTY)}
        assert reasons["poet"] == "rated 1000 < 1500 of big"

    def test_a_twin_is_told_that_it_is_one(self):
        twin = evolve(MID, id="mid-twin", offers=(Offer("direct", "twin", MID.price),))
        reasons = {r.model: r.reason for r in explain(NEED, Catalog([MID, twin]), BALANCED, PLENTY)}
        assert reasons == {"mid-twin": "as dear as mid, which may cost less, is stronger or comes first by name"}

    def test_a_refusal_names_everybody(self):
        assert [loser.model for loser in explain(NEED, CATALOG, BALANCED, Nanodollars(0))] == [
            "big",
            "mid",
            "mini",
            "poet",
        ]


class TestTheDecisionsName:
    @pytest.mark.parametrize(
        "other",
        [
            (evolve(NEED, difficulty=0.8), CATALOG, BALANCED, PLENTY),
            (NEED, Catalog([MINI]), BALANCED, PLENTY),
            (NEED, CATALOG, Policy(max_retries=1), PLENTY),
            (NEED, CATALOG, BALANCED, Nanodollars(PLENTY - 1)),
        ],
    )
    def test_any_other_input_has_another(self, other):
        assert decision_id(*other) != decision_id(NEED, CATALOG, BALANCED, PLENTY)
        assert decision_id(NEED, CATALOG, BALANCED, PLENTY, best_effort=True) != decision_id(
            NEED, CATALOG, BALANCED, PLENTY
        )
