"""Compressed bodies: answers that nobody asked for so, inflated as they come, a bounded piece at a time; and requests.

Requests say `accept-encoding: identity`. What comes compressed all the same is known by its first bytes, or by its
label where it has no mark of its own (raw deflate).
"""

import enum
import zlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from attrs import define, field

from tokenwise_shell.transport.exchange import TransportTrouble, TroubleKind

__all__ = ["Inflating", "Unread", "inflated", "is_plain"]

_GZIP: Final = b"\x1f\x8b"
_AT_ONCE: Final = 65_536
_FIRST_PIECE: Final = 512
# Blocks of 64 KB, as bgzip writes them, reach 640 MB so; empty ones beyond it would only take time.
_MOST_MEMBERS: Final = 10_000


def is_plain(body: bytes, encoding: str) -> bool:
    """Whether a whole body is as it was meant."""
    return (encoding != "deflate" and not body.startswith(_GZIP)) or len(body) < 2


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int = ..., /) -> bytes: ...


class Unread(enum.Enum):
    """Why a compressed body is not read: it is damaged or too long, or bytes stand behind its end."""

    DAMAGED = "damaged"
    BEHIND = "behind"


def inflated(body: bytes, encoding: str, *, limit_bytes: int) -> bytes | Unread:
    """A whole body as it was meant, of at most so many bytes. What is not compressed stays.

    A gzip's members follow each other and are one (RFC 1952, section 2.2).
    """
    inflater = _inflater_for(body, encoding) if len(body) > 1 else None
    if inflater is None:
        return body
    said, left = bytearray(), memoryview(body)
    for _ in range(_MOST_MEMBERS):
        left = _inflate_into(said, inflater, left, limit_bytes)
        if not inflater.eof or len(said) > limit_bytes:
            return Unread.DAMAGED
        inflater = _inflater_for(bytes(left[:2]), "") if body.startswith(_GZIP) else None
        if inflater is None:
            break
    return Unread.BEHIND if left else bytes(said)


def _inflate_into(said: bytearray, inflater: _Inflater, left: memoryview, limit_bytes: int) -> memoryview:
    """What is left behind one member. In pieces that double, since zlib copies what is behind the end of a member."""
    size = _FIRST_PIECE
    while left and not inflater.eof and len(said) <= limit_bytes:
        piece, size = left[:size], 2 * size
        try:
            said += inflater.decompress(piece, limit_bytes + 1 - len(said))
        except zlib.error:
            break
        left = left[len(piece) - len(inflater.unused_data) :]
    return left


@define
class Inflating:
    """A body that may be compressed. `source` gives its next bytes, b"" at the end; `encoding` is its label.

    `_held` is what has been read of it and not been given.
    """

    source: Callable[[], Awaitable[bytes]]
    encoding: str
    _held: bytes = b""
    _begun: bool = field(default=False, init=False)
    _inflater: _Inflater | None = field(default=None, init=False)

    @property
    def is_plain(self) -> bool:
        """Whether what comes from now on is as it was meant, and none of it has been read here."""
        return self._begun and self._inflater is None and not self._held

    def at_hand(self) -> bytes:
        """What is as it was meant, and need not be waited for; b"" where nothing is known to be."""
        if not self._begun and len(self._held) > 1:
            self._begun, self._inflater = True, _inflater_for(self._held, self.encoding)
        if self._inflater is not None or not self._begun:
            return b""
        held, self._held = self._held, b""
        return held

    async def receive(self) -> bytes:
        """The next bytes of what was meant, b"" at its end. Raises TransportTrouble."""
        if not self._begun:
            await self._begin()
        if self._inflater is None:
            held, self._held = self._held, b""
            return held or await self.source()
        while True:
            if self._inflater.eof:
                return b""
            if said := self._inflated(self._inflater):
                return said
            if not self._held and not await self._more() and not self._inflater.eof:
                raise TransportTrouble(TroubleKind.DISCONNECTED, "the answer broke off: its compression has no end")

    async def _begin(self) -> None:
        self._begun = True
        while not self._tells and await self._more():
            pass
        self._inflater = _inflater_for(self._held, self.encoding) if len(self._held) > 1 else None

    @property
    def _tells(self) -> bool:
        """Whether so much has come that it is known what it is."""
        held = self._held
        return len(held) > 1 or (bool(held) and held != _GZIP[:1] and self.encoding != "deflate")

    async def _more(self) -> bool:
        more = await self.source()
        self._held += more
        return bool(more)

    def _inflated(self, inflater: _Inflater) -> bytes:
        try:
            said = inflater.decompress(self._held, _AT_ONCE)
        except zlib.error:
            said = None
        if said is None:
            raise TransportTrouble(
                TroubleKind.DISCONNECTED, "the answer broke off: what it was compressed to is damaged"
            )
        self._held = inflater.unconsumed_tail
        return said


def _inflater_for(start: bytes, encoding: str) -> _Inflater | None:
    """What inflates a body that starts so, None where there is nothing to inflate. `start` has two bytes or more.

    "deflate" is zlib's format by its standard, and what is inside of that for some servers.
    """
    if start.startswith(_GZIP):
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    if encoding != "deflate":
        return None
    framed = start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)
