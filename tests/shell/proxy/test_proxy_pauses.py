"""`on_limit: pause`: a request waits for its limit to be raised, and goes on as if nothing had been."""

import re
from functools import partial

import orjson
import pytest
import trio
from attrs import evolve

from tests.shell.commands import program, tw
from tests.shell.proxy_world import chat, proxy, until
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.money import parse_usd
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify

__all__ = ["tw"]

SESSION = "x-claude-code-session-id"
LIMIT = Limit(parse_usd("0.01"), Window.TOTAL, each="session", pauses=True)
ROW = "limits:\n  - {each: session, budget: 0.01, on_limit: pause}\n"


def pausing(folder, timeout_s=30, **settings):
    return proxy(folder, limits=(LIMIT,), pause_timeout=timeout_s, **settings)


def pauses(world):
    return world.client.holder.pauses


async def raised(world, scope, usd, tmp_path):
    """Another process raises it."""
    config = tmp_path / "limits.yaml"
    config.write_text(f"ledger_path: {world.client.journal.file.path}\n{ROW}")
    argv = ("limits", "raise", scope, "--to", usd, "--config", str(config))
    done = await trio.to_thread.run_sync(partial(program, *argv, home=tmp_path))
    assert done.code == 0, done.err


@pytest.mark.slow  # another process begins
async def test_a_request_waits_for_another_process_to_raise_its_limit_and_goes_on(tmp_path):
    async with pausing(tmp_path) as world, trio.open_nursery() as nursery:
        answers = []
        await world.spend(LIMIT.amount, session="a%20b")

        async def ask(**fields):
            answers.append(await world.post(chat(max_tokens=50, **fields), **{SESSION: "a b"}))

        nursery.start_soon(ask)
        nursery.start_soon(partial(ask, stream=True))
        await until(lambda: len(pauses(world).waiting) == 2)
        assert not answers  # no status, nothing of a stream
        await raised(world, "session:a b", "1", tmp_path)
        await until(lambda: len(answers) == 2)
        assert [answer.status for answer in answers] == [200, 200]
        assert not pauses(world).waiting
        assert [line["scope"] for line in world.lines if line["type"] == "limit_raised"] == ["session:a%20b total"]
    async with pausing(tmp_path) as world:  # which has lasted
        assert (await world.post(chat(max_tokens=50), **{SESSION: "a b"})).status == 200
        books = world.client.journal.file.path
    assert verify(read_lines(books, print)).problems == ()


@pytest.mark.slow  # a real second of waiting
async def test_whom_nobody_raises_the_limit_for_is_refused_when_the_time_is_over(tmp_path):
    async with pausing(tmp_path, timeout_s=1) as world:
        await world.spend(LIMIT.amount, session="a%20b")
        refused = await world.post(chat(max_tokens=50), **{SESSION: "a b"})
        assert (refused.status, refused.error["code"]) == (402, "budget_exceeded")
        assert not pauses(world).waiting


async def test_a_client_that_leaves_gives_its_place_back_and_holds_nothing(tmp_path):
    async with pausing(tmp_path) as world:
        await world.spend(LIMIT.amount, session="none")
        with trio.move_on_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(world.post, chat(max_tokens=50))
                await until(lambda: pauses(world).waiting)
                nursery.cancel_scope.cancel()
        await until(lambda: not pauses(world).waiting)
        store = world.client.limits.store
        assert store.open_holds == 0
        assert store.rows()["session:none total"].waiting == 0


async def test_only_so_many_wait_and_the_next_is_refused(tmp_path):
    async with pausing(tmp_path) as world, trio.open_nursery() as nursery:
        pauses(world).most = 2
        await world.spend(LIMIT.amount, session="a%20b")
        for _ in range(2):
            nursery.start_soon(partial(world.post, chat(max_tokens=50), **{SESSION: "a b"}))
        await until(lambda: len(pauses(world).waiting) == 2)
        assert (await world.post(chat(max_tokens=50), **{SESSION: "a b"})).status == 402
        nursery.cancel_scope.cancel()


async def test_what_all_of_the_limit_could_not_pay_is_refused_at_once_with_what_would_do(tmp_path):
    async with proxy(tmp_path, limits=(evolve(LIMIT, amount=parse_usd("0.000001")),)) as world:
        refused = await world.post(chat(max_tokens=50))
        assert (refused.status, refused.error["code"]) == (402, "budget_exceeded")
        told = re.search(r"raise that limit to at least \$([0-9.]+)$", refused.error["message"])
    async with proxy(tmp_path, limits=(evolve(LIMIT, amount=parse_usd(told[1])),)) as world:
        assert (await world.post(chat(max_tokens=50))).status == 200


class TestTheCommand:
    def test_it_shows_each_limit_with_what_is_left(self, tw, tmp_path):
        config = tmp_path / "c.yaml"
        config.write_text("limits: [{budget: 2, window: day}, {model: 'x/*', budget: 1}, {each: user, budget: 3}]\n")
        shown = orjson.loads(tw.online("limits", "--json", "--config", str(config)).out)
        assert [(one["limit"], one["left_nano"], one["waiting"]) for one in shown] == [
            ("process", 2 * 10**9, 0), ("model:x/*", 10**9, 0),
        ]  # fmt: skip
        assert shown[0]["renewed_at"].endswith("T00:00:00.000Z")
        assert shown[1]["renewed_at"] is None

    @pytest.mark.parametrize(
        ("scope", "to", "why"),
        [
            ("sesion:a", "1", "no limit holds it; limits: process, session:*"),
            ("process", "5", "has several; say which"),
            ("session:a", "1", "has $3.00 already"),
            ("session:a", "much", "expected US dollars"),
            ("session:", "9", "no limit holds it"),
        ],
    )
    def test_what_cannot_be_raised_is_said(self, tw, tmp_path, scope, to, why):
        config = tmp_path / "c.yaml"
        config.write_text("budgets: {day: 2, week: 9}\nlimits: [{each: session, budget: 3}]\n")
        done = tw.online("limits", "raise", scope, "--to", to, "--config", str(config))
        assert done.code == 2
        assert why in done.err

    def test_a_raise_lasts_until_the_window_ends(self, tw, tmp_path):
        config = tmp_path / "c.yaml"
        config.write_text("budgets: {day: 2}\nlimits: [{each: session, budget: 3}]\n")
        for scope, to in (("session:a b", "5"), ("session:a b", "7"), ("process", "4")):
            assert tw.online("limits", "raise", scope, "--to", to, "--config", str(config)).code == 0
        shown = orjson.loads(tw.online("limits", "--json", "--config", str(config)).out)
        assert [one["limit_nano"] for one in shown] == [4 * 10**9]  # whoever has spent nothing is not listed
        assert tw.online("limits", "raise", "session:a b", "--to", "6", "--config", str(config)).code == 2
        assert tw("ledger", "--verify", "--config", str(config)).code == 0
