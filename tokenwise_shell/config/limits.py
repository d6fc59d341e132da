"""The list `limits` of the configuration: what nobody may exceed, whatever a request to the proxy says itself.

    limits:
      - {each: request, budget: 2.00}
      - {each: session, budget: 5.00, on_limit: pause}
      - {each: user, budget: 20, window: month}
      - {model: "anthropic/*", budget: 100, window: day}

Each row says whom it holds, for how much and for how long. What is not understood is refused and never passed over,
since whoever wrote it relies on it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.errors import Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.config.file import Branch, Leaf, Row, Tree
from tokenwise_shell.config.values import TAG, USD, Form, choice, nearest, shown, shown_name

__all__ = ["FORMS", "EachLimit", "LimitRow", "limits_in", "row_of"]

_REQUEST: Final = "request"
_USUAL: Final = (_REQUEST, "session", "user", "key", "model")
_A_SLIP: Final = 0.85
"""So like one of the usual words, by difflib's ratio, is a letter missing, added or doubled; `customer` is not."""

_EXAMPLE: Final = "a list such as [{each: session, budget: 5.00}]"


@frozen
class EachLimit:
    """Each of these may cost so much at most: `each` is "request", one request to the proxy with all its attempts."""

    each: str
    budget: Nanodollars


LimitRow = EachLimit | Limit
"""One row: of single requests, or with a budget that lasts."""


def _each(text: str) -> str:
    # A header's name, or the path of a field. What other budgets' names begin with stays theirs.
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{0,63}", text) or text in ("tag", "process", "voucher"):
        raise ValueError(text)
    if text not in _USUAL and nearest(text, _USUAL, at_least=_A_SLIP):
        raise ValueError(text)  # `sesion` would be a header that nobody sends, and one budget for all
    return text


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _pattern(accepts: str, pattern: str) -> Form[str]:
    compiled = re.compile(pattern)
    return Form(accepts, lambda text: _matching(compiled, text))


def _pauses(text: str) -> bool:
    return _matching(re.compile("refuse|pause"), text) == "pause"


FORMS: Final[Mapping[str, Form[Any]]] = {
    "each": Form(f"{', '.join(_USUAL)}, or the name of a header or field in lower case", _each),
    "key": _pattern("the name of a key", r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"),
    "tag": _pattern("a tag", TAG.pattern),
    "model": _pattern("the id of a model, in which * stands for anything", r"[!-%'-~]{1,200}"),
    "budget": USD,
    "window": choice(Window),
    "on_limit": Form("refuse or pause", _pauses),
}
"""What a row may say, and how each is written."""


def limits_in(tree: Tree | None, file: Path) -> tuple[tuple[LimitRow, ...], tuple[Problem, ...]]:
    """The rows, and everything that is wrong with them."""
    problems: list[Problem] = []
    rows: list[LimitRow] = []
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
    return tuple(rows), (*problems, *_twice(rows, file))


def _wrong(row: Tree, place: str, file: Path) -> Iterator[Problem]:
    at = f"file {file}, line {row.line}"
    if not isinstance(row, Branch):
        yield Problem(place, f"no mapping ({at}): expected {_EXAMPLE}")
        return
    for name, value in row.items.items():
        if name not in FORMS:
            known = f"accepted here: {', '.join(FORMS)}"
            yield Problem(f"{place}.{shown_name(name)}", f"not understood ({at}); {known}{nearest(name, FORMS)}")
            continue
        try:
            FORMS[name].read(_text(value))
        except ValueError:
            told = shown(_text(value)) if _text(value) else "missing"
            near = nearest(_text(value), _USUAL) if name == "each" else ""
            yield Problem(f"{place}.{name}", f"{told} ({at}): expected {FORMS[name].accepts}{near}")
    if "budget" not in row.items:
        yield Problem(f"{place}.budget", f"missing ({at}): expected {USD.accepts}")
    yield from _contradictions(row, place, at)


def _contradictions(row: Branch, place: str, at: str) -> Iterator[Problem]:
    given = set(row.items)
    if _text(row.items.get("each")) == _REQUEST and (beside := sorted(given - {"each", "budget"})):
        yield Problem(place, f"{', '.join(beside)} ({at}): what one request may cost depends on nothing else")
    if {"key", "tag"} <= given:
        yield Problem(place, f"key and tag ({at}): a limit is for a key or for a tag, not for both")
    for name in ("key", "model"):
        if _text(row.items.get("each")) == name and name in given:
            yield Problem(place, f"each and {name} ({at}): there is only one {name} then")


def _read(row: Tree) -> LimitRow:
    assert isinstance(row, Branch)  # what is no mapping was reported
    return row_of({name: FORMS[name].read(_text(value)) for name, value in row.items.items()})


def row_of(given: Mapping[str, Any]) -> LimitRow:
    """The row of these values, each read as `FORMS` has it. Raises InputError where they contradict each other."""
    if given.get("each") == _REQUEST:
        return EachLimit(_REQUEST, given["budget"])
    return Limit(
        given["budget"],
        given.get("window", Window.TOTAL),
        given.get("key"),
        given.get("tag"),
        model=given.get("model"),
        each=given.get("each"),
        pauses=given.get("on_limit", False),
    )


def _twice(rows: list[LimitRow], file: Path) -> Iterator[Problem]:
    """Two limits of one kind for one window: nobody knows which of them is meant."""
    kinds = [(row.owner, row.window) for row in rows if isinstance(row, Limit)]
    for owner, window in dict.fromkeys(kind for kind in kinds if kinds.count(kind) > 1):
        assert isinstance(window, Window)
        yield Problem("limits", f"{owner} has several limits for each {window.value} (file {file}); keep one")


def _text(tree: Tree | None) -> str:
    return tree.text.strip() if isinstance(tree, Leaf) else ""
