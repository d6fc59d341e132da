"""The stateful laws of money, checked themselves: each bug in their list is seeded into a copy, and must be found.

See `tests/core/test_seeded_bugs.py` for how, and for what the docstring of
property_tests/budgets/test_stateful_money_laws.py.
"""

from tests.core.test_seeded_bugs import Bug, hunts

PARTS = ("tokenwise", "tokenwise_shell", "property_tests")
LAWS = "property_tests/budgets/test_stateful_money_laws.py"

BUGS = (
    Bug(
        "a settlement reaches the first budget alone",
        "tokenwise/budgets/nested",
        "{scope: settle(of(scope), held.hold, cost) for scope in held.scopes}",
        "{scope: settle(of(scope), held.hold, cost) for scope in held.scopes[:1]}",
        LAWS,
    ),
    Bug(
        "a refused reserve leaves its hold in the budgets that would have granted it",
        "tokenwise/budgets/nested",
        "        if isinstance(answer, Short):\n            return answer\n        self._open |= answer\n",
        "        if isinstance(answer, Short):\n            self._open |= {scope: taken[0] for scope in scopes\n"
        "            if not isinstance(taken := reserve(self._open[scope], amount, share), Short)}\n"
        "            return answer\n        self._open |= answer\n",
        LAWS,
    ),
    Bug(
        "what a process had reserved when it died is forgotten",
        "tokenwise_shell/ledger/recovery",
        "if one.balance.writer not in roll.living and one.balance.closed <= 1:",
        "if one.balance.writer not in roll.living and one.balance.closed == 1:",
        LAWS,
    ),
    Bug(
        "a charge is written off in full when its run is gone on with",
        "tokenwise_shell/engine/interpret",
        "yield Lost(attempt.id, at_ms, booked.get(attempt.id, _NOTHING))",
        "yield Lost(attempt.id, at_ms)",
        LAWS,
    ),
    Bug(
        "a call that was made and not recorded is forgotten when its run is gone on with",
        "tokenwise_shell/engine/interpret",
        "yield Lost(attempt.id, at_ms, booked.get(attempt.id))",
        "yield Lost(attempt.id, at_ms)",
        LAWS,
    ),
    Bug(
        "cancelling a run forgets the reserves that it has not heard of yet",
        "tokenwise/machine/machine",
        "out += (Settle(attempt.id, Nanodollars(0)),)",
        "out += ()",
        LAWS,
    ),
    Bug(
        "a run is not held to the limits of its tags",
        "tokenwise/budgets/limits",
        '*(f"tag:{tag}" for tag in account.tags)):',
        "*()):",
        LAWS,
    ),
    Bug(
        "each window begins with all that was ever spent",
        "tokenwise_shell/budgets/limits",
        "known.spent(span, limit.key, limit.tag)",
        "known.spent(span_of(Window.TOTAL, 0), limit.key, limit.tag)",
        LAWS,
    ),
    Bug(
        "a call over midnight counts on the day on which it ended",
        "tokenwise_shell/ledger/spending",
        "day = self.open.pop(place, day)",
        "day = self.open.pop(place, day) and day",
        LAWS,
    ),
    Bug(
        "a limit that is changed forgets what is held",
        "tokenwise/budgets/nested",
        "relimit(self._open[scope], limit)",
        "relimit(Budget(limit, self._open[scope].spent, overrun=self._open[scope].spent), limit)",
        LAWS,
    ),
)


test_the_place_of_each_bug_is_still_there, test_the_laws_list_them_all, test_each_bug_is_caught = hunts(
    BUGS, LAWS, PARTS
)
