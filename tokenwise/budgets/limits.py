"""The limits in force, and which budgets a call has to fit into now.

A window's budget is opened when it is first needed, with what is known to be spent in it, and closed once it is over
and nothing is held in it any more. A call that was reserved before midnight is settled in the day it was held in.
Limits may come, change and go while runs are under way. What a call holds, it holds where it was reserved. Where the
budgets are stored, and who knows what was spent, is the affair of whoever makes a `Limits`; nothing here reads a clock.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import Final, Protocol

from attrs import define, field

from tokenwise.budgets.budget import Budget
from tokenwise.budgets.limit import EVERYBODY, Account, Limit
from tokenwise.budgets.voucher import voucher_scope
from tokenwise.budgets.windows import UTC, Lasting, Span, Window, Zone, lasting, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars

__all__ = ["Limits", "Store"]

# As many values of limits `each` as are known by heart; the others' windows are looked up again.
_REMEMBERED: Final = 4096

_NEVER: Final = 1 << 62


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

    def rest(self, scope: str) -> bool:
        """Nobody has asked for this budget lately. Say whether it is kept elsewhere, and need not be ended."""
        ...

    def is_spent(self, scope: str) -> bool:
        """Whether all of an open budget is spent, as far as can be known without waiting."""
        ...

    def __contains__(self, scope: object) -> bool:
        """Whether it is open, as far as is known here."""
        ...

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands, as far as can be known without waiting. Raises KeyError where nothing is."""
        ...


@define
class _InForce:
    """One owner's limit, its window that is open now (None before it was first needed), and its budget's name there.

    The window was looked up at `since_ms`; it may be another one whenever the clock shows less.
    """

    limit: Limit
    owner: str
    span: Span | None = None
    scope: str = ""
    since_ms: int = 0


_Name = tuple[str, Lasting]


@define(eq=False)
class Limits:
    """Those in force. `spent` says what is known to be spent under one of them, by this owner, in a window.

    `raised` says to what somebody has raised one budget, by its scope. `of_many` are those that have other owners than
    everybody, a key or a tag.
    """

    store: Store
    spent: Callable[[Limit, str, Span], Nanodollars] = lambda *_: Nanodollars(0)
    zone: Zone = UTC
    raised: Callable[[str], Nanodollars] = lambda _: Nanodollars(0)
    remembered: int = _REMEMBERED
    # Of one owner each: for everybody, a key, a tag. There may be thousands of keys, so they are looked up by owner.
    _by_owner: dict[str, dict[Lasting, _InForce]] = field(factory=dict)
    # Of many owners: they are few, and each of them is asked whether it concerns a call.
    _of_many: dict[_Name, Limit] = field(factory=dict)
    of_many: tuple[Limit, ...] = field(default=(), init=False)
    # Their owners' windows, the one asked for last at the end; and when those end that were forgotten.
    _values: dict[_Name, _InForce] = field(factory=dict)
    _resting: list[tuple[int, str]] = field(factory=list)
    # What each account was told last, with when from and until when that holds, where it says all that limits ask for.
    _told: dict[Account, tuple[int, int, tuple[str, ...]]] = field(factory=dict)
    _over: dict[str, None] = field(factory=dict)
    _ask_for_accounts: bool = True

    def __iter__(self) -> Iterator[Limit]:
        yield from (one.limit for windows in self._by_owner.values() for one in windows.values())
        yield from self._of_many.values()

    def __bool__(self) -> bool:
        return bool(self._by_owner or self._of_many)

    def add(self, limit: Limit) -> None:
        """Put a limit in force. Raises InputError where its owner has a limit for this window already."""
        self._told.clear()
        owner, window = limit.owner, limit.window
        if (owner, window) in self._of_many or window in self._by_owner.get(owner, ()):
            name = limit.key or limit.tag or owner
            raise InputError(Problem(name, f"has a limit for each {lasting(window)} already"))
        if limit.is_plain:
            self._by_owner.setdefault(owner, {})[window] = _InForce(limit, owner)
        else:
            self._add_of_many((owner, window), limit)

    def _add_of_many(self, name: _Name, limit: Limit) -> None:
        self._of_many[name] = limit
        self.of_many = tuple(self._of_many.values())
        self._ask_for_accounts = all(one.model is None and one.each in (None, "key") for one in self.of_many)

    def adopt(self, name: str, budget: Budget) -> str:
        """Hold everybody, for ever, to a budget of which something may be gone, and say under which scope it is."""
        self._told.clear()
        one = _InForce(Limit(budget.limit, Window.TOTAL, name=name), name, span_of(Window.TOTAL, 0), f"{name} total")
        self._add_of_many((name, Window.TOTAL), one.limit)
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
                self.store.change(one.scope, self._amount(one))

    def withdraw(self, limit: Limit) -> None:
        """End its owner's limit for this window. Raises KeyError where there is none."""
        self._told.clear()
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

    def scopes(self, account: Account, at_ms: int, model: str = "") -> tuple[str, ...]:
        """Every budget that a call of this account to this model has to fit into now; those not yet open are opened.

        What a voucher pays is held for everybody, the key and the tags already.
        """
        if known := self.told(account, at_ms):
            return known
        if not self and not account.voucher:
            return ()
        plain = () if account.voucher else self._of(account)
        drawn_on = *plain, *self._of_values(account, model)
        scopes = tuple([self._scope(one, at_ms) for one in drawn_on])
        if account.voucher:
            scopes = (*scopes, voucher_scope(account.voucher))
        while len(self._values) > self.remembered:  # only now: nothing that this call draws on is among the oldest
            self._forget(next(iter(self._values)))
        if self._ask_for_accounts and not account.voucher:
            self._keep(account, at_ms, drawn_on, scopes)
        return scopes

    def told(self, account: Account, at_ms: int) -> tuple[str, ...]:
        """Every budget that calls of this account have to fit into now, where that is remembered; else none."""
        known = self._told.get(account)
        return known[2] if known and known[0] <= at_ms < known[1] else ()

    def _keep(self, account: Account, at_ms: int, drawn_on: Iterable[_InForce], scopes: tuple[str, ...]) -> None:
        """Remember what an account was told: until the first of the windows ends, it is told the same."""
        if len(self._told) >= self.remembered:
            self._told.clear()
        ends = (one.span.ends_ms for one in drawn_on if one.span and one.span.ends_ms is not None)
        self._told[account] = at_ms, min(ends, default=_NEVER), scopes

    def plain_scopes(self, account: Account, at_ms: int) -> tuple[str, ...]:
        """Of these, the budgets of everybody, of the key and of the tags."""
        return tuple(self._scope(one, at_ms) for one in self._of(account)) if self._by_owner else ()

    def holding(self, account: Account, since_ms: int, at_ms: int) -> tuple[str, ...]:
        """Of these, the ones whose present windows that moment belongs to."""
        return tuple(
            self._scope(one, at_ms)
            for one in self._of(account)
            if span_of(one.limit.window, since_ms, self.zone) == span_of(one.limit.window, at_ms, self.zone)
        )

    def limit_of(self, scope: str) -> Limit | None:
        """The limit of a budget that was asked for lately; None where it is not known any more."""
        owner = scope.rpartition(" ")[0]
        known = [*self._by_owner.get(owner, {}).values()]
        known += [one for _, window in self._of_many if (one := self._values.get((owner, window)))]
        return next((one.limit for one in known if one.scope == scope), None)

    def models_of(self, scope: str) -> str:
        """The glob of the models that a budget limits, "" where it limits all."""
        if self._ask_for_accounts:
            return ""
        limit = self.limit_of(scope)
        return (limit and limit.model) or ""

    def plain(self, account: Account) -> list[tuple[Limit, str]]:
        """The limits of everybody, the key and the tags, with their budgets in the windows that were asked for last."""
        return [(one.limit, one.scope) for one in self._of(account)]

    def scope_of(self, limit: Limit) -> str:
        """The budget of a limit with one owner, in the window that was asked for last; "" where nobody has asked."""
        one = self._by_owner.get(limit.owner, {}).get(limit.window) or self._values.get((limit.owner, limit.window))
        return one.scope if one else ""

    def present(self) -> Iterator[tuple[Limit, str, str]]:
        """The budgets known by heart: limit, owner and scope, the one asked for last at the end."""
        for one in self._known():
            if one.scope:
                yield one.limit, one.owner, one.scope

    def limited(self, account: Account) -> Account:
        """The account with those of its tags alone that have limits."""
        return Account(account.key, tuple(tag for tag in account.tags if f"tag:{tag}" in self._by_owner))

    def renew(self, scopes: Iterable[str]) -> None:
        """Open these budgets again, with what is known to be spent by now: the store has forgotten them."""
        for one in self._known():
            if one.scope in scopes:
                self._open(one)

    def _known(self) -> Iterator[_InForce]:
        for windows in self._by_owner.values():
            yield from windows.values()
        yield from self._values.values()

    def _of(self, account: Account) -> Iterator[_InForce]:
        for owner in (EVERYBODY, f"key:{account.key}", *(f"tag:{tag}" for tag in account.tags)):
            if windows := self._by_owner.get(owner):
                yield from windows.values()

    def _of_values(self, account: Account, model: str) -> Iterator[_InForce]:
        for (_, window), limit in self._of_many.items():
            if (owner := limit.owner_of(account, model)) is not None:
                name = owner, window
                one = self._values.pop(name) if name in self._values else _InForce(limit, owner)
                self._values[name] = one
                yield one

    def _forget(self, name: _Name) -> None:
        """Know one value's window no longer by heart. What was spent there stays where it is kept."""
        one = self._values.pop(name)
        self._told.clear()
        if one.span and not self.store.rest(one.scope) and one.span.ends_ms is not None:
            heappush(self._resting, (one.span.ends_ms, one.scope))

    def _scope(self, one: _InForce, at_ms: int) -> str:
        if one.span is None or one.span.is_over(at_ms) or at_ms < one.since_ms:
            span, one.since_ms = span_of(one.limit.window, at_ms, self.zone), at_ms
            if span != one.span:
                self._turn(one, span, at_ms)
        return one.scope

    def _turn(self, one: _InForce, span: Span, at_ms: int) -> None:
        """Another window: usually the next one, or an earlier one where a clock was put back."""
        if one.span is not None:
            self._over[one.scope] = None
        while self._resting and self._resting[0][0] <= at_ms:
            self._over[heappop(self._resting)[1]] = None
        one.span, one.scope = span, f"{one.owner} {span.label}"
        if one.scope in self._over or one.scope not in self.store:
            self._open(one)
        for scope in tuple(self._over):
            self._end(scope)

    def _open(self, one: _InForce) -> None:
        limit, span, scope = one.limit, one.span, one.scope
        assert span is not None  # it has a name, which is its window's
        if scope in self._over:  # withdrawn a while ago, and still open for what is held there
            del self._over[scope]
            self.store.change(scope, self._amount(one))
            return
        self.store.open(scope, self._amount(one), spent=self.spent(limit, one.owner, span), ends_ms=span.ends_ms)

    def _amount(self, one: _InForce) -> Nanodollars:
        return max(one.limit.amount, self.raised(one.scope))

    def _end(self, scope: str) -> None:
        """Close a budget; one that still holds money is for the next time."""
        if scope not in self.store or self.store.end(scope):
            self._over.pop(scope, None)
        else:
            self._over[scope] = None
