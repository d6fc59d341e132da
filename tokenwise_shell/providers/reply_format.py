"""The format of a reply as OpenAI's `response_format`, which is how a step's prompt is written as here.

A schema is enforced to the letter only in strict mode, and strict mode refuses schemas that use more than a part of
JSON Schema. (OpenAI's guide to structured outputs, looked at in November 2026.) So it is asked for where it will be
granted; elsewhere the schema is guidance, and the step's checks decide.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from tokenwise.plan import Check, CheckKind

__all__ = ["response_format"]

_STRICT: Final = frozenset(
    {"$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "items", "properties"}
    | {"required", "title", "type"}
)
"""The keywords that strict mode has always taken."""

_NAME: Final = "reply"


def response_format(wanted: Check | None, prompt: Mapping[str, object]) -> Mapping[str, object]:
    """The field that asks for this format; nothing where none is wanted, or the schema is not of an object.

    OpenAI takes schemas of objects only, and "any object" only where the prompt says "JSON" somewhere. A text
    that is no schema at all is the check's affair, which says so.
    """
    match wanted:
        case Check(kind=CheckKind.JSON) if b"json" in orjson.dumps(prompt).lower():
            return {"response_format": {"type": "json_object"}}
        case Check(kind=CheckKind.JSON_SCHEMA, argument=text) if schema := _object_schema(text):
            named = {"name": _NAME, "schema": schema, "strict": _is_strict(schema)}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case _:
            return {}


def _object_schema(text: str) -> dict[str, object]:
    try:
        schema: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return schema if isinstance(schema, dict) and schema.get("type") == "object" else {}


def _is_strict(schema: dict[str, object]) -> bool:
    return all(part.keys() <= _STRICT and _is_closed(part) for part in _schemas_in(schema))


def _is_closed(schema: Mapping[str, object]) -> bool:
    """Whether an object has exactly the properties that it names; true of everything else."""
    named, required = schema.get("properties", {}), schema.get("required", [])
    if schema.get("type") != "object":
        return True
    if not isinstance(named, dict) or not isinstance(required, list):
        return False
    return schema.get("additionalProperties") is False and set(map(str, required)) == set(named)


def _schemas_in(schema: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The schema and those within it. Without recursion: a text may nest as deeply as it likes."""
    left: list[object] = [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left += [part.get("items"), *_listed(part.get("anyOf"))]
            left += [*_mapped(part.get("properties")), *_mapped(part.get("$defs"))]


def _mapped(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else []


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
