"""The list `limits` of the configuration: what nobody's request may exceed, whatever it says itself.

    limits: [{each: request, budget: 2.00}]

Each row says whom it holds and for how much. `each: request` is all that is understood so far; a row of any other kind
is refused and never passed over, since whoever wrote it relies on it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from tokenwise.errors import Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.config.file import Branch, Leaf, Row, Tree
from tokenwise_shell.config.values import USD, nearest, shown, shown_name

__all__ = ["EachLimit", "limits_in"]

_EACH: Final = ("request",)
_FIELDS: Final = ("each", "budget")


@frozen
class EachLimit:
    """Each of these may cost so much at most: `each` is "request", one request to the proxy with all its attempts."""

    each: str
    budget: Nanodollars


def limits_in(tree: Tree | None, file: Path) -> tuple[tuple[EachLimit, ...], tuple[Problem, ...]]:
    """The rows, and everything that is wrong with them."""
    problems: list[Problem] = []
    rows: list[EachLimit] = []
    match tree:
        case None | Leaf(taken_for="nothing") | Leaf(text=""):
            pass
        case Row():
            for index, row in enumerate(tree.items):
                found = list(_wrong(row, f"limits[{index}]", file))
                problems += found
                rows += [] if found else [_read(row)]
        case _:
            problems.append(Problem("limits", f"no list (file {file}, line {tree.line}): expected {_EXAMPLE}"))
    return tuple(rows), tuple(problems)


_EXAMPLE: Final = "a list such as [{each: request, budget: 2.00}]"


def _wrong(row: Tree, place: str, file: Path) -> Iterator[Problem]:
    if not isinstance(row, Branch):
        yield Problem(place, f"no mapping (file {file}, line {row.line}): expected {_EXAMPLE}")
        return
    at = f"file {file}, line {row.line}"
    for name in row.items:
        if name not in _FIELDS:
            known = f"accepted here so far: {', '.join(_FIELDS)}"
            yield Problem(f"{place}.{shown_name(name)}", f"not understood ({at}); {known}{nearest(name, _FIELDS)}")
    each, budget = (_text(row.items.get(name)) for name in _FIELDS)
    if each not in _EACH:
        told = shown(each) if each else "missing"
        yield Problem(f"{place}.each", f"{told} ({at}): expected {', '.join(_EACH)}, the only one so far")
    try:
        USD.read(budget)
    except ValueError:
        yield Problem(f"{place}.budget", f"{shown(budget) if budget else 'missing'} ({at}): expected {USD.accepts}")


def _read(row: Tree) -> EachLimit:
    assert isinstance(row, Branch)  # what is no mapping was reported
    each, budget = (_text(row.items.get(name)) for name in _FIELDS)
    return EachLimit(each, USD.read(budget))


def _text(tree: Tree | None) -> str:
    return tree.text.strip() if isinstance(tree, Leaf) else ""
