"""What a request marks for a cache, and so how much of its input a vendor may bill as written to one.

A mark (`cache_control`) has everything before it written: tools and the system prompt come first, then the turns, in
every format that has marks. For how long its `ttl` says: five minutes where it says nothing, an hour for whatever is
not known. A field that has a server set marks by itself (`cache_control_injection_points`) marks everything.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tokenwise.catalog.prices import NOTHING_WRITTEN, Writes
from tokenwise.routing.bid import EVERYTHING_WRITTEN
from tokenwise_shell.providers.fields import Fields, as_fields, entries
from tokenwise_shell.providers.turns import over

__all__ = ["longer", "marked_writes", "unlimited"]

_MARK: Final = "cache_control"

_FIVE_MINUTES: Final = (None, "5m")

# Orjson writes no deeper than this, so what is below is never sent.
_DEEPEST: Final = 254


def marked_writes(body: Fields, turns: str, *, most: int, least_of: Callable[[Fields], int]) -> Writes:
    """What the marks in `body` may have written. The list of its turns has the name `turns`.

    `most` bounds the tokens of the whole input, and `least_of` says how many of those are a turn's.

    >>> turn = {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}
    >>> marked_writes({"messages": [turn, {}]}, "messages", most=100, least_of=lambda turn: 30)
    Writes(hour=0, minutes=70)
    """
    said = entries(body.get(turns))
    hour, last = _ends(body, turns, said)
    if last is None:
        return NOTHING_WRITTEN

    def until(end: int | None) -> int:
        return 0 if end is None else most - sum(least_of(turn) for turn in map(as_fields, said[end:]) if _stays(turn))

    return Writes(until(hour), until(last) - until(hour))


def unlimited(writes: Writes) -> Writes:
    """The same where something attached may stand before a mark: it takes more with some models than usual."""
    everything = EVERYTHING_WRITTEN.hour
    return Writes(everything) if writes.hour else Writes(0, everything) if writes.minutes else writes


def _stays(turn: Fields) -> bool:
    """Whether a turn stays where it is in every format: what the system says later on may be moved to the front."""
    return turn.get("role") not in ("system", "developer")


def longer(one: Writes, other: Writes) -> Writes:
    """What covers both: a request may be sent in either of two forms."""
    hour = max(one.hour, other.hour)
    return Writes(hour, max(one.hour + one.minutes, other.hour + other.minutes) - hour)


def _ends(body: Fields, turns: str, said: list[object]) -> tuple[int | None, int | None]:
    """How many turns stand before the end of the last mark for an hour, and of the last of any; None without one."""
    _, hour, last = over(said, _with_marked, _UNMARKED)
    for end, mark in _places(body, turns, said):
        last = end if last is None else max(last, end)
        if _lasts_an_hour(mark):
            hour = end if hour is None else max(hour, end)
    return hour, last


_Marked = tuple[int, int | None, int | None]
"""So many turns, and what `_ends` says of them."""

_UNMARKED: Final[_Marked] = (0, None, None)


def _with_marked(before: _Marked, turns: Sequence[object]) -> _Marked:
    """With these turns."""
    count, hour, last = before
    for end, turn in enumerate(turns, start=count + 1):
        for mark in _marks_in(turn):
            hour, last = end if _lasts_an_hour(mark) else hour, end
    return count + len(turns), hour, last


def _lasts_an_hour(mark: object) -> bool:
    return not isinstance(mark, dict) or mark.get("ttl") not in _FIVE_MINUTES


def _places(body: Fields, turns: str, said: list[object]) -> Iterator[tuple[int, object]]:
    beside = as_fields(as_fields(body.get("extra_content")).get("anthropic"))
    for name, value in (*body.items(), *beside.items()):
        if name == _MARK and value is not None:
            yield len(said), value
        elif name.startswith(_MARK) and value not in (None, [], {}):
            yield len(said), True
    for name in ("system", "tools", "functions"):
        for mark in _marks_in(body.get(name)) if name != turns else ():
            yield 0, mark


def _marks_in(value: object, depth: int = 0) -> Iterator[object]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            if name == _MARK and each is not None:
                yield each
            elif isinstance(each, dict | list):
                yield from _marks_in(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict | list):
                yield from _marks_in(each, depth + 1)
