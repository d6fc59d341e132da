"""Reading the fields of a request: the right type, or a BadRequest that names the parameter. Null is absent."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from tokenwise_shell.embedded.chat import BadRequest

__all__ = ["as_list", "as_mapping", "boolean", "integer", "json_body", "mapping", "text", "texts"]

# A synthesised value is at most 25 levels deep, and what carries it adds fewer than 10.
_SPARE_LEVELS: Final = 40


def json_body(body: bytes) -> Mapping[str, object]:
    """The JSON object of a request's body.

    orjson writes 254 levels. What nests almost as deeply is refused here, so that whatever passes can still be written
    where an answer nests a part of it, such as a constant of a schema.
    """
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}", code="invalid_json") from None
    nested = parsed
    for _ in range(_SPARE_LEVELS):
        nested = [nested]
    try:
        orjson.dumps(nested)
    except orjson.JSONEncodeError as error:
        raise BadRequest(f"the body nests too deeply: {error}") from None
    return as_mapping(parsed, "")


def as_mapping(value: object, path: str) -> Mapping[str, object]:
    """A value that must be a JSON object."""
    if not isinstance(value, dict):
        raise _wrong(path or "the body", "an object", value)
    return value


def as_list(value: object, path: str) -> Sequence[object]:
    """A value that must be a list; absent is empty."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong(path, "a list", value)
    return value


def mapping(fields: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    """A field that may be absent and must otherwise be an object."""
    return None if fields.get(name) is None else as_mapping(fields[name], name)


def text(fields: Mapping[str, object], name: str, *, path: str = "") -> str:
    """A field that must be a string with something in it."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise _wrong(path or name, "a string", value)
    return value


def texts(fields: Mapping[str, object], name: str, *, most: int) -> tuple[str, ...]:
    """A field that may be absent and must otherwise be a list of so many strings; empty ones are left out."""
    values = as_list(fields.get(name), name)
    if len(values) > most or not all(isinstance(value, str) for value in values):
        raise _wrong(name, f"a list of up to {most} strings", values)
    return tuple(value for value in values if isinstance(value, str) and value)


def boolean(fields: Mapping[str, object], name: str, *, default: bool = False) -> bool:
    """A field that may be absent and must otherwise be true or false."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(name, "true or false", value)
    return value


def integer(fields: Mapping[str, object], name: str, *, least: int, most: int = 2**31) -> int | None:
    """A field that may be absent and must otherwise be a whole number in this range."""
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is not int or not least <= value <= most:
        raise _wrong(name, f"a whole number from {least} to {most}", value)
    return value


def _wrong(path: str, expected: str, value: object) -> BadRequest:
    shown = "nothing" if value is None else f"{str(value)[:40]!r}"
    return BadRequest(f"{path}: expected {expected}, got {shown}", param=path)
