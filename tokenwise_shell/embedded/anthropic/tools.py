"""Anthropic's wire format: the tools of a request, and which of them may be called."""

from collections.abc import Iterator, Mapping, Sequence

from tokenwise_shell.embedded.chat import BadRequest, Tool
from tokenwise_shell.embedded.fields import mapping, text

__all__ = ["callable_tools", "read_tools"]


def read_tools(declared: Sequence[Mapping[str, object]]) -> Iterator[Tool]:
    """The client's own tools. Those that Anthropic runs or defines are counted as input and never called."""
    for index, tool in enumerate(declared):
        if tool.get("type") in (None, "custom"):
            schema = mapping(tool, "input_schema")
            if schema is None or schema.get("type", "object") != "object":
                raise BadRequest(f"tools.{index}.input_schema: expected a JSON schema of type object")
            name = text(tool, "name", path=f"tools.{index}.name")
            yield Tool(name, schema, str(tool.get("description") or ""))


def callable_tools(tools: tuple[Tool, ...], choice: Mapping[str, object]) -> tuple[tuple[Tool, ...], bool]:
    """The tools that may be called under this tool choice, and whether one must be."""
    match choice:
        case {"type": "auto"}:
            return tools, False
        case {"type": "none"}:
            return (), False
        case {"type": "any"} if tools:
            return tools, True
        case {"type": "tool", "name": name} if named := tuple(tool for tool in tools if tool.name == name):
            return named, True
        case _:
            names = ", ".join(tool.name for tool in tools) or "the tools, and there are none"
            raise BadRequest(f"tool_choice: expected type auto, any, none, or tool with the name of one of {names}")
