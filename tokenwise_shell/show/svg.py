"""A plan as a drawing (SVG): steps by level from top to bottom, each with its model, tier and cost. Needs no library.

A level's steps stand in the order of their parents' places, which keeps most lines from crossing. A line that passes a
level by has a place of its own there, so that it runs between the steps and not behind them.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from attrs import frozen

from tokenwise.plan import Plan
from tokenwise.planner.scheduling import levels
from tokenwise.traits import Tier
from tokenwise_shell.plans.planned import Planned
from tokenwise_shell.show.render import one_line, usd

__all__ = ["svg_text"]

_WIDTH: Final = 268
_HEIGHT: Final = 74
_GAP: Final = 28
_FALL: Final = 52  # between two levels: enough for a line to bend
_MARGIN: Final = 16
_LANE: Final = 12  # what a passing line takes up
_CHARS: Final = 35  # that fit into a box at 12 px

_FILLS: Final[Mapping[Tier, str]] = {Tier.BUDGET: "#eef2f6", Tier.MID: "#dcebfa", Tier.FLAGSHIP: "#c6dcf5"}

_STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#1b2733}.id{font-weight:600}.cost{fill:#4a5a6a}"
    "rect{stroke:#7b8ea3}.critical{stroke:#1f5fa8;stroke-width:2}path{fill:none;stroke:#7b8ea3;stroke-width:1.3}"
)


@frozen
class _Node:
    """A step (`lane` None), or the place of a line that passes this level: from which step, and to which."""

    step: int
    lane: int | None = None

    @property
    def width(self) -> int:
        return _WIDTH if self.lane is None else _LANE


_Places = dict[_Node, float]
"""The middle of each node, from the left."""


def svg_text(planned: Planned) -> str:
    """The drawing, as the text of an SVG file."""
    depths = levels(planned.plan)
    rows = _rows(planned.plan, depths)
    width = max(map(_breadth, rows)) + 2 * _MARGIN
    places = [_placed(row, width) for row in rows]
    height = 2 * _MARGIN + len(rows) * _HEIGHT + (len(rows) - 1) * _FALL
    lines = (_line(depths, places, parent, child) for parent, child in _edges(planned.plan))
    boxes = (_box(planned, index, places[depth][_Node(index)], depth) for index, depth in enumerate(depths))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    title = f"<title>{escape(one_line(planned.plan.task)[:200])}</title>"
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff" style="stroke:none"/>'
    return "\n".join((head, title, f"<style>{_STYLE}</style>", ground, *lines, *boxes, "</svg>", ""))


def _edges(plan: Plan) -> Iterator[tuple[int, int]]:
    for child, parents in enumerate(plan.parents):
        yield from ((parent, child) for parent in parents)


def _rows(plan: Plan, depths: Sequence[int]) -> list[list[_Node]]:
    """The nodes of each level in their order from the left."""
    rows: list[list[_Node]] = [[] for _ in range(max(depths) + 1)]
    for index, depth in enumerate(depths):
        rows[depth].append(_Node(index))
    for parent, child in _edges(plan):
        for level in range(depths[parent] + 1, depths[child]):
            rows[level].append(_Node(parent, child))
    for level in range(1, len(rows)):
        above = {node: place for place, node in enumerate(rows[level - 1])}
        rows[level].sort(key=lambda node: _weight(plan, node, above))
    return rows


def _weight(plan: Plan, node: _Node, above: Mapping[_Node, int]) -> float:
    """The mean place of what leads to this node from the level above."""
    if node.lane is None:
        came = [above.get(_Node(parent), above.get(_Node(parent, node.step))) for parent in plan.parents[node.step]]
    else:
        came = [above.get(_Node(node.step), above.get(node))]
    known = [place for place in came if place is not None]
    return sum(known) / len(known)


def _breadth(row: Sequence[_Node]) -> int:
    return sum(node.width for node in row) + _GAP * (len(row) - 1)


def _placed(row: Sequence[_Node], width: int) -> _Places:
    """The row in the middle of the drawing."""
    left, places = (width - _breadth(row)) / 2, _Places()
    for node in row:
        places[node] = left + node.width / 2
        left += node.width + _GAP
    return places


def _top(level: int) -> int:
    return _MARGIN + level * (_HEIGHT + _FALL)


def _line(depths: Sequence[int], places: Sequence[_Places], parent: int, child: int) -> str:
    """From the foot of the parent, down the lanes it has, to the head of the child."""
    x, y = places[depths[parent]][_Node(parent)], _top(depths[parent]) + _HEIGHT
    drawn = [f"M{x:g} {y}"]
    for level in range(depths[parent] + 1, depths[child] + 1):
        node = _Node(child) if level == depths[child] else _Node(parent, child)
        to, half = places[level][node], y + _FALL // 2
        drawn.append(f"C{x:g} {half} {to:g} {half} {to:g} {y + _FALL}")
        x, y = to, y + _FALL + _HEIGHT
        if level < depths[child]:
            drawn.append(f"V{y}")
    return f'<path d="{" ".join(drawn)}"/>'


def _box(planned: Planned, index: int, middle: float, level: int) -> str:
    step, choice = planned.plan.steps[index], planned.assigned.choices[index]
    tier = planned.catalog[choice.model].tier
    down = any(downgrade.menu == index for downgrade in planned.assigned.downgrades)
    kind = ' class="critical"' if step.id in planned.critical_path else ""
    left, top = middle - _WIDTH / 2, _top(level)
    cost = f"{tier.name.lower()}, ≤ {usd(choice.worst)}{', downgraded' if down else ''}"
    texts = (("id", step.id), ("model", choice.model), ("cost", cost))
    drawn = (
        f'<text class="{name}" x="{middle:g}" y="{top + 22 + 19 * place}" text-anchor="middle">{_short(text)}</text>'
        for place, (name, text) in enumerate(texts)
    )
    box = f'<rect{kind} x="{left:g}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{_FILLS[tier]}"/>'
    hint = f"<title>{escape(one_line(step.description)[:400])}</title>"
    return f"<g>{hint}{box}{''.join(drawn)}</g>"


def _short(text: str) -> str:
    """A text that fits into a box, as XML."""
    text = one_line(text)
    return escape(text if len(text) <= _CHARS else f"{text[: _CHARS - 1]}…")
