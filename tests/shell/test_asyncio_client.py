"""The faces for loops: on asyncio nobody is blocked and a cancellation reaches the money; an error is itself."""

import asyncio
import threading

import pytest
import trio

from tokenwise_shell import AsyncClient, BudgetExceeded, Executor, Planner, open_client
from tokenwise_shell.embedded import EmbeddedProvider, Every, Script, Stall, serve
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify

CONFIG = """\
providers: {here: {kind: openai, base_url: "%s"}}
models:
  - {id: here/one, provider: here, native_id: openai/gpt-4.1-mini, tier: mid, capabilities: [general],
     context_tokens: 100000, input_usd_per_mtok: 1, output_usd_per_mtok: 1}
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "TOKENWISE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def test_asyncio_asks_plans_and_executes_with_several_under_way():
    async def program():
        async with AsyncClient(offline=True) as tw:
            assert tw.route("What is rain?", budget=0.05).worst_cost <= 0.05
            answers = await asyncio.gather(*(tw.complete(f"What is {word}?") for word in ("rain", "snow", "hail")))
            plan = await tw.plan("Name two colours, then compare them", budget="0.50", planner="rules")
            return [*answers, await tw.execute(plan)]

    assert [done.success for done in asyncio.run(program())] == [True] * 4


def test_what_is_heard_is_said_in_the_loop_of_the_program():
    async def program():
        loop, heard, inside = asyncio.get_running_loop(), [], []

        def hear(text):
            heard.append(text)
            inside.append(asyncio.get_running_loop() is loop)

        async with AsyncClient(offline=True) as tw:
            done = await tw.complete("What is rain?", hear=hear)
        return "".join(heard) == done.output != "", all(inside)

    assert asyncio.run(program()) == (True, True)


def test_the_loop_goes_on_while_a_provider_is_silent_and_cancelling_lets_go_of_the_money(home):
    """The provider says nothing for a minute, so only a loop that is not blocked ever gets to cancel."""

    async def program(address):
        config = home / "config.yaml"
        config.write_text(CONFIG % address, encoding="utf-8")
        async with AsyncClient(config) as tw:
            begun = asyncio.Event()
            asked = asyncio.create_task(tw.complete("What is rain?", hear=lambda _: begun.set()))
            await begun.wait()
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
            return tw.client.inside.workspace.settings.ledger_path

    async def main():
        async with serve(EmbeddedProvider(script=Script([Every(1, Stall(after_chunks=2, ms=60_000))]))) as address:
            return await trio.to_thread.run_sync(lambda: asyncio.run(program(str(address))))

    ledger = trio.run(main)
    lines = list(read_lines(ledger, print))
    assert verify(lines).problems == ()
    assert [line["status"] for line in lines if line["type"] == "finished"] == ["cancelled"]


def test_a_call_that_is_forgotten_is_cancelled_before_its_block_is_left(home):
    async def program(address):
        config = home / "config.yaml"
        config.write_text(CONFIG % address, encoding="utf-8")
        begun = asyncio.Event()
        async with AsyncClient(config) as tw:
            forgotten = asyncio.create_task(tw.complete("What is rain?", hear=lambda _: begun.set()))
            await begun.wait()
            path = tw.client.inside.workspace.settings.ledger_path
        with pytest.raises(asyncio.CancelledError):
            await forgotten
        return path

    async def main():
        async with serve(EmbeddedProvider(script=Script([Every(1, Stall(after_chunks=2, ms=60_000))]))) as address:
            return await trio.to_thread.run_sync(lambda: asyncio.run(program(str(address))))

    assert verify(list(read_lines(trio.run(main), print))).problems == ()


@pytest.mark.parametrize("times", [1, 2])
def test_however_often_a_call_is_cancelled_its_block_is_not_left_before_it_has_let_go(times):
    """Letting go may take trio many steps, as where the disk is slow. The client's books are open until it is done."""

    async def program():
        begun, order = threading.Event(), []

        async def slow_to_let_go():
            try:
                begun.set()
                await trio.sleep_forever()
            finally:
                with trio.CancelScope(shield=True):
                    for _ in range(200):
                        await trio.lowlevel.checkpoint()
                    order.append("let go")

        async with AsyncClient(offline=True) as tw:
            tw._open.callback(lambda: order.append("closed"))
            asked = asyncio.create_task(tw.there(slow_to_let_go))
            await asyncio.to_thread(begun.wait)
            for _ in range(times):
                asked.cancel()
                await asyncio.sleep(0)
            if times == 1:
                with pytest.raises(asyncio.CancelledError):
                    await asked
                assert order == ["let go"]
        return order

    assert asyncio.run(program()) == ["let go", "closed"]


def test_an_error_is_itself_on_either_loop():
    async def on_asyncio():
        async with AsyncClient(offline=True) as tw:
            await tw.complete("What is rain?", budget="0.0000001")

    async def on_trio():
        async with open_client(offline=True) as tw:
            await tw.complete("What is rain?", budget="0.0000001")

    with pytest.raises(BudgetExceeded):
        asyncio.run(on_asyncio())
    with pytest.raises(BudgetExceeded):
        trio.run(on_trio)


def test_a_plan_made_by_the_blocking_face_is_executed_from_a_coroutine():
    plan = Planner(offline=True).plan("Name a colour", planner="rules")
    assert asyncio.run(Executor(offline=True).aexecute(plan)).success


def test_a_call_that_does_not_fit_is_told_in_the_name_of_this_face():
    with pytest.raises(TypeError, match=r"^AsyncClient.plan\(\)"):
        asyncio.run(AsyncClient(offline=True).plan("a", stratgy="cheapest"))
