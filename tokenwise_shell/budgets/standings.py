"""How every limit stands now, and which of them somebody means by a name: for `tw limits`, and for whoever raises one.

What living processes hold and have spent, their store says; what nobody shares at the moment, the ledger.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from tokenwise.budgets.budget import Budget
from tokenwise.budgets.limit import VOUCHER, Limit, shown_value
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.budgets.windows import Window, Zone, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.local_store import Row
from tokenwise_shell.budgets.owner_sums import OwnerSums
from tokenwise_shell.config.values import nearest
from tokenwise_shell.ledger.booking import Issued
from tokenwise_shell.ledger.spending import Spending

__all__ = ["Books", "Meant", "Standing", "checked", "meant_by", "standings_of"]

_SHOWN: Final = re.compile(r"[A-Za-z0-9._@:+=%~/-]{1,200}")


@frozen
class Standing:
    """How one budget stands. `waiting` calls wait for it to be raised; `renewed_ms` is None where it never is.

    A voucher's is over when it `expires_ms`.
    """

    limit: Limit
    scope: str
    amount: Nanodollars
    spent: Nanodollars
    held: Nanodollars
    renewed_ms: int | None = None
    waiting: int = 0
    expires_ms: int | None = None

    @property
    def left(self) -> Nanodollars:
        """What may still be held."""
        return Nanodollars(max(0, self.amount - self.spent - self.held))


@frozen
class Books:
    """What the ledger says, and what the store of living processes does, by scope.

    `again` reads the ledger for `only` one tag that is none of those spent under last.
    """

    spending: Spending
    sums: OwnerSums | None
    rows: Mapping[str, Row]
    again: Callable[..., Spending] = Spending

    def standing(self, limit: Limit, owner: str, at_ms: int, zone: Zone) -> Standing:
        """How one owner's budget stands in its present window."""
        span = span_of(limit.window, at_ms, zone)
        scope = f"{owner} {span.label}"
        if row := self.rows.get(scope):
            budget = row.budget
            return Standing(limit, scope, budget.limit, budget.spent, budget.held, span.ends_ms, row.waiting)
        if limit.is_plain:
            known = self.spending if self.spending.knows(limit.tag) else self.again(only=limit.tag)
            spent = known.spent(span, limit.key, limit.tag)
        else:
            spent = self.sums.spent(owner, span) if self.sums else Nanodollars(0)
        amount = max(limit.amount, self.spending.raised.get(scope, Nanodollars(0)))
        cut = (
            one.left
            for one in self._vouchers(at_ms)
            if limit.is_plain and not one.voucher.parent and limit.owner_of(one.voucher.account) == owner
            if span_of(limit.window, one.voucher.minted_ms, zone) == span
        )
        return Standing(limit, scope, amount, spent, Nanodollars(sum(cut)), span.ends_ms)

    def vouchers(self, at_ms: int) -> Iterator[Standing]:
        """Those that are good now, the one that is over first at the front."""
        for one in sorted(self._vouchers(at_ms), key=lambda one: (one.voucher.expires_ms, one.voucher.name)):
            voucher, limit = (
                one.voucher,
                Limit(one.voucher.amount, Window.TOTAL, name=one.voucher.scope.partition(" ")[0]),
            )
            cut = Nanodollars(
                sum(other.left for other in self._vouchers(at_ms) if other.voucher.parent == voucher.name)
            )
            row = self.rows.get(voucher.scope)
            budget = row.budget if row else Budget(voucher.amount, one.spent, cut, Nanodollars(one.spent + cut))
            yield Standing(
                limit, voucher.scope, budget.limit, budget.spent, budget.held, expires_ms=one.voucher.expires_ms
            )

    def _vouchers(self, at_ms: int) -> list[Issued]:
        return [one for one in self.spending.vouchers.values() if not one.voucher.is_over(at_ms)]


def standings_of(limits: Iterable[Limit], books: Books, at_ms: int, zone: Zone, *, most: int) -> Iterator[Standing]:
    """Every limit with one owner; of the others, the budgets of at most so many values each, the fullest first."""
    for limit in limits:
        if limit.each is None:
            yield books.standing(limit, limit.owner, at_ms, zone)
            continue
        label = span_of(limit.window, at_ms, zone).label
        of_store = (scope.rpartition(" ") for scope in books.rows)
        owners = {owner for owner, _, window in of_store if window == label and _owns(limit, owner)}
        if books.sums:
            owners |= set(books.sums.fullest(limit, span_of(limit.window, at_ms, zone), most))
        found = [books.standing(limit, owner, at_ms, zone) for owner in owners]
        yield from sorted(found, key=lambda one: (-one.waiting, one.left - one.amount, one.scope))[:most]


def _owns(limit: Limit, owner: str) -> bool:
    return owner.startswith(limit.owner[:-1])  # which ends in the `*` that stands for a value


@frozen
class Meant:
    """The budget that a name means: whose it is, and its scope in the present window."""

    limit: Limit
    owner: str
    scope: str


def meant_by(name: str, limits: Iterable[Limit], at_ms: int, zone: Zone) -> Meant:
    """The budget of this name: its owner (`session:abc`), or owner and window. Raises InputError for none or several.

    A value may be written as it was sent; it is then looked for as scopes have it.
    """
    known = tuple(limits)
    found = [one for limit in known for one in _meant(name.strip(), limit, at_ms, zone)]
    if len(found) == 1:
        return found[0]
    if not found:
        if name.strip().startswith(f"{VOUCHER}:"):
            raise InputError(Problem(name, "vouchers cannot be raised; `tw keys voucher` mints another"))
        owners = [limit.owner for limit in known]
        have = ", ".join(dict.fromkeys(owners)) or "there are none"
        raise InputError(Problem(name, f"no limit holds it; limits: {have}{nearest(name, owners)}"))
    raise InputError(Problem(name, f"has several; say which: {', '.join(repr(one.scope) for one in found)}"))


def _meant(name: str, limit: Limit, at_ms: int, zone: Zone) -> Iterator[Meant]:
    span = span_of(limit.window, at_ms, zone)
    for wanted in dict.fromkeys((name, name.removesuffix(f" {span.label}"))):
        owner = wanted
        if limit.each is not None and _owns(limit, wanted) and len(wanted) >= len(limit.owner):
            start, value = limit.owner[:-1], wanted[len(limit.owner) - 1 :]
            owner = wanted if _SHOWN.fullmatch(value) else start + shown_value(value)
        elif limit.each is not None or wanted != limit.owner:
            continue
        if " " not in owner:
            yield Meant(limit, owner, f"{owner} {span.label}")


def checked(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """These limits, as they can be in force together. Raises InputError where two are of one kind and window."""
    together = Limits(Budgets())
    for limit in limits:
        together.add(limit)
    return tuple(together)
