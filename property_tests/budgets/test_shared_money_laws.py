"""Replicas that share limits through slices: whatever is late, withdrawn or refused, together they keep to the limit.

The store is a store behind delays; everything of the replicas is the real thing (`shared`, `slices`, `limits`).
What the callers are told is added up here, apart from both.
"""

import trio
import trio.testing
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.store_contract import balance
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.shared import SharedBudgets, SharedHolder
from tokenwise_shell.budgets.slices import Slices

ALICE = Account("alice", ("nightly",))
MOST_MS = 3_000


@define
class Store:
    """A server that takes its time for every request, as long as is drawn for it."""

    delays_ms: list
    store: ProcessStore = field(factory=ProcessStore)
    asked: int = 0
    stood: dict = field(factory=dict)

    async def late(self):
        self.asked += 1
        await trio.sleep(self.delays_ms[self.asked % len(self.delays_ms)] / 1000)

    async def open(self, scope, limit, *, spent=0, ends_ms=None):
        await self.late()
        if scope not in self.store:
            self.store.open(scope, limit, spent=spent, ends_ms=ends_ms)
        return True

    async def reserve(self, run_id, attempt, amount, scopes, *, share=1):
        """Cancelled on the way there or back, it leaves nothing held, as the real one sees to."""
        try:
            await self.late()
            told = self.store.reserve(run_id, attempt, amount, scopes, share=share)
            await self.late()
        except trio.Cancelled:
            self.store.settle(run_id, attempt, Nanodollars(0))
            raise
        return told

    def settle(self, run_id, attempt, cost):
        self.store.settle(run_id, attempt, cost)

    async def available(self, scopes):
        await self.late()
        return min(self.store[scope].available for scope in scopes)

    async def delivered(self):
        await self.late()


@define
class Sums:
    """What the callers have been granted and have paid, all replicas together."""

    limit: int
    held: int = 0
    spent: int = 0
    overrun: int = 0
    granted: int = 0

    def move(self, *, held=0, spent=0, overrun=0):
        self.held, self.spent, self.overrun = self.held + held, self.spent + spent, self.overrun + overrun
        assert self.spent + self.held <= self.limit + self.overrun


# A call: when it asks, for how much, how long until it pays or withdraws, and what it pays, as a share in percent.
calls = st.tuples(
    st.integers(0, MOST_MS), st.integers(0, 400), st.integers(0, MOST_MS), st.sampled_from([0, 30, 100, 100, 130])
)


async def called(holder, name, call, sums):
    """Ask, wait a while, and pay; where the answer is not there by then, withdraw."""
    begin_ms, amount, wait_ms, percent = call
    attempt, answers = AttemptId("answer", 0), []
    await trio.sleep(begin_ms / 1000)

    def heard(told):
        answers.append(told)
        if isinstance(told, Granted):
            sums.move(held=amount)
            sums.granted += 1

    holder.reserve(name, attempt, Nanodollars(amount), heard)
    await trio.sleep(wait_ms / 1000)
    assert len(answers) <= 1
    if not answers or not isinstance(answers[0], Granted):
        holder.settle(name, attempt, Nanodollars(0))
        before = len(answers)
        await trio.sleep(10 * MOST_MS / 1000)
        assert len(answers) == before  # a withdrawn reserve is never answered
        return
    cost = amount * percent // 100
    sums.move(held=-amount, spent=cost, overrun=max(0, cost - amount))
    holder.settle(name, attempt, Nanodollars(cost))


async def lived(limit, delays_ms, replicas):
    store, sums = Store(delays_ms), Sums(limit)
    async with trio.open_nursery() as outer:
        slices = [Slices(store, f"replica-{number}", lifetime_s=1.0) for number in range(len(replicas))]
        async with trio.open_nursery() as nursery:
            for own, tasks in zip(slices, replicas, strict=True):
                outer.start_soon(own.tend)
                limits = InForce(SharedBudgets(own), lambda: round(1000 * trio.current_time()))
                for whom in ({}, {"key": "alice"}, {"tag": "nightly"}):
                    limits.add(Limit(Nanodollars(limit), Window.TOTAL, **whom))
                holder = SharedHolder(own, limits.store, limits, lambda _: ALICE, outer, print)
                for number, call in enumerate(tasks):
                    nursery.start_soon(called, holder, f"{own.replica}/{number}", call, sums)
        for own in slices:
            own.give_up()
        outer.cancel_scope.cancel()
    return store, sums


@given(
    st.integers(0, 6_000),
    st.lists(st.integers(0, 500), min_size=1, max_size=5),
    st.lists(st.lists(calls, max_size=12), min_size=1, max_size=3),
)
def test_together_they_keep_to_the_limit_and_leave_nothing_held(limit, delays_ms, replicas):
    """'spent + held <= limit + recorded overruns', over replicas, slices, late answers and withdrawn reserves."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    store, sums = trio.run(lived, limit, delays_ms, replicas, clock=clock)
    assert sums.held == 0
    assert store.store.open_holds == 0
    for scope in ("process total", "key:alice total", "tag:nightly total"):
        if scope in store.store:
            budget = store.store[scope]
            assert budget == balance(limit, spent=sums.spent, overrun=budget.overrun)
            assert budget.overrun <= sums.overrun
