"""From tallies to figures: each measure per variant, its confidence interval over seeds, its paired differences.

A measure is a function of one seed's tally. Its figure is the mean over the seeds with a 95 % interval by Student's t;
with one seed there is no interval. Differences are taken seed by seed, since both variants met the same world, so what
chance did to both is not counted as a difference. Seeds vary the world, not the workload: an interval says how far the
world's luck carries, and nothing about requests that are not in the workload.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from tokenwise.simulation.tally import Tally, merge, percentile

__all__ = ["MEASURES", "Difference", "Figure", "Measure", "Report", "VariantReport", "report"]

_Value = float | None


@frozen
class Measure:
    """One figure of a tally: its unit ("usd", "share", "ms" or "count"), and how it is read off; None of nothing."""

    unit: str
    of: Callable[[Tally], _Value]


def _sum(*path: str) -> Callable[[Tally], _Value]:
    return lambda tally: tally.sums.get(path, 0)


def _usd(*path: str) -> Callable[[Tally], _Value]:
    return lambda tally: tally.sums.get(path, 0) / 1_000_000_000


def _per_request(*path: str, over: int = 1) -> Callable[[Tally], _Value]:
    return lambda tally: _ratio(tally.sums.get(path, 0), tally.sums.get(("requests",), 0) * over)


def _quality(tally: Tally) -> _Value:
    return _per_request("quality", over=1000)(tally) if ("quality",) in tally.sums else None


def _latency(per_mille: int) -> Callable[[Tally], _Value]:
    return lambda tally: percentile(tally.spreads.get("latency_ms", {}), per_mille)


def _peak(name: str, over: int = 1) -> Callable[[Tally], _Value]:
    return lambda tally: tally.peaks[name,][0] / over if (name,) in tally.peaks else None


def _ratio(part: int, whole: int) -> _Value:
    return part / whole if whole else None


_NANO: Final = 1_000_000_000

MEASURES: Final[Mapping[str, Measure]] = {
    "requests": Measure("count", _sum("requests")),
    "cost": Measure("usd", _usd("spent_nano")),
    "mean cost": Measure("usd", _per_request("spent_nano", over=_NANO)),
    "max cost": Measure("usd", _peak("cost_nano", over=_NANO)),
    "success": Measure("share", _per_request("outcome", "completed")),
    "quality": Measure("share", _quality),
    "refused": Measure("share", _per_request("outcome", "refused")),
    "exhausted": Measure("share", _per_request("outcome", "exhausted")),
    "failed": Measure("share", _per_request("outcome", "failed")),
    "escalated": Measure("share", _per_request("escalated")),
    "calls per request": Measure("count", _per_request("calls")),
    "p50 latency": Measure("ms", _latency(500)),
    "p95 latency": Measure("ms", _latency(950)),
    "p99 latency": Measure("ms", _latency(990)),
    "max latency": Measure("ms", _peak("latency_ms")),
    "wasted": Measure("usd", _usd("wasted_nano")),
    "estimated": Measure("usd", _usd("estimated_nano")),
    "overrun": Measure("usd", _usd("overrun_nano")),
    "overruns": Measure("count", _sum("overruns")),
    "unbooked": Measure("usd", _usd("unbooked_nano")),
    "misplaced calls": Measure("count", _sum("misplaced")),
    "unrecorded calls": Measure("count", _sum("unrecorded")),
}
"""Every figure of a report, by name, in the order of its table.

`success` is the share whose run completed, whatever its answer is worth; `quality` the mean worth of all answers, 0
where there is none. `unbooked` is what providers billed beyond the books, below 0 after a price fell.
`misplaced calls` went to models without a capability that the request requires; `unrecorded calls` to models of which
the request, having recorded outcomes, has none, so that their quality was drawn.
"""


@frozen
class Figure:
    """A mean over seeds and its 95 % interval, which needs two seeds or more."""

    mean: float
    low: float | None = None
    high: float | None = None


@frozen
class VariantReport:
    """One variant's figures by measure, each seed's own values, and the tally of all its seeds together."""

    name: str
    figures: Mapping[str, Figure | None]
    by_seed: Mapping[str, tuple[_Value, ...]]
    whole: Tally


@frozen
class Difference:
    """What `variant` has more than `base` of each measure, seed by seed."""

    base: str
    variant: str
    figures: Mapping[str, Figure | None]


@frozen
class Report:
    """The variants in the order given, and how each differs from the first."""

    seeds: tuple[int, ...]
    variants: tuple[VariantReport, ...]
    differences: tuple[Difference, ...]


def report(cells: Mapping[str, Sequence[tuple[int, Tally]]]) -> Report:
    """The report of these tallies: for each variant by name, its seeds in the same order."""
    variants = tuple(_variant(name, [tally for _, tally in row]) for name, row in cells.items())
    seeds = next((tuple(seed for seed, _ in row) for row in cells.values()), ())
    differences = tuple(_difference(variants[0], other) for other in variants[1:])
    return Report(seeds, variants, differences)


def _variant(name: str, tallies: Sequence[Tally]) -> VariantReport:
    by_seed = {what: tuple(measure.of(tally) for tally in tallies) for what, measure in MEASURES.items()}
    figures = {what: _possible(_figure(values), MEASURES[what].unit) for what, values in by_seed.items()}
    return VariantReport(name, figures, by_seed, merge(tallies))


def _possible(figure: Figure | None, unit: str) -> Figure | None:
    """The same, with the interval cut where no value can be: below nothing, and for a share above everything."""
    if figure is None or figure.low is None or figure.high is None:
        return figure
    # `unbooked` alone can be negative, where prices fell; its interval is left as it is then.
    low = max(0.0, figure.low) if figure.mean >= 0 else figure.low
    return Figure(figure.mean, low, min(1.0, figure.high) if unit == "share" else figure.high)


def _difference(base: VariantReport, other: VariantReport) -> Difference:
    figures: dict[str, Figure | None] = {}
    for what in MEASURES:
        pairs = zip(base.by_seed[what], other.by_seed[what], strict=True)
        figures[what] = _figure([None if a is None or b is None else b - a for a, b in pairs])
    return Difference(base.name, other.name, figures)


def _figure(values: Sequence[_Value]) -> Figure | None:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None  # a mean over the seeds that had one would compare different things
    count = len(known)
    mean = math.fsum(known) / count
    if count == 1:
        return Figure(mean)
    variance = math.fsum((value - mean) ** 2 for value in known) / (count - 1)
    reach = _student(count - 1) * math.sqrt(variance / count)
    return Figure(mean, mean - reach, mean + reach)


# The 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; above, the normal one is 4 % too small at most.
_T: Final = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


def _student(freedom: int) -> float:
    return _T[freedom - 1] if freedom <= len(_T) else 1.96
