"""Where the cuts between the tiers lie, so that a share of requests goes to flagships, or a thousand cost so much.

Cuts are difficulties, as the policy judges them. Requests of one difficulty stand on the same side of a cut.
"""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from tokenwise.money import Nanodollars

__all__ = ["Cuts", "cuts_for_cost", "cuts_for_share"]

# Shares that are tried for a cost, in hundredths.
_HUNDREDTHS: Final = 100
_ABOVE_ALL: Final = 1.000001


@frozen
class Cuts:
    """From which difficulty on a mid-tier model is taken, from which a flagship, and which share is above that."""

    mid_from: float
    flagship_from: float
    share: float


def cuts_for_share(difficulties: Sequence[float], share: float, *, mid_from: float) -> Cuts:
    """The cuts that send at most this share to flagships; below them the lower cut stays, or gives way to the upper.

    >>> cuts_for_share([0.1, 0.2, 0.3, 0.9, 0.9], 0.4, mid_from=0.35)
    Cuts(mid_from=0.35, flagship_from=0.9, share=0.4)
    """
    ranked = sorted(difficulties, reverse=True)
    most = int(share * len(ranked) + 1e-9)
    level = _ABOVE_ALL if most < len(ranked) and not most else ranked[min(most, len(ranked)) - 1] if ranked else 1.0
    # Where the last one that fits is as hard as the first that does not, neither goes up.
    if 0 < most < len(ranked) and ranked[most] == level:
        level = min((value for value in ranked[:most] if value > level), default=_ABOVE_ALL)
    above = sum(value >= level for value in ranked)
    return Cuts(min(mid_from, level), level, above / len(ranked) if ranked else 0.0)


def cuts_for_cost(
    difficulties: Sequence[float],
    most: Nanodollars,
    cost_per_1k: Callable[[Cuts], Nanodollars],
    *,
    mid_from: float,
) -> Cuts | None:
    """The largest share of flagships at which a thousand requests cost at most this; None where none is.

    Where even the mid tier's share costs more without a flagship, that is cut as well.
    """
    for hundredths in range(_HUNDREDTHS, -1, -1):
        cuts = cuts_for_share(difficulties, hundredths / _HUNDREDTHS, mid_from=mid_from)
        if cost_per_1k(cuts) <= most:
            return cuts
    for hundredths in range(_HUNDREDTHS, -1, -1):
        level = cuts_for_share(difficulties, hundredths / _HUNDREDTHS, mid_from=1.0).flagship_from
        if cost_per_1k(cuts := Cuts(level, _ABOVE_ALL, 0.0)) <= most:
            return cuts
    return None
