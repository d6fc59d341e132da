"""TLS by itself: what is read off a connection becomes what was said, and the other way round. Nothing here waits.

So what comes over TLS can be dealt with where the kernel is heard, as what comes in the clear is. What TLS wants to say
of its own accord (an answer to new keys) may wait for whatever is said next, as RFC 8446 has it (section 4.6.3).
"""

import ssl
from contextlib import suppress
from typing import Final

from attrs import define, field

__all__ = ["Secured"]

_READ_BYTES: Final = 65_536


@define(eq=False)
class Secured:
    """A client's side of one connection. `ended` once the other end has said all. Each method may raise SSLError."""

    context: ssl.SSLContext
    host: str
    ended: bool = field(default=False, init=False)
    _came: ssl.MemoryBIO = field(factory=ssl.MemoryBIO, init=False)
    _leaves: ssl.MemoryBIO = field(factory=ssl.MemoryBIO, init=False)
    _tls: ssl.SSLObject = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._tls = self.context.wrap_bio(self._came, self._leaves, server_hostname=self.host)

    def greeted(self) -> bool:
        """Whether both sides know each other by now; else more is to be taken in. What is `owed` is to be sent."""
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
            return True
        return False

    def owed(self) -> bytes:
        """What is to be sent, which is then none of its affair."""
        return self._leaves.read()

    def take_in(self, data: bytes) -> None:
        """Take what has come; b"" is the end of the connection."""
        if data:
            self._came.write(data)
        else:
            self._came.write_eof()

    def opened(self, data: bytes) -> bytes | None:
        """What was said by what has come; None where that is nothing yet, b"" once the other end has said all.

        That a connection ends without a word of farewell is no news: bodies say how long they are.
        """
        self.take_in(data)
        said = list[bytes]()
        try:
            while piece := self._tls.read(_READ_BYTES):
                said.append(piece)
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.ended = True
        return b"".join(said) if said or self.ended else None

    def sealed(self, data: bytes) -> bytes:
        """These bytes as they are sent."""
        self._tls.write(data)
        return self.owed()
