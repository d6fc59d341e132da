"""Several budgets at once, and the limits that say which of them a call has to fit into."""

import pytest

from tokenwise.budgets.budget import Budget, Short
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets, Held
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise.ids import AttemptId

FIRST, SECOND = AttemptId("a", 0), AttemptId("a", 1)
EVER, DAY = Limit(150, Window.TOTAL, name="ever"), Limit(100, 1_000, name="day")
ANYBODY = Account()


class Desk:
    """Limits over budgets in memory, at a time that the test sets."""

    def __init__(self, *limits):
        self.budgets, self.now = Budgets(closed=[]), 0
        self.limits = Limits(self.budgets)
        for limit in limits:
            self.limits.add(limit)

    def reserve(self, attempt, amount, account=ANYBODY):
        return self.budgets.reserve("r", attempt, amount, self.limits.scopes(account, self.now))

    def settle(self, attempt, cost):
        self.budgets.settle("r", attempt, cost)


def test_money_is_held_in_every_scope_or_in_none():
    desk = Desk(EVER, DAY)
    assert isinstance(desk.reserve(FIRST, 90), Held)
    assert desk.reserve(SECOND, 40) == Short(40, 10, 90, "day 0")
    assert desk.budgets["ever total"] == Budget(150, held=90)


def test_a_year_of_windows_keeps_one_open():
    desk = Desk(DAY)
    for day in range(365):
        desk.now = 1_000 * day
        desk.reserve(AttemptId("a", day), 10)
        desk.settle(AttemptId("a", day), 10)
    assert [closed.window for closed in desk.budgets.closed] == [str(day) for day in range(364)]
    assert list(desk.budgets) == ["day 364"]


def test_settling_what_was_refused_changes_nothing():
    desk = Desk(DAY)
    desk.reserve(FIRST, 500)
    desk.settle(FIRST, 0)
    assert desk.budgets["day 0"] == Budget(100)


def test_a_limit_for_each_key_gives_every_key_its_own():
    desk = Desk(Limit(100, Window.TOTAL, each="key", name="own"))
    desk.reserve(FIRST, 90, Account("alice"))
    assert isinstance(desk.reserve(SECOND, 90, Account("bob")), Held)
    assert set(desk.budgets) == {"own:alice total", "own:bob total"}


def test_a_second_limit_of_the_same_kind_and_window_is_refused():
    desk = Desk(Limit(100, Window.TOTAL, each="key", name="own"))
    with pytest.raises(InputError, match=r"own:\*: has a limit for each total already"):
        desk.limits.add(Limit(50, Window.TOTAL, each="key", name="own"))
