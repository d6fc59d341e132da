"""The law over limits of every kind, checked itself: each bug in its list is seeded into a copy, and must be found.

See `tests/shell/budgets/test_stateful_bugs.py` for how.
"""

from attrs import evolve

from tests.core.test_seeded_bugs import Bug, hunts
from tests.shell.budgets.test_stateful_bugs import BUGS as STATEFUL
from tests.shell.budgets.test_stateful_bugs import PARTS

LAWS = "property_tests/budgets/test_nested_limit_laws.py"

# The first two are those of settling and refusing that the stateful laws of money must find as well.
BUGS = (
    *(evolve(bug, caught_by=LAWS) for bug in STATEFUL[:2]),
    Bug(
        "a limit of some models holds all models",
        "tokenwise/budgets/limit",
        "not (model and self._models.fullmatch(model))",
        "not model",
        LAWS,
    ),
    Bug(
        "a limit of one key holds every key",
        "tokenwise/budgets/limit",
        "self.key not in (None, account.key) or ",
        "",
        LAWS,
    ),
    Bug(
        "all values of a limit share one budget",
        "tokenwise/budgets/limit",
        "return None if value is None else self._owner(value)",
        'return None if value is None else self._owner("one" if value else "")',
        LAWS,
    ),
    Bug(
        "a value that is known no longer by heart begins anew",
        "tokenwise/budgets/limits",
        "not self.store.rest(one.scope)",
        "not self.store.end(one.scope)",
        LAWS,
    ),
    Bug(
        "what was raised is forgotten when the budget is opened again",
        "tokenwise/budgets/limits",
        "max(one.limit.amount, self.raised(one.scope))",
        "one.limit.amount",
        LAWS,
    ),
    Bug(
        "a window never ends",
        "tokenwise/budgets/limits",
        "if one.span is None or one.span.is_over(at_ms) or at_ms < one.since_ms:",
        "if one.span is None:",
        LAWS,
    ),
    Bug(
        "a limit that is lowered forgets what is held",
        "tokenwise/budgets/nested",
        "relimit(self._open[scope], limit)",
        "relimit(Budget(limit, self._open[scope].spent, overrun=self._open[scope].spent), limit)",
        LAWS,
    ),
    Bug(
        "what a call costs above its hold is no overrun",
        "tokenwise/budgets/budget",
        "return cost, -held, max(0, cost - held)",
        "return cost, -held, 0",
        LAWS,
    ),
)


test_the_place_of_each_bug_is_still_there, test_the_law_lists_them_all, test_each_bug_is_caught = hunts(
    BUGS, LAWS, PARTS
)
