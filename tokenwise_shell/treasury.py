"""Money outside a run's own limit: named budgets, shared by all the runs of a process.

    reserve   holds an amount in every budget named, or in none
    settle    closes that hold at what the call cost; also takes back a reserve nobody has answered yet

A scope is a name such as "process" or "key:alice/2026-11". What it stands for, and when its window ends, is the
affair of whoever opens it; `tokenwise.budget` keeps each scope's law, and this module keeps them together. Nothing here
waits, so no other task runs between the first check and the last hold. A store that N replicas share stands behind the
same contract: tests/shell/treasury_contract.py.
"""

from collections.abc import Callable
from typing import Final

from attrs import define, field, frozen

from tokenwise.budget import Budget, Hold, Short, release, reserve, settle
from tokenwise.errors import InputError, Problem, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.messages import Reserved, ReserveRefused
from tokenwise.money import Nanodollars

__all__ = ["Granted", "Purse", "Refused", "Treasury"]

_NOTHING: Final = Nanodollars(0)

# Refusals nobody has asked for yet: runs that wait their turn, and ended well after all.
_REMEMBERED: Final = 1024


@frozen
class Granted:
    """The amount is held in every scope named."""

    hold: Hold


@frozen
class Refused:
    """Nothing is held. `scope` is the budget that said no, with what it has left and what others hold of it.

    `ends_ms` is when its window ends and the limit is renewed (Unix time), None where that will not be.
    """

    scope: str
    needed: Nanodollars
    available: Nanodollars
    held: Nanodollars
    ends_ms: int | None = None

    @property
    def busy(self) -> bool:
        """Whether waiting may help: with the others' holds given back in full, this budget would say yes."""
        return self.available + self.held >= self.needed


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
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...]
    ) -> Granted | Refused:
        """Hold the amount in all of these budgets, or in none.

        Of several that refuse, the answer names one for which waiting is no use before one that is merely busy, and
        then the one with the least left. Raises KeyError for a scope that is not open: a limit that cannot be enforced
        is no limit. Raises ProtocolViolation if this attempt holds money already.
        """
        place = (run_id, attempt)
        if place in self._holds:
            raise ProtocolViolation(self._holds[place], Reserved(attempt, 0))
        scopes = tuple(dict.fromkeys(scopes))
        taken: dict[str, Budget] = {}
        refused: list[Refused] = []
        for scope in scopes:
            match reserve(self._budgets[scope], amount):
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
                raise ProtocolViolation(None, (run_id, attempt, cost))
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
class Purse:
    """The treasury as the interpreter sees it: each run's scopes are looked up, and answers are the machine's events.

    `give_way` frees what this process itself has put aside in a budget that says no, if anything; then it is asked
    once more. The last refusal of each run is kept, for whoever has to say why the run came to nothing.
    """

    treasury: Treasury
    scopes_of: Callable[[str], tuple[str, ...]]
    give_way: Callable[[str], bool] = lambda _: False
    _refusals: dict[str, Refused] = field(factory=dict)

    def reserve(self, run_id: str, attempt: AttemptId, amount: Nanodollars, at_ms: int) -> Reserved | ReserveRefused:
        """Hold the amount in every budget that applies to the run, or in none."""
        scopes = self.scopes_of(run_id)
        answer = self.treasury.reserve(run_id, attempt, amount, scopes)
        while isinstance(answer, Refused) and self.give_way(answer.scope):
            answer = self.treasury.reserve(run_id, attempt, amount, scopes)
        match answer:
            case Granted():
                return Reserved(attempt, at_ms)
            case Refused(available=available, held=held):
                self._keep(run_id, answer)
                return ReserveRefused(attempt, at_ms, available, held)

    def _keep(self, run_id: str, refused: Refused) -> None:
        self._refusals.pop(run_id, None)
        self._refusals[run_id] = refused
        if len(self._refusals) > _REMEMBERED:
            del self._refusals[next(iter(self._refusals))]

    def refusal(self, run_id: str) -> Refused | None:
        """The last refusal of this run, which is forgotten with that; None where it was refused nothing."""
        return self._refusals.pop(run_id, None)

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the hold at this cost."""
        self.treasury.settle(run_id, attempt, cost)
