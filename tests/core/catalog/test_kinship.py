"""New models by hand: whose family they are of, and what follows from it. The catalogue is the shipped one."""

import pytest
from attrs import evolve

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.kinship import place
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import UNKNOWN, Price, Rate
from tokenwise.catalog.trades import trade_of
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier

SHIPPED = embedded_catalog()
EVERYTHING = ~Capability(0)
CODE = Capability.GENERAL | Capability.CODE


def usd(amount_in, amount_out):
    into, out = (NanoPerMtok(int(amount * 10**9)) for amount in (amount_in, amount_out))
    return Price((Rate(into, out, into, into),))


CHEAP, MIDDLING, DEAR = usd(0.1, 0.4), usd(1, 4), usd(8, 24)


def placed(name, price=MIDDLING, features=Feature.NONE, known=SHIPPED):
    return place(name, price, features, known)


@pytest.mark.parametrize(
    ("name", "kin", "tier", "does"),
    [
        ("openai/gpt-6", "openai/gpt-5.5", Tier.FLAGSHIP, EVERYTHING),
        ("openai/gpt-5.2-codex", "openai/gpt-5.3-codex", Tier.FLAGSHIP, EVERYTHING),
        ("anthropic/claude-opus-6", "anthropic/claude-opus-5-5", Tier.FLAGSHIP, EVERYTHING),
        ("anthropic/claude-haiku-7", "anthropic/claude-haiku-", Tier.BUDGET, Capability.GENERAL),
        ("google/gemini-9-flash", "google/gemini-3.8-flash", Tier.MID, EVERYTHING),
        ("mistralai/codestral-2701", "mistralai/codestral-2508", Tier.BUDGET, CODE),
    ],
)
def test_a_successor_has_the_tier_and_the_capabilities_of_its_family_whatever_it_costs(name, kin, tier, does):
    for price in (CHEAP, DEAR):
        found = placed(name, price)
        assert (found.tier, does & ~found.capabilities) == (tier, Capability(0))
        assert kin in found.why


@pytest.mark.parametrize(
    ("name", "price", "tier", "does"),
    [
        ("qwen/qwen4-coder-480b", CHEAP, Tier.BUDGET, CODE),
        ("mistralai/devstral-medium", CHEAP, Tier.BUDGET, CODE),
        ("openai/gpt-7-swift", CHEAP, Tier.BUDGET, CODE),  # as its family, but no flagship at that price
        ("openai/gpt-7-swift", DEAR, Tier.FLAGSHIP, CODE),
        ("z-ai/glm-7-9b", CHEAP, Tier.BUDGET, Capability.GENERAL),  # its family states no sizes
    ],
)
def test_a_relative_is_of_its_family_and_at_most_of_the_tier_of_its_price(name, price, tier, does):
    found = placed(name, price)
    assert (found.tier, does & ~found.capabilities) == (tier, Capability(0))


def test_the_same_model_sold_otherwise_is_the_same():
    known = SHIPPED["openai/gpt-5.4-mini"]
    found = placed("openai/gpt-5.4-mini:free", CHEAP)
    assert (found.tier, found.capabilities, found.quality) == (known.tier, known.capabilities, known.quality)
    assert (found.margin, found.ratings) == (known.margin, known.ratings)
    assert found.ratings


def test_a_small_model_is_not_of_the_family_of_one_many_times_its_size():
    assert "its price" in placed("meta-llama/llama-3.2-1b-instruct", CHEAP).why
    assert "of the family" in placed("meta-llama/llama-5-70b-instruct", CHEAP).why


@pytest.mark.parametrize(("price", "tier"), [(CHEAP, Tier.BUDGET), (MIDDLING, Tier.MID), (DEAR, Tier.MID)])
def test_a_stranger_is_placed_by_its_price_and_never_among_the_best(price, tier):
    assert placed("newlab/wonder-1", price).tier is tier
    assert placed("newlab/wonder-1", UNKNOWN).tier is Tier.MID


@pytest.mark.parametrize(
    ("name", "does"),
    [("coder-2", Capability.CODE), ("prover-7b", Capability.MATH), ("x-thinking", Capability.REASONING)],
)
def test_a_stranger_does_what_its_name_says(name, does):
    assert placed(f"newlab/{name}").capabilities == Capability.GENERAL | does


def test_a_stranger_that_reasons_and_is_not_cheap_is_trusted_with_all_kinds_of_work():
    assert placed("newlab/wonder-1", DEAR, Feature.REASONING_EFFORT).capabilities == EVERYTHING
    cheap = placed("newlab/wonder-1", CHEAP, Feature.REASONING_EFFORT)
    assert cheap.capabilities == Capability.GENERAL | Capability.REASONING


@pytest.mark.parametrize("name", ["openai/gpt-6", "newlab/wonder-1", "mistralai/devstral-medium", "qwen/qwen4-coder"])
def test_no_model_is_rated_0_for_being_new(name):
    assert placed(name).quality > 1000


def test_an_older_member_of_a_family_is_not_taken_to_be_as_good_as_its_successor():
    family = [each for each in SHIPPED.models if each.id.startswith("anthropic/claude-opus-")]
    best = max(each.quality for each in family)
    assert placed("anthropic/claude-opus-3").quality < best
    newest = evolve(SHIPPED["anthropic/claude-opus-5-5"], quality=best + 100)
    alone = Catalog([newest, *(each for each in SHIPPED.models if each not in family)])
    assert place("anthropic/claude-opus-5", newest.price, newest.features, alone).quality < best
    assert placed("anthropic/claude-opus-6").quality == SHIPPED["anthropic/claude-opus-5-5"].quality


def test_without_anybody_known_there_is_no_rating_to_borrow():
    assert placed("a/b", known=Catalog(())).quality == 0


@pytest.mark.parametrize(
    "name",
    [
        "meta-llama/llama-guard-4-12b",
        "openai/gpt-oss-safeguard-20b",
        "google/lyria-3-pro-preview",
        "morph/morph-v3-fast",
        "relace/relace-apply-3",
        "openai/omni-moderation-latest",
        "openai/gpt-image-2",
        "mistralai/mistral-ocr-2512",
        "openai/gpt-4o-mini-tts",
        "openai/text-embedding-3-small",
        "openrouter/auto",
        "switchpoint/router",
        "perplexity/sonar-pro",
    ],
)
def test_a_name_of_another_trade_is_recognised(name):
    assert trade_of(name)


@pytest.mark.parametrize("outputs", [["text", "image"], ["image"], ["text", "audio"]])
def test_whatever_gives_more_than_text_is_of_another_trade(outputs):
    assert trade_of("acme/one", outputs)


def test_no_shipped_model_but_those_that_search_is_of_another_trade():
    others = {each.id.partition("/")[0] for each in SHIPPED.models if each.trade and each.capabilities}
    assert others == {"perplexity"}
