"""OpenAI's Chat Completions: requests built, answers read. OpenRouter and every compatible server speak it too.

What a request holds and nobody here knows is sent on as it is. How hosts and models differ is data, in the tables
below; a user's own setting for an endpoint goes before them.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text
from tokenwise_shell.providers.final_usage import beside_output, billed
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.errors import failure_of, no_answer, read_error
from tokenwise_shell.providers.openai.streams.answer import AnswerStream, Dialect
from tokenwise_shell.providers.openai.streams.reading import plain, read_chunk
from tokenwise_shell.providers.openai.strict import OPENAI_HOSTS, is_strict, without_extensions
from tokenwise_shell.providers.openai.usage import plain_usage, read_report
from tokenwise_shell.providers.openai.words import FINISH_REASONS, calls_in, ended_by, ending, finish_of, text_of
from tokenwise_shell.providers.turns import spliced, written_behind
from tokenwise_shell.providers.wire import Ask, Endpoint, url_below
from tokenwise_shell.transport.exchange import Envelope, Headers, HttpRequest, HttpResponse

__all__ = ["CAP_FIELDS", "build", "completion", "headers_for", "open_stream", "parse"]

CAP_FIELDS: Final = (
    ("openrouter.ai", "*", "max_tokens"),
    *((hosts, "*", "max_completion_tokens") for hosts in OPENAI_HOSTS),
    ("*", "o[1-9]*", "max_completion_tokens"),
    ("*", "gpt-[5-9]*", "max_completion_tokens"),
    ("*", "openai/o[1-9]*", "max_completion_tokens"),
    ("*", "openai/gpt-[5-9]*", "max_completion_tokens"),
    ("*", "*", "max_tokens"),
)
"""Host, native id, and the field for the output cap there; the first row that fits.

OpenAI deprecated `max_tokens` in 2024, and its reasoning models refuse it. Most other servers know nothing else, and
what a server does not know it leaves out of account: the cap would be gone. (Looked at in November 2026.)
"""

# OpenRouter tells its users by this name where their money went. (What it charged it reports unasked.)
_EXTRA_HEADERS: Final[Mapping[str, Headers]] = {"openrouter.ai": (("x-title", "TokenWise"),)}

# Set here whatever the request said: the cap is the one that money is held for, and how the answer travels is ours.
# What stands in `extra_content` of a request is for providers of other formats.
_OURS: Final = frozenset(("model", "max_tokens", "max_completion_tokens", "stream", "stream_options", "extra_content"))

# Fields that an answer, or a choice, has only where something went wrong; and of a message that is more than text.
_TROUBLE: Final = frozenset(("error", "detail"))
_NO_TEXT: Final = ("refusal", "tool_calls", "function_call")

_DIALECT: Final = Dialect(read_chunk, read_error, "chat completion", plain=plain)


def build(endpoint: Endpoint, ask: Ask) -> HttpRequest:
    """The request that asks this. The key is in a header and nowhere else."""
    way = _way(endpoint, ask.native_id)
    body = {key: value for key, value in ask.fields.items() if key not in _OURS}
    body["model"], body[way.cap_field] = ask.native_id, ask.max_output_tokens
    if ask.stream:
        body["stream"] = True
        if options := _stream_options(endpoint, ask):
            body["stream_options"] = options
    if not way.strict:
        return HttpRequest.within(way.envelope, *spliced(body, "messages"))
    bare = without_extensions({**body, "messages": None}) | {"messages": body.get("messages")}
    return HttpRequest.within(way.envelope, *spliced(bare, "messages", _without_extensions))


def _without_extensions(before: bytes, turns: Sequence[object]) -> bytes:
    return written_behind(before, entries(without_extensions({"messages": list(turns)})["messages"]))


@frozen
class _Way:
    """What is the same for every request to one model of an endpoint: whether its host is strict, and the rest."""

    strict: bool
    cap_field: str
    envelope: Envelope


@lru_cache(maxsize=256)
def _way(endpoint: Endpoint, native_id: str) -> _Way:
    host = urlsplit(endpoint.base_url).hostname or ""
    cap_field = endpoint.cap_field or next(
        name for hosts, ids, name in CAP_FIELDS if fnmatchcase(host, hosts) and fnmatchcase(native_id, ids)
    )
    address = url_below(endpoint.base_url, "chat/completions")
    return _Way(is_strict(host), cap_field, Envelope("POST", address, tuple(headers_for(endpoint, host))))


def parse(response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
    """The answer to a request for `native_id`. Never raises."""
    answer = as_json(response.body)
    if response.status == 200 and (reply := _plain_reply(answer, native_id)) is not None:
        return reply
    outcome, fields = _outcome(response, answer, native_id=native_id, now_ms=now_ms), as_fields(answer)
    if isinstance(outcome, Failure):
        return billed(outcome, beside_output(read_report(fields), wrote=False))
    return outcome


def _plain_reply(value: object, native_id: str) -> Reply | None:
    """What `_outcome` says of an answer by its shape: a text, why it ended, and counts that sum. None for any other.

    Nearly all are so. What is of another type than it should be is found by using it.
    """
    answer: Any = value
    try:
        (choice,), tier = answer["choices"], answer.get("service_tier")
        message, finish = choice["message"], FINISH_REASONS[choice["finish_reason"]]
        said, usage = message["content"], plain_usage(answer["usage"])
        if not (_TROUBLE.isdisjoint(answer) and _TROUBLE.isdisjoint(choice)) or answer.get("object") == "error":
            return None
        for name in _NO_TEXT:
            if message.get(name):
                return None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    # Beside no output counted there may be none.
    if type(said) is not str or usage is None or not usage.output_tokens or (tier and type(tier) is not str):
        return None
    served = served_name(native_id, answer.get("model"))
    return Reply(said, finish, usage, served_model=served, tier=tier.strip().lower() if tier else "")


def _outcome(response: HttpResponse, answer: object, *, native_id: str, now_ms: int) -> Reply | Failure:
    if not 200 <= response.status < 300:
        return failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    if error := read_error(answer):
        return Failure(error.fault(response.status), error.message)
    fields = as_fields(answer)
    choice = as_fields(next(iter(entries(fields.get("choices"))), None))
    message = as_fields(choice.get("message"))
    if not message and not _is_filtered(choice):
        return no_answer(response, "a chat completion")
    if error := read_error(choice):  # OpenRouter, where a model broke down half-way: it has written, so it may bill
        return Failure(Fault.CUT_STREAM, error.message)
    content, calls, refusal = message.get("content"), False, ""
    if message.get("refusal") or message.get("tool_calls") or message.get("function_call"):  # seldom
        refusal, calls = text(message.get("refusal")), bool(calls_in(message))
    said = content if isinstance(content, str) else text_of(content)
    finish = finish_of(choice.get("finish_reason"))
    report = beside_output(read_report(fields), wrote=bool(said or refusal or calls))
    return Reply(
        text=said or refusal,
        finish=ended_by(finish, declined=bool(refusal and not said), calls=calls),
        usage=report.usage,
        calls_tools=calls,
        served_model=served_name(native_id, fields.get("model")),
        reported_cost=report.cost,
        notice=report.notice,
        tier=report.tier.strip().lower(),
        hosted=report.hosted,
    )


def _is_filtered(choice: Fields) -> bool:
    """Whether the choice says that all of it was filtered: Azure then leaves the message out."""
    return finish_of(ending(choice)) is FinishReason.CONTENT_FILTER


def completion(body: bytes, *, created_s: int) -> bytes:
    """The answer as it came: it is a chat completion, and says itself when it was made."""
    del created_s
    return body


def open_stream(*, native_id: str, now_ms: int = 0, choices: int = 1) -> AnswerStream:
    """A reader for the stream that a request for `native_id` is answered with."""
    del now_ms
    return AnswerStream(native_id, _DIALECT, choices=choices)


def _stream_options(endpoint: Endpoint, ask: Ask) -> Fields:
    """Usage is asked for in every stream, since money is settled by it; what else the caller asked for is kept."""
    asked = as_fields(ask.fields.get("stream_options"))
    return {**asked, "include_usage": True} if endpoint.stream_usage else asked


def headers_for(endpoint: Endpoint, host: str) -> Iterator[tuple[str, str]]:
    """The headers of any request to this endpoint, whose base URL has this host. The key is in one of them."""
    yield "content-type", "application/json"
    if endpoint.api_key:
        yield "authorization", f"Bearer {endpoint.api_key}"
    yield from endpoint.headers
    yield from _EXTRA_HEADERS.get(host, ())
