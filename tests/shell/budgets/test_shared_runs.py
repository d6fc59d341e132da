"""Runs under budgets that replicas share: clients on one store, on a real server that may be killed."""

import pytest
import trio
import trio.testing

from tests.shell.commands import in_process, program
from tests.shell.proxy_world import chat, proxy
from tests.shell.redis_server import Server, collected, needs_server
from tests.shell.store_contract import FIRST, SECOND
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.opening import open_client
from tokenwise_shell.workspace import open_workspace

__all__ = ["collected"]

TASK = "Name two colours, then compare them"

pytestmark = [
    needs_server,
    pytest.mark.slow,  # each opens clients with a server of their own, on a server
    # The store's client leaves streams of its own to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
]


@pytest.fixture
async def server(tmp_path):
    (tmp_path / "redis").mkdir()
    with Server(tmp_path / "redis") as server:
        await server.ready()
        yield server


def workspace(home, url, *, fail_open=False, **budgets):
    """A replica's own home, with these limits in US dollars."""
    environ = {name: str(home / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    flags = {"offline": True, "budget_store": url, "budget_store_fail_open": fail_open or None}
    flags |= {f"budgets.{window}": usd for window, usd in budgets.items()}
    return open_workspace(environ=environ, flags=flags, path=None, now_ms=wall_ms())


def spent_in(path):
    return sum(line["amount_nano"] for line in read_ledger(path, pytest.fail) if line["type"] in CLOSINGS)


async def executed(client, count):
    """Run a plan so often, side by side; the statuses."""
    statuses = []

    async def one():
        planned = await client.plan(TASK, planner="rules")
        statuses.append(await client.execute(planned))

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(one)
    return statuses


async def asked(client, run, attempt, amount):
    """What the client's budgets say, however long that takes."""
    send, receive = trio.open_memory_channel(1)
    client.holder.reserve(run, attempt, Nanodollars(amount), send.send_nowait)
    with trio.fail_after(10):
        return await receive.receive()


async def balance_of(client):
    """How the one budget stands in the store once nothing is under way and no slice is out."""
    with trio.fail_after(10):
        while client.holder.waiting:
            await trio.testing.wait_all_tasks_blocked(0.01)
        client.holder.slices.give_up()
        await client.holder.slices.store.delivered()
        return await client.holder.slices.store.balance(client.limits.scopes(Account())[0])


async def test_two_clients_on_one_limit_never_exceed_it_together(server, tmp_path):
    one, other = (workspace(tmp_path / name, server.url, day="0.00004") for name in "ab")
    executions = []
    async with open_client(one) as first, open_client(other) as second, trio.open_nursery() as nursery:

        async def work(client):
            executions.extend(await executed(client, 6))

        nursery.start_soon(work, first)
        nursery.start_soon(work, second)
    spent = sum(spent_in(each.settings.ledger_path) for each in (one, other))
    assert 0 < spent <= 40_000  # where all of them would spend 53,640
    # Where all wait for each other's holds, none may be left with enough for its last step.
    assert {"exhausted"} <= {execution.status for execution in executions} <= {"completed", "exhausted"}
    refused = next(execution for execution in executions if execution.status == "exhausted")
    assert refused.refusal.code in ("budget_exceeded", "budget_busy")
    assert "the budget process 2" in refused.run_json()["steps"][0]["why"] + refused.run_json()["steps"][-1]["why"]
    async with open_client(one) as again:
        scope = again.limits.scopes(Account())[0]
        assert isinstance(await asked(again, "r", FIRST, 40_000), NotHeld)
        balance = await again.holder.slices.store.balance(scope)
    assert (balance.spent, balance.held) == (spent, 0)


async def test_a_store_that_has_lost_everything_is_told_what_the_ledger_knows(server, tmp_path):
    async with open_client(workspace(tmp_path, server.url, month="1")) as client:
        [execution] = await executed(client, 1)
        await client.holder.slices.store.client.flushall()
        client.holder.slices.give_up()
        assert isinstance(await asked(client, "r", FIRST, 1_000_000_000 - execution.run.books.spent + 1), NotHeld)
        assert isinstance(await asked(client, "r", SECOND, 1_000_000_000 - execution.run.books.spent), Granted)
        client.holder.settle("r", SECOND, Nanodollars(0))


async def test_a_reserve_that_is_withdrawn_before_its_answer_leaves_nothing_held(server, tmp_path):
    async with open_client(workspace(tmp_path, server.url, day="1")) as client:
        heard = []
        client.holder.reserve("r", FIRST, Nanodollars(1000), heard.append)
        client.holder.settle("r", FIRST, Nanodollars(0))
        balance = await balance_of(client)
    assert heard == []
    assert (balance.spent, balance.held) == (0, 0)


async def test_cancelling_a_run_that_waits_for_the_store_leaves_nothing_held(server, tmp_path):
    furnished = workspace(tmp_path, server.url, day="1")
    async with open_client(furnished) as client:
        planned = await client.plan(TASK, planner="rules")
        with trio.CancelScope() as scope:
            scope.cancel()
            await client.execute(planned)
        balance = await balance_of(client)
    assert (balance.spent, balance.held) == (spent_in(furnished.settings.ledger_path), 0)


async def test_limits_of_keys_come_change_and_go_for_all_replicas(server, tmp_path):
    async with (
        open_client(workspace(tmp_path / "a", server.url)) as one,
        open_client(workspace(tmp_path / "b", server.url)) as other,
    ):
        for client, run in ((one, "r"), (other, "s")):
            client.journal.enrol(run, key="alice")
            await client.limit_keys([Limit(Nanodollars(100), Window.DAY, "alice")])
        assert isinstance(await asked(one, "r", FIRST, 60), Granted)
        assert isinstance(await asked(other, "s", FIRST, 60), NotHeld)
        await one.limit_keys([Limit(Nanodollars(200), Window.DAY, "alice")])
        assert isinstance(await asked(one, "r", SECOND, 60), Granted)
        for client in (one, other):
            await client.limit_keys([])
        assert isinstance(await asked(other, "s", SECOND, 10**6), Granted)
        for client, run, attempt in ((one, "r", FIRST), (one, "r", SECOND), (other, "s", SECOND)):
            client.holder.settle(run, attempt, Nanodollars(0))


class TestOutage:
    async def test_a_store_that_is_down_refuses_to_start(self, tmp_path):
        with pytest.raises(BaseExceptionGroup) as raised:
            async with open_client(workspace(tmp_path, "redis://127.0.0.1:1/0", day="1")):
                pass
        assert raised.group_contains(InputError, match=r"budget_store: 127\.0\.0\.1:1 cannot be reached")

    async def test_a_store_that_dies_refuses_and_says_why(self, server, tmp_path):
        async with open_client(workspace(tmp_path, server.url, day="1")) as client:
            server.kill()
            [execution] = await executed(client, 1)
        assert execution.status == "exhausted"
        assert execution.refusal.code == "budget_unavailable"
        assert "the shared budgets cannot be reached" in execution.run_json()["steps"][0]["why"]
        assert client.ungoverned == 0

    async def test_killed_and_started_again_in_the_midst_of_runs_it_has_lost_nothing(self, server, tmp_path):
        furnished = workspace(tmp_path, server.url, day="1")
        async with open_client(furnished) as client:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(executed, client, 4)
                await trio.sleep(0.05)
                server.kill()
                server.start()
            await executed(client, 1)
            balance = await balance_of(client)
        assert (balance.spent, balance.held) == (spent_in(furnished.settings.ledger_path), 0)

    async def test_by_explicit_policy_it_fails_open_and_that_shows(self, tmp_path):
        furnished = workspace(tmp_path, "redis://127.0.0.1:1/0", fail_open=True, day="1")
        async with open_client(furnished) as client:
            [execution] = await executed(client, 1)
        assert execution.status == "completed"
        assert client.ungoverned == len([each for each in execution.run.steps if each.calls])
        assert not execution.run_json()["governed"]
        assert any("outside of shared limits" in notice for notice in client.notices)

    async def test_a_proxy_says_so_in_every_answer(self, tmp_path):
        store = {"budget_store": "redis://127.0.0.1:1/0", "budget_store_fail_open": True}
        async with proxy(tmp_path, budgets={Window.DAY: Nanodollars(10**9)}, **store) as world:
            whole = await world.post(chat())
            stream = await world.post(chat(stream=True, stream_options={"include_usage": True}))
        assert whole.headers["x-tokenwise-governed"] == stream.headers["x-tokenwise-governed"] == "false"
        assert stream.events[-2]["tokenwise"]["governed"] is False

    async def test_what_was_spent_without_it_counts_when_it_is_back(self, server, tmp_path):
        furnished = workspace(tmp_path, server.url, fail_open=True, day="1")
        async with open_client(furnished) as client:
            await executed(client, 1)
            server.kill()
            without = await executed(client, 24)  # the first may still fit into what the store has lent already
            server.start()
            await server.ready()
            balance = await balance_of(client)
        assert not all(one.governed for one in without)
        assert (balance.spent, balance.held) == (spent_in(furnished.settings.ledger_path), 0)


class TestTheCommand:
    async def test_a_plan_runs_within_shared_budgets(self, server, tmp_path):
        config, homes = tmp_path / "config.yaml", [tmp_path / "a", tmp_path / "b"]
        config.write_text("budgets: {day: 0.001}\n", encoding="utf-8")
        shared = {"TOKENWISE_BUDGET_STORE": server.url}
        options = ("--planner", "rules", "-x", "--json", "--offline", "--config", str(config))
        for home in homes:
            home.mkdir()
        before = program("plan", TASK, *options, home=homes[0], environ=shared)
        async with open_client(workspace(tmp_path, server.url, day="0.001")) as client:
            left = 1_000_000 - before.json["run"]["spent_nano"]
            assert isinstance(await asked(client, "other", FIRST, left), Granted)
            client.holder.settle("other", FIRST, Nanodollars(left - 1))
        after = program("plan", TASK, *options, home=homes[1], environ=shared)
        assert (before.code, after.code) == (0, 3)
        assert "the budget process 2" in after.json["run"]["steps"][0]["why"]
        assert after.json["run"]["refusal"]["code"] == "budget_exceeded"

    def test_a_store_that_is_down_is_named_and_the_exit_code_is_2(self, tmp_path):
        down = {"TOKENWISE_BUDGET_STORE": "redis://127.0.0.1:1/0"}
        done = in_process("plan", TASK, "--planner", "rules", "-x", "--offline", home=tmp_path, environ=down)
        assert done.code == 2
        assert "budget_store: 127.0.0.1:1 cannot be reached" in done.err
        assert "Traceback" not in done.err

    def test_without_its_client_the_extra_is_named(self, tmp_path):
        (tmp_path / "coredis.py").write_text("raise ImportError\n", encoding="utf-8")  # stands before the real one
        url = {"TOKENWISE_BUDGET_STORE": "redis://127.0.0.1:1/0"}
        done = program("plan", TASK, "--planner", "rules", "-x", "--offline", home=tmp_path, environ=url)
        assert done.code == 2
        assert "budget_store: needs a client that is not installed: pip install '.[redis]'" in done.err
