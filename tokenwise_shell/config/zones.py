"""Time zones by name, as data for the core: when a zone's clocks were set to how much ahead of UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tokenwise.budgets.windows import Zone

__all__ = ["zone_named"]

# What a ledger of today may have written, and as far ahead as rules are published.
_FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_YEARS: Final = 25
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=8)
def zone_named(name: str) -> Zone:
    """The zone of this name in the machine's database, as far as 2045. Raises ValueError where there is none.

    >>> zone_named("Asia/Kathmandu").changes
    ((1577836800000, 20700000),)
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(name) from error
    moment, before = _FIRST, _ahead(zone, _FIRST)
    changes = [(_ms(moment), before)]
    for _ in range(_YEARS * 366):
        moment += _DAY
        if (ahead := _ahead(zone, moment)) != before:
            changes.append((_ms(_changed(zone, moment - _DAY, moment)), ahead))
            before = ahead
    return Zone(name, tuple(changes))


def _changed(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks changed between two moments."""
    old = _ahead(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _ahead(zone, middle) == old else (before, middle)
    return after


def _ahead(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # a zone always has one
    return offset // timedelta(milliseconds=1)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
