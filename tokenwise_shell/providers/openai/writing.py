"""OpenAI's chat requests, written from common terms.

What OpenAI has no field for stands where its other clients have agreed to look for it: marks for caching and reasoning
as with OpenRouter, Google's signatures as behind Google's OpenAI-compatible door.
"""

from itertools import takewhile

import orjson

from tokenwise.prompt import Role
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.translate.terms import (
    Asked,
    Call,
    Item,
    Media,
    MediaKind,
    Result,
    Text,
    Thought,
    Tool,
    Turn,
)
from tokenwise_shell.providers.turns import each_of

__all__ = ["extended", "write_openai"]


def write_openai(asked: Asked) -> dict[str, object]:
    """The request in OpenAI's chat fields, without model and streaming."""
    body: dict[str, object] = {**asked.others, "messages": _messages(asked.turns), **asked.sampling}
    if asked.tools:
        body["tools"] = list(map(_declared, asked.tools))
    if asked.choice:
        named = {"type": "function", "function": {"name": asked.only}}
        body["tool_choice"] = named if asked.choice == "named" else asked.choice
    if asked.tools and not asked.parallel:
        body["parallel_tool_calls"] = False
    if asked.schema is not None:
        body["response_format"] = _wanted(asked)
    optional = {
        "reasoning_effort": asked.effort,
        "stop": list(asked.stop),
        "user": asked.user,
        "max_completion_tokens": asked.cap,
    }
    return body | {name: value for name, value in optional.items() if value}


def _messages(turns: tuple[Turn, ...]) -> list[Fields]:
    opening = len(tuple(takewhile(lambda turn: turn.role is Role.SYSTEM, turns)))  # as often as not another each time
    return [*map(_message, turns[:opening]), *each_of(list(turns[opening:]), _message)]


def _wanted(asked: Asked) -> Fields:
    if not asked.schema:
        return {"type": "json_object"}
    strict = {} if asked.strict is None else {"strict": asked.strict}
    return {"type": "json_schema", "json_schema": {"name": asked.schema_name, "schema": asked.schema, **strict}}


def _declared(tool: Tool) -> Fields:
    if tool.native is not None:
        return tool.native
    function: dict[str, object] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.schema is not None:
        function["parameters"] = tool.schema
    if tool.strict is not None:
        function["strict"] = tool.strict
    return _marked({"type": "function", "function": function}, tool.mark)


def _message(turn: Turn) -> Fields:
    match turn:
        case Turn(Role.TOOL, (Result() as result,)):
            failed = {"is_error": True} if result.failed else {}
            content = _content(result.parts)
            told = {"role": "tool", "tool_call_id": result.id, "content": "" if content is None else content}
            return _marked({**told, **failed}, result.mark)
        case Turn(Role.ASSISTANT, items):
            return {"role": "assistant", "content": _content(items), **extended(items)}
        case Turn(role, items):
            content = _content(items)
            return {"role": role.value, "content": "" if content is None else content}


def extended(items: tuple[Item, ...]) -> dict[str, object]:
    """What an assistant's message has beside its content: calls and reasoning."""
    calls = [_called(item) for item in items if isinstance(item, Call)]
    thoughts = [_reasoned(item) for item in items if isinstance(item, Thought)]
    return {name: found for name, found in (("tool_calls", calls), ("reasoning_details", thoughts)) if found}


def _called(call: Call) -> Fields:
    function = {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()}
    signed = {"extra_content": {"google": {"thought_signature": call.signature}}} if call.signature else {}
    return {"id": call.id, "type": "function", "function": function, **signed}


def _reasoned(thought: Thought) -> Fields:
    if thought.sealed:
        return {"type": "reasoning.encrypted", "data": thought.sealed}
    signed = {"signature": thought.signature} if thought.signature else {}
    return {"type": "reasoning.text", "text": thought.text, **signed}


def _content(items: tuple[Item, ...]) -> str | list[Fields] | None:
    """A single text stays text; None where there is nothing to say."""
    parts = [item for item in items if isinstance(item, Text | Media)]
    match parts:
        case []:
            return None
        case [Text(said, None)]:
            return said
        case _:
            return list(map(_as_part, parts))


def _as_part(part: Text | Media) -> Fields:
    if isinstance(part, Text):
        return _marked({"type": "text", "text": part.text}, part.mark)
    url = part.url or f"data:{part.media_type};base64,{part.data}"
    match part.kind:
        case MediaKind.AUDIO:
            sound = {"data": part.data, "format": part.media_type.removeprefix("audio/")}
            return _marked({"type": "input_audio", "input_audio": sound}, part.mark)
        case MediaKind.IMAGE:
            return _marked({"type": "image_url", "image_url": {"url": url}}, part.mark)
        case MediaKind.DOCUMENT:
            named = {"filename": part.name} if part.name else {}
            return _marked({"type": "file", "file": {"file_data": url, **named}}, part.mark)


def _marked(fields: Fields, mark: Fields | None) -> Fields:
    return {**fields, "cache_control": mark} if mark else fields
