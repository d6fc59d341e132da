"""The budgets of one process, in its memory: the core's, under the contract of all stores.

A scope is a name such as "process 2026-11-21" or "key:alice 2026-11". What it stands for, and when its window ends, is
the affair of whoever opens it. Nothing here waits, so no other task runs between the first check and the last hold. A
store that N processes share stands behind the same contract: tests/shell/store_contract.py.
"""

from attrs import define, field

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Short
from tokenwise.budgets.nested import Budgets
from tokenwise.errors import Blamed, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Reserve, Settle
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld, near_in

__all__ = ["ProcessStore"]


@define(eq=False)
class ProcessStore:
    """The budgets of one process, by scope, and every hold that is open in them."""

    budgets: Budgets = field(factory=Budgets)

    def open(
        self,
        scope: str,
        limit: Nanodollars,
        *,
        spent: Nanodollars = Nanodollars(0),  # noqa: B008 -- a NewType of int
        ends_ms: int | None = None,
    ) -> None:
        """Begin a budget of which `spent` is gone already, as the ledger says. Raises InputError for a known scope."""
        self.budgets.open(scope, limit, spent=spent, ends_ms=ends_ms)

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give an open budget another limit. What that cannot hold counts as overrun, and nothing is available."""
        self.budgets.change(scope, limit)

    def end(self, scope: str) -> bool:
        """Close a budget unless money is held in it, and say whether that was so."""
        return self.budgets.end(scope)

    def rest(self, scope: str) -> bool:
        """See `limits.Store`: it stays open here until it is ended."""
        return self.budgets.rest(scope)

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands now. Raises KeyError for a scope that is not open."""
        return self.budgets[scope]

    def is_spent(self, scope: str) -> bool:
        """See `limits.Store`."""
        budget = self[scope]
        return budget.spent >= budget.limit

    def __contains__(self, scope: object) -> bool:
        return scope in self.budgets

    @property
    def open_holds(self) -> int:
        """How many attempts hold money."""
        return self.budgets.open_holds

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; at most one part in `share` of what each has left.

        Raises KeyError for a scope that is not open: a limit that cannot be enforced is no limit. Raises
        ProtocolViolation if this attempt holds money already.
        """
        if held := self.budgets.held_by((run_id, attempt)):
            raise ProtocolViolation(held, Reserve(attempt, amount), blame=Blamed.MACHINE)
        answer = self.budgets.reserve(run_id, attempt, amount, scopes, share=share)
        if isinstance(answer, Short):
            return NotHeld.of(answer, self.budgets.ends_ms(answer.scope))
        return Granted(answer.hold, near=near_in({scope: self.budgets[scope] for scope in answer.scopes}))

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost, in every scope that it was made in.

        An attempt that holds nothing was refused, or settled before; then only a cost of 0 makes sense. Raises
        ProtocolViolation for any other: money would be booked twice, or without ever having been held.
        """
        if self.budgets.settle(run_id, attempt, cost) is None and cost:
            raise ProtocolViolation(None, Settle(attempt, cost), blame=Blamed.MACHINE)

    def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """See `nested.Budgets.mint`."""
        return self.budgets.mint(scope, amount, backing)

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """See `nested.Budgets.adopt`."""
        self.budgets.adopt(scope, begun, backing)

    def shut(self, scope: str) -> None:
        """See `nested.Budgets.shut`."""
        self.budgets.shut(scope)

    def backing(self, scope: str) -> Backing | None:
        """See `nested.Budgets.backing`."""
        return self.budgets.backing(scope)

    def expired(self, at_ms: int) -> tuple[str, ...]:
        """See `nested.Budgets.expired`."""
        return self.budgets.expired(at_ms)

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open."""
        self.budgets.reduce(run_id, attempt, by)
