"""Budgets that replicas share, as the interpreter sees them. Within a slice a reserve is answered at once, else later.

A reserve that waits for the store belongs to a nursery of the client. Settled before its answer has come, it is
withdrawn: whatever the store then grants goes back, and the run, which may be over, hears nothing of it.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import trio
from attrs import define, evolve, field, frozen

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Hold, Short
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.nested import Place
from tokenwise.errors import InputError, Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import (
    Alert,
    Alerts,
    Answer,
    Granted,
    NotHeld,
    Refusals,
    Since,
    keep,
    near_in,
)
from tokenwise_shell.budgets.limits import InForce, limits_for
from tokenwise_shell.budgets.pauses import Pauses
from tokenwise_shell.budgets.slices import Slices
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.ledger.journal import Journal

__all__ = ["SharedBudgets", "SharedHolder", "open_shared"]

_NOTHING: Final = Nanodollars(0)

# Longer than any call may take by this much: a hold of the store counts as lost after that.
_MARGIN_MS: Final = 60_000

_MOST_VOUCHERS: Final = 4096  # of which is known by heart what they stand on

_UNGOVERNED: Final = (
    "the shared budgets cannot be reached, and `budget_store_fail_open` is set: calls are made outside of shared limits"
)


@frozen
class _Opening:
    """What the store is still to be told of a budget."""

    limit: Nanodollars
    spent: Nanodollars
    ends_ms: int | None


@define(eq=False)
class SharedBudgets:
    """The windows' budgets in the store. What is asked of it is done before the next reserve that depends on it."""

    slices: Slices
    _due: dict[str, _Opening] = field(factory=dict)
    _ends_ms: dict[str, int | None] = field(factory=dict)
    _adoptions: dict[str, tuple[Budget, Backing]] = field(factory=dict)
    _backings: dict[str, Backing] = field(factory=dict)

    def open(self, scope: str, limit: Nanodollars, *, spent: Nanodollars, ends_ms: int | None) -> None:
        """Begin a budget; `spent` counts if no replica has begun it before."""
        self._ends_ms[scope] = ends_ms
        self._due[scope] = _Opening(limit, spent, ends_ms)

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give a budget another limit, for all replicas. What this one has taken under the old limit goes back."""
        self._due[scope] = _Opening(limit, _NOTHING, self._ends_ms.get(scope))
        self.slices.give_way(scope)

    def end(self, scope: str) -> bool:
        """Forget a budget here; the store keeps it for the other replicas."""
        self._due.pop(scope, None)
        self._ends_ms.pop(scope, None)
        return True

    def rest(self, scope: str) -> bool:
        """See `limits.Store`: the store keeps it. What it is still to be told is told first."""
        if scope not in self._due:
            self._ends_ms.pop(scope, None)
        return True

    def is_spent(self, scope: str) -> bool:  # noqa: ARG002 -- only the server knows
        """See `limits.Store`."""
        return False

    def __contains__(self, scope: object) -> bool:
        return scope in self._ends_ms

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stood when the store last spoke of it, slices of ours not counted as held.

        Raises KeyError where it has not yet.
        """
        stood = self.slices.store.stood[scope]
        return evolve(stood, held=Nanodollars(max(0, stood.held - self.slices.room(scope))))

    def near(self, scopes: Iterable[str]) -> tuple[Alert, ...]:
        """Those of these budgets of which four fifths were spent when the store last spoke of them."""
        stood = self.slices.store.stood
        return near_in({scope: stood[scope] for scope in scopes if scope in stood})

    def ends_ms(self, scope: str) -> int | None:
        """When the budget's window ends; None where that is never, or not known here."""
        return self._ends_ms.get(scope)

    def ready(self, scopes: Iterable[str]) -> bool:
        """Whether the store knows all of these budgets, and what vouchers have left of any."""
        return not self._adoptions and (not self._due or self._due.keys().isdisjoint(scopes))

    async def prepare(self, scopes: Iterable[str]) -> None:
        """Tell the store what it is still to know of these budgets. Where it cannot be reached, that stays due.

        Vouchers come first, since nobody may have what they hold. Raises KeyError where the store has forgotten what
        one is cut from, and TimeoutError where it is not known what they hold.
        """
        for scope, (begun, backing) in tuple(self._adoptions.items()):
            await self._tell(backing.parents)
            await self.slices.store.adopt(scope, begun, backing)
            self._adoptions.pop(scope, None)
        await self._tell(scopes)

    # --- budgets that stand on others: see `vouchers.Far` ------------------------------------------------------------

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """Know of a budget that was minted before: the store is told before the next reserve."""
        self._adoptions[scope], self._backings[scope] = (begun, backing), backing

    def backing(self, scope: str) -> Backing | None:
        """What a budget stands on, as far as the store has been asked."""
        return self._backings.get(scope)

    def expired(self, at_ms: int) -> tuple[str, ...]:  # noqa: ARG002 -- the server's clock says so for everybody
        """Nothing: the store closes what is over by itself."""
        return ()

    async def ask_to_mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """See `nested.Budgets.mint`. Raises KeyError for a parent that the store has forgotten, TimeoutError."""
        await self.prepare(backing.parents)
        short = await self.slices.giving_way(lambda: self.slices.store.mint(scope, amount, backing))
        if short is None:
            keep(self._backings, scope, backing, most=_MOST_VOUCHERS)
        return short

    async def ask_to_shut(self, scope: str) -> None:
        """See `nested.Budgets.shut`; also for all that is cut from it. Raises TimeoutError."""
        self._adoptions.pop(scope, None)
        self.slices.give_way(scope)
        await self.slices.store.shut(scope)
        if one := self._backings.get(scope):
            self._backings[scope] = evolve(one, closed=True)

    async def look_up(self, scope: str) -> None:
        """Find out whether a budget is open, and what it stands on. Raises TimeoutError."""
        found = None if scope in self._adoptions else await self.slices.store.backing(scope)
        if found:
            keep(self._backings, scope, found, most=_MOST_VOUCHERS)
        elif scope not in self._adoptions:
            self._backings.pop(scope, None)

    async def _tell(self, scopes: Iterable[str]) -> None:
        for scope in scopes:
            due = self._due.get(scope)
            told = due and await self.slices.store.open(scope, due.limit, spent=due.spent, ends_ms=due.ends_ms)
            if told and self._due.get(scope) is due:  # else it has changed meanwhile
                del self._due[scope]


@define(eq=False)
class SharedHolder:
    """What the interpreter asks for money where replicas share budgets. Get one from `open_shared`."""

    slices: Slices
    budgets: SharedBudgets
    in_force: InForce
    account_of: Callable[[str], Account]
    nursery: trio.Nursery
    notice: Callable[[str], None]
    pauses: Pauses | None = None
    alerts: Alerts = field(factory=Alerts)
    ungoverned: int = 0
    _asked: set[Place] = field(factory=set)
    _withdrawn: set[Place] = field(factory=set)
    _unlimited: set[Place] = field(factory=set)
    _ungoverned_runs: dict[str, None] = field(factory=dict)
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
        """Hold the amount in every budget that applies to the run's call to this model; answered at once or later.

        Where it is `patient`, what a limit that pauses refuses is waited for.
        """
        place, scopes = (run_id, attempt), self.in_force.scopes(self.account_of(run_id), model)
        if not scopes or not amount:  # what is free needs nobody's leave
            self._unlimited.add(place)
            answer(Granted(Hold(amount)))
        elif self.budgets.ready(scopes) and (granted := self.slices.reserve_at_once(*place, amount, scopes)):
            self._answered(place, answer, evolve(granted, near=self.budgets.near(scopes)))
        else:
            self._asked.add(place)
            self.nursery.start_soon(partial(self._ask, place, amount, scopes, answer, share=share, patient=patient))

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the hold at this cost; a reserve without an answer is withdrawn."""
        place = (run_id, attempt)
        if self.pauses and self.pauses.leave(place):
            return
        if place in self._asked:
            self._withdrawn.add(place)
        elif place in self._unlimited:
            self._unlimited.discard(place)
        else:
            self._since.end(place)
            self.slices.settle(run_id, attempt, cost)

    def refusal(self, run_id: str) -> NotHeld | None:
        """The last refusal of this run, which is forgotten with that; None where it was refused nothing."""
        return self._since.dated(self._refusals.take(run_id), self.in_force.now_ms())

    def governed(self, run_id: str) -> bool:
        """Whether every call of this run was held to its budgets, and none made while the store was away."""
        return run_id not in self._ungoverned_runs

    @property
    def waiting(self) -> int:
        """How many reserves wait for the store, those included that nobody wants any more."""
        return len(self._asked)

    async def _ask(
        self, place: Place, amount: Nanodollars, scopes: tuple[str, ...], answer: Answer, *, share: int, patient: bool
    ) -> None:
        told = await self._told(place, amount, scopes, share)
        self._asked.discard(place)
        if place in self._withdrawn:
            self._withdrawn.discard(place)
            if isinstance(told, Granted):
                self.slices.settle(*place, _NOTHING)
            return
        if isinstance(told, NotHeld) and patient:
            if told.pauses and self.pauses:
                self.alerts.say(Alert("paused", told.scope, told.available))
                again = partial(self._told, place, amount, scopes, share)
                self.pauses.begin(place, told, again, partial(self._answered, place, answer))
                return
            told = evolve(told, pauses=False)
        self._answered(place, answer, told)

    async def _told(self, place: Place, amount: Nanodollars, scopes: tuple[str, ...], share: int) -> Granted | NotHeld:
        for _ in range(2):
            try:
                await self.budgets.prepare(scopes)
                told = await self.slices.reserve(*place, amount, scopes, share=share)
            except KeyError:  # the server has lost what it knew: it is told again what this replica knows
                self.in_force.renew(scopes)
            except TimeoutError:
                break
            else:
                return self._dated(told, scopes)
        return NotHeld.unasked(amount)

    def _answered(self, place: Place, answer: Answer, told: Granted | NotHeld) -> None:
        """Remember what became of a reserve, and tell it to whoever asked."""
        self.alerts.heard(place[0], told)
        match told:
            case NotHeld():
                self._refusals.keep(place[0], told)
            case Granted(governed=False):
                self._ungoverned(place[0])
            case _:
                self._since.begin(place, self.in_force.now_ms())
        answer(told)

    def _dated(self, told: Granted | NotHeld, scopes: tuple[str, ...]) -> Granted | NotHeld:
        if isinstance(told, Granted):
            return evolve(told, near=self.budgets.near(scopes))
        dated = evolve(told, ends_ms=self.budgets.ends_ms(told.scope)).under(self.in_force.limit_of(told.scope))
        return self.in_force.vouchers.beside(dated)

    def _ungoverned(self, run_id: str) -> None:
        if not self.ungoverned:
            self.notice(_UNGOVERNED)
        self.ungoverned += 1
        keep(self._ungoverned_runs, run_id, None)


@asynccontextmanager
async def open_shared(
    settings: Settings, journal: Journal, limits: Iterable[Limit], notice: Callable[[str], None]
) -> AsyncIterator[SharedHolder]:
    """A holder on the store that the settings name, while the block runs; at its end all slices go back.

    `notice` hears of the first call that is made without the store. The ledger's leases are no part of these budgets:
    what this process has taken, the store holds. Raises InputError where the client for it is not installed, or the
    store cannot be reached.
    """
    try:
        from tokenwise_shell.budgets.redis_store import HOLD_MS, open_store
    except ImportError as error:
        wanted = "needs a client that is not installed: pip install '.[redis]'"
        raise InputError(Problem("budget_store", wanted)) from error
    longest_ms = max(settings.policy.timeout_ms, 1000 * settings.proxy.request_timeout_s)  # of a stream
    hold_ms = max(HOLD_MS, longest_ms + _MARGIN_MS)
    opening = open_store(settings.budget_store, fail_open=settings.budget_store_fail_open, hold_ms=hold_ms)
    async with opening as store, trio.open_nursery() as nursery:
        slices = Slices(store, journal.writer)
        budgets = SharedBudgets(slices)
        in_force = limits_for(journal, budgets, limits, settings.zone)
        journal.leases.limited, journal.leases.strict = in_force.limited, in_force.beside
        nursery.start_soon(slices.tend)
        alerts = Alerts([lambda alert: journal.tell(alert.event, alert.fields)])
        pauses = Pauses(nursery, settings.pause_timeout, journal.now_ms)
        try:
            yield SharedHolder(slices, budgets, in_force, journal.account_of, nursery, notice, pauses, alerts)
        finally:
            slices.give_up()
            nursery.cancel_scope.cancel()
