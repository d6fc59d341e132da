"""Answers that hold for a span of lengths, kept while one kind of request comes again and again in other lengths.

What a model costs is linear in the tokens that are read, so between two crossings the cheapest of some models stays the
same. A request of a kind that was asked before is answered by looking for its length.
"""

import bisect
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from attrs import define, field

__all__ = ["Spans", "span_around"]

_T = TypeVar("_T")

# A kind of request has a few crossings between two windows of models, of which there are some ten.
_MOST: Final = 64


@define(eq=False)
class Spans(Generic[_T]):
    """Answers by the first and the last length that they hold for: as far as each can, so that they never overlap.

    Like `WorkedOut` they are written after they were made, and only a clock can tell: always by one assignment, since
    several threads may ask.
    """

    _kept: tuple[tuple[int, ...], tuple[tuple[int, _T], ...]] = field(default=((), ()), init=False)

    def of(self, length: int, answer: Callable[[], tuple[_T, int, int]]) -> _T:
        """The answer for this length: as it was kept, or worked out now, with the lengths that it holds for."""
        firsts, rows = self._kept
        place = bisect.bisect_right(firsts, length)
        if place and length <= rows[place - 1][0]:
            return rows[place - 1][1]
        known, first, last = answer()
        if first == last:  # what holds for one length is not worth looking for
            return known
        if len(rows) >= _MOST:
            firsts, rows, place = (), (), 0
        self._kept = (*firsts[:place], first, *firsts[place:]), (*rows[:place], (last, known), *rows[place:])
        return known


def span_around(
    read: int, costs: Sequence[int], slopes: Sequence[int], ties: Sequence[int], lengths: tuple[int, int]
) -> tuple[int, int]:
    """The lengths around this one at which the same cost least: until another's cost, which is linear, crosses theirs.

    >>> span_around(100, (5_000, 6_001), (30, 20), (0,), (1, 1_000))
    (1, 200)
    """
    best, slope = costs[ties[0]], slopes[ties[0]]
    first, last = lengths
    for cost, other in zip(costs, slopes, strict=True):
        ahead = cost - best - 1  # as long as the other costs a token-nano more, it is not the best
        if other > slope and cost > best:
            first = max(first, read - ahead // (other - slope))
        elif other < slope and cost > best:
            last = min(last, read + ahead // (slope - other))
        elif other != slope:
            return read, read
    return first, last
