"""Books of one budget that cannot be. How it is held and settled: test_budget_laws."""

import pytest

from tokenwise.budgets.budget import Budget, reserve
from tokenwise.money import Nanodollars


def nano(amount):
    return Nanodollars(amount)


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
