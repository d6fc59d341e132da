"""What follows from the turns of a conversation, worked out once while it grows.

A client sends the whole conversation with each turn, and of hundreds of turns one or two are new. Those before are the
very objects that they were, where whoever reads bodies has known them (`proxy.admission.bodies`). What follows from
them (how much they weigh, who speaks, the digests of their beginnings) is a fold over them: kept with the last of them,
and gone on from. So it costs what is new.

The last few may be said in another way the next time, as marks for a cache move on with each turn, and a system prompt
in front may say something else with each call. So what was made without those is kept beside what was made of all.
Bounded: so many bytes of conversations are kept, those used last, until nobody has gone on with them for a while.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import is_
from threading import Lock
from typing import Any, Final, TypeVar, cast

import orjson
from attrs import define, field

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


@define(eq=False)
class Opening:
    """What a conversation opens with: the turns behind its first, of so many bytes, and what folds made of them.

    It has `reached` further once: all turns of the list that was asked for last, but for its last. What folds made of
    those is kept as well, while they come again as they were.
    """

    turns: tuple[object, ...] = ()
    reached: Sequence[object] = ()
    size_bytes: int = 0
    beyond_bytes: int = 0
    used_s: float = 0.0
    size: int = field(init=False)  # how many they are, with the first
    _states: dict[tuple[Callable[..., object], object], tuple[int, object]] = field(factory=dict)
    _firsts: dict[Callable[..., object], tuple[object, object]] = field(factory=dict)
    made: dict[Callable[..., object], tuple[object, int, object]] = field(factory=dict)  # what came first, of how many

    def __attrs_post_init__(self) -> None:
        self.size = len(self.turns) + 1 if self.turns else 0

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

    def further(self, fold: Callable[[S, Sequence[object]], S], first: S, begun: Callable[[], S]) -> S:
        """What this fold makes of all that were reached, beginning with `first`; of the opening it has `begun` so."""
        known = self.made.get(fold)
        if known is not None and (known[0] is first or known[0] == first):
            until, state = known[1], cast("S", known[2])
        else:
            until, state = self.size, begun()
        if until < len(self.reached):
            state = fold(state, self.reached[until:])
            self.made[fold] = first, len(self.reached), state
        return state

    def of_first(self, make: Callable[[T], U], first: T) -> U:
        """What this makes of the first turn, which is made once while that is the same object."""
        known = self._firsts.get(make)
        if known is None or known[0] is not first:
            known = self._firsts[make] = first, make(first)
        return cast("U", known[1])

    def goes_on_in(self, turns: Sequence[object]) -> bool:
        """Whether these begin with all that were reached."""
        return len(self.reached) <= len(turns) and all(map(is_, self.reached, turns))

    def extended(self, turns: Sequence[object], size: int, now_s: float, *, goes_on: bool) -> "Opening":
        """Reaching to the last of these turns, of which so many are its own; `goes_on` where it does in them."""
        reached, own = turns[:-1], turns[max(1, self.size) : size]
        size_bytes, beyond_bytes = self.size_bytes + sum(map(_bytes_of, own)), sum(map(_bytes_of, reached[size:]))
        made = dict(self.made) if goes_on else {}
        states, firsts = dict(self._states), dict(self._firsts)
        return Opening((*self.turns, *own), reached, size_bytes, beyond_bytes, now_s, states, firsts, made)


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
    if len(turns) < MEMORY.least_turns:
        return fold(first, turns)
    opening = MEMORY.of(turns)
    if not opening.size:
        return fold(first, turns)
    made = opening.made.get(fold)
    if made is not None and made[0] is first and made[1] == len(opening.reached):
        return fold(cast("S", made[2]), turns[made[1] :])
    state = opening.further(fold, first, lambda: opening.state(fold, fold(first, turns[:1])))
    return fold(state, turns[len(opening.reached) :])


def each_of(turns: list[T], make: Callable[[T], U]) -> list[U]:
    """What is made of each of these turns by itself: the same object where the turn is the same."""
    opening = opening_of(cast("list[object]", turns))
    if not opening.size:
        return list(map(make, turns))
    fold: Callable[[tuple[U, ...], Sequence[object]], tuple[U, ...]] = _mapping(make)
    nothing: tuple[U, ...] = ()
    made = opening.further(fold, nothing, lambda: (opening.of_first(make, turns[0]), *opening.state(fold, nothing)))
    return [*made, *map(make, turns[len(opening.reached) :])]


def spliced(
    body: Fields, name: str, written: "Callable[[bytes, Sequence[object]], bytes] | None" = None
) -> tuple[bytes, ...]:
    """The body as pieces of JSON. What is known of its list of turns of this name was written before.

    `written` puts turns behind others, each with a comma before it; as they are, unless it is given.
    """
    turns, fold = entries(body.get(name)), written or written_behind
    opening = opening_of(turns)
    if not turns or (written is None and not opening.size):
        return (orjson.dumps(body),)
    names = list(body)
    place = names.index(name)
    before = orjson.dumps({key: body[key] for key in names[:place]} | {name: []})[:-2]
    behind = orjson.dumps({key: body[key] for key in names[place + 1 :]})[1:]
    first, rest = fold(b"", turns[:1])[1:], fold(b"", turns[max(1, opening.size) :])
    comma = b"," if place + 1 < len(names) else b""
    return before + first, opening.state(fold, b""), b"%b]%b%b" % (rest, comma, behind)


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
        size, before, goes_on = len(turns) - _RESTLESS, _NOTHING, False
        if size < 2:
            return before
        for end in range(size, max(1, size - _LOOKED_BACK), -1):
            known = self._kept.get(id(turns[end - 1]))
            if known is None or known.size != end:
                continue
            goes_on = known.goes_on_in(turns)
            if goes_on or all(map(is_, known.turns, turns[1:end])):
                before = known
                break
        now_s = time.monotonic()
        if goes_on and before.size == size and len(before.reached) >= len(turns) - 1:
            before.used_s = now_s
            self._kept.move_to_end(id(before.turns[-1]))
            return before
        if before is not _NOTHING:
            self._forget(id(before.turns[-1]))
        found = before.extended(turns, size, now_s, goes_on=goes_on)
        self._forget(id(found.turns[-1]))
        self._held_bytes += found.size_bytes + found.beyond_bytes
        self._kept[id(found.turns[-1])] = found
        self._drop(now_s - self.lasts_s)
        return found

    def _forget(self, key: int) -> None:
        known = self._kept.pop(key, _NOTHING)
        self._held_bytes -= known.size_bytes + known.beyond_bytes

    def _drop(self, before_s: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if self._held_bytes <= self.most_bytes and oldest.used_s >= before_s:
                return
            self._forget(next(iter(self._kept)))


MEMORY: Final = _Memory()
