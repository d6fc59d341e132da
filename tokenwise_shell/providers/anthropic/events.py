"""Writing a streamed chat completion as the events of Anthropic's format, for clients that speak it."""

from collections.abc import Iterator

import orjson
from attrs import define, field

from tokenwise.usage import Usage
from tokenwise_shell.providers.anthropic.answers import ANSWERED, counted_usage, write_message
from tokenwise_shell.providers.anthropic.names import sent_id
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.openai.blocks import Added, Began, Block, BlockEvent, Ended, Kind
from tokenwise_shell.providers.openai.streams.chunk_reader import ChunkReader
from tokenwise_shell.providers.openai.words import finish_of
from tokenwise_shell.providers.translate.terms import Answer, Said
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["MessageWriter"]


@define
class MessageWriter:
    """Writes the first choice of a stream as one message. A block closes when another kind of content begins.

    How it ended and what it counted are said together, at the end: Anthropic's clients expect both in one event, and
    OpenAI's chunks bring them one after the other. Nothing follows an error.
    """

    _reader: ChunkReader = field(factory=ChunkReader, init=False)
    _opened: bool = field(default=False, init=False)
    _over: bool = field(default=False, init=False)
    _index: int = field(default=-1, init=False)
    _kind: Kind = field(default=Kind.TEXT, init=False)

    def write(self, chunk: SseEvent) -> list[SseEvent]:
        """The events that say what this chunk says."""
        if self._over:
            return []
        told = self._reader.read(chunk)
        if self._reader.error is not None:
            return self.failed("api_error", self._reader.error)
        opening = self._opening() if self._reader.opened or self._reader.done else []
        blocks = [event for each in told for event in self._block(each)]
        return [*opening, *blocks, *(self._end() if self._reader.done else [])]

    def failed(self, kind: str, message: str) -> list[SseEvent]:
        """The event that ends a stream which cannot go on. `kind` is a type of error as Anthropic names them."""
        if self._over:
            return []
        self._over = True
        return [_event("error", {"error": {"type": kind, "message": message}})]

    def _opening(self) -> list[SseEvent]:
        if self._opened:
            return []
        self._opened = True
        message = write_message(Answer(self._reader.id, self._reader.model, (), self._reader.usage))
        return [_event("message_start", {"message": {**message, "stop_reason": None}}), _event("ping", {})]

    def _block(self, event: BlockEvent) -> Iterator[SseEvent]:
        match event:
            case Began(block):
                self._index, self._kind = self._index + 1, block.kind
                yield _event("content_block_start", {"index": self._index, "content_block": _opened(block)})
            case Added(said, signature):
                if said:
                    yield self._delta(_DELTAS[self._kind], said)
                if signature:
                    yield self._delta(("signature_delta", "signature"), signature)
            case Ended():
                yield _event("content_block_stop", {"index": self._index})

    def _delta(self, names: tuple[str, str], said: str) -> SseEvent:
        kind, name = names
        return _event("content_block_delta", {"index": self._index, "delta": {"type": kind, name: said}})

    def _end(self) -> list[SseEvent]:
        self._over = True
        said = Said((), finish_of(self._reader.finish), stopped_at=self._reader.stopped_at)
        whole = write_message(Answer("", "", (said,), None))
        stopped = {name: whole[name] for name in ("stop_reason", "stop_sequence", "stop_details", "container")}
        usage = counted_usage(self._reader.usage or Usage())
        bill = {"tokenwise": self._reader.bill} if self._reader.bill else {}
        return [
            _event("message_delta", {"delta": stopped, "usage": usage, **bill}),
            _event("message_stop", {}),
        ]


# Sealed reasoning comes whole, so nothing is ever added to it.
_DELTAS = {
    Kind.TEXT: ("text_delta", "text"),
    Kind.REFUSAL: ("text_delta", "text"),
    Kind.THOUGHT: ("thinking_delta", "thinking"),
    Kind.SEALED: ("thinking_delta", "thinking"),
    Kind.CALL: ("input_json_delta", "partial_json"),
}


def _opened(block: Block) -> Fields:
    match block.kind:
        case Kind.TEXT | Kind.REFUSAL:
            return {"type": "text", "text": ""}
        case Kind.THOUGHT:
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Kind.SEALED:
            return {"type": "redacted_thinking", "data": block.sealed}
        case Kind.CALL:
            return {
                "type": "tool_use",
                "id": sent_id(block.id),
                "name": block.name,
                "input": {},
                **ANSWERED["tool_use"],
            }


def _event(name: str, fields: Fields) -> SseEvent:
    return SseEvent(orjson.dumps({"type": name, **fields}), name)
