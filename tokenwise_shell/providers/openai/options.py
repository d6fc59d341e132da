"""What a chat request of OpenAI's asks for beside its messages: tools, the shape of the reply, where to stop."""

from collections.abc import Iterator

from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.translate.terms import Notes, Tool, is_neutral

__all__ = ["read_choice", "read_format", "read_stop", "read_tools"]


def read_tools(tools: object, notes: Notes) -> Iterator[Tool]:
    """The functions, and tools of a vendor's own as they came."""
    for index, tool in enumerate(map(as_fields, entries(tools))):
        function = as_fields(tool.get("function"))
        if name := text(function.get("name")):
            strict = function.get("strict")
            yield Tool(
                name,
                text(function.get("description")),
                as_fields(function.get("parameters")) or None,
                strict if isinstance(strict, bool) else None,
                as_fields(tool.get("cache_control")) or None,
            )
        elif tool.get("type") in (None, "function", "custom"):
            notes.refuse(f"tools[{index}]", "expected a function with a name")
        else:
            yield Tool(text(tool.get("name")), native=tool)


def read_choice(value: object, notes: Notes) -> tuple[str, str]:
    """The choice of a tool as `Asked` has it, and the name of the one that must be called."""
    match value:
        case None:
            return "", ""
        case "auto" | "none" | "required":
            return str(value), ""
        case "any":  # Mistral's word
            return "required", ""
        case {"type": "function", "function": {"name": str(name)}}:
            return "named", name
        case _:
            notes.refuse("tool_choice", "expected auto, none, required or one function")
            return "", ""


def read_format(value: object, notes: Notes) -> tuple[Fields | None, str, bool | None]:
    """The schema (`{}` for any object, None for text), its name, and whether it is strict."""
    match value:
        case None | {"type": "text"}:
            return None, "reply", None
        case {"type": "json_object"}:
            return {}, "reply", None
        case {"type": "json_schema", "json_schema": {"schema": dict(schema), **more}} if schema:
            strict = more.get("strict")
            return schema, text(more.get("name")) or "reply", strict if isinstance(strict, bool) else None
        case _:
            notes.refuse("response_format", "expected text, json_object, or json_schema with a schema")
            return None, "reply", None


def read_stop(value: object, notes: Notes) -> tuple[str, ...]:
    """The marks to stop at."""
    if is_neutral("stop", value):
        return ()
    marks = [value] if isinstance(value, str) else entries(value)
    if not marks or not all(isinstance(mark, str) for mark in marks):
        notes.refuse("stop", "expected text or a list of texts")
    return tuple(mark for mark in marks if isinstance(mark, str))
