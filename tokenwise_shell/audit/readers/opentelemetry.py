"""OpenTelemetry's spans with `gen_ai.*` attributes: OTLP as JSON, whole or one batch a line, or one span a line.

By the conventions cached tokens are part of `gen_ai.usage.input_tokens`; who tells more of them than that tells them
beside it. Spans of agents, workflows and tools repeat what their calls have counted and are passed over.

Learned from: opentelemetry-semantic-conventions 0.66b2 (names of attributes and operations), OTLP's JSON mapping (v1),
and the console exporter of opentelemetry-sdk 1.38.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tokenwise.audit.records import MAIN, Call, Ending
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import (
    at_ms,
    difficulty_of,
    digest,
    dollars,
    duly,
    first_count,
    first_of,
    model_name,
    safe_name,
    said_last,
)
from tokenwise_shell.providers.fields import Fields, as_fields, entries, first_text, text

__all__ = ["calls", "recognises"]

_PASSED_OVER: Final = frozenset({"invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "retrieval"})
_FAILED: Final = (2, "2", "STATUS_CODE_ERROR", "ERROR")
_READ: Final = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
_WRITTEN: Final = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens")
_SELLERS: Final = {"gcp.gemini": "google", "gcp.gen_ai": "google"}


def recognises(row: Fields) -> bool:
    """A batch of spans, or a span that speaks of a model."""
    return "resourceSpans" in row or any(name.startswith("gen_ai.") for name in _attributes(row.get("attributes")))


def calls(row: Fields) -> Iterator[Read]:
    """The calls among the spans of a row."""
    for span in _spans(row):
        attributes = _attributes(span.get("attributes"))
        speaks = any(name.startswith("gen_ai.") for name in attributes)
        if speaks and attributes.get("gen_ai.operation.name") not in _PASSED_OVER:
            yield from _call(span, attributes)


def _spans(row: Fields) -> Iterator[Fields]:
    if "resourceSpans" not in row:
        yield row
        return
    for resource in map(as_fields, entries(row.get("resourceSpans"))):
        for scope in map(as_fields, entries(resource.get("scopeSpans"))):
            yield from map(as_fields, entries(scope.get("spans")))


def _attributes(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    return {text(one.get("key")): _plain(as_fields(one.get("value"))) for one in map(as_fields, entries(value))}


def _plain(value: Fields) -> object:
    """The value without its type. Whole numbers are told as text."""
    if "intValue" in value:
        return duly(value["intValue"])
    if "arrayValue" in value:
        return [_plain(as_fields(one)) for one in entries(as_fields(value["arrayValue"]).get("values"))]
    return next(iter(value.values()), None)


def _call(span: Fields, attributes: Mapping[str, object]) -> Iterator[Read]:
    names = as_fields(span.get("context"))
    usage = _usage(attributes)
    status = as_fields(span.get("status"))
    failed = first_of(status, "code", "status_code") in _FAILED or "error.type" in attributes
    if usage is None and "gen_ai.request.model" not in attributes:
        return
    asked = first_of(attributes, "gen_ai.input.messages", "gen_ai.prompt")
    seller = text(first_of(attributes, "gen_ai.provider.name", "gen_ai.system"))
    trace = first_text(span.get("traceId"), names.get("trace_id")).removeprefix("0x")
    number = first_text(span.get("spanId"), names.get("span_id")).removeprefix("0x")

    def of(*names: str) -> str:
        return first_text(*map(attributes.get, names))

    yield (
        f"{trace}/{number}" if number else "",
        Call(
            model=model_name(of("gen_ai.response.model", "gen_ai.request.model")),
            at_ms=at_ms(first_of(span, "startTimeUnixNano", "start_time")),
            usage=usage,
            provider=_SELLERS.get(seller, seller if seller.isalpha() and len(seller) < 24 else ""),
            tier=of("gen_ai.openai.response.service_tier", "openai.response.service_tier"),
            session=safe_name(of("gen_ai.conversation.id", "session.id") or trace),
            agent=safe_name(of("gen_ai.agent.id", "gen_ai.agent.name")) or MAIN,
            user=safe_name(of("user.id", "enduser.id")),
            recorded=dollars(first_of(attributes, "gen_ai.usage.cost", "gen_ai.cost.total")),
            ending=Ending.FAILED if failed else Ending.DONE,
            asked=digest(attributes.get("gen_ai.request.model"), asked) if asked else "",
            difficulty=difficulty_of(said_last(asked)) if isinstance(asked, str) and asked[:1] not in "[{" else None,
        ),
    )


def _usage(attributes: Mapping[str, object]) -> Usage | None:
    told = first_count(attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
    output = first_count(attributes, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
    if told is None:
        return None
    read, written = first_count(attributes, *_READ) or 0, first_count(attributes, *_WRITTEN) or 0
    fresh = told - read - written if read + written <= told else told
    thought = min(first_count(attributes, "gen_ai.usage.reasoning.output_tokens") or 0, output or 0)
    return Usage(fresh, read, written, output or 0, thought)
