"""The limits in force, and the budgets in which a run is held to them: process-wide and per key, each for its window.

    process 2026-11-21     everybody together, that day
    alice 2026-11          one key, that month

A window's budget is opened when it is first needed, with what the ledger says was spent in it, and closed once it is
over and nothing is held in it any more. A call that was reserved before midnight is settled in the day it was held in.
"""

from collections.abc import Callable, Iterable, Mapping

from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise.windows import Span, Window, span_of
from tokenwise_shell.journal import Journal
from tokenwise_shell.jsonl import iso
from tokenwise_shell.spending import Spending, load_spending
from tokenwise_shell.treasury import Purse, Refused, Treasury

__all__ = ["PROCESS", "Accounts", "Limit", "purse_for", "told"]

PROCESS = "process"
"""What scopes of limits that hold for everybody begin with."""


@frozen
class Limit:
    """So much in each window: for one key or tag, or for everybody where `key` is None. Runs without a key have ""."""

    amount: Nanodollars = field(validator=ge(Nanodollars(0)))
    window: Window
    key: str | None = None

    def scope(self, span: Span) -> str:
        """The name of this limit's budget in one window."""
        who = PROCESS if self.key is None else f"key:{self.key}"
        return f"{who} {span.label}"


@define(eq=False)
class Accounts:
    """The limits of one process, in a treasury of its own."""

    treasury: Treasury
    now_ms: Callable[[], int]
    spending: Spending = field(factory=Spending)
    _limits: list[Limit] = field(factory=list)
    _spans: dict[Limit, Span] = field(factory=dict)
    _over: list[str] = field(factory=list)

    def limit(self, limit: Limit) -> None:
        """Put a limit in force. Its first window counts what `spending` knows; load that anew for a key in use.

        Raises InputError where this key has a limit for this window already.
        """
        if any((one.key, one.window) == (limit.key, limit.window) for one in self._limits):
            name = PROCESS if limit.key is None else limit.key
            raise InputError(Problem(name, f"has a limit for each {limit.window.value} already"))
        self._limits.append(limit)

    def scopes(self, key: str) -> tuple[str, ...]:
        """Every budget that a run under this key has to fit into now."""
        at_ms = self.now_ms()
        return tuple(self._scope(limit, at_ms) for limit in self._limits if limit.key in (None, key))

    def _scope(self, limit: Limit, at_ms: int) -> str:
        span = self._spans.get(limit)
        if span is None or (span.ends_ms is not None and at_ms >= span.ends_ms):
            if span is not None:
                self._over.append(limit.scope(span))
            span = self._spans[limit] = span_of(limit.window, at_ms)
            spent = self.spending.spent(span, limit.key)
            self.treasury.open(limit.scope(span), limit.amount, spent=spent, ends_ms=span.ends_ms)
            self._over = list(self._close(self._over))
        return limit.scope(span)

    def _close(self, scopes: Iterable[str]) -> Iterable[str]:
        """Close windows that are over; those that still hold money are for the next time."""
        for scope in scopes:
            if self.treasury[scope].held:
                yield scope
            else:
                self.treasury.close(scope)


def purse_for(journal: Journal, limits: Mapping[Window, Nanodollars]) -> Purse:
    """What the interpreter asks for money: process-wide limits by window, with what the ledger says was spent in each.

    The journal's leases are taken from the same budgets, and give way to calls. Raises OSError where the ledger cannot
    be read. Without limits it is not read, and nothing is refused.
    """
    treasury = Treasury()
    spending = load_spending(journal.file.path, lambda _: None) if limits else Spending()
    accounts = Accounts(treasury, journal.now_ms, spending)
    for window, amount in limits.items():
        accounts.limit(Limit(amount, window))
    journal.leases.treasury, journal.leases.scopes_of = treasury, accounts.scopes
    return Purse(treasury, lambda run_id: accounts.scopes(journal.key_of(run_id)), journal.leases.give_way)


def told(refused: Refused) -> str:
    """A refusal in words: which limit, what was needed, what is left, what others hold, and when the window ends.

    >>> told(Refused("key:alice 2026-11", Nanodollars(50_000_000), Nanodollars(10_000_000), Nanodollars(0)))
    'the budget key:alice 2026-11 has $0.01 left of the $0.05 needed'
    """
    needed, left, held = map(format_usd, (refused.needed, refused.available, refused.held))
    parts = [f"the budget {refused.scope} has {left} left of the {needed} needed"]
    if refused.held:
        parts.append(f"{held} of it is held by calls under way" + (", so waiting may help" if refused.busy else ""))
    if refused.ends_ms is not None:
        parts.append(f"it is renewed at {iso(refused.ends_ms)}")
    return "; ".join(parts)
