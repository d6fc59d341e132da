"""Anthropic's Messages: requests built from OpenAI's chat fields, answers read."""

from collections.abc import Iterator
from typing import Final

import orjson

from tokenwise.routing.verdicts import Failure, Reply
from tokenwise_shell.providers.anthropic.answers import AnthropicEvents, error_of, read_message, read_report
from tokenwise_shell.providers.anthropic.writing import write_anthropic
from tokenwise_shell.providers.fields import Fields, as_fields, as_json
from tokenwise_shell.providers.final_usage import beside_output, billed, has_output
from tokenwise_shell.providers.openai.completions import write_completion
from tokenwise_shell.providers.openai.errors import failure_of, no_answer
from tokenwise_shell.providers.openai.reading import read_openai
from tokenwise_shell.providers.openai.streams.answer import AnswerStream, Dialect, reply_of
from tokenwise_shell.providers.openai.streams.chunks import ChunkWriter
from tokenwise_shell.providers.translate.terms import Notes
from tokenwise_shell.providers.turns import spliced
from tokenwise_shell.providers.wire import Ask, Endpoint, url_below
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["BETAS", "VERSION", "build", "completion", "open_stream", "parse", "request"]

BETAS: Final = "anthropic-beta"
"""The header that opens features in beta: fields that mean something only with it are refused without."""

VERSION: Final = "2023-06-01"
"""The version of the interface asked for; a configured header of that name goes before it.

Every compatible server knows this one. Anthropic's own client asks for `2026-10-21`.
"""

_EVENTS: Final = frozenset(
    (
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    )
) | {"", "error"}
"""The events of a stream that say something; Anthropic asks its clients to pass over those they do not know."""


def build(endpoint: Endpoint, ask: Ask) -> HttpRequest:
    """The request that asks this. The key is in a header and nowhere else. Raises Untranslatable."""
    notes = Notes()
    asked = read_openai(ask.fields, notes)
    body = write_anthropic(asked, notes, native_id=ask.native_id, cap=ask.max_output_tokens)
    if ask.stream:
        body["stream"] = True
    return request(endpoint, dict(notes.settle(body).body), betas=ask.betas)


def request(endpoint: Endpoint, body: Fields, *, betas: str = "") -> HttpRequest:
    """This body on its way. `betas` are asked for beside those of the endpoint's own headers."""
    url = url_below(endpoint.base_url, "messages", version="v1")
    return HttpRequest("POST", url, tuple(_headers(endpoint, betas)), *spliced(body, "messages"))


def parse(response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
    """The answer to a request for `native_id`. Never raises."""
    answer = as_json(response.body)
    outcome = _outcome(response, answer, native_id=native_id, now_ms=now_ms)
    report = read_report(as_fields(answer).get("usage"))
    return billed(outcome, beside_output(report, wrote=isinstance(outcome, Reply) and has_output(outcome)))


def _outcome(response: HttpResponse, answer: object, *, native_id: str, now_ms: int) -> Reply | Failure:
    error = error_of(answer)
    if not 200 <= response.status < 300:
        return failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    if error:
        return Failure(error.fault(response.status), error.message)
    if (message := read_message(as_fields(answer))) is None:
        return no_answer(response, "a message")
    return reply_of(message, native_id=native_id)


def completion(body: bytes, *, created_s: int) -> bytes:
    """A whole answer that `parse` gave a Reply for, as OpenAI's chat completion."""
    message = read_message(as_fields(as_json(body)))
    return b"" if message is None else orjson.dumps(write_completion(message, created_s=created_s))


def open_stream(*, native_id: str, now_ms: int = 0, choices: int = 1) -> AnswerStream:
    """A reader for the stream that a request for `native_id` is answered with."""
    dialect = Dialect(AnthropicEvents().read, error_of, "message", _EVENTS, text="text")
    return AnswerStream(native_id, dialect, ChunkWriter(now_ms // 1000), choices=choices)


def _headers(endpoint: Endpoint, betas: str) -> Iterator[tuple[str, str]]:
    yield "content-type", "application/json"
    if not any(name.lower() == "anthropic-version" for name, _ in endpoint.headers):
        yield "anthropic-version", VERSION
    if endpoint.api_key:
        yield "x-api-key", endpoint.api_key
    configured = [value for name, value in endpoint.headers if name.lower() == BETAS]
    if asked := [*configured, *([betas] if betas else [])]:
        yield BETAS, ",".join(asked)
    yield from ((name, value) for name, value in endpoint.headers if name.lower() != BETAS)
