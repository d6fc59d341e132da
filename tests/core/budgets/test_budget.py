"""One budget: holds, settlements, overruns and refusals, by hand."""

import pytest

from tokenwise.budgets.budget import Budget, Hold, Short, release, reserve, settle
from tokenwise.money import Nanodollars


def nano(amount):
    return Nanodollars(amount)


def test_what_is_held_is_no_longer_available():
    budget, hold = reserve(Budget(nano(100)), nano(40))
    assert hold == Hold(nano(40))
    assert (budget.held, budget.available) == (40, 60)


def test_the_whole_rest_may_be_held_and_not_a_nano_dollar_more():
    assert not isinstance(reserve(Budget(nano(100), spent=nano(30)), nano(70)), Short)
    assert reserve(Budget(nano(100), spent=nano(30)), nano(71)) == Short(nano(71), nano(70), nano(0))


def test_settling_below_the_hold_gives_the_difference_back():
    budget = settle(*reserve(Budget(nano(100)), nano(40)), nano(15))
    assert (budget.spent, budget.held, budget.overrun, budget.available) == (15, 0, 0, 85)


def test_a_bill_above_the_hold_is_booked_in_full_and_the_excess_as_overrun():
    budget = settle(*reserve(Budget(nano(100)), nano(40)), nano(145))
    assert (budget.spent, budget.overrun, budget.available) == (145, 105, 0)


def test_a_release_costs_nothing():
    assert release(*reserve(Budget(nano(100)), nano(40))) == Budget(nano(100))


@pytest.mark.parametrize(("spent", "busy"), [(60, True), (61, False)])
def test_waiting_may_help_where_the_holds_of_others_would_make_up_what_is_missing(spent, busy):
    short = reserve(Budget(nano(100), spent=nano(spent), held=nano(30)), nano(40))
    assert isinstance(short, Short)
    assert short.busy == busy


def test_nothing_can_be_held_of_a_limit_of_nothing_but_nothing():
    assert isinstance(reserve(Budget(nano(0)), nano(1)), Short)
    assert reserve(Budget(nano(0)), nano(0)) == (Budget(nano(0)), Hold(nano(0)))


@pytest.mark.parametrize(
    "books",
    [
        {"limit": -1},
        {"limit": 100, "spent": 101},
        {"limit": 100, "spent": 60, "held": 41},
        {"limit": 100, "held": -1},
        {"limit": 100, "spent": 120, "overrun": 19},
    ],
)
def test_books_that_break_the_law_cannot_be(books):
    with pytest.raises(ValueError, match=r"must be >= 0|break the budget law"):
        Budget(**books)


def test_a_negative_amount_cannot_be_held():
    with pytest.raises(ValueError, match="amount"):
        reserve(Budget(nano(100), held=nano(10)), nano(-5))
