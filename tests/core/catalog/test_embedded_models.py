"""The shipped catalogue: the facts it must get right, and what a person reading it would take for granted."""

import subprocess
import sys

import pytest
from attrs import evolve

from tokenwise.catalog.embedded_models import READ_ON, embedded_catalog
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price, Unknown
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.ranking import favourite
from tokenwise.routing.shortlist import obstacle
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

CATALOG = embedded_catalog()
USD = 1_000_000_000

# US dollars per million tokens, as litellm's and genai-prices' tables both state them: input, output.
PUBLISHED = [
    ("openai/gpt-6-sol", 2, 10),
    ("openai/gpt-5.5", 5, 30),
    ("openai/gpt-4.1-mini", 0.4, 1.6),
    ("anthropic/claude-opus-5-5", 4, 20),
    ("anthropic/claude-haiku-5-5", 0.1, 0.5),
    ("google/gemini-3.8-flash", 0.75, 3.75),
    ("google/gemini-4-argon", 2, 10),
]


@pytest.mark.parametrize(("name", "input_usd", "output_usd"), PUBLISHED)
def test_published_prices(name, input_usd, output_usd):
    rate = CATALOG[name].price.rate_at(1000)
    assert (rate.input, rate.output) == (int(input_usd * USD), int(output_usd * USD))


def test_ratings_are_arenas_by_kind_of_work_each_page_on_the_scale_of_the_overall_one():
    """gemini-4-argon-high on 2026-10-05: 1525.2 ± 8.8 overall, 1560.2 ± 17.2 for code, 1530.2 ± 35.7 for maths.

    The page of coding rates the models that both have 42.4 points above the overall one, that of maths 6.7 below it.
    """
    argon = CATALOG["google/gemini-4-argon"]
    assert (argon.quality, argon.margin) == (1525, 9)
    apart = {rating.work: (rating.points, rating.margin) for rating in argon.ratings}
    assert apart[Capability.CODE] == (1518, 17)
    assert apart[Capability.MATH] == (1537, 36)


def test_a_model_that_nobody_has_rated_is_rated_for_no_kind_of_work():
    assert all(model.quality for model in CATALOG.models if model.ratings or model.margin)


def test_a_long_input_is_priced_by_its_own_row():
    price = CATALOG["openai/gpt-6-sol"].price
    assert (price.rate_at(272_000).input, price.rate_at(272_001).input) == (2 * USD, 4 * USD)
    assert price.rate_at(272_001).output == 15 * USD


def test_the_dearest_cache_write_of_anthropic_counts():
    rate = CATALOG["anthropic/claude-opus-5-5"].price.rate_at(1)
    assert (rate.cache_read, rate.cache_write) == (int(0.2 * USD), 8 * USD)


def test_the_size_and_the_vendors():
    vendors = {model.id.split("/")[0] for model in CATALOG.models}
    assert 150 <= sum(not model.named_only for model in CATALOG.models) <= 250
    assert {"openai", "anthropic", "google", "meta-llama", "qwen", "deepseek", "mistralai", "moonshotai"} <= vendors
    assert {"z-ai", "x-ai", "cohere", "amazon"} <= vendors


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "google", "qwen", "z-ai", "x-ai"])
def test_a_vendor_with_models_of_all_sizes_has_all_tiers(vendor):
    assert {model.tier for model in CATALOG.models if model.id.startswith(f"{vendor}/")} == set(Tier)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("anthropic/claude-opus-5-5", "anthropic/claude-sonnet-5-5"),
        ("anthropic/claude-sonnet-5-5", "anthropic/claude-haiku-5-5"),
        ("openai/gpt-6.1-sol", "openai/gpt-6.1-terra"),
        ("openai/gpt-6.1-terra", "openai/gpt-6-luna"),
        ("google/gemini-4-argon", "google/gemini-3.8-flash"),
        ("google/gemini-3.8-flash", "google/gemini-3.5-flash-lite"),
    ],
)
def test_tiers_follow_the_vendors_own_lines(stronger, weaker):
    assert CATALOG[stronger].tier > CATALOG[weaker].tier


def test_every_tier_has_models_for_every_capability():
    for tier in Tier:
        for capability in Capability:
            assert any(model.tier == tier and capability in model.capabilities for model in CATALOG.models), (
                tier,
                capability,
            )


def test_a_direct_offer_stands_before_openrouter():
    offers = CATALOG["anthropic/claude-opus-5-5"].offers
    assert [(offer.provider, offer.native_id) for offer in offers] == [
        ("anthropic", "claude-opus-5-5"),
        ("openrouter", "anthropic/claude-opus-5.5"),
    ]


def test_open_weights_are_sold_by_openrouter_alone():
    assert [offer.provider for offer in CATALOG["openai/gpt-oss-120b"].offers] == ["openrouter"]
    assert [offer.provider for offer in CATALOG["google/gemma-4-31b-it"].offers] == ["openrouter"]


def test_a_model_of_the_responses_endpoint_has_no_direct_offer():
    assert [offer.provider for offer in CATALOG["openai/gpt-5.5-pro"].offers] == ["openrouter"]


def test_a_fee_for_each_request_makes_a_price_unknown():
    sonars = [model for model in CATALOG.models if model.id.startswith("perplexity/sonar")]
    assert len(sonars) == 4
    assert {type(offer.price) for model in sonars for offer in model.offers} == {Unknown}


def test_anthropics_cache_writes_cost_a_quarter_more_for_five_minutes_and_double_for_an_hour():
    """https://platform.claude.com/docs/en/build-with-claude/prompt-caching: 1.25 and 2 times the input."""
    rates = [
        rate for model in CATALOG.models if (offer := model.offered_by.get("anthropic")) for rate in offer.price.rates
    ]
    assert len(rates) > 14
    assert {(4 * rate.cache_write_5m, rate.cache_write) == (5 * rate.input, 2 * rate.input) for rate in rates} == {True}


def test_every_offer_has_a_known_price_a_source_and_a_date():
    for model in CATALOG.models:
        assert model.offers, model.id
        for offer in model.offers:
            if not model.id.startswith("perplexity/"):
                assert isinstance(offer.price, Price), model.id
                assert offer.price.rates[0].input > 0, model.id
            assert offer.source, model.id
            assert "2026-01-01" <= offer.valid_from <= READ_ON, model.id


def test_limits_make_sense():
    for model in CATALOG.models:
        assert 0 <= model.max_output_tokens <= model.context_tokens, model.id
        assert model.max_input_tokens <= model.context_tokens, model.id


def test_an_embedding_model_does_no_chat_work():
    embedders = [model for model in CATALOG.models if Feature.EMBEDDINGS in model.features]
    assert {"openai/text-embedding-3-small", "google/gemini-embedding-001"} <= {model.id for model in embedders}
    assert all(not model.capabilities and not model.max_output_tokens for model in embedders)


def test_every_chat_model_does_general_work():
    chat = [model for model in CATALOG.models if Feature.EMBEDDINGS not in model.features]
    assert all(Capability.GENERAL in model.capabilities and model.max_output_tokens for model in chat)


@pytest.mark.parametrize("name", ["openai/gpt-6-sol", "anthropic/claude-opus-5-5", "google/gemini-3.8-flash"])
def test_a_model_that_refuses_temperature_does_not_carry_it(name):
    assert Feature.TEMPERATURE not in CATALOG[name].features
    assert Feature.TOOLS in CATALOG[name].features


def test_the_planners_default_model_is_there_and_takes_json():
    planner = CATALOG["openai/gpt-4.1-mini"]
    assert Feature.JSON_SCHEMA | Feature.TEMPERATURE in planner.features
    assert planner.offers[0].native_id == "gpt-4.1-mini"


def test_silent_models_and_other_goods_are_left_out():
    for name in ("openai/gpt-audio", "google/gemini-2.5-flash-image", "openai/gpt-5.5-2026-04-23"):
        assert name not in CATALOG


def test_old_and_reserved_ones_are_asked_by_name_alone():
    need = Need(Capability(0), TokenCount(10, 20), max_output_tokens=100, output_tokens=50)
    for name in ("openai/gpt-4", "openai/o1", "openai/gpt-3.5-turbo-1106", "anthropic/claude-mythos-5"):
        assert "only by its name" in obstacle(CATALOG[name], need, Policy())
        assert obstacle(CATALOG[name], evolve(need, model=name), Policy()) is None
    chosen = Catalog(model for model in CATALOG.models if not model.named_only)
    for strategy in Strategy:
        policy = Policy(strategy=strategy)
        assert favourite(need, CATALOG, policy)[0].id == favourite(need, chosen, policy)[0].id


def test_snapshots_at_other_prices_are_rows_of_their_own():
    prices = {name: CATALOG[f"openai/{name}"].price.rate_at(1).input for name in SNAPSHOTS}
    assert prices == {name: int(usd * USD) for name, usd in SNAPSHOTS.items()}


# https://platform.openai.com/docs/pricing, as genai-prices has it.
SNAPSHOTS = {
    "gpt-4o": 2.5,
    "gpt-4o-2024-05-13": 5,
    "gpt-4o-2024-11-20": 2.5,
    "gpt-3.5-turbo": 0.5,
    "gpt-3.5-turbo-1106": 1,
    "gpt-3.5-turbo-0613": 1.5,
}


def test_it_is_built_once():
    assert embedded_catalog() is CATALOG


@pytest.mark.slow  # starts an interpreter
def test_importing_the_core_does_not_load_the_data():
    code = "import sys, tokenwise, tokenwise.catalog.models; print('tokenwise.catalog.embedded_models' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
