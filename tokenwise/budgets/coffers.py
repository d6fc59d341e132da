"""Several budgets at once, some of them renewed in windows of virtual time: what runs compete for in a simulation.

    reserve   holds an amount in every scope named, or in none
    settle    closes that hold at its cost, in the window in which it was made

`budget` keeps each scope's law; this module opens a scope's window when it is first used and closes it once it is over
and nothing is held there, so that a year of daily budgets takes no more memory than a day. Nothing here reads a clock.
"""

from attrs import define, field, frozen
from attrs.validators import ge

from tokenwise.budgets.budget import Budget, Hold, Short, reserve, settle
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars

__all__ = ["Closed", "Coffers", "Scope"]


@frozen
class Scope:
    """A budget by name: its limit, and how long it lasts in ms of virtual time before it is renewed (0: for ever)."""

    name: str
    limit: Nanodollars = field(validator=ge(Nanodollars(0)))
    window_ms: int = field(default=0, validator=ge(0))

    def window_at(self, at_ms: int) -> int:
        """Which window a moment falls into, from 0."""
        return at_ms // self.window_ms if self.window_ms else 0


@frozen
class Closed:
    """A window that is over, and how its budget ended."""

    scope: Scope
    window: int
    budget: Budget


_Place = tuple[str, int]


@define
class _Held:
    hold: Hold
    places: tuple[_Place, ...]


@define
class Coffers:
    """All the budgets of one simulation, by scope and window, and every hold that is open in them."""

    _open: dict[_Place, tuple[Scope, Budget]] = field(factory=dict)
    _latest: dict[str, int] = field(factory=dict)
    _holds: dict[tuple[str, AttemptId], _Held] = field(factory=dict)
    _closed: list[Closed] = field(factory=list)

    def begin(self, scope: Scope, budget: Budget) -> None:
        """Open a scope's first window with a budget of which something is gone already."""
        self._open[scope.name, 0] = (scope, budget)
        self._latest[scope.name] = 0

    def reserve(
        self,
        run_id: str,
        attempt: AttemptId,
        amount: Nanodollars,
        scopes: tuple[Scope, ...],
        at_ms: int,
        *,
        share: int = 1,
    ) -> Short | None:
        """Hold the amount in all of these scopes; else say how short the tightest is, and hold nothing.

        It may be at most one part in `share` of what each has left.

        A scope for which waiting is no use is named before one that is merely busy, then the one with the least left.
        """
        taken: dict[_Place, tuple[Scope, Budget]] = {}
        short: list[Short] = []
        hold = Hold(amount)
        for scope in scopes:
            place = self._place(scope, at_ms)
            match reserve(self._open[place][1], amount, share):
                case Short() as answer:
                    short.append(answer)
                case (budget, hold):
                    taken[place] = (scope, budget)
        if short:
            return min(short, key=lambda answer: (answer.busy, answer.available))
        self._open |= taken
        self._holds[run_id, attempt] = _Held(hold, tuple(taken))
        return None

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost. An attempt that holds nothing was refused; nothing happens then."""
        held = self._holds.pop((run_id, attempt), None)
        if held is None:
            return
        for place in held.places:
            scope, budget = self._open[place]
            self._open[place] = (scope, settle(budget, held.hold, cost))
            self._close_if_over(place)

    def budget(self, name: str) -> Budget:
        """How the latest window of a scope stands. Raises KeyError for one that was never used."""
        return self._open[name, self._latest[name]][1]

    def drain(self) -> tuple[Closed, ...]:
        """The windows closed since this was last asked, in the order in which they closed."""
        closed, self._closed = tuple(self._closed), []
        return closed

    def finish(self) -> tuple[Closed, ...]:
        """Close every window, at the end of the simulation; in order of name and window."""
        places = sorted(self._open)
        rest = tuple(Closed(self._open[place][0], place[1], self._open[place][1]) for place in places)
        self._open.clear()
        self._latest.clear()
        return (*self.drain(), *rest)

    def _place(self, scope: Scope, at_ms: int) -> _Place:
        place = scope.name, scope.window_at(at_ms)
        if place not in self._open:
            self._open[place] = (scope, Budget(scope.limit))
            before = self._latest.get(scope.name)
            self._latest[scope.name] = place[1]
            if before is not None:
                self._close_if_over((scope.name, before))
        return place

    def _close_if_over(self, place: _Place) -> None:
        scope, budget = self._open[place]
        if place[1] < self._latest[place[0]] and not budget.held:
            del self._open[place]
            self._closed.append(Closed(scope, place[1], budget))
