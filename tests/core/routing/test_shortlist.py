"""Who can serve a request, by every constraint, and in which order the strategies prefer them."""

import pytest
from attrs import evolve

from tests.core.worlds import CATALOG, MINI
from tokenwise.catalog.models import Offer
from tokenwise.catalog.prices import Unknown
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.ranking import candidates
from tokenwise.routing.shortlist import least_output, obstacle
from tokenwise.traits import Capability, Feature
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
