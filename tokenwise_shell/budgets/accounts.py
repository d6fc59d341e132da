"""The limits in force, and the budgets in which a run is held to them: for everybody, per key and per tag.

    process 2026-11-21     everybody together, that day
    key:alice 2026-11      one key, that month
    tag:nightly total      one tag, ever

A window's budget is opened when it is first needed, with what the ledger says was spent in it, and closed once it is
over and nothing is held in it any more. A call that was reserved before midnight is settled in the day it was held in.
Limits may come, change and go while runs are under way. What a call holds, it holds where it was reserved, so calls
that are under way when a limit begins count in it only if the ledger knows their cost by then.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise.budgets.windows import Span, Window, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.local_store import LocalTreasury
from tokenwise_shell.budgets.treasury import Purse, Refused, Treasury
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.ledger.booking import Account
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.ledger.spending import Spending, load_spending

__all__ = ["PROCESS", "Accounts", "Bank", "Limit", "accounts_for", "limits_of", "purse_for", "told"]

PROCESS = "process"
"""What scopes of limits that hold for everybody begin with."""


@frozen
class Limit:
    """So much in each window: for one key, for one tag, or for everybody where both are None.

    Runs without a key have the key "".
    """

    amount: Nanodollars = field(validator=ge(Nanodollars(0)))
    window: Window
    key: str | None = None
    tag: str | None = field(default=None)

    @tag.validator
    def _belongs_to_one(self, _: object, tag: str | None) -> None:
        if tag is not None and self.key is not None:
            raise InputError(Problem(tag, "a limit is for a key or for a tag, not for both"))

    @property
    def owner(self) -> str:
        """Whom it limits, as the names of its budgets begin."""
        if self.tag is not None:
            return f"tag:{self.tag}"
        return PROCESS if self.key is None else f"key:{self.key}"

    def scope(self, span: Span) -> str:
        """The name of this limit's budget in one window."""
        return f"{self.owner} {span.label}"


class Bank(Protocol):
    """Where the budgets of windows are kept: in this process, or where replicas share them. Nothing here waits."""

    def open(self, scope: str, limit: Nanodollars, *, spent: Nanodollars, ends_ms: int | None) -> None:
        """Begin a budget of which so much is spent already."""
        ...

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give an open budget another limit."""
        ...

    def end(self, scope: str) -> bool:
        """Close a budget unless money is held in it, and say whether that was so."""
        ...


@define
class _InForce:
    """A limit, its window that is open now (None before it was first needed), and the name of its budget there."""

    limit: Limit
    span: Span | None = None
    scope: str = ""


@define(eq=False)
class Accounts:
    """The limits of one process.

    `load` reads what the ledger knew when this process entered it; `tally` is what it has spent since.
    """

    bank: Bank
    now_ms: Callable[[], int]
    load: Callable[[], Spending] = Spending
    tally: Spending = field(factory=Spending)
    _loaded: Spending | None = None
    _limits: dict[str, dict[Window, _InForce]] = field(factory=dict)
    _over: dict[str, None] = field(factory=dict)

    def read(self) -> Spending:
        """What the ledger knew; read now, if it has not been. Raises OSError."""
        if self._loaded is None:
            self._loaded = self.load()
        return self._loaded

    async def prepare(self) -> None:
        """Read the ledger in a thread, unless that is done; else the first budget to be opened waits for the disk."""
        import trio

        if self._loaded is None:
            self._loaded = await trio.to_thread.run_sync(self.load)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Those in force."""
        return tuple(one.limit for windows in self._limits.values() for one in windows.values())

    def limit(self, limit: Limit) -> None:
        """Put a limit in force. Raises InputError where its owner has a limit for this window already."""
        windows = self._limits.setdefault(limit.owner, {})
        if limit.window in windows:
            name = limit.key or limit.tag or limit.owner
            raise InputError(Problem(name, f"has a limit for each {limit.window.value} already"))
        windows[limit.window] = _InForce(limit)

    def change(self, limit: Limit) -> None:
        """Put a limit in force in place of its owner's for this window, if there is one. What was spent stays spent."""
        one = self._limits.get(limit.owner, {}).get(limit.window)
        if one is None:
            self.limit(limit)
        elif one.limit.amount != limit.amount:
            one.limit = limit
            if one.span is not None and not _is_over(one.span, self.now_ms()):
                self.bank.change(one.scope, limit.amount)

    def withdraw(self, limit: Limit) -> None:
        """End its owner's limit for this window. Raises KeyError where there is none."""
        one = self._limits[limit.owner].pop(limit.window)
        if not self._limits[limit.owner]:
            del self._limits[limit.owner]
        if one.span is not None:
            self._end(one.scope)

    def limit_keys(self, limits: Iterable[Limit]) -> None:
        """From now on these are the limits of keys, and no others: new ones begin, others change, the rest end."""
        wanted = {(limit.owner, limit.window): limit for limit in limits}
        for limit in self.limits:
            if limit.key is not None and (limit.owner, limit.window) not in wanted:
                self.withdraw(limit)
        for limit in wanted.values():
            self.change(limit)

    def scopes(self, account: Account) -> tuple[str, ...]:
        """Every budget that a run of this account has to fit into now."""
        if not self._limits:
            return ()
        at_ms = self.now_ms()
        return tuple(self._scope(one, at_ms) for one in self._of(account))

    def limited(self, account: Account) -> Account:
        """The account with those of its tags alone that have limits."""
        return Account(account.key, tuple(tag for tag in account.tags if f"tag:{tag}" in self._limits))

    def renew(self, scopes: Iterable[str]) -> None:
        """Open these budgets again, with what is known to be spent by now: the bank has forgotten them."""
        for windows in self._limits.values():
            for one in windows.values():
                if one.span is not None and one.scope in scopes:
                    self._open(one.limit, one.span)

    def _of(self, account: Account) -> Iterator[_InForce]:
        for owner in (PROCESS, f"key:{account.key}", *(f"tag:{tag}" for tag in account.tags)):
            if windows := self._limits.get(owner):
                yield from windows.values()

    def _scope(self, one: _InForce, at_ms: int) -> str:
        if one.span is None or _is_over(one.span, at_ms):
            if one.span is not None:
                self._over[one.scope] = None
            one.span = span_of(one.limit.window, at_ms)
            one.scope = one.limit.scope(one.span)
            self._open(one.limit, one.span)
            for scope in tuple(self._over):
                self._end(scope)
        return one.scope

    def _open(self, limit: Limit, span: Span) -> None:
        scope = limit.scope(span)
        if scope in self._over:  # withdrawn a while ago, and still open for what is held there
            del self._over[scope]
            self.bank.change(scope, limit.amount)
            return
        spent = sum(known.spent(span, limit.key, limit.tag) for known in (self.read(), self.tally))
        self.bank.open(scope, limit.amount, spent=Nanodollars(spent), ends_ms=span.ends_ms)

    def _end(self, scope: str) -> None:
        """Close a budget; one that still holds money is for the next time."""
        if self.bank.end(scope):
            self._over.pop(scope, None)
        else:
            self._over[scope] = None


def _is_over(span: Span, at_ms: int) -> bool:
    return span.ends_ms is not None and at_ms >= span.ends_ms


def limits_of(settings: Settings) -> tuple[Limit, ...]:
    """The limits that the configuration sets: for everybody, and for tags. Those of keys stand with the keys."""
    tagged = (
        Limit(amount, window, tag=tag)
        for tag, windows in settings.tag_budgets.items()
        for window, amount in windows.items()
    )
    return (*(Limit(amount, window) for window, amount in settings.budgets.items()), *tagged)


def accounts_for(journal: Journal, bank: Bank, limits: Iterable[Limit]) -> Accounts:
    """These limits, with what the journal's ledger says was spent under each.

    Raises OSError where it cannot be read. Without limits it is not read.
    """
    accounts = Accounts(bank, journal.now_ms, partial(_loaded, journal), journal.tally)
    for limit in limits:
        accounts.limit(limit)
    if accounts.limits:
        accounts.read()
    return accounts


def purse_for(journal: Journal, treasury: Treasury | LocalTreasury, accounts: Accounts) -> Purse:
    """What the interpreter asks for money where it is answered at once: in this process, or on this machine.

    The journal's leases are taken from the same budgets, and give way to calls.
    """
    leases = journal.leases
    leases.lender, leases.scopes_of, leases.limited = treasury, accounts.scopes, accounts.limited
    return Purse(treasury, lambda run_id: accounts.scopes(journal.account_of(run_id)), leases.give_way, journal.now_ms)


def _loaded(journal: Journal) -> Spending:
    """What the ledger knew when this process entered it. From now on the process keeps the sums of all of it."""
    journal.keeps_sums = True
    return load_spending(journal.file.path, _unheard, until=journal.entered)


def _unheard(_: str) -> None:
    """For notices that opening the ledger has given already."""


def told(refused: Refused) -> str:
    """A refusal in words: which limit, what was needed, what is left, what others hold, and when the window ends.

    >>> told(Refused("key:alice 2026-11", Nanodollars(50_000_000), Nanodollars(10_000_000), Nanodollars(0)))
    'the budget key:alice 2026-11 has $0.01 left of the $0.05 needed'
    """
    needed, left, held = map(format_usd, (refused.needed, refused.available, refused.held))
    if refused.unreachable:
        return f"the shared budgets cannot be reached, so the {needed} needed cannot be held; see `budget_store`"
    parts = [f"the budget {refused.scope} has {left} left of the {needed} needed"]
    if refused.held:
        parts.append(f"{held} of it is held by calls under way" + (", so waiting may help" if refused.busy else ""))
    if refused.ends_ms is not None:
        parts.append(f"it is renewed at {iso(refused.ends_ms)}")
    return "; ".join(parts)
