"""The report as pictures: the cost–quality frontier, spending over time, and latency. HTML, SVG or PNG.

Specifications are data (Vega-Lite, by altair); vl-convert draws them without a browser and without a network. Both come
with the extra `plots`.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.reports import Report, VariantReport

__all__ = ["FORMATS", "check_plot", "draw"]

FORMATS: Final = (".html", ".svg", ".png")
_SIDE: Final = 320
_HEIGHT: Final = 240
_NANO: Final = 1_000_000_000


def check_plot(path: Path) -> None:
    """Refuse, before any work is done, what `draw` could not write: another kind of file, no folder, no library."""
    if path.suffix not in FORMATS:
        raise InputError(Problem("--plot", f"{path.name!r}: expected a name that ends in {', '.join(FORMATS)}"))
    if not path.parent.is_dir():
        raise InputError(Problem("--plot", f"{str(path)!r}: there is no folder {str(path.parent)!r}"))
    if not (find_spec("altair") and find_spec("vl_convert")):
        raise InputError(Problem("--plot", "needs altair and vl-convert; pip install '.[plots]'"))


def draw(report: Report, path: Path) -> None:
    """Write the picture that the file's name asks for; `check_plot` has looked at the name. Raises OSError."""
    import altair as alt

    chart = _frontier(alt, report) | _spending(alt, report) | _latency(alt, report)
    chart = chart.configure_legend(title=None, orient="bottom", symbolOpacity=1).resolve_scale(color="shared")
    if path.suffix == ".html":
        chart.save(path, inline=True)
    else:
        chart.save(path, scale_factor=2)


def _rows(alt: Any, rows: Iterator[dict[str, object]]) -> Any:  # noqa: ANN401 -- altair is an extra, and untyped here
    return alt.Data(values=list(rows))


def _frontier(alt: Any, report: Report) -> Any:  # noqa: ANN401 -- likewise
    """Cost against quality: a point per seed, a larger one for the mean, and a line through the undominated means."""
    base = alt.Chart(_rows(alt, _seeds(report))).encode(
        x=alt.X("cost:Q", title="cost per request (USD)", scale=alt.Scale(zero=False, padding=30)),
        y=alt.Y("quality:Q", title="quality", axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False, padding=30)),
        color=alt.Color("policy:N"),
    )
    frontier = alt.Chart(_rows(alt, _undominated(report))).mark_line(color="#999", strokeDash=[4, 3])
    dots = base.transform_filter("!datum.mean").mark_circle(size=20, opacity=0.5)
    means = base.transform_filter("datum.mean").mark_point(size=90, filled=True)
    names = means.mark_text(dy=-12).encode(text="policy:N")
    line = frontier.encode(x="cost:Q", y="quality:Q")
    return _titled(line + dots + means + names, "Cost and quality")


def _spending(alt: Any, report: Report) -> Any:  # noqa: ANN401 -- likewise
    chart = alt.Chart(_rows(alt, _spent(report))).mark_line()
    encoded = chart.encode(
        x=alt.X("hour:Q", title="virtual time (hours)"),
        y=alt.Y("spent:Q", title="spent so far (USD, mean of the seeds)"),
        color=alt.Color("policy:N"),
    )
    return _titled(encoded, "Spending over time")


def _latency(alt: Any, report: Report) -> Any:  # noqa: ANN401 -- likewise
    encoded = (
        alt.Chart(_rows(alt, _waits(report)))
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("ms:Q", title="latency (ms)", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=6)),
            y=alt.Y("share:Q", title="share of completed requests", axis=alt.Axis(format=".0%")),
            color=alt.Color("policy:N"),
        )
    )
    return _titled(encoded, "Latency")


def _titled(chart: Any, title: str) -> Any:  # noqa: ANN401 -- likewise
    return chart.properties(title=title, width=_SIDE, height=_HEIGHT)


def _seeds(report: Report) -> Iterator[dict[str, object]]:
    for one in report.variants:
        for cost, quality in zip(one.by_seed["mean cost"], one.by_seed["quality"], strict=True):
            yield {"policy": one.name, "cost": cost, "quality": quality, "mean": False}
        yield {"policy": one.name, **_mean(one), "mean": True}


def _mean(one: VariantReport) -> dict[str, float]:
    figures = {"cost": one.figures["mean cost"], "quality": one.figures["quality"]}
    return {name: figure.mean for name, figure in figures.items() if figure is not None}


def _undominated(report: Report) -> Iterator[dict[str, object]]:
    """The policies that no other beats in both cost and quality, from the cheapest on."""
    best = -1.0
    for point in sorted(
        (_mean(one) for one in report.variants if _mean(one)), key=lambda it: (it["cost"], -it["quality"])
    ):
        if point["quality"] > best:
            best = point["quality"]
            yield {**point}


def _spent(report: Report) -> Iterator[dict[str, object]]:
    for one in report.variants:
        total = 0
        for hour, nano in sorted(one.whole.spreads.get("spend_by_hour", {}).items()):
            yield {"policy": one.name, "hour": hour, "spent": total / _NANO / len(report.seeds)}
            total += nano
            yield {"policy": one.name, "hour": hour + 1, "spent": total / _NANO / len(report.seeds)}


def _waits(report: Report) -> Iterator[dict[str, object]]:
    for one in report.variants:
        histogram = one.whole.spreads.get("latency_ms", {})
        count, seen = sum(histogram.values()), 0
        for ms in sorted(histogram):
            seen += histogram[ms]
            yield {"policy": one.name, "ms": max(1, ms), "share": seen / count}
