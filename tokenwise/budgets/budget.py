"""One limit, and the law it keeps: spent + held <= limit + overrun, before and after every function here.

    reserve   hold money for a call's worst case, or say why not
    with_held, moved, settling   the same in parts, for whoever books many calls in many budgets
    settle    replace a hold by what the call really cost
    release   give a hold back whole
    relimit   another limit for what is spent and held already
    correct   book the difference where a cost that was settled is stated anew

A driver keeps the `Hold` it was given and settles or releases it once. Several budgets at once are the affair of
`nested`, and which of them apply that of `limits`.
"""

from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars

__all__ = [
    "Budget",
    "Hold",
    "Short",
    "begun",
    "correct",
    "moved",
    "release",
    "relimit",
    "reserve",
    "settle",
    "settling",
    "with_held",
]

_NOTHING: Final = Nanodollars(0)


@frozen
class Budget:
    """A limit and what has become of it. All amounts in nano-dollars.

    `overrun` is what providers billed above the holds: the one way in which `spent` may pass `limit`.
    """

    limit: Nanodollars
    spent: Nanodollars = _NOTHING
    held: Nanodollars = _NOTHING
    overrun: Nanodollars = _NOTHING

    # One check in place of a validator per field: a budget is made twice for every call.
    def __attrs_post_init__(self) -> None:
        limit, spent, held, overrun = self.limit, self.spent, self.held, self.overrun
        if limit < 0 or spent < 0 or held < 0 or overrun < 0 or spent + held > limit + overrun:
            raise ValueError(f"the books break the budget law, or have a negative amount: {self!r}")

    @property
    def available(self) -> Nanodollars:
        """What may still be held: limit - spent - held, and 0 after an overrun that ate it all."""
        return Nanodollars(max(0, self.limit - self.spent - self.held))


@frozen
class Hold:
    """Money set aside for one call."""

    amount: Nanodollars = field(validator=ge(Nanodollars(0)))


@frozen
class Short:
    """The money is not there: what was needed, what is left, and how much of the rest others only hold.

    `scope` is the budget's name, where it has one; `limit` and `spent` are as it stands.
    """

    needed: Nanodollars
    available: Nanodollars
    held: Nanodollars
    scope: str = ""
    limit: Nanodollars = field(default=_NOTHING, eq=False, repr=False)
    spent: Nanodollars = field(default=_NOTHING, eq=False, repr=False)

    @property
    def busy(self) -> bool:
        """Whether waiting may help: with the others' holds returned in full, the amount would fit."""
        return self.available + self.held >= self.needed


def reserve(budget: Budget, amount: Nanodollars, share: int = 1) -> tuple[Budget, Hold] | Short:
    """Hold `amount`, or say how short the money is. It may be at most one part in `share` of what is left.

    >>> reserve(Budget(Nanodollars(100), spent=Nanodollars(70)), Nanodollars(40))
    Short(needed=40, available=30, held=0, scope='')
    >>> reserve(Budget(Nanodollars(100)), Nanodollars(40), share=4)
    Short(needed=40, available=100, held=0, scope='')
    """
    after = with_held(budget, amount, share)
    return after if isinstance(after, Short) else (after, Hold(amount))


def with_held(budget: Budget, amount: Nanodollars, share: int = 1, scope: str = "") -> Budget | Short:
    """The budget of `reserve`, without the hold; `scope` is its name, for who is short."""
    available = budget.available
    if amount * share > available:
        return Short(amount, available, budget.held, scope, budget.limit, budget.spent)
    return Budget(budget.limit, budget.spent, Nanodollars(budget.held + amount), budget.overrun)


def settle(budget: Budget, hold: Hold, cost: Nanodollars) -> Budget:
    """Replace a hold by the real cost. A cost above the hold is booked in full, and the excess as overrun.

    >>> held = Budget(Nanodollars(100), held=Nanodollars(40))
    >>> settle(held, Hold(Nanodollars(40)), Nanodollars(45))
    Budget(limit=100, spent=45, held=0, overrun=5)
    """
    return moved(budget, *settling(hold.amount, cost))


def settling(held: Nanodollars, cost: Nanodollars) -> tuple[int, int, int]:
    """What settling adds to `spent`, `held` and `overrun`. It may be added up over many calls before it is `moved`."""
    return cost, -held, max(0, cost - held)


def moved(budget: Budget, spent: int, held: int, overrun: int) -> Budget:
    """The budget once so much is added to each; raises ValueError where that breaks the law."""
    return Budget(
        budget.limit,
        Nanodollars(budget.spent + spent),
        Nanodollars(budget.held + held),
        Nanodollars(budget.overrun + overrun),
    )


def release(budget: Budget, hold: Hold) -> Budget:
    """Give a hold back: the call was never made, or is known to be free."""
    return settle(budget, hold, Nanodollars(0))


def begun(limit: Nanodollars, spent: Nanodollars = _NOTHING) -> Budget:
    """A budget of which so much is gone already. What the limit cannot hold (it was lowered, say) counts as overrun."""
    return relimit(Budget(spent, spent), limit)


def relimit(budget: Budget, limit: Nanodollars) -> Budget:
    """Another limit for what is spent and held. What it cannot hold counts as overrun, and nothing is available.

    >>> relimit(Budget(Nanodollars(100), spent=Nanodollars(50), held=Nanodollars(20)), Nanodollars(40))
    Budget(limit=40, spent=50, held=20, overrun=30)
    """
    over = max(budget.overrun, budget.spent + budget.held - limit)
    return Budget(limit, budget.spent, budget.held, Nanodollars(over))


def correct(budget: Budget, by: int, over: int = 0) -> Budget:
    """Book that a call has cost so much more than was settled, or less; `over` is what that does to its overrun.

    >>> spoilt = Budget(Nanodollars(100), spent=Nanodollars(900), overrun=Nanodollars(860))
    >>> correct(spoilt, by=-870, over=-860)
    Budget(limit=100, spent=30, held=0, overrun=0)
    """
    spent = Nanodollars(max(0, budget.spent + by))
    excess = spent + budget.held - budget.limit
    return Budget(budget.limit, spent, budget.held, Nanodollars(max(0, budget.overrun + over, excess)))
