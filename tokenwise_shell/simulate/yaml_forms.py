"""From the text of a YAML or JSON file to values: readers that collect every problem, each with its path.

Scalars arrive as they were typed, so money reaches Decimal digit by digit. A key that is not known is a problem, since
it would otherwise be a knob that silently does nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import define, field

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.worlds import Spread
from tokenwise_shell.config.file import parse, plain, read_bytes
from tokenwise_shell.config.values import FLAG, TEXT, USD, Form, fraction, nearest, shown, whole

__all__ = [
    "AMOUNT",
    "DURATION",
    "LENGTH",
    "SHARE",
    "SPREAD_COUNT",
    "SPREAD_MS",
    "SPREAD_SHARE",
    "SWITCH",
    "WORD",
    "Reader",
    "Reading",
    "listed",
    "mapped",
    "read_file",
    "record",
    "scalar",
]

_T = TypeVar("_T")

_DAY_MS: Final = 86_400_000
_UNITS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": _DAY_MS, "w": 7 * _DAY_MS}
_WORDS: Final = {"hour": 3_600_000, "day": _DAY_MS, "week": 7 * _DAY_MS, "month": 30 * _DAY_MS, "total": 0}


@define
class Reading:
    """One file being read: the problems found so far."""

    problems: list[Problem] = field(factory=list)

    def report(self, path: str, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(path, message))


Reader = Callable[[object, str, Reading], Any]
"""Turns a raw value at a path into what it stands for; reports what is wrong, and then gives None."""


def read_file(path: Path, reader: Callable[[object, str, Reading], _T]) -> _T:
    """The value of a file. Raises InputError with every problem, FileNotFoundError where there is none."""
    tree, problems = parse(read_bytes(path), str(path), {})
    reading = Reading(list(problems))
    value = reader(plain(tree), "", reading)
    if reading.problems:
        raise InputError(
            *(Problem(f"{path}: {one.path}" if one.path else str(path), one.message) for one in reading.problems)
        )
    return value


def scalar(form: Form[Any]) -> Reader:
    """One value, written as the form says."""

    def read(raw: object, path: str, reading: Reading) -> object:
        try:
            if isinstance(raw, str):
                return form.read(raw)
        except ValueError:
            pass
        told = shown(raw, path) if isinstance(raw, str) else f"a {type(raw).__name__}"
        near = nearest(raw, form.names) if isinstance(raw, str) and form.names else ""
        reading.report(path, f"{told}: expected {form.accepts}{near}")
        return None

    return read


def listed(reader: Reader) -> Reader:
    """A list, as a tuple; one value alone counts as a list of one."""

    def read(raw: object, path: str, reading: Reading) -> tuple[object, ...]:
        rows = raw if isinstance(raw, list) else [raw]
        return tuple(reader(row, f"{path}[{index}]", reading) for index, row in enumerate(rows))

    return read


def mapped(reader: Reader) -> Reader:
    """A mapping with keys of the user's own."""

    def read(raw: object, path: str, reading: Reading) -> dict[str, object]:
        if not isinstance(raw, dict):
            reading.report(path, "expected a mapping")
            return {}
        return {str(key): reader(value, _below(path, str(key)), reading) for key, value in raw.items()}

    return read


def record(
    kind: Callable[..., _T], readers: Mapping[str, Reader], *, required: tuple[str, ...] = ()
) -> Callable[..., _T | None]:
    """A mapping with these keys, as the arguments of `kind`. What is left out keeps the default."""

    def read(raw: object, path: str, reading: Reading, **given: object) -> _T | None:
        if not isinstance(raw, dict):
            reading.report(path, f"expected a mapping with {', '.join(readers)}")
            return None
        before = len(reading.problems)
        values = {**given, **dict(_fields(raw, path, readers, reading))}
        for name in required:
            if name not in values:
                reading.report(_below(path, name), "is missing")
        if len(reading.problems) > before:
            return None
        try:
            return kind(**values)
        except (TypeError, ValueError) as error:
            reading.report(path, str(error))
            return None

    return read


def _fields(
    raw: Mapping[str, object], path: str, readers: Mapping[str, Reader], reading: Reading
) -> Iterator[tuple[str, object]]:
    for key, value in raw.items():
        if key not in readers:
            known = ", ".join(readers)
            reading.report(_below(path, key), f"is not a key here; expected one of {known}{nearest(key, readers)}")
        elif value is not None:
            yield key, readers[key](value, _below(path, key), reading)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


# --- forms ------------------------------------------------------------------------------------------------------------


def _duration(text: str) -> int:
    found = re.fullmatch(r"\s*(\d{1,12})\s*(ms|s|m|h|d|w)?\s*", text)
    if found is None:
        return _WORDS[text.strip().lower()]
    return int(found[1]) * _UNITS[found[2] or "ms"]


def _read_duration(text: str) -> int:
    try:
        return _duration(text)
    except KeyError as error:
        raise ValueError(text) from error


def _per_mille(text: str) -> int:
    """A share as thousandths: `0.25`, `25%`."""
    percent = text.strip().endswith("%")
    part = float(text.strip().removesuffix("%")) / (100 if percent else 1) if len(text) < 20 else -1.0
    if not 0 <= part <= 1:
        raise ValueError(text)
    return round(1000 * part)


def _factor(text: str) -> int:
    part = fraction(0.0, 1000.0).read(text)
    return round(1000 * part)


DURATION: Final = Form("milliseconds, or a time such as 90s, 15m, 2h, day, month (30 days)", _read_duration)
SHARE: Final = Form("a share such as 0.25 or 25%", _per_mille)
_FACTOR: Final = Form("a factor such as 1.5", _factor)

AMOUNT: Final = scalar(USD)
WORD: Final = scalar(TEXT)
SWITCH: Final = scalar(FLAG)
LENGTH: Final = scalar(DURATION)


def _spread(of_value: Form[int]) -> Reader:
    """A distribution: one value for all, or values at percentiles such as `{p0: 100, p50: 400, p99: 3000}`."""
    one = scalar(of_value)

    def read(raw: object, path: str, reading: Reading) -> Spread | None:
        if isinstance(raw, str):
            value = one(raw, path, reading)
            return None if value is None else Spread(((0, value), (1000, value)))
        before = len(reading.problems)
        points = mapped(one)(raw, path, reading)
        places = {name: _place(name) for name in points}
        for name in (name for name, place in places.items() if place is None):
            reading.report(_below(path, name), "is no percentile; expected p0, p50, p99.9, … p100")
        if len(reading.problems) > before:
            return None
        known = sorted((place, points[name]) for name, place in places.items() if place is not None)
        try:
            return Spread(_closed(known))
        except ValueError as error:
            reading.report(path, str(error))
            return None

    return read


def _place(name: str) -> int | None:
    found = re.fullmatch(r"p(\d{1,3}(?:\.\d)?)", name)
    return round(10 * float(found[1])) if found and float(found[1]) <= 100 else None


def _closed(known: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The points, flat out to both ends where those are not given."""
    if not known:
        raise ValueError("a distribution needs one value at least")
    first = () if known[0][0] == 0 else ((0, known[0][1]),)
    last = () if known[-1][0] == 1000 else ((1000, known[-1][1]),)
    return (*first, *known, *last)


SPREAD_MS: Final = _spread(DURATION)
SPREAD_SHARE: Final = _spread(_FACTOR)
SPREAD_COUNT: Final = _spread(whole(0, 10**9))
