"""Windows of a budget: how long a limit lasts before it is renewed. A week begins on Monday.

The calendar is that of a zone, which comes as data: when its clocks were set to how much ahead of UTC. So a day of 23
or 25 hours begins and ends where its clocks say.

A window is a span of whole days, so what was spent in it is a sum over days, whatever the window. Days are the ten
characters in which the books write them, which sort as time does. Source of the calendar's arithmetic: Howard Hinnant,
"chrono-Compatible Low-Level Date Algorithms" (2021), `civil_from_days`.
"""

import enum
from bisect import bisect_right
from collections.abc import Mapping
from math import inf
from typing import Final, assert_never

from attrs import frozen

from tokenwise.money import Nanodollars

__all__ = ["UTC", "Lasting", "Span", "Window", "Zone", "day_of", "lasting", "span_of", "spent_in"]

_DAY_MS: Final = 86_400_000
_MONDAY: Final = 4  # 1970-01-05, the first Monday of Unix time, is day 4
_EPOCH: Final = 719_468  # days from 0000-03-01 to 1970-01-01
_ERA: Final = 146_097  # days in 400 years, after which the calendar repeats


class Window(enum.Enum):
    """When a limit is renewed; values are those of the configuration."""

    TOTAL = "total"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Lasting = Window | int
"""How long a limit lasts: a window of the calendar, or so many ms of a simulation's virtual time."""


def lasting(window: Lasting) -> str:
    """It in one word."""
    return window.value if isinstance(window, Window) else f"{window} ms"


@frozen
class Zone:
    """A zone's clocks: `changes` are moments (Unix ms, in order) with how many ms ahead of UTC they are from then on.

    Before the first change they are as after it; without any they show UTC.
    """

    name: str = "UTC"
    changes: tuple[tuple[int, int], ...] = ()

    def since(self, at_ms: int) -> "Zone":
        """The same clocks for times that count from this moment, as a simulation's do.

        >>> span_of(Window.DAY, 0, UTC.since(1_795_392_000_000 - 7_200_000)).ends_ms
        7200000
        """
        changes = self.changes or ((0, 0),)
        return Zone(self.name, tuple((moment - at_ms, ahead + at_ms) for moment, ahead in changes))

    def day(self, at_ms: int) -> int:
        """The day of a moment, counted from 1970-01-01. A day begins once, whatever clocks do."""
        if not self.changes:
            return at_ms // _DAY_MS
        day = self._local(at_ms) // _DAY_MS
        return day if at_ms >= self.begins_ms(day) else day - 1

    def begins_ms(self, day: int) -> int:
        """When a day begins: at its midnight, or where the clocks jump over that."""
        midnight = day * _DAY_MS
        if not self.changes:
            return midnight
        near = bisect_right(self.changes, (midnight - self.changes[0][1], 0))
        around = range(max(0, near - 2), min(len(self.changes), near + 2))
        candidates = {midnight - self.changes[nth][1] for nth in around} | {self.changes[nth][0] for nth in around}
        return max(at_ms for at_ms in candidates if self._local(at_ms - 1) < midnight <= self._local(at_ms))

    def _local(self, at_ms: int) -> int:
        return at_ms + self._ahead(at_ms)

    def _ahead(self, at_ms: int) -> int:
        return self.changes[max(0, bisect_right(self.changes, (at_ms, inf)) - 1)][1]


UTC: Final = Zone()


@frozen
class Span:
    """One window: its label, its first day, and the day after its last. A total has neither and never ends."""

    label: str
    first: str = ""
    after: str = "~"  # behind every day
    ends_ms: int | None = None

    def __contains__(self, day: object) -> bool:
        return isinstance(day, str) and self.first <= day < self.after

    def is_over(self, at_ms: int) -> bool:
        """Whether it ends at this moment or has ended before."""
        return self.ends_ms is not None and at_ms >= self.ends_ms


def span_of(window: Lasting, at_ms: int, zone: Zone = UTC) -> Span:
    """The window that a moment (Unix ms, from 1970 on) falls into.

    >>> span_of(Window.WEEK, 1_795_292_153_123)
    Span(label='2026-W47', first='2026-11-16', after='2026-11-23', ends_ms=1795392000000)
    >>> span_of(Window.MONTH, 1_795_292_153_123).label
    '2026-11'
    >>> span_of(60_000, 150_000).label
    '2'
    """
    if isinstance(window, int):
        return _virtual(window, at_ms)
    day = zone.day(at_ms)
    match window:
        case Window.TOTAL:
            return Span("total")
        case Window.DAY:
            return _span(zone, _text(day), day, day + 1)
        case Window.WEEK:
            first = day - (day - _MONDAY) % 7
            return _span(zone, _week(first), first, first + 7)
        case Window.MONTH:
            first = day - _civil(day)[2] + 1
            following = first + 31
            return _span(zone, _text(first)[:7], first, following - _civil(following)[2] + 1)
        case _:
            assert_never(window)


def day_of(at_ms: int, zone: Zone = UTC) -> str:
    """The day of a moment, as the books write it.

    >>> day_of(1_795_292_153_123)
    '2026-11-21'
    """
    return _text(zone.day(at_ms))


def spent_in(span: Span, days: Mapping[str, Nanodollars]) -> Nanodollars:
    """What the days of a window come to."""
    return Nanodollars(sum(nano for day, nano in days.items() if day in span))


def _virtual(length_ms: int, at_ms: int) -> Span:
    """A window of a simulation, by its number. It consists of no days."""
    number = at_ms // length_ms
    return Span(str(number), after="", ends_ms=(number + 1) * length_ms)


def _span(zone: Zone, label: str, first: int, after: int) -> Span:
    return Span(label, _text(first), _text(after), zone.begins_ms(after))


def _week(monday: int) -> str:
    """The week's ISO 8601 number: it belongs to the year that its Thursday is in."""
    thursday = monday + 3
    year = _civil(thursday)[0]
    first_of_year = next(day for day in range(thursday - 366, thursday + 1) if _civil(day)[0] == year)
    return f"{year:04d}-W{(thursday - first_of_year) // 7 + 1:02d}"


def _text(day: int) -> str:
    year, month, number = _civil(day)
    return f"{year:04d}-{month:02d}-{number:02d}"


def _civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month of a day since 1970-01-01. Years begin in March here, so leap days come last."""
    era, of_era = divmod(day + _EPOCH, _ERA)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    number = of_year - (153 * month + 2) // 5 + 1
    return era * 400 + year + (month >= 10), month + 3 if month < 10 else month - 9, number
