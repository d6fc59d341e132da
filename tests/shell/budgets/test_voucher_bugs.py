"""The law with vouchers, checked itself: each bug in its list is seeded into a copy, and must be found.

See `tests/shell/budgets/test_stateful_bugs.py` for how.
"""

from tests.core.test_seeded_bugs import Bug, hunts
from tests.shell.budgets.test_stateful_bugs import PARTS

LAWS = "property_tests/budgets/test_voucher_laws.py"

BUGS = (
    Bug(
        "what a voucher has spent stays held in its parents too",
        "tokenwise/budgets/backing",
        "held = parent.held + _left(after) - _left(before)",
        "held = parent.held + max(0, _left(after) - _left(before))",
        LAWS,
    ),
    Bug(
        "what a voucher has spent is spent by nobody above it",
        "tokenwise/budgets/backing",
        "parent.spent + after.spent - before.spent",
        "parent.spent",
        LAWS,
    ),
    Bug(
        "a call under a voucher is held in the budgets above as well",
        "tokenwise/budgets/limits",
        "plain = () if account.voucher else self._of(account)",
        "plain = self._of(account)",
        LAWS,
    ),
    Bug(
        "a closed voucher keeps what its last call leaves",
        "tokenwise/budgets/backing",
        "        if backing.closed:\n            now[scope] = closed(now[scope])\n",
        "        if backing.closed and now[scope].held:\n            now[scope] = closed(now[scope])\n",
        LAWS,
    ),
    Bug(
        "a voucher that is given back may be spent all the same",
        "tokenwise_shell/budgets/vouchers",
        "            store.shut(voucher_scope(name))",
        "            pass",
        LAWS,
    ),
    Bug(
        "an expired voucher keeps its money",
        "tokenwise_shell/budgets/vouchers",
        "over = store.expired(self.now_ms()) if store else ()",
        "over = ()",
        LAWS,
    ),
    Bug(
        "after a restart nothing is held for open vouchers",
        "tokenwise/budgets/backing",
        "    return _drawn(parent, Budget(min(one.limit, one.spent), one.spent, _NOTHING, one.overrun), one)",
        "    return parent",
        LAWS,
    ),
    Bug(
        "after a restart a voucher is worth its whole amount again",
        "tokenwise_shell/ledger/spending",
        "one.spent = Nanodollars(max(0, one.spent + nano))",
        "one.spent = Nanodollars(0)",
        LAWS,
    ),
    Bug(
        "what is paid with a voucher counts on the day of the call",
        "tokenwise_shell/ledger/spending",
        "            day = day_of(minted, self.zone)\n",
        "",
        LAWS,
    ),
    Bug(
        "a limit of some models holds no call that a voucher pays",
        "tokenwise/budgets/limits",
        "for one in (*plain, *self._of_values(account, model)))",
        "for one in (*plain, *(() if account.voucher else self._of_values(account, model))))",
        LAWS,
    ),
)


test_the_place_of_each_bug_is_still_there, test_the_law_lists_them_all, test_each_bug_is_caught = hunts(
    BUGS, LAWS, PARTS
)
