"""A chat completion's first choice as blocks, one after the other: what formats that answer in blocks are written from.

OpenAI's chunks name content, reasoning and each call by itself, and may mix them. Here a block ends before the next one
begins. Where pieces of several calls arrive in turns, the later ones are held back until the arguments of the first are
whole, or the answer is.
"""

import enum
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias
from uuid import uuid4

import orjson
from attrs import define, field, frozen

from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, first_text, text
from tokenwise_shell.providers.openai.words import calls_in, text_of

__all__ = [
    "Added",
    "Began",
    "Block",
    "BlockEvent",
    "BlockReader",
    "Ended",
    "Kind",
    "arguments_text",
    "made_up_id",
    "message_blocks",
    "thoughts_of",
    "told_id",
]


class Kind(enum.Enum):
    """What a block is. Reasoning that its author sealed comes whole."""

    TEXT = "text"
    REFUSAL = "refusal"
    THOUGHT = "thought"
    SEALED = "sealed"
    CALL = "call"


@frozen
class Block:
    """What a block is, from its beginning on: `id` and `name` are a call's, `sealed` is reasoning nobody can read."""

    kind: Kind
    id: str = ""
    name: str = ""
    sealed: str = ""


@frozen
class Began:
    """A block begins; the one before has ended."""

    block: Block


@frozen
class Added:
    """More of the block that began last: of its text or arguments, or the signature of its reasoning.

    `logprobs` are as OpenAI writes those of content.
    """

    text: str
    signature: str = ""
    logprobs: tuple[object, ...] = ()


@frozen
class Ended:
    """The block is whole, unless the answer was cut short in it."""


BlockEvent: TypeAlias = Began | Added | Ended


def thoughts_of(message: Fields) -> Sequence[Fields]:
    """Reasoning in a message or a piece of one, as OpenRouter's details, whichever of four ways it is written in.

    DeepSeek and others have `reasoning_content`, vLLM and OpenRouter `reasoning`; beside details they repeat them.
    Mistral's models think in parts of the content.

    >>> thoughts_of({"reasoning_content": "Well."})
    [{'type': 'reasoning.text', 'text': 'Well.'}]
    >>> thoughts_of({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Well."}]}]})
    [{'type': 'reasoning.text', 'text': 'Well.'}]
    """
    if details := [each for each in entries(message.get("reasoning_details")) if isinstance(each, dict)]:
        return details
    parts = map(as_fields, entries(message.get("content")))
    thinking = "".join(text_of(part.get("thinking")) for part in parts if part.get("type") == "thinking")
    said = first_text(message.get("reasoning_content"), message.get("reasoning"), thinking)
    return [{"type": "reasoning.text", "text": said}] if said else []


@define
class _Open:
    """A block that has not ended: what of it was passed on, and what is held back. `said` is a call's id as it came."""

    block: Block
    said: str = ""
    begun: bool = False
    signed: bool = False
    held: list[Added] = field(factory=list)
    arguments: list[str] = field(factory=list)

    def add(self, piece: Added) -> None:
        self.held.append(piece)
        if self.block.kind is Kind.CALL:
            self.arguments.append(piece.text)
        self.signed |= bool(piece.signature)

    def flush(self) -> Iterator[BlockEvent]:
        if self.block.kind is Kind.CALL and not self.block.name:
            return  # a client that runs what has begun must know what to run
        if not self.begun:
            self.begun = True
            yield Began(self.block)
        yield from self.held
        self.held.clear()

    @property
    def is_whole(self) -> bool:
        """Whether nothing can follow in it once something else has begun."""
        if self.block.kind is not Kind.CALL:
            return True
        if not self.block.name:
            return False
        # Looked at first, so that a long call whose pieces come in turns with others' is not parsed at each of them.
        last = next((piece.rstrip()[-1:] for piece in reversed(self.arguments) if piece.strip()), "")
        return last == "}" and _is_json("".join(self.arguments))


def _is_json(said: str) -> bool:
    try:
        orjson.loads(said)
    except orjson.JSONDecodeError:
        return False
    return True


@define
class BlockReader:
    """Reads pieces of a message in the order in which they come."""

    _queue: list[_Open] = field(factory=list, init=False)
    _calls: dict[int, _Open] = field(factory=dict, init=False)
    _ids: set[str] = field(factory=set, init=False)

    @property
    def has_called(self) -> bool:
        """Whether a call of a tool is among the blocks so far."""
        return bool(self._calls)

    @property
    def nameless(self) -> bool:
        """Whether a call has not said what it calls."""
        return not all(call.block.name for call in self._calls.values())

    def read(self, delta: Fields, logprobs: Fields | None = None) -> list[BlockEvent]:
        """What this piece of the message adds. `logprobs` are those of the piece's choice."""
        for thought in thoughts_of(delta):
            self._think(thought)
        if said := text_of(delta.get("content")):
            odds = tuple(entries(as_fields(logprobs).get("content")))
            self._last(Block(Kind.TEXT)).add(Added(said, logprobs=odds))
        if said := text(delta.get("refusal")):
            self._last(Block(Kind.REFUSAL)).add(Added(said))
        for call in calls_in(delta):
            self._call(call)
        return list(self._drained())

    def end(self) -> list[BlockEvent]:
        """What was held back, and the end of what is open. Nothing can be read behind it."""
        return [
            event for block in self._queue if (told := [*block.flush()]) or block.begun for event in (*told, Ended())
        ]

    def _think(self, detail: Fields) -> None:
        if sealed := text(detail.get("data")):
            self._queue.append(_Open(Block(Kind.SEALED, sealed=sealed)))
            return
        said, signature = first_text(detail.get("text"), detail.get("summary")), text(detail.get("signature"))
        if said or signature:
            self._last(Block(Kind.THOUGHT)).add(Added(said, signature))

    def _last(self, block: Block) -> _Open:
        """The block at the end, if it is such a one. Behind its signature no more reasoning belongs to it."""
        if not self._queue or self._queue[-1].block != block or self._queue[-1].signed:
            self._queue.append(_Open(block))
        return self._queue[-1]

    def _call(self, call: Fields) -> None:
        place, id_, function = count(call.get("index")) or 0, text(call.get("id")), as_fields(call.get("function"))
        name, known = text(function.get("name")), self._calls.get(place)
        # Google's compatible door numbers every call 0: another id with a name is another call.
        if known is None or (id_ and name and known.block.name and id_ != known.said):
            known = _Open(Block(Kind.CALL, told_id(id_, self._ids), name), id_)
            self._calls[place] = known
            self._queue.append(known)
        elif not known.block.name:
            unchanged = not id_ or id_ == known.said
            known.block = Block(Kind.CALL, known.block.id if unchanged else told_id(id_, self._ids), name)
            known.said = id_ or known.said
        if piece := arguments_text(function.get("arguments")):
            known.add(Added(piece))

    def _drained(self) -> Iterator[BlockEvent]:
        while self._queue:
            yield from self._queue[0].flush()
            if len(self._queue) == 1 or not self._queue[0].is_whole:
                return
            self._queue.pop(0)
            yield Ended()


def made_up_id() -> str:
    """An id for a call that came without: a client matches results to calls by it, over all turns of a conversation."""
    return f"call_{uuid4().hex}"


# Numbers that begin anew in each answer: `call_0` of one turn and of the next would be one call.
_ORDINAL: Final = re.compile(r"(?:[A-Za-z]{1,16}[_-]?)?\d{1,4}")


def told_id(id_: str, told: set[str]) -> str:
    """The id under which a client hears of a call, which is then among those `told`; the same as it came, if it can be.

    >>> told_id("call_7f3a9c", set()), len(told_id("call_0", set()))
    ('call_7f3a9c', 37)
    """
    found = made_up_id() if not id_ or id_ in told or _ORDINAL.fullmatch(id_) else id_
    told.add(found)
    return found


def arguments_text(arguments: object) -> str:
    """The arguments of a call as text, which is what they should be. Some servers send the object itself.

    What is neither is told as it came, for its client to judge: without it, a tool would run without its arguments.
    """
    return text(arguments) if isinstance(arguments, str | None) else orjson.dumps(arguments).decode()


def message_blocks(message: Fields, logprobs: Fields | None = None) -> list[BlockEvent]:
    """A whole message as blocks. Its calls have no number but their place."""
    calls = [{**as_fields(call), "index": place} for place, call in enumerate(entries(message.get("tool_calls")))]
    reader = BlockReader()
    return [*reader.read({**message, "tool_calls": calls}, logprobs), *reader.end()]
