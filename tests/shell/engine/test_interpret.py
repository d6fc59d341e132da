"""The trio shell and the simulator drive one machine: same job, same world, same commands. Under a mock clock."""

import itertools
import math
from collections import Counter
from functools import partial

import pytest
import trio
import trio.testing
from attrs import evolve

from property_tests.seeded import seeded_job
from tests.core.simulated import only, play
from tests.core.worlds import fails, job, ok, step
from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.books import reservation
from tokenwise.machine.messages import Cancelled, Reserved, ReserveRefused
from tokenwise.machine.run import Ended, Outcome
from tokenwise.machine.straight import closing, opening
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need
from tokenwise.simulation.answers import RandomWorld, ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.transcripts import transcript
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.engine.interpret import Interpreter
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.ledger.jsonl import LinesUnwritable


class Notebook:
    """Books in memory. It keeps the order of entries, which is what the interpreter promises."""

    def __init__(self, problem=None):
        self.entries = []
        self.problem = problem

    def append(self, run_id, *entries):
        self.entries += [(run_id, entry) for entry in entries]

    def hold(self, run_id, attempt, catalog):
        self.append(run_id, opening(catalog, attempt), reservation(attempt))

    def pay(self, run_id, attempt, charged):
        self.append(run_id, *closing(attempt, charged))

    async def durable(self):
        await trio.lowlevel.checkpoint()
        if self.problem:
            raise self.problem


def now_ms():
    return round(trio.current_time() * 1000)


def calls_of(world, run_id="run"):
    """A world as a provider: it takes the time it says, and gives what it says."""

    async def place_call(call, *, first_token):
        answer = world.answer(run_id, call, now_ms())
        late = call.timeout_ms < answer.after_ms
        if answer.first_token_ms is not None:
            await trio.sleep(answer.first_token_ms / 1000)
            first_token()
        await trio.sleep((call.timeout_ms if late else answer.after_ms) / 1000 - (answer.first_token_ms or 0) / 1000)
        return fails(Fault.TIMED_OUT).outcome if late else answer.outcome

    return place_call


def interpreter(world, books=None, run_id="run"):
    holder = Holder(ProcessStore(), scopes_of=lambda *_: ())
    return Interpreter(calls_of(world, run_id), holder, books or Notebook(), Watch(), now_ms)


async def perform(a_job, world, books=None):
    """The moments of a run in the shell, with times from its start."""
    moments = []
    run = await interpreter(world, books, a_job.id).run(a_job, listener=moments.append)
    return run, moments


def has_ties(moments):
    """Whether two things that nobody ordered happened in the same millisecond; trio may then take either first."""
    caused_at_once = (Reserved, ReserveRefused)
    times = Counter(
        moment.at_ms for moment in moments if moment.event is not None and not isinstance(moment.event, caused_at_once)
    )
    return any(count > 1 for count in times.values())


@pytest.fixture
def clock():
    return trio.testing.MockClock(autojump_threshold=0)


class TestFidelity:
    """'The shell and the simulator issue identical commands.'"""

    @pytest.mark.slow  # three hundred whole runs, each in its own trio.run
    def test_three_hundred_seeded_jobs_give_the_same_transcript(self):
        compared = 0
        for seed in range(300):
            a_job = seeded_job(seed)
            rates = {list(Fault)[(seed + k) % len(Fault)]: 90 for k in range(seed % 4)}
            world = RandomWorld(seed, rates, least_ms=11, most_ms=9973)
            story = only(play([Arrival(a_job)], world))
            if has_ties(story.moments):
                continue
            clock = trio.testing.MockClock(autojump_threshold=0)
            run, moments = trio.run(perform, a_job, world, clock=clock)
            assert transcript(moments) == transcript(story.moments), f"seed {seed}"
            assert run == story.run
            compared += 1
        assert compared > 200


def request(seed=0, deadline_ms=0):
    """A request that arrived already written: two sellers of its model, and stronger ones to go on to."""
    need = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
    made = job(step("answer"), policy=Policy(deadline_ms=deadline_ms))
    return evolve(made, id=f"run{seed}", seed=seed, request=need, judged=False)


async def performed(a_job, world, limit, *, briefly):
    """What comes of a request performed as a run, or as a story that is the common one for as long as it is."""
    store, books, moments, stories = ProcessStore(), Notebook(), [], []
    store.open("all", limit)
    shell = Interpreter(calls_of(world, a_job.id), Holder(store, lambda *_: ("all",)), books, Watch(), now_ms)
    if briefly:
        run = await shell.request(a_job, stories.append, listener=moments.append)
        assert (run is None) == (len(stories) == 1)
        moments += [moment for story in stories for moment in story.moments()]
    else:
        await shell.run(a_job, listener=moments.append)
    return (moments, books.entries, store["all"]), bool(stories)


def test_a_common_story_is_performed_as_its_run_would_be_and_any_other_is_that_run():
    common = Counter()
    for seed in range(40):
        rates = {list(Fault)[(seed + k) % len(Fault)]: 200 for k in range(seed % 4)}
        world, limit = RandomWorld(seed, rates, least_ms=11, most_ms=9973), Nanodollars(10 ** (5 + seed % 4))
        (run, _), (story, brief) = (
            trio.run(
                partial(performed, request(seed), world, limit, briefly=briefly),
                clock=trio.testing.MockClock(autojump_threshold=0),
            )
            for briefly in (False, True)
        )
        assert run == story, f"seed {seed}"
        common[brief] += 1
    assert min(common[True], common[False]) > 10


async def test_a_request_whose_deadline_passes_before_its_money_is_held_calls_nobody():
    seconds = itertools.count(0, 1000)
    store, books = ProcessStore(), Notebook()
    store.open("all", Nanodollars(10**9))
    shell = Interpreter(
        calls_of(ScriptedWorld({})), Holder(store, lambda *_: ("all",)), books, Watch(), seconds.__next__
    )
    run = await shell.request(request(deadline_ms=500), pytest.fail)
    assert run.steps[0].state.outcome is Outcome.DEADLINE_PASSED
    assert [type(entry) for _, entry in books.entries] == [ledger.Routed, ledger.StepEnded, ledger.Finished]
    assert store["all"] == Budget(Nanodollars(10**9))


async def test_entries_reach_the_books_in_the_order_of_the_commands(autojump_clock):
    books = Notebook()
    await perform(job(step("a"), step("b", "a")), ScriptedWorld(ok()), books)
    kinds = [type(entry).__name__ for _, entry in books.entries]
    assert kinds.index("Reservation") < kinds.index("Charged") < kinds.index("StepEnded") < kinds.index("Finished")
    assert list(ledger.check(entry for _, entry in books.entries)) == []


async def test_nothing_is_sent_when_the_reservation_cannot_be_written(autojump_clock, tmp_path):
    called = []

    async def place_call(call, *, first_token):
        called.append(call)

    books = Notebook(LinesUnwritable(tmp_path / "ledger.jsonl", OSError(28, "No space left on device"), 0))
    shell = interpreter(ScriptedWorld(ok()), books)
    shell.place_call = place_call
    run = await shell.run(job(step("a")))
    assert not called
    assert run.steps[0].state.outcome is Outcome.FAILED
    assert "No space left on device" in run.steps[0].state.why
    assert run.books.spent == 0


async def test_cancelling_lets_go_of_everything_and_reraises(autojump_clock):
    books, moments = Notebook(), []
    with trio.move_on_after(0.5) as scope:
        await interpreter(ScriptedWorld(ok(after_ms=1000)), books).run(
            job(step("a"), step("b")), listener=moments.append
        )
    assert scope.cancelled_caught
    assert isinstance(moments[-1].event, Cancelled)
    assert list(ledger.check(entry for _, entry in books.entries)) == []
    assert any(isinstance(entry, ledger.Abandoned) for _, entry in books.entries)


async def test_a_child_starts_the_moment_its_own_parents_end(autojump_clock):
    """A takes 2.0 s, B 0.1 s, C waits for B and takes 2.0 s: 2.1 s in all, not 4."""
    seconds = {"a": 2000, "b": 100, "c": 2000}
    world = ScriptedWorld(ok(), by_attempt={AttemptId(name, 0): ok(after_ms=ms) for name, ms in seconds.items()})
    began = trio.current_time()
    run, _ = await perform(job(step("a"), step("b"), step("c", "b")), world)
    assert math.isclose(trio.current_time() - began, 2.1)
    assert all(isinstance(each.state, Ended) and each.state.outcome is Outcome.OK for each in run.steps)


async def test_what_cools_in_one_run_is_passed_over_in_the_next(autojump_clock):
    world = ScriptedWorld(ok(), by_attempt={AttemptId("a", n): fails(Fault.UNREACHABLE) for n in range(3)})
    shell = interpreter(world)
    await shell.run(job(step("a")))
    moments = []
    await shell.run(shell.known_cooling(job(step("b"))), listener=moments.append)
    recorded = [getattr(command, "entry", None) for command in moments[0].commands]
    routed = [entry for entry in recorded if isinstance(entry, ledger.Routed)]
    assert [entry.provider for entry in routed] == ["openrouter"]


async def test_no_task_and_no_listener_outlives_a_run(autojump_clock):
    shell = interpreter(ScriptedWorld(fails(Fault.OVERLOADED), by_model={"mid": ok()}))
    before = trio.lowlevel.current_statistics().tasks_living
    await shell.run(job(step("a")))
    assert trio.lowlevel.current_statistics().tasks_living == before
    assert not shell.watch.listeners
