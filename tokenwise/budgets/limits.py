"""Limits: whom each of them holds, for how long it lasts, and which budgets a call therefore has to fit into now.

    process 2026-11-21         everybody together, that day
    key:alice 2026-11          one key, that month
    tag:nightly total          one tag, ever

A window's budget is opened when it is first needed, with what is known to be spent in it, and closed once it is over
and nothing is held in it any more. A call that was reserved before midnight is settled in the day it was held in.
Limits may come, change and go while runs are under way. What a call holds, it holds where it was reserved. Where the
budgets are stored, and who knows what was spent, is the affair of whoever makes a `Limits`; nothing here reads a clock.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise.budgets.budget import Budget
from tokenwise.budgets.windows import Lasting, Span, Window, lasting, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars

__all__ = ["EVERYBODY", "NOBODY", "Account", "Limit", "Limits", "Store"]

EVERYBODY: Final = "process"
"""What scopes of limits that hold for everybody begin with."""


def _in_order(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(tags)))


@frozen
class Account:
    """Who pays: a run's access key, "" for none, and its tags, each once and sorted. Each of them may have limits."""

    key: str = ""
    tags: tuple[str, ...] = field(default=(), converter=_in_order)


NOBODY: Final = Account()
"""Runs without a key and without tags."""


@frozen
class Limit:
    """So much in each window: for one key, for one tag, or for everybody where both are None.

    Runs without a key have the key "". With `each` "key", every key has a budget of its own of this size. `name` is
    what its budgets are called, where that is not to be whom it limits.
    """

    amount: Nanodollars = field(validator=ge(Nanodollars(0)))
    window: Lasting
    key: str | None = None
    tag: str | None = field(default=None)
    each: str | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)

    @tag.validator
    def _belongs_to_one(self, _: object, tag: str | None) -> None:
        if tag is not None and self.key is not None:
            raise InputError(Problem(tag, "a limit is for a key or for a tag, not for both"))

    @property
    def owner(self) -> str:
        """Whom it limits, as the names of its budgets begin."""
        if self.name:
            return self.name
        if self.tag is not None:
            return f"tag:{self.tag}"
        return EVERYBODY if self.key is None else f"key:{self.key}"

    def owner_of(self, account: Account) -> str | None:
        """Whose budget a run of this account draws on here; None where it draws on none."""
        if self.key not in (None, account.key) or (self.tag is not None and self.tag not in account.tags):
            return None
        return self.owner if self.each is None else f"{self.owner}:{account.key}"

    def scope(self, span: Span) -> str:
        """The name of this limit's budget in one window, where it has but one."""
        return f"{self.owner} {span.label}"


class Store(Protocol):
    """Where budgets are kept: in this process, or where several share them. Nothing here waits."""

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
    """One owner's limit, its window that is open now (None before it was first needed), and its budget's name there."""

    limit: Limit
    owner: str
    span: Span | None = None
    scope: str = ""


_Name = tuple[str, Lasting]


@define(eq=False)
class Limits:
    """Those in force. `spent` says what is known to be spent under one of them, by this owner, in a window."""

    store: Store
    spent: Callable[[Limit, str, Span], Nanodollars] = lambda *_: Nanodollars(0)
    # Of one owner each: for everybody, a key, a tag. There may be thousands of keys, so they are looked up by owner.
    _by_owner: dict[str, dict[Lasting, _InForce]] = field(factory=dict)
    # Of many owners: they are few, and each of them is asked whether it concerns a call.
    _of_many: dict[_Name, Limit] = field(factory=dict)
    _values: dict[_Name, _InForce] = field(factory=dict)
    _over: dict[str, None] = field(factory=dict)

    def __iter__(self) -> Iterator[Limit]:
        yield from (one.limit for windows in self._by_owner.values() for one in windows.values())
        yield from self._of_many.values()

    def __bool__(self) -> bool:
        return bool(self._by_owner or self._of_many)

    def add(self, limit: Limit) -> None:
        """Put a limit in force. Raises InputError where its owner has a limit for this window already."""
        owner, window = limit.owner, limit.window
        if (owner, window) in self._of_many or window in self._by_owner.get(owner, ()):
            name = limit.key or limit.tag or owner
            raise InputError(Problem(name, f"has a limit for each {lasting(window)} already"))
        if _has_many(limit):
            self._of_many[owner, window] = limit
        else:
            self._by_owner.setdefault(owner, {})[window] = _InForce(limit, owner)

    def adopt(self, name: str, budget: Budget) -> str:
        """Hold everybody, for ever, to a budget of which something may be gone, and say under which scope it is."""
        one = _InForce(Limit(budget.limit, Window.TOTAL, name=name), name, span_of(Window.TOTAL, 0), f"{name} total")
        self._of_many[name, Window.TOTAL] = one.limit
        self._values[name, Window.TOTAL] = one
        self.store.open(one.scope, budget.limit, spent=budget.spent, ends_ms=None)
        return one.scope

    def change(self, limit: Limit, at_ms: int) -> None:
        """Put a limit in force in place of its owner's for this window, if there is one. What was spent stays spent."""
        one = self._by_owner.get(limit.owner, {}).get(limit.window)
        if one is None:
            self.add(limit)
        elif one.limit.amount != limit.amount:
            one.limit = limit
            if one.span is not None and not one.span.is_over(at_ms):
                self.store.change(one.scope, limit.amount)

    def withdraw(self, limit: Limit) -> None:
        """End its owner's limit for this window. Raises KeyError where there is none."""
        one = self._by_owner[limit.owner].pop(limit.window)
        if not self._by_owner[limit.owner]:
            del self._by_owner[limit.owner]
        if one.span is not None:
            self._end(one.scope)

    def limit_keys(self, limits: Iterable[Limit], at_ms: int) -> None:
        """From now on these are the limits of keys, and no others: new ones begin, others change, the rest end."""
        wanted = {(limit.owner, limit.window): limit for limit in limits}
        known = [one.limit for windows in self._by_owner.values() for one in windows.values()]
        for limit in known:
            if limit.key is not None and (limit.owner, limit.window) not in wanted:
                self.withdraw(limit)
        for limit in wanted.values():
            self.change(limit, at_ms)

    def scopes(self, account: Account, at_ms: int) -> tuple[str, ...]:
        """Every budget that a run of this account has to fit into at this time; those not yet open are opened."""
        if not self:
            return ()
        return tuple(self._scope(one, at_ms) for one in self._of(account))

    def limited(self, account: Account) -> Account:
        """The account with those of its tags alone that have limits."""
        return Account(account.key, tuple(tag for tag in account.tags if f"tag:{tag}" in self._by_owner))

    def renew(self, scopes: Iterable[str]) -> None:
        """Open these budgets again, with what is known to be spent by now: the store has forgotten them."""
        for windows in self._by_owner.values():
            for one in windows.values():
                if one.scope in scopes:
                    self._open(one)

    def _of(self, account: Account) -> Iterator[_InForce]:
        for owner in (EVERYBODY, f"key:{account.key}", *(f"tag:{tag}" for tag in account.tags)):
            if windows := self._by_owner.get(owner):
                yield from windows.values()
        for (_, window), limit in self._of_many.items():
            if (own := limit.owner_of(account)) is not None:
                yield self._values.get((own, window)) or self._values.setdefault((own, window), _InForce(limit, own))

    def _scope(self, one: _InForce, at_ms: int) -> str:
        if one.span is None or one.span.is_over(at_ms):
            if one.span is not None:
                self._over[one.scope] = None
            one.span = span_of(one.limit.window, at_ms)
            one.scope = f"{one.owner} {one.span.label}"
            self._open(one)
            for scope in tuple(self._over):
                self._end(scope)
        return one.scope

    def _open(self, one: _InForce) -> None:
        limit, span, scope = one.limit, one.span, one.scope
        assert span is not None  # it has a name, which is its window's
        if scope in self._over:  # withdrawn a while ago, and still open for what is held there
            del self._over[scope]
            self.store.change(scope, limit.amount)
            return
        self.store.open(scope, limit.amount, spent=self.spent(limit, one.owner, span), ends_ms=span.ends_ms)

    def _end(self, scope: str) -> None:
        """Close a budget; one that still holds money is for the next time."""
        if self.store.end(scope):
            self._over.pop(scope, None)
        else:
            self._over[scope] = None


def _has_many(limit: Limit) -> bool:
    """Whether it is not looked up by its owner."""
    return limit.each is not None or bool(limit.name)
