"""What follows from the turns of a conversation, worked out once while it grows.

A client sends the whole conversation with each turn, and of hundreds of turns one or two are new. Those before are the
very objects that they were, where whoever reads bodies has known them (`proxy.admission.bodies`). What follows from
them (how much they weigh, who speaks, the digests of their beginnings) is a fold over them: kept with the last of them,
and gone on from. So it costs what is new.

The last few are left out, since they may be said in another way the next time: marks for a cache move on with each
turn. The first is looked at each time, since what a system prompt says may be another with each call. Bounded: so many
bytes of conversations are kept, those used last, until nobody has gone on with them for a while.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import is_
from threading import Lock
from typing import Any, Final, TypeVar, cast

import orjson
from attrs import define, field, frozen

from tokenwise_shell.providers.fields import Fields, entries

__all__ = ["MEMORY", "Opening", "each_of", "opening_of", "over", "spliced", "written_behind"]

S = TypeVar("S")
T = TypeVar("T")
U = TypeVar("U")

# A shorter conversation is read in less time than it takes to look it up.
_LEAST_TURNS: Final = 16
_MOST_BYTES: Final = 8_388_608
_LASTS_S: Final = 600.0

# Of a turn beside its words, which a turn that was read shares with the one that it was read from. Words count twice:
# they are kept as they are sent on, too.
_ODD_BYTES: Final = 512

_RESTLESS: Final = 4

# How many turns may have come since.
_LOOKED_BACK: Final = 16

# Of one opening: forms that it was asked in, each with what stood beside it.
_MOST_STATES: Final = 24

# Lists of turns that were asked for last: of one request, its own words, as they were read, and those of a chat.
_AT_HAND: Final = 3


@frozen(eq=False)
class Opening:
    """What a conversation opens with: the turns behind its first, of so many bytes, and what folds made of them."""

    turns: tuple[object, ...] = ()
    size_bytes: int = 0
    used_s: float = 0.0
    _states: dict[tuple[Callable[..., object], object], tuple[int, object]] = field(factory=dict)
    _firsts: dict[Callable[..., object], tuple[object, object]] = field(factory=dict)

    @property
    def size(self) -> int:
        """How many they are, with the first."""
        return len(self.turns) + 1 if self.turns else 0

    def state(self, fold: Callable[[S, Sequence[object]], S], first: S) -> S:
        """What this fold makes of them, where it has made `first` of the first turn.

        States can be hashed, and a fold leaves them as they are.
        """
        known, state = cast("tuple[int, S]", self._states.get((fold, first), (0, first)))
        if known < len(self.turns):
            state = fold(state, self.turns[known:])
            if len(self._states) >= _MOST_STATES:
                self._states.clear()
            self._states[fold, first] = len(self.turns), state
        return state

    def of_first(self, make: Callable[[T], U], first: T) -> U:
        """What this makes of the first turn, which is made once while that is the same object."""
        known = self._firsts.get(make)
        if known is None or known[0] is not first:
            known = self._firsts[make] = first, make(first)
        return cast("U", known[1])

    def extended(self, turns: Sequence[object], now_s: float) -> "Opening":
        """With these behind."""
        size_bytes = self.size_bytes + sum(map(_bytes_of, turns))
        return Opening((*self.turns, *turns), size_bytes, now_s, dict(self._states), dict(self._firsts))


_NOTHING: Final = Opening()


def _bytes_of(turn: object) -> int:
    if not isinstance(turn, dict):
        return _ODD_BYTES
    if len(turn) == 2 and isinstance(said := turn.get("content"), str):
        return _ODD_BYTES + 2 * len(said)
    try:
        return _ODD_BYTES + 2 * len(orjson.dumps(turn))
    except orjson.JSONEncodeError:  # nested too deeply to be sent
        return _MOST_BYTES


def opening_of(turns: list[object]) -> Opening:
    """What these turns open with, as far as it is worth knowing."""
    return MEMORY.of(turns) if len(turns) >= MEMORY.least_turns else _NOTHING


def over(turns: list[object], fold: Callable[[S, Sequence[object]], S], first: S) -> S:
    """What a fold makes of these turns: it takes what came of those before, and those that follow."""
    opening = opening_of(turns)
    if not opening.size:
        return fold(first, turns)
    return fold(opening.state(fold, fold(first, turns[:1])), turns[opening.size :])


def each_of(turns: list[T], make: Callable[[T], U]) -> list[U]:
    """What is made of each of these turns by itself: the same object where the turn is the same."""
    opening = opening_of(cast("list[object]", turns))
    if not opening.size:
        return list(map(make, turns))
    fold: Callable[[tuple[U, ...], Sequence[object]], tuple[U, ...]] = _mapping(make)
    nothing: tuple[U, ...] = ()
    behind = opening.state(fold, nothing)
    return [opening.of_first(make, turns[0]), *behind, *map(make, turns[opening.size :])]


def spliced(fields: Fields, name: str, written: "Callable[[bytes, Sequence[object]], bytes] | None" = None) -> Fields:
    """The fields with the list of turns of this name as the JSON that it is: what is known was written before.

    `written` puts turns behind others, each with a comma before it; as they are, unless it is given.
    """
    turns, fold = entries(fields.get(name)), written or written_behind
    opening = opening_of(turns)
    if not opening.size:
        return fields
    said = fold(b"", turns[:1])[1:], opening.state(fold, b""), fold(b"", turns[opening.size :])
    return {**fields, name: orjson.Fragment(b"[%b%b%b]" % said)}


def written_behind(before: bytes, turns: Sequence[object]) -> bytes:
    """Turns as JSON, each with a comma before it, behind what was written before."""
    return b"%b,%b" % (before, orjson.dumps(turns)[1:-1]) if turns else before


@lru_cache(maxsize=16)
def _mapping(make: Callable[..., Any]) -> Callable[[tuple[Any, ...], Sequence[object]], tuple[Any, ...]]:
    """The fold that makes this of each."""
    return lambda before, turns: (*before, *map(make, turns))


@define(eq=False)
class _Memory:
    """Openings by their last turn. Asked by several threads, several times for each request."""

    least_turns: int = _LEAST_TURNS
    most_bytes: int = _MOST_BYTES
    lasts_s: float = _LASTS_S
    _kept: OrderedDict[int, Opening] = field(factory=OrderedDict)
    _held_bytes: int = 0
    _at_hand: tuple[tuple[list[object], Opening], ...] = ()
    _lock: Lock = field(factory=Lock)

    def of(self, turns: list[object]) -> Opening:
        for known, opening in self._at_hand:
            if known is turns:
                return opening
        with self._lock:
            found = self._found(turns)
            self._at_hand = ((turns, found), *self._at_hand[: _AT_HAND - 1])
        return found

    def forget(self) -> None:
        """Let go of what nobody has gone on with for too long."""
        with self._lock:
            self._at_hand = ()
            self._drop(time.monotonic() - self.lasts_s)

    def _found(self, turns: list[object]) -> Opening:
        size, before = len(turns) - _RESTLESS, _NOTHING
        if size < 2:
            return before
        for end in range(size, max(1, size - _LOOKED_BACK), -1):
            known = self._kept.get(id(turns[end - 1]))
            if known is not None and known.size == end and all(map(is_, known.turns, turns[1:end])):
                before = known
                break
        if before is not _NOTHING:
            del self._kept[id(before.turns[-1])]
            self._held_bytes -= before.size_bytes
        now_s = time.monotonic()
        found = before.extended(turns[max(1, before.size) : size], now_s)
        other = self._kept.pop(id(found.turns[-1]), _NOTHING)
        self._held_bytes += found.size_bytes - other.size_bytes
        self._kept[id(found.turns[-1])] = found
        self._drop(now_s - self.lasts_s)
        return found

    def _drop(self, before_s: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if self._held_bytes <= self.most_bytes and oldest.used_s >= before_s:
                return
            self._held_bytes -= self._kept.popitem(last=False)[1].size_bytes


MEMORY: Final = _Memory()
