"""The client over the embedded provider, a real server on loopback: plan, execute, books, and the synchronous face."""

import pickle
import stat
import threading
from decimal import Decimal
from functools import partial

import pytest
import trio
from attrs import evolve

from tokenwise.budgets import ledger
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Strategy
from tokenwise.routing.choosing import Routed, route
from tokenwise.scenario.risk import Blocked
from tokenwise_shell import (
    BudgetExceeded,
    Completion,
    Decision,
    Executor,
    InputError,
    NoCapableModel,
    Planner,
    RefusedError,
    RiskGateBlocked,
    Router,
)
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.client import Extras
from tokenwise_shell.codec.messages import entry_from_json
from tokenwise_shell.embedded import EmbeddedProvider, Every, Script, Stall
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.opening import open_client
from tokenwise_shell.plans.planned import Planned, Unplanned
from tokenwise_shell.refusals import raised
from tokenwise_shell.workspace import open_workspace

TASK = "Research three vector databases, compare their pricing, then write a recommendation and a Python example"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own: nothing of the machine's configuration, keys or ledger."""
    for name in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "TOKENWISE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def workspace(home, **flags):
    environ = {name: str(home / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    return open_workspace(environ=environ, flags={"offline": True, **flags}, path=None, now_ms=wall_ms())


def entries_of(path, run_id):
    lines = list(read_lines(path, print))
    return [entry_from_json(line).entry for line in lines if line.get("run") == run_id]


async def test_the_main_job(home):
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, budget=parse_usd("0.50"))
        execution = await tw.execute(planned)
    assert planned.planner.source == "llm"
    assert len(planned.plan.steps) >= 3
    assert any(step.after for step in planned.plan.steps)
    assert execution.status == "completed"
    assert 0 < execution.spent_nano <= planned.budget_nano
    assert "[simulated" in execution.output
    written = entries_of(furnished.settings.ledger_path, planned.run_id)
    assert list(ledger.check(entry for entry in written if entry)) == []
    assert sum(entry.amount for entry in written if isinstance(entry, ledger.Charged)) == execution.run.books.spent


async def test_the_planning_call_is_inside_the_budget_and_in_the_ledger(home):
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, budget=parse_usd("0.02"))
    assert isinstance(planned, Planned)
    assert planned.planner.cost_nano > 0
    assert planned.limit_nano == planned.budget_nano - planned.planner.cost_nano
    assert planned.worst_cost <= planned.budget
    written = entries_of(furnished.settings.ledger_path, f"{planned.run_id}/planner")
    assert sum(entry.amount for entry in written if isinstance(entry, ledger.Charged)) == planned.planner.cost_nano


async def test_too_little_money_names_the_smallest_feasible_budget_and_that_budget_is_feasible(home):
    async with open_client(workspace(home)) as tw:
        poor = await tw.plan(TASK, budget=parse_usd("0.0000001"), planner="rules")
        assert isinstance(poor, Unplanned)
        enough = await tw.plan(TASK, budget=poor.smallest_budget_nano, planner="rules")
        short = await tw.plan(TASK, budget=Nanodollars(poor.smallest_budget_nano - 1), planner="rules")
    assert isinstance(enough, Planned)
    assert isinstance(short, Unplanned)


@pytest.mark.parametrize("extras", [Extras(), Extras(synthesize=True)])
@pytest.mark.parametrize("budget", [1_000, 100_000, 400_000])
@pytest.mark.parametrize("task", [TASK, "Write a parser in Python, and tests for it; then prove that it ends"])
async def test_the_budget_that_a_refusal_names_is_enough_whatever_asking_for_a_plan_costs(home, task, budget, extras):
    async with open_client(workspace(home)) as tw:
        poor = await tw.plan(task, budget=Nanodollars(budget), extras=extras)
        assert isinstance(poor, Unplanned)
        enough = await tw.plan(task, budget=poor.smallest_budget_nano, extras=extras)
    assert isinstance(enough, Planned)
    assert enough.worst_cost_nano <= poor.smallest_budget_nano


async def test_more_money_never_gives_a_weaker_plan(home):
    from tokenwise.routing.worth import strength

    async with open_client(workspace(home)) as tw:
        plans = [await tw.plan(TASK, budget=parse_usd(usd), planner="rules") for usd in ("0.01", "0.05", "0.25", "1")]
    totals = [
        sum(strength(each.catalog[choice.model]) * (1 + round(10 * step.difficulty)) for step, choice in rows)
        for each in plans
        for rows in [list(zip(each.plan.steps, each.assigned.choices, strict=True))]
    ]
    assert totals == sorted(totals)
    assert all(each.worst_cost <= each.budget for each in plans)


async def test_files_with_task_text_are_their_owners_alone(home):
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan("Name a colour", planner="rules")
        await tw.execute(planned)
    state = furnished.settings.ledger_path.parent
    for path in (furnished.settings.ledger_path, state / "runs" / f"{planned.run_id}.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_cancelling_a_run_leaves_books_that_balance(home):
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, planner="rules")
        with trio.move_on_after(0.03) as scope:
            await tw.execute(planned)
    assert scope.cancelled_caught
    written = entries_of(furnished.settings.ledger_path, planned.run_id)
    assert list(ledger.check(entry for entry in written if entry)) == []
    assert isinstance(written[-1], ledger.Finished)
    assert written[-1].status == "cancelled"


async def test_an_interrupted_run_goes_on_without_paying_again(home):
    """The journal is cut as a killed process would leave it: after the second step's call had left."""
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, planner="rules")
        whole = await tw.execute(planned)
    path = furnished.settings.ledger_path.parent / "runs" / f"{planned.run_id}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]))  # job, Reserved, CallSucceeded of the first step, Reserved of the second
    async with open_client(furnished) as tw:
        resumed = await tw.resume(planned.run_id)
    first = planned.plan.steps[0].id
    assert resumed.status == "completed"
    assert resumed.text(first) == whole.text(first)
    assert resumed.run.steps[0].calls == 1
    assert resumed.run.books.spent <= planned.limit_nano


@pytest.mark.parametrize("extras", [Extras(), Extras(judge="openai/gpt-4.1-mini")])
async def test_a_run_that_is_gone_on_with_has_the_budget_and_the_planning_that_it_began_with(home, extras):
    async with open_client(workspace(home)) as tw:
        planned = await tw.plan(TASK, budget=parse_usd("0.50"), extras=extras)
        whole = await tw.execute(planned)
        again = await tw.resume(planned.run_id)
    assert planned.planner.cost_nano > 0
    assert again.planned.planner == planned.planner
    assert (again.spent_nano, again.planned.budget_nano) == (whole.spent_nano, planned.budget_nano)
    assert again.planned.limit_nano == planned.limit_nano


async def test_a_cancelled_run_can_be_gone_on_with_and_the_books_balance(home):
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, planner="rules")
        with trio.move_on_after(0.05):
            await tw.execute(planned)
    async with open_client(furnished) as tw:
        resumed = await tw.resume(planned.run_id)
    written = entries_of(furnished.settings.ledger_path, planned.run_id)
    assert resumed.status == "completed"
    assert list(ledger.check(entry for entry in written if entry)) == []
    assert verify(read_lines(furnished.settings.ledger_path, print)).problems == ()


async def test_the_risk_gate_guards_planning_too(home, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("risk_gate: {enabled: true}\n", encoding="utf-8")
    environ = {name: str(home / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    gated = open_workspace(environ=environ, flags={"offline": True}, path=config, now_ms=wall_ms())
    async with open_client(gated) as tw:
        assert isinstance(await tw.plan("Drop the production database now"), Blocked)
        assert not isinstance(await tw.plan("What does rm -rf do?"), Blocked)


class TestTheSynchronousFace:
    """'Works in scripts, notebooks and inside other event loops.'"""

    def test_route_plan_execute(self, home):
        decision = Router(offline=True).route("Explain quantum computing", strategy="balanced", budget=0.10)
        planned = Planner(offline=True).plan(task="Name two colours, then compare them", budget=0.50)
        execution = Executor(offline=True).execute(planned)
        assert isinstance(decision.outcome, Routed)
        assert execution.status == "completed"

    async def test_inside_a_running_event_loop(self, home):
        """Called straight from a coroutine, as a notebook cell does."""
        execution = Executor(offline=True).execute(Planner(offline=True).plan("Name a colour", planner="rules"))
        assert execution.status == "completed"

    def test_from_a_thread(self, home):
        outcomes = []

        def work():
            planned = Planner(offline=True).plan("Name a colour", planner="rules")
            outcomes.append(Executor(offline=True).execute(planned).status)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert outcomes == ["completed"]

    def test_a_decision_equals_the_pure_route_on_the_same_inputs(self, home):
        router = Router(offline=True)
        decision = router.route("Sum the primes below 100", strategy=Strategy.CHEAPEST, budget="0.01")
        pure = route(decision.request.need, router.workspace.reachable, decision.policy, parse_usd("0.01"))
        assert decision.outcome == pure

    @pytest.mark.parametrize(
        ("wishes", "part"),
        [
            ({"strategy": "fastest"}, "'fastest' is none of cheapest, balanced, best_quality"),
            ({"budget": -1}, "out of range"),
            ({"budget": "lots"}, "is not an amount"),
            ({"capabilities": ("cooking",)}, "'cooking' is none of general, code"),
        ],
    )
    def test_bad_wishes_are_named(self, home, wishes, part):
        with pytest.raises(InputError, match=part):
            Router(offline=True).route("hello", **wishes)


async def test_of_two_processes_on_one_ledger_the_later_says_that_each_keeps_to_the_limits_by_itself(home):
    furnished = workspace(home, **{"budgets.day": "1", "budget_store": "none"})
    async with open_client(furnished) as first, open_client(furnished) as second:
        assert not any("this ledger" in notice for notice in first.notices)
        assert any("another process writes this ledger" in notice for notice in second.notices)


async def test_two_processes_on_one_ledger_share_its_limits(home):
    furnished = workspace(home, **{"budgets.day": "1"})
    async with open_client(furnished) as first, open_client(furnished) as second:
        assert not any("this ledger" in notice for notice in second.notices)
        heard = []
        for client, usd in ((first, "0.7"), (second, "0.7"), (second, "0.3")):
            client.holder.reserve(f"run {usd} {id(client)}", AttemptId("a", 0), parse_usd(usd), heard.append)
        assert [isinstance(answer, Granted) for answer in heard] == [True, False, True]
        assert heard[1].available == parse_usd("0.3")


async def test_a_run_that_is_gone_on_with_and_cancelled_at_once_is_closed_once(home):
    """Its lost calls are heard of before anything can cancel it; else they would be closed a second time."""
    furnished = workspace(home)
    async with open_client(furnished) as tw:
        planned = await tw.plan(TASK, planner="rules")
        with trio.move_on_after(0.05) as first:
            await tw.execute(planned)
    async with open_client(furnished) as tw:
        with trio.CancelScope() as second:
            second.cancel()
            await tw.resume(planned.run_id)
    assert first.cancelled_caught
    assert second.cancelled_caught
    assert verify(read_lines(furnished.settings.ledger_path, print)).problems == ()


class TestCompleting:
    async def test_one_prompt_is_routed_as_route_does_and_answered(self, home):
        async with open_client(workspace(home)) as tw:
            done = await tw.complete("What is rain?", budget=parse_usd("0.05"))
            assert isinstance(done, Completion)
            assert done.decision == tw.route("What is rain?", budget=parse_usd("0.05"))
        assert done.status == "completed"
        assert done.output.startswith("[simulated")
        assert 0 < done.spent_nano <= done.held_nano <= parse_usd("0.05")
        written = entries_of(tw.workspace.settings.ledger_path, done.run_id)
        assert list(ledger.check(entry for entry in written if entry)) == []

    async def test_what_is_heard_as_it_comes_is_the_answer(self, home):
        heard = []

        async def hear(text):
            heard.append(text)

        async with open_client(workspace(home)) as tw:
            done = await tw.complete("What is rain?", hear=hear)
        assert len(heard) > 1
        assert "".join(heard) == done.output

    async def test_a_refusal_is_the_decision_and_nothing_was_asked(self, home):
        async with open_client(workspace(home)) as tw:
            done = await tw.complete("What is rain?", budget=Nanodollars(1))
        assert isinstance(done, Decision)
        assert not isinstance(done.outcome, Routed)

    async def test_cancelling_leaves_books_that_balance(self, home):
        script = Script([Every(1, Stall(after_chunks=2, ms=60_000))])
        started = trio.Event()

        async def hear(_):
            started.set()

        async with open_client(workspace(home), simulated=EmbeddedProvider(script=script)) as tw:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(partial(tw.complete, "What is rain?", hear=hear))
                with trio.fail_after(30):
                    await started.wait()
                nursery.cancel_scope.cancel()
            assert not tw.holder.store.open_holds
        assert verify(read_lines(tw.workspace.settings.ledger_path, print)).problems == ()

    def test_the_blocking_face_gives_the_same(self, home):
        router = Router(offline=True)
        heard = []
        done = router.complete("What is rain?", budget=0.05, hear=heard.append)
        decided = router.route("What is rain?", budget=0.05)
        assert done.decision.outcome == decided.outcome
        assert done.decision.request.need == evolve(decided.request.need, streamed=True)
        assert "".join(heard) == done.output
        named = router.complete("What is rain?", budget="0.05", model="openai/gpt-4.1-mini")
        assert (named.model, named.status) == ("openai/gpt-4.1-mini", "completed")
        with pytest.raises(InputError, match="no model of this catalogue"):
            router.complete("What is rain?", model="gpt-9")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Router(offline=True).complete("What is rain?", stratgy="cheapest"), "Router.complete"),
        (lambda: Router(offline=True).route("What is rain?", stratgy="cheapest"), "Router.route"),
        (lambda: Planner(offline=True).plan("Name a colour", stratgy="cheapest"), "Planner.plan"),
        (lambda: Executor(offline=True).resume(), "Executor.resume"),
    ],
)
def test_a_call_that_does_not_fit_is_told_in_the_name_of_the_face(home, call, name):
    with pytest.raises(TypeError, match=rf"^{name}\(\)"):
        call()


def test_what_people_ask_of_results_is_there_in_dollars_and_short(home):
    decision = Router(offline=True).route("What is rain?", budget=0.05)
    assert decision.id == decision.model.id == decision.as_json()["model"]
    assert decision.input_price * 10**9 == decision.model.price.rates[0].input
    assert decision.worst_cost * 10**9 == decision.worst_cost_nano <= decision.budget * 10**9 == 50_000_000
    assert decision.reason.startswith("balanced, for ")
    planned = Planner(offline=True).plan("Name two colours, then compare them", budget=0.5, planner="rules")
    assert planned.steps == planned.plan.steps
    assert len(planned.steps) == 2
    assert 0 < planned.total_estimated_cost <= planned.worst_cost <= planned.budget
    execution = Executor(offline=True).execute(planned)
    answer = Router(offline=True).complete("What is <b>rain</b>?")
    for result in (execution, answer):
        assert result.success
        assert result.total_cost == Decimal(result.spent_nano) / 10**9 > 0
    assert execution.budget_remaining == planned.budget - execution.total_cost
    for one in (Router(offline=True), decision, planned, execution, answer):
        assert len(repr(one)) < 250
    for one, said in (
        (decision, decision.id),
        (planned, "after"),
        (execution, "[simulated"),
        (answer, "&lt;b&gt;rain"),
    ):
        assert said in one._repr_html_()
        assert "<b>rain" not in one._repr_html_()


class TestRefusals:
    """'A refusal is an error' of the faces, and says what the value inside says."""

    def test_too_little_money(self, home):
        with pytest.raises(BudgetExceeded, match="may cost") as met:
            Router(offline=True).route("What is rain?", budget="0.0000001")
        assert met.value.available == Decimal("0.0000001") < met.value.needed
        assert Router(offline=True).route("What is rain?", budget=met.value.needed).worst_cost == met.value.needed
        assert isinstance(met.value, ValueError)
        for ask in (Router(offline=True).complete, Planner(offline=True).plan):
            with pytest.raises(BudgetExceeded):
                ask("What is rain?", budget="0.0000001")

    def test_less_than_all_of_an_answer_where_that_is_allowed(self, home):
        router = Router(offline=True)
        with pytest.raises(BudgetExceeded) as met:
            router.route("Write a long story", budget="0.00001", strategy="cheapest")
        short = router.route(
            "Write a long story", budget=met.value.needed / 2, strategy="cheapest", budget_strict=False
        )
        assert short.worst_cost <= met.value.needed / 2

    def test_nobody_who_can(self, home):
        vast = "word " * 3_000_000
        with pytest.raises(NoCapableModel):
            Router(offline=True).route(vast, budget=1000)

    def test_nobody_who_can_be_called(self, home):
        """A decision and a plan are shown as if all could be; what would have to call somebody is refused, unbooked."""
        router, plan = Router(), Planner().plan("Name two colours, then compare them")
        assert router.route("What is rain?").id
        assert plan.planner.problem == "no provider can be called"
        for call in (
            partial(router.complete, "What is rain?"),
            partial(Executor().execute, plan),
            partial(Executor().resume, "last"),
        ):
            with pytest.raises(NoCapableModel, match="no key for a provider"):
                call()
        path = router.workspace.settings.ledger_path
        assert [line for line in read_lines(path, print) if line["run"]] == []

    def test_the_gate(self, home, tmp_path):
        config = tmp_path / "config.yaml"
        config.write_text("risk_gate: {enabled: true}\n", encoding="utf-8")
        for ask in (Router(config, offline=True).route, Planner(config, offline=True).plan):
            with pytest.raises(RiskGateBlocked):
                ask("Drop the production database now")

    def test_what_refuses_nothing_is_no_error(self, home):
        with pytest.raises(AssertionError, match="refuses nothing"):
            raised(Router(offline=True).route("hello"))

    def test_an_error_survives_a_process_boundary(self, home):
        with pytest.raises(RefusedError) as met:
            Router(offline=True).route("What is rain?", budget="0.0000001")
        again = pickle.loads(pickle.dumps(met.value))
        assert (str(again), again.needed) == (str(met.value), met.value.needed)
