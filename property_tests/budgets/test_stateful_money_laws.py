"""The budget law over machine, budgets and ledger together, whatever happens in whatever order.

Several runs share limits that nest: everybody's, each key's and each tag's, for windows of every kind. Calls end well,
badly, above their reservation, or never; events come late or twice; runs are cancelled after any event; limits change;
time passes midnight; the process dies between any two commands, and the next one recovers its books and goes on with
its runs. The auditor (`money_house`) keeps books of its own from what it hears.

Bugs that it must find are in tests/hunt/bugs/money.txt.
"""

import tempfile
from pathlib import Path

import pytest
from attrs import evolve
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

from property_tests.money_house import MEMORY, House
from property_tests.seeded import seeded_job
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import ProtocolViolation
from tokenwise.faults import Fault
from tokenwise.machine.machine import step
from tokenwise.machine.messages import FirstToken, Woke, call_ended
from tokenwise.money import Nanodollars
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.ledger.spending import load_spending

MOST_RUNS = 4

# Where files are in memory, opening a ledger a thousand times does not wait for a disk.
HOUR_MS = 3_600_000

payers = st.builds(Account, st.sampled_from(["", "alice"]), st.sampled_from([(), ("a",), ("b",), ("a", "b")]))
amounts = st.sampled_from([0, 10**6, 3 * 10**6, 10**7, 4 * 10**7, 10**8]).map(Nanodollars)
owners = st.sampled_from([{}, {"key": "alice"}, {"tag": "a"}])
limits = st.builds(
    lambda amount, window, owner: Limit(amount, window, **owner), amounts, st.sampled_from(Window), owners
)
some = st.integers(0, 1000)

# After how many of an event's commands the process dies; after all, its run's own journal has not heard of the event.
UNRECORDED = "unrecorded"
deaths = st.sampled_from([*[None] * 8, *[UNRECORDED] * 4, 0, 1, 2, 3, 4, 5])


class Money(RuleBasedStateMachine):
    """The world's moves. Which run, which call and which event are drawn as numbers, so that examples shrink."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.begun = 0
        self.heard = []

    @initialize(limits=st.lists(limits, max_size=4, unique_by=lambda limit: (limit.owner, limit.window)))
    def open(self, limits):
        self.house = House(Path(self.folder.name) / "ledger.jsonl", tuple(limits))

    @property
    def runs(self):
        return list(self.house.runs.values())

    def picked(self, number, having=None):
        found = [live for live in self.runs if having is None or getattr(live, having)]
        return found[number % len(found)]

    @precondition(lambda self: len(self.house.runs) < MOST_RUNS)
    @rule(seed=st.integers(0, 60), account=payers)
    def begin(self, seed, account):
        self.begun += 1
        self.house.begin(evolve(seeded_job(seed, size=1 + seed % 3), id=f"run{self.begun}"), account)

    def hears(self, live, event, death=None):
        """Deliver an event; the process may die after so many of the commands that it causes, or after all of them."""
        self.heard.append((live.job.id, event))
        self.house.dies_after, self.house.dies_unrecorded = (None, True) if death == UNRECORDED else (death, False)
        self.house.deliver(live, event)
        self.house.dies_after, self.house.dies_unrecorded = None, False

    @precondition(lambda self: any(live.inbox for live in self.runs))
    @rule(which=some, death=deaths)
    def answer(self, which, death):
        live = self.picked(which, "inbox")
        self.hears(live, live.inbox.pop(0), death)

    @precondition(lambda self: any(live.calls for live in self.runs))
    @rule(
        which=some,
        nth=some,
        dear=st.sampled_from([0, 0, 0, 50_000]),
        known=st.booleans(),
        fault=st.sampled_from(
            [None, None, None, Fault.OVERLOADED, Fault.EMPTY, Fault.TIMED_OUT, Fault.DISCONNECTED, Fault.REJECTED]
        ),
        death=deaths,
    )
    def end_call(self, which, nth, dear, known, fault, death):
        live = self.picked(which, "calls")
        attempt = sorted(live.calls)[nth % len(live.calls)]
        call = live.calls.pop(attempt)
        usage = Usage(call.input_tokens // 4, output_tokens=call.max_output_tokens // 2 + dear) if known else None
        outcome = Failure(fault, usage=usage) if fault else Reply("Good.", FinishReason.STOP, usage)
        self.hears(live, call_ended(attempt, self.house.now, outcome), death)

    @precondition(lambda self: any(live.calls for live in self.runs))
    @rule(which=some)
    def first_token(self, which):
        live = self.picked(which, "calls")
        attempt = min(live.calls)
        if not any(event == FirstToken(attempt, event.at_ms) for run, event in self.heard if run == live.job.id):
            self.hears(live, FirstToken(attempt, self.house.now))

    @precondition(lambda self: any(live.waits for live in self.runs))
    @rule(which=some)
    def wake(self, which):
        live = self.picked(which, "waits")
        self.hears(live, Woke(live.waits.pop(0), self.house.now))

    @precondition(lambda self: self.heard)
    @rule(which=some)
    def hear_again(self, which):
        """An event that comes twice, or long after its time, is refused or changes nothing."""
        run_id, event = self.heard[which % len(self.heard)]
        if live := self.house.runs.get(run_id):
            try:
                _, commands = step(live.run, event)
            except ProtocolViolation:
                return
            if not isinstance(event, Woke):  # a wait that is asked for anew has the same name
                assert commands == ()

    @precondition(lambda self: self.runs)
    @rule(which=some)
    def cancel(self, which):
        self.house.cancel(self.picked(which))

    @rule()
    def die(self):
        self.house.die()

    @rule(hours=st.integers(1, 30))
    def pass_time(self, hours):
        self.house.settle_inboxes()
        self.house.now += hours * HOUR_MS

    @rule(limit=limits)
    def change_limit(self, limit):
        if (limit.owner, limit.window) in self.house.auditor.limits:
            self.house.limits.change(limit)
            self.house.auditor.changed(limit, self.house.now)

    @invariant()
    def the_books_agree(self):
        """What the store says of each budget is what the auditor has heard, and both keep the law."""
        house = self.house
        for name, scope in house.auditor.scopes.items():
            scope.check(name)
            if name in house.store:
                budget = house.store[name]
                assert (budget.spent, budget.held, budget.limit) == (scope.spent, scope.held, scope.limit), (
                    f"{name}: {budget}"
                )
                assert budget.spent + budget.held <= budget.limit + budget.overrun

    def teardown(self):
        try:
            if hasattr(self, "house"):
                self.close()
        finally:
            self.folder.cleanup()

    def close(self):
        house = self.house
        for live in self.runs:
            house.cancel(live)
        assert house.store.open_holds == 0
        assert not house.auditor.holds
        self.the_books_agree()
        house.journal.close()
        proof = verify(read_ledger(house.path, pytest.fail))
        assert [str(problem) for problem in proof.problems] == []
        assert proof.held_nano == 0
        spending, (keys, tags) = load_spending(house.path, pytest.fail), house.auditor.sums()
        assert flat(spending.days) == keys
        assert flat(spending.tagged) == tags


def flat(sums):
    return {(name, day): nano for name, days in sums.items() for day, nano in days.items() if nano}


@pytest.mark.slow  # each example opens ledgers, which waits for the disk
def test_the_law_holds_whatever_happens():
    """'spent + held <= limit + recorded overruns, at every instant', and the ledger says the same as the auditor."""
    # Five stories where another law has three examples: what goes wrong here does so in some order of steps.
    many = 5 * settings.default.max_examples // 3
    run_state_machine_as_test(Money, settings=settings(stateful_step_count=40, max_examples=many))
