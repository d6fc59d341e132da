"""What is made of another program's configuration: a file of ours, and what it could not say."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import define, field

__all__ = ["Imported", "duration_window", "reference"]

_DURATION: Final = re.compile(r"(\d+)\s*(s|m|h|d|w|mo)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_592_000}
_WINDOWS: Final = (("day", 86_400), ("week", 604_800), ("month", 2_592_000))


@define
class Imported:
    """The document for a file of ours, and notes: what it does not say, a line each, and what to do instead."""

    document: dict[str, Any] = field(factory=dict)
    notes: list[str] = field(factory=list)

    def note(self, *lines: str) -> None:
        """Say what is not carried over, each thing once."""
        self.notes += [line for line in lines if line not in self.notes]

    def put(self, path: str, value: object) -> None:
        """Set a dotted key, unless it has been set."""
        *folders, name = path.split(".")
        place = self.document
        for folder in folders:
            place = place.setdefault(folder, {})
        place.setdefault(name, value)

    def limit(self, row: Mapping[str, object]) -> None:
        """Add a row to `limits`, unless it stands there."""
        rows = self.document.setdefault("limits", [])
        if row not in rows:
            rows.append(dict(row))

    def unread(self, where: str, names: Iterable[str], remedies: Mapping[str, str]) -> None:
        """Note each of these keys with its remedy, and those that have none in one line."""
        others = []
        for name in names:
            if name in remedies:
                self.note(f"{where}{name}: {remedies[name]}")
            else:
                others.append(name)
        if others:
            self.note(f"{where}{{{', '.join(sorted(others))}}}: nothing here corresponds")


def reference(value: object, variable: str, imported: Imported, where: str) -> str:
    """A secret as our file says it: the variable that the other file names, or this one, into which it is to be put."""
    text = str(value)
    for opening in ("os.environ/", "$"):
        if text.startswith(opening):
            return f"${{{text.removeprefix(opening).strip('{}')}}}"
    imported.note(f"{where}: the secret itself is not copied; put it into the environment as {variable}")
    return f"${{{variable}}}"


def duration_window(text: object, imported: Imported, where: str) -> str:
    """The window of the calendar that is nearest to a duration such as `30d`; "total" where there is none.

    >>> duration_window("30d", Imported(), "x"), duration_window(None, Imported(), "x")
    ('month', 'total')
    """
    if text in (None, ""):
        return "total"
    found = _DURATION.fullmatch(str(text).strip().lower())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    for name, length in _WINDOWS:
        if seconds == length or (name == "month" and 28 * 86_400 <= seconds <= 31 * 86_400):
            return name
    nearest = min(_WINDOWS, key=lambda each: abs(each[1] - seconds))[0] if seconds else "month"
    imported.note(f"{where}: {text!r} is no window of the calendar; {nearest} is written, look whether it is meant")
    return nearest
