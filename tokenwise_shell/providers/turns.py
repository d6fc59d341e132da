"""The plain turns that a conversation opens with, and what is known of them: worked out once, while it grows.

A client sends the whole conversation with each turn, and of hundreds of messages one or two are new. Those before are
compared with what came last time, which the interpreter does at the speed of memory, and what follows from them (how
much they weigh, who speaks, the digests of their beginnings) is kept. So it costs what is new, and what is not plain.

A turn is plain that has nothing but a role and a text. Bounded: so many characters of conversations are kept, those
used last. The last message is left out, since it may be said in another way the next time.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, TypeGuard

from attrs import define, field, frozen

from tokenwise.usage import MESSAGE_FRAME, text_bound
from tokenwise_shell.providers.fields import Fields

__all__ = ["MEMORY", "SPEAKERS", "Opening", "opening_of"]

SPEAKERS: Final = frozenset({"system", "developer", "user", "assistant"})
"""The roles of plain turns. What a tool says is for others to look into."""

# A shorter conversation is read in less time than it takes to look it up.
_LEAST_TURNS: Final = 16
_MOST_CHARACTERS: Final = 8_388_608


@frozen(eq=False)
class Opening:
    """So many plain turns, with the sums of `counting` over them.

    `over_at` are the places before which somebody else has spoken and the assistant speaks next.
    """

    turns: tuple[Fields, ...] = ()
    expected: int = 0
    bound: int = 0
    roles: frozenset[str] = frozenset()
    over_at: tuple[int, ...] = ()
    _chains: dict[bytes, tuple[bytes, ...]] = field(factory=dict)

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.turns)

    def chain(self, first: bytes, link: Callable[[bytes, Fields], bytes]) -> list[bytes]:
        """`first` and, for each turn, its link to the one before."""
        known = self._chains.get(first, (first,))
        if len(known) <= self.size:
            ends = list(known)
            for turn in self.turns[len(known) - 1 :]:
                ends.append(link(ends[-1], turn))
            known = self._chains[first] = tuple(ends)
        return list(known)

    def extended(self, turns: Sequence[object]) -> "Opening":
        """With the plain turns that these begin with."""
        all_turns, over_at, roles = list(self.turns), list(self.over_at), set(self.roles)
        expected, bound = self.expected, self.bound
        for turn in turns:
            if not _is_plain(turn):
                break
            size = text_bound(turn["content"])
            expected += MESSAGE_FRAME // 2 - (-size // 4)
            bound += MESSAGE_FRAME + size
            if turn["role"] == "assistant" and all_turns and all_turns[-1]["role"] != "assistant":
                over_at.append(len(all_turns))
            roles.add(turn["role"])
            all_turns.append(turn)
        return Opening(tuple(all_turns), expected, bound, frozenset(roles), tuple(over_at), dict(self._chains))


_NOTHING: Final = Opening()


def _is_plain(turn: object) -> TypeGuard[dict[str, str]]:
    if type(turn) is not dict or len(turn) != 2:
        return False
    role = turn.get("role")
    return type(turn.get("content")) is str and type(role) is str and role in SPEAKERS


def opening_of(messages: list[object]) -> Opening:
    """What these messages open with, as far as it is worth knowing."""
    return MEMORY.of(messages) if len(messages) >= MEMORY.least_turns else _NOTHING


@define(eq=False)
class _Memory:
    """Openings by how they begin. Asked by several threads, several times for each request."""

    least_turns: int = _LEAST_TURNS
    most: int = _MOST_CHARACTERS
    _kept: OrderedDict[tuple[str, str], Opening] = field(factory=OrderedDict)
    _held: int = 0
    _last: tuple[list[object] | None, Opening] = (None, _NOTHING)
    _lock: Lock = field(factory=Lock)

    def of(self, messages: list[object]) -> Opening:
        last = self._last
        if last[0] is messages:
            return last[1]
        first, second = messages[:2]
        if not (_is_plain(first) and _is_plain(second)):  # most of all a first turn of several parts
            return _NOTHING
        name = first["content"], second["content"]
        with self._lock:
            known = self._kept.get(name, _NOTHING)
            if known.size >= len(messages) or tuple(messages[: known.size]) != known.turns:
                known = _NOTHING
            found = known.extended(messages[known.size : -1])
            self._keep(name, found)
            self._last = messages, found
        return found

    def _keep(self, name: tuple[str, str], found: Opening) -> None:
        before = self._kept.pop(name, _NOTHING)
        self._kept[name] = found
        self._held += found.bound - before.bound
        while self._held > self.most:
            self._held -= self._kept.popitem(last=False)[1].bound


MEMORY: Final = _Memory()
