"""Bodies read, and what long conversations began with: an agent sends all of it again with each turn.

A body that begins with the bytes of an earlier one, up to the end of a message, is a conversation that has grown. Then
only what follows is parsed, and the messages before are the very values that they were: whoever works something out of
them may keep it by them (`providers/turns`). It is the same JSON as parsing the whole gives, under a law: behind a
message a parser is where it is behind any other value of a list, so what follows is read behind a list that begins
with a mark, and is taken only where that mark still stands in front. Whatever does not fit is read whole, and refused
in the words for that.

Bounded: `most` conversations of `most_bytes` together, those used last, none longer than a quarter of it; forgotten
when nobody has gone on with them for `lasts_s`. They are compared by their bytes alone, so what one client has sent
tells another nothing but how long an equal beginning takes to read. Nothing of them is written anywhere.
"""

import json
import os
import re
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

import orjson
from attrs import define, field, frozen

from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.turns import MEMORY
from tokenwise_shell.proxy.admission.bounds import refuse_crowded
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["Beginning", "Bodies", "object_in"]

# In what the formats call the list of their turns.
_TURNS: Final = frozenset({"messages", "input", "contents"})

# A shorter body is parsed in ten microseconds or so.
_LEAST_BYTES: Final = 8_192

# Of fewer messages nothing has grown yet.
_LEAST_TURNS: Final = 3

# So many of the last messages may be said in another way the next time, as marks for a cache move on with each turn.
# Where less is new than that, the older form of a conversation is dropped.
_RESTLESS: Final = 4

# Of conversations that begin alike, so many are compared to the end.
_LOOKED_AT: Final = 8

# A text that stands in no body, since nobody knows it.
_MARK: Final = os.urandom(16).hex()

# Lists and objects around the turns, of which some stand open where a beginning ends.
_AROUND: Final = 2

_BLANKS: Final = re.compile(r"[ \t\n\r]*")

# For places alone, so nothing is made of numbers, which may have any length.
_read_at: Final = json.JSONDecoder(parse_int=str, parse_float=str, strict=False).raw_decode


@define(eq=False)
class _Conversation:
    """What a body began with: its bytes up to the end of a turn. `ends` are where the turns end, `key` is the first.

    `head` is the object so far, its list of turns, which has this `name`, empty.
    """

    said: bytes
    key: bytes
    name: str
    head: Fields
    turns: list[object]
    ends: list[int]
    values: int
    used_s: float

    def common(self, body: bytes) -> int:
        """How many of these turns a body begins with that begins with the first."""
        if body.startswith(self.said):
            return len(self.ends)
        few, many = 1, len(self.ends)
        while few < many - 1:
            middle = (few + many) // 2
            since, until = self.ends[few - 1], self.ends[middle - 1]
            if self.said[since:until] == body[since:until]:
                few = middle
            else:
                many = middle
        return few


@frozen(eq=False)
class Beginning:
    """So many turns of an earlier conversation, with which a body begins, in so many of its first bytes."""

    of: _Conversation
    turns: int
    size: int


@define(eq=False)
class Bodies:
    """Reads bodies, and remembers how conversations began. Used by several threads."""

    most: int = 64
    most_bytes: int = 8_388_608
    lasts_s: float = 600.0
    least_bytes: int = _LEAST_BYTES
    now_s: Callable[[], float] = time.monotonic
    _kept: tuple[_Conversation, ...] = field(default=(), init=False)  # those used last are last
    _lock: Lock = field(factory=Lock, init=False)

    @property
    def held_bytes(self) -> int:
        """How much is remembered."""
        return sum(len(each.said) for each in self._kept)

    def beginning(self, body: bytes) -> Beginning | None:
        """The longest that is known of this body; None where nothing is."""
        kept = self._kept
        if kept and kept[0].used_s + self.lasts_s < self.now_s():
            self._keep()
            MEMORY.forget()
        if len(body) < self.least_bytes:
            return None
        longest = None
        for each in [each for each in reversed(self._kept) if body.startswith(each.key)][:_LOOKED_AT]:
            turns = each.common(body)
            size = each.ends[turns - 1]
            if longest is None or size > longest.size:
                longest = Beginning(each, turns, size)
        return longest

    def read(self, body: bytes, most_values: int, known: Beginning | None = None) -> Fields:
        """See `object_in`. `known` is what the body begins with."""
        if known is not None and (fields := self._grown(body, most_values, known)) is not None:
            return fields
        values, fields = _read(body, most_values)
        if self.least_bytes <= len(body) <= self.most_bytes // 4:
            self._begin(body, fields, values)
        return fields

    def _grown(self, body: bytes, most_values: int, known: Beginning) -> Fields | None:
        """The object that goes on from what is known; None where it does not, and may be none at all."""
        of, rest = known.of, body[known.size :]
        try:
            refuse_crowded(rest, most_values - of.values, depth=_AROUND)
        except BadRequest:
            return None
        more = _continued(of.name, rest)
        if more is None:
            return None
        turns = [*of.turns[: known.turns], *more[of.name][1:]]
        of.used_s = self.now_s()
        if len(turns) - 1 > known.turns and len(body) <= self.most_bytes // 4:
            self._go_on(body, known, turns, most_values)
        elif self._kept[-1:] != (of,):
            self._keep(of, in_place_of=of)
        return {**of.head, **more, of.name: turns}

    def _begin(self, body: bytes, fields: Fields, values: int) -> None:
        """Remember how a conversation begins, if it is one."""
        said = body.decode("latin-1")  # a letter for each byte
        name, begins = _list_in(said)
        turns = fields.get(name)
        if not isinstance(turns, list) or len(turns) < _LEAST_TURNS:
            return
        ends = _ends(said, begins, len(turns))
        if len(ends) < len(turns) or _continued(name, body[ends[-2] :]) is None:
            return  # the name comes twice
        head, kept = orjson.loads(body[:begins] + b"]}"), ends[:-1]
        begun = body[: kept[-1]]
        self._keep(_Conversation(begun, body[: kept[0]], name, head, turns[:-1], kept, values, self.now_s()))

    def _go_on(self, body: bytes, known: Beginning, turns: list[object], most_values: int) -> None:
        """Remember a conversation as far as it has come, but for its last turn."""
        of, start = known.of, known.size
        more = _ends(body[start:].decode("latin-1"), 0, len(turns) - 1 - known.turns)
        ends = of.ends[: known.turns] + [start + end for end in more]
        values = of.values + refuse_crowded(body[start : ends[-1]], most_values - of.values, depth=_AROUND)
        begun = body[: ends[-1]]
        grown = _Conversation(begun, of.key, of.name, of.head, turns[:-1], ends, values, of.used_s)
        self._keep(grown, in_place_of=of if known.turns >= len(of.ends) - _RESTLESS else None)

    def _keep(self, *new: _Conversation, in_place_of: _Conversation | None = None) -> None:
        """Remember this, and what is not too old or too much beside it."""
        with self._lock:
            since = self.now_s() - self.lasts_s
            said = [each.said for each in new]
            kept = [each for each in self._kept if each.used_s >= since and each.said not in said]
            kept = [each for each in kept if each is not in_place_of] + [*new]
            held = sum(len(each.said) for each in kept)
            while len(kept) > self.most or held > self.most_bytes:
                held -= len(kept.pop(0).said)
            self._kept = tuple(kept)


def object_in(body: bytes, most_values: int) -> Fields:
    """The JSON object that a body is. Raises BadRequest, also where more stands in it than is taken."""
    return _read(body, most_values)[1]


def _read(body: bytes, most_values: int) -> tuple[int, Fields]:
    """The object, and how many values it has at most."""
    values = refuse_crowded(body, most_values)
    try:
        found: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}", code="invalid_json") from None
    if not isinstance(found, dict):
        raise BadRequest("the body is JSON, and no object", code="invalid_json")
    return values, found


def _continued(name: str, rest: bytes) -> dict[str, Any] | None:
    """The object that ends with `rest` and before it has nothing but the list of this name, open, with our mark in it.

    None where that is no JSON, or the list comes again.
    """
    try:
        found: dict[str, Any] = orjson.loads(f'{{"{name}":["{_MARK}"'.encode() + rest)
    except orjson.JSONDecodeError:
        return None
    turns = found[name]
    return found if isinstance(turns, list) and turns and turns[0] == _MARK else None


def _list_in(said: str) -> tuple[str, int]:
    """The name of the first list of turns in an object, and where its first turn begins; "" where there is none."""
    at = _after(said, _after(said, 0) + 1)
    while said.startswith('"', at):
        name, at = _read_at(said, at)
        at = _after(said, _after(said, at) + 1)  # behind the colon
        if name in _TURNS and said[at] == "[":
            return name, at + 1
        _, at = _read_at(said, at)
        at = _after(said, _after(said, at) + 1)  # behind the comma
    return "", 0


def _ends(said: str, at: int, most: int) -> list[int]:
    """Where the turns of a list end that is open at this place, `most` of them."""
    found: list[int] = []
    at = _after(said, at)
    while len(found) < most and said[at] != "]":
        _, at = _read_at(said, _after(said, at + 1) if said[at] == "," else at)
        found.append(at)
        at = _after(said, at)
    return found


def _after(said: str, at: int) -> int:
    """The first place from this one on where no blank stands."""
    found = _BLANKS.match(said, at)
    assert found is not None
    return found.end()
