"""Anthropic's answers and the events of its streams, read into common terms; whole answers written from them."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import astuple, define, evolve, field

from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.anthropic.reading import read_blocks
from tokenwise_shell.providers.anthropic.writing import written_block
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.final_usage import CONTRADICTED, Report
from tokenwise_shell.providers.openai.blocks import arguments_text, made_up_id
from tokenwise_shell.providers.openai.errors import ProviderError, read_error
from tokenwise_shell.providers.openai.words import ended_by
from tokenwise_shell.providers.translate.deltas import (
    Argues,
    Calls,
    Counted,
    Delta,
    Opened,
    Over,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.providers.translate.terms import Answer, Call, Notes, Said, Text, Thought

__all__ = [
    "ANSWERED",
    "STOP_REASONS",
    "AnthropicEvents",
    "counted_usage",
    "error_of",
    "parse_usage",
    "read_message",
    "read_report",
    "write_message",
]

STOP_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.REFUSAL,
}
"""Why a message ended. `pause_turn`, of tools that Anthropic runs, is none of ours."""

_WORDS: Final[Mapping[FinishReason, str]] = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.CONTENT_FILTER: "refusal",
    FinishReason.REFUSAL: "refusal",
    FinishReason.OTHER: "end_turn",
}

ANSWERED: Final[Mapping[str, Fields]] = {
    "tool_use": {"caller": {"type": "direct"}},
    "text": {"citations": []},
}
"""What a block has in an answer beside what it has in a request.

Anthropic's schema wants `citations` there and allows null, which `@ai-sdk/anthropic` does not; both take an empty list.
"""

_ITEMS: Final = frozenset(("text", "tool_use", "thinking", "redacted_thinking"))

# The status that goes with a type of error, for errors within streams, which have no status of their own.
# https://platform.claude.com/docs/en/api/errors, looked at in November 2026.
_STATUSES: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def parse_usage(value: object) -> Usage | None:
    """The usage, None where it was not reported in full. The classes are disjoint as Anthropic reports them.

    >>> parse_usage({"input_tokens": 36, "cache_read_input_tokens": 64, "output_tokens": 20}) == Usage(36, 64, 0, 20)
    True

    A conversation that Anthropic compacted was read once more for that, which only the list of `iterations` says
    (https://platform.claude.com/docs/en/build-with-claude/compaction-threshold, November 2026).
    """
    given = as_fields(value)
    compacted = [each for each in map(as_fields, entries(given.get("iterations"))) if each.get("type") == "compaction"]
    counted = [_counted(each) for each in (given, *compacted)]
    known = [astuple(usage) for usage in counted if usage is not None]
    return Usage(*map(sum, zip(*known, strict=True))) if len(known) == len(counted) else None


def _counted(given: Fields) -> Usage | None:
    fresh, output, written = _fresh(given), _output(given), _written(given)
    if fresh is None or output is None or written is None:
        return None
    thinking = count(as_fields(given.get("output_tokens_details")).get("thinking_tokens")) or 0
    return Usage(
        input_tokens=fresh,
        cache_read_tokens=count(given.get("cache_read_input_tokens")) or 0,
        cache_write_tokens=written[0],
        output_tokens=output,
        reasoning_tokens=min(thinking, output),
        cache_write_5m_tokens=written[1],
    )


def read_report(value: object) -> Report:
    """What this usage says of the bill, with the tier of service that answered."""
    given = as_fields(value)
    usage = parse_usage(given)
    contradicted = usage is None and _fresh(given) is not None and _output(given) is not None
    return Report(
        usage, notice=CONTRADICTED if contradicted else "", tier=text(given.get("service_tier")), hosted=_hosted(given)
    )


def _hosted(given: Fields) -> tuple[tuple[str, int], ...]:
    """How often Anthropic's own tools were called. Where none was, nothing is said of them."""
    ran = as_fields(given.get("server_tool_use"))
    kinds = ((name.removesuffix("_requests"), count(times) or 0) for name, times in ran.items())
    return tuple(sorted((kind, times) for kind, times in kinds if times))


def _fresh(given: Fields) -> int | None:
    return count(given.get("input_tokens"))


def _output(given: Fields) -> int | None:
    return count(given.get("output_tokens"))


def _written(given: Fields) -> tuple[int, int] | None:
    """Tokens written to the cache: those for an hour or for nobody knows how long, and those for five minutes.

    None where the parts are more than their whole.
    """
    parts = as_fields(given.get("cache_creation"))
    short, long = (count(parts.get(f"ephemeral_{life}_input_tokens")) or 0 for life in ("5m", "1h"))
    whole = count(given.get("cache_creation_input_tokens"))
    if whole is None:
        return long, short
    return (whole - short, short) if short + long <= whole else None


def error_of(value: object) -> ProviderError | None:
    """The error in an answer or an event, None where there is none."""
    error = read_error(value)
    kind = text(as_fields(as_fields(value).get("error")).get("type"))
    return evolve(error, status=_STATUSES[kind]) if error and kind in _STATUSES else error


def read_message(body: Fields) -> Answer | None:
    """A message, None where this is none. Blocks of tools that Anthropic ran are not ours to answer, and left out."""
    if not isinstance(body.get("content"), list):
        return None
    blocks = [block for block in entries(body["content"]) if text(as_fields(block).get("type")) in _ITEMS]
    items = tuple(item for item in read_blocks(blocks, "content", Notes()) if isinstance(item, Text | Call | Thought))
    finish = _finish(text(body.get("stop_reason")), calls=any(isinstance(item, Call) for item in items))
    said = Said(items, finish, stopped_at=text(body.get("stop_sequence")))
    return Answer(text(body.get("id")), text(body.get("model")), (said,), parse_usage(body.get("usage")))


def _finish(reason: str, *, calls: bool) -> FinishReason:
    return ended_by(STOP_REASONS.get(reason, FinishReason.OTHER), calls=calls)


def write_message(answer: Answer) -> Fields:
    """The first alternative of an answer as a message."""
    said = answer.choices[0] if answer.choices else Said((), FinishReason.OTHER)
    blocks = [block for item in said.items if (block := _told(item))]
    stopped = bool(said.stopped_at) and said.finish is FinishReason.STOP
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": blocks,
        "container": None,
        "stop_reason": "stop_sequence" if stopped else _WORDS[said.finish],
        "stop_sequence": said.stopped_at if stopped else None,
        "stop_details": _REFUSED if _WORDS[said.finish] == "refusal" else None,
        "usage": {**counted_usage(answer.usage or Usage()), **_NOT_SAID},
    }


def counted_usage(usage: Usage) -> Fields:
    """The counts as Anthropic reports them, at the end of a stream too: `parse_usage` gives them back."""
    return {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.written_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
        "server_tool_use": None,
        "cache_creation": _lifetimes(usage),
    }


def _lifetimes(usage: Usage) -> Fields | None:
    """For how long it was written, where that is known: nothing but what was written for an hour is left over then."""
    if not usage.cache_write_5m_tokens:
        return None
    return {
        "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
        "ephemeral_1h_input_tokens": usage.cache_write_tokens,
    }


_REFUSED: Final[Fields] = {"type": "refusal", "category": None, "explanation": None}

# What Anthropic's clients expect to find, and a chat completion does not say.
_NOT_SAID: Final[Fields] = {"inference_geo": None, "service_tier": None}


def _told(item: Text | Call | Thought) -> Fields | None:
    """An item as an answer has it: reasoning that nobody signed is shown as well, though it is never asked with."""
    if isinstance(item, Thought) and not item.signature and not item.sealed:
        return {"type": "thinking", "thinking": item.text, "signature": ""}
    block = written_block(item, Notes())
    return {**block, **ANSWERED.get(text(block["type"]), {})} if block else None


@define
class AnthropicEvents:
    """Reads one stream. The input is counted when it opens and the output when it ends, so the bill is both."""

    _usage: Fields = field(factory=dict, init=False)
    _places: dict[int | None, int] = field(factory=dict, init=False)

    def read(self, event: Fields) -> Iterator[Delta]:
        """What this event adds. An event that nobody here knows adds nothing, as Anthropic asks of clients."""
        index = count(event.get("index"))
        match event.get("type"):
            case "message_start":
                message = as_fields(event.get("message"))
                self._usage = as_fields(message.get("usage"))
                yield Opened(text(message.get("id")), text(message.get("model")), read_report(self._usage).usage)
            case "content_block_start":
                yield from self._started(index, as_fields(event.get("content_block")))
            case "content_block_delta":
                yield from self._added(index, as_fields(event.get("delta")))
            case "message_delta":
                yield from self._ended(event)
            case "message_stop":
                yield Over()
            case _:
                return

    def _started(self, index: int | None, block: Fields) -> Iterator[Delta]:
        match block:
            case {"type": "tool_use", "id": str(id_), "name": str(name)}:
                place = len(self._places)
                self._places[index] = place
                yield Calls(place, id_ or made_up_id(), name)
                # Anthropic streams the input; some compatible servers have it here at once.
                if isinstance(given := block.get("input"), dict) and given:
                    yield Argues(place, arguments_text(given))
            case {"type": "redacted_thinking", "data": str(sealed)}:
                yield Thinks(sealed=sealed)
            case {"type": "text", "text": str(said)} if said:
                yield Wrote(said)
            case _:
                return

    def _added(self, index: int | None, delta: Fields) -> Iterator[Delta]:
        match delta:
            case {"type": "text_delta", "text": str(said)}:
                yield Wrote(said)
            case {"type": "input_json_delta", "partial_json": str(piece)} if (
                index is not None and index in self._places
            ):
                yield Argues(self._places[index], piece)
            case {"type": "thinking_delta", "thinking": str(thought)}:
                yield Thinks(thought)
            case {"type": "signature_delta", "signature": str(signature)}:
                yield Thinks(signature=signature)
            case _:
                return

    def _ended(self, event: Fields) -> Iterator[Delta]:
        reason = text(as_fields(event.get("delta")).get("stop_reason"))
        if reason:
            stopped_at = text(as_fields(event.get("delta")).get("stop_sequence"))
            yield Stopped(_finish(reason, calls=bool(self._places)), stopped_at=stopped_at)
        reported = {name: value for name, value in as_fields(event.get("usage")).items() if value is not None}
        if reported and (report := read_report({**self._usage, **reported})).counts:
            yield Counted(report.usage, notice=report.notice, tier=report.tier, hosted=report.hosted)
