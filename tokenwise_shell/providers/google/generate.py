"""Google's generateContent: requests built from OpenAI's chat fields, answers read."""

from collections.abc import Iterator
from urllib.parse import quote

import orjson
from attrs import evolve

from tokenwise.routing.verdicts import Failure, Reply
from tokenwise_shell.providers.fields import as_fields, as_json
from tokenwise_shell.providers.final_usage import beside_output, billed, has_output
from tokenwise_shell.providers.google.answers import (
    GoogleEvents,
    asked_pause_ms,
    error_of,
    read_answer,
    read_report,
)
from tokenwise_shell.providers.google.writing import write_google
from tokenwise_shell.providers.openai.completions import write_completion
from tokenwise_shell.providers.openai.errors import failure_of, no_answer
from tokenwise_shell.providers.openai.reading import read_openai
from tokenwise_shell.providers.openai.streams.answer import AnswerStream, Dialect, reply_of
from tokenwise_shell.providers.openai.streams.chunks import ChunkWriter
from tokenwise_shell.providers.translate.terms import Notes
from tokenwise_shell.providers.wire import Ask, Endpoint, url_below
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["build", "completion", "open_stream", "parse"]


def build(endpoint: Endpoint, ask: Ask) -> HttpRequest:
    """The request that asks this. The key is in a header and nowhere else. Raises Untranslatable."""
    notes = Notes()
    asked = read_openai(ask.fields, notes)
    body = write_google(asked, notes, native_id=ask.native_id, cap=ask.max_output_tokens)
    body = dict(notes.settle(body).body)
    # Tuned models have a collection of their own; others go by their bare names.
    named = ask.native_id if ask.native_id.startswith(("models/", "tunedModels/")) else f"models/{ask.native_id}"
    method = "streamGenerateContent" if ask.stream else "generateContent"
    url = url_below(endpoint.base_url, f"{quote(named)}:{method}", version="v1beta")
    if ask.stream:
        url += "&alt=sse" if "?" in url else "?alt=sse"
    return HttpRequest("POST", url, tuple(_headers(endpoint)), orjson.dumps(body))


def parse(response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
    """The answer to a request for `native_id`. Never raises."""
    body = as_json(response.body)
    outcome = _outcome(response, body, native_id=native_id, now_ms=now_ms)
    report = read_report(as_fields(body).get("usageMetadata"))
    return billed(outcome, beside_output(report, wrote=isinstance(outcome, Reply) and has_output(outcome)))


def _outcome(response: HttpResponse, body: object, *, native_id: str, now_ms: int) -> Reply | Failure:
    if not 200 <= response.status < 300:
        return _failed(response, body, now_ms=now_ms)
    if error := error_of(body):
        return Failure(error.fault(response.status), error.message)
    if (answer := read_answer(as_fields(body))) is None:
        return no_answer(response, "a candidate")
    return reply_of(answer, native_id=native_id)


def completion(body: bytes, *, created_s: int) -> bytes:
    """A whole answer that `parse` gave a Reply for, as OpenAI's chat completion."""
    answer = read_answer(as_fields(as_json(body)))
    return b"" if answer is None else orjson.dumps(write_completion(answer, created_s=created_s))


def open_stream(*, native_id: str, now_ms: int = 0, choices: int = 1) -> AnswerStream:
    """A reader for the stream that a request for `native_id` is answered with."""
    dialect = Dialect(GoogleEvents().read, error_of, "candidate")
    return AnswerStream(native_id, dialect, ChunkWriter(now_ms // 1000), choices=choices)


def _failed(response: HttpResponse, body: object, *, now_ms: int) -> Failure:
    failure = failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    error = error_of(body)
    pause = failure.retry_after_ms if failure.retry_after_ms is not None else asked_pause_ms(body)
    return evolve(failure, fault=error.fault(response.status) if error else failure.fault, retry_after_ms=pause)


def _headers(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    yield "content-type", "application/json"
    if endpoint.api_key:
        yield "x-goog-api-key", endpoint.api_key
    yield from endpoint.headers
