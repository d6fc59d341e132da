"""The tools of a Responses request as a chat's functions, and calls of these as the items that their client knows.

A function stays one. A custom tool takes text instead of JSON: it becomes a function of one text. The functions of a
namespace have its name before theirs, and the search for tools that the client makes itself is a function like others.
Tools may be declared on the way, in items of the input. Tools that OpenAI itself runs are refused by name.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson
from attrs import frozen

from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text
from tokenwise_shell.proxy.doors.responses.terms import unsupported
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["INPUT", "SEARCH", "Declared", "call_of", "declared_in", "flat_name", "read_tool_choice", "read_tools"]

INPUT: Final = "input"
"""The one argument of a custom tool's function: the text that the tool takes."""

SEARCH: Final = "tool_search"
"""The type of the search for tools, and the name of its function."""

_FUNCTION: Final = ("name", "description", "parameters", "strict")

# What a function may say beside, with the values that say nothing. A function whose loading may wait is there at once.
_NEUTRAL: Final[Mapping[str, tuple[object, ...]]] = {
    "type": ("function",),
    "allowed_callers": (None, ["direct"]),
    "async": (None, False),
    "defer_loading": (None, False, True),
    "output_schema": (None,),
}

# As long as a function's name may be in a chat.
_LONGEST: Final = 64

_CARRIED: Final = "function, custom, namespace and tool_search with execution client"

# Items of the input that declare tools on the way.
_DECLARING: Final = ("additional_tools", "tool_search_output")


@frozen
class Declared:
    """A tool under the name that its function has in the chat, and as its client knows it."""

    kind: str
    name: str
    namespace: str
    function: Fields

    def call(self, call_id: str, arguments: str) -> Fields:
        """The item that tells a call of it, without id and status."""
        match self.kind:
            case "custom":
                return {"type": "custom_tool_call", "call_id": call_id, **self._named, "input": _input_of(arguments)}
            case "tool_search":
                found = {"execution": "client", "arguments": as_fields(as_json(arguments.encode()))}
                return {"type": "tool_search_call", "call_id": call_id, **found}
            case _:
                return {"type": "function_call", "call_id": call_id, **self._named, "arguments": arguments}

    @property
    def _named(self) -> Fields:
        within = {"namespace": self.namespace} if self.namespace else {}
        return {"name": self.name, **within}


def _input_of(arguments: str) -> str:
    """The text in a call's arguments; what is no such object is taken for the text itself, as the model wrote it."""
    found = as_fields(as_json(arguments.encode())).get(INPUT)
    return found if isinstance(found, str) else arguments


def flat_name(name: str, namespace: str) -> str:
    """What a function is called in a chat, which knows no namespaces.

    >>> flat_name("wait", "clock"), flat_name("wait", "")
    ('clock__wait', 'wait')
    """
    return f"{namespace}__{name}" if namespace else name


def declared_in(body: Fields) -> dict[str, Declared]:
    """The tools of a request that was read before, by their names in the chat."""
    try:
        return read_tools(body)
    except BadRequest:  # it went to OpenAI as it is, and is answered in OpenAI's own words
        return {}


def read_tools(body: Fields) -> dict[str, Declared]:
    """The tools of a request, those of its input behind the others, by their names in the chat. Raises BadRequest."""
    given = body.get("tools")
    if given is not None and not isinstance(given, list):
        raise BadRequest("tools: expected a list", "tools")
    tools: dict[str, Declared] = {}
    for index, tool in enumerate(entries(given)):
        for name, found in _read_tool(as_fields(tool), f"tools[{index}]"):
            if name in tools:
                raise BadRequest(f"tools[{index}].name: {name[:80]!r} is declared twice", f"tools[{index}].name")
            tools[name] = found
    for index, item in enumerate(map(as_fields, entries(body.get("input")))):
        if item.get("type") in _DECLARING:
            for place, tool in enumerate(entries(item.get("tools"))):
                tools |= _read_tool(as_fields(tool), f"input[{index}].tools[{place}]")
    return tools


def _read_tool(tool: Fields, path: str, namespace: str = "") -> Iterator[tuple[str, Declared]]:
    kind, name = tool.get("type"), text(tool.get("name"))
    if kind == SEARCH and tool.get("execution") == "client":
        name = SEARCH
    if kind not in ("function", "custom", "namespace", SEARCH) or (kind == SEARCH and not name):
        shown = kind[:40] if isinstance(kind, str) else kind
        raise unsupported(f"{path}.type", f"{shown!r} is not carried here; {_CARRIED} are")
    if not name:
        raise BadRequest(f"{path}.name: expected text", f"{path}.name")
    if kind == "namespace":
        for index, inner in enumerate(entries(tool.get("tools"))):
            yield from _read_tool(as_fields(inner), f"{path}.tools[{index}]", flat_name(name, namespace))
        return
    flat = flat_name(name, namespace)
    if namespace and len(flat) > _LONGEST:
        raise unsupported(f"{path}.name", f"with its namespace longer than {_LONGEST} characters")
    yield flat, Declared(str(kind), name, namespace, {**_function(tool, path), "name": flat})


def _function(tool: Fields, path: str) -> Fields:
    match tool.get("type"):
        case "custom":
            return {"description": _told(tool), "parameters": _ONE_TEXT}
        case "tool_search":
            return {name: tool[name] for name in ("description", "parameters") if tool.get(name) is not None}
        case _:
            for field, value in tool.items():
                if field not in _FUNCTION and value not in _NEUTRAL.get(field, (None,)):
                    raise unsupported(f"{path}.{field[:80]}", "not carried here")
            return {field: tool[field] for field in _FUNCTION if tool.get(field) is not None}


_ONE_TEXT: Final[Fields] = {
    "type": "object",
    "properties": {INPUT: {"type": "string"}},
    "required": [INPUT],
    "additionalProperties": False,
}


def _told(tool: Fields) -> str:
    """The description of a custom tool, and the grammar of its text: nobody but OpenAI can hold a model to one."""
    grammar = as_fields(tool.get("format"))
    said, rules = text(tool.get("description")), text(grammar.get("definition"))
    syntax = text(grammar.get("syntax")) or "a"
    return f"{said}\n\nThe text of `{INPUT}` follows this {syntax} grammar:\n{rules}" if rules else said


def read_tool_choice(value: object, tools: Mapping[str, Declared]) -> dict[str, object]:
    """The chat's `tools` and `tool_choice`. Of allowed tools, the others are left out. Raises BadRequest."""
    match value:
        case None:
            return _offered(tools)
        case "auto" | "none" | "required":
            return _offered(tools, value)
        case {"type": "function" | "custom", "name": str(name)}:
            return _offered(tools, {"type": "function", "function": {"name": _flat(name, as_fields(value), tools)}})
        case {"type": "allowed_tools", "mode": "auto" | "required" as mode, "tools": list(allowed)}:
            asked = [as_fields(tool) for tool in allowed]
            names = {_flat(text(tool.get("name") or tool.get("type")), tool, tools) for tool in asked}
            if missing := names - tools.keys():
                raise BadRequest(f"tool_choice.tools: {min(missing)[:80]!r} is not declared", "tool_choice.tools")
            return _offered({name: tool for name, tool in tools.items() if name in names}, mode)
        case {"type": str(kind)}:
            raise unsupported("tool_choice.type", f"{kind[:40]!r} is not carried here; function and allowed_tools are")
        case _:
            raise BadRequest("tool_choice: expected auto, none, required, or one function", "tool_choice")


def _flat(name: str, choice: Fields, tools: Mapping[str, Declared]) -> str:
    """The chat's name for a tool that is chosen by its own. Its namespace may be left out where one alone has it."""
    flat = flat_name(name, text(choice.get("namespace")))
    within = [each for each, tool in tools.items() if tool.name == name]
    return within[0] if flat not in tools and len(within) == 1 else flat


def _offered(tools: Mapping[str, Declared], choice: object = None) -> dict[str, object]:
    declared = [{"type": "function", "function": tool.function} for tool in tools.values()]
    offered: dict[str, object] = {"tools": declared} if declared else {}
    # "auto" and "none" say nothing where there is no tool, and some servers refuse them there.
    if choice is None or (not tools and choice in ("auto", "none")):
        return offered
    return {**offered, "tool_choice": choice}


def call_of(item: Fields, *, call_id: str) -> Fields | None:
    """An item of the input that tells an earlier call, as a call of a chat; None where it tells none."""
    name = flat_name(text(item.get("name")), text(item.get("namespace")))
    match item:
        case {"type": "function_call", "arguments": str(arguments)}:
            pass
        case {"type": "custom_tool_call", "input": str(said)}:
            arguments = orjson.dumps({INPUT: said}).decode()
        case {"type": "tool_search_call"}:
            name, arguments = SEARCH, orjson.dumps(item.get("arguments") or {}).decode()
        case _:
            return None
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
