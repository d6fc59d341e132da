"""`GET /v1/limits` and `POST /v1/limits/raise`: what the page for people asks, by the code of `tw limits`."""

import pytest
import trio

from tests.shell.proxy.test_proxy_access import bearer, create
from tests.shell.proxy_world import chat, proxy, until
from tests.shell.redis_server import needs_server, redis
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.money import format_usd, parse_usd
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.proxy.admission.keys import KeyFile

__all__ = ["redis"]

SESSION = "x-claude-code-session-id"
LIMIT = Limit(parse_usd("0.01"), Window.TOTAL, each="session", pauses=True)


async def goes_on_once_raised(world):
    answers = []
    await world.spend(LIMIT.amount, session="5f3a")

    async def ask():
        answers.append(await world.post(chat(max_tokens=50), **{SESSION: "5f3a"}))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await until(lambda: world.client.holder.pauses.waiting)
        assert not answers
        told = await world.post({"scope": "session:5f3a", "budget": "1"}, path="/v1/limits/raise")
        before = {"scope": "session:5f3a total", "before_nano": LIMIT.amount}
        assert told.json == {**before, "limit_nano": 10**9, "told": True}
    assert [answer.status for answer in answers] == [200]
    shown = (await world.ask("GET", "/v1/limits")).json["data"]
    assert [(one["scope"], one["limit_nano"]) for one in shown] == [("session:5f3a total", 10**9)]


@pytest.mark.parametrize("store", ["local", "none"])
@pytest.mark.slow  # who waits looks again after half a second
async def test_a_raise_over_http_lets_a_paused_request_go_on(tmp_path, store):
    async with proxy(tmp_path, limits=(LIMIT,), budget_store=store) as world:
        await goes_on_once_raised(world)


@needs_server
@pytest.mark.slow  # a real server
async def test_a_raise_reaches_a_request_that_is_paused_by_a_limit_on_redis(tmp_path, redis):
    async with proxy(tmp_path, limits=(LIMIT,), budget_store=redis.url) as world:
        await goes_on_once_raised(world)


@needs_server
@pytest.mark.slow  # a real server
async def test_what_a_server_has_left_is_told_as_it_last_said_it(tmp_path, redis):
    limit = Limit(parse_usd("0.01"), Window.TOTAL, each="session")
    async with proxy(tmp_path, limits=(limit,), budget_store=redis.url, tell_budget=True) as world:

        async def ask():
            answered = await world.post(chat(max_tokens=50), **{SESSION: "5f3a"})
            assert answered.status == 200
            cost = parse_usd(answered.headers["x-tokenwise-cost-usd"])
            return cost, *(answered.headers.get(f"x-tokenwise-budget-{name}") for name in ("left", "warning"))

        cost, *told = await ask()
        assert told == [None, None]  # nobody has asked the server yet
        _, *told = await ask()
        assert told == [f"session:5f3a total {format_usd(limit.amount - cost)}", None]
        await world.spend(limit.amount * 4 // 5, session="5f3a")
        await ask()  # of which the server tells
        _, _, warning = await ask()
        assert warning.startswith("session:5f3a total 8")
    assert [line["scope"] for line in world.lines if line["type"] == "limit_near"] == ["session:5f3a total"]


async def test_the_owner_sees_and_raises_every_limit_and_a_key_sees_its_own(tmp_path):
    async with proxy(tmp_path, limits=(Limit(10**9, Window.DAY),)) as world:
        file = KeyFile(keys_file(world.client.journal.file.path))
        owner, alice = create(file, "boss", owner=True), create(file, budget=5 * 10**9)
        scopes = {}
        for secret in (owner, alice):
            shown = (await world.ask("GET", "/v1/limits", headers=bearer(secret))).json["data"]
            scopes[secret] = [one["limit"] for one in shown]
        assert scopes == {owner: ["process", "key:alice"], alice: ["key:alice"]}
        body = {"scope": "key:alice", "budget": 9}
        refused = await world.post(body, path="/v1/limits/raise", **bearer(alice))
        assert (refused.status, refused.error["code"]) == (403, "not_the_owner")
        assert (await world.post(body, path="/v1/limits/raise", **bearer(owner))).json["limit_nano"] == 9 * 10**9
        shown = (await world.ask("GET", "/v1/limits", headers=bearer(alice))).json["data"]
        assert [one["limit_nano"] for one in shown] == [9 * 10**9]
        assert (await world.ask("GET", "/v1/limits")).status == 401


@pytest.mark.parametrize(
    ("body", "param", "said"),
    [
        ({"scope": 5, "budget": 1}, "scope", "expected a budget such as"),
        ({"scope": "process"}, "budget", "expected"),
        ({"scope": "process", "budget": True}, "budget", "expected"),
        ({"scope": "process", "budget": -1}, "budget", "expected"),
        ({"scope": "procces", "budget": 2}, "scope", "no limit holds it"),
        ({"scope": "process", "budget": 1}, "scope", "already"),
    ],
)
async def test_what_is_no_raise_is_refused_by_name(tmp_path, body, param, said):
    async with proxy(tmp_path, limits=(Limit(10**9, Window.TOTAL),)) as world:
        refused = await world.post(body, path="/v1/limits/raise")
        assert (refused.status, refused.error["param"]) == (400, param)
        assert said in refused.error["message"]
