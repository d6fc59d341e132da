"""OpenAI's Responses, for requests that pass as they are: what the machine and the books must know of an answer.

The request is its client's own; of the answer, whole or streamed, the words, the calls, the end and the usage are read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

import orjson
from attrs import evolve

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text
from tokenwise_shell.providers.final_usage import (
    Report,
    beside_output,
    billed,
    has_output,
)
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.chat import headers_for
from tokenwise_shell.providers.openai.errors import failure_of, no_answer, read_error
from tokenwise_shell.providers.openai.streams.answer import AnswerStream, Dialect
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.status import fault_of
from tokenwise_shell.providers.translate.deltas import (
    Broke,
    Calls,
    Counted,
    Declined,
    Delta,
    Opened,
    Over,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.providers.wire import Endpoint, url_below
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["PENDING", "in_last_event", "look", "open_stream", "parse", "request"]

PENDING: Final = frozenset(("queued", "in_progress"))
"""What the status of a response says that is yet to be made."""


_CALLS: Final = frozenset(("function_call", "custom_tool_call", "tool_search_call"))

# Why a response is not whole, by its own word.
_CUTS: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}

_EVENTS: Final = frozenset(
    (
        "", "error", "response.created", "response.output_text.delta", "response.refusal.delta",
        "response.reasoning_text.delta", "response.reasoning_summary_text.delta", "response.output_item.added",
        "response.completed", "response.incomplete", "response.failed",
    )
)  # fmt: skip


def request(endpoint: Endpoint, body: Fields) -> HttpRequest:
    """This body on its way."""
    host = urlsplit(endpoint.base_url).hostname or ""
    url = url_below(endpoint.base_url, "responses")
    return HttpRequest("POST", url, tuple(headers_for(endpoint, host)), orjson.dumps(body))


def look(endpoint: Endpoint, id_: str) -> HttpRequest:
    """The request for a response that was made, or is being made."""
    host = urlsplit(endpoint.base_url).hostname or ""
    return HttpRequest("GET", url_below(endpoint.base_url, f"responses/{id_}"), tuple(headers_for(endpoint, host)))


def parse(response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
    """The answer to a request for `native_id`. Never raises."""
    response = evolve(response, body=in_last_event(response.body))
    answer = as_json(response.body)
    outcome = _outcome(response, answer, native_id=native_id, now_ms=now_ms)
    report = _report(as_fields(answer))
    wrote = isinstance(outcome, Reply) and has_output(outcome)
    return billed(outcome, beside_output(report, wrote=wrote))


def in_last_event(body: bytes) -> bytes:
    """The response in the event that ends a stream, where this is such an event; else the body itself."""
    event = as_fields(as_json(body)) if b'"response.' in body else {}
    return orjson.dumps(event["response"]) if event.get("type") in _ENDS and as_fields(event.get("response")) else body


_ENDS: Final = ("response.completed", "response.incomplete", "response.failed")


def _report(response: Fields) -> Report:
    """The usage, whose words are a chat's but for two: cached tokens are part of the input there, too."""
    given = as_fields(response.get("usage"))
    usage = {_AS_A_CHAT.get(name, name): value for name, value in given.items()}
    report = read_report({"usage": usage, "service_tier": response.get("service_tier")})
    return evolve(report, hosted=_hosted(response))


def _hosted(response: Fields) -> tuple[tuple[str, int], ...]:
    """How often OpenAI's own tools were called, by the items that tell of it; of the interpreter, its containers."""
    items = list(map(as_fields, entries(response.get("output"))))
    runs = Counter(text(item.get("type")).removesuffix("_call") for item in items if item.get("type") in _HOSTED)
    containers = {text(item.get("container_id")) for item in items if item.get("type") == "code_interpreter_call"}
    if containers:
        runs["code_interpreter"] = len(containers)
    return tuple(sorted(runs.items()))


_HOSTED: Final = ("web_search_call", "file_search_call", "code_interpreter_call")


_AS_A_CHAT: Final[Mapping[str, str]] = {
    "input_tokens": "prompt_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens": "completion_tokens",
    "output_tokens_details": "completion_tokens_details",
}


def _outcome(response: HttpResponse, answer: object, *, native_id: str, now_ms: int) -> Reply | Failure:
    body = as_fields(answer)
    if not 200 <= response.status < 300:
        return failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    if error := read_error(answer):
        return Failure(error.fault(response.status), error.message)
    if not isinstance(body.get("output"), list):
        return no_answer(response, "a response")
    items = list(map(as_fields, entries(body["output"])))
    parts = [as_fields(part) for item in items for part in entries(item.get("content"))]
    said = "".join(text(part.get("text")) for part in parts if part.get("type") == "output_text")
    declined = "".join(text(part.get("refusal")) for part in parts)
    calls = any(item.get("type") in _CALLS for item in items)
    return Reply(
        text=said or declined,
        finish=FinishReason.REFUSAL if declined and not said else _finish(body, calls=calls),
        usage=None,
        calls_tools=calls,
        served_model=served_name(native_id, body.get("model")),
    )


def open_stream(*, native_id: str) -> AnswerStream:
    """A reader for the stream that a request for `native_id` is answered with."""
    return AnswerStream(native_id, Dialect(_Events().read, read_error, "response", _EVENTS))


def _finish(body: Fields, *, calls: bool) -> FinishReason:
    cut = _CUTS.get(text(as_fields(body.get("incomplete_details")).get("reason")))
    return cut or (FinishReason.TOOL_CALLS if calls else FinishReason.STOP)


class _Events:
    """Reads one stream."""

    def __init__(self) -> None:
        self._calls = 0

    def read(self, event: Fields) -> Iterator[Delta]:
        """What this event adds. Most events tell again what others have told."""
        delta = text(event.get("delta"))
        match event.get("type"):
            case "response.created":
                response = as_fields(event.get("response"))
                yield Opened(text(response.get("id")), text(response.get("model")))
            case "response.output_text.delta":
                yield Wrote(delta)
            case "response.refusal.delta":
                yield Declined(delta)
            case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                yield Thinks(delta)
            case "response.output_item.added":
                yield from self._added(as_fields(event.get("item")))
            case "response.completed" | "response.incomplete" | "response.failed":
                yield from self._ended(as_fields(event.get("response")))
            case _:
                return

    def _added(self, item: Fields) -> Iterator[Delta]:
        if item.get("type") in _CALLS:
            yield Calls(self._calls, text(item.get("call_id")), text(item.get("name")))
            self._calls += 1

    def _ended(self, response: Fields) -> Iterator[Delta]:
        if response.get("status") == "failed":
            error = as_fields(response.get("error"))
            code, message = text(error.get("code")), text(error.get("message"))
            yield Broke(fault_of(500, code, message=message) if code else Fault.SERVER_ERROR, message)
        else:
            yield Stopped(_finish(response, calls=self._calls > 0))
        if (report := _report(response)).counts:
            yield Counted(report.usage, report.cost, report.notice, report.tier, report.hosted)
        yield Over()
