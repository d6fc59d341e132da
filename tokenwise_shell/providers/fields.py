"""Reading fields of an answer that may hold anything at all: the right type, or nothing. Never an exception."""

from collections.abc import Mapping
from typing import Final

import orjson

__all__ = ["Fields", "as_fields", "as_json", "count", "entries", "first_text", "text"]

Fields = Mapping[str, object]
"""A JSON object."""

_NOTHING: Final[Fields] = {}

# A count beyond this is not one: a context window of a million million tokens is not for sale.
_MOST: Final = 10**12


def as_json(body: bytes) -> object:
    """The JSON value in these bytes, None where they are not JSON or null, which is no answer either."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value


def as_fields(value: object) -> Fields:
    """The object, empty where the value is none."""
    return value if isinstance(value, dict) else _NOTHING


def entries(value: object) -> list[object]:
    """The list, empty where the value is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The string, empty where the value is none."""
    return value if isinstance(value, str) else ""


def first_text(*values: object) -> str:
    """The first string with something in it, empty if there is none."""
    return next((value for value in values if isinstance(value, str) and value), "")


def count(value: object) -> int | None:
    """The count of something: a whole number from 0; None where the value is none."""
    return value if type(value) is int and 0 <= value <= _MOST else None
