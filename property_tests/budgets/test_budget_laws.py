"""Laws of one budget, over any interleaving of reserve, settle and release."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.budgets.budget import Budget, Hold, Short, release, reserve, settle
from tokenwise.money import Nanodollars

small = st.integers(0, 100).map(Nanodollars)
limits = st.integers(0, 300).map(Nanodollars)
# Ask for an amount, or end the n-th open hold at a cost (None: release it whole).
asks = st.tuples(st.just("reserve"), small)
ends = st.tuples(st.just("end"), st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 150))))
moves = st.lists(st.one_of(asks, ends), max_size=40)


def played(limit, moves):
    """Every budget on the way, with the holds open there."""
    budget, holds = Budget(limit), []
    yield budget, tuple(holds)
    for kind, what in moves:
        if kind == "reserve":
            answer = reserve(budget, what)
            if not isinstance(answer, Short):
                budget, hold = answer
                holds.append(hold)
        elif holds:
            nth, cost = what
            hold = holds.pop(nth % len(holds))
            budget = release(budget, hold) if cost is None else settle(budget, hold, Nanodollars(cost))
        yield budget, tuple(holds)


class TestTheLaw:
    """'spent + held <= limit + overrun, before and after every function here'."""

    @given(limits, moves)
    def test_at_any_interleaving(self, limit, moves):
        for budget, _ in played(limit, moves):
            assert budget.spent + budget.held <= budget.limit + budget.overrun

    @given(limits, moves)
    def test_what_is_held_is_the_sum_of_the_open_holds(self, limit, moves):
        for budget, holds in played(limit, moves):
            assert budget.held == sum(hold.amount for hold in holds)

    @given(limits, moves, small)
    def test_a_reservation_is_granted_exactly_where_it_is_available(self, limit, moves, amount):
        *_, (budget, _) = played(limit, moves)
        granted = not isinstance(reserve(budget, amount), Short)
        assert granted == (amount <= budget.available)


class TestConservation:
    """What was held is spent or available again; an excess is booked twice, as spent and as overrun."""

    @given(limits, small, st.integers(0, 150).map(Nanodollars))
    def test_settling_moves_the_hold_and_makes_no_money(self, limit, amount, cost):
        answer = reserve(Budget(limit), amount)
        if isinstance(answer, Short):
            return
        after = settle(*answer, cost)
        assert after.spent == cost
        assert after.held == 0
        assert after.overrun == max(0, cost - amount)

    @given(limits, moves, small)
    def test_releasing_undoes_reserving(self, limit, moves, amount):
        *_, (budget, _) = played(limit, moves)
        answer = reserve(budget, amount)
        if not isinstance(answer, Short):
            assert release(*answer) == budget

    @given(limits, st.lists(st.tuples(small, st.integers(0, 150).map(Nanodollars)), max_size=8), st.randoms())
    def test_the_order_in_which_calls_end_does_not_matter(self, limit, calls, random):
        budget, open_calls = Budget(limit), []
        for amount, cost in calls:
            answer = reserve(budget, amount)
            if not isinstance(answer, Short):
                budget, hold = answer
                open_calls.append((hold, cost))
        ended = [budget, budget]
        for which, order in enumerate((open_calls, random.sample(open_calls, len(open_calls)))):
            for hold, cost in order:
                ended[which] = settle(ended[which], hold, cost)
        assert ended[0] == ended[1]


class TestSettlingOnce:
    """'A driver keeps the `Hold` it was given and settles or releases it once'."""

    @given(st.integers(1, 100).map(Nanodollars))
    def test_the_last_hold_cannot_be_settled_twice(self, amount):
        budget, hold = reserve(Budget(Nanodollars(100)), amount)
        with pytest.raises(ValueError, match="held"):
            release(settle(budget, hold, amount), hold)

    @given(limits, small)
    def test_a_hold_that_was_never_granted_cannot_be_given_back(self, limit, amount):
        with pytest.raises(ValueError, match="held"):
            release(Budget(limit), Hold(Nanodollars(amount + 1)))


class TestRefusal:
    """'The money is not there: what was needed, what is left, and how much of the rest others only hold'."""

    @given(limits, moves, small)
    def test_busy_says_exactly_whether_the_return_of_all_holds_would_help(self, limit, moves, amount):
        *_, (budget, holds) = played(limit, moves)
        short = reserve(budget, amount)
        if not isinstance(short, Short):
            return
        for hold in holds:
            budget = release(budget, hold)
        assert budget.overrun or short.busy == (not isinstance(reserve(budget, amount), Short))
