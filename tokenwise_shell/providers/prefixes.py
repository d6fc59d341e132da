"""The beginnings of a conversation, each under a digest, and a bound of what comes behind one.

A provider's count of an earlier turn is the count of that beginning, if everything that weighs is the same: the turns,
and all that stands beside them (tools, the system prompt, formats, how to think), marks for caching aside. In chat
formats each turn stands between tokens that no text makes, so nothing merges across the boundary and counts add up.
That is asked only where the assistant's own turn comes next, since neighbours on one side may be put together as one
text, some by a line break. Where a provider keeps, shortens or leaves out turns by itself, nothing adds up, and there
are no beginnings here; nor where something attached is fetched anew for each call.

What the assistant has said is bounded by its bytes once it comes back. Its own count of output is no bound of that:
a model may write by other tokens than a tokenizer finds in its text, and often by fewer, and calls are framed anew.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import Final

import orjson
from attrs import evolve, field, frozen

from tokenwise.usage import CALL_FRAME, MESSAGE_FRAME, REPLY_FRAME, count_text
from tokenwise_shell.providers.counting import bound_of_turn, words_of
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.own import TURNS, Own
from tokenwise_shell.providers.turns import over

__all__ = ["NO_TRAIL", "Trail", "trail_of_chat", "trail_of_own"]

# What is said of a request and not to the model: by its bytes in every bound, since it may change from turn to turn.
_LABELS: Final = frozenset({"metadata", "client_metadata", "user", "prompt_cache_key", "safety_identifier"})

_NOT_BESIDE: Final = frozenset({"model", "messages", "input", "stream", "stream_options", "tokenwise"}) | _LABELS

# With one of these the provider remembers, shortens or leaves out turns, or writes some of its own.
_UNSTABLE: Final = frozenset((
    "cached_content", "cachedContent", "container", "context_management", "conversation", "mcp_servers", "plugins",
    "previous_response_id", "prompt", "transforms", "truncation", "web_search_options",
))  # fmt: skip

# What older thinking takes only becomes less with each turn: a count of it stays a bound.
_ONLY_LESS: Final = "clear_thinking_"

# Claude Code's first block of the system prompt, which is another with each call.
_BILLING: Final = "x-anthropic-billing-header:"

_ALONE: Final = frozenset({"type", "text", "cache_control"})

# Something attached, and the address of what does not come along.
_ATTACHING: Final = re.compile(rb'"type":"(?:image|document|file|input_image|input_file|video|container)')
_ELSEWHERE: Final = re.compile(rb'"(?:url|image_url|file_url|file_id|fileUri)":"(?!data:)')


# What no JSON and no name of a form begins with.
_PLAIN: Final = b"\x00"


@frozen
class Trail:
    """The beginnings of one conversation: `ends[k]` names everything beside the turns and the first k turns.

    `labels` bounds what is in no beginning. Without `ends` there is nothing that anybody could have counted.
    """

    ends: tuple[bytes, ...] = ()
    labels: int = 0
    _turns: list[object] = field(factory=list, repr=False)
    _bound: Callable[[Fields], int] = field(default=len, repr=False, eq=False)

    def continued(self) -> Iterator[int]:
        """After how many turns a count can be gone on from, the longest first: behind them the assistant speaks."""
        if not self.ends:
            return iter(())
        _, _, over_at = over(self._turns, _with_answered, _UNANSWERED)
        return chain((len(self._turns),), reversed(over_at))

    def behind(self, turns: int) -> int:
        """The most tokens that everything behind so many turns can have."""
        return REPLY_FRAME + self.labels + sum(map(self._bound, map(as_fields, self._turns[turns:])))

    def beside(self, line: str) -> "Trail":
        """The same with a line at the end of the last turn that is in no beginning: the next turn comes without it."""
        return evolve(self, labels=self.labels + count_text(line).bound + MESSAGE_FRAME) if self.ends else self


_Answered = tuple[int, bool, tuple[int, ...]]
"""So many turns, whether the assistant may not begin an answer behind them, and after how many it has begun one."""

_UNANSWERED: Final[_Answered] = (0, True, ())


def _with_answered(before: _Answered, turns: Sequence[object]) -> _Answered:
    """With these turns."""
    count, speaks, over_at = before[0], before[1], list(before[2])
    for place, turn in enumerate(turns, start=count):
        spoke, speaks = speaks, _is_assistants(as_fields(turn))
        if speaks and not spoke:
            over_at.append(place)
    return count + len(turns), speaks, tuple(over_at)


NO_TRAIL: Final = Trail()


def trail_of_chat(fields: Fields, betas: str = "") -> Trail:
    """The beginnings of a request in OpenAI's chat fields. `betas` are those that its headers name."""
    return _trail(f"chat {betas}", fields, "messages", bound_of_turn)


def trail_of_own(own: Own, betas: str = "") -> Trail:
    """The beginnings of a request as its client wrote it."""
    return _trail(f"{own.format.value} {betas}", own.body, TURNS[own.format], _bound_as_it_is)


def _trail(form: str, body: Fields, name: str, bound: Callable[[Fields], int]) -> Trail:
    given, own = entries(body.get(name)), as_fields(body.get("extra_content")).get("anthropic")
    if not given or _is_unstable(body) or _is_unstable(as_fields(own)):
        return NO_TRAIL
    labels = [value for key, value in body.items() if key in _LABELS and value is not None]
    beside = {key: value for key, value in body.items() if key not in _NOT_BESIDE and not _is_number(value)}
    beside["system"] = _unbilled(beside.get("system"), labels)
    first = as_fields(given[0])
    if first.get("role") == "system" and isinstance(first.get("content"), list):
        first = {**first, "content": _unbilled(first["content"], labels)}
    try:
        begun = form.encode() + _written(beside)
    except orjson.JSONEncodeError:
        return NO_TRAIL
    begin = _linked(b"", begun)
    _, ends = over(given, _with_ends, (0, (begin, *_end_of(begin, first))))  # which says what was beside them
    if len(ends) <= len(given) or _is_elsewhere(begun):
        return NO_TRAIL
    labelled = count_text(words_of(labels)).bound if labels else 0
    return Trail(ends, labelled, given, bound)


_Ends = tuple[int, tuple[bytes, ...]]
"""So many turns, and the digests before them, after the first and so on: fewer where nothing can be counted."""


def _with_ends(before: _Ends, turns: Sequence[object]) -> _Ends:
    """With these turns. That after the first, which may be known by another form, is there from the beginning."""
    count, ends = before[0], list(before[1])
    for place, turn in enumerate(turns, start=count):
        if place and len(ends) > place:
            ends += _end_of(ends[-1], as_fields(turn))
    return count + len(turns), tuple(ends)


def _end_of(end: bytes, turn: Fields) -> tuple[bytes, ...]:
    """The digest after a turn; none where it cannot be written, or attaches what is elsewhere."""
    if said := _plain(turn):
        return (_linked(end, said),)
    try:
        said = _written(turn)
    except orjson.JSONEncodeError:
        return ()
    return () if _is_elsewhere(said) else (_linked(end, said),)


def _linked(end: bytes, said: bytes) -> bytes:
    return sha256(end + said).digest()[:16]  # for turns of common length in half of blake2b's time


def _is_unstable(fields: Fields) -> bool:
    return not _UNSTABLE.isdisjoint(fields) and any(
        _unsettles(name, fields[name]) for name in _UNSTABLE & fields.keys()
    )


def _unsettles(name: str, value: object) -> bool:
    edits = [text(as_fields(edit).get("type")) for edit in entries(as_fields(value).get("edits"))]
    if name == "context_management" and edits and all(edit.startswith(_ONLY_LESS) for edit in edits):
        return False
    return value not in (None, [], {}, "", "disabled")


def _unbilled(blocks: object, labels: list[object]) -> object:
    """The system prompt without Claude Code's account of itself, which is added to the labels."""
    if not isinstance(blocks, list):
        return blocks
    changing = [block for block in blocks if text(as_fields(block).get("text")).startswith(_BILLING)]
    labels += changing
    return [block for block in blocks if block not in changing] if changing else blocks


def _plain(turn: Fields) -> bytes:
    """A turn that is nothing but a text; b"" for any other. It attaches nothing, and needs no JSON.

    Clients that mark the last turn for a cache write its text as a block, and later as it was.
    """
    if len(turn) != 2:
        return b""
    role, content = turn.get("role"), turn.get("content")
    if type(content) is list and len(content) == 1:
        content = _alone(as_fields(content[0]))
    if type(role) is not str or type(content) is not str:
        return b""
    by, said = role.encode("utf-8", "surrogatepass"), content.encode("utf-8", "surrogatepass")
    return b"%b%d %b%b" % (_PLAIN, len(by), by, said)


def _alone(part: Fields) -> object:
    """The text of a part that has nothing else but a mark; None for any other."""
    return part.get("text") if part.get("type") == "text" and part.keys() <= _ALONE else None


def _written(value: object) -> bytes:
    said = orjson.dumps(value)
    return orjson.dumps(_unmarked(value)) if b'"cache_control"' in said else said


def _unmarked(value: object) -> object:
    """The value without marks for caching, which weigh nothing and move on with each turn."""
    if isinstance(value, dict):
        return {name: _unmarked(each) for name, each in value.items() if name != "cache_control"}
    return [_unmarked(each) for each in value] if isinstance(value, list) else value


def _is_elsewhere(said: bytes) -> bool:
    return _ATTACHING.search(said) is not None and _ELSEWHERE.search(said) is not None


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def _is_assistants(turn: Mapping[str, object]) -> bool:
    kind = text(turn.get("type"))
    return turn.get("role") in ("assistant", "model") or kind == "reasoning" or kind.endswith("_call")


def _bound_as_it_is(turn: Fields) -> int:
    """Bytes of its JSON, with a frame for the turn and for each block of it."""
    blocks = max(1, len(entries(turn.get("content"))))
    return count_text(words_of(turn)).bound + MESSAGE_FRAME + CALL_FRAME * blocks
