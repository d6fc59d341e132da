"""Requests as llhttp reads them off a connection, one behind the other."""

import re
from collections import deque
from typing import Final

import httptools
from attrs import define, field

__all__ = ["Heard", "Parser", "Unreadable"]

# An offer to go over to another protocol is not taken up, and the request goes on in this one, as HTTP lets a server
# do. llhttp would stop at it, so it reads another name of the same length. No JSON has this outside of a string.
_OFFER: Final = re.compile(rb"\r\n(?i:upgrade)(?=[ \t]*:)")
_DECLINED: Final = b"\r\nx-grade"

# So close behind the end of a line it stands. What follows the last is a body, and may be long.
_WITHIN: Final = 16

# HTTP/2 without asking first.
_PREFACE: Final = b"PRI * HTTP/2"

_HEAD: Final = 431
_NOT_SPOKEN: Final = 501
_BAD: Final = 400


class Unreadable(Exception):  # noqa: N818 -- named for what happened, like trio's and h11's
    """What came is no request that is served here; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@define(eq=False)
class Heard:
    """One request, whose body may still be coming. Its head had `head_bytes` at most."""

    target: bytes = b""
    method: str = ""
    version: str = "1.1"
    keep: bool = True
    head_bytes: int = 0
    headers: list[tuple[bytes, bytes]] = field(factory=list)
    pieces: list[bytes] = field(factory=list)
    complete: bool = False

    def taken(self) -> bytes:
        """What has come of the body since this was asked last."""
        data = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces.clear()
        return data


class Parser:
    """Takes bytes; `arrived` are the requests whose heads are complete, in order. The names are llhttp's callbacks."""

    def __init__(self, most_head_bytes: int) -> None:
        self.arrived: deque[Heard] = deque()
        self._most = most_head_bytes
        self._head_bytes = self._length = 0
        self._at: Heard | None = None  # the request that is being read
        self._heading = True
        self._http = httptools.HttpRequestParser(self)

    @property
    def within(self) -> bool:
        """Whether a request has begun and is not complete."""
        return self._at is not None

    def feed(self, data: bytearray, size: int) -> None:
        """Read on in so many bytes of these. Raises Unreadable; then nothing more can be read."""
        said = memoryview(data)[:size]
        if self._heading:
            if data.startswith(_PREFACE, 0, size):
                raise Unreadable(_NOT_SPOKEN)
            until = min(size, data.rfind(b"\r", 0, size) + _WITHIN)
            if data.find(b"grade", 0, until) >= 0 or data.find(b"GRADE", 0, until) >= 0:
                said = memoryview(_OFFER.sub(_DECLINED, said))
        failed, self._length = 0, size
        try:
            self._http.feed_data(said)
        except httptools.HttpParserUpgrade:
            failed = _NOT_SPOKEN
        except httptools.HttpParserError:
            failed = _BAD
        if failed:
            raise Unreadable(failed)
        if self._heading and self._at is not None:
            self._head_bytes += size
            if self._head_bytes > self._most:
                raise Unreadable(_HEAD)

    def close(self) -> None:
        """Let go of llhttp's parser, which holds on to this one as this does to it. Nothing more can be read."""
        del self._http

    def on_message_begin(self) -> None:
        """A request begins."""
        self._at, self._heading, self._head_bytes = Heard(), True, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        assert self._at is not None
        self._at.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole."""
        assert self._at is not None
        self._at.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole: the request can be served."""
        heard, http = self._at, self._http
        assert heard is not None
        heard.method = http.get_method().decode("ascii")
        heard.version = http.get_http_version()
        heard.keep = http.should_keep_alive()
        heard.head_bytes = self._head_bytes + self._length
        self._heading = False
        self.arrived.append(heard)

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        assert self._at is not None
        self._at.pieces.append(data)

    def on_message_complete(self) -> None:
        """The body is whole."""
        assert self._at is not None
        self._at.complete, self._at, self._heading = True, None, True
