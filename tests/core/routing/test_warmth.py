"""A conversation that goes on: what leaving a warm prompt cache costs, and when it is left."""

import pytest
from attrs import evolve

from tests.core.worlds import CATALOG, MINI, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Writes
from tokenwise.money import parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Known, Need
from tokenwise.routing.choosing import decision_id, route
from tokenwise.routing.warmth import warmest
from tokenwise.traits import Capability, Tier
from tokenwise.usage import TokenCount

# Prices in dollars per million tokens, input and output; reading from a cache costs a tenth of the input.
LONG = Need(Capability.GENERAL, TokenCount(50_000, 60_000), max_output_tokens=500, output_tokens=200, difficulty=0.1)
OURS = model("ours", Tier.BUDGET, 2, 4)
THEIRS = model("theirs", Tier.BUDGET, 1, 2)
PAIR = Catalog([OURS, THEIRS])
CHEAPEST, PLENTY = Policy(strategy=Strategy.CHEAPEST), parse_usd("10")


def warm(name, tokens, provider="direct"):
    return evolve(LONG, known=(Known(provider, name, 60_000, warm=tokens),))


def chosen(need, catalog=PAIR, policy=CHEAPEST):
    return route(need, catalog, policy, PLENTY).bid


class TestTheSwitch:
    @pytest.mark.parametrize(
        ("tokens", "name"), [(0, "theirs"), (20_000, "theirs"), (30_000, "ours"), (50_000, "ours")]
    )
    def test_is_made_where_it_pays(self, tokens, name):
        """Ours reads at 0.2 and theirs at 1: of 50,000 tokens some 28,200 must be warm to make up for 2 against 1."""
        assert chosen(warm("ours", tokens)).model == name

    def test_the_seller_that_is_warm_is_asked_before_the_preferred_one(self):
        assert chosen(LONG, Catalog([MINI])).provider == "direct"
        assert chosen(warm("mini", 40_000, "openrouter"), Catalog([MINI])).provider == "openrouter"

    def test_what_is_marked_is_written_anew_elsewhere(self):
        """Theirs writes at five times its price, so the same conversation, marked, stays where a tenth is warm."""
        dear = evolve(THEIRS.price.rates[0], cache_write=5 * 10**9, cache_write_5m=5 * 10**9)
        writer = evolve(THEIRS, offers=(Offer("direct", "theirs", evolve(THEIRS.price, rates=(dear,))),))
        catalog, need = Catalog([OURS, writer]), warm("ours", 5_000)
        assert chosen(need, catalog).model == "theirs"
        assert chosen(evolve(need, writes=Writes(minutes=60_000)), catalog).model == "ours"

    def test_under_balanced_a_warm_model_is_not_too_strong_where_it_is_the_cheaper_one(self):
        """Two tiers above what is deserved: never bought, but kept. Read at 0.5 it costs less than mini's input."""
        assert chosen(LONG, CATALOG, Policy()).model == "mini"
        assert chosen(warm("big", 50_000), CATALOG, Policy()).model == "big"

    def test_what_is_deserved_is_not_given_up_for_a_warm_cache(self):
        hard = evolve(warm("mini", 50_000), difficulty=0.9)
        assert chosen(hard, CATALOG, Policy()).model in {"big", "poet"}


class TestWhatIsSaid:
    def test_who_stays_says_what_leaving_would_cost(self):
        need = warm("ours", 50_000)
        found = warmest(chosen(need), need, PAIR)
        assert found.message == "stays: leaving would cost $0.09 of warm prefix (50000 tokens at direct)"

    def test_who_leaves_says_what_is_left_behind(self):
        need = warm("ours", 20_000)
        found = warmest(chosen(need), need, PAIR)
        assert found.message == "leaves ours, although its warm prefix is worth $0.036 (20000 tokens at direct)"

    def test_nothing_is_said_where_nothing_is_warm(self):
        assert warmest(chosen(LONG), LONG, PAIR) is None
        assert warmest(chosen(warm("gone", 50_000)), warm("gone", 50_000), PAIR) is None

    def test_the_decisions_name_tells_warm_from_cold(self):
        names = {decision_id(warm("ours", tokens), PAIR, CHEAPEST, PLENTY) for tokens in (0, 1, 50_000)}
        assert len(names) == 3
