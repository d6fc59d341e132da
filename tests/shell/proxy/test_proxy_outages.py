"""One vendor is in trouble and another sells an equal: every door answers, by the equal, at the equal's price."""

import pytest

from tests.shell.proxy_world import chat, model, price, proxy
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.policy import Policy, Strategy
from tokenwise.traits import Tier
from tokenwise_shell.embedded import Every, Hang, Reset, Script, Status

COSTS = {Tier.BUDGET: (1, 2), Tier.MID: (3, 9), Tier.FLAGSHIP: (10, 40)}


def row(provider, tier, dearer):
    cost = COSTS[tier]
    name = f"{provider}/{tier.name.lower()}"
    return model(name, tier, Offer(provider, name, price(cost[0] + dearer, cost[1] + dearer)), quality=1400 - dearer)


# In each tier two equals of `two` beside one of `one`: the dearer of the two is never wanted.
CATALOG = Catalog(
    [row("one", tier, 0) for tier in Tier]
    + [row("two", tier, 1) for tier in Tier]
    + [
        model(f"two/{tier.name.lower()}-dear", tier, Offer("two", f"{tier.name}-dear", price(9, 90)), quality=1)
        for tier in Tier
    ]
)
TROUBLES = {"503": Status(503), "429": Status(429), "401": Status(401), "402": Status(402), "a reset": Reset()}
SLOW = pytest.param("slow", marks=pytest.mark.slow)  # waits until a call is given up

WORDS = "Say hello."
DOORS = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": WORDS}]}),
    "a stream": ("/v1/chat/completions", {"messages": [{"role": "user", "content": WORDS}], "stream": True}),
    "responses": ("/v1/responses", {"input": WORDS}),
    "messages": ("/v1/messages", {"messages": [{"role": "user", "content": WORDS}], "max_tokens": 100}),
}


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("trouble", [*TROUBLES, SLOW])
@pytest.mark.parametrize("door", DOORS)
async def test_an_equal_answers_in_a_process_that_does_not_know_and_in_one_that_does(tmp_path, door, trouble, strategy):
    path, body = DOORS[door]
    down = Script([Every(1, TROUBLES.get(trouble, Hang(60_000)))])
    policy = Policy(timeout_ms=300 if trouble == "slow" else 120_000, backoff_ms=1)
    async with proxy(tmp_path, one=down, catalog=CATALOG, policy=policy) as world:
        asked = {"model": f"auto:{strategy.value}", **body}
        decided = (await world.post(chat(WORDS, model=asked["model"], max_tokens=100), path="/v1/route")).json
        answers = [await world.post(asked, path=path) for _ in range(2)]
        assert world.balances()
    assert decided["provider"] == "one"
    equal = decided["model"].replace("one/", "two/")
    for answer in answers:
        assert answer.status == 200
        assert (answer.headers["x-tokenwise-model"], answer.headers["x-tokenwise-provider"]) == (equal, "two")


async def test_a_model_that_the_client_names_is_not_replaced(tmp_path):
    down = Script([Every(1, Status(503))])
    async with proxy(tmp_path, one=down, catalog=CATALOG) as world:
        answer = await world.post(chat(WORDS, model="one/mid"))
        assert not world.two.received
    assert answer.status == 503
