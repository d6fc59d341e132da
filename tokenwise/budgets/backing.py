"""A budget that stands on others, as a voucher's does: its amount was held in its parents when it was minted.

At every instant each parent holds for it what is not spent of it, and has spent what is:

    held in the parent for it  =  max(0, limit - spent)

So a call under a voucher is held in the voucher's budget alone, which is held above already, and what it costs is
spent once in every budget up to the top. What a voucher has no money for any more is overrun, here and there. A parent
may be a voucher itself. Once a voucher is closed its limit follows down to what is spent and held, so that the rest is
its parents' again; calls that are under way are settled as ever.
"""

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from tokenwise.budgets.budget import Budget
from tokenwise.money import Nanodollars

__all__ = ["Backing", "closed", "follow", "join", "stand_on"]

_NOTHING: Final = Nanodollars(0)


@frozen
class Backing:
    """What a budget stands on, until when (Unix ms), and whether that is over."""

    parents: tuple[str, ...]
    expires_ms: int
    closed: bool = False


def follow(
    of: Callable[[str], Budget], backing_of: Callable[[str], Backing | None], changed: dict[str, Budget]
) -> dict[str, Budget]:
    """Changed budgets and all that they stand on, changed with them. `of` says how each was.

    A parent whose window is over, and which nobody keeps any more (KeyError), is left out.

    >>> of = {"voucher": Budget(Nanodollars(50)), "key": Budget(Nanodollars(100), held=Nanodollars(50))}
    >>> paid = {"voucher": Budget(Nanodollars(50), spent=Nanodollars(20))}
    >>> follow(of.__getitem__, {"voucher": Backing(("key",), 0)}.get, paid)["key"]
    Budget(limit=100, spent=20, held=30, overrun=0)
    """
    now, due = dict(changed), [*changed]
    while due:
        scope = due.pop()
        backing = backing_of(scope)
        if backing is None:
            continue
        if backing.closed:
            now[scope] = closed(now[scope])
        for parent in backing.parents:
            try:
                before = now[parent] if parent in now else of(parent)
            except KeyError:
                continue
            now[parent] = _drawn(before, of(scope), now[scope])
            due.append(parent)
    return now


def stand_on(parent: Budget, one: Budget) -> Budget:
    """A parent that has to hold from now on what is left of this budget, be it more than it has: then that is overrun.

    What is spent of it the parent has counted already.
    """
    return _drawn(parent, Budget(min(one.limit, one.spent), one.spent, _NOTHING, one.overrun), one)


def join(known: Backing | None, more: Backing) -> Backing:
    """What is known of a budget already, and the parents that it has beside."""
    if known is None:
        return more
    return evolve(known, parents=tuple(dict.fromkeys((*known.parents, *more.parents))))


def closed(one: Budget) -> Budget:
    """A budget of which nothing more may be held: its limit is what is spent and held, and never more than it was."""
    limit = min(one.limit, Nanodollars(one.spent + one.held))
    return Budget(limit, one.spent, one.held, one.overrun)


def _drawn(parent: Budget, before: Budget, after: Budget) -> Budget:
    """A parent's budget once what stands on it has gone from `before` to `after`."""
    spent = max(0, parent.spent + after.spent - before.spent)
    held = parent.held + _left(after) - _left(before)
    over = max(0, parent.overrun + _beyond(after) - _beyond(before), spent + held - parent.limit)
    return Budget(parent.limit, Nanodollars(spent), Nanodollars(held), Nanodollars(over))


def _left(one: Budget) -> int:
    return max(0, one.limit - one.spent)


def _beyond(one: Budget) -> int:
    return max(0, one.spent - one.limit)
