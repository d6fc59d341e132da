"""Google's wire format: the functions of a request, which of them may be called, and schemas in Google's dialect."""

from collections.abc import Iterator, Mapping
from typing import Final

from tokenwise_shell.embedded.chat import BadRequest, Tool
from tokenwise_shell.embedded.documented import GOOGLES
from tokenwise_shell.embedded.fields import as_list, as_mapping, text
from tokenwise_shell.embedded.google.fields import camel, known, proto

__all__ = ["callable_tools", "read_tools", "standard_schema"]

# Counts in Google's dialect are 64-bit integers, which its JSON writes as strings.
_COUNTS: Final = frozenset(("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"))
_NOT_STANDARD: Final = frozenset(("nullable", "propertyOrdering", "example"))

_DECLARATION: Final = frozenset(
    ("name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior")
)


def read_tools(value: object) -> tuple[list[Mapping[str, object]], tuple[Tool, ...]]:
    """What is declared, and the functions in it. Tools that Google runs are counted as input and never called."""
    declared = [proto(tool, f"tools[{index}]") for index, tool in enumerate(as_list(value, "tools"))]
    functions = tuple(function for tool in declared for function in _functions(tool))
    GOOGLES.check_names((function.name for function in functions), "functionDeclarations")
    return declared, functions


def callable_tools(tools: tuple[Tool, ...], config: object) -> tuple[tuple[Tool, ...], bool]:
    """The functions that may be called under this tool configuration, and whether one must be."""
    calling = proto(proto(config or {}, "toolConfig").get("functionCallingConfig", {}), "functionCallingConfig")
    names = as_list(calling.get("allowedFunctionNames"), "allowedFunctionNames")
    allowed = tuple(tool for tool in tools if not names or tool.name in names)
    match calling.get("mode", "AUTO"):
        case "AUTO" | "VALIDATED" | "MODE_UNSPECIFIED":
            return allowed, False
        case "NONE":
            return (), False
        case "ANY" if allowed:
            return allowed, True
        case mode:
            declared = ", ".join(tool.name for tool in tools) or "none"
            raise BadRequest(
                f"functionCallingConfig: mode {mode!r} with {names!r} fits no declared function: {declared}"
            )


def standard_schema(value: object) -> object:
    """A schema in Google's dialect (types in capitals, `nullable`, counts as strings) as JSON schema has it."""
    if not isinstance(value, Mapping):
        return value
    given = {camel(name): field for name, field in value.items()}
    schema = {name: _standard(name, field) for name, field in given.items() if name not in _NOT_STANDARD}
    if given.get("nullable") is True and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    return schema


def _standard(name: str, value: object) -> object:
    match name, value:
        case "type", str():
            return value.lower()
        case "properties", dict():
            return {key: standard_schema(field) for key, field in value.items()}
        case "items", _:
            return standard_schema(value)
        case (("anyOf" | "prefixItems"), list()):
            return [standard_schema(item) for item in value]
        case _, str() if name in _COUNTS and value.isascii() and value.isdigit():
            return int(value)
        case _:
            return value


def _functions(tool: Mapping[str, object]) -> Iterator[Tool]:
    for index, value in enumerate(as_list(tool.get("functionDeclarations"), "functionDeclarations")):
        path = f"functionDeclarations[{index}]"
        function = known(proto(value, path), _DECLARATION, path)
        schema = function.get("parametersJsonSchema", standard_schema(function.get("parameters", {})))
        name = text(function, "name", path=f"{path}.name")
        yield Tool(name, as_mapping(schema, f"{path}.parameters"), str(function.get("description") or ""))
