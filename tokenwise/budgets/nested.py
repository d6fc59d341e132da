"""Several budgets at once, by name: one call is held in all that apply to it, or in none.

    hold_in    what the budgets become with an amount held in all of them, or which of them says no
    settle_in  what they become when that hold is replaced by a cost
    Budgets    all of these together, for whoever keeps them in memory: a simulation, or a process

Whoever keeps budgets elsewhere (in a file, on a server) reads them there, asks the two functions, and writes back what
they say. Which budgets apply, and for how long each lasts, is decided in `limits`. Nothing here reads a clock.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets.backing import Backing, follow, join, stand_on
from tokenwise.budgets.budget import Budget, Hold, Short, begun, release, relimit, settle, with_held
from tokenwise.errors import InputError, Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars

__all__ = ["Budgets", "Closed", "Held", "Place", "hold_in", "reduce_in", "settle_in"]

_NOTHING: Final = Nanodollars(0)
_REMEMBERED: Final = 1024  # budgets that were closed, so that it can be said of them; the oldest are forgotten

Place = tuple[str, AttemptId]
"""Whose hold it is: a run's id, and one of its attempts."""


@frozen
class Held:
    """One hold, and the budgets that it is in, each named once."""

    hold: Hold
    scopes: tuple[str, ...]


def hold_in(
    of: Callable[[str], Budget], scopes: Iterable[str], amount: Nanodollars, share: int = 1
) -> dict[str, Budget] | Short:
    """The budgets with this much held in each, or which of them says no; then nothing is held anywhere.

    It may be at most one part in `share` of what each has left. Of several that refuse, the answer names one for which
    waiting is no use before one that is merely busy, and then the one with the least left.

    >>> budgets = {"day": Budget(Nanodollars(100), spent=Nanodollars(80)), "ever": Budget(Nanodollars(150))}
    >>> hold_in(budgets.__getitem__, budgets, Nanodollars(30))
    Short(needed=30, available=20, held=0, scope='day')
    """
    taken: dict[str, Budget] = {}
    short: list[Short] = []
    for scope in scopes:
        answer = with_held(of(scope), amount, share, scope)
        if isinstance(answer, Short):
            short.append(answer)
        else:
            taken[scope] = answer
    return min(short, key=lambda answer: (answer.busy, answer.available)) if short else taken


def settle_in(of: Callable[[str], Budget], held: Held, cost: Nanodollars) -> dict[str, Budget]:
    """The budgets of a hold once it is replaced by what its call cost."""
    return {scope: settle(of(scope), held.hold, cost) for scope in held.scopes}


def reduce_in(of: Callable[[str], Budget], held: Held, by: Nanodollars) -> tuple[Held, dict[str, Budget]]:
    """The hold and its budgets once a part of it is given back."""
    rest = Held(Hold(Nanodollars(held.hold.amount - by)), held.scopes)
    return rest, {scope: release(of(scope), Hold(by)) for scope in held.scopes}


@frozen
class Closed:
    """A window that is over, and how its budget ended."""

    scope: str
    budget: Budget

    @property
    def owner(self) -> str:
        """Whom it limited."""
        return self.scope.rpartition(" ")[0]

    @property
    def window(self) -> str:
        """Its window's label."""
        return self.scope.rpartition(" ")[2]


@define(eq=False)
class Budgets:
    """All the budgets of one simulation or process, by scope, and every hold that is open in them.

    `closed` gathers how each window ended, where somebody wants to know.
    """

    closed: list[Closed] | None = None
    _open: dict[str, Budget] = field(factory=dict)
    _ends_ms: dict[str, int] = field(factory=dict)
    _holds: dict[Place, Held] = field(factory=dict)
    _backings: dict[str, Backing] = field(factory=dict)

    def open(
        self, scope: str, limit: Nanodollars, *, spent: Nanodollars = _NOTHING, ends_ms: int | None = None
    ) -> None:
        """Begin a budget of which `spent` is gone already. Raises InputError for one that is open."""
        if scope in self._open:
            raise InputError(Problem(scope, "this budget is open already"))
        self._open[scope] = begun(limit, spent)
        if ends_ms is not None:
            self._ends_ms[scope] = ends_ms

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give an open budget another limit. What that cannot hold counts as overrun, and nothing is available."""
        self._open[scope] = relimit(self._open[scope], limit)

    def end(self, scope: str) -> bool:
        """Close a budget, as when its window is over, unless money is held in it; and say whether that was so.

        A call that is free holds nothing, and may cost something all the same.
        """
        if self._open[scope].held or any(scope in one.scopes for one in self._holds.values() if not one.hold.amount):
            return False
        budget = self._open.pop(scope)
        self._ends_ms.pop(scope, None)
        if self.closed is not None:
            self.closed.append(Closed(scope, budget))
        return True

    def rest(self, scope: str) -> bool:  # noqa: ARG002 -- kept here, whoever asks
        """See `limits.Store`: it stays open here until it is ended."""
        return False

    def drain(self) -> tuple[Closed, ...]:
        """The windows closed since this was last asked, in the order in which they closed."""
        closed, self.closed = tuple(self.closed or ()), []
        return closed

    def finish(self) -> tuple[Closed, ...]:
        """Close every window in which nothing is held, in order of name and window, and drain them."""
        for scope in sorted(self._open, key=_in_order):
            self.end(scope)
        return self.drain()

    def ends_ms(self, scope: str) -> int | None:
        """When the budget's window ends; None where that is never, or not known here."""
        return self._ends_ms.get(scope)

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands now. Raises KeyError for a scope that is not open."""
        return self._open[scope]

    def is_spent(self, scope: str) -> bool:
        """See `limits.Store`."""
        budget = self._open[scope]
        return budget.spent >= budget.limit

    def __contains__(self, scope: object) -> bool:
        return scope in self._open

    def __iter__(self) -> Iterator[str]:
        return iter(self._open)

    @property
    def open_holds(self) -> int:
        """How many attempts hold money."""
        return len(self._holds)

    def held_by(self, place: Place) -> Held | None:
        """What an attempt holds, None where that is nothing."""
        return self._holds.get(place)

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Held | Short:
        """Hold the amount in all of these budgets, or in none: see `hold_in`. A scope named twice takes it once.

        Raises KeyError for a scope that is not open: a limit that cannot be enforced is no limit.
        """
        if len(scopes) > 1:
            scopes = tuple(dict.fromkeys(scopes))
        answer = hold_in(self._open.__getitem__, scopes, amount, share)
        if isinstance(answer, Short):
            return answer
        self._open |= answer
        held = self._holds[run_id, attempt] = Held(Hold(amount), scopes)
        return held

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> Held | None:
        """Close the attempt's hold at this cost, in every scope that it was made in, and say what it was.

        An attempt that holds nothing was refused, or settled before; nothing happens then.
        """
        held = self._holds.pop((run_id, attempt), None)
        if held is not None:
            self._keep(settle_in(self._open.__getitem__, held, cost))
        return held

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open."""
        place = (run_id, attempt)
        self._holds[place], reduced = reduce_in(self._open.__getitem__, self._holds[place], by)
        self._open |= reduced

    # --- budgets that stand on others ---------------------------------------------------------------------------------

    def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """Hold the amount in all parents and begin a budget of it, or say which of them has too little."""
        taken = hold_in(self._open.__getitem__, backing.parents, amount)
        if isinstance(taken, Short):
            return taken
        self._open |= taken
        self._open[scope], self._backings[scope] = Budget(amount), backing
        idle = [name for name, one in self._backings.items() if one.closed and not self._open[name].held]
        for name in idle[:-_REMEMBERED]:
            del self._backings[name], self._open[name]
        return None

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """Know of a budget that was minted before, and hold what is left of it in parents that do not do so yet."""
        one, known = self._open.setdefault(scope, begun), self._backings.get(scope)
        joined = join(known, backing)
        for parent in joined.parents[len(known.parents) if known else 0 :]:
            self._open[parent] = stand_on(self._open[parent], one)
        self._backings[scope] = joined

    def shut(self, scope: str) -> None:
        """Give what is neither spent nor held of it back to its parents; what is held, once that is settled."""
        if backing := self._backings.get(scope):
            self._backings[scope] = evolve(backing, closed=True)
            self._keep({scope: self._open[scope]})

    def backing(self, scope: str) -> Backing | None:
        """What a budget stands on; None where that is nothing, or it is not open."""
        return self._backings.get(scope)

    def expired(self, at_ms: int) -> tuple[str, ...]:
        """Those whose time is over, and which nobody has closed."""
        return tuple(scope for scope, one in self._backings.items() if not one.closed and one.expires_ms <= at_ms)

    def _keep(self, changed: dict[str, Budget]) -> None:
        self._open |= follow(self._open.__getitem__, self._backings.get, changed) if self._backings else changed


def _in_order(scope: str) -> tuple[str, int, str]:
    """A scope's place in order of name and time: a window of virtual time is a number."""
    owner, _, window = scope.rpartition(" ")
    return owner, int(window) if window.isdigit() else -1, window
