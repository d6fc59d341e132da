"""Everyday prompts in many languages, on lists of models as people have them: no guess may stand in the way.

The prompts are in tests/prompts/everyday.txt: support, doses, prices, SQL, traces, mails, ten languages and more.
"""

import pytest

from tests.prompts import asked
from tests.shell.proxy_world import chat, model, price, proxy
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Unknown
from tokenwise.money import parse_usd
from tokenwise.policy import FreeModels, Policy, Strategy
from tokenwise.routing.choosing import Routed
from tokenwise.routing.request import Wishes
from tokenwise.traits import Capability, Feature, Tier
from tokenwise_shell.catalogs.local_models import local_models
from tokenwise_shell.catalogs.openrouter import parse_openrouter
from tokenwise_shell.plans.decision import decide

PROMPTS = [each.text for each in asked("everyday.txt")]
DOLLAR = parse_usd("1")


def decided(prompt, catalog, strategy):
    return decide(prompt, catalog=catalog, policy=Policy(strategy=strategy), budget=DOLLAR)


def own_server():
    """The shipped list without a key for any of it, and one server with the least that a row can say."""
    row = {"id": "local/llama", "provider": "local", "context_tokens": 8192}
    free = {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}
    rows, problems = local_models([row | free], "models", Catalog(()))
    assert problems == ()
    return embedded_catalog().merged(rows).only(["local"])


def test_there_are_as_many_prompts_as_the_figures_say():
    assert len(set(PROMPTS)) == len(PROMPTS) == 135


@pytest.mark.parametrize("strategy", Strategy)
def test_a_server_of_ones_own_with_a_default_row_refuses_none(strategy):
    catalog = own_server()
    decisions = [decided(prompt, catalog, strategy) for prompt in PROMPTS]
    assert [each.outcome.model.id for each in decisions if isinstance(each.outcome, Routed)] == ["local/llama"] * 135
    guessed = [each for each in decisions if each.request.need.likely & ~Capability.GENERAL]
    assert len(guessed) > 20
    assert all("no model that can be reached and has room lists it" in each.passed_over for each in guessed)


def listed(name, prompt="0.000001", completion="0.000004", outputs=("text",), **more):
    return {
        "id": name,
        "context_length": 128_000,
        "pricing": {"prompt": prompt, "completion": completion, **more},
        "architecture": {"input_modalities": ["text"], "output_modalities": list(outputs)},
        "top_provider": {"max_completion_tokens": 16_000},
        "supported_parameters": ["tools", "temperature", "reasoning"],
    }


# A list of the shape that OpenRouter publishes, with everything in it that should not be chosen unasked: given away,
# or cheaper than all that answers, and made for something else.
PAID = [
    listed("acme/little-1", "0.00000005", "0.0000002"),
    listed("acme/coder-1", "0.0000003", "0.000001"),
    listed("acme/middle-1", "0.000001", "0.000004"),
    listed("openai/gpt-6", "0.000002", "0.000012"),
    listed("anthropic/claude-opus-6", "0.000005", "0.000025"),
    listed("qwen/qwen4-coder-480b", "0.0000002", "0.000001"),
]
GIVEN_AWAY = [listed("acme/middle-1:free", "0", "0"), listed("openrouter/stealth-alpha", "0", "0")]
OF_ANOTHER_TRADE = [
    listed("google/lyria-9", "0", "0", ("text", "audio")),
    listed("acme/singer", "0", "0", image="0.04"),
    listed("meta-llama/llama-guard-9", "0.00000001", "0.00000001"),
    listed("acme/paint-1", "0.00000001", "0.00000001", ("text", "image")),
    listed("morph/morph-v9", "0.00000001", "0.00000001"),
    listed("openai/omni-moderation-9", "0.00000001", "0.00000001"),
    listed("openrouter/auto", "-1", "-1"),
]


def published(rows):
    listing = parse_openrouter(rows, embedded_catalog(), on="2026-11-30")
    return Catalog(listing.models).only(["openrouter"])


@pytest.mark.parametrize("strategy", Strategy)
class TestAPublishedList:
    """'Free and stealth offers only when asked for; no model of another trade unless it is named'."""

    def chosen(self, rows, strategy, prompts=PROMPTS, **policy):
        made = Policy(strategy=strategy, **policy)
        catalog = published(rows)
        decisions = [decide(prompt, catalog=catalog, policy=made, budget=DOLLAR) for prompt in prompts]
        return [each.outcome.model.id for each in decisions if isinstance(each.outcome, Routed)]

    @pytest.mark.slow  # 135 decisions on two lists
    def test_chooses_as_if_none_of_that_stood_in_it(self, strategy):
        chosen = self.chosen(PAID + GIVEN_AWAY + OF_ANOTHER_TRADE, strategy)
        assert chosen == self.chosen(PAID, strategy)
        assert len(chosen) == len(PROMPTS)

    def test_what_is_given_away_is_preferred_where_the_policy_says_so(self, strategy):
        some, given = PROMPTS[:2], {row["id"] for row in GIVEN_AWAY}
        assert set(self.chosen(PAID + GIVEN_AWAY, strategy, some, free_models=FreeModels.PREFER)) <= given
        assert not given & set(self.chosen(PAID + GIVEN_AWAY, strategy, some, free_models=FreeModels.FALLBACK))
        assert len(self.chosen(GIVEN_AWAY, strategy, some, free_models=FreeModels.FALLBACK)) == 2
        assert self.chosen(GIVEN_AWAY, strategy, some) == []

    def test_what_is_named_is_asked(self, strategy):
        catalog, policy = published(PAID + GIVEN_AWAY + OF_ANOTHER_TRADE), Policy(strategy=strategy)
        for name in ("acme/middle-1:free", "meta-llama/llama-guard-9"):
            wishes = Wishes(capabilities=Capability(0), model=name)
            decision = decide("hi", catalog=catalog, policy=policy, budget=DOLLAR, wishes=wishes)
            assert decision.outcome.model.id == name

    def test_what_is_named_and_sells_something_else_than_text_has_no_price_that_holds(self, strategy):
        catalog, policy = published(PAID + GIVEN_AWAY + OF_ANOTHER_TRADE), Policy(strategy=strategy)
        wishes = Wishes(capabilities=Capability(0), model="google/lyria-9")
        decision = decide("hi", catalog=catalog, policy=policy, budget=DOLLAR, wishes=wishes)
        assert "has a known price" in decision.outcome.message


def test_new_models_get_their_familys_tier_and_capabilities_and_a_rating():
    catalog = published(PAID)
    assert catalog["openai/gpt-6"].tier is catalog["anthropic/claude-opus-6"].tier is Tier.FLAGSHIP
    for name in ("openai/gpt-6", "anthropic/claude-opus-6", "qwen/qwen4-coder-480b", "acme/coder-1"):
        assert Capability.CODE in catalog[name].capabilities
    assert all(each.quality > 1000 for each in catalog.models)


def test_no_token_price_beside_another_fee_is_no_price():
    assert published(OF_ANOTHER_TRADE)["acme/singer"].price == Unknown(
        "its tokens cost nothing, and there is a price for image"
    )


class TestWhatTheRequestItselfStates:
    """'Tools, images, `response_format`, `n`: what a row does not list is a constraint when the request has it'."""

    PLAIN = Catalog([model("own/plain", Tier.BUDGET, Offer("one", "plain", price(0, 0)), features=Feature.TEMPERATURE)])

    @pytest.mark.parametrize(
        ("asked", "feature"),
        [
            ({"n": 2}, "choices"),
            ({"response_format": {"type": "json_object"}}, "json_object"),
            ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}, "tools"),
            ({"logprobs": True}, "logprobs"),
        ],
    )
    async def test_is_refused_with_the_reason_where_nobody_carries_it(self, tmp_path, asked, feature):
        async with proxy(tmp_path, catalog=self.PLAIN) as world:
            answer = await world.post(chat(model="auto", **asked))
            plain = await world.post(chat(model="auto"))
        assert (answer.status, answer.error["code"]) == (400, "no_capable_model")
        assert f"no model that can be reached carries {feature}" in answer.error["message"]
        assert plain.status == 200
