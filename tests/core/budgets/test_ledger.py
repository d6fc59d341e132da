"""The books of a run: what balances, and what each kind of false line is told as."""

import pytest

from tokenwise.budgets.ledger import (
    Abandoned,
    Charged,
    Corrected,
    Finished,
    Overran,
    Released,
    Reservation,
    Routed,
    StepEnded,
    check,
)
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.traits import Tier

FIRST, SECOND = AttemptId("a", 0), AttemptId("a", 1)


def reserved(amount, attempt=FIRST):
    return Reservation(attempt, "mini", "direct", Nanodollars(amount), 10, 20)


def charged(amount, attempt=FIRST):
    return Charged(attempt, "mini", "direct", Nanodollars(amount), None, "ok", estimated=True, asked="mini")


def released(amount):
    return Released(FIRST, Nanodollars(amount))


def abandoned(amount):
    return Abandoned(FIRST, "mini", "direct", Nanodollars(amount))


def corrected(was, amount):
    call = Nanodollars(100), 1, "2026-11-21", "2026-11-21", "ok"
    return Corrected(FIRST, "mini", "direct", Nanodollars(amount), Nanodollars(was), *call, estimated=False, why="bill")


def overran(amount):
    return Overran(FIRST, Nanodollars(amount))


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [reserved(100), charged(100)],
        [reserved(100), charged(30), released(70)],
        [reserved(100), charged(0), released(100)],
        [reserved(100), charged(130), overran(30)],
        [reserved(100), abandoned(100)],
        [charged(30), reserved(100), released(70)],  # in any order
        [reserved(0), charged(0)],
        [reserved(100), charged(30), released(70), corrected(30, 50), corrected(50, 30), corrected(30, 200)],
        [corrected(50, 60), reserved(100), corrected(30, 50), charged(30), released(70)],  # in any order
        [Routed(FIRST, "mini", "direct", Tier.BUDGET, Nanodollars(9)), StepEnded("a", "ok", Nanodollars(9), "")],
        [Finished("completed", Nanodollars(9), Nanodollars(0))],
    ],
)
def test_books_that_balance(entries):
    assert list(check(entries)) == []


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([reserved(100)], ["a#0: closed 0 times, expected once"]),
        ([charged(5)], ["a#0: reserved 0 times, expected once", "a#0: -5 nano-dollars unaccounted for"]),
        ([reserved(100), charged(30)], ["a#0: 70 nano-dollars unaccounted for"]),
        ([reserved(100), charged(130)], ["a#0: -30 nano-dollars unaccounted for"]),
        (
            [reserved(100), charged(30), released(70), corrected(40, 50)],
            ["a#0: a correction goes on from 40 nano-dollars, which nobody stated"],
        ),
        (
            [reserved(100), charged(30), released(70), corrected(30, 50), corrected(30, 60)],  # it was 50 by then
            ["a#0: a correction goes on from 30 nano-dollars, which nobody stated"],
        ),
        ([reserved(100), charged(100), charged(100)], ["a#0: closed 2 times, expected once"]),
        ([reserved(100), charged(100), abandoned(100)], ["a#0: closed 2 times, expected once"]),
        (
            [reserved(100), reserved(100), charged(100)],
            ["a#0: reserved 2 times, expected once", "a#0: 100 nano-dollars unaccounted for"],
        ),
        (
            [reserved(100), charged(100, SECOND)],
            [
                "a#0: closed 0 times, expected once",
                "a#1: reserved 0 times, expected once",
                "a#1: -100 nano-dollars unaccounted for",
            ],
        ),
    ],
)
def test_books_that_do_not_balance_say_which_attempt_and_by_how_much(entries, told):
    assert [str(problem) for problem in check(entries)] == told


@pytest.mark.parametrize("line", [reserved, charged, released, abandoned, overran])
def test_no_line_is_of_less_than_nothing(line):
    with pytest.raises(ValueError, match="amount"):
        line(-1)
