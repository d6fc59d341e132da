"""Vouchers over HTTP: a part of a budget that somebody else spends at the proxy which minted it."""

import gc
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from tests.shell.commands import program, tw
from tests.shell.proxy.test_proxy_access import bearer, create
from tests.shell.proxy_world import LARGE, chat, proxy
from tests.shell.redis_server import Server, needs_server
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.voucher import Voucher, name_for
from tokenwise.budgets.windows import Window
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.shared import SharedBudgets
from tokenwise_shell.config.paths import keys_file
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.proxy.admission.keys import KeyFile
from tokenwise_shell.proxy.admission.tokens import Seal

__all__ = ["tw"]

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")

USD = 10**9


@asynccontextmanager
async def running(folder):
    with Server(folder) as server:
        await server.ready()
        yield server
    gc.collect()  # the client leaves streams of its own to it


@pytest.fixture
async def redis(tmp_path):
    async with running(tmp_path) as server:
        yield server


async def minted(world, secret="", **wanted):
    body = {"budget": "0.05", "expires_in": "2h", **wanted}
    return await world.post(body, path="/v1/vouchers", **(bearer(secret) if secret else {}))


async def settled(world):
    """Every settlement so far counts."""
    store = world.client.limits.store
    if isinstance(store, LocalStore):
        store._catch_up()  # it waits a moment for company
    elif isinstance(store, SharedBudgets):
        store.slices.give_up()
        await store.slices.store.delivered()


async def stands(world, secret):
    await settled(world)
    shown = (await world.ask("GET", "/v1/limits", headers=bearer(secret))).json["data"]
    return {one["scope"]: (one["limit_nano"], one["spent_nano"], one["held_nano"]) for one in shown}


@pytest.fixture(params=["local", "none", pytest.param("redis", marks=[needs_server, pytest.mark.slow])])
async def store(request, tmp_path):
    if request.param != "redis":
        yield request.param
        return
    async with running(tmp_path) as server:
        yield server.url


def keyed(world, **fields):
    return create(KeyFile(keys_file(world.client.journal.file.path)), **fields)


async def test_a_voucher_is_spent_once_and_its_rest_comes_back(tmp_path, store):
    async with proxy(tmp_path, budget_store=store) as world:
        alice = keyed(world, budget=USD)
        made = (await minted(world, alice, models=["house/small"])).json
        token, scope = made["token"], made["scope"]
        assert await stands(world, alice) == {"key:alice total": (USD, 0, 50_000_000)}
        answered = await world.post(chat(max_tokens=50), **bearer(token))
        cost = round(float(answered.headers["x-tokenwise-cost-usd"]) * USD)
        assert answered.status == 200
        assert cost
        assert await stands(world, alice) == {"key:alice total": (USD, cost, 50_000_000 - cost)}
        assert await stands(world, token) == {scope: (50_000_000, cost, 0)}
        assert (await world.post(chat(max_tokens=50, model=LARGE), **bearer(token))).status == 404
        dear = await world.post(chat("x" * 60_000), **bearer(token))
        assert dear.status == 402
        assert scope in dear.error["message"]
        raised = await world.post({"scope": scope, "budget": 9}, path="/v1/limits/raise", **bearer(token))
        assert raised.status == 403
        assert (await world.ask("DELETE", "/v1/vouchers/self", headers=bearer(token))).json["returned"]
        assert await stands(world, alice) == {"key:alice total": (USD, cost, 0)}
        late = await world.post(chat(max_tokens=50), **bearer(token))
        assert (late.status, late.error["message"]) == (401, "this voucher was given back")
        again = await world.ask("DELETE", f"/v1/vouchers/{made['name']}", headers=bearer(alice))
        assert again.status == 404
        assert verify(world.lines, living=(world.client.journal.writer,)).problems == ()


async def test_it_outlives_the_proxy_that_minted_it(tmp_path, store):
    async with proxy(tmp_path, budget_store=store) as world:
        alice = keyed(world, budget=USD)
        token = (await minted(world, alice)).json["token"]
        await world.post(chat(max_tokens=50), **bearer(token))
        before = await stands(world, alice), await stands(world, token)
    async with proxy(tmp_path, budget_store=store) as world:
        assert (await stands(world, alice), await stands(world, token)) == before
        assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 200
        refused = await minted(world, alice, budget=0.96)
        assert (refused.status, refused.error["code"]) == (429, "budget_busy")
        assert "key:alice total" in refused.error["message"]


async def test_what_is_cut_from_a_voucher_is_narrower_and_goes_back_with_it(tmp_path, store):
    async with proxy(tmp_path, budget_store=store, limits=(Limit(USD, Window.DAY),)) as world:
        outer = (await minted(world, models=["house/*"])).json
        inner = (await minted(world, outer["token"], budget=0.02, expires_in="9d", models=["*small"])).json
        assert inner["name"].startswith(outer["name"])
        assert inner["expires_at"] == outer["expires_at"]
        assert (await minted(world, outer["token"], budget=0.04)).status == 429
        assert (await world.post(chat(max_tokens=50), **bearer(inner["token"]))).status == 200
        assert (await world.post(chat(max_tokens=50, model=LARGE), **bearer(inner["token"]))).status == 404
        assert (await world.post(chat(max_tokens=50, model=LARGE), **bearer(outer["token"]))).status == 200
        theirs = await world.ask("DELETE", f"/v1/vouchers/{outer['name']}", headers=bearer(inner["token"]))
        assert theirs.status == 404
        assert (await world.ask("DELETE", "/v1/vouchers/self", headers=bearer(outer["token"]))).status == 200
        assert (await world.post(chat(max_tokens=50), **bearer(inner["token"]))).status == 401
        spent, held = await day_of(world)
        assert held == 0
        assert spent > 0


async def test_it_is_redeemed_where_it_was_minted_and_makes_nobody_the_owner(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    async with proxy(tmp_path / "one") as world, proxy(tmp_path / "two") as other:
        token = (await minted(world)).json["token"]
        terms, _, signature = token.partition(".")
        assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 200  # though no key is asked for
        for wrong in (f"{terms}A.{signature}", f"{terms}.", "twv-", "twv-%.x"):
            assert (await world.post(chat(max_tokens=50), **bearer(wrong))).status in (400, 401)
        foreign = await other.post(chat(max_tokens=50), **bearer(token))
        assert (foreign.status, foreign.error["message"]) == (401, "this voucher was not minted here")
        assert len(await stands(world, token)) == 1
        assert (await world.ask("GET", "/metrics", headers=bearer(token))).status == 403
        assert (await world.ask("DELETE", "/v1/vouchers/self")).status == 404


async def test_who_withdraws_a_key_withdraws_its_vouchers(tmp_path, store):
    async with proxy(tmp_path, budget_store=store) as world:
        alice = keyed(world, budget=USD)
        token = (await minted(world, alice)).json["token"]
        KeyFile(keys_file(world.client.journal.file.path)).revoke("alice", 1)
        assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 401


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "budget: expected"),
        ({"budget": 0}, "pays nothing"),
        ({"budget": 1, "expires_in": "soon"}, "how long"),
        ({"budget": 1, "models": "all"}, "models: expected"),
        ({"budget": 1, "models": [""]}, "models: expected"),
        ({"budget": 1, "tags": ["a b"]}, "tags: expected"),
    ],
)
async def test_what_is_no_voucher_is_refused_by_name(tmp_path, body, said):
    async with proxy(tmp_path) as world:
        refused = await world.post(body, path="/v1/vouchers")
        assert refused.status == 400
        assert said in refused.error["message"]


def configured(world, tmp_path, *rows):
    config = tmp_path / "voucher.yaml"
    config.write_text("\n".join((f"ledger_path: {world.client.journal.file.path}", *rows)))
    return str(config)


async def ran(tmp_path, *argv):
    return await trio.to_thread.run_sync(partial(program, *argv, home=tmp_path))


@pytest.mark.slow  # other processes begin
async def test_the_command_mints_for_a_proxy_that_runs_and_takes_back_what_is_left(tmp_path):
    async with proxy(tmp_path) as world:
        alice = keyed(world, budget=USD)
        config = configured(world, tmp_path)
        argv = ("keys", "voucher", "--budget", "0.05", "--key", "alice", "--config", config)
        token = (await ran(tmp_path, *argv)).out.strip()
        assert await stands(world, alice) == {"key:alice total": (USD, 0, 50_000_000)}
        assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 200
        assert (await ran(tmp_path, *argv[:3], "2", *argv[4:])).code == 3
        other = (await ran(tmp_path, *argv[:3], "0.02", *argv[4:])).out.strip()
        name = Seal.beside(world.client.journal.file.path).read(other).name
        assert (await world.ask("DELETE", f"/v1/vouchers/{name}", headers=bearer(alice))).status == 200
        assert (await world.post(chat(max_tokens=50), **bearer(other))).status == 401
        assert (await ran(tmp_path, "keys", "return", token, "--config", config)).code == 0
        assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 401
        assert [held for _, _, held in (await stands(world, alice)).values()] == [0]
    assert verify(read_lines(world.client.journal.file.path, print)).problems == ()


@pytest.mark.slow  # another process begins
async def test_without_a_store_only_the_proxy_itself_mints(tmp_path):
    async with proxy(tmp_path, budget_store="none") as world:
        config = configured(world, tmp_path, "budget_store: none")
        done = await ran(tmp_path, "keys", "voucher", "--budget", "1", "--config", config)
        assert done.code == 2
        assert "POST /v1/vouchers" in done.err
        assert (await minted(world)).status == 200


@asynccontextmanager
async def two_machines(tmp_path, server, **settings):
    """Two proxies with ledgers of their own and one secret, whose budgets a server keeps."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    given = {"budget_store": server.url, "limits": (Limit(USD, Window.DAY),), **settings}
    async with proxy(tmp_path / "one", **given) as one, proxy(tmp_path / "two", **given) as two:
        for world in (one, two):
            Seal.beside(world.client.journal.file.path).path.write_bytes(b"k" * 32)
        yield one, two


async def day_of(world):
    await settled(world)
    (day,) = [row for row in (await world.ask("GET", "/v1/limits")).json["data"] if row["limit"] == "process"]
    return day["spent_nano"], day["held_nano"]


@needs_server
@pytest.mark.slow  # a real server
class TestOnAServer:
    async def test_what_one_machine_mints_another_redeems_and_neither_twice(self, tmp_path, redis):
        async with two_machines(tmp_path, redis) as (one, two):
            made = (await minted(one, models=["house/small"])).json
            token, costs = made["token"], []
            for world in (two, one, two):
                answered = await world.post(chat(max_tokens=50), **bearer(token))
                assert answered.status == 200
                costs.append(round(float(answered.headers["x-tokenwise-cost-usd"]) * USD))
                await settled(world)
            assert await day_of(one) == await day_of(two) == (sum(costs), 50_000_000 - sum(costs))
            inner = (await minted(two, token, budget=0.02, expires_in="9d")).json
            assert inner["expires_at"] == made["expires_at"]
            assert (await two.post(chat(max_tokens=50, model=LARGE), **bearer(inner["token"]))).status == 404
            assert (await one.post(chat(max_tokens=50), **bearer(inner["token"]))).status == 200
            assert (await two.ask("DELETE", "/v1/vouchers/self", headers=bearer(token))).status == 200
            for world in (one, two):
                for each in (token, inner["token"]):
                    late = await world.post(chat(max_tokens=50), **bearer(each))
                    assert (late.status, late.error["message"]) == (401, "this voucher was given back")
            spent, held = await day_of(one)
            assert spent > sum(costs)
            assert held == 0

    async def test_minting_on_several_machines_at_once_never_exceeds_what_it_is_cut_from(self, tmp_path, redis):
        async with two_machines(tmp_path, redis) as worlds:
            statuses = []

            async def mint_one(world):
                statuses.append((await minted(world, budget=0.15)).status)

            async with trio.open_nursery() as nursery:
                for number in range(12):
                    nursery.start_soon(mint_one, worlds[number % 2])
            assert sorted(statuses) == [200] * 6 + [429] * 6
            assert await day_of(worlds[0]) == (0, 900_000_000)

    async def test_a_machine_that_is_lost_leaves_what_it_spent_and_a_server_that_forgets_is_told_again(
        self, tmp_path, redis
    ):
        async with two_machines(tmp_path, redis) as (one, two):
            token = (await minted(one)).json["token"]
            assert (await one.post(chat(max_tokens=50), **bearer(token))).status == 200
            spent, _ = await day_of(one)
            await one.client.limits.store.slices.store.client.flushall()
            # Whose ledger knows nothing of it does not begin it anew.
            assert (await two.post(chat(max_tokens=50), **bearer(token))).status == 401
            assert (await one.post(chat(max_tokens=50))).status == 200
            assert (await one.post(chat(max_tokens=50), **bearer(token))).status == 200
            assert (await two.post(chat(max_tokens=50), **bearer(token))).status == 200
            await settled(one)
            assert await day_of(two) == (4 * spent, 50_000_000 - 3 * spent)  # one of the four was none of the voucher's

    async def test_while_the_server_is_away_a_voucher_is_neither_minted_nor_refused_for_good(self, tmp_path, redis):
        async with proxy(tmp_path, budget_store=redis.url, limits=(Limit(USD, Window.DAY),)) as world:
            token = (await minted(world)).json["token"]
            redis.kill()
            for refused in (await minted(world), await world.post(chat(max_tokens=50), **bearer(token))):
                assert (refused.status, refused.error["code"]) == (503, "budget_unavailable")
            redis.start()
            await redis.ready()
            assert (await world.post(chat(max_tokens=50), **bearer(token))).status == 200

    async def test_what_is_over_by_the_server_s_clock_is_its_parents_again(self, tmp_path, redis):
        async with proxy(tmp_path, budget_store=redis.url, limits=(Limit(USD, Window.DAY),)) as world:
            vouchers, store = world.client.limits.vouchers, world.client.limits.store
            over = Voucher(name_for(wall_ms(), b"abcd"), 900_000_000, wall_ms() - 1, Account())
            await store.ask_to_mint(over.scope, over.amount, vouchers._backing(over))
            assert await day_of(world) == (0, 900_000_000)  # until somebody wants it
            assert (await minted(world, budget=0.9)).status == 200
            assert await day_of(world) == (0, 900_000_000)
