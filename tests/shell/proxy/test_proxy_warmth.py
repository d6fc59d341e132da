"""An agent's next turn stays where its conversation is warm, at the doors and while the process lives."""

import pytest

from tests.shell.proxy_world import ALL, proxy
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Tier

LONG = "a word or two " * 6_000


def row(name, seller, usd):
    rate = Rate(*(NanoPerMtok(int(each * 10**9)) for each in (usd, 2 * usd, usd / 10, usd)))
    return Model(
        id=f"house/{name}",
        tier=Tier.BUDGET,
        capabilities=~Capability(0),
        context_tokens=200_000,
        max_output_tokens=8_000,
        offers=(Offer(seller, name, Price((rate,))),),
        features=ALL,
        quality=1300,
    )


CATALOG = Catalog([row("dear", "one", 2), row("cheap", "two", 1)])


def conversation(*texts, model="auto", **fields):
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)]
    return {"model": model, "max_tokens": 200, "messages": messages, **fields}


class TestANextTurn:
    @pytest.mark.parametrize("stream", [True, False])
    async def test_stays_with_the_model_that_has_its_prefix_although_another_is_cheaper(self, tmp_path, stream):
        async with proxy(tmp_path, catalog=CATALOG, kind="openai") as world:

            async def served(body):
                answer = await world.post({**body, "stream": stream})
                assert answer.status == 200
                return answer.headers["x-tokenwise-model"]

            assert await served(conversation(LONG)) == "house/cheap"
            assert await served(conversation(LONG + "?", model="house/dear")) == "house/dear"
            assert await served(conversation(LONG + "?", "Well.", "And then?")) == "house/dear"
            assert await served(conversation(LONG + "!", "Well.", "And then?")) == "house/cheap"

    async def test_says_what_leaving_would_cost(self, tmp_path):
        async with proxy(tmp_path, catalog=CATALOG, kind="openai") as world:
            await world.post(conversation(LONG, model="house/dear"))
            answer = await world.post(conversation(LONG, "Well.", "And then?"), path="/v1/route")
        assert answer.json["model"] == "house/dear"
        assert answer.json["warmth"].startswith("stays: leaving would cost $0.0")
