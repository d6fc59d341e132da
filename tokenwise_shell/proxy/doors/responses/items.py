"""The output of a Response, item by item: built from the blocks of a chat completion, with the events that tell it.

Each block becomes an item: text and refusals a message, a call a function call, reasoning a reasoning item. A whole
answer is built the same way as a streamed one, so that both hold the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import define, field

from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.openai.blocks import Added, Began, Block, BlockEvent, Ended, Kind
from tokenwise_shell.proxy.doors.responses.input import sealed_details
from tokenwise_shell.proxy.doors.responses.tools import Declared

__all__ = ["Items", "Told"]

Told: TypeAlias = tuple[str, Fields]
"""The type of an event and its fields, without the number that it will have."""

_PREFIXES: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "msg",
    Kind.REFUSAL: "msg",
    Kind.THOUGHT: "rs",
    Kind.SEALED: "rs",
    Kind.CALL: "fc",
}

# Of a call that is none of a function, by its tool.
_CALLS: Final = {"custom": "ctc", "tool_search": "tsc"}

# How a part is told: the name of its events, and the field that has its words.
_EVENTS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.TEXT: ("response.output_text", "text"),
    Kind.REFUSAL: ("response.refusal", "refusal"),
    Kind.THOUGHT: ("response.reasoning_text", "text"),
    Kind.SEALED: ("response.reasoning_text", "text"),
    Kind.CALL: ("response.function_call_arguments", "arguments"),
}


@define
class Items:
    """The items so far. `suffix` makes their ids, which are the same whenever the same answer is told.

    `tools` are those that were declared, by the names that their calls have here.
    """

    suffix: str
    tools: Mapping[str, Declared] = field(factory=dict)
    _done: list[Fields] = field(factory=list, init=False)
    _block: Block | None = field(default=None, init=False)
    _said: list[str] = field(factory=list, init=False)
    _signature: str = field(default="", init=False)
    _logprobs: list[Fields] = field(factory=list, init=False)

    def tell(self, events: Sequence[BlockEvent], *, cut: bool = False) -> Iterator[Told]:
        """The events that tell these. `cut` is whether the answer ends with them and was not allowed to go on."""
        last = max((place for place, event in enumerate(events) if isinstance(event, Ended)), default=-1)
        for place, event in enumerate(events):
            match event:
                case Began(block):
                    self._block = block
                    yield from self._begin(block)
                case Added():
                    yield from self._add(event)
                case Ended():
                    yield from self._end("incomplete" if cut and place == last else "completed")

    @property
    def output(self) -> list[Fields]:
        """The items, the one that is still open as incomplete."""
        return self._done if self._block is None else [*self._done, self._item(self._block, "incomplete")]

    def _begin(self, block: Block) -> Iterator[Told]:
        yield "response.output_item.added", {"output_index": len(self._done), "item": self._item(block, "in_progress")}
        if _has_part(block):
            yield "response.content_part.added", self._at(part=_part(block, "", []))

    def _add(self, added: Added) -> Iterator[Told]:
        assert self._block is not None, "nothing is added before something has begun"
        self._said.append(added.text)
        self._signature += added.signature
        logprobs = [_odds(each) for each in map(as_fields, added.logprobs) if _is_odd(each)]
        self._logprobs += logprobs
        if added.text and not self._is_told_whole(self._block):
            odds = {"logprobs": logprobs} if self._block.kind is Kind.TEXT else {}
            yield f"{_EVENTS[self._block.kind][0]}.delta", self._at(delta=added.text, **odds)

    def _end(self, status: str) -> Iterator[Told]:
        block = self._block
        assert block is not None, "nothing ends before it has begun"
        item, (name, words) = self._item(block, status), _EVENTS[block.kind]
        if self._is_told_whole(block):
            yield from self._whole(item)
        elif block.kind is not Kind.SEALED:
            odds = {"logprobs": list(self._logprobs)} if block.kind is Kind.TEXT else {}
            whole = item["arguments"] if block.kind is Kind.CALL else "".join(self._said)
            yield f"{name}.done", self._at(**{words: whole}, **odds)
        if _has_part(block):
            yield "response.content_part.done", self._at(part=_part(block, "".join(self._said), self._logprobs))
        yield "response.output_item.done", {"output_index": len(self._done), "item": item}
        self._done.append(item)
        self._block, self._said, self._signature, self._logprobs = None, [], "", []

    def _is_told_whole(self, block: Block) -> bool:
        """Whether this is a call whose words are not those of its item: they can be told once all are there."""
        declared = self.tools.get(block.name) if block.kind is Kind.CALL else None
        return declared is not None and declared.kind != "function"

    def _whole(self, item: Fields) -> Iterator[Told]:
        if item["type"] == "custom_tool_call":
            yield "response.custom_tool_call_input.delta", self._at(delta=item["input"])
            yield "response.custom_tool_call_input.done", self._at(input=item["input"])

    def _at(self, **fields: object) -> Fields:
        """An event's place and these fields."""
        assert self._block is not None, "an event has its place in an item"
        part = {"content_index": 0} if _has_part(self._block) else {}
        return {"item_id": self._id(self._block), "output_index": len(self._done), **part, **fields}

    def _id(self, block: Block) -> str:
        prefix = _CALLS[self.tools[block.name].kind] if self._is_told_whole(block) else _PREFIXES[block.kind]
        return f"{prefix}_{self.suffix}_{len(self._done)}"

    def _item(self, block: Block, status: str) -> Fields:
        head = {"id": self._id(block), "status": status}
        if block.kind is Kind.CALL and (declared := self.tools.get(block.name)):
            return {**head, **declared.call(block.id, "".join(self._said))}
        return {**head, **_WRITERS[block.kind](block, "".join(self._said), self._signature, self._logprobs)}


def _odds(told: Fields) -> Fields:
    """A token's log-probability, and those of the others that it might have been."""
    others = [_odd(each) for each in map(as_fields, entries(told.get("top_logprobs"))) if _is_odd(each)]
    return {**_odd(told), "top_logprobs": others}


def _odd(told: Fields) -> Fields:
    """One log-probability, with the bytes that a response always has beside it and a chat may leave out."""
    token = text(told.get("token"))
    data = [each for each in entries(told.get("bytes")) if count(each) is not None]
    return {"token": token, "bytes": data or list(token.encode()), "logprob": told.get("logprob")}


def _is_odd(told: Fields) -> bool:
    return isinstance(told.get("token"), str) and isinstance(told.get("logprob"), int | float)


def _has_part(block: Block) -> bool:
    return block.kind in (Kind.TEXT, Kind.REFUSAL, Kind.THOUGHT)


def _part(block: Block, said: str, logprobs: list[Fields]) -> Fields:
    match block.kind:
        case Kind.TEXT:
            return {"type": "output_text", "text": said, "annotations": [], "logprobs": list(logprobs)}
        case Kind.REFUSAL:
            return {"type": "refusal", "refusal": said}
        case _:
            return {"type": "reasoning_text", "text": said}


def _message(block: Block, said: str, signature: str, logprobs: list[Fields]) -> Fields:
    del signature
    # A message that has only begun has no part yet: the part has an event of its own.
    content = [_part(block, said, logprobs)] if said else []
    return {"type": "message", "role": "assistant", "content": content}


def _thought(block: Block, said: str, signature: str, logprobs: list[Fields]) -> Fields:
    del block, logprobs
    signed = {"signature": signature} if signature else {}
    details: list[Fields] = [{"type": "reasoning.text", "text": said, **signed}]
    content = [{"type": "reasoning_text", "text": said}] if said or signature else []
    return {"type": "reasoning", "summary": [], "content": content, "encrypted_content": sealed_details(details)}


def _sealed(block: Block, said: str, signature: str, logprobs: list[Fields]) -> Fields:
    del said, signature, logprobs
    details: list[Fields] = [{"type": "reasoning.encrypted", "data": block.sealed}]
    return {"type": "reasoning", "summary": [], "encrypted_content": sealed_details(details)}


def _call(block: Block, said: str, signature: str, logprobs: list[Fields]) -> Fields:
    del signature, logprobs
    return {"type": "function_call", "call_id": block.id, "name": block.name, "arguments": said}


_WRITERS: Final[Mapping[Kind, Callable[[Block, str, str, list[Fields]], Fields]]] = {
    Kind.TEXT: _message,
    Kind.REFUSAL: _message,
    Kind.THOUGHT: _thought,
    Kind.SEALED: _sealed,
    Kind.CALL: _call,
}
