"""OpenAI's wire format: the answers of `/v1/chat/completions`, plain and streamed, and of `/v1/models`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from tokenwise.usage import Usage
from tokenwise_shell.embedded.chat import ChatRequest, Choice, Finish, Reply, ToolCall
from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.wire.format import StreamEvent

__all__ = ["DONE", "render_model", "render_models", "render_reply", "render_stream"]

DONE: Final = b"data: [DONE]\n\n"

_FINISHES: Final[Mapping[Finish, str]] = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOL_CALLS: "tool_calls",
    Finish.CONTENT_FILTER: "content_filter",
    Finish.BLOCKED: "content_filter",
}


# 2026-01-01 in Unix seconds: a fixed date, because equal requests get equal bytes.
_CREATED_S: Final = 1_767_225_600


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models."""
    return orjson.dumps({"object": "list", "data": [_model(model_id) for model_id in ids]})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def render_reply(reply: Reply, request: ChatRequest) -> bytes:
    """The body of an answer that is not streamed."""
    choices = [
        {
            "index": index,
            "message": _whole(choice),
            "logprobs": _logprobs(choice.pieces, index, reply, request),
            "finish_reason": _FINISHES[choice.finish],
        }
        for index, choice in enumerate(reply.choices)
    ]
    usage = {"usage": _usage(reply.usage)} if reply.reports_usage else {}
    return orjson.dumps({**_envelope(reply, "chat.completion"), "choices": choices, **usage})


def render_stream(reply: Reply, request: ChatRequest) -> Iterator[StreamEvent]:
    """The events of a streamed answer, one token each, choice after choice, `[DONE]` included."""
    pending = {"usage": None} if request.stream_usage else {}

    def event(
        index: int, delta: object, *, tokens: int = 0, logprobs: object = None, finish: object = None
    ) -> StreamEvent:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        return _event({**_envelope(reply, "chat.completion.chunk"), "choices": [choice], **pending}, tokens)

    for index, choice in enumerate(reply.choices):
        yield event(
            index, {"role": "assistant", "content": None if choice.refused or choice.calls else "", "refusal": None}
        )
        for piece in choice.pieces:
            logprobs = _logprobs((piece,), index, reply, request)
            yield event(index, {"refusal" if choice.refused else "content": piece}, tokens=1, logprobs=logprobs)
        for place, call in enumerate(choice.calls):
            yield event(index, {"tool_calls": [{"index": place, **_opened(call)}]}, tokens=1)
            for piece in call.pieces:
                yield event(index, {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}, tokens=1)
        yield event(index, {}, finish=_FINISHES[choice.finish])
    if request.stream_usage and reply.reports_usage:
        yield _event({**_envelope(reply, "chat.completion.chunk"), "choices": [], "usage": _usage(reply.usage)})
    yield StreamEvent(DONE)


def _envelope(reply: Reply, kind: str) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": kind,
        "created": _CREATED_S,
        "model": reply.model,
        "service_tier": "default",
        "system_fingerprint": "fp_embedded",
    }


def _event(payload: object, tokens: int = 0) -> StreamEvent:
    return StreamEvent(b"data: " + orjson.dumps(payload) + b"\n\n", tokens)


def _whole(choice: Choice) -> dict[str, object]:
    said = None if choice.refused or choice.calls else choice.text
    calls = [_opened(call, call.arguments) for call in choice.calls]
    message: dict[str, object] = {
        "role": "assistant",
        "content": said,
        "refusal": choice.text if choice.refused else None,
        "annotations": [],
    }
    return message | ({"tool_calls": calls} if calls else {})


def _opened(call: ToolCall, arguments: str = "") -> dict[str, object]:
    return {"id": f"call_{call.id}", "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _logprobs(pieces: tuple[str, ...], index: int, reply: Reply, request: ChatRequest) -> object:
    if not request.logprobs:
        return None
    draw = Draw.of(index, reply.id.encode())
    return {"content": [_logprob(piece, draw.log_probability(piece)) for piece in pieces], "refusal": None}


def _logprob(piece: str, logprob: float) -> dict[str, object]:
    return {"token": piece, "logprob": logprob, "bytes": list(piece.encode()), "top_logprobs": []}


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _model(model_id: str) -> dict[str, object]:
    return {"id": model_id, "object": "model", "created": _CREATED_S, "owned_by": "embedded"}
