"""How far a share that a log shows carries: for more traffic of the kind, of which these sessions are a sample.

A session's calls are alike, so sessions are what is drawn, not calls. The share is a ratio of two sums over sessions;
its variance is the jackknife's (Efron and Stein 1981), which leaves out one session at a time. A few large sessions may
weigh more than all others: the degrees of freedom of Student's t are then as few as the sessions that matter
(Satterthwaite's count of their squared deviations), not as many as there are.
"""

import math
from collections.abc import Sequence
from typing import Final

from attrs import frozen

__all__ = ["Share", "share_of"]

# Fewer sessions than this say nothing of how they differ.
_FEWEST: Final = 5

# The 97.5 % quantile of the normal distribution, from which Student's is expanded (Cornish and Fisher).
_Z: Final = 1.959964


@frozen
class Share:
    """A part of a whole, and its 95 % interval; without one where too few sessions were seen."""

    share: float
    low: float | None = None
    high: float | None = None


def share_of(pairs: Sequence[tuple[int, int]]) -> Share | None:
    """The share that the second sums have of the first, by cluster. None where the first sum to nothing.

    >>> share_of([(100, 50), (300, 150)])
    Share(share=0.5, low=None, high=None)
    >>> share_of([(100, 20 + 10 * n) for n in range(6)])
    Share(share=0.45, low=0.22537810809469624, high=0.6746218919053037)
    """
    pairs = [pair for pair in pairs if any(pair)]
    whole, part = (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0, 0)
    if whole <= 0:
        return None
    share, count = part / whole, len(pairs)
    if count < _FEWEST or any(one >= whole for one, _ in pairs):
        return Share(share)
    without = [(part - own) / (whole - one) for one, own in pairs]
    variance = (count - 1) / count * math.fsum((other - share) ** 2 for other in without)
    reach = _student(_freedom(pairs, share)) * math.sqrt(variance)
    return Share(share, share - reach, share + reach)


def _freedom(pairs: Sequence[tuple[int, int]], share: float) -> float:
    squares = [(own - share * one) ** 2 for one, own in pairs]
    fourth = math.fsum(square * square for square in squares)
    matter = math.fsum(squares) ** 2 / fourth if fourth else len(pairs)
    return max(2.0, min(matter, len(pairs) - 1))


def _student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t, to a thousandth from six degrees of freedom on."""
    first = (_Z**3 + _Z) / 4
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96
    third = (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384
    return _Z + first / freedom + second / freedom**2 + third / freedom**3
