"""The budget law for the processes of one machine that spend from slices, whoever comes, leaves or dies meanwhile.

The auditor adds up what callers were told, in a few lines that share nothing with the project. The file, seen through
the slices, must say the same after every step; so no slice hides what is spent, nor keeps what nobody uses.

Bugs that it must find are in tests/hunt/bugs/money.txt.
"""

import tempfile
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from property_tests.money_house import MEMORY
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer

CALL, LEASE = AttemptId("answer", 0), AttemptId("lease", 1)
EVERYBODY, ALICE = "process total", "key:alice total"
some = st.integers(0, 1000)


@define
class Sums:
    """One budget as the auditor counts it; `ledger` is what the ledger knows to be spent."""

    limit: int
    spent: int = 0
    ledger: int = 0
    over: int = 0
    held: dict = field(factory=dict)
    lowered_s: float = -1e9

    @property
    def left(self):
        return self.limit - self.spent - sum(self.held.values())


@define
class Call:
    name: str
    attempt: AttemptId
    scopes: tuple
    amount: int
    process: str


class Killed(BaseException):
    pass


@define
class Dying:
    """The memory of a process that is killed once it has written so many numbers more."""

    numbers: memoryview
    more: int

    def __setitem__(self, place, number):
        if not self.more:
            raise Killed
        self.more -= 1
        self.numbers[place] = number


class Sliced(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.ledger, self.now_s, self.number = Path(self.folder.name) / "ledger.jsonl", 0.0, 0
        self.sums, self.calls, self.locks, self.stores = {}, {}, {}, {}

    @initialize(processes=st.integers(1, 3), limits=st.tuples(*[st.sampled_from([2_000, 50_000, 1_000_000])] * 2))
    def begin(self, processes, limits):
        self.sums = {scope: Sums(limit) for scope, limit in zip((EVERYBODY, ALICE), limits, strict=True)}
        for _ in range(processes):
            self.comes()

    def comes(self):
        self.number += 1
        name = f"writer{self.number}"
        self.locks[name] = Registered.register(self.ledger, Writer(name, Position(0, 0)))
        store = self.stores[name] = LocalStore(self.ledger, name, now_s=lambda: self.now_s, lends=True)
        store.enter()
        for scope, one in self.sums.items():
            store.open(scope, one.limit, spent=one.ledger)
            one.spent = max(one.spent, one.ledger)
            if len(self.stores) == 1 and store[scope].spent == one.ledger:
                one.spent, one.over = one.ledger, 0  # begun anew, by what the ledger knows
            assert store[scope].limit == one.limit

    def process(self, which):
        return sorted(self.stores)[which % len(self.stores)]

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(
        which=some,
        scopes=st.sampled_from([(EVERYBODY,), (EVERYBODY, ALICE)]),
        amounts=st.lists(st.sampled_from([0, 10, 50, 100, 100, 100]), min_size=1, max_size=6),
    )
    def call(self, which, scopes, amounts):
        for amount in amounts:
            self.asks(self.process(which), scopes, amount)

    @rule(which=some, scopes=st.sampled_from([(EVERYBODY,), (EVERYBODY, ALICE)]))
    def call_for_all_that_is_left(self, which, scopes):
        name = self.process(which)
        self.asks(name, scopes, max(0, min(self.sums[one].left - self.elsewhere(one, name) for one in scopes)))

    def asks(self, name, scopes, amount):
        self.number += 1
        run = f"run{self.number}"
        told = self.stores[name].reserve(run, CALL, amount, scopes)
        self.answered(Call(run, CALL, scopes, amount, name), told)

    @rule(which=some, amount=st.sampled_from([100, 900]))
    def lease(self, which, amount):
        name = self.process(which)
        call = Call(f"lease:{name}", LEASE, (EVERYBODY,), amount, name)
        if call.name not in self.calls:
            self.answered(call, self.stores[name].reserve(call.name, LEASE, amount, call.scopes))

    @precondition(lambda self: any(call.attempt is LEASE for call in self.calls.values()))
    @rule(which=some, by=st.sampled_from([1, 50]))
    def draw_on_a_lease(self, which, by):
        leases = sorted(name for name, call in self.calls.items() if call.attempt is LEASE)
        call = self.calls[leases[which % len(leases)]]
        by = min(by, call.amount)
        self.stores[call.process].reduce(call.name, LEASE, by)
        call.amount -= by
        self.sums[EVERYBODY].held[call.name] = call.amount

    def answered(self, call, told):
        """Granted, nothing is above its limit; refused, it does not fit, be all that others' slices keep given back."""
        sums = [self.sums[scope] for scope in call.scopes]
        if not isinstance(told, Granted):
            room = [self.sums[scope].left - self.elsewhere(scope, call.process) for scope in call.scopes]
            assert call.amount > min(room)
            return
        self.calls[call.name] = call
        for one in sums:
            one.held[call.name] = call.amount
            assert one.left >= 0 or not call.amount or self.now_s < one.lowered_s + 1

    def elsewhere(self, scope, name):
        slices = [one for other, store in self.stores.items() if other != name for one in store._desks.of(scope)]
        late = [
            by
            for other, store in self.stores.items()
            if other != name
            for held, by in store._reduced.values()
            if scope in held.scopes
        ]
        return sum(one.budget.available for one in slices if not one.retired) + sum(late)

    @precondition(lambda self: self.calls)
    @rule(which=some, count=st.integers(1, 5), percent=st.sampled_from([0, 40, 100, 100, 130]))
    def settle(self, which, count, percent):
        for _ in range(min(count, len(self.calls))):
            call = self.calls.pop(sorted(self.calls)[which % len(self.calls)])
            cost = 0 if call.attempt is LEASE else call.amount * percent // 100
            self.paid(call, cost)
            self.stores[call.process].settle(call.name, call.attempt, cost)

    def paid(self, call, cost, ledger=None):
        for scope in call.scopes:
            one = self.sums[scope]
            del one.held[call.name]
            one.spent += cost
            one.over += max(0, cost - call.amount)
            one.ledger += cost if ledger is None else ledger

    @rule(which=some, seconds=st.sampled_from([0.2, 0.2, 1.5]))
    def time_passes(self, which, seconds):
        """One process looks at its slices, as each of them does five times a second."""
        self.now_s += seconds
        self.stores[self.process(which)].grow_old()

    @rule(which=some, scope=st.sampled_from([EVERYBODY, ALICE]), limit=st.sampled_from([2_000, 50_000, 1_000_000]))
    def change(self, which, scope, limit):
        one = self.sums[scope]
        one.lowered_s = self.now_s if limit < one.limit else one.lowered_s
        one.limit = limit
        self.stores[self.process(which)].change(scope, limit)

    @rule()
    def another_comes(self):
        if len(self.stores) < 4:
            self.comes()

    @rule(which=some)
    def leave(self, which):
        """What calls still hold is charged in full once their process is gone."""
        name = self.process(which)
        self.stores[name].close()
        self.gone(name)

    @rule(which=some)
    def die(self, which):
        self.killed(self.process(which))

    @precondition(lambda self: self.calls)
    @rule(which=some, percent=st.sampled_from([0, 40, 100, 130]), numbers=st.integers(0, 3))
    def die_while_settling(self, which, percent, numbers):
        """The ledger has the cost by then. What is charged is that, or the hold, or both."""
        call = self.calls[sorted(self.calls)[which % len(self.calls)]]
        store, cost = self.stores[call.process], call.amount * percent // 100
        if (call.name, call.attempt) in store._desks:
            store._slots._numbers = Dying(store._slots._numbers, numbers)
            with suppress(Killed):
                store.settle(call.name, call.attempt, cost)
            store._slots._numbers = store._slots._numbers.numbers
            del self.calls[call.name]
            charged = (call.amount, call.amount, call.amount + cost, cost)[numbers]
            over = [one.over for one in self.sums.values()]
            self.paid(call, charged, ledger=cost)
            for one, before in zip(self.sums.values(), over, strict=True):
                one.over = before
        self.killed(call.process)

    def killed(self, name):
        store = self.stores[name]
        if store._opened:
            store._opened.close()
        store._closed = True
        self.gone(name)

    def gone(self, name):
        del self.stores[name]
        self.locks.pop(name).leave(owing=True)
        for call in [call for call in self.calls.values() if call.process == name]:
            del self.calls[call.name]
            self.paid(call, 0 if call.attempt is LEASE else call.amount)
        if not self.stores:
            self.comes()

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def every_budget_is_as_the_auditor_counts_it(self):
        if not self.stores:
            return
        late = defaultdict(int)
        for name, store in self.stores.items():
            for held, by in store._reduced.values():
                for scope in held.scopes if name != self.process(0) else ():
                    late[scope] += by
        for scope, row in self.stores[self.process(0)].rows().items():
            one, budget = self.sums[scope], row.budget
            told = (one.limit, one.spent, sum(one.held.values()) + late[scope])
            assert (budget.limit, budget.spent, budget.held) == told, scope
            assert budget.overrun >= one.over

    def teardown(self):
        try:
            for name in sorted(self.calls):
                call = self.calls.pop(name)
                self.paid(call, 0)
                self.stores[call.process].settle(call.name, call.attempt, 0)
            for name in sorted(self.stores)[1:]:
                self.stores.pop(name).close()
            for store in self.stores.values():
                store._desks.give_up()
                for scope, row in store.rows().items():
                    budget = store._page().of(scope)
                    assert (budget.spent, budget.held) == (self.sums[scope].spent, 0)
                    assert budget == row.budget
                store.close()
            for lock in self.locks.values():
                lock.leave(owing=False)
        finally:
            self.folder.cleanup()


@pytest.mark.slow  # each example opens files of budgets
def test_processes_that_spend_from_slices_keep_to_the_limit_and_their_file_says_what_they_do():
    """'spent + held <= limit + recorded overruns', over slices, deaths, and limits that others change."""
    run_state_machine_as_test(Sliced, settings=settings(stateful_step_count=40, max_examples=40))
