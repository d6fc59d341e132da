"""Writing a streamed answer as OpenAI's chunks, and a whole one as its completion."""

from typing import Final, assert_never

import orjson
from attrs import define, field

from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.openai.completions import finish_word, usage_fields
from tokenwise_shell.providers.translate.deltas import (
    Argues,
    Broke,
    Calls,
    Counted,
    Declined,
    Delta,
    Opened,
    Over,
    Shows,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["DONE", "ChunkWriter"]

DONE: Final = SseEvent(b"[DONE]")
"""The last word of a stream."""


@define
class ChunkWriter:
    """Writes chunks. `created_s` is Unix time, which a chunk says."""

    created_s: int = 0
    _id: str = field(default="", init=False)
    _model: str = field(default="", init=False)
    _opened: set[int] = field(factory=set, init=False)

    def write(self, delta: Delta) -> list[SseEvent]:
        """The chunks that say this."""
        match delta:
            case Opened(id=id_, model=model):
                self._id, self._model = id_ or self._id, model or self._model
                return self._open(0)
            case Wrote(text=said, choice=choice):
                return [*self._open(choice), *([self._chunk(choice, {"content": said})] if said else [])]
            case Declined(text=said, choice=choice):
                return [*self._open(choice), *([self._chunk(choice, {"refusal": said})] if said else [])]
            case Thinks(choice=choice):
                return [*self._open(choice), self._chunk(choice, {"reasoning_details": [_reasoned(delta)]})]
            case Calls(choice=choice):
                return [*self._open(choice), self._chunk(choice, {"tool_calls": [_begun(delta)]})]
            case Argues(place=place, text=said, choice=choice):
                piece = {"index": place, "function": {"arguments": said}}
                return [self._chunk(choice, {"tool_calls": [piece]})] if said else []
            case Stopped(finish, choice, stopped_at):
                return [*self._open(choice), self._chunk(choice, {}, finish_word(finish), stopped_at)]
            case Counted() | Broke() | Over() | Shows():
                return []
            case _:
                assert_never(delta)

    def end(self, usage: Usage | None) -> tuple[SseEvent, ...]:
        """The last chunk, which has the usage, and the end."""
        counted = () if usage is None else (self._event({"choices": [], "usage": usage_fields(usage)}),)
        return (*counted, DONE)

    def failed(self, message: str) -> SseEvent:
        """An error within the stream."""
        return SseEvent(orjson.dumps({"error": {"message": message, "type": "server_error", "code": None}}))

    def _open(self, choice: int) -> list[SseEvent]:
        if choice in self._opened:
            return []
        self._opened.add(choice)
        return [self._chunk(choice, {"role": "assistant", "content": ""})]

    def _chunk(self, choice: int, delta: Fields, finish: str | None = None, stopped_at: str = "") -> SseEvent:
        # vLLM's name for the sequence at which an answer stopped; OpenAI has none.
        stopped = {"stop_reason": stopped_at} if stopped_at else {}
        told = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": finish, **stopped}
        return self._event({"choices": [told]})

    def _event(self, fields: Fields) -> SseEvent:
        head = {"id": self._id, "object": "chat.completion.chunk", "created": self.created_s, "model": self._model}
        return SseEvent(orjson.dumps({**head, **fields}))


def _begun(call: Calls) -> Fields:
    signed = {"extra_content": {"google": {"thought_signature": call.signature}}} if call.signature else {}
    function = {"name": call.name, "arguments": ""}
    return {"index": call.place, "id": call.id, "type": "function", "function": function, **signed}


def _reasoned(thought: Thinks) -> Fields:
    if thought.sealed:
        return {"type": "reasoning.encrypted", "data": thought.sealed}
    if thought.signature:
        return {"type": "reasoning.text", "text": thought.text, "signature": thought.signature}
    return {"type": "reasoning.text", "text": thought.text}
