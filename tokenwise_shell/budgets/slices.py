"""Slices of a shared budget: money that a replica takes from the store ahead of need, and spends without asking again.

See `desks` for what a slice is; here one is settled at once at what its calls have cost, and the rest comes back to
everybody by that. Near the limit there is none, and each call asks the store by itself. A replica that dies leaves
slices that expire, as any hold does.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

import trio
from attrs import define, field

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Hold, Short
from tokenwise.budgets.leases import lease_for
from tokenwise.budgets.nested import Place
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.budgets.desks import Desk, Desks, Slice

__all__ = ["LIFETIME_S", "SharedStore", "Slices"]

LIFETIME_S: Final = 5.0
"""A slice is spent from for this long: so long others may have to wait for money that this replica does not use."""

_PATIENCE_S: Final = 2.0  # for money of our own slices to arrive where it came from; then the refusal stands
_NOTHING: Final = Nanodollars(0)
T = TypeVar("T")

_Scopes = tuple[str, ...]


class SharedStore(Protocol):
    """Where replicas share budgets; see `redis_store`."""

    @property
    def stood(self) -> Mapping[str, Budget]:
        """How budgets stood when the server last said something of them."""
        ...

    async def open(
        self, scope: str, limit: Nanodollars, *, spent: Nanodollars = ..., ends_ms: int | None = ...
    ) -> bool:
        """Set a budget's limit; `spent` counts where nobody has opened it before. False where nobody answers."""
        ...

    async def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: _Scopes, *, share: int = ...
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; at most one part in `share` of what each has left."""
        ...

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close a hold at this cost, soon and surely."""
        ...

    async def available(self, scopes: _Scopes) -> Nanodollars:
        """What the tightest of these budgets has left, 0 where that cannot be found out."""
        ...

    async def delivered(self) -> None:
        """Return once every settlement so far counts."""
        ...

    async def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """See `nested.Budgets.mint`. Raises KeyError for a parent that nobody has opened, TimeoutError."""
        ...

    async def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """See `nested.Budgets.adopt`. Raises KeyError for a parent that nobody has opened, TimeoutError."""
        ...

    async def shut(self, scope: str) -> None:
        """Give back what is left of a budget, and of all that is cut from it. Raises TimeoutError."""
        ...

    async def backing(self, scope: str) -> Backing | None:
        """What a budget stands on; None where nobody has opened it. Raises TimeoutError."""
        ...


@define(eq=False)
class Slices:
    """The slices of one replica, whose name no other has. Run `tend` beside it."""

    store: SharedStore
    replica: str
    lifetime_s: float = LIFETIME_S
    _desks: Desks = field(init=False)
    _turns: WeakKeyDictionary[Desk, trio.Lock] = field(factory=WeakKeyDictionary)
    _asking: set[Place] = field(factory=set)
    _withdrawn: set[Place] = field(factory=set)
    _taken: int = 0

    def __attrs_post_init__(self) -> None:
        self._desks = Desks(trio.current_time, self.lifetime_s, self._close_if_over)

    def reserve_at_once(self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: _Scopes) -> Granted | None:
        """Hold the amount within a slice; None where there is none with room, and the store has to be asked."""
        return Granted(Hold(amount)) if self._desks.hold(scopes, (run_id, attempt), amount) else None

    async def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: _Scopes, *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; within a slice where there is one with room.

        A slice is a smaller part of what is left than any share, so `share` concerns what is asked beside it.
        Settled before this has answered, or cancelled, it holds nothing in the end.
        """
        scopes, place = tuple(dict.fromkeys(scopes)), (run_id, attempt)
        desk = self._desks.at(scopes)
        desk.largest = max(desk.largest, amount)
        if self._desks.hold(scopes, place, amount):
            return Granted(Hold(amount))
        desk.waiting += 1
        self._asking.add(place)
        try:
            answer = await self._ask(desk, place, amount, share)
        finally:
            self._asking.discard(place)
            desk.waiting -= 1
        if place in self._withdrawn:
            self._withdrawn.discard(place)
            self.settle(run_id, attempt, _NOTHING)
        return answer

    async def _ask(self, desk: Desk, place: Place, amount: Nanodollars, share: int) -> Granted | NotHeld:
        """Take a slice for this and what may follow, or else the amount alone."""
        async with self._turns.setdefault(desk, trio.Lock()):
            if not self._desks.hold(desk.scopes, place, amount):
                await self._take(desk)
                self._desks.hold(desk.scopes, place, amount)
        if place in self._desks:
            return Granted(Hold(amount))
        return await self.giving_way(lambda: self.store.reserve(*place, amount, desk.scopes, share=share))

    async def giving_way(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What the store answers; where a budget says no in which there are slices of ours, without these."""
        answer = await ask()
        if isinstance(answer, NotHeld | Short) and self.give_way(answer.scope):
            with trio.move_on_after(_PATIENCE_S):
                await self.store.delivered()
            answer = await ask()
        return answer

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost."""
        place = (run_id, attempt)
        if place in self._asking:
            self._withdrawn.add(place)
        elif not self._desks.settle(place, cost):
            self.store.settle(run_id, attempt, cost)

    async def tend(self) -> None:
        """Give up slices that have grown old, for as long as this runs."""
        while True:
            await trio.sleep(self.lifetime_s / 5)
            self._desks.grow_old()

    def give_up(self) -> None:
        """Give up every slice, because this replica leaves; calls still held within one are settled first."""
        self._desks.give_up()

    async def _take(self, desk: Desk) -> None:
        """Replace the slice of these scopes by a new one, or by none."""
        scopes = desk.scopes
        self._desks.retire(desk)
        available = await self.store.available(scopes)
        amount = lease_for(largest=desk.largest, before=desk.size, available=available)
        if not amount:
            return
        self._taken += 1
        attempt = AttemptId("slice", self._taken)
        if isinstance(await self.store.reserve(self._name, attempt, amount, scopes), Granted):
            self._desks.begin(desk, Slice(attempt, scopes, Budget(amount), trio.current_time()))

    @property
    def _name(self) -> str:
        return f"slice-{self.replica}"

    def room(self, scope: str) -> int:
        """How much of what is held of a budget slices hold from which calls may yet be made."""
        return sum(one.budget.available for one in self._desks.of(scope) if not one.retired)

    def give_way(self, scope: str) -> bool:
        """Give up every slice of this budget, and say whether any of them held no call, so that money comes back."""
        return self._desks.give_way(scope)

    def _close_if_over(self, slice_: Slice) -> None:
        if not slice_.calls:
            self.store.settle(self._name, slice_.attempt, slice_.budget.spent)
