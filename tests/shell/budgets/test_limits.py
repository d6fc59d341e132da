"""Limits that nest: everybody's and each key's, each for its window of the UTC calendar."""

import pytest

from tests.shell.budgets.test_process_store import asked
from tests.shell.ledger.test_journal import charged, opened, released, reserved
from tests.shell.store_contract import FIRST, SECOND, balance
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise_shell.budgets.answers import Granted, NotHeld, told
from tokenwise_shell.budgets.holder import holder_for
from tokenwise_shell.budgets.limits import InForce, limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.ledger.jsonl import ms_of
from tokenwise_shell.ledger.spending import Spending

SATURDAY, SUNDAY, MONDAY = "2026-11-21T12:00:00.000Z", "2026-11-22T12:00:00.000Z", "2026-11-23T00:00:00.000Z"


MIDNIGHT = "00:00:00.000Z"
SUNDAY_BEGINS = SUNDAY[:11] + MIDNIGHT


class Desk:
    """InForce at a time that the test sets."""

    def __init__(self, *limits, spending=None):
        self.at = SATURDAY
        self.store = ProcessStore()
        self.limits = InForce(self.store, lambda: ms_of(self.at), lambda: spending or Spending())
        for limit in limits:
            self.limits.add(limit)

    def reserve(self, attempt, amount, key=""):
        return self.store.reserve("run", attempt, amount, self.limits.scopes(Account(key)))


def test_each_limit_that_applies_is_named_once_for_its_window():
    desk = Desk(
        Limit(1000, Window.TOTAL), Limit(500, Window.DAY), Limit(100, Window.WEEK, "alice"), Limit(50, Window.DAY, "")
    )
    assert desk.limits.scopes(Account("alice")) == ("process total", "process 2026-11-21", "key:alice 2026-W47")
    assert desk.limits.scopes(Account("bob")) == ("process total", "process 2026-11-21")
    assert desk.limits.scopes(Account()) == ("process total", "process 2026-11-21", "key: 2026-11-21")


def test_one_reserve_takes_all_limits_or_none():
    desk = Desk(Limit(1000, Window.TOTAL), Limit(100, Window.DAY, "alice"))
    assert isinstance(desk.reserve(FIRST, 60, "alice"), Granted)
    refused = desk.reserve(SECOND, 60, "alice")
    assert (refused.scope, refused.needed, refused.available, refused.held) == ("key:alice 2026-11-21", 60, 40, 60)
    assert desk.store["process total"] == balance(1000, held=60)


def test_a_refusal_says_when_the_window_ends():
    desk = Desk(Limit(100, Window.WEEK))
    assert desk.reserve(FIRST, 101).ends_ms == ms_of(MONDAY)


def test_what_others_hold_is_busy_and_what_is_spent_is_not():
    desk = Desk(Limit(100, Window.DAY))
    desk.reserve(FIRST, 60)
    assert desk.reserve(SECOND, 50).busy
    desk.store.settle("run", FIRST, 60)
    assert not desk.reserve(SECOND, 50).busy


class TestRenewal:
    def test_the_next_window_begins_with_nothing_spent(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.store.settle("run", FIRST, 100)
        desk.at = SUNDAY
        assert isinstance(desk.reserve(FIRST, 100), Granted)

    def test_a_call_over_midnight_is_settled_in_the_day_in_which_it_was_held(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.at = SUNDAY
        desk.reserve(SECOND, 30)
        desk.store.settle("run", FIRST, 90)
        assert desk.store["process 2026-11-21"] == balance(100, spent=90)
        assert desk.store["process 2026-11-22"] == balance(100, held=30)

    def test_windows_that_are_over_are_closed_once_nothing_is_held_there(self):
        desk = Desk(Limit(100, Window.DAY))
        desk.reserve(FIRST, 100)
        desk.at = SUNDAY
        desk.limits.scopes(Account())
        assert "process 2026-11-21" in desk.store
        desk.store.settle("run", FIRST, 90)
        desk.at = MONDAY
        desk.limits.scopes(Account())
        assert "process 2026-11-21" not in desk.store
        assert "process 2026-11-22" not in desk.store

    def test_what_the_ledger_knows_of_a_window_is_spent_from_the_start(self):
        spending = Spending()
        spending.days["alice"].update({"2026-11-15": 7, "2026-11-16": 20, "2026-11-21": 30})
        spending.days["bob"].update({"2026-11-21": 1})
        limits = [Limit(100, window, key) for window in Window for key in (None, "alice")]
        desk = Desk(*limits, spending=spending)
        spent = {scope: desk.store[scope].spent for scope in desk.limits.scopes(Account("alice"))}
        assert spent == {
            "process total": 58, "process 2026-11-21": 31, "process 2026-W47": 51, "process 2026-11": 58,
            "key:alice total": 57, "key:alice 2026-11-21": 30, "key:alice 2026-W47": 50, "key:alice 2026-11": 57,
        }  # fmt: skip


def test_a_second_limit_for_the_same_window_is_refused():
    desk = Desk(Limit(100, Window.DAY, "alice"))
    with pytest.raises(InputError, match="alice: has a limit for each day already"):
        desk.limits.add(Limit(200, Window.DAY, "alice"))


def test_a_refusal_in_words():
    refused = NotHeld("key:alice 2026-11-21", 50_000_000, 10_000_000, 45_000_000, ms_of(SUNDAY))
    assert told(refused) == (
        "the budget key:alice 2026-11-21 has $0.01 left of the $0.05 needed; $0.045 of it is held by calls under way, "
        "so waiting may help; it is renewed at 2026-11-22T12:00:00.000Z"
    )


def holder_with(journal, *limits):
    store = ProcessStore()
    return holder_for(journal, store, limits_for(journal, store, limits))


class TestHolder:
    """What the interpreter is given: the configured limits, with what the ledger says was spent."""

    def test_what_was_spent_before_the_start_counts(self, tmp_path):
        before = opened(tmp_path / "ledger.jsonl")
        before.append("old", reserved(), charged(), released())
        before.close()
        journal = opened(tmp_path / "ledger.jsonl")
        holder = holder_with(journal, Limit(500_000, Window.DAY), Limit(10**9, Window.MONTH))
        refused = NotHeld("process 2026-11-21", 200_001, 200_000, 0, ms_of(SUNDAY_BEGINS))
        assert asked(holder, "run", 200_001) == refused
        assert holder.refusal("run") == refused
        assert holder.refusal("run") is None
        assert isinstance(asked(holder, "run", 200_000), Granted)
        journal.close()

    def test_without_limits_nothing_is_refused(self, tmp_path):
        journal = opened(tmp_path / "ledger.jsonl")
        assert isinstance(asked(holder_with(journal), "run", 10**15), Granted)
        journal.close()


class TestTags:
    """'A run may carry one key and several tags; each tag with a limit is a budget as well.'"""

    def test_a_run_fits_into_the_budgets_of_each_of_its_tags(self):
        desk = Desk(Limit(100, Window.DAY, tag="a"), Limit(50, Window.TOTAL, tag="b"), Limit(70, Window.DAY, "alice"))
        assert desk.limits.scopes(Account("alice", ("b", "a", "a", "c"))) == (
            "key:alice 2026-11-21", "tag:a 2026-11-21", "tag:b total",
        )  # fmt: skip
        assert desk.limits.scopes(Account("", ("c",))) == ()

    def test_a_limit_is_for_a_key_or_for_a_tag(self):
        with pytest.raises(InputError, match="not for both"):
            Limit(100, Window.DAY, "alice", "a")

    def test_what_the_ledger_knows_of_a_tag_is_spent_from_the_start(self, tmp_path):
        before = opened(tmp_path / "ledger.jsonl")
        before.enrol("old", key="alice", tags=("b", "a"))
        before.append("old", reserved(), charged(), released())
        before.enrol("other", tags=("a",))
        before.append("other", reserved(), charged(), released())
        before.close()
        journal = opened(tmp_path / "ledger.jsonl")
        store = ProcessStore()
        limits = limits_for(journal, store, [Limit(10**9, Window.TOTAL, tag=tag) for tag in "abc"])
        spent = {scope: store[scope].spent for scope in limits.scopes(Account(tags=("a", "b", "c")))}
        assert spent == {"tag:a total": 600_000, "tag:b total": 300_000, "tag:c total": 0}
        journal.close()

    def test_a_lease_is_for_the_tags_that_have_limits(self):
        desk = Desk(Limit(100, Window.DAY, tag="a"))
        assert desk.limits.limited(Account("alice", ("a", "b"))) == Account("alice", ("a",))


class TestChanging:
    """'A key's limit may be changed or withdrawn while runs are under way.'"""

    def test_a_changed_limit_counts_what_was_spent_and_is_held(self):
        desk = Desk(Limit(100, Window.DAY, "alice"))
        desk.reserve(FIRST, 60, "alice")
        desk.limits.change(Limit(150, Window.DAY, "alice"))
        assert desk.reserve(SECOND, 91, "alice") == NotHeld("key:alice 2026-11-21", 91, 90, 60, ms_of(SUNDAY_BEGINS))
        assert isinstance(desk.reserve(SECOND, 90, "alice"), Granted)

    def test_a_limit_below_what_is_out_leaves_nothing_and_the_excess_is_overrun(self):
        desk = Desk(Limit(100, Window.DAY, "alice"))
        desk.reserve(FIRST, 60, "alice")
        desk.limits.change(Limit(40, Window.DAY, "alice"))
        assert desk.store["key:alice 2026-11-21"] == balance(40, held=60, overrun=20)
        assert not isinstance(desk.reserve(SECOND, 1, "alice"), Granted)
        desk.store.settle("run", FIRST, 10)
        assert isinstance(desk.reserve(SECOND, 30, "alice"), Granted)

    def test_a_withdrawn_limit_holds_nobody_and_its_calls_end_where_they_began(self):
        limit = Limit(100, Window.DAY, "alice")
        desk = Desk(limit)
        desk.reserve(FIRST, 60, "alice")
        desk.limits.withdraw(limit)
        assert desk.limits.scopes(Account("alice")) == ()
        desk.limits.add(Limit(80, Window.DAY, "alice"))
        assert not isinstance(desk.reserve(SECOND, 21, "alice"), Granted)
        desk.store.settle("run", FIRST, 50)
        assert desk.store["key:alice 2026-11-21"] == balance(80, spent=50)

    def test_a_withdrawn_limit_with_nothing_held_is_closed(self):
        limit = Limit(100, Window.DAY, "alice")
        desk = Desk(limit)
        desk.limits.scopes(Account("alice"))
        desk.limits.withdraw(limit)
        assert "key:alice 2026-11-21" not in desk.store

    def test_these_limits_of_keys_and_no_others(self):
        desk = Desk(
            Limit(1000, Window.TOTAL),
            Limit(5, Window.DAY, tag="a"),
            Limit(100, Window.DAY, "alice"),
            Limit(9, Window.DAY, "bob"),
        )
        desk.limits.limit_keys([Limit(70, Window.DAY, "alice"), Limit(10, Window.WEEK, "carol")])
        assert set(desk.limits) == {
            Limit(1000, Window.TOTAL), Limit(5, Window.DAY, tag="a"),
            Limit(70, Window.DAY, "alice"), Limit(10, Window.WEEK, "carol"),
        }  # fmt: skip

    def test_a_limit_that_begins_late_counts_what_this_process_has_spent_before(self, tmp_path):
        journal, store = opened(tmp_path / "ledger.jsonl"), ProcessStore()
        limits = limits_for(journal, store, [])
        journal.enrol("run", key="alice", tags=("a",))
        journal.append("run", reserved(), charged(), released())
        limits.limit_keys([Limit(10**9, Window.TOTAL, "alice"), Limit(10**9, Window.TOTAL, "bob")])
        limits.add(Limit(10**9, Window.TOTAL, tag="a"))
        scopes = (*limits.scopes(Account("alice", ("a",))), *limits.scopes(Account("bob")))
        assert [store[scope].spent for scope in scopes] == [300_000, 300_000, 0]
        journal.close()
