"""Whether a deployment's own outcomes tell hard requests from easy ones better than length and today's policy do.

    outcome     how bad a cheap model's answer was, from 0 to 1: a rating, a verdict, an escalation
    gain        what going straight up would have won: the strong model's score less the cheap one's where both are
                known, else the outcome
    score       of each request, by weights that were fitted without it (folds)
    area        what share of all gain is won by sending up the highest scores first, over all shares of requests; a
                random order has 0.5
    difference  of the areas of two scores, with an interval: the same requests drawn again, a thousand times

Weights are worth having where both differences, to length and to today's difficulty, are above 0 throughout their
intervals. All chance comes from the seed, so the same outcomes and the same seed give the same report.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, le

from tokenwise.calibration.regression import Fitted, fit_logistic
from tokenwise.policy import Calibration
from tokenwise.scenario.numbers import NUMBERS

__all__ = ["LEAST_OUTCOMES", "Difference", "Evidence", "Outcome", "area", "mixed", "weigh_evidence"]

LEAST_OUTCOMES: Final = 200
"""Fewer outcomes than this tell nothing that their interval does not take back."""

_FOLDS: Final = 5
_RIDGE: Final = 20.0
_DRAWS: Final = 1000
_TODAY, _LENGTH = NUMBERS.index("difficulty"), NUMBERS.index("characters")
_FEWEST_OF_A_KIND: Final = 20


@frozen
class Outcome:
    """What became of one request: its numbers (`NUMBERS`), how bad the cheap answer was, what going up would win."""

    numbers: tuple[float, ...]
    bad: float = field(validator=[ge(0.0), le(1.0)])
    gain: float | None = None

    def __attrs_post_init__(self) -> None:
        if len(self.numbers) != len(NUMBERS):
            raise ValueError(f"{len(self.numbers)} numbers, expected {len(NUMBERS)}")

    @property
    def won(self) -> float:
        """What going straight up would have won; all that was bad, where nobody knows the strong model's answer."""
        return self.bad if self.gain is None else self.gain


@frozen
class Difference:
    """How much larger one area is than another, and the interval that holds 95 of 100 draws of it."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether it is above 0 throughout."""
        return self.low > 0.0


@frozen
class Evidence:
    """What the outcomes say. Areas are of requests that the weights were not fitted on; `trouble` is why not, or "".

    `calibration` is fitted on all outcomes.
    """

    outcomes: int
    fitted: float
    length: float
    today: float
    to_length: Difference
    to_today: Difference
    calibration: Calibration
    trouble: str = ""

    @property
    def better(self) -> bool:
        """Whether the weights are worth having."""
        return not self.trouble and self.to_length.sure and self.to_today.sure


def weigh_evidence(outcomes: Sequence[Outcome], *, seed: int = 0) -> Evidence:
    """Fit weights on these outcomes, and say what they are worth on requests that they did not see."""
    shuffled = [outcomes[place] for place in mixed(len(outcomes), seed)]
    gains = [one.won for one in shuffled]
    if trouble := _trouble(shuffled):
        nothing = Difference(0.0, 0.0, 0.0)
        return Evidence(len(shuffled), 0.5, 0.5, 0.5, nothing, nothing, Calibration(), trouble)
    scores = _unseen(shuffled)
    length, today = ([one.numbers[place] for one in shuffled] for place in (_LENGTH, _TODAY))
    draws = [_draw(len(shuffled), seed, number) for number in range(_DRAWS)]
    return Evidence(
        outcomes=len(shuffled),
        fitted=area(scores, gains),
        length=area(length, gains),
        today=area(today, gains),
        to_length=_difference(scores, length, gains, draws),
        to_today=_difference(scores, today, gains, draws),
        calibration=_calibration(_fit(shuffled)),
    )


def area(scores: Sequence[float], gains: Sequence[float]) -> float:
    """The share of the gain that is won by this order, highest score first, averaged over all shares of requests.

    Requests of equal score stand in no order: each counts as their mean.

    >>> area([3.0, 2.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]), area([1.0, 1.0], [1.0, 0.0])
    (0.875, 0.5)
    """
    total = math.fsum(gains)
    if total <= 0.0:
        return 0.5
    won = under = 0.0
    ranked = sorted(zip(scores, gains, strict=True), key=lambda pair: -pair[0])
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        some = [gain for _, gain in group]
        # Within a group the curve is a straight line.
        under += len(some) * (won + math.fsum(some) / 2.0)
        won += math.fsum(some)
    return under / (len(scores) * total)


def _trouble(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) < LEAST_OUTCOMES:
        return f"{len(outcomes)} outcomes; at least {LEAST_OUTCOMES} are needed"
    bad = sum(one.bad >= 0.5 for one in outcomes)
    if min(bad, len(outcomes) - bad) < _FEWEST_OF_A_KIND:
        return f"{bad} of {len(outcomes)} answers were bad; at least {_FEWEST_OF_A_KIND} of each kind are needed"
    return ""


def _fit(outcomes: Sequence[Outcome]) -> Fitted:
    """Learned from what would have been won where that is known, since a strong model fails as well."""
    told = [float(one.won > 0.0) for one in outcomes]
    return fit_logistic([one.numbers for one in outcomes], told, ridge=_RIDGE)


def _unseen(outcomes: Sequence[Outcome]) -> list[float]:
    """Each outcome's score by weights that were fitted on the other folds."""
    scores = [0.0] * len(outcomes)
    for fold in range(_FOLDS):
        fitted = _fit([one for place, one in enumerate(outcomes) if place % _FOLDS != fold])
        for place in range(fold, len(outcomes), _FOLDS):
            scores[place] = fitted.score(outcomes[place].numbers)
    return scores


def _difference(
    mine: Sequence[float], other: Sequence[float], gains: Sequence[float], draws: Sequence[Sequence[int]]
) -> Difference:
    found = []
    for drawn in draws:
        won = [gains[place] for place in drawn]
        pair = (area([scores[place] for place in drawn], won) for scores in (mine, other))
        found.append(next(pair) - next(pair))
    found.sort()
    cut = len(found) // 40
    return Difference(area(mine, gains) - area(other, gains), found[cut], found[-1 - cut])


def _calibration(fitted: Fitted) -> Calibration:
    return Calibration(intercept=fitted.intercept, weights=tuple(zip(NUMBERS, fitted.weights, strict=True)))


# --- chance, from the seed alone --------------------------------------------------------------------------------------


def mixed(count: int, seed: int) -> list[int]:
    """So many places in the order of this seed."""
    return sorted(range(count), key=lambda place: hashlib.blake2b(f"{seed}/{place}".encode(), digest_size=8).digest())


def _draw(count: int, seed: int, number: int) -> list[int]:
    """So many places with repetition."""
    return [value % count for value in _numbers(f"{seed}/draw/{number}", count)]


def _numbers(name: str, count: int) -> Iterator[int]:
    stream = hashlib.shake_128(name.encode()).digest(4 * count)
    for place in range(0, len(stream), 4):
        yield int.from_bytes(stream[place : place + 4], "big")
