"""How much may stand in one body, seen before anything is made of it.

A body of a few megabytes can hold a million values, each of which costs a hundred times what a letter does, first when
it is parsed and then wherever it is walked. So they are counted on the bytes, in pieces: the interpreter's lock is held
for one piece at a time, and whoever else is served waits no longer than that.
"""

from itertools import accumulate
from typing import Final

from tokenwise_shell.proxy.fronts import BadRequest, Trouble

__all__ = ["DEEPEST", "refuse_crowded"]

# About a tenth of a millisecond.
_PIECE: Final = 1 << 16

# An object or a list costs as much time and memory as so many numbers.
_CONTAINER: Final = 8

DEEPEST: Final = 200
"""Objects and lists within each other. Requests have some tens; what is deeper than 254 could be written to nobody."""

_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Final = tuple((byte in b"[{") - (byte in b"]}") for byte in range(256))


def refuse_crowded(body: bytes, most_values: int, *, depth: int = 0, piece_bytes: int = _PIECE) -> int:
    """At least as many values as a body has, which stands within so many objects and lists.

    Raises BadRequest where they are more, or more of them within each other, than are taken.

    Commas and what opens an object or a list are counted, outside of texts: `{"a": [1, 2]}` has 17, 8 for each of the
    two and 1 for the comma. What is no JSON may pass; the parser says so.
    """
    opened = _count(body, b"{") + _count(body, b"[")  # those in texts too
    most = _CONTAINER * opened + _count(body, b",")
    if most <= most_values and opened + depth <= DEEPEST:
        return most
    return _counted(body, most_values, depth, piece_bytes)


def _count(body: bytes, letter: bytes) -> int:
    return len(body) - len(body.replace(letter, b""))  # a fifth of the time that `count` takes where there are few


def _counted(body: bytes, most_values: int, depth: int, piece_bytes: int) -> int:
    """The same, by every byte."""
    values, quoted, rest = 0, False, b""
    for start in range(0, len(body), piece_bytes):
        piece = rest + body[start : start + piece_bytes]
        rest = b""
        if b"\\" in piece:  # it takes the next character with it, which may stand in the next piece
            piece = piece.replace(rb"\\", b"")
            rest = piece[len(piece.rstrip(b"\\")) :]
            piece = piece.removesuffix(b"\\").replace(rb"\"", b"")
        parts = piece.split(b'"')  # every other part is within a text
        plain = b"".join(parts[quoted::2])
        quoted ^= len(parts) % 2 == 0
        opened = plain.count(b"{") + plain.count(b"[")
        values += plain.count(b",") + _CONTAINER * opened
        if values > most_values:
            raise _Crowded(f"the body has more than {most_values} values (an object or a list counts as {_CONTAINER})")
        if opened + depth > DEEPEST:
            steps = plain.translate(None, _ALL_BUT_BRACKETS)
            if depth + max(accumulate(map(_STEPS.__getitem__, steps)), default=0) > DEEPEST:
                raise BadRequest(f"the body nests deeper than {DEEPEST} objects and lists", code="invalid_value")
        depth += opened - plain.count(b"}") - plain.count(b"]")
    return values


class _Crowded(BadRequest):
    """Too much, rather than wrong."""

    @property
    def trouble(self) -> Trouble:
        return Trouble(413, "invalid_request_error", "too_many_values", self.message)
