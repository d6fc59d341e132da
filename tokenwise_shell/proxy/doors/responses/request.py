"""A Responses request as OpenAI's chat fields: its stateless core.

What is not carried is refused by its name, so that nobody relies on it in vain; what only says how OpenAI should store
or deliver is accepted where leaving it out changes no answer.
"""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.providers.fields import Fields, as_fields
from tokenwise_shell.proxy.doors.responses.input import read_input
from tokenwise_shell.proxy.doors.responses.terms import UNKNOWN, unsupported
from tokenwise_shell.proxy.doors.responses.tools import read_tool_choice, read_tools
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["read_delivery", "read_responses"]

# The same in a chat, and under the same name. `tokenwise` is the proxy's own.
_AS_IT_IS: Final = (
    "model", "temperature", "top_p", "user", "safety_identifier", "service_tier", "prompt_cache_key",
    "prompt_cache_retention", "prompt_cache_options", "tokenwise",
)  # fmt: skip

# Read here, or of no consequence: nothing is stored whatever `store` says, so that `metadata` only comes back with the
# answer; nothing is obfuscated; and the limit on calls is one on tools that OpenAI runs, of which there are none.
_UNDERSTOOD: Final = frozenset(
    (
        *_AS_IT_IS, "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning",
        "max_output_tokens", "top_logprobs", "include", "stream", "stream_options", "store", "metadata",
        "max_tool_calls", "client_metadata",
    )
)  # fmt: skip

# Each with the value that asks for nothing, and the reason.
_REFUSED: Final[Mapping[str, tuple[object, str]]] = {
    "previous_response_id": (None, "no answer is stored here; send the conversation as input"),
    "conversation": (None, "no conversation is stored here; send it as input"),
    "prompt": (None, "prompts stored with OpenAI are known to OpenAI alone; send instructions and input"),
    "background": (False, "answers are given while the client waits"),
    "background_options": (None, "answers are given while the client waits"),
    "truncation": ("disabled", "nothing is left out of a conversation here"),
    "context_management": ([], "a conversation is not compacted here"),
    "moderation": (None, "nothing is moderated here"),
    "image": (None, "images are passed on as they are"),
    "access_programs": (None, "an agreement between OpenAI and its customer"),
}

_LOGPROBS: Final = "message.output_text.logprobs"
_INCLUDED: Final = (_LOGPROBS, "reasoning.encrypted_content")


def read_responses(body: Fields) -> Fields:
    """The request as chat fields. Raises BadRequest, which names the first field that is not carried."""
    _refuse_uncarried(body)
    _object(body, "metadata")
    tools = read_tools(body)
    chat: dict[str, object] = {name: body[name] for name in _AS_IT_IS if body.get(name) is not None}
    chat["messages"] = [*_instructions(body.get("instructions")), *read_input(body.get("input"))]
    chat |= read_tool_choice(body.get("tool_choice"), tools)
    if tools and body.get("parallel_tool_calls") is False:
        # A chat that has no tools is refused for either value of it.
        chat["parallel_tool_calls"] = False
    chat |= _text(_object(body, "text")) | _reasoning(_object(body, "reasoning")) | _logprobs(body)
    return chat | read_delivery(body)


def read_delivery(body: Fields) -> dict[str, object]:
    """How long the answer may be and how it travels, as chat fields. Raises BadRequest."""
    chat: dict[str, object] = {}
    if body.get("max_output_tokens") is not None:
        chat["max_completion_tokens"] = _whole(body, "max_output_tokens", least=1)
    if _flag(body, "stream"):
        # The last event of a stream says what was used, whoever asks.
        chat |= {"stream": True, "stream_options": {"include_usage": True}}
    return chat


def _refuse_uncarried(body: Fields) -> None:
    for name, value in body.items():
        if name in _REFUSED:
            neutral, why = _REFUSED[name]
            if value is not None and value != neutral:
                raise unsupported(name, why)
        elif name not in _UNDERSTOOD:
            raise BadRequest(f"{name[:80]}: no such parameter is known here", name[:80], UNKNOWN)


def _instructions(value: object) -> list[Fields]:
    match value:
        case None:
            return []
        case str():
            return [{"role": "system", "content": value}]
        case _:
            raise BadRequest("instructions: expected text", "instructions")


def _text(config: Fields) -> dict[str, object]:
    verbosity = {"verbosity": config["verbosity"]} if config.get("verbosity") is not None else {}
    match config.get("format"):
        case None | {"type": "text"}:
            return verbosity
        case {"type": "json_object"}:
            return {**verbosity, "response_format": {"type": "json_object"}}
        case {"type": "json_schema", "name": str(), "schema": dict()}:
            return {**verbosity, "response_format": {"type": "json_schema", "json_schema": _schema(config)}}
        case _:
            raise BadRequest("text.format: expected text, json_object, or json_schema with name and schema", "text")


def _schema(config: Fields) -> Fields:
    asked = as_fields(config.get("format"))
    if unknown := asked.keys() - {"type", "name", "schema", "strict", "description"}:
        raise unsupported(f"text.format.{min(unknown)[:80]}", "not carried here")
    return {name: value for name, value in asked.items() if name != "type" and value is not None}


def _reasoning(config: Fields) -> dict[str, object]:
    """The effort. `summary` asks to be shown reasoning, which is shown here wherever the model shows it.

    That of earlier turns is in the input, all of it, and goes back to a model that takes it.
    """
    for name, carried in (("context", ("auto", "all_turns")), ("mode", ("standard",))):
        if config.get(name) not in (None, *carried):
            raise unsupported(f"reasoning.{name}", f"only {' and '.join(map(repr, carried))} are carried here")
    if unknown := config.keys() - {"effort", "summary", "generate_summary", "context", "mode"}:
        raise unsupported(f"reasoning.{min(unknown)[:80]}", "not carried here")
    match config.get("effort"):
        case None:
            return {}
        case str(effort):
            return {"reasoning_effort": effort}
        case _:
            raise BadRequest("reasoning.effort: expected text", "reasoning.effort")


def _logprobs(body: Fields) -> dict[str, object]:
    include = body.get("include") if body.get("include") is not None else []
    if not isinstance(include, list):
        raise BadRequest("include: expected a list", "include")
    for wanted in include:
        if wanted not in _INCLUDED:
            raise unsupported("include", f"{str(wanted)[:60]!r} cannot be had here; {' and '.join(_INCLUDED)} can")
    if body.get("top_logprobs") is not None and (most := _whole(body, "top_logprobs", least=0)):
        return {"logprobs": True, "top_logprobs": most}
    return {"logprobs": True} if _LOGPROBS in include else {}


def _object(body: Fields, name: str) -> Fields:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadRequest(f"{name}: expected an object", name)
    return as_fields(value)


def _whole(body: Fields, name: str, *, least: int) -> int:
    value = body.get(name)
    if type(value) is not int or value < least:
        raise BadRequest(f"{name}: expected a whole number from {least}", name)
    return value


def _flag(body: Fields, name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRequest(f"{name}: expected true or false", name)
    return value is True
