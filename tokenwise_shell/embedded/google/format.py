"""Google's wire format: what is asked for, requests of `generateContent` and its kin, and errors.

Stricter than OpenAI's, as Google is: an unknown field is an error, and so is a function's result without its call. And
stricter than Google in one respect: a key in the address is refused, so that nobody gets used to it.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

import orjson

from tokenwise_shell.embedded.asked import as_asked, canonical
from tokenwise_shell.embedded.chat import BadRequest, ChatRequest
from tokenwise_shell.embedded.fields import json_body
from tokenwise_shell.embedded.google.config import read_config
from tokenwise_shell.embedded.google.contents import read_contents
from tokenwise_shell.embedded.google.fields import known, proto
from tokenwise_shell.embedded.google.replies import (
    as_event,
    render_count,
    render_model,
    render_models,
    render_reply,
    render_stream,
)
from tokenwise_shell.embedded.google.tools import callable_tools, read_tools
from tokenwise_shell.embedded.wire.format import Completion, ModelList, OneModel, TokenCount, Wanted, WireFormat
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = [
    "GOOGLE",
    "admit",
    "context_too_long",
    "parse_request",
    "recognises",
    "render_error",
    "render_error_event",
    "wanted",
]

_KEY_HEADER: Final = "x-goog-api-key"
_METHOD: Final = re.compile(r"/v1(?:beta)?/models/(.+):(generateContent|streamGenerateContent|countTokens)")
_MODELS: Final = re.compile(r"/v1(?:beta)?/models(?:/(.+))?")

_UNDERSTOOD: Final = frozenset(("contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model"))
# Known to Google and not acted upon here.
_LET_PASS: Final = frozenset(("cachedContent", "labels", "safetySettings", "serviceTier", "store"))

_STATUSES: Final[Mapping[int, str]] = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

# A wrong key is 400 with Google, told from other bad requests by this reason alone.
_WRONG_KEY: Final = "API_KEY_INVALID"


def recognises(request: HttpRequest) -> bool:
    """Google's own paths, and models under `/v1` where the key says whose: their address is OpenAI's too."""
    path = request.path
    if path.startswith("/v1beta/") or _METHOD.fullmatch(path):
        return True
    keyed = request.header(_KEY_HEADER) is not None or request.query("key") is not None
    return keyed and _MODELS.fullmatch(path) is not None


def admit(request: HttpRequest, keys: Collection[str]) -> None:
    """Check the key, which comes in a header or not at all. Raises BadRequest."""
    if request.query("key") is not None:
        raise BadRequest(f"a key does not belong into an address, where logs keep it; send it as {_KEY_HEADER}")
    given = request.header(_KEY_HEADER)
    if keys and given is None:
        raise BadRequest(
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or "
            "other form of API consumer identity to call this API.",
            status=403,
        )
    if keys and given not in keys:
        raise BadRequest("API key not valid. Please pass a valid API key.", code=_WRONG_KEY)


def wanted(request: HttpRequest) -> Wanted | None:
    """What is asked for; None where there is no such address."""
    if request.method == "POST" and (found := _METHOD.fullmatch(request.path)):
        return TokenCount(render_count) if found[2] == "countTokens" else Completion()
    if request.method == "GET" and (found := _MODELS.fullmatch(request.path)):
        return OneModel(found[1]) if found[1] else ModelList()
    return None


def parse_request(request: HttpRequest) -> ChatRequest:
    """Read a request; the model and whether to stream stand in the path. Raises BadRequest with the field's path."""
    found = _METHOD.fullmatch(request.path)
    model, method = (found[1], found[2]) if found else ("", "")
    if method == "streamGenerateContent" and request.query("alt") != "sse":
        raise BadRequest("streamGenerateContent: only alt=sse is spoken here")
    asked = _asked(request.body, counting=method == "countTokens")
    contents, config = read_contents(asked), read_config(asked)
    declared, tools = read_tools(asked.get("tools"))
    callable_now, must_call = callable_tools(tools, asked.get("toolConfig"))
    read = ChatRequest(
        model=model,
        messages=contents.messages,
        content=b"",
        overhead_bytes=sum(len(canonical(part)) for part in (declared, config.schema) if part),
        attachments=contents.attachments,
        tools=callable_now,
        must_call=must_call,
        schema=config.schema,
        max_output_tokens=config.cap,
        choices=config.choices,
        stop=config.stop,
        reasons=config.reasons,
        thinking_cap=config.thinking_cap,
        shows_thoughts=config.shows_thoughts,
        logprobs=config.logprobs,
        stream=method == "streamGenerateContent",
    )
    return as_asked(read, {**config.others, **{name: asked[name] for name in asked if name in _LET_PASS}})


def context_too_long(tokens: int, limit: int) -> BadRequest:
    """The error for a conversation beyond the context window."""
    return BadRequest(
        f"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit}).",
    )


def render_error(problem: BadRequest) -> bytes:
    """The body of an error."""
    status = _STATUSES.get(problem.status, "INVALID_ARGUMENT" if problem.status < 500 else "INTERNAL")
    error = {"code": problem.status, "message": problem.message, "status": status}
    if problem.code == _WRONG_KEY:
        reason = {"reason": _WRONG_KEY, "domain": "googleapis.com"}
        error |= {"details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **reason}]}
    return orjson.dumps({"error": error})


def render_error_event(problem: BadRequest) -> bytes:
    """An error that strikes when the stream is already running, as one event."""
    return as_event(orjson.loads(render_error(problem)))


def _asked(body: bytes, *, counting: bool) -> Mapping[str, object]:
    """The fields of the request; a count may hold the request that it is about."""
    asked = proto(json_body(body), "")
    if counting and "generateContentRequest" in asked:
        asked = proto(asked["generateContentRequest"], "generateContentRequest")
    return known(asked, _UNDERSTOOD | _LET_PASS, "the request")


GOOGLE: Final = WireFormat(
    recognises=recognises,
    admit=admit,
    wanted=wanted,
    parse_request=parse_request,
    render_reply=render_reply,
    render_stream=render_stream,
    render_models=render_models,
    render_model=render_model,
    context_too_long=context_too_long,
    render_error=render_error,
    render_error_event=render_error_event,
)
