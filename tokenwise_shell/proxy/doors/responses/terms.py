"""How this door says what it does not carry, and what is wrong."""

from typing import Final

from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["UNKNOWN", "UNSUPPORTED", "said", "unsupported", "wrong"]

UNSUPPORTED: Final = "unsupported_parameter"
"""The code of what is not carried where a request has to be translated."""

UNKNOWN: Final = "unknown_parameter"
"""The code of a field that nobody here knows."""


def unsupported(path: str, why: str) -> BadRequest:
    """The error for what this door does not carry."""
    return BadRequest(f"{path}: {why}", path, UNSUPPORTED)


def wrong(path: str, expected: str, value: object) -> BadRequest:
    """The error for what nobody could understand."""
    shown = "nothing" if value is None else f"{str(value)[:40]!r}"
    return BadRequest(f"{path}: expected {expected}, got {shown}", path)


def said(fields: Fields, name: str, path: str) -> str:
    """A field that must be text. Raises BadRequest."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise wrong(f"{path}.{name}", "text", value)
    return value
