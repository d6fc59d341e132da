"""Money outside a run's own limit: named budgets, shared by all the runs of a process.

    reserve   holds an amount in every budget named, or in none
    settle    closes that hold at what the call cost; also takes back a reserve nobody has answered yet

A scope is a name such as "process" or "key:alice/2026-11". What it stands for, and when its window ends, is the
affair of whoever opens it; `tokenwise.budgets.budget` keeps each scope's law, and this module keeps them together.
Nothing here waits, so no other task runs between the first check and the last hold. A store that N replicas share
stands behind the same contract: tests/shell/treasury_contract.py.
"""

from collections.abc import Callable
from statistics import median_low
from typing import Final, Protocol

from attrs import define, evolve, field, frozen

from tokenwise.budgets.budget import Budget, Hold, Short, release, reserve, settle
from tokenwise.errors import Blamed, InputError, Problem, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Reserve, Settle
from tokenwise.money import Nanodollars

__all__ = ["UNREACHABLE", "Answer", "Granted", "Purse", "Refusals", "Refused", "Since", "Treasury", "Vault"]

UNREACHABLE: Final = "budget_store"
"""The scope that a refusal names where the store that replicas share could not be asked."""

_NOTHING: Final = Nanodollars(0)

# Refusals nobody has asked for yet: runs that wait their turn, and ended well after all.
_REMEMBERED: Final = 1024

# A client that is told to wait longer than this has gone to somebody else.
_LONGEST_WAIT_S: Final = 30


@frozen
class Granted:
    """The amount is held in every scope named; where not `governed`, in none: no store could be asked, by policy."""

    hold: Hold
    governed: bool = True


@frozen
class Refused:
    """Nothing is held. `scope` is the budget that said no, with what it has left and what others hold of it.

    `ends_ms` is when its window ends and the limit is renewed (Unix time), None where that will not be. `age_ms` is for
    how long the calls of this process have been under way, at the median.
    """

    scope: str
    needed: Nanodollars
    available: Nanodollars
    held: Nanodollars
    ends_ms: int | None = None
    age_ms: int = 0

    def for_want_of(self, least: Nanodollars) -> "Refused":
        """The same refusal of the least that would have done, where more was asked for."""
        return evolve(self, needed=min(self.needed, least))

    @property
    def retry_after_s(self) -> int:
        """When it is worth asking again: calls that have taken so long may well take as long again."""
        return min(max(1, -(-self.age_ms // 1000)), _LONGEST_WAIT_S)

    @property
    def busy(self) -> bool:
        """Whether waiting may help: with the others' holds given back in full, this budget would say yes."""
        return self.available + self.held >= self.needed

    @property
    def code(self) -> str:
        """The refusal's name for programs."""
        if self.unreachable:
            return "budget_unavailable"
        return "budget_busy" if self.busy else "budget_exceeded"

    @property
    def unreachable(self) -> bool:
        """Whether nobody could be asked, so that nothing is known of the money."""
        return self.scope == UNREACHABLE


Answer = Callable[[Granted | Refused], None]
"""Hears what became of a reserve, once."""


@frozen
class _Held:
    hold: Hold
    scopes: tuple[str, ...]


@define(eq=False)
class Treasury:
    """The budgets of one process, by scope, and every hold that is open in them."""

    _budgets: dict[str, Budget] = field(factory=dict)
    _holds: dict[tuple[str, AttemptId], _Held] = field(factory=dict)
    _ends_ms: dict[str, int] = field(factory=dict)

    def open(
        self, scope: str, limit: Nanodollars, *, spent: Nanodollars = _NOTHING, ends_ms: int | None = None
    ) -> None:
        """Begin a budget of which `spent` is gone already, as the ledger says. Raises InputError for a known scope.

        Where more is gone than the limit (it was lowered, or a provider overran), the excess counts as overrun:
        nothing is available, and the law holds from the first moment.
        """
        if scope in self._budgets:
            raise InputError(Problem(scope, "this budget is open already"))
        self._budgets[scope] = Budget(limit, spent, overrun=Nanodollars(max(0, spent - limit)))
        if ends_ms is not None:
            self._ends_ms[scope] = ends_ms

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give an open budget another limit. What that cannot hold counts as overrun, and nothing is available."""
        before = self._budgets[scope]
        over = max(before.overrun, before.spent + before.held - limit)
        self._budgets[scope] = Budget(limit, before.spent, before.held, Nanodollars(over))

    def end(self, scope: str) -> bool:
        """Close a budget unless money is held in it, and say whether that was so."""
        if self._budgets[scope].held:
            return False
        self.close(scope)
        return True

    def close(self, scope: str) -> Budget:
        """End a budget, as when its window is over, and say how it ended. Raises InputError while money is held."""
        if self._budgets[scope].held:
            raise InputError(Problem(scope, "some of this budget is held; it can be closed once that is settled"))
        self._ends_ms.pop(scope, None)
        return self._budgets.pop(scope)

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands now. Raises KeyError for a scope that is not open."""
        return self._budgets[scope]

    def __contains__(self, scope: object) -> bool:
        return scope in self._budgets

    @property
    def open_holds(self) -> int:
        """How many attempts hold money."""
        return len(self._holds)

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Granted | Refused:
        """Hold the amount in all of these budgets, or in none; at most one part in `share` of what each has left.

        Of several that refuse, the answer names one for which waiting is no use before one that is merely busy, and
        then the one with the least left. Raises KeyError for a scope that is not open: a limit that cannot be enforced
        is no limit. Raises ProtocolViolation if this attempt holds money already.
        """
        place = (run_id, attempt)
        if place in self._holds:
            raise ProtocolViolation(self._holds[place], Reserve(attempt, amount), blame=Blamed.MACHINE)
        scopes = tuple(dict.fromkeys(scopes))
        taken: dict[str, Budget] = {}
        refused: list[Refused] = []
        for scope in scopes:
            match reserve(self._budgets[scope], amount, share):
                case Short(needed=needed, available=available, held=held):
                    refused.append(Refused(scope, needed, available, held, self._ends_ms.get(scope)))
                case (budget, _):
                    taken[scope] = budget
        if refused:
            return min(refused, key=lambda one: (one.busy, one.available))
        self._budgets |= taken
        hold = Hold(amount)
        self._holds[place] = _Held(hold, scopes)
        return Granted(hold)

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost, in every scope that it was made in.

        An attempt that holds nothing was refused, or settled before; then only a cost of 0 makes sense. Raises
        ProtocolViolation for any other: money would be booked twice, or without ever having been held.
        """
        held = self._holds.pop((run_id, attempt), None)
        if held is None:
            if cost:
                raise ProtocolViolation(None, Settle(attempt, cost), blame=Blamed.MACHINE)
            return
        for scope in held.scopes:
            self._budgets[scope] = settle(self._budgets[scope], held.hold, cost)

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open."""
        held = self._holds[run_id, attempt]
        rest = Hold(Nanodollars(held.hold.amount - by))
        for scope in held.scopes:
            self._budgets[scope] = release(self._budgets[scope], Hold(by))
        self._holds[run_id, attempt] = _Held(rest, held.scopes)


@define(eq=False)
class Refusals:
    """The last refusal of each run, for whoever has to say why it came to nothing. Some are never asked for."""

    _last: dict[str, Refused] = field(factory=dict)

    def keep(self, run_id: str, refused: Refused) -> None:
        """Remember it, and forget the oldest where there are too many."""
        self._last.pop(run_id, None)
        self._last[run_id] = refused
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]

    def take(self, run_id: str) -> Refused | None:
        """The last refusal of this run, which is forgotten with that; None where it was refused nothing."""
        return self._last.pop(run_id, None)


@define(eq=False)
class Since:
    """Since when each call has held its money, Unix ms."""

    _began: dict[tuple[str, AttemptId], int] = field(factory=dict)

    def begin(self, place: tuple[str, AttemptId], at_ms: int) -> None:
        """A call holds money from now on."""
        self._began[place] = at_ms

    def end(self, place: tuple[str, AttemptId]) -> None:
        """It holds none any more."""
        self._began.pop(place, None)

    def dated(self, refused: Refused | None, at_ms: int) -> Refused | None:
        """The refusal with what is known of the others' calls."""
        if refused is None or not self._began:
            return refused
        return evolve(refused, age_ms=max(0, at_ms - median_low(self._began.values())))


class Vault(Protocol):
    """Where money is held that is answered for at once: in this process, or on this machine."""

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = ...
    ) -> Granted | Refused:
        """Hold the amount in all of these budgets, or in none; at most one part in `share` of what each has left."""
        ...

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost."""
        ...


@define(eq=False)
class Purse:
    """The treasury as the interpreter sees it: each run's scopes are looked up, and every reserve is answered at once.

    `give_way` frees what this process itself has put aside in a budget that says no, if anything; then it is asked
    once more. `now_ms` tells how long calls have been under way.
    """

    treasury: Vault
    scopes_of: Callable[[str], tuple[str, ...]]
    give_way: Callable[[str], bool] = lambda _: False
    now_ms: Callable[[], int] = lambda: 0
    _refusals: Refusals = field(factory=Refusals)
    _since: Since = field(factory=Since)

    def reserve(self, run_id: str, attempt: AttemptId, amount: Nanodollars, answer: Answer, *, share: int = 1) -> None:
        """Hold the amount in every budget that applies to the run, or in none."""
        scopes = self.scopes_of(run_id)
        told = self.treasury.reserve(run_id, attempt, amount, scopes, share=share)
        while isinstance(told, Refused) and self.give_way(told.scope):
            told = self.treasury.reserve(run_id, attempt, amount, scopes, share=share)
        if isinstance(told, Refused):
            self._refusals.keep(run_id, told)
        else:
            self._since.begin((run_id, attempt), self.now_ms())
        answer(told)

    def refusal(self, run_id: str) -> Refused | None:
        """The last refusal of this run, which is forgotten with that; None where it was refused nothing."""
        return self._since.dated(self._refusals.take(run_id), self.now_ms())

    def governed(self, run_id: str) -> bool:  # noqa: ARG002 -- in a shared store it depends on the run
        """Whether every call of this run was held to its budgets: here, always."""
        return True

    @property
    def ungoverned(self) -> int:
        """How many calls were held to none: here, no call."""
        return 0

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the hold at this cost."""
        self._since.end((run_id, attempt))
        self.treasury.settle(run_id, attempt, cost)
