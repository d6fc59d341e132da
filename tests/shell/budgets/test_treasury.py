"""The in-process store under the contract of all stores, and what is its own."""

import pytest
import trio
from attrs import frozen

from tests.shell.treasury_contract import BOTH, FIRST, ONE, TreasuryContract, balance
from tokenwise.errors import InputError, ProtocolViolation
from tokenwise_shell.budgets.treasury import Granted, Purse, Refused, Treasury


@frozen
class InProcess:
    """The treasury behind the contract's desk: whatever is asked is answered at once."""

    treasury: Treasury

    async def open(self, scope, limit, spent=0):
        self.treasury.open(scope, limit, spent=spent)

    async def reserve(self, run_id, attempt, amount, scopes):
        await trio.lowlevel.checkpoint()
        return self.treasury.reserve(run_id, attempt, amount, scopes)

    async def ask(self, run_id, attempt, amount, scopes):
        self.treasury.reserve(run_id, attempt, amount, scopes)

    def settle(self, run_id, attempt, cost):
        self.treasury.settle(run_id, attempt, cost)

    async def balance(self, scope):
        return self.treasury[scope]


class TestTheContract(TreasuryContract):
    @pytest.fixture
    def desk(self):
        return InProcess(Treasury())


@pytest.fixture
def treasury():
    opened = Treasury()
    opened.open("process", 100)
    return opened


class TestWhatOnlyABugWouldDo:
    def test_reserving_twice_for_one_attempt_is_refused(self, treasury):
        treasury.reserve("run", FIRST, 10, ONE)
        with pytest.raises(ProtocolViolation):
            treasury.reserve("run", FIRST, 10, ONE)
        assert treasury["process"] == balance(100, held=10)

    def test_paying_for_what_was_never_held_is_refused(self, treasury):
        with pytest.raises(ProtocolViolation):
            treasury.settle("run", FIRST, 10)

    def test_paying_twice_is_refused(self, treasury):
        treasury.reserve("run", FIRST, 10, ONE)
        treasury.settle("run", FIRST, 10)
        with pytest.raises(ProtocolViolation):
            treasury.settle("run", FIRST, 10)
        assert treasury["process"] == balance(100, spent=10)

    def test_a_budget_that_is_not_open_admits_nothing(self, treasury):
        with pytest.raises(KeyError, match="key:alice"):
            treasury.reserve("run", FIRST, 10, BOTH)
        assert treasury["process"] == balance(100)


class TestWindows:
    def test_a_budget_that_holds_money_stays_open(self, treasury):
        treasury.reserve("run", FIRST, 10, ONE)
        with pytest.raises(InputError, match="can be closed once that is settled"):
            treasury.close("process")
        treasury.settle("run", FIRST, 7)
        assert treasury.close("process") == balance(100, spent=7)
        assert "process" not in treasury

    def test_a_budget_is_opened_once(self, treasury):
        with pytest.raises(InputError, match="open already"):
            treasury.open("process", 200)


def asked(purse, run, amount):
    """What a purse that answers at once says."""
    heard = []
    purse.reserve(run, FIRST, amount, heard.append)
    (answer,) = heard
    return answer


class TestPurse:
    """The treasury as the interpreter sees it."""

    def purse(self, treasury):
        return Purse(treasury, lambda run: BOTH if run == "alices" else ONE)

    def test_each_run_is_held_to_its_own_budgets(self, treasury):
        treasury.open("key:alice", 50)
        purse = self.purse(treasury)
        assert asked(purse, "alices", 60) == Refused("key:alice", 60, 50, 0)
        assert isinstance(asked(purse, "bobs", 60), Granted)
        purse.settle("bobs", FIRST, 60)
        assert treasury["process"] == balance(100, spent=60)

    def test_what_this_process_has_put_aside_gives_way_to_a_call_that_needs_it(self, treasury):
        treasury.reserve("lease", FIRST, 70, ONE)

        def give_way(scope):
            freed = treasury[scope].held > 0
            treasury.settle("lease", FIRST, 0)
            return freed

        purse = Purse(treasury, lambda _: ONE, give_way)
        assert isinstance(asked(purse, "run", 100), Granted)

    def test_where_nothing_gives_way_the_refusal_stands(self, treasury):
        assert asked(self.purse(treasury), "run", 101) == Refused("process", 101, 100, 0)


class TestReducing:
    def test_a_part_of_a_hold_goes_back_in_every_budget(self, treasury):
        treasury.open("key:alice", 50)
        treasury.reserve("run", FIRST, 40, BOTH)
        treasury.reduce("run", FIRST, 30)
        assert (treasury["process"], treasury["key:alice"]) == (balance(100, held=10), balance(50, held=10))
        treasury.settle("run", FIRST, 10)
        assert treasury["process"] == balance(100, spent=10)
