"""How much money a lease takes ahead of need.

A lease is an amount that survives a power loss because its line in the books was synced; the reservations within it
are only written, and need no sync of their own. The larger it is, the fewer syncs; but its unused part is money that
nobody else can have, and is charged in full if the power fails. So it grows while it is used, stays a small share of
what its tightest limit has left, and near the limit is none at all: then each reservation is synced by itself.
"""

from collections.abc import Iterable
from typing import Final

from tokenwise.budgets.budget import Budget
from tokenwise.money import Nanodollars

__all__ = ["FIRST", "MOST", "SHARE", "lease_for", "lendable"]

FIRST: Final = 16
"""A first lease covers this many reservations of the largest size seen: as many as a sync serves on a busy day."""

MOST: Final = 1024
"""And this many at most: beyond, the sync is some microseconds a reservation, and more money would idle."""

SHARE: Final = 8
"""The unused part of a lease is at most this part of what is left: 8 keys with a lease each leave nobody without."""


def lease_for(*, largest: Nanodollars, before: Nanodollars, available: Nanodollars | None) -> Nanodollars:
    """The next lease where the largest reservation is this, the lease before was used up, and so much is left.

    `available` is None where there is no limit. An answer of 0 means: sync each reservation.

    >>> lease_for(largest=Nanodollars(100), before=Nanodollars(0), available=None)
    1600
    >>> lease_for(largest=Nanodollars(100), before=Nanodollars(1600), available=Nanodollars(20_000))
    2500
    >>> lease_for(largest=Nanodollars(100), before=Nanodollars(2500), available=Nanodollars(1_500))
    0
    """
    wanted = min(max(2 * before, FIRST * largest), MOST * largest)
    affordable = wanted if available is None else min(wanted, available // SHARE)
    return Nanodollars(affordable if affordable >= 2 * largest else 0)


def lendable(budgets: Iterable[Budget]) -> Nanodollars:
    """What all of these budgets have left of their first four fifths, of which a part may be lent to one process.

    Whoever comes near a limit asks by itself, and so hears at once how it stands, and that four fifths are spent.

    >>> lendable([Budget(Nanodollars(100), spent=Nanodollars(50), held=Nanodollars(10)), Budget(Nanodollars(1000))])
    20
    """
    return Nanodollars(max(0, min(4 * one.limit // 5 - one.spent - one.held for one in budgets)))
