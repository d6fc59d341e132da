"""OpenAI's wire format: the parts of a chat request, its messages, its tools and the shape it wants the answer in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise_shell.embedded.asked import call_text, canonical
from tokenwise_shell.embedded.chat import BadRequest, Tool
from tokenwise_shell.embedded.fields import as_list, as_mapping, mapping, text

__all__ = [
    "attachments",
    "callable_tools",
    "check_bias",
    "check_results",
    "check_says_json",
    "read_message",
    "read_tools",
    "response_schema",
]

_ROLES: Final[Mapping[object, Role]] = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}


def read_message(part: object, path: str) -> Message:
    """One message as its role and all of its text; calls it carries count as text."""
    message = as_mapping(part, path)
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BadRequest(f"{path}.role: {role!r} is not one of {', '.join(map(str, _ROLES))}", param=f"{path}.role")
    calls = as_list(message.get("tool_calls"), f"{path}.tool_calls")
    functions = [mapping(as_mapping(call, f"{path}.tool_calls"), "function") or {} for call in calls]
    called = call_text((function.get("name"), function.get("arguments")) for function in functions)
    return Message(_ROLES[role], _content(message.get("content"), path) + called)


def _content(content: object, path: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    parts = [as_mapping(part, f"{path}.content") for part in as_list(content, f"{path}.content")]
    return "\n".join(said for part in parts if isinstance(said := part.get("text"), str))


def attachments(part: object) -> Iterator[str]:
    """The addresses of the parts of a message that are neither text nor a refusal."""
    content = part.get("content") if isinstance(part, Mapping) else None
    for item in content if isinstance(content, list) else []:
        match item:
            case {"type": "text" | "refusal"}:
                continue
            case {"type": "image_url", "image_url": {"url": str(address)}}:
                yield address
            case {"type": "file", "file": {"file_data": str(address)}}:
                yield address
            case _:
                yield canonical(item).decode()


def read_tools(declared: Sequence[Mapping[str, object]]) -> Iterator[Tool]:
    """The declared functions. Tools of other types are counted as input and never called."""
    for index, tool in enumerate(declared):
        if tool.get("type") == "function":
            function = as_mapping(tool.get("function"), f"tools[{index}].function")
            name = text(function, "name", path=f"tools[{index}].function.name")
            yield Tool(name, mapping(function, "parameters") or {}, str(function.get("description") or ""))


def callable_tools(tools: tuple[Tool, ...], choice: object) -> tuple[tuple[Tool, ...], bool]:
    """The tools that may be called under this tool choice, and whether one must be."""
    match choice:
        case None | "auto":
            return tools, False
        case "none":
            return (), False
        case "required" if tools:
            return tools, True
        case {"type": "function", "function": {"name": name}} if named := tuple(t for t in tools if t.name == name):
            return named, True
        case _:
            raise BadRequest(
                f"tool_choice: {choice!r} names no declared tool; expected none, auto, required or one of "
                f"{', '.join(tool.name for tool in tools) or 'the tools, and there are none'}",
                param="tool_choice",
            )


def response_schema(response_format: Mapping[str, object] | None) -> tuple[Mapping[str, object] | None, int]:
    """The schema that the reply must conform to (None for text), and the bytes of its JSON."""
    match response_format:
        case None | {"type": "text"}:
            return None, 0
        case {"type": "json_object"}:
            return {}, 0
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            # A schema that allows anything is the same as asking for any JSON object.
            return schema, len(canonical(schema))
        case _:
            raise BadRequest(
                "response_format: expected type text, json_object, or json_schema with json_schema.schema",
                param="response_format",
            )


def check_says_json(response_format: object, messages: Sequence[Message]) -> None:
    """Whoever asks for any JSON object has to say so to the model, too. Raises BadRequest."""
    if response_format == {"type": "json_object"} and not any("json" in said.text.lower() for said in messages):
        said = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise BadRequest(said, param="messages")


def check_bias(biases: Mapping[str, object]) -> None:
    """Each token's bias is within OpenAI's range. Raises BadRequest."""
    for bias in biases.values():
        if isinstance(bias, bool) or not isinstance(bias, int | float) or not -100 <= bias <= 100:
            raise BadRequest("logit_bias: expected numbers from -100 to 100", param="logit_bias")


def check_results(messages: Sequence[Mapping[str, object]]) -> None:
    """Every call has its result right behind it, and every result its call. Raises BadRequest."""
    due: set[str] = set()
    for index, message in enumerate(messages):
        if message.get("role") == "tool":
            if str(message.get("tool_call_id")) not in due:
                said = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                raise BadRequest(f"messages[{index}]: {said}", param="messages")
            due.discard(str(message.get("tool_call_id")))
            continue
        _check_answered(due)
        calls = as_list(message.get("tool_calls"), f"messages[{index}].tool_calls")
        due = {str(as_mapping(call, f"messages[{index}].tool_calls").get("id")) for call in calls}
    _check_answered(due)


def _check_answered(due: set[str]) -> None:
    if due:
        said = "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
        raise BadRequest(f"{said} 'tool_call_id': {', '.join(sorted(due))}", param="messages")
