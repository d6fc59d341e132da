"""Limits that nest: everybody's and each key's, each for its window of the UTC calendar."""

import pytest

from tests.shell.test_journal import charged, opened, released, reserved
from tests.shell.treasury_contract import FIRST, SECOND, balance
from tokenwise.errors import InputError
from tokenwise.messages import Reserved, ReserveRefused
from tokenwise.windows import Window
from tokenwise_shell.accounts import Accounts, Limit, purse_for, told
from tokenwise_shell.jsonl import ms_of
from tokenwise_shell.spending import Spending
from tokenwise_shell.treasury import Granted, Refused, Treasury

SATURDAY, SUNDAY, MONDAY = "2026-11-21T12:00:00.000Z", "2026-11-22T12:00:00.000Z", "2026-11-23T00:00:00.000Z"


MIDNIGHT = "00:00:00.000Z"


class Desk:
    """Accounts at a time that the test sets."""

    def __init__(self, *limits, spending=None):
        self.at = SATURDAY
        self.treasury = Treasury()
        self.accounts = Accounts(self.treasury, lambda: ms_of(self.at), spending or Spending())
        for limit in limits:
            self.accounts.limit(limit)

    def reserve(self, attempt, amount, key=""):
        return self.treasury.reserve("run", attempt, amount, self.accounts.scopes(key))


def test_each_limit_that_applies_is_named_once_for_its_window():
    desk = Desk(
        Limit(1000, Window.TOTAL), Limit(500, Window.DAY), Limit(100, Window.WEEK, "alice"), Limit(50, Window.DAY, "")
    )
    assert desk.accounts.scopes("alice") == ("process total", "process 2026-11-21", "key:alice 2026-W47")
    assert desk.accounts.scopes("bob") == ("process total", "process 2026-11-21")
    assert desk.accounts.scopes("") == ("process total", "process 2026-11-21", "key: 2026-11-21")


def test_one_reserve_takes_all_limits_or_none():
    desk = Desk(Limit(1000, Window.TOTAL), Limit(100, Window.DAY, "alice"))
    assert isinstance(desk.reserve(FIRST, 60, "alice"), Granted)
    refused = desk.reserve(SECOND, 60, "alice")
    assert (refused.scope, refused.needed, refused.available, refused.held) == ("key:alice 2026-11-21", 60, 40, 60)
    assert desk.treasury["process total"] == balance(1000, held=60)


def test_a_refusal_says_when_the_window_ends():
    desk = Desk(Limit(100, Window.WEEK))
    assert desk.reserve(FIRST, 101).ends_ms == ms_of(MONDAY)


def test_what_others_hold_is_busy_and_what_is_spent_is_not():
    desk = Desk(Limit(100, Window.DAY))
    desk.reserve(FIRST, 60)
    assert desk.reserve(SECOND, 50).busy
    desk.treasury.settle("run", FIRST, 60)
    assert not desk.reserve(SECOND, 50).busy


class TestRenewal:
    def test_the_next_window_begins_with_nothing_spent(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.treasury.settle("run", FIRST, 100)
        desk.at = SUNDAY
        assert isinstance(desk.reserve(FIRST, 100), Granted)

    def test_a_call_over_midnight_is_settled_in_the_day_in_which_it_was_held(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.at = SUNDAY
        desk.reserve(SECOND, 30)
        desk.treasury.settle("run", FIRST, 90)
        assert desk.treasury["process 2026-11-21"] == balance(100, spent=90)
        assert desk.treasury["process 2026-11-22"] == balance(100, held=30)

    def test_windows_that_are_over_are_closed_once_nothing_is_held_there(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.at = SUNDAY
        desk.accounts.scopes("")
        assert "process 2026-11-21" in desk.treasury
        desk.treasury.settle("run", FIRST, 90)
        desk.at = MONDAY
        desk.accounts.scopes("")
        assert "process 2026-11-21" not in desk.treasury
        assert "process 2026-11-22" not in desk.treasury

    def test_what_the_ledger_knows_of_a_window_is_spent_from_the_start(self):
        spending = Spending()
        spending.days["alice"].update({"2026-11-15": 7, "2026-11-16": 20, "2026-11-21": 30})
        spending.days["bob"].update({"2026-11-21": 1})
        limits = [Limit(100, window, key) for window in Window for key in (None, "alice")]
        desk = Desk(*limits, spending=spending)
        spent = {scope: desk.treasury[scope].spent for scope in desk.accounts.scopes("alice")}
        assert spent == {
            "process total": 58, "process 2026-11-21": 31, "process 2026-W47": 51, "process 2026-11": 58,
            "key:alice total": 57, "key:alice 2026-11-21": 30, "key:alice 2026-W47": 50, "key:alice 2026-11": 57,
        }  # fmt: skip


def test_a_second_limit_for_the_same_window_is_refused():
    desk = Desk(Limit(100, Window.DAY, "alice"))
    with pytest.raises(InputError, match="alice: has a limit for each day already"):
        desk.accounts.limit(Limit(200, Window.DAY, "alice"))


def test_a_refusal_in_words():
    refused = Refused("key:alice 2026-11-21", 50_000_000, 10_000_000, 45_000_000, ms_of(SUNDAY))
    assert told(refused) == (
        "the budget key:alice 2026-11-21 has $0.01 left of the $0.05 needed; $0.045 of it is held by calls under way, "
        "so waiting may help; it is renewed at 2026-11-22T12:00:00.000Z"
    )


class TestPurse:
    """What the interpreter is given: the configured limits, with what the ledger says was spent."""

    def test_what_was_spent_before_the_start_counts(self, tmp_path):
        before = opened(tmp_path / "ledger.jsonl")
        before.append("old", reserved(), charged(), released())
        before.close()
        journal = opened(tmp_path / "ledger.jsonl")
        purse = purse_for(journal, {Window.DAY: 500_000, Window.MONTH: 10**9})
        assert purse.reserve("run", FIRST, 200_001, 5) == ReserveRefused(FIRST, 5, 200_000, 0)
        assert purse.refusal("run") == Refused("process 2026-11-21", 200_001, 200_000, 0, ms_of(SUNDAY[:11] + MIDNIGHT))
        assert purse.refusal("run") is None
        assert purse.reserve("run", FIRST, 200_000, 6) == Reserved(FIRST, 6)
        journal.close()

    def test_without_limits_nothing_is_refused(self, tmp_path):
        journal = opened(tmp_path / "ledger.jsonl")
        assert purse_for(journal, {}).reserve("run", FIRST, 10**15, 5) == Reserved(FIRST, 5)
        journal.close()
