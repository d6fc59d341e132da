"""What a body is by its first bytes, whatever its label says: a stream of events, or something whole.

Labels are set by gateways that did not write the body. The first bytes cannot be wrong: no JSON and no page begins as a
line of an event stream does.
"""

from typing import Final

__all__ = ["is_event_stream"]

_FIELDS: Final = (b"data", b"event", b"id", b"retry")
_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\r\n"


def is_event_stream(start: bytes) -> bool | None:
    r"""Whether a body that starts so is a stream of events; None while that cannot be told.

    >>> is_event_stream(b": ping"), is_event_stream(b"data:{}"), is_event_stream(b'{"data": 1}')
    (True, True, False)
    >>> is_event_stream(b"\r\n"), is_event_stream(b"dat"), is_event_stream(b"date: today")
    (None, None, False)
    """
    if start.startswith(b"{"):  # nearly always
        return False
    if len(start) < len(_BOM) and _BOM.startswith(start):
        return None
    said = start.removeprefix(_BOM).lstrip(_BLANKS)
    if said.startswith(b":"):
        return True
    for name in _FIELDS:
        if name.startswith(said[: len(name)]):
            following = said[len(name) : len(name) + 1]
            return following in (b":", b"\r", b"\n") if following else None
    return False
