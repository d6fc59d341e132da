"""Vendors' endpoints that count a request's input for nothing: the question, made of the request, and the answer.

Anthropic's `…/messages/count_tokens`, Google's `…:countTokens`, OpenAI's `…/responses/input_tokens`, as they were
documented in November 2026. Anthropic calls its count an estimate that may differ by a small amount, so all get a
margin.
"""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

import orjson

from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["count_in", "counting"]

# What the counting endpoints take of a request; others refuse what they do not know.
_ANTHROPICS: Final = ("messages", "model", "system", "thinking", "tool_choice", "tools", "output_config", "mcp_servers")
_OPENAIS: Final = (
    "input", "instructions", "model", "parallel_tool_calls", "reasoning", "text", "tool_choice", "tools", "truncation",
)  # fmt: skip

# A twentieth and a hidden prompt's worth: more than "a small amount".
_PART: Final = 20
_MARGIN: Final = 64


def counting(kind: ProviderKind, request: HttpRequest, *, native_id: str) -> HttpRequest | None:
    """The request that has this one's input counted; None where nobody counts it."""
    parts, body = urlsplit(request.url), as_fields(as_json(request.body))
    match kind:
        case ProviderKind.ANTHROPIC if parts.path.endswith("/messages"):
            return _asking(request, f"{parts.path}/count_tokens", _only(body, _ANTHROPICS))
        case ProviderKind.OPENAI if parts.path.endswith("/responses"):
            return _asking(request, f"{parts.path}/input_tokens", _only(body, _OPENAIS))
        case ProviderKind.GOOGLE if parts.path.endswith(":generateContent"):
            asked = {"generateContentRequest": {"model": f"models/{native_id.removeprefix('models/')}", **body}}
            return _asking(request, parts.path.removesuffix("generateContent") + "countTokens", asked)
        case _:
            return None


def count_in(response: HttpResponse) -> int | None:
    """A bound of the input by what was counted; None where nothing was.

    >>> count_in(HttpResponse(200, (), b'{"input_tokens": 1000}'))
    1114
    """
    if response.status != 200:
        return None
    fields = as_fields(as_json(response.body))
    tokens = count(fields.get("input_tokens", fields.get("totalTokens")))
    return None if tokens is None else tokens + tokens // _PART + _MARGIN


def _only(body: Fields, names: tuple[str, ...]) -> Fields:
    return {name: body[name] for name in names if name in body}


def _asking(request: HttpRequest, path: str, body: Fields) -> HttpRequest:
    url = urlunsplit(urlsplit(request.url)._replace(path=path))
    return HttpRequest(request.method, url, request.headers, orjson.dumps(body))
