"""Writing a streamed chat completion as the events of Anthropic's format, for clients that speak it."""

from collections.abc import Iterator

import orjson
from attrs import define, field

from tokenwise.usage import Usage
from tokenwise.verdicts import FinishReason
from tokenwise_shell.providers.anthropic_answers import write_message
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count, entries, text
from tokenwise_shell.providers.openai_usage import parse_usage
from tokenwise_shell.providers.openai_words import finish_of
from tokenwise_shell.providers.translate_terms import Answer, Said
from tokenwise_shell.sse import SseEvent

__all__ = ["MessageWriter"]

_DONE = b"[DONE]"


@define
class MessageWriter:
    """Writes the first choice of a stream as one message. A block closes when another kind of content begins.

    How it ended and what it counted are said together, at the end: Anthropic's clients expect both in one event, and
    OpenAI's chunks bring them one after the other.
    """

    _opened: bool = field(default=False, init=False)
    _index: int = field(default=-1, init=False)
    _block: object = field(default=None, init=False)
    _finish: FinishReason = field(default=FinishReason.OTHER, init=False)
    _usage: Usage | None = field(default=None, init=False)

    def write(self, chunk: SseEvent) -> list[SseEvent]:
        """The events that say what this chunk says."""
        if chunk.data.strip() == _DONE:
            return list(self._end())
        fields = as_fields(as_json(chunk.data))
        if error := as_fields(fields.get("error")):
            said = {"type": "api_error", "message": text(error.get("message"))}
            return [_event("error", {"error": said})]
        self._usage = parse_usage(fields.get("usage")) or self._usage
        return [
            made for choice in map(as_fields, entries(fields.get("choices"))) for made in self._choice(fields, choice)
        ]

    def _choice(self, chunk: Fields, choice: Fields) -> Iterator[SseEvent]:
        if choice.get("index", 0) != 0:
            return
        if not self._opened:
            self._opened = True
            message = write_message(Answer(text(chunk.get("id")), text(chunk.get("model")), (), self._usage))
            yield _event("message_start", {"message": {**message, "stop_reason": None}})
        delta = as_fields(choice.get("delta"))
        if said := text(delta.get("content")) or text(delta.get("refusal")):
            yield from self._within("text", {"type": "text", "text": ""})
            yield self._delta({"type": "text_delta", "text": said})
        for call in map(as_fields, entries(delta.get("tool_calls"))):
            yield from self._call(call)
        if choice.get("finish_reason") is not None:
            self._finish = finish_of(choice.get("finish_reason"))

    def _call(self, call: Fields) -> Iterator[SseEvent]:
        function, place = as_fields(call.get("function")), count(call.get("index")) or 0
        block = {"type": "tool_use", "id": text(call.get("id")), "name": text(function.get("name")), "input": {}}
        yield from self._within(place, block)
        if piece := text(function.get("arguments")):
            yield self._delta({"type": "input_json_delta", "partial_json": piece})

    def _within(self, block: object, opening: Fields) -> Iterator[SseEvent]:
        """Open this block unless it is open; the one before ends here."""
        if self._block == block:
            return
        yield from self._closed()
        self._block, self._index = block, self._index + 1
        yield _event("content_block_start", {"index": self._index, "content_block": opening})

    def _closed(self) -> Iterator[SseEvent]:
        if self._block is not None:
            yield _event("content_block_stop", {"index": self._index})

    def _delta(self, delta: Fields) -> SseEvent:
        return _event("content_block_delta", {"index": self._index, "delta": delta})

    def _end(self) -> Iterator[SseEvent]:
        yield from self._closed()
        whole = write_message(Answer("", "", (Said((), self._finish),), self._usage))
        stopped = {name: whole[name] for name in ("stop_reason", "stop_sequence")}
        yield _event("message_delta", {"delta": stopped, "usage": whole["usage"]})
        yield _event("message_stop", {})


def _event(name: str, fields: Fields) -> SseEvent:
    return SseEvent(orjson.dumps({"type": name, **fields}), name)
