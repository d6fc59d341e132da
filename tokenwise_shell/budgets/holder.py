"""Who holds money for runs, as the interpreter sees it, where that is answered at once: in a process, on a machine."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Protocol

import trio
from attrs import define, evolve, field

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.nested import Place
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Alert, Alerts, Answer, Granted, NotHeld, Refusals, Since
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.pauses import Pauses
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.ledger.journal import Journal

__all__ = ["Holder", "holder_for"]


class _Asked(Protocol):
    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = ...
    ) -> Granted | NotHeld: ...

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None: ...


@define(eq=False)
class Holder:
    """The store as the interpreter sees it: each run's scopes are looked up, and every reserve is answered at once.

    `give_way` frees what this process itself has put aside in a budget that says no, if anything; then it is asked
    once more. `now_ms` tells how long calls have been under way, `aside` what of a budget vouchers keep.
    """

    store: _Asked
    scopes_of: Callable[[str, str], tuple[str, ...]]
    give_way: Callable[[str], bool] = lambda _: False
    now_ms: Callable[[], int] = lambda: 0
    limit_of: Callable[[str], Limit | None] = lambda _: None
    pauses: Pauses | None = None
    aside: Callable[[NotHeld], NotHeld] = lambda refused: refused
    alerts: Alerts = field(factory=Alerts)
    _refusals: Refusals = field(factory=Refusals)
    _since: Since = field(factory=Since)

    def reserve(
        self,
        run_id: str,
        attempt: AttemptId,
        amount: Nanodollars,
        answer: Answer,
        *,
        share: int = 1,
        model: str = "",
        patient: bool = False,
    ) -> None:
        """Hold the amount in every budget that applies to the run's call to this model, or in none.

        Where it is `patient`, what a limit that pauses refuses is waited for.
        """
        place = (run_id, attempt)
        told = self._told(place, amount, share, model)
        if isinstance(told, Granted):
            self._answered(place, answer, told)
            return
        if patient and self.pauses and told.pauses:

            async def ask() -> Granted | NotHeld:
                await trio.lowlevel.checkpoint()
                return self._told(place, amount, share, model)

            self.alerts.say(Alert("paused", told.scope, told.available))
            self.pauses.begin(place, told, ask, partial(self._answered, place, answer))
            return
        self._answered(place, answer, evolve(told, pauses=False) if patient else told)

    def _answered(self, place: Place, answer: Answer, told: Granted | NotHeld) -> None:
        if isinstance(told, NotHeld):
            self.alerts.heard(place[0], told)
            self._refusals.keep(place[0], told)
        else:
            if told.near:
                self.alerts.heard(place[0], told)
            self._refusals.take(place[0])
            self._since.begin(place, self.now_ms())
        answer(told)

    def _told(self, place: Place, amount: Nanodollars, share: int, model: str) -> Granted | NotHeld:
        run_id, attempt = place
        try:
            scopes = self.scopes_of(run_id, model)
        except sqlite3.Error:  # what vouchers hold is not known
            return NotHeld.unasked(amount)
        told = self.store.reserve(run_id, attempt, amount, scopes, share=share)
        while isinstance(told, NotHeld) and self.give_way(told.scope):
            told = self.store.reserve(run_id, attempt, amount, scopes, share=share)
        return self.aside(told.under(self.limit_of(told.scope))) if isinstance(told, NotHeld) else told

    def refusal(self, run_id: str) -> NotHeld | None:
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
        """Close the hold at this cost; a reserve that waits is withdrawn."""
        if self.pauses and self.pauses.leave((run_id, attempt)):
            return
        self._since.end((run_id, attempt))
        self.store.settle(run_id, attempt, cost)


def holder_for(
    journal: Journal, store: ProcessStore | LocalStore, in_force: InForce, pauses: Pauses | None = None
) -> Holder:
    """What the interpreter asks for money where it is answered at once: in this process, or on this machine.

    The journal's leases are taken from the same budgets, and give way to calls.
    """
    leases = journal.leases
    leases.lender, leases.scopes_of, leases.limited = store, in_force.plain_scopes, in_force.limited
    leases.strict = in_force.beside

    def scopes_of(run_id: str, model: str) -> tuple[str, ...]:
        return in_force.scopes(journal.account_of(run_id), model)

    alerts = Alerts([lambda alert: journal.tell(alert.event, alert.fields)])

    def give_way(scope: str) -> bool:
        return leases.give_way(scope) or in_force.vouchers.expire()

    return Holder(
        store, scopes_of, give_way, journal.now_ms, in_force.limit_of, pauses, in_force.vouchers.beside, alerts
    )
