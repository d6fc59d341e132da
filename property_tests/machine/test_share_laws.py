"""Who names no length holds at most a share of what is left, or the least that would do.

The law is stated of what is granted: the budget's own rule, and what the machine asks for after any refusal.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.machine.test_money_outside import request
from tests.core.worlds import CATALOG
from tokenwise.budgets.budget import Budget, Short, reserve
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import Reserve, ReserveRefused, Woke
from tokenwise.machine.propose import least_for
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy

money = st.integers(0, 10**8).map(Nanodollars)
shares = st.integers(1, 9)


class TestShareLaws:
    @given(limit=money, spent=money, amount=money, share=shares)
    def test_a_budget_grants_no_more_than_a_share_of_what_is_left(self, limit, spent, amount, share):
        spent = Nanodollars(min(limit, spent))
        answer = reserve(Budget(limit, spent), amount, share)
        assert isinstance(answer, Short) == (amount * share > limit - spent)

    @given(share=shares, cap=st.none() | st.integers(1, 8000), budgets=st.lists(st.tuples(money, money), max_size=12))
    def test_no_request_takes_more_than_its_share_unless_it_asked_or_nothing_less_would_do(self, share, cap, budgets):
        run, commands = start(request("r", CATALOG, cap, Policy(fair_share=share)))
        before = None
        for available, held in budgets:
            asked = [command for command in commands if isinstance(command, Reserve)]
            if not asked:
                break
            (ask,) = asked
            if cap is None and ask.share != share:
                assert ask.amount <= least_for(run, run.steps[0].state.attempt.intent)
            assert cap is None or ask.share == 1
            assert before is None or ask.amount <= before
            left = Nanodollars(min(available, ask.amount * ask.share - 1))
            run, commands = step(run, ReserveRefused(ask.attempt, run.now_ms, left, held))
            waits = not run.finished and not any(isinstance(command, Reserve) for command in commands)
            before = None if waits else left
            if waits:
                run, commands = step(run, Woke(ask.attempt, run.now_ms + 250))
