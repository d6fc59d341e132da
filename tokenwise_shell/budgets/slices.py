"""Slices of a shared budget: money that a replica takes from the store ahead of need, and spends without asking again.

A slice is one hold in the store, for one set of scopes. Calls are held within it, in this process and at once. It is
given up when it is used up or has grown old, and settled in the store at what its calls have cost, once the last of
them is settled; the rest comes back to everybody by that. `tokenwise.budgets.leases` says how large it is: near the
limit there is none, and each call asks the store by itself. A replica that dies leaves slices that
expire, as any hold does.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeVar

import trio
from attrs import define, field

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Hold, Short, reserve, settle
from tokenwise.budgets.leases import lease_for
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld

__all__ = ["LIFETIME_S", "SharedStore", "Slices"]

LIFETIME_S: Final = 5.0
"""A slice is spent from for this long: so long others may have to wait for money that this replica does not use."""

_PATIENCE_S: Final = 2.0  # for money of our own slices to arrive where it came from; then the refusal stands
_NOTHING: Final = Nanodollars(0)
T = TypeVar("T")

_Place = tuple[str, AttemptId]
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
class _Slice:
    """One slice: the store's hold as a budget of its own, and the calls that are held within it."""

    attempt: AttemptId
    scopes: _Scopes
    budget: Budget
    taken_at: float
    retired: bool = False
    open: dict[_Place, Hold] = field(factory=dict)


@define(eq=False)
class _Desk:
    """What is known of one set of scopes: the slice in use, its size, and the largest amount that was ever asked."""

    scopes: _Scopes
    asking: trio.Lock = field(factory=trio.Lock)
    slice: _Slice | None = None
    size: Nanodollars = _NOTHING
    largest: Nanodollars = _NOTHING
    waiting: int = 0


@define(eq=False)
class Slices:
    """The slices of one replica, whose name no other has. Run `tend` beside it."""

    store: SharedStore
    replica: str
    lifetime_s: float = LIFETIME_S
    _desks: dict[_Scopes, _Desk] = field(factory=dict)
    _within: dict[_Place, _Slice] = field(factory=dict)
    _asking: set[_Place] = field(factory=set)
    _withdrawn: set[_Place] = field(factory=set)
    _taken: int = 0

    def reserve_at_once(self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: _Scopes) -> Granted | None:
        """Hold the amount within a slice; None where there is none with room, and the store has to be asked."""
        desk = self._desks.get(scopes)
        return Granted(Hold(amount)) if desk and self._held_within(desk, (run_id, attempt), amount) else None

    async def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: _Scopes, *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; within a slice where there is one with room.

        A slice is a smaller part of what is left than any share, so `share` concerns what is asked beside it.
        Settled before this has answered, or cancelled, it holds nothing in the end.
        """
        scopes, place = tuple(dict.fromkeys(scopes)), (run_id, attempt)
        desk = self._desks.setdefault(scopes, _Desk(scopes))
        desk.largest = max(desk.largest, amount)
        if self._held_within(desk, place, amount):
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

    async def _ask(self, desk: _Desk, place: _Place, amount: Nanodollars, share: int) -> Granted | NotHeld:
        """Take a slice for this and what may follow, or else the amount alone."""
        async with desk.asking:
            if not self._held_within(desk, place, amount):
                await self._take(desk)
                self._held_within(desk, place, amount)
        if place in self._within:
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
            return
        slice_ = self._within.pop(place, None)
        if slice_ is None:
            self.store.settle(run_id, attempt, cost)
            return
        slice_.budget = settle(slice_.budget, slice_.open.pop(place), cost)
        self._close_if_over(slice_)

    async def tend(self) -> None:
        """Give up slices that have grown old, for as long as this runs."""
        while True:
            await trio.sleep(self.lifetime_s / 5)
            for scopes, desk in tuple(self._desks.items()):
                if not desk.slice and not desk.waiting:
                    del self._desks[scopes]  # of a window that is over, most likely
                elif desk.slice and trio.current_time() >= desk.slice.taken_at + self.lifetime_s:
                    desk.size = _NOTHING
                    self._retire(desk)

    def give_up(self) -> None:
        """Give up every slice, because this replica leaves; calls still held within one are settled first."""
        for desk in self._desks.values():
            self._retire(desk)

    def _held_within(self, desk: _Desk, place: _Place, amount: Nanodollars) -> bool:
        slice_ = desk.slice
        if slice_ is None or trio.current_time() >= slice_.taken_at + self.lifetime_s:
            return False
        match reserve(slice_.budget, amount):
            case Short():
                return False
            case (budget, hold):
                slice_.budget, slice_.open[place] = budget, hold
                self._within[place] = slice_
                return True

    async def _take(self, desk: _Desk) -> None:
        """Replace the slice of these scopes by a new one, or by none."""
        scopes = desk.scopes
        self._retire(desk)
        available = await self.store.available(scopes)
        amount = lease_for(largest=desk.largest, before=desk.size, available=available)
        if not amount:
            return
        self._taken += 1
        attempt = AttemptId("slice", self._taken)
        if isinstance(await self.store.reserve(self._name, attempt, amount, scopes), Granted):
            desk.size = amount
            desk.slice = _Slice(attempt, scopes, Budget(amount), trio.current_time())

    @property
    def _name(self) -> str:
        return f"slice-{self.replica}"

    def room(self, scope: str) -> int:
        """How much of what is held of a budget slices hold from which calls may yet be made."""
        slices = (desk.slice for desk in self._desks.values() if scope in desk.scopes)
        return sum(one.budget.available for one in slices if one)

    def give_way(self, scope: str) -> bool:
        """Give up every slice of this budget, and say whether any of them held no call, so that money comes back."""
        desks = [desk for desk in self._desks.values() if desk.slice and scope in desk.slice.scopes]
        idle = [desk for desk in desks if desk.slice and not desk.slice.open]
        for desk in desks:
            self._retire(desk)
        return bool(idle)

    def _retire(self, desk: _Desk) -> None:
        if desk.slice:
            desk.slice.retired = True
            self._close_if_over(desk.slice)
            desk.slice = None

    def _close_if_over(self, slice_: _Slice) -> None:
        if slice_.retired and not slice_.open:
            self.store.settle(self._name, slice_.attempt, slice_.budget.spent)
