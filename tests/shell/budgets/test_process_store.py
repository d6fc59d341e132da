"""The in-process store under the contract of all stores, and what is its own."""

import pytest

from tests.shell.store_contract import BOTH, FIRST, ONE, AtOnce, StoreContract, balance
from tokenwise.errors import InputError, ProtocolViolation
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.process_store import ProcessStore


class TestTheContract(StoreContract):
    @pytest.fixture
    def desk(self):
        return AtOnce(ProcessStore())


@pytest.fixture
def store():
    opened = ProcessStore()
    opened.open("process", 100)
    return opened


class TestWhatOnlyABugWouldDo:
    def test_reserving_twice_for_one_attempt_is_refused(self, store):
        store.reserve("run", FIRST, 10, ONE)
        with pytest.raises(ProtocolViolation):
            store.reserve("run", FIRST, 10, ONE)
        assert store["process"] == balance(100, held=10)

    def test_paying_for_what_was_never_held_is_refused(self, store):
        with pytest.raises(ProtocolViolation):
            store.settle("run", FIRST, 10)

    def test_paying_twice_is_refused(self, store):
        store.reserve("run", FIRST, 10, ONE)
        store.settle("run", FIRST, 10)
        with pytest.raises(ProtocolViolation):
            store.settle("run", FIRST, 10)
        assert store["process"] == balance(100, spent=10)

    def test_a_budget_that_is_not_open_admits_nothing(self, store):
        with pytest.raises(KeyError, match="key:alice"):
            store.reserve("run", FIRST, 10, BOTH)
        assert store["process"] == balance(100)


class TestWindows:
    def test_a_budget_that_holds_money_stays_open(self, store):
        store.reserve("run", FIRST, 10, ONE)
        assert not store.end("process")
        store.settle("run", FIRST, 7)
        assert store["process"] == balance(100, spent=7)
        assert store.end("process")
        assert "process" not in store

    def test_a_budget_is_opened_once(self, store):
        with pytest.raises(InputError, match="open already"):
            store.open("process", 200)


def asked(holder, run, amount):
    """What a holder that answers at once says."""
    heard = []
    holder.reserve(run, FIRST, amount, heard.append)
    (answer,) = heard
    return answer


class TestHolder:
    """The store as the interpreter sees it."""

    def holder(self, store):
        return Holder(store, lambda run, _: BOTH if run == "alices" else ONE)

    def test_each_run_is_held_to_its_own_budgets(self, store):
        store.open("key:alice", 50)
        holder = self.holder(store)
        assert asked(holder, "alices", 60) == NotHeld("key:alice", 60, 50, 0)
        assert isinstance(asked(holder, "bobs", 60), Granted)
        holder.settle("bobs", FIRST, 60)
        assert store["process"] == balance(100, spent=60)

    def test_what_this_process_has_put_aside_gives_way_to_a_call_that_needs_it(self, store):
        store.reserve("lease", FIRST, 70, ONE)

        def give_way(scope):
            freed = store[scope].held > 0
            store.settle("lease", FIRST, 0)
            return freed

        holder = Holder(store, lambda *_: ONE, give_way)
        assert isinstance(asked(holder, "run", 100), Granted)

    def test_where_nothing_gives_way_the_refusal_stands(self, store):
        assert asked(self.holder(store), "run", 101) == NotHeld("process", 101, 100, 0)


class TestReducing:
    def test_a_part_of_a_hold_goes_back_in_every_budget(self, store):
        store.open("key:alice", 50)
        store.reserve("run", FIRST, 40, BOTH)
        store.reduce("run", FIRST, 30)
        assert (store["process"], store["key:alice"]) == (balance(100, held=10), balance(50, held=10))
        store.settle("run", FIRST, 10)
        assert store["process"] == balance(100, spent=10)
