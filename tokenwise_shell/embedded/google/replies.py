"""Google's wire format: the answers of `generateContent`, plain and streamed, `:countTokens` and `/v1beta/models`."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson
from attrs import evolve

from tokenwise.usage import Usage
from tokenwise_shell.embedded.chat import ChatRequest, Choice, Finish, Reply, ToolCall
from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.wire.format import StreamEvent

__all__ = ["as_event", "render_count", "render_model", "render_models", "render_reply", "render_stream"]

_FINISHES: Final[Mapping[Finish, str]] = {
    Finish.STOP: "STOP",
    Finish.LENGTH: "MAX_TOKENS",
    Finish.TOOL_CALLS: "STOP",  # Google has no reason of its own for it
    Finish.CONTENT_FILTER: "SAFETY",
    Finish.BLOCKED: "PROHIBITED_CONTENT",
}

_NOTHING: Final[Mapping[str, object]] = {}


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models, on one page."""
    return orjson.dumps({"models": [_model(model_id) for model_id in ids]})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def render_count(tokens: int) -> bytes:
    """A count of input tokens."""
    return orjson.dumps({"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]})


def render_reply(reply: Reply, request: ChatRequest) -> bytes:
    """The body of an answer that is not streamed."""
    if _blocked(reply):
        return orjson.dumps(_refused(reply))
    candidates = [_whole(choice, index, reply, request) for index, choice in enumerate(reply.choices)]
    return orjson.dumps({"candidates": candidates, **_envelope(reply, reply.usage)})


def render_stream(reply: Reply, request: ChatRequest) -> Iterator[StreamEvent]:
    """The events of a streamed answer, one token or one whole call each; each says the usage so far.

    The first event opens the answer and has no text, so that a count of chunks means the same as in other formats.
    """
    if _blocked(reply):
        yield StreamEvent(as_event(_refused(reply)))
        return
    sent = 0

    def event(index: int, *parts: object, tokens: int = 0, beside: Mapping[str, object] = _NOTHING) -> StreamEvent:
        nonlocal sent
        sent += tokens
        usage = evolve(reply.usage, output_tokens=reply.usage.reasoning_tokens + sent)
        if "finishReason" in beside and index == len(reply.choices) - 1:
            usage = reply.usage
        candidate = {"content": {"parts": parts, "role": "model"}, **beside, "index": index}
        return StreamEvent(as_event({"candidates": [candidate], **_envelope(reply, usage)}), tokens)

    for index, choice in enumerate(reply.choices):
        yield event(index, {"text": ""})
        for piece in choice.thought if request.shows_thoughts else ():
            yield event(index, {"text": piece, "thought": True})
        for piece in choice.pieces:
            yield event(index, {"text": piece}, tokens=1, beside=_logprobs((piece,), index, reply, request))
        for place, call in enumerate(choice.calls):
            parts = _call_parts(call, signed=choice.thought and not place, reply=reply)
            yield event(index, *parts, tokens=call.output_tokens)
        yield event(index, {"text": ""}, beside=_finished(choice))


def as_event(payload: object) -> bytes:
    """One event of a stream. Google ends its lines as HTTP does."""
    return b"data: " + orjson.dumps(payload) + b"\r\n\r\n"


def _blocked(reply: Reply) -> bool:
    return all(choice.finish is Finish.BLOCKED for choice in reply.choices)


def _refused(reply: Reply) -> dict[str, object]:
    """The answer to a prompt that a filter stopped: no candidate at all."""
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **_envelope(reply, reply.usage)}


def _envelope(reply: Reply, usage: Usage) -> dict[str, object]:
    told = {"usageMetadata": _usage(usage)} if reply.reports_usage else {}
    return {**told, "modelVersion": reply.model, "responseId": reply.id}


def _whole(choice: Choice, index: int, reply: Reply, request: ChatRequest) -> dict[str, object]:
    parts: list[object] = []
    if choice.thought and request.shows_thoughts:
        parts.append({"text": "".join(choice.thought), "thought": True})
    if choice.pieces:
        parts.append({"text": choice.text})
    for place, call in enumerate(choice.calls):
        parts.extend(_call_parts(call, signed=choice.thought and not place, reply=reply))
    # Where there is nothing to say Google leaves the parts out.
    content = {"role": "model"} | ({"parts": parts} if parts else {})
    logprobs = _logprobs(choice.pieces, index, reply, request)
    return {"content": content, **_finished(choice), "index": index, **logprobs}


def _call_parts(call: ToolCall, *, signed: object, reply: Reply) -> Iterator[dict[str, object]]:
    """The call as a part; none where it was cut in the middle, since arguments come as an object or not at all.

    Where the model thought, its first call carries the signature that Google wants back with the call's result.
    """
    try:
        arguments: object = orjson.loads(call.arguments)
    except orjson.JSONDecodeError:
        return
    signature = base64.b64encode(Draw.of(0, reply.id.encode()).hex("thought").encode()).decode()
    part: dict[str, object] = {"functionCall": {"id": call.id, "name": call.name, "args": arguments}}
    yield part | ({"thoughtSignature": signature} if signed else {})


def _finished(choice: Choice) -> dict[str, object]:
    reason = {"finishReason": _FINISHES[choice.finish]}
    if choice.finish is not Finish.CONTENT_FILTER:
        return {**reason}
    rating = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    return {**reason, "safetyRatings": [rating]}


def _logprobs(pieces: tuple[str, ...], index: int, reply: Reply, request: ChatRequest) -> dict[str, object]:
    if not request.logprobs:
        return {}
    draw = Draw.of(index, reply.id.encode())
    chosen = [{"token": piece, "logProbability": draw.log_probability(piece)} for piece in pieces]
    return {"logprobsResult": {"chosenCandidates": chosen}}


def _usage(usage: Usage) -> dict[str, object]:
    """The usage in Google's words: the prompt includes what was cached, the candidates do not include thoughts."""
    told: dict[str, object] = {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "totalTokenCount": usage.prompt_tokens + usage.output_tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.prompt_tokens}],
    }
    if usage.cache_read_tokens:
        told["cachedContentTokenCount"] = usage.cache_read_tokens
    if usage.reasoning_tokens:
        told["thoughtsTokenCount"] = usage.reasoning_tokens
    return told


def _model(model_id: str) -> dict[str, object]:
    return {
        "name": f"models/{model_id}",
        "version": "001",
        "displayName": model_id,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
