"""The fields of scripted faults: what they accept, and how they are written down."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import field
from attrs.validators import and_, ge, instance_of

__all__ = ["HeaderPairs", "check_headers", "count", "latin1", "pairs", "text"]

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]


def pairs(headers: Mapping[object, object] | HeaderPairs) -> HeaderPairs:
    """Headers given as a mapping or as pairs."""
    given = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((str(name), str(value)) for name, value in given)


def latin1(data: str | bytes) -> bytes:
    """Bytes, which files can only give as text."""
    return data.encode("latin-1") if isinstance(data, str) else data


def count(default: int, *, least: int = 0) -> int:
    """A field for a whole number."""
    # What field() returns becomes the attribute; its stubs give it the type of the default, and so does this.
    checked: int = field(default=default, validator=and_(instance_of(int), ge(least)))
    return checked


def text(default: str) -> str:
    """A field for a text."""
    checked: str = field(default=default, validator=instance_of(str))
    return checked


# A header that cannot be sent would be found out in the middle of an answer, so it is refused here.
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?|")
_FRAMING: Final = ("content-length", "transfer-encoding")


def check_headers(_: object, __: object, headers: HeaderPairs) -> None:
    """Refuse headers that cannot be sent, or that frame the body; an attrs validator. Raises ValueError."""
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value) or name.lower() in _FRAMING:
            raise ValueError(f"{name!r}: {value!r} is not a header that a script may set")
