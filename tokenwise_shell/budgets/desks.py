"""Slices of budgets as the process knows them that spends them: what `slices` and `local_store` have in common.

A slice is one hold in a store, for one set of scopes. Calls are held within it, in this process and at once. It is
given up when it is used up or has grown old, and closed in the store at what its calls have cost, once the last of
them is settled. `tokenwise.budgets.leases` says how large it is. Nothing here asks a store: whoever keeps the desks
takes slices there, and hears what goes back.
"""

from collections.abc import Callable
from typing import Final

from attrs import define, field

from tokenwise.budgets.budget import Budget, Short, moved, settling, with_held
from tokenwise.budgets.nested import Place
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars

__all__ = ["Desk", "Desks", "Slice"]

_NOTHING: Final = Nanodollars(0)


@define(eq=False)
class Slice:
    """One slice: the store's hold as a budget of its own, and how many calls are held within it.

    What is `retired` takes no more calls.
    """

    attempt: AttemptId
    scopes: tuple[str, ...]
    budget: Budget
    taken_at_s: float
    calls: int = 0
    retired: bool = False


@define(eq=False)
class Desk:
    """What is known of one set of scopes: the slice in use, its size, and the largest amount that was ever asked.

    Nobody thinks of a slice before `wait_until_s`; `asked_at_s` is when the store was asked last.
    """

    scopes: tuple[str, ...]
    slice: Slice | None = None
    size: Nanodollars = _NOTHING
    largest: Nanodollars = _NOTHING
    waiting: int = 0
    asked_at_s: float = -1e9
    wait_until_s: float = -1e9


@define(eq=False)
class Desks:
    """Those of one process. Times are seconds of a clock that nobody sets.

    `goes_back` hears of a slice each time that something of it is nobody's any more: when it is retired, and of a
    retired one whenever a call ends. `changed` hears of every change of what its calls hold and have spent.
    """

    now_s: Callable[[], float]
    lifetime_s: float
    goes_back: Callable[[Slice], None]
    changed: Callable[[Slice], None] = lambda _: None
    _desks: dict[tuple[str, ...], Desk] = field(factory=dict)
    _within: dict[Place, tuple[Slice, Nanodollars]] = field(factory=dict)
    _slices: dict[AttemptId, Slice] = field(factory=dict)

    def at(self, scopes: tuple[str, ...]) -> Desk:
        """The desk of these scopes."""
        return self._desks.get(scopes) or self._desks.setdefault(scopes, Desk(scopes))

    def __bool__(self) -> bool:
        return bool(self._desks or self._slices)

    def __contains__(self, place: object) -> bool:
        return place in self._within

    @property
    def calls(self) -> int:
        """How many calls are held within slices."""
        return len(self._within)

    @property
    def lending(self) -> bool:
        """Whether there is any slice."""
        return bool(self._slices)

    def begin(self, desk: Desk, slice_: Slice) -> None:
        """Use this slice, which the store has granted."""
        desk.slice, desk.size = slice_, slice_.budget.limit
        self._slices[slice_.attempt] = slice_

    def hold(self, scopes: tuple[str, ...], place: Place, amount: Nanodollars) -> bool:
        """Hold the amount for a call within the slice of these scopes, and say whether there is one with room."""
        desk = self._desks.get(scopes)
        slice_ = desk.slice if desk else None
        if slice_ is None or self.now_s() >= slice_.taken_at_s + self.lifetime_s:
            return False
        budget = with_held(slice_.budget, amount)
        if isinstance(budget, Short):
            return False
        slice_.budget = budget
        slice_.calls += 1
        self._within[place] = slice_, amount
        self.changed(slice_)
        return True

    def has_room(self, scopes: tuple[str, ...]) -> bool:
        """Whether there is a slice of these scopes with room."""
        desk = self._desks.get(scopes)
        return desk is not None and desk.slice is not None and desk.slice.budget.available > 0

    def settle(self, place: Place, cost: Nanodollars) -> Slice | None:
        """Close a call's hold at this cost, and say in which slice it was; None where it was in none."""
        slice_, amount = self._within.pop(place, (None, _NOTHING))
        if slice_ is not None:
            slice_.budget = moved(slice_.budget, *settling(amount, cost))
            slice_.calls -= 1
            self.changed(slice_)
            if slice_.retired:
                self._return(slice_)
        return slice_

    def of(self, scope: str) -> list[Slice]:
        """The slices of a budget, those included that take no more calls."""
        return [one for one in self._slices.values() if scope in one.scopes]

    def retire(self, desk: Desk) -> None:
        """Use its slice no more."""
        slice_, desk.slice = desk.slice, None
        if slice_:
            slice_.retired = True
            self._return(slice_)

    def _return(self, slice_: Slice) -> None:
        if not slice_.calls:
            del self._slices[slice_.attempt]
        self.goes_back(slice_)

    def give_way(self, *scopes: str) -> bool:
        """Give up every slice of these budgets, and say whether any of them held no call."""
        desks = [desk for desk in self._desks.values() if desk.slice and not {*scopes}.isdisjoint(desk.scopes)]
        idle = any(desk.slice and not desk.slice.calls for desk in desks)
        for desk in desks:
            self.retire(desk)
        return idle

    def give_up(self) -> None:
        """Give up all of them."""
        for desk in self._desks.values():
            self.retire(desk)

    def grow_old(self) -> None:
        """Give up slices that have been used for their lifetime, and forget who has not asked for as long."""
        now_s = self.now_s()
        for scopes, desk in tuple(self._desks.items()):
            if desk.slice and now_s >= desk.slice.taken_at_s + self.lifetime_s:
                desk.size = _NOTHING
                self.retire(desk)
            elif not desk.slice and not desk.waiting and now_s >= desk.asked_at_s + self.lifetime_s:
                del self._desks[scopes]  # of a window that is over, most likely
