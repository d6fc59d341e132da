"""The report for people: a table of measures by policy, what the differences are, and where the money went."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from tokenwise.simulation.differences import Differing, Side
from tokenwise.simulation.laws import Broken, Kept
from tokenwise.simulation.reports import MEASURES, Figure, Report, VariantReport
from tokenwise_shell.show.render import one_line, table, usd

__all__ = ["differing_text", "laws_text", "report_text"]

_SHOWN: Final = (
    "requests",
    "cost",
    "mean cost",
    "max cost",
    "success",
    "quality",
    "refused",
    "exhausted",
    "failed",
    "escalated",
    "calls per request",
    "p50 latency",
    "p95 latency",
    "p99 latency",
    "wasted",
    "overrun",
    "unbooked",
    "unrecorded calls",
)


def report_text(report: Report, *, width: int | None = None) -> str:
    """Measures down, policies across; then the differences to the first policy, and each policy's breakdown."""
    names = [one.name for one in report.variants]
    shown = [name for name in _SHOWN if any(_telling(name, one) for one in report.variants)]
    rows = [("", *names), *((name, *(_cell(name, one.figures[name]) for one in report.variants)) for name in shown)]
    right = tuple(range(1, len(names) + 1))
    parts = [table(rows, right=right, width=width)]
    for other in report.differences:
        head = (f"{other.variant} less {other.base}", "difference", "95 % interval")
        lines = [
            (name, _amount(name, figure.mean, signed=True), _interval(name, figure))
            for name in shown
            if (figure := other.figures[name])
        ]
        parts.append(table([head, *lines], right=(1, 2), width=width))
    parts += [text for one in report.variants if (text := _breakdown(one, width))]
    return "\n".join(parts) + _assumed(report)


def _assumed(report: Report) -> str:
    """What the figures of quality rest on."""
    sums = [one.whole.sums for one in report.variants]
    recorded, calls = (sum(each[name,] for each in sums if ("quality",) in each) for name in ("recorded", "calls"))
    if not calls or recorded >= calls:
        return ""
    some = f"of {calls - recorded:,} calls of {calls:,} " if recorded else ""
    how = "by rating and difficulty, or as the world states it"
    return f"\nquality {some}is assumed, {how}; nobody has measured it here\n"


def _telling(name: str, one: VariantReport) -> bool:
    """Whether a row says something: money that was not wasted and requests that were not refused need no line."""
    figure = one.figures[name]
    return figure is not None and (figure.mean != 0 or name in ("cost", "success", "quality"))


def _cell(name: str, figure: Figure | None) -> str:
    if figure is None:
        return "–"
    if figure.low is None or figure.high is None:
        return _amount(name, figure.mean)
    reach = max(figure.high - figure.mean, figure.mean - figure.low)  # one side may have been cut short
    return f"{_amount(name, figure.mean)} ± {_amount(name, reach, digits=2)}"


def _interval(name: str, figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{_amount(name, figure.low, signed=True)} … {_amount(name, figure.high, signed=True)}"


def _amount(name: str, value: float, *, signed: bool = False, digits: int = 4) -> str:
    """An amount with its unit; dollars to so many significant digits, and never fewer than cents."""
    sign = "+" if signed and value > 0 else ""
    match MEASURES[name].unit:
        case "usd":
            places = min(9, max(2, digits - 1 - math.floor(math.log10(abs(value))))) if value else 2
            return f"{sign}{'-' * (value < 0)}${abs(value):,.{places}f}"
        case "share":
            return f"{sign}{100 * value:.2f} %"
        case "ms":
            return f"{sign}{value:,.0f} ms"
        case _:
            return f"{sign}{value:,.2f}".removesuffix(".00")


def _breakdown(one: VariantReport, width: int | None) -> str:
    """Calls and spending by model over all seeds, why requests came to nothing, and the shared budgets."""
    whole = one.whole
    models = sorted(
        ((whole.below("model", name), name) for name in whole.names("model")),
        key=lambda row: (-row[0].get("spent_nano", 0), row[1]),
    )
    rows = [(name, f"{sums['calls']:,}", usd(sums.get("spent_nano", 0))) for sums, name in models]
    text = (
        table([(one.name, "calls", "spent"), *rows], right=(1, 2), width=width)
        if rows
        else f"{one.name}: no call was made\n"
    )
    reasons = ", ".join(f"{count:,} {name}" for name, count in whole.below("reason").items())
    faults = ", ".join(f"{count:,} {name}" for name, count in whole.below("fault").items())
    budgets = "".join(f"  {line}\n" for line in _budgets(one))
    told = (f"  not completed: {reasons}\n" if reasons else "") + (f"  faults: {faults}\n" if faults else "")
    return text + told + budgets


def _budgets(one: VariantReport) -> Iterator[str]:
    for name in one.whole.names("scope"):
        sums = one.whole.below("scope", name)
        fullest = one.whole.peaks["scope", name][0] / 10
        windows = f"{sums['windows']:,} window{'' if sums['windows'] == 1 else 's'}"
        spent = f"{usd(sums['spent_nano'])} of {usd(sums['limit_nano'])}"
        yield f"budget {name}: {spent} in {windows}, {fullest:.1f} % of the fullest"


def laws_text(verdicts: Sequence[Kept | Broken]) -> str:
    """One line per law and policy."""
    return "".join(f"{_law(one)}\n" for one in verdicts)


def _law(one: Kept | Broken) -> str:
    share = one.law.share_of is not None or MEASURES[one.law.measure].unit == "share"
    name = "success" if share else one.law.measure
    value = "nothing to judge" if one.value is None else _amount(name, one.value)
    if isinstance(one, Kept):
        return f"kept    {one.variant}: {one.law.text} ({value})"
    example = f", request {one.example}" if one.example else ""
    return f"BROKEN  {one.variant}: {one.law.text} ({value} under seed {one.seed}{example})"


def differing_text(one: Differing) -> str:
    """One request: both sides, and why."""
    why = "".join(f"    {one_line(reason)}\n" for reason in one.why)
    return f"{one.asked}\n  {_side(one.first)}\n  {_side(one.second)}\n{why}"


def _side(side: Side) -> str:
    models = " → ".join(side.models) or "nobody"
    return f"{side.outcome:10} {usd(side.spent):>14}  quality {side.quality / 1000:.2f}  {models}"
