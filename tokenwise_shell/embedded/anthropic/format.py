"""Anthropic's wire format: what is asked for, requests of `/v1/messages`, and errors.

Stricter than OpenAI's, as Anthropic is: an unknown field, a missing `max_tokens` or a tool result without its call is
an error, so that a faulty translation shows.
"""

from collections.abc import Collection, Mapping
from typing import Final

import orjson
from attrs import evolve, frozen

from tokenwise.prompt import Role
from tokenwise_shell.embedded.answers.counting import count_prefix
from tokenwise_shell.embedded.anthropic.messages import read_conversation
from tokenwise_shell.embedded.anthropic.replies import (
    as_event,
    render_count,
    render_model,
    render_models,
    render_reply,
    render_stream,
)
from tokenwise_shell.embedded.anthropic.tools import callable_tools, read_tools
from tokenwise_shell.embedded.asked import as_asked, canonical
from tokenwise_shell.embedded.chat import BadRequest, ChatRequest
from tokenwise_shell.embedded.documented import ANTHROPICS
from tokenwise_shell.embedded.fields import as_list, as_mapping, boolean, integer, json_body, mapping, text, texts
from tokenwise_shell.embedded.wire.format import Completion, ModelList, OneModel, TokenCount, Wanted, WireFormat
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = [
    "ANTHROPIC",
    "admit",
    "context_too_long",
    "parse_request",
    "recognises",
    "render_error",
    "render_error_event",
    "wanted",
]

_VERSION_HEADER: Final = "anthropic-version"
_COUNT_PATH: Final = "/v1/messages/count_tokens"

# Read into the request, or a matter of delivery, of caching and of how much thinking is wanted.
_UNDERSTOOD: Final = frozenset(
    (
        "cache_control", "max_tokens", "messages", "model", "output_config", "output_format", "stop_sequences",
        "stream", "system", "thinking", "tool_choice", "tools",
    )
)  # fmt: skip
# Known to Anthropic and not acted upon here.
_LET_PASS: Final = frozenset(
    (
        "container", "context_management", "diagnostics", "inference_geo", "mcp_servers", "metadata", "service_tier",
        "speed", "temperature", "top_k", "top_p", "user_profile_id", "workspace_id",
    )
)  # fmt: skip

# Fields that are in beta, and how the name begins by which a header opens them; a date follows.
_BETAS_HEADER: Final = "anthropic-beta"
_IN_BETA: Final[Mapping[str, tuple[str, ...]]] = {
    "context_management": ("context-management-", "compact-"),
    "mcp_servers": ("mcp-client-",),
    "output_format": ("structured-outputs-",),
    "speed": ("fast-mode-",),
}

# "manual extended thinking": a budget of at least this, and below max_tokens.
_LEAST_THINKING: Final = 1024

_ERROR_TYPES: Final[Mapping[int, str]] = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def recognises(request: HttpRequest) -> bool:
    """Messages, and models where the header says whose: their address is OpenAI's too."""
    models = request.path.startswith("/v1/models") and request.header(_VERSION_HEADER) is not None
    return models or request.path.startswith("/v1/messages")


def admit(request: HttpRequest, keys: Collection[str]) -> None:
    """Check the version header and the key, in `x-api-key` or as a bearer token. Raises BadRequest."""
    if not request.header(_VERSION_HEADER):
        raise BadRequest(f"{_VERSION_HEADER}: header is required")
    bearer = (request.header("authorization") or "").removeprefix("Bearer ")
    if keys and (request.header("x-api-key") or bearer) not in keys:
        raise BadRequest("invalid x-api-key", status=401)


def wanted(request: HttpRequest) -> Wanted | None:
    """What is asked for; None where there is no such address."""
    match request.method, request.path:
        case "POST", "/v1/messages":
            return Completion()
        case "POST", path if path == _COUNT_PATH:
            return TokenCount(render_count)
        case "GET", "/v1/models":
            return ModelList()
        case "GET", path if path.startswith("/v1/models/"):
            return OneModel(path.removeprefix("/v1/models/"))
        case _:
            return None


def parse_request(request: HttpRequest) -> ChatRequest:
    """Read a request. Raises BadRequest with the path of the field it stumbles over."""
    asked = json_body(request.body)
    if unknown := next((name for name in asked if name not in _UNDERSTOOD | _LET_PASS), None):
        raise BadRequest(f"{unknown}: Extra inputs are not permitted")
    _check_betas(asked, request.header(_BETAS_HEADER) or "")
    ANTHROPICS.check({**asked, "effort": (mapping(asked, "output_config") or {}).get("effort")})
    conversation = read_conversation(asked)
    cap, thinking = _cap(asked, counting=request.path == _COUNT_PATH), _thinking(asked)
    declared = [as_mapping(tool, f"tools.{index}") for index, tool in enumerate(as_list(asked.get("tools"), "tools"))]
    choice = mapping(asked, "tool_choice") or {"type": "auto"}
    ANTHROPICS.check_names(tool.get("name") for tool in declared if "input_schema" in tool)
    tools, must_call = callable_tools(tuple(read_tools(declared)), choice)
    if thinking.on:
        _check_thinking(asked, must_call=must_call, prefilled=conversation.messages[-1].role is Role.ASSISTANT)
    mapping(asked, "metadata")
    schema = _schema(asked)
    read = ChatRequest(
        model=text(asked, "model"),
        messages=conversation.messages,
        content=b"",
        overhead_bytes=sum(len(canonical(part)) for part in (declared, schema) if part),
        attachments=conversation.attachments,
        tools=tools,
        must_call=must_call,
        may_call_several=not boolean(choice, "disable_parallel_tool_use"),
        schema=schema,
        max_output_tokens=cap,
        stop=_stop(asked),
        reasons=thinking.on,
        thinking_cap=thinking.budget_within(cap),
        shows_thoughts=thinking.shown,
        caches_for_an_hour=conversation.for_an_hour,
        stream=boolean(asked, "stream"),
    )
    marked = any("cache_control" in tool for tool in declared) or conversation.marked
    cached = count_prefix(read, conversation.marked) if marked else 0
    return as_asked(
        evolve(read, cacheable_tokens=cached),
        {name: value for name, value in asked.items() if name in _LET_PASS},
    )


def _check_thinking(asked: Mapping[str, object], *, must_call: bool, prefilled: bool) -> None:
    """What does not go with thinking. Raises BadRequest."""
    if must_call:
        raise BadRequest("Thinking may not be enabled when tool_choice forces tool use.")
    if asked.get("temperature") not in (None, 1):
        raise BadRequest("`temperature` may only be set to 1 when thinking is enabled.")
    if prefilled:
        raise BadRequest("messages: the final assistant turn may not be prefilled when thinking is enabled")


def _check_betas(asked: Mapping[str, object], betas: str) -> None:
    named = [name.strip() for name in betas.split(",")]
    for field, opened_by in _IN_BETA.items():
        if asked.get(field) is not None and not any(name.startswith(opened_by) for name in named):
            raise BadRequest(f"{field}: Extra inputs are not permitted")


def context_too_long(tokens: int, limit: int) -> BadRequest:
    """The error for a conversation beyond the context window."""
    return BadRequest(f"prompt is too long: {tokens} tokens > {limit} maximum")


def render_error(problem: BadRequest) -> bytes:
    """The body of an error."""
    kind = _ERROR_TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "api_error")
    error = {"details": None, "type": kind, "message": problem.message}
    return orjson.dumps({"type": "error", "error": error, "request_id": None})


def render_error_event(problem: BadRequest) -> bytes:
    """An error that strikes when the stream is already running, as one event."""
    return as_event("error", orjson.loads(render_error(problem)))


@frozen
class _Thinking:
    """Whether to think, for how many tokens at most (None is up to the model), and whether to show it."""

    on: bool = False
    budget: int | None = None
    shown: bool = False

    def budget_within(self, cap: int | None) -> int | None:
        if self.budget is not None and cap is not None and self.budget >= cap:
            raise BadRequest("`max_tokens` must be greater than `thinking.budget_tokens`.")
        return self.budget


def _thinking(asked: Mapping[str, object]) -> _Thinking:
    given = mapping(asked, "thinking") or {"type": "disabled"}
    shown = given.get("display") != "omitted"
    match given.get("type"):
        case "disabled":
            return _Thinking()
        case "adaptive" | "between_tools":
            return _Thinking(on=True, shown=shown)
        case "enabled":
            return _Thinking(on=True, budget=_budget(given), shown=shown)
        case other:
            raise BadRequest(f"thinking.type: {other!r} is none of adaptive, between_tools, disabled and enabled")


def _budget(thinking: Mapping[str, object]) -> int:
    budget = integer(thinking, "budget_tokens", least=_LEAST_THINKING)
    if budget is None:
        raise BadRequest("thinking.enabled.budget_tokens: Field required")
    return budget


def _cap(asked: Mapping[str, object], *, counting: bool) -> int | None:
    # 0 asks for no answer: it fills the cache.
    cap = integer(asked, "max_tokens", least=0)
    if cap is None and not counting:
        raise BadRequest("max_tokens: Field required")
    return cap


def _stop(asked: Mapping[str, object]) -> tuple[str, ...]:
    marks = texts(asked, "stop_sequences", most=8191)
    if not all(mark.strip() for mark in marks):
        raise BadRequest("stop_sequences: each stop sequence must contain non-whitespace")
    return marks


def _schema(asked: Mapping[str, object]) -> Mapping[str, object] | None:
    match (mapping(asked, "output_config") or {}).get("format", asked.get("output_format")):
        case None:
            return None
        case {"type": "json_schema", "schema": dict(schema)}:
            return schema
        case _:
            raise BadRequest("output_config.format: expected type json_schema with a schema")


ANTHROPIC: Final = WireFormat(
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
