"""What a limit would have refused: by window, whatever the order in which calls are told.

A call is refused once its window's money is gone, and so is the last that does not fit whole. So of a window that spent
more than its limit, what lies above is refused, and at most one call's cost more.
"""

from typing import Final

from attrs import define, field, frozen

from tokenwise.audit.timelines import Timeline
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import UTC, Zone, lasting, span_of

__all__ = ["Holding", "Refusals"]

_REMEMBERED: Final = 4096


@frozen
class Refusals:
    """What one limit would have kept from being spent, at least and at most, and when it first said no."""

    limit: str
    amount: int
    windows: int
    over: int
    least: int
    most: int
    first_ms: int | None


@define
class _Scope:
    spent: int = 0
    largest: int = 0
    line: Timeline = field(factory=Timeline)


@define(eq=False)
class Holding:
    """One limit, and what was spent in its windows. Beyond so many, those not heard of for longest are closed early."""

    limit: Limit
    zone: Zone = UTC
    _open: dict[str, _Scope] = field(factory=dict)
    _windows: int = 0
    _over: int = 0
    _least: int = 0
    _most: int = 0
    _first_ms: int | None = None

    def spend(self, account: Account, model: str, at_ms: int, nano: int) -> None:
        """Count a call, where the limit holds it."""
        owner = self.limit.owner_of(account, model)
        if owner is None:
            return
        name = f"{owner} {span_of(self.limit.window, at_ms, self.zone).label}"
        scope = self._open.pop(name, None) or _Scope()
        self._open[name] = scope
        scope.spent += nano
        scope.largest = max(scope.largest, nano)
        scope.line.add(at_ms, nano)
        if len(self._open) > _REMEMBERED:
            self._close(self._open.pop(next(iter(self._open))))

    def refusals(self) -> Refusals:
        """The sum over all windows."""
        while self._open:
            self._close(self._open.popitem()[1])
        name = f"{self.limit.owner} {lasting(self.limit.window)}"
        return Refusals(name, self.limit.amount, self._windows, self._over, self._least, self._most, self._first_ms)

    def _close(self, scope: _Scope) -> None:
        self._windows += 1
        above = scope.spent - self.limit.amount
        if above <= 0:
            return
        self._over += 1
        self._least += above
        self._most += min(scope.spent, above + scope.largest)
        at_ms = scope.line.reached(self.limit.amount)
        self._first_ms = min((one for one in (self._first_ms, at_ms) if one is not None), default=None)
