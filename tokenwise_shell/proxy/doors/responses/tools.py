"""The tools of a Responses request as a chat's: functions alone. Tools that OpenAI itself runs are refused by name."""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.providers.fields import Fields, as_fields, text
from tokenwise_shell.proxy.doors.responses.input import unsupported
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["read_tool_choice", "read_tools"]

_FUNCTION: Final = ("name", "description", "parameters", "strict")

# What a function may say beside, with the values that say nothing.
_NEUTRAL: Final[Mapping[str, tuple[object, ...]]] = {
    "type": ("function",),
    "allowed_callers": (None, ["direct"]),
    "async": (None, False),
    "defer_loading": (None, False),
    "output_schema": (None,),
}


def read_tools(value: object) -> dict[str, Fields]:
    """The functions, by name and in their order. Raises BadRequest."""
    if value is None:
        return {}
    if not isinstance(value, list):
        raise BadRequest("tools: expected a list", "tools")
    tools: dict[str, Fields] = {}
    for index, given in enumerate(value):
        name, tool = _read_tool(as_fields(given), f"tools[{index}]")
        if name in tools:
            raise BadRequest(f"tools[{index}].name: {name[:80]!r} is declared twice", f"tools[{index}].name")
        tools[name] = tool
    return tools


def _read_tool(tool: Fields, path: str) -> tuple[str, Fields]:
    kind, name = tool.get("type"), text(tool.get("name"))
    if kind != "function":
        shown = kind[:40] if isinstance(kind, str) else kind
        raise unsupported(f"{path}.type", f"{shown!r} is not carried here; functions are")
    if not name:
        raise BadRequest(f"{path}.name: expected text", f"{path}.name")
    for field, value in tool.items():
        if field not in _FUNCTION and value not in _NEUTRAL.get(field, (None,)):
            raise unsupported(f"{path}.{field[:80]}", "not carried here")
    function = {field: tool[field] for field in _FUNCTION if tool.get(field) is not None}
    return name, {"type": "function", "function": function}


def read_tool_choice(value: object, tools: Mapping[str, Fields]) -> dict[str, object]:
    """The chat's `tools` and `tool_choice`. Of allowed tools, the others are left out. Raises BadRequest."""
    match value:
        case None:
            return _offered(tools)
        case "auto" | "none" | "required":
            return _offered(tools, value)
        case {"type": "function", "name": str(name)}:
            return _offered(tools, {"type": "function", "function": {"name": name}})
        case {"type": "allowed_tools", "mode": "auto" | "required" as mode, "tools": list(allowed)}:
            names = {text(as_fields(tool).get("name")) for tool in allowed}
            if missing := names - tools.keys():
                raise BadRequest(f"tool_choice.tools: {min(missing)[:80]!r} is not declared", "tool_choice.tools")
            return _offered({name: tool for name, tool in tools.items() if name in names}, mode)
        case {"type": str(kind)}:
            raise unsupported("tool_choice.type", f"{kind[:40]!r} is not carried here; function and allowed_tools are")
        case _:
            raise BadRequest("tool_choice: expected auto, none, required, or one function", "tool_choice")


def _offered(tools: Mapping[str, Fields], choice: object = None) -> dict[str, object]:
    offered: dict[str, object] = {"tools": list(tools.values())} if tools else {}
    # "auto" and "none" say nothing where there is no tool, and some servers refuse them there.
    if choice is None or (not tools and choice in ("auto", "none")):
        return offered
    return {**offered, "tool_choice": choice}
