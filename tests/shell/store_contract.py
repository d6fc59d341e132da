"""What every store of shared money must do, whether it is a dict in this process or a server that replicas share.

A store under test is driven through a `Desk`: what takes no time in process may take a round trip elsewhere, so
everything but `settle` is awaited. `settle` never waits: cancellation must not be able to cut it.
"""

from typing import Protocol

import trio
from attrs import frozen

from tokenwise.budgets.budget import Budget
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.process_store import ProcessStore


class Desk(Protocol):
    """A store, as the contract drives it."""

    async def open(self, scope: str, limit: int, spent: int = 0) -> None: ...

    async def reserve(self, run_id: str, attempt: AttemptId, amount: int, scopes: tuple[str, ...]) -> Granted | NotHeld:
        """The answer to a reserve."""

    async def ask(self, run_id: str, attempt: AttemptId, amount: int, scopes: tuple[str, ...]) -> None:
        """Begin a reserve whose answer nobody will wait for."""

    def settle(self, run_id: str, attempt: AttemptId, cost: int) -> None: ...

    async def balance(self, scope: str) -> Budget:
        """How a budget stands once everything begun so far is done."""


FIRST, SECOND = AttemptId("answer", 0), AttemptId("answer", 1)
ONE, BOTH = ("process",), ("process", "key:alice")


def balance(limit, spent=0, held=0, overrun=0):
    return Budget(*map(Nanodollars, (limit, spent, held, overrun)))


@frozen
class AtOnce:
    """A store of this process or this machine behind the contract's desk: whatever is asked is answered at once."""

    store: ProcessStore | LocalStore

    async def open(self, scope, limit, spent=0):
        self.store.open(scope, limit, spent=spent)

    async def reserve(self, run_id, attempt, amount, scopes):
        await trio.lowlevel.checkpoint()
        return self.store.reserve(run_id, attempt, amount, scopes)

    async def ask(self, run_id, attempt, amount, scopes):
        self.store.reserve(run_id, attempt, amount, scopes)

    def settle(self, run_id, attempt, cost):
        self.store.settle(run_id, attempt, cost)

    async def balance(self, scope):
        return self.store[scope]


class StoreContract:
    """Subclass it, with a fixture `desk`."""

    async def test_what_is_granted_is_held(self, desk):
        await desk.open("process", 100)
        assert isinstance(await desk.reserve("run", FIRST, 60, ONE), Granted)
        assert await desk.balance("process") == balance(100, held=60)

    async def test_settling_replaces_the_hold_by_the_cost(self, desk):
        await desk.open("process", 100)
        await desk.reserve("run", FIRST, 60, ONE)
        desk.settle("run", FIRST, 45)
        assert await desk.balance("process") == balance(100, spent=45)

    async def test_a_cost_above_the_hold_is_booked_in_full_and_recorded_as_overrun(self, desk):
        await desk.open("process", 100)
        await desk.reserve("run", FIRST, 40, ONE)
        desk.settle("run", FIRST, 45)
        assert await desk.balance("process") == balance(100, spent=45, overrun=5)
        await desk.reserve("run", SECOND, 55, ONE)
        desk.settle("run", SECOND, 85)
        assert await desk.balance("process") == balance(100, spent=130, overrun=35)
        assert await desk.reserve("other", FIRST, 1, ONE) == NotHeld("process", 1, 0, 0)

    async def test_a_refusal_says_which_budget_and_what_others_hold_of_it(self, desk):
        await desk.open("process", 100)
        await desk.reserve("other", FIRST, 60, ONE)
        refused = await desk.reserve("run", FIRST, 50, ONE)
        assert refused == NotHeld("process", 50, 40, 60)
        assert refused.busy

    async def test_all_budgets_take_it_or_none(self, desk):
        await desk.open("process", 1000)
        await desk.open("key:alice", 50)
        assert await desk.reserve("run", FIRST, 60, BOTH) == NotHeld("key:alice", 60, 50, 0)
        assert await desk.balance("process") == balance(1000)
        assert isinstance(await desk.reserve("run", FIRST, 50, BOTH), Granted)
        desk.settle("run", FIRST, 20)
        assert await desk.balance("process") == balance(1000, spent=20)
        assert await desk.balance("key:alice") == balance(50, spent=20)

    async def test_of_two_refusals_the_one_that_waiting_cannot_mend_is_named(self, desk):
        await desk.open("process", 100)
        await desk.open("key:alice", 50)
        await desk.reserve("other", FIRST, 99, ONE)
        assert await desk.reserve("run", FIRST, 60, BOTH) == NotHeld("key:alice", 60, 50, 0)

    async def test_a_budget_named_twice_takes_it_once(self, desk):
        await desk.open("process", 100)
        await desk.reserve("run", FIRST, 60, ("process", "process"))
        assert await desk.balance("process") == balance(100, held=60)

    async def test_the_same_attempt_of_two_runs_is_two_holds(self, desk):
        await desk.open("process", 100)
        await desk.reserve("run", FIRST, 40, ONE)
        await desk.reserve("other", FIRST, 50, ONE)
        desk.settle("run", FIRST, 40)
        assert await desk.balance("process") == balance(100, spent=40, held=50)

    async def test_settling_what_was_refused_at_no_cost_changes_nothing(self, desk):
        await desk.open("process", 10)
        await desk.reserve("run", FIRST, 60, ONE)
        desk.settle("run", FIRST, 0)
        assert await desk.balance("process") == balance(10)

    async def test_a_reserve_that_nobody_waits_for_is_withdrawn_by_settling(self, desk):
        await desk.open("process", 100)
        await desk.ask("run", FIRST, 60, ONE)
        desk.settle("run", FIRST, 0)
        assert await desk.balance("process") == balance(100)
        assert isinstance(await desk.reserve("run", SECOND, 100, ONE), Granted)

    async def test_what_the_ledger_says_was_spent_is_gone_from_the_start(self, desk):
        await desk.open("process", 100, spent=70)
        assert await desk.reserve("run", FIRST, 40, ONE) == NotHeld("process", 40, 30, 0)

    async def test_a_limit_below_what_was_spent_leaves_nothing(self, desk):
        await desk.open("process", 100, spent=130)
        assert await desk.balance("process") == balance(100, spent=130, overrun=30)
        assert await desk.reserve("run", FIRST, 1, ONE) == NotHeld("process", 1, 0, 0)

    async def test_simultaneous_callers_never_jointly_exceed_the_limit(self, desk):
        await desk.open("process", 1000)
        granted = []

        async def caller(number):
            attempt = AttemptId("answer", number)
            if isinstance(await desk.reserve("run", attempt, 90, ONE), Granted):
                granted.append(attempt)

        async with trio.open_nursery() as nursery:
            for number in range(40):
                nursery.start_soon(caller, number)
        assert len(granted) == 11
        assert await desk.balance("process") == balance(1000, held=990)
