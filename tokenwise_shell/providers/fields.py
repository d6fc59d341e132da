"""Reading fields of an answer that may hold anything at all: the right type, or nothing. Never an exception."""

import json
import math
from collections.abc import Mapping
from typing import Final

import orjson

__all__ = ["MOST", "Fields", "as_fields", "as_json", "count", "entries", "first_text", "text"]

Fields = Mapping[str, object]
"""A JSON object."""

_NOTHING: Final[Fields] = {}

MOST: Final = 10**12
"""A count beyond this is not one: a context window of a million million tokens is not for sale."""


def as_json(body: bytes) -> object:
    r"""The JSON value in these bytes, None where they are not JSON or null, which is no answer either.

    An answer has been paid for, so what most clients would read is read: half of a pair of surrogates and bytes
    that are not UTF-8 become question marks, numbers that are none become null.

    >>> as_json(b'{"half an emoji": "\ud83d", "logprob": NaN}')
    {'half an emoji': '?', 'logprob': None}
    """
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _leniently(body)
    return value


def _leniently(body: bytes) -> object:
    try:
        said = body.decode("utf-8-sig", "replace").replace("\ufffd", "?")
        value = json.loads(said, strict=False, parse_constant=_no_number, parse_float=_finite)
        return orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):  # no JSON, or nested more deeply than anybody reads
        return None


def _no_number(_: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


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
    return value if type(value) is int and 0 <= value <= MOST else None
