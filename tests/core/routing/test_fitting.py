"""Fitting one request to the money: the preferred model, a weaker one, a shorter answer, or nothing."""

import pytest
from attrs import evolve

from tests.core.worlds import CATALOG, MINI, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Unknown
from tokenwise.money import parse_usd
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need
from tokenwise.routing.fitting import Unaffordable, bid_of, bids_in_order, fit, shorten
from tokenwise.routing.health import ANY_MODEL
from tokenwise.traits import Capability, Tier
from tokenwise.usage import TokenCount

# Worst cases in full: mini $0.0014, mid $0.0057, big $0.0145.
NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
POLICY = Policy()


def fitted(available, preferred="big", **more):
    answer = fit(NEED, CATALOG, POLICY, parse_usd(available), preferred=preferred, **more)
    return answer if isinstance(answer, Unaffordable) else (answer.model, answer.provider)


@pytest.mark.parametrize(
    ("available", "model_id"), [("0.0145", "big"), ("0.0144", "mid"), ("0.0056", "mini"), ("0.0014", "mini")]
)
def test_the_preferred_model_gives_way_to_the_strongest_weaker_one_that_fits(available, model_id):
    assert fitted(available) == (model_id, "direct")


def test_a_preferred_model_that_cannot_do_it_still_says_how_strong_one_may_get():
    order = [bid.model for bid in bids_in_order(NEED, CATALOG, POLICY, preferred="poet")]
    assert order == ["big", "mid", "mini"]


@pytest.mark.parametrize("preferred", ["", "gone"])
def test_without_a_preferred_model_the_strategys_own_order_holds(preferred):
    order = [bid.model for bid in bids_in_order(NEED, CATALOG, POLICY, preferred=preferred)]
    assert order == ["mid", "big", "mini"]


class TestCooling:
    def test_the_same_model_is_had_elsewhere(self):
        assert fitted("1", "mini", avoid=frozenset({("direct", "mini")})) == ("mini", "openrouter")

    def test_its_betters_come_next_and_nothing_weaker_before_it_has_been_asked_all_the_same(self):
        avoid = frozenset({("direct", "mid")})
        bids = bids_in_order(NEED, CATALOG, POLICY, preferred="mid", avoid=avoid)
        assert [bid.model for bid in bids] == ["big", "mid", "mini"]

    def test_its_equals_come_first_and_another_vendors_before_its_own(self):
        catalog = CATALOG.merged([model("mid/next", Tier.MID, 3, 9), model("other/mid", Tier.MID, 4, 12)])
        bids = bids_in_order(NEED, catalog, POLICY, preferred="mid", avoid=frozenset({("direct", "mid")}))
        assert [bid.model for bid in bids] == ["other/mid", "mid/next", "big", "mid", "mini"]

    def test_a_provider_that_cools_cools_with_all_its_models(self):
        bids = bids_in_order(NEED, CATALOG, POLICY, preferred="", avoid=frozenset({("direct", ANY_MODEL)}))
        assert [bid.provider for bid in bids] == ["openrouter", "direct", "direct"]

    def test_where_everybody_cools_the_preferred_one_is_asked_all_the_same(self):
        everybody = frozenset({("direct", ANY_MODEL), ("openrouter", "mini")})
        assert fitted("1", avoid=everybody) == ("big", "direct")


class TestOneModelsBid:
    def test_an_offer_without_a_price_is_passed_over(self):
        unpriced = evolve(MINI, offers=(Offer("direct", "mini", Unknown()), MINI.offers[1]))
        assert bid_of(unpriced, NEED, POLICY).provider == "openrouter"

    def test_there_is_none_where_the_answer_would_be_too_short(self):
        assert bid_of(model("curt", Tier.BUDGET, 1, 2, max_output_tokens=99), NEED, POLICY) is None


class TestShortening:
    def bids(self):
        return bids_in_order(NEED, CATALOG, POLICY, preferred="big")

    def test_whoever_can_say_most_for_the_money_gets_it(self):
        bid = shorten(self.bids(), NEED, CATALOG, POLICY, parse_usd("0.001"))
        assert (bid.model, bid.max_output_tokens, bid.amount) == ("mini", 300, parse_usd("0.001"))

    def test_the_preferred_one_wins_a_tie(self):
        assert shorten(self.bids(), NEED, CATALOG, POLICY, parse_usd("1")).model == "big"

    def test_nobody_to_shorten_is_nobody(self):
        assert shorten((), NEED, Catalog([]), POLICY, parse_usd("1")) is None
