"""The report as JSON and as CSV. Keys stand in a fixed order and nothing in it depends on when or where it was made."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from tokenwise.simulation.differences import Differing, Side
from tokenwise.simulation.laws import Broken, Kept
from tokenwise.simulation.reports import MEASURES, Difference, Figure, Report, VariantReport
from tokenwise.simulation.tally import Tally
from tokenwise_shell.plans.decision import as_usd

__all__ = ["csv_of", "differing_json", "document_of", "law_json"]

_GROUPED: Final = ("outcome", "reason", "fault")
_PER_MILLE: Final = 1000


def document_of(report: Report, *, workload: str, kind: str, laws: Sequence[Kept | Broken] = ()) -> dict[str, object]:
    """The whole report. Amounts in sums are nano-dollars and authoritative; figures in USD are for people."""
    return {
        "workload": workload,
        "kind": kind,
        "seeds": list(report.seeds),
        "policies": [_variant(one) for one in report.variants],
        "differences": [_difference(one) for one in report.differences],
        "laws": [law_json(one) for one in laws],
    }


def _variant(one: VariantReport) -> dict[str, object]:
    whole = one.whole
    return {
        "name": one.name,
        "figures": _figures(one.figures),
        "by_seed": {name: list(values) for name, values in one.by_seed.items()},
        "totals": {path[0]: amount for path, amount in sorted(whole.sums.items()) if len(path) == 1},
        **{f"by_{kind}": whole.below(kind) for kind in _GROUPED},
        "by_model": {name: whole.below("model", name) for name in whole.names("model")},
        "by_tier": {name: whole.below("tier", name) for name in whole.names("tier")},
        "budgets": {name: _budget(name, whole) for name in whole.names("scope")},
        "spend_by_hour_nano": _pairs(whole, "spend_by_hour"),
        "latency_ms": _pairs(whole, "latency_ms"),
        "dearest": list(reversed(whole.peaks.get(("cost_nano",), (0, "")))),
    }


def _figures(figures: object) -> dict[str, object]:
    assert isinstance(figures, dict)
    return {name: _figure(name, figure) for name, figure in figures.items()}


def _figure(name: str, figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    return {"mean": figure.mean, "low": figure.low, "high": figure.high, "unit": MEASURES[name].unit}


def _budget(name: str, tally: Tally) -> dict[str, object]:
    """All windows of one shared budget, over all seeds; the fullest one as a share of its limit."""
    sums = tally.below("scope", name)
    peak, window = tally.peaks["scope", name]
    return {
        **sums,
        "used": sums["spent_nano"] / max(1, sums["limit_nano"]),
        "fullest": peak / _PER_MILLE,
        "window": int(window),
    }


def _pairs(tally: Tally, name: str) -> list[list[int]]:
    return [[value, weight] for value, weight in sorted(tally.spreads.get(name, {}).items())]


def _difference(one: Difference) -> dict[str, object]:
    return {"base": one.base, "policy": one.variant, "figures": _figures(one.figures)}


def law_json(one: Kept | Broken) -> dict[str, object]:
    """One law's verdict."""
    told: dict[str, object] = {
        "law": one.law.text,
        "policy": one.variant,
        "kept": isinstance(one, Kept),
        "value": one.value,
    }
    return told if isinstance(one, Kept) else {**told, "seed": one.seed, "example": one.example}


def differing_json(one: Differing) -> dict[str, object]:
    """One request that two policies decide differently."""
    return {"id": one.asked, "first": _side(one.first), "second": _side(one.second), "why": list(one.why)}


def _side(side: Side) -> dict[str, object]:
    return {
        "outcome": side.outcome,
        "models": list(side.models),
        "spent_nano": side.spent,
        "spent_usd": as_usd(side.spent),
        "quality": side.quality / _PER_MILLE,
    }


_HEAD: Final = ("policy", "measure", "unit", "mean", "low", "high", "difference", "difference_low", "difference_high")


def csv_of(report: Report) -> str:
    """One row per policy and measure, with the paired difference to the first policy."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    more = {one.variant: one.figures for one in report.differences}
    for variant in report.variants:
        for name, measure in MEASURES.items():
            difference = more.get(variant.name, {}).get(name)
            writer.writerow((variant.name, name, measure.unit, *_cells(variant.figures[name]), *_cells(difference)))
    return text.getvalue()


def _cells(figure: Figure | None) -> Iterable[object]:
    return (
        ("", "", "") if figure is None else ("" if it is None else it for it in (figure.mean, figure.low, figure.high))
    )
