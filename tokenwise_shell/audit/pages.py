"""The findings as one page that needs nothing else: figures, plots as SVG, tables; light or dark as its reader is.

Everything that comes from a log is escaped; there is no script, and no address of anywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from tokenwise.audit.findings import Findings, Policied
from tokenwise.audit.records import MAIN
from tokenwise.audit.sums import Sum
from tokenwise_shell.audit.opening import Intake
from tokenwise_shell.audit.texts import ASSUMPTIONS, NOTHING, limit_lines, minute, saved, spent_facts, stop_facts
from tokenwise_shell.show.render import about, thousands

__all__ = ["page_of"]

_MOST_BARS: Final = 12
_MOST_DAYS: Final = 92
_WIDTH: Final = 1000
_ROW: Final = 30
_LEFT: Final = 260
_RIGHT: Final = 290

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #fff; --panel: #f4f5f7; --ink: #1b1f24; --faint: #57606a; --line: #d5d9de;
  --spent: #1f6feb; --held: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1216; --panel: #1a1f26; --ink: #e8ebef; --faint: #a2abb6;
  --line: #343c46; --spent: #6aa8ff; --held: #e0b040; } }
body { margin: 0 auto; max-width: 1100px; padding: 16px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 17px; margin: 28px 0 8px; } p { margin: 4px 0; }
.faint, caption, dt { color: var(--faint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { color: var(--faint); font-weight: 500; } .money { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; display: block; background: var(--panel); border-radius: 8px; }
svg text { fill: var(--ink); font-size: 14px; } svg .faint { fill: var(--faint); }
.spent { fill: var(--spent); } .other { fill: var(--held); } .axis { stroke: var(--line); }
.range { stroke: var(--ink); stroke-width: 2; fill: none; }
"""


def page_of(found: Findings, intake: Intake) -> str:
    """The page, as the text of an HTML file."""
    return "\n".join(_parts(found, intake)) + "\n"


def _parts(found: Findings, intake: Intake) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What was spent</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{_STYLE}</style></head><body><h1>What was spent</h1>"
    yield _facts(spent_facts(found, intake))
    if len(found.by_day) > 1:
        yield _section("By day", _days(found.by_day))
    yield _section("By model", _bars(_named(found.by_model)) + _sums("model", found.by_model))
    if spoken := [one for one in found.policies if one.calls]:
        notes = "".join(f'<p class="faint">{escape(line)}</p>' for line in ASSUMPTIONS)
        yield _section("What a policy would have spent", _ranges(spoken) + _policies(spoken) + notes)
    wasted = {kind: one for kind, one in found.nothing.items() if one.cost}
    if wasted:
        rows = [(kind, NOTHING[kind], f"{one.times:,}", about(one.cost)) for kind, one in wasted.items()]
        heads = ("", "what", "times", "cost")
        yield _section(
            "What bought nothing",
            _bars((kind, one.cost) for kind, one in wasted.items()) + _table(heads, rows, money=2),
        )
    if stops := list(stop_facts(found)):
        yield _section("What would have stopped it", _facts(stops))
    if found.dearest:
        yield _section("Dearest sessions", _sessions(found))
    yield "</body></html>"


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in pairs if text)}</dl>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, money: int) -> str:
    """A table whose columns from `money` on are figures."""

    def cells(row: Sequence[str], tag: str) -> str:
        kinds = ("" if place < money else ' class="money"' for place in range(len(row)))
        return "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for text, kind in zip(row, kinds, strict=True))

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f'<div class="wide" tabindex="0"><table><tr>{cells(heads, "th")}</tr>{body}</table></div>'


def _sums(what: str, sums: Mapping[str, Sum]) -> str:
    heads = (what, "calls", "unpriced", "cost", "in", "cache read", "written", "out")
    rows = (
        (
            name or "(none)",
            f"{one.calls:,}",
            f"{one.unpriced:,}",
            about(one.cost),
            *map(thousands, (one.input_tokens, one.cache_read_tokens, one.written_tokens, one.output_tokens)),
        )
        for name, one in sums.items()
    )
    return _table(heads, rows, money=1)


def _named(sums: Mapping[str, Sum]) -> list[tuple[str, int]]:
    return [(name or "(none)", one.cost) for name, one in sums.items() if one.cost]


def _policies(policies: Sequence[Policied]) -> str:
    rows: list[tuple[str, ...]] = []
    lines: list[str] = []
    for one in policies:
        refused = f"{one.refused:,}"
        sums = map(about, (one.base - one.refused_cost, one.alike, one.easy, one.cold))
        rows.append((one.name, ", ".join(name for name, _ in one.models), *sums, saved(one), refused))
        lines += limit_lines(one)
    heads = ("policy", "mostly", "was", "alike", "easy", "cold", "saved", "refused")
    return _table(heads, rows, money=2) + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _sessions(found: Findings) -> str:
    rows = []
    for one in found.dearest:
        others = sum(its.cost for name, its in one.agents.items() if name != MAIN)
        began = "" if one.first_ms is None else minute(one.first_ms)
        rows.append((one.name, began, f"{one.sum.calls:,}", about(one.sum.cost), about(others), about(one.wasted)))
    return _table(("session", "from (UTC)", "calls", "cost", "of it sub-agents", "for nothing"), rows, money=2)


# --- plots ------------------------------------------------------------------------------------------------------------


def _svg(height: int, title: str, inside: Iterable[str]) -> str:
    head = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return f"{head}<title>{escape(title)}</title>{''.join(inside)}</svg>"


def _bars(rows: Iterable[tuple[str, int]]) -> str:
    """A bar for each amount, the longest at the full width."""
    rows = list(rows)[:_MOST_BARS]
    most = max((nano for _, nano in rows), default=0)
    if not most:
        return ""
    return _svg(
        len(rows) * _ROW + 16,
        "Cost by name",
        (
            f'{_label(name, place)}<rect class="spent" x="{_LEFT}" y="{place * _ROW + 13}" height="18" rx="3"'
            f' width="{max(1, nano / most * _room()):.1f}"/>{_figure(about(nano), nano / most, place)}'
            for place, (name, nano) in enumerate(rows)
        ),
    )


def _room() -> int:
    """What the longest bar takes, so that its figure has a place behind it."""
    return _WIDTH - _LEFT - _RIGHT


def _label(name: str, place: int) -> str:
    short = name if len(name) <= 32 else f"{name[:31]}…"  # what fits beside the bars
    return f'<text x="{_LEFT - 12}" y="{place * _ROW + 27}" text-anchor="end">{escape(short)}</text>'


def _figure(text: str, share: float, place: int) -> str:
    return f'<text class="faint" x="{_LEFT + share * _room() + 8:.1f}" y="{place * _ROW + 27}">{escape(text)}</text>'


def _ranges(policies: Sequence[Policied]) -> str:
    """For each policy what was paid, what it would have been as by `alike`, and from `easy` to `cold`."""
    was = max(max(one.base - one.refused_cost, one.cold) for one in policies) or 1
    rows = [("as it was", policies[0].base, None), *((one.name, one.alike, (one.easy, one.cold)) for one in policies)]
    drawn = []
    for place, (name, nano, ends) in enumerate(rows):
        kind, y = ("other" if ends is None else "spent"), place * _ROW + 13
        width = max(1.0, nano / was * _room())
        bar = f'<rect class="{kind}" x="{_LEFT}" y="{y}" height="18" rx="3" width="{width:.1f}"/>'
        low, high = (_LEFT + end / was * _room() for end in ends) if ends else (0.0, 0.0)
        span = f"M{low:.1f} {y + 3}v12M{low:.1f} {y + 9}H{high:.1f}M{high:.1f} {y + 3}v12"
        line = f'<path class="range" d="{span}"/>' if ends else ""
        told = about(nano) if ends is None else f"{about(nano)} ({about(ends[0])} to {about(ends[1])})"
        drawn.append(_label(name, place) + bar + line + _figure(told, max(nano, *(ends or (0,))) / was, place))
    return _svg(len(rows) * _ROW + 16, "Cost under each policy, and between which bounds", drawn)


def _days(sums: Mapping[str, Sum]) -> str:
    """A bar for each day with calls, the dearest at the full height."""
    days = list(sums.items())[-_MOST_DAYS:]
    most = max(one.cost for _, one in days) or 1
    step = (_WIDTH - 40) / len(days)
    tall = [(place, day, one.cost / most * 160, one.cost) for place, (day, one) in enumerate(days)]
    bars = (
        f'<rect class="spent" x="{20 + (place + 0.1) * step:.1f}" width="{step * 0.8:.1f}" y="{190 - height:.1f}"'
        f' height="{height:.1f}"><title>{day}: {about(cost)}</title></rect>'
        for place, day, height, cost in tall
    )
    ends = (
        f'<text class="faint" x="20" y="212">{days[0][0]}</text>'
        f'<text class="faint" x="{_WIDTH - 20}" y="212" text-anchor="end">{days[-1][0]}</text>'
        f'<text class="faint" x="20" y="20">the dearest day: {about(most)}</text>'
        f'<path class="axis" d="M20 190H{_WIDTH - 20}"/>'
    )
    return _svg(224, "Cost by day", (*bars, ends))
