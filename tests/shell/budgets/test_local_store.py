"""The store of one machine under the contract of all stores, and what is its own: who died, and who is alone."""

import sqlite3

import pytest
import trio
import trio.testing
from attrs import define

from tests.shell.store_contract import BOTH, FIRST, ONE, SECOND, AtOnce, StoreContract, balance
from tokenwise.errors import ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.answers import UNREACHABLE, Granted, NotHeld
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer

LEASE = AttemptId("lease", 1)


@define
class Machine:
    """Processes that write one ledger, each by its lock there and its store. One that dies loses the lock alone."""

    ledger: object
    locks: dict
    now_s: float = 0.0

    def process(self, name, limit=100, spent=0, *, lends=False):
        self.locks[name] = Registered.register(self.ledger, Writer(name, Position(0, 0)))
        store = LocalStore(self.ledger, name, now_s=lambda: self.now_s, lends=lends)
        store.open("process", limit, spent=spent)
        return store

    def dies(self, name):
        self.locks.pop(name).leave(owing=True)


@pytest.fixture
def machine(tmp_path):
    found = Machine(tmp_path / "ledger.jsonl", {})
    yield found
    for name in tuple(found.locks):
        found.dies(name)


class TestTheContract(StoreContract):
    @pytest.fixture
    def desk(self, tmp_path):
        store = LocalStore(tmp_path / "ledger.jsonl", "one")
        yield AtOnce(store)
        store.close()


class TestSeveralProcesses:
    def test_what_one_holds_the_other_cannot_have(self, machine):
        one, two = machine.process("one"), machine.process("two")
        assert isinstance(one.reserve("run", FIRST, 60, ONE), Granted)
        assert two.reserve("other", FIRST, 60, ONE) == NotHeld("process", 60, 40, 60)
        one.settle("run", FIRST, 10)
        assert isinstance(two.reserve("other", FIRST, 60, ONE), Granted)
        assert one["process"] == two["process"] == balance(100, spent=10, held=60)

    def test_a_share_is_of_what_all_of_them_have_left(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("run", FIRST, 60, ONE)
        assert two.reserve("other", FIRST, 11, ONE, share=4).available == 40
        assert isinstance(two.reserve("other", FIRST, 10, ONE, share=4), Granted)

    def test_what_a_dead_one_held_is_charged_in_full_when_it_is_wanted(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("run", FIRST, 60, ONE)
        machine.dies("one")
        assert two.reserve("other", FIRST, 60, ONE) == NotHeld("process", 60, 40, 0)
        assert two["process"] == balance(100, spent=60)

    def test_what_a_dead_one_held_is_not_shown_as_held(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("run", FIRST, 60, ONE)
        assert two.rows()["process"].budget == balance(100, held=60)
        machine.dies("one")
        assert two.rows()["process"].budget == balance(100, spent=60)

    def test_its_leases_are_nobodys_money_any_more(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("lease:alice\n()", LEASE, 60, ONE)
        machine.dies("one")
        assert isinstance(two.reserve("other", FIRST, 60, ONE), Granted)
        assert two["process"] == balance(100, held=60)

    def test_where_nobody_lives_the_ledger_alone_is_believed(self, machine):
        one = machine.process("one")
        one.reserve("run", FIRST, 60, ONE)
        machine.locks.pop("one").leave(owing=False)  # as whoever books what it left open takes it off the roll
        assert machine.process("two", spent=35)["process"] == balance(100, spent=35)

    def test_save_where_it_does_not_have_yet_what_somebody_held_who_has_just_died(self, machine):
        one = machine.process("one", spent=20)
        one.reserve("run", FIRST, 60, ONE)
        machine.dies("one")
        assert machine.process("two", spent=20)["process"] == balance(100, spent=80)

    def test_who_comes_later_believes_the_others_and_the_ledger_whoever_knows_of_more(self, machine):
        one = machine.process("one", spent=20)
        one.reserve("run", FIRST, 60, ONE)
        assert machine.process("two", spent=5)["process"] == balance(100, spent=20, held=60)
        assert machine.process("three", spent=25)["process"] == balance(100, spent=25, held=60)

    def test_the_limit_is_the_one_set_last_and_what_it_cannot_hold_is_overrun(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("run", FIRST, 60, ONE)
        two.change("process", 50)
        assert one["process"] == balance(50, held=60, overrun=10)
        assert one.reserve("run", SECOND, 1, ONE).available == 0

    def test_who_leaves_in_order_gives_its_leases_back(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("lease:\n()", LEASE, 60, ONE)
        one.close()
        assert two["process"] == balance(100)

    def test_an_ended_window_is_ended_for_oneself_alone(self, machine):
        one, two = machine.process("one"), machine.process("two")
        one.reserve("run", FIRST, 60, ONE)
        assert not one.end("process")
        one.settle("run", FIRST, 5)
        assert one.end("process")
        assert two["process"] == balance(100, spent=5)


def called(store, *numbers, amount=100):
    """Whether all of these calls are granted."""
    return all(isinstance(store.reserve("run", AttemptId("s", one), amount, ONE), Granted) for one in numbers)


def in_file(store):
    """What stands in the file itself, which others are held to."""
    return store._page().of("process")


class TestSlices:
    """See property_tests/budgets/test_local_slice_laws.py for the law."""

    LIMIT = 100_000

    def test_the_second_call_within_a_second_takes_a_slice_of_which_others_see_what_its_calls_hold(self, machine):
        one, two = (machine.process(name, self.LIMIT, lends=True) for name in ("one", "two"))
        assert called(one, 0)
        assert in_file(one) == balance(self.LIMIT, held=100)
        assert called(one, 1, 2)
        assert in_file(one) == balance(self.LIMIT, held=100 + 1600)
        assert one["process"] == two.rows()["process"].budget == balance(self.LIMIT, held=300)
        one.settle("run", AttemptId("s", 2), 30)
        assert one["process"] == two.rows()["process"].budget == balance(self.LIMIT, spent=30, held=200)

    def test_a_slice_is_spent_from_for_a_second_and_then_others_have_all_that_no_call_holds(self, machine):
        one, two = (machine.process(name, self.LIMIT, lends=True) for name in ("one", "two"))
        assert called(one, 0, 1, 2)
        machine.now_s = 1.0
        assert called(one, 3)  # not within the old one
        assert in_file(one).held == 100 + 1600 + 100
        one.grow_old()
        assert in_file(one) == balance(self.LIMIT, held=400)
        assert isinstance(two.reserve("other", FIRST, self.LIMIT - 400, ONE), Granted)

    @pytest.mark.parametrize("cost", [0, 40, 130])
    def test_what_is_left_of_an_old_slice_goes_back_call_by_call(self, machine, cost):
        one = machine.process("one", self.LIMIT, lends=True)
        assert called(one, 0, 1, 2)
        machine.now_s = 1.0
        one.grow_old()
        one.settle("run", AttemptId("s", 1), cost)
        assert one["process"] == balance(self.LIMIT, spent=cost, held=200, overrun=max(0, cost - 100))
        one.settle("run", AttemptId("s", 2), cost)
        assert in_file(one) == balance(self.LIMIT, spent=2 * cost, held=100, overrun=2 * max(0, cost - 100))

    def test_who_comes_with_the_ledger_s_sum_counts_nothing_twice(self, machine):
        one = machine.process("one", self.LIMIT, lends=True)
        assert called(one, 0, 1)
        one.settle("run", AttemptId("s", 1), 30)
        two = machine.process("two", self.LIMIT, spent=30, lends=True)
        assert two.rows()["process"].budget == balance(self.LIMIT, spent=30, held=100)

    def test_near_the_limit_each_call_asks_and_hears_how_it_stands(self, machine):
        one = machine.process("one", self.LIMIT, spent=79_000, lends=True)
        assert called(one, 0, 1, 2)
        assert in_file(one).held == 300
        one.settle("run", AttemptId("s", 0), 1_000)
        assert [alert.percent for alert in one.reserve("run", SECOND, 100, ONE).near] == [80]

    def test_a_limit_that_this_process_lowers_takes_its_slices_along(self, machine):
        one = machine.process("one", self.LIMIT, lends=True)
        assert called(one, 0, 1)
        one.change("process", 200)
        assert one["process"] == balance(200, held=200)
        assert one.reserve("run", SECOND, 1, ONE).available == 0

    def test_leases_are_held_beside_slices_and_drawn_on_when_these_are_looked_at(self, machine):
        one = machine.process("one", self.LIMIT, lends=True)
        assert called(one, 0, 1)
        one.reserve("lease:\n()", LEASE, 500, ONE)
        one.reduce("lease:\n()", LEASE, 200)
        assert in_file(one).held == 100 + 1600 + 500
        one.grow_old()
        assert in_file(one).held == 100 + 1600 + 300

    def test_who_leaves_in_order_leaves_nothing_held(self, machine):
        one, two = (machine.process(name, self.LIMIT, lends=True) for name in ("one", "two"))
        assert called(one, 0, 1)
        for number in range(2):
            one.settle("run", AttemptId("s", number), 30)
        one.close()
        assert in_file(two) == balance(self.LIMIT, spent=60)

    def test_a_window_with_slices_ends_once_no_call_is_held_within_them(self, machine):
        one = machine.process("one", self.LIMIT, lends=True)
        assert called(one, 0, 1)
        one.settle("run", AttemptId("s", 0), 0)
        assert not one.end("process")
        one.settle("run", AttemptId("s", 1), 0)
        assert one.end("process")

    def test_where_the_memory_cannot_be_had_each_call_asks(self, machine):
        one = machine.process("zero", self.LIMIT)
        one.path.with_name(f"{one.path.name}-slots").unlink()
        one.path.with_name(f"{one.path.name}-slots").mkdir()
        two = machine.process("one", self.LIMIT, lends=True)
        assert called(two, 0, 1, 2)
        assert in_file(two).held == 300

    async def test_what_is_idle_comes_back_by_itself_while_somebody_tends(self, machine, autojump_clock):
        one = machine.process("one", self.LIMIT)
        one.now_s = one._desks.now_s = trio.current_time
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.tend)
            await trio.testing.wait_all_tasks_blocked()
            assert called(one, 0, 1)
            one.settle("run", AttemptId("s", 1), 30)
            await trio.sleep(1.5)
            assert in_file(one) == balance(self.LIMIT, spent=30, held=100)
            nursery.cancel_scope.cancel()
        assert called(one, 2, 3)
        assert in_file(one) == balance(self.LIMIT, spent=30, held=300)


class TestTrouble:
    def test_a_budget_that_is_not_open_admits_nothing(self, machine):
        one = machine.process("one")
        with pytest.raises(KeyError, match="key:alice"):
            one.reserve("run", FIRST, 10, BOTH)
        assert one["process"] == balance(100)

    def test_paying_for_what_was_never_held_is_refused(self, machine):
        with pytest.raises(ProtocolViolation):
            machine.process("one").settle("run", FIRST, 10)

    @pytest.mark.slow  # two processes' patience with a third that holds the file
    def test_while_the_file_is_held_nothing_is_granted_and_no_settlement_is_lost(self, machine):
        one = machine.process("one")
        one.reserve("run", FIRST, 60, ONE)
        stopped = sqlite3.connect(one.path, isolation_level=None)
        stopped.execute("BEGIN IMMEDIATE")
        one.settle("run", FIRST, 25)
        assert one.reserve("run", SECOND, 10, ONE).scope == UNREACHABLE
        stopped.execute("ROLLBACK")
        assert isinstance(one.reserve("run", SECOND, 10, ONE), Granted)
        assert one["process"] == balance(100, spent=25, held=10)

    def test_a_file_of_another_start_of_the_machine_is_nobodys(self, machine):
        old = machine.ledger.with_name("ledger.jsonl.budgets-00000000")
        old.write_bytes(b"half a page")
        assert machine.process("one")["process"] == balance(100)
        assert not old.exists()
