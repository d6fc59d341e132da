"""A run is cancelled at every point at which the interpreter can be: nothing stays held, and the books balance.

trio tells an instrument before each step of each task. A run takes the same steps every time under a mock clock, so
cancelling before step 0, 1, 2, … until one run comes to its end meets every checkpoint there is.
"""

import pytest
import trio
import trio.testing

from property_tests.seeded import seeded_job
from tests.shell.budgets.test_slices import Store
from tests.shell.engine.test_interpret import Notebook, calls_of, now_ms, request
from tokenwise.budgets.ledger import Abandoned, Charged, Finished, check
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.simulation.answers import RandomWorld
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.shared import SharedBudgets, SharedHolder
from tokenwise_shell.budgets.slices import Slices
from tokenwise_shell.engine.interpret import Interpreter
from tokenwise_shell.engine.watch import Watch

LIMIT = Nanodollars(10**12)


class CancelAt(trio.abc.Instrument):
    """Cancels a scope before the given step of the event loop, counted from when it is told to begin."""

    def __init__(self, step):
        self.left = step
        self.scope = None

    def before_task_step(self, task):
        if self.scope is None:
            return
        if self.left == 0:
            self.scope.cancel()
        self.left -= 1


async def cancelled_run(job, world, instrument):
    """Run a job until it ends or the instrument cancels it; what is held, spent and written after that."""
    store, books = ProcessStore(), Notebook()
    store.open("process", LIMIT)
    holder = Holder(store, lambda *_: ("process",))
    interpreter = Interpreter(calls_of(world, job.id), holder, books, Watch(), now_ms)
    with trio.CancelScope() as scope:
        instrument.scope = scope
        await (interpreter.run(job) if job.judged else interpreter.request(job, lambda _: None))
    instrument.scope = None
    return scope.cancelled_caught, store, [entry for _, entry in books.entries]


def stopped_at(step, seed, run=cancelled_run, made=seeded_job):
    instrument = CancelAt(step)
    world = RandomWorld(seed, {Fault.OVERLOADED: 150, Fault.EMPTY: 150}, least_ms=11, most_ms=997)
    clock = trio.testing.MockClock(autojump_threshold=0)
    return trio.run(run, made(seed), world, instrument, clock=clock, instruments=[instrument])


def test_a_request_cancelled_at_any_checkpoint_holds_nothing_and_its_books_balance():
    """Of these ten, most are told as common stories to their end, and others until a call fails."""
    for seed in range(10):
        check_every_checkpoint(seed, request)


@pytest.mark.slow  # thousands of runs, each in a trio.run of its own
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 6, 7, 8, 10, 11])  # jobs that call somebody
def test_cancelled_at_any_checkpoint_nothing_is_held_and_the_books_balance(seed):
    assert check_every_checkpoint(seed, seeded_job) > 5


def check_every_checkpoint(seed, made):
    """Cancel a job before each of its steps in turn, and say how many there are."""
    step, cancelled = 0, True
    while cancelled:
        cancelled, store, entries = stopped_at(step, seed, made=made)
        assert store.open_holds == 0, f"step {step}"
        assert store["process"].held == 0
        assert list(check(entries)) == []
        spent = sum(entry.amount for entry in entries if isinstance(entry, Charged | Abandoned))
        assert store["process"].spent == spent
        assert sum(isinstance(entry, Finished) for entry in entries) <= 1
        step += 1
    assert isinstance(entries[-1], Finished)
    return step


def test_cancellation_meets_calls_under_way():
    """Else the test above would show little."""
    kinds = {type(entry) for seed in (3, 4) for step in range(40) for entry in stopped_at(step, seed)[2]}
    assert Abandoned in kinds


class Slow(Store):
    """A store that replicas share, whose answers take a while."""

    async def open(self, scope, limit, *, spent=0, ends_ms=None):
        await trio.sleep(0.003)
        if scope not in self.store:
            self.store.open(scope, limit, spent=spent, ends_ms=ends_ms)
        return True

    async def reserve(self, run_id, attempt, amount, scopes, *, share=1):
        await trio.sleep(0.007)
        return await super().reserve(run_id, attempt, amount, scopes, share=share)


async def cancelled_shared_run(job, world, instrument):
    """The same where the money is in a shared store: a reserve may be waiting for its answer."""
    store, books = Slow(), Notebook()
    async with trio.open_nursery() as nursery:
        slices = Slices(store, "replica")
        limits = InForce(SharedBudgets(slices), now_ms)
        limits.add(Limit(LIMIT, Window.TOTAL))
        holder = SharedHolder(slices, limits.store, limits, lambda _: Account(), nursery, print)
        interpreter = Interpreter(calls_of(world, job.id), holder, books, Watch(), now_ms)
        with trio.CancelScope() as scope:
            instrument.scope = scope
            await interpreter.run(job)
        instrument.scope = None
        await trio.sleep(1)
        slices.give_up()
    return scope.cancelled_caught, store.store, [entry for _, entry in books.entries]


@pytest.mark.slow  # hundreds of runs, each in a trio.run of its own
@pytest.mark.parametrize("seed", [0, 3])
def test_cancelled_at_any_checkpoint_nothing_is_held_in_a_shared_store_either(seed):
    step, cancelled = 0, True
    while cancelled:
        cancelled, store, entries = stopped_at(step, seed, cancelled_shared_run)
        assert store.open_holds == 0, f"step {step}"
        assert list(check(entries)) == []
        spent = sum(entry.amount for entry in entries if isinstance(entry, Charged | Abandoned))
        assert spent == (store["process total"].spent if "process total" in store else 0)
        step += 1
    assert isinstance(entries[-1], Finished)
    assert step > 5
