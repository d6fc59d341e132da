"""OpenAI's embeddings: requests built, answers read, and what the input weighs.

Other formats of embeddings are not spoken; Google has a door of this one (`/v1beta/openai`).
"""

from typing import Final
from urllib.parse import urlsplit

import orjson

from tokenwise.catalog.attachments import Attachments
from tokenwise.routing.request import Weight
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import MESSAGE_FRAME, TokenCount, Usage, count_text
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count, entries
from tokenwise_shell.providers.final_usage import Report, billed
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.chat import headers_for
from tokenwise_shell.providers.openai.errors import failure_of, no_answer, read_error
from tokenwise_shell.providers.openai.usage import parse_cost
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.providers.wire import Endpoint, url_below
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["build", "parse", "weigh_input"]

# Known fields that are no input: how the answer is written. Whatever else there is counts.
_NO_INPUT: Final = frozenset({"model", "input", "encoding_format", "tokenwise"})

_COUNTS: Final = ("prompt_tokens", "total_tokens")


def build(endpoint: Endpoint, native_id: str, fields: Fields) -> HttpRequest:
    """The request that asks this: everything as it came, but for the model's name. Raises Untranslatable."""
    if endpoint.kind is not ProviderKind.OPENAI:
        raise Untranslatable(f"embeddings: asked for in OpenAI's format alone, not in that of {endpoint.kind.value}")
    body = orjson.dumps({**fields, "model": native_id})
    host = urlsplit(endpoint.base_url).hostname or ""
    return HttpRequest("POST", url_below(endpoint.base_url, "embeddings"), tuple(headers_for(endpoint, host)), body)


def parse(response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
    """The answer to a request for `native_id`, as a reply without text: vectors are not looked at. Never raises."""
    answer = as_json(response.body)
    usage = as_fields(answer).get("usage")
    outcome = _outcome(response, answer, native_id=native_id, now_ms=now_ms)
    return billed(outcome, Report(_usage(usage), parse_cost(usage)))


def _outcome(response: HttpResponse, answer: object, *, native_id: str, now_ms: int) -> Reply | Failure:
    fields = as_fields(answer)
    if not 200 <= response.status < 300:
        return failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    if error := read_error(answer):
        return Failure(error.fault(response.status), error.message)
    if not entries(fields.get("data")):
        return no_answer(response, "embeddings")
    return Reply(
        text="",
        finish=FinishReason.STOP,
        usage=None,
        served_model=served_name(native_id, fields.get("model")),
    )


def weigh_input(fields: Fields) -> Weight:
    """The weight of a request for embeddings: texts by their bytes, token ids by their number, the rest by its JSON.

    >>> weigh_input({"input": ["hello", [15339, 1917]], "model": "any"}).input
    TokenCount(expected=12, bound=23)
    """
    given = fields.get("input")
    items = given if isinstance(given, list) and not _is_tokens(given) else [given]
    counted = TokenCount(0, 0)
    for item in items:
        counted += _of_item(item) + TokenCount(MESSAGE_FRAME // 2, MESSAGE_FRAME)
    for name, value in fields.items():
        if name not in _NO_INPUT and isinstance(value, str | list | dict):
            counted += _of_json(value)
    attached = Attachments(unmeasured=sum(isinstance(item, dict) for item in items))
    return Weight(input=counted + attached.usual, attachments=attached)


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(type(token) is int for token in value)


def _of_item(item: object) -> TokenCount:
    if isinstance(item, str):
        return count_text(item)
    if isinstance(item, list) and _is_tokens(item):
        return TokenCount(len(item), len(item))
    return _of_json(item)


def _of_json(value: object) -> TokenCount:
    try:
        return count_text(orjson.dumps(value).decode())
    except orjson.JSONEncodeError:
        return TokenCount(0, 0)  # what cannot be written is not sent


def _usage(value: object) -> Usage | None:
    """Embeddings have input alone; `total_tokens` repeats it, and some servers say nothing else."""
    given = as_fields(value)
    tokens = next((found for name in _COUNTS if (found := count(given.get(name))) is not None), None)
    return None if tokens is None else Usage(input_tokens=tokens)
