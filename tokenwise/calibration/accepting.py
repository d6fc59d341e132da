"""Which two cheap models are best asked first, and how often their answers are accepted: a cascade's facts, measured.

    agreed     two models gave the same answer, so that a cascade takes it and asks nobody else
    recovered  what part of the gap between the better of the two and the strong model the cascade closes
    cost       of the cascade, the strong model alone being 1

A pair is chosen on one half of the requests, and what is told of it is measured on the other. All chance is the seed's.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from attrs import field, frozen

from tokenwise.calibration.evidence import mixed
from tokenwise.policy import AcceptRates
from tokenwise.traits import Capability

__all__ = ["LEAST_ACCEPTED", "Compared", "Pairing", "Share", "best_pair", "pairing_of", "rates_by", "shares_of"]

LEAST_ACCEPTED: Final = 30
"""Fewer requests of a kind tell nothing of how often their answers are accepted: the forecast stays as it was."""

# Cheap is what costs at most half of the strong model. Of pairs that save a tenth, the cheapest is taken that recovers
# this much, or else the one that recovers most.
_CHEAP, _SAVES, _RECOVERS = 0.5, 0.1, 0.95
_95_OF_100: Final = 1.96


@frozen
class Compared:
    """One request that several models have answered: their answers ("" for none), what each was worth and did cost."""

    kind: Capability
    answers: Mapping[str, str] = field(repr=False)
    scores: Mapping[str, float]
    costs: Mapping[str, float]

    def agreed(self, one: str, other: str) -> bool:
        """Whether both gave the same answer."""
        return bool(self.answers[one]) and self.answers[one] == self.answers[other]


@frozen
class Pairing:
    """Two models and what they make of requests that had no say in their choice; `pays` where a tenth is saved."""

    first: str
    second: str
    requests: int
    recovered: float
    cost: float

    @property
    def pays(self) -> bool:
        """Whether it is worth having."""
        return self.cost <= 1.0 - _SAVES


@frozen
class Share:
    """How often answers to requests of one kind were accepted, with the interval that holds 95 of 100 (Wilson's)."""

    kind: str
    requests: int
    rate: float
    low: float
    high: float


def pairing_of(rows: Sequence[Compared], strong: str, *, seed: int = 0) -> Pairing | None:
    """The pair that one half of the rows chooses, measured on the other. None where no two are cheap and weaker."""
    drawn = [rows[place] for place in mixed(len(rows), seed)]
    half = len(drawn) // 2
    pair = best_pair(drawn[:half], strong)
    if pair is None or not drawn[half:]:
        return None
    recovered, cost = _worth(drawn[half:], pair, strong)
    return Pairing(*pair, len(drawn) - half, recovered, cost)


def best_pair(rows: Sequence[Compared], strong: str) -> tuple[str, str] | None:
    """The two models, the cheaper first, that are best asked before the strong one, by these rows."""
    if not rows:
        return None
    cost = {model: _mean(row.costs[model] for row in rows) for model in _common(rows)}
    quality = {model: _mean(row.scores[model] for row in rows) for model in cost}
    cheap = sorted((model for model in cost if cost[model] <= _CHEAP * cost[strong]), key=lambda one: (cost[one], one))
    found = [
        (*_worth(rows, pair, strong), pair)
        for pair in combinations(cheap, 2)
        if max(quality[model] for model in pair) < quality[strong]
    ]
    saving = [row for row in found if row[1] <= 1.0 - _SAVES]
    enough = [row for row in saving if row[0] >= _RECOVERS]
    if enough:
        return min(enough, key=lambda row: row[1])[2]
    return max(saving)[2] if saving else None


def _common(rows: Sequence[Compared]) -> list[str]:
    """The models whose score and cost every row knows."""
    return sorted(set.intersection(*(row.scores.keys() & row.costs.keys() & row.answers.keys() for row in rows)))


def _worth(rows: Sequence[Compared], pair: tuple[str, str], strong: str) -> tuple[float, float]:
    """What part of the gap above the better of the two is recovered, and the cost."""
    one, other = pair
    told = [other if row.agreed(one, other) else strong for row in rows]
    quality = _mean(row.scores[model] for row, model in zip(rows, told, strict=True))
    spent = _mean(
        row.costs[one] + row.costs[other] + (model == strong) * row.costs[strong]
        for row, model in zip(rows, told, strict=True)
    )
    low = max(_mean(row.scores[model] for row in rows) for model in pair)
    gap = _mean(row.scores[strong] for row in rows) - low
    alone = _mean(row.costs[strong] for row in rows)
    return (quality - low) / gap if gap > 0 else 0.0, spent / alone if alone else math.inf


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)


# --- how often answers are accepted -----------------------------------------------------------------------------------


def shares_of(accepted: Iterable[tuple[Capability, bool]]) -> Iterator[Share]:
    """How often answers were accepted, by each kind that is met often enough. One of two kinds counts for both."""
    told = list(accepted)
    for name in AcceptRates.kinds():
        some = [good for kind, good in told if name in (kind.names or ("general",))]
        if len(some) >= LEAST_ACCEPTED:
            yield _share(name, sum(some), len(some))


def _share(kind: str, good: int, count: int) -> Share:
    """Wilson's interval: E. B. Wilson, Probable inference, 1927."""
    rate, square = good / count, _95_OF_100**2 / count
    middle = (rate + square / 2) / (1 + square)
    reach = math.sqrt(rate * (1 - rate) * square + square**2 / 4) / (1 + square)
    return Share(kind, count, rate, max(0.0, middle - reach), min(1.0, middle + reach))


def rates_by(shares: Iterable[Share], today: AcceptRates) -> AcceptRates:
    """The forecast that follows from these; of kinds that were not measured, today's."""
    measured = {share.kind: round(share.rate, 4) for share in shares}
    return AcceptRates(**{name: measured.get(name, getattr(today, name)) for name in (*AcceptRates.kinds(), "check")})
