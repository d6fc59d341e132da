"""Anthropic's wire format: the answers of `/v1/messages`, plain and streamed, of its count and of `/v1/models`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import orjson
from attrs import frozen

from tokenwise.usage import Usage
from tokenwise_shell.embedded.chat import ChatRequest, Choice, Finish, Reply, ToolCall
from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.wire.format import StreamEvent

__all__ = ["as_event", "render_count", "render_model", "render_models", "render_reply", "render_stream"]

_Fields: TypeAlias = Mapping[str, object]

_STOP_REASONS: Final[Mapping[Finish, str]] = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOL_CALLS: "tool_use",
    Finish.CONTENT_FILTER: "refusal",
    Finish.BLOCKED: "refusal",
}


@frozen
class _Block:
    """A block of content: whole, as it opens in a stream, and the pieces that follow, with the tokens of each."""

    whole: _Fields
    opened: _Fields
    deltas: tuple[tuple[_Fields, int], ...]
    tokens: int = 0


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models, on one page."""
    data = [_model(model_id) for model_id in ids]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return orjson.dumps({"data": data, "has_more": False, **ends})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def render_count(tokens: int) -> bytes:
    """A count of input tokens."""
    return orjson.dumps({"input_tokens": tokens})


def render_reply(reply: Reply, request: ChatRequest) -> bytes:
    """The body of an answer that is not streamed."""
    choice = reply.choices[0]
    content = [block.whole for block in _blocks(choice, reply, request)]
    usage = {"usage": _usage(reply.usage, request)} if reply.reports_usage else {}
    return orjson.dumps({**_envelope(reply), "content": content, **_stopped(choice), **usage})


def render_stream(reply: Reply, request: ChatRequest) -> Iterator[StreamEvent]:
    """The events of a streamed answer.

    What opens the stream (the message, its first block and the ping) is sent as one, so that a count of chunks means
    the same as in other formats.
    """
    choice = reply.choices[0]
    opening = as_event("message_start", {"type": "message_start", "message": _started(reply, request)})
    ping = as_event("ping", {"type": "ping"})
    blocks = list(_blocks(choice, reply, request))
    if not blocks:
        yield StreamEvent(opening + ping)
    for index, block in enumerate(blocks):
        started = _indexed("content_block_start", index, content_block=block.opened)
        yield StreamEvent(started if index else opening + started + ping, block.tokens)
        for delta, tokens in block.deltas:
            yield StreamEvent(_indexed("content_block_delta", index, delta=delta), tokens)
        yield StreamEvent(_indexed("content_block_stop", index))
    usage = {"usage": _usage(reply.usage, request)} if reply.reports_usage else {}
    yield StreamEvent(as_event("message_delta", {"type": "message_delta", "delta": _stopped(choice), **usage}))
    yield StreamEvent(as_event("message_stop", {"type": "message_stop"}))


def as_event(name: str, payload: object) -> bytes:
    """One event of a stream."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(payload) + b"\n\n"


def _indexed(name: str, index: int, **fields: _Fields) -> bytes:
    return as_event(name, {"type": name, "index": index, **fields})


def _envelope(reply: Reply) -> dict[str, object]:
    return {"id": f"msg_{reply.id}", "type": "message", "role": "assistant", "model": reply.model}


def _started(reply: Reply, request: ChatRequest) -> _Fields:
    """The message as a stream opens it. Its count of output is no more than a beginning, as with Anthropic."""
    usage = _usage(reply.usage, request) | {"output_tokens": min(1, reply.usage.output_tokens)}
    usage.pop("output_tokens_details")
    open_ended: _Fields = {"content": [], "stop_reason": None, "stop_sequence": None, "stop_details": None}
    return {**_envelope(reply), **open_ended, **({"usage": usage} if reply.reports_usage else {})}


def _stopped(choice: Choice) -> dict[str, object]:
    reason = "refusal" if choice.refused else _STOP_REASONS[choice.finish]
    details = {"type": "refusal", "category": None, "explanation": None} if reason == "refusal" else None
    if choice.stopped_at:
        reason = "stop_sequence"
    said = {"stop_reason": reason, "stop_sequence": choice.stopped_at or None, "stop_details": details}
    return {**said, "container": None}


def _blocks(choice: Choice, reply: Reply, request: ChatRequest) -> Iterator[_Block]:
    if choice.thought:
        yield _thinking(choice.thought if request.shows_thoughts else (), Draw.of(0, reply.id.encode()).hex("thought"))
    if choice.pieces:
        deltas = tuple(({"type": "text_delta", "text": piece}, 1) for piece in choice.pieces)
        # Anthropic's schema wants the field, and null is refused by `@ai-sdk/anthropic`: both take an empty list.
        whole = {"type": "text", "text": choice.text, "citations": []}
        yield _Block(whole, {"type": "text", "text": "", "citations": []}, deltas)
    yield from map(_tool_use, choice.calls)


def _thinking(pieces: tuple[str, ...], signature: str) -> _Block:
    """A block of thinking. Its pieces are billed before the first of them is sent, so none carries a token."""
    deltas = tuple(({"type": "thinking_delta", "thinking": piece}, 0) for piece in pieces)
    signed = ({"type": "signature_delta", "signature": signature}, 0)
    whole = {"type": "thinking", "thinking": "".join(pieces), "signature": signature}
    return _Block(whole, {"type": "thinking", "thinking": "", "signature": ""}, (*deltas, signed))


def _tool_use(call: ToolCall) -> _Block:
    head = {"type": "tool_use", "id": f"toolu_{call.id}", "name": call.name, "caller": {"type": "direct"}}
    opened: _Fields = {"type": "input_json_delta", "partial_json": ""}
    deltas = tuple(({"type": "input_json_delta", "partial_json": piece}, 1) for piece in call.pieces)
    whole = head | {"input": _input(call)}
    return _Block(whole, head | {"input": {}}, ((opened, 0), *deltas), tokens=1)


def _input(call: ToolCall) -> object:
    """The arguments; those that were cut in the middle are lost to whoever does not stream."""
    try:
        return orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        return {}


def _usage(usage: Usage, request: ChatRequest) -> dict[str, object]:
    hour = usage.cache_write_tokens if request.caches_for_an_hour else 0
    written = {
        "ephemeral_5m_input_tokens": usage.cache_write_tokens - hour,
        "ephemeral_1h_input_tokens": hour,
    }
    return {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation": written,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "not_available",
    }


def _model(model_id: str) -> dict[str, object]:
    return {
        "type": "model",
        "id": model_id,
        "display_name": model_id,
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
    }
