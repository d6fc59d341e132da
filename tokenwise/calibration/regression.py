"""Ridge logistic regression: how likely an outcome is, from a few numbers. Pure Python, the same on every machine.

Newton's method on standardised numbers; the penalty holds every weight but the intercept. All sums are `math.fsum`, so
the order of the rows does not matter beyond the last digit, and results are rounded to nine digits.
"""

import math
from collections.abc import Sequence
from typing import Final

from attrs import frozen

__all__ = ["Fitted", "fit_logistic"]

_STEPS: Final = 25
_ENOUGH: Final = 1e-9
_STEEPEST: Final = 30.0
_DIGITS: Final = 9

_Row = Sequence[float]


@frozen
class Fitted:
    """Weights of the numbers as they are (not standardised), in their order, and the intercept; in log-odds."""

    intercept: float
    weights: tuple[float, ...]

    def score(self, row: _Row) -> float:
        """The log-odds of a row."""
        return self.intercept + math.fsum(weight * value for weight, value in zip(self.weights, row, strict=True))


def fit_logistic(rows: Sequence[_Row], outcomes: Sequence[float], *, ridge: float) -> Fitted:
    """The weights that make these outcomes (from 0 to 1) likeliest, less `ridge` times half their squares.

    >>> fitted = fit_logistic([(0.0,), (1.0,), (2.0,), (3.0,)] * 20, [0.0, 0.0, 1.0, 1.0] * 20, ridge=1.0)
    >>> fitted.score((0.0,)) < 0 < fitted.score((3.0,))
    True
    """
    means = [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]
    spreads = [_spread(column, mean) for column, mean in zip(zip(*rows, strict=True), means, strict=True)]
    table = [
        [1.0, *((value - mean) / spread for value, mean, spread in zip(row, means, spreads, strict=True))]
        for row in rows
    ]
    beta = [0.0] * (len(means) + 1)
    for _ in range(_STEPS):
        step = _newton(table, outcomes, beta, ridge)
        beta = [now + more for now, more in zip(beta, step, strict=True)]
        if max(map(abs, step)) < _ENOUGH:
            break
    weights = [weight / spread for weight, spread in zip(beta[1:], spreads, strict=True)]
    intercept = beta[0] - math.fsum(weight * mean for weight, mean in zip(weights, means, strict=True))
    return Fitted(round(intercept, _DIGITS), tuple(round(weight, _DIGITS) for weight in weights))


def _spread(column: _Row, mean: float) -> float:
    """The standard deviation; 1 for a number that never changes, whose weight is then 0."""
    return math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column)) or 1.0


def _newton(table: Sequence[_Row], outcomes: Sequence[float], beta: _Row, ridge: float) -> list[float]:
    chances = [_chance(math.fsum(b * value for b, value in zip(beta, row, strict=True))) for row in table]
    width = range(len(beta))
    slope = [
        math.fsum((was - chance) * row[place] for row, was, chance in zip(table, outcomes, chances, strict=True))
        - (ridge * beta[place] if place else 0.0)
        for place in width
    ]
    weighed = [[chance * (1.0 - chance) * value for value in row] for row, chance in zip(table, chances, strict=True)]
    bend = [[0.0] * len(beta) for _ in width]
    for one in width:
        for other in range(one + 1):
            total = math.fsum(row[one] * plain[other] for row, plain in zip(weighed, table, strict=True))
            bend[one][other] = bend[other][one] = total
        bend[one][one] += ridge if one else _ENOUGH
    return _solved(bend, slope)


def _chance(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-_STEEPEST, min(_STEEPEST, score))))


def _solved(matrix: list[list[float]], right: _Row) -> list[float]:
    """The solution of a positive definite system, by Cholesky's factors."""
    size = len(right)
    low = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row][column] - math.fsum(low[row][k] * low[column][k] for k in range(column))
            low[row][column] = math.sqrt(max(rest, _ENOUGH)) if row == column else rest / low[column][column]
    forward: list[float] = []
    for row in range(size):
        forward.append((right[row] - math.fsum(low[row][k] * forward[k] for k in range(row))) / low[row][row])
    back = [0.0] * size
    for row in reversed(range(size)):
        below = math.fsum(low[k][row] * back[k] for k in range(row + 1, size))
        back[row] = (forward[row] - below) / low[row][row]
    return back
