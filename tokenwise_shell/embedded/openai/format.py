"""OpenAI's wire format: what is asked for, requests for completions, and errors.

What a request says and this provider does not act upon (temperature, user, metadata and so on) still counts as part of
what was asked, so it may change the answer, and is never an error.
"""

from collections.abc import Collection, Mapping
from typing import Final

import orjson

from tokenwise_shell.embedded.asked import as_asked, canonical
from tokenwise_shell.embedded.chat import BadRequest, ChatRequest
from tokenwise_shell.embedded.documented import OPENAIS
from tokenwise_shell.embedded.fields import as_list, as_mapping, boolean, integer, json_body, mapping, text
from tokenwise_shell.embedded.openai.parts import (
    attachments,
    callable_tools,
    check_bias,
    check_results,
    check_says_json,
    read_message,
    read_tools,
    response_schema,
)
from tokenwise_shell.embedded.openai.replies import render_model, render_models, render_reply, render_stream
from tokenwise_shell.embedded.wire.format import (
    Completion,
    Embeddings,
    ModelList,
    OneModel,
    Wanted,
    WireFormat,
)
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = [
    "OPENAI",
    "admit",
    "context_too_long",
    "parse_request",
    "recognises",
    "render_error",
    "render_error_event",
    "wanted",
]

# Read into the request. Whatever else is asked (temperature, user, seed) is part of what was asked, and no more.
_UNDERSTOOD: Final = frozenset(
    (
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "max_tokens",
        "max_completion_tokens", "n", "stop", "reasoning_effort", "logprobs", "stream", "stream_options",
    )
)  # fmt: skip

_ERROR_TYPES: Final[Mapping[int, str]] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def recognises(_: HttpRequest) -> bool:
    """Whatever no other format recognises is answered in this one."""
    return True


def admit(request: HttpRequest, keys: Collection[str]) -> None:
    """Check the key. Raises BadRequest."""
    if keys and (request.header("authorization") or "").removeprefix("Bearer ") not in keys:
        raise BadRequest("this key is not known here", status=401, code="invalid_api_key")


def wanted(request: HttpRequest) -> Wanted | None:
    """What is asked for; None where there is no such address."""
    match request.method, request.path:
        case "POST", "/v1/chat/completions":
            return Completion()
        case "POST", "/v1/embeddings":
            return Embeddings()
        case "GET", "/v1/models":
            return ModelList()
        case "GET", path if path.startswith("/v1/models/"):
            return OneModel(path.removeprefix("/v1/models/"))
        case _:
            return None


def parse_request(request: HttpRequest) -> ChatRequest:
    """Read a request. Raises BadRequest with the parameter it stumbles over."""
    asked = json_body(request.body)
    OPENAIS.check(asked)
    parts = as_list(asked.get("messages"), "messages")
    if not parts:
        raise BadRequest("messages: expected at least one message", param="messages")
    declared = [as_mapping(tool, f"tools[{index}]") for index, tool in enumerate(as_list(asked.get("tools"), "tools"))]
    schema, schema_bytes = response_schema(mapping(asked, "response_format"))
    messages = tuple(read_message(part, f"messages[{index}]") for index, part in enumerate(parts))
    check_says_json(asked.get("response_format"), messages)
    check_bias(mapping(asked, "logit_bias") or {})
    tools, must_call = callable_tools(tuple(read_tools(declared)), asked.get("tool_choice"))
    OPENAIS.check_names((mapping(tool, "function") or {}).get("name") for tool in declared if "function" in tool)
    check_results([as_mapping(part, f"messages[{index}]") for index, part in enumerate(parts)])
    read = ChatRequest(
        model=text(asked, "model"),
        messages=messages,
        content=b"",
        overhead_bytes=schema_bytes + (len(canonical(declared)) if declared else 0),
        attachments=tuple(address for part in parts for address in attachments(part)),
        tools=tools,
        must_call=must_call,
        may_call_several=boolean(asked, "parallel_tool_calls", default=True),
        schema=schema,
        max_output_tokens=_cap(asked),
        choices=integer(asked, "n", least=1, most=128) or 1,
        stop=_stop(asked.get("stop")),
        reasons=asked.get("reasoning_effort") not in (None, "none", "minimal"),
        logprobs=boolean(asked, "logprobs"),
        stream=boolean(asked, "stream"),
        stream_usage=boolean(mapping(asked, "stream_options") or {}, "include_usage"),
    )
    return as_asked(read, {name: value for name, value in asked.items() if name not in _UNDERSTOOD})


def context_too_long(tokens: int, limit: int) -> BadRequest:
    """The error for a conversation beyond the context window."""
    said = f"This model's maximum context length is {limit} tokens. However, your messages resulted in {tokens} tokens."
    return BadRequest(said, param="messages", code="context_length_exceeded")


def render_error(problem: BadRequest) -> bytes:
    """The body of an error."""
    kind = _ERROR_TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    error = {"message": problem.message, "type": kind, "param": problem.param, "code": problem.code}
    return orjson.dumps({"error": error})


def render_error_event(problem: BadRequest) -> bytes:
    """An error that strikes when the stream is already running, as one event."""
    return b"data: " + render_error(problem) + b"\n\n"


def _cap(asked: Mapping[str, object]) -> int | None:
    """One of the two fields. OpenAI's description of its interface allows 0; here it is a cap of 1."""
    older, newer = (integer(asked, name, least=0) for name in ("max_tokens", "max_completion_tokens"))
    if older is not None and newer is not None:
        raise BadRequest(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", param="max_tokens"
        )
    said = older if newer is None else newer
    return None if said is None else max(said, 1)


def _stop(value: object) -> tuple[str, ...]:
    marks = [value] if isinstance(value, str) else as_list(value, "stop")
    if len(marks) > 4 or not all(isinstance(mark, str) for mark in marks):
        raise BadRequest("stop: expected a string or a list of up to 4 strings", param="stop")
    return tuple(mark for mark in marks if isinstance(mark, str) and mark)


OPENAI: Final = WireFormat(
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
