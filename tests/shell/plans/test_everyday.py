"""Everyday prompts in many languages, on lists of models as people have them: no guess may stand in the way.

The prompts are in tests/everyday.txt, one a line: support, doses, prices, SQL, traces, mails, ten languages and more.
"""

from pathlib import Path

import pytest

from tests.shell.proxy_world import chat, model, price, proxy
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.money import parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.choosing import Routed
from tokenwise.traits import Capability, Feature, Tier
from tokenwise_shell.catalogs.local_models import local_models
from tokenwise_shell.plans.decision import decide

PROMPTS = (Path(__file__).parents[2] / "everyday.txt").read_text(encoding="utf-8").splitlines()
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
