"""One answer after another as a parser reads them off a connection: llhttp by httptools, or h11.

Both are told bytes and say what they make of them; neither waits. `head` is the answer's, once it is there; `pieces` of
its body; `complete` once it is whole; `reusable` where another answer may follow it and nothing came behind it.
"""

from contextlib import suppress
from functools import cached_property
from typing import Final, Protocol

import h11
import httptools
from attrs import define, field, frozen

from tokenwise_shell.transport.exchange import Headers, known_name

__all__ = ["H11Answers", "Head", "LlhttpAnswers", "Reading", "Unreadable", "Written"]

# A head of 16 KiB, h11's own limit, has been seen from gateways that answer with a whole policy in a header.
_HEAD_BYTES: Final = 102_400


# A shorter body is copied behind its head.
_LONG_BYTES: Final = 16_384

# Headers that say where a body ends.
_FRAMES: Final = ("content-length", "transfer-encoding")


class Unreadable(Exception):  # noqa: N818 -- named for what happened, like trio's and h11's
    """What came is no answer of HTTP/1.1."""


@frozen(eq=False)
class Head:
    """The head of a request without its length: many requests have the same."""

    method: str
    target: str
    fields: tuple[tuple[str, str], ...]

    @cached_property
    def start(self) -> bytes:
        """The bytes. Names and values have been checked by `exchange.HttpRequest`."""
        fields = "".join([f"{name}: {value}\r\n" for name, value in self.fields])
        return f"{self.method} {self.target} HTTP/1.1\r\n{fields}".encode("ascii")

    @cached_property
    def says_last(self) -> bool:
        """Whether the connection is to end with the answer."""
        return ("connection", "close") in self.fields


@frozen(eq=False)
class Written:
    """A request as it is sent, and what a parser must know of it."""

    head: Head
    pieces: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """How long its body is."""
        return sum(map(len, self.pieces))

    @property
    def has_length(self) -> bool:
        """Whether its length is stated."""
        return bool(self.size) or self.head.method not in ("GET", "HEAD")

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """All of its headers."""
        return (*self.head.fields, *((("content-length", str(self.size)),) if self.has_length else ()))

    def data(self) -> tuple[bytes, ...]:
        """The bytes: of a long body in the pieces that it has, since to copy it costs more than to send several."""
        if not self.has_length:
            return (self.head.start + b"\r\n",)
        head = b"%bcontent-length: %d\r\n\r\n" % (self.head.start, size := self.size)
        return (head, *self.pieces) if size > _LONG_BYTES else (b"".join((head, *self.pieces)),)


class Reading(Protocol):
    """See above."""

    head: tuple[int, Headers] | None
    complete: bool

    def begin(self, written: Written) -> tuple[bytes, ...]:
        """Forget the answer before; give what is to be sent. Raises Unreadable where HTTP cannot carry it."""

    def feed(self, data: bytes) -> None:
        """Read on; b"" is the end of the connection. Raises Unreadable."""

    def taken(self) -> bytes:
        """What has come of the body since this was asked last."""

    @property
    def reusable(self) -> bool:
        """Whether the connection can take another request."""

    def close(self) -> None:
        """Read nothing more, and hold on to nothing that holds on to this."""


class LlhttpAnswers:
    """By llhttp. What begins with `on_` are its callbacks."""

    def __init__(self) -> None:
        self.head: tuple[int, Headers] | None = None
        self.complete = False
        self._behind = False  # something came behind an answer: it belongs to nobody
        self._keep = False
        self._said_last = False  # the request asked for the connection to end with its answer
        self._open_end = False  # the body ends with the connection
        self._head_bytes = self._body_bytes = 0
        self._pieces: list[bytes] = []
        self._ours = 0  # how many of them stood before what came behind
        self.on_body = self._pieces.append  # a stream comes in many
        self._headers: list[tuple[str, str]] = []
        self._http = httptools.HttpResponseParser(self)

    def begin(self, written: Written) -> tuple[bytes, ...]:
        """See `Reading`."""
        self.head, self.complete = None, False
        self._head_bytes = self._body_bytes = 0
        self._said_last = written.head.says_last
        return written.data()

    def feed(self, data: bytes) -> None:
        """See `Reading`."""
        if not data:
            self._ended()
            return
        failed = ""
        try:
            self._http.feed_data(data)
        except httptools.HttpParserUpgrade:
            failed = "it goes over to another protocol"
        except httptools.HttpParserError as error:
            failed = str(error)
        if failed and self.complete:
            self._is_behind()
        elif failed:
            raise Unreadable(failed)
        if self.head is None:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES:
                raise Unreadable("the head of the answer is too long")

    def taken(self) -> bytes:
        """See `Reading`."""
        pieces = self._pieces[: self._ours] if self._behind else self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._body_bytes += len(data)
        self._ours = 0
        self._pieces.clear()
        return data

    @property
    def reusable(self) -> bool:
        """See `Reading`."""
        return self.complete and self._keep and not self._behind and not self._pieces

    def close(self) -> None:
        """See `Reading`."""
        with suppress(AttributeError):  # it may be told again
            del self._http

    def _ended(self) -> None:
        if self.head is None:
            raise Unreadable("Server disconnected without sending a response.")
        if not self.complete and not self._open_end:
            length = dict(self._headers).get("content-length")
            self.taken()
            told = f"received {self._body_bytes} bytes, expected {length}" if length else "incomplete chunked read"
            raise Unreadable(f"peer closed connection without sending complete message body ({told})")
        self.complete, self._keep = True, False

    def _is_behind(self) -> None:
        if not self._behind:
            self._behind, self._ours = True, len(self._pieces)

    def on_message_begin(self) -> None:
        """An answer begins; behind a whole one, that is a word nobody asked for."""
        if self.complete:
            self._is_behind()
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole."""
        self._headers.append((known_name(name), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """The head is whole; an interim one says that there is more to come."""
        status = self._http.get_status_code()
        if self._behind or status < 200:
            return
        self._open_end = True
        for name, _ in self._headers:
            if name in _FRAMES:
                self._open_end = False
        self._keep = self._http.should_keep_alive() and not self._said_last
        self.head = status, tuple(self._headers)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an interim one."""
        if self.head is not None:
            self.complete = True


@define(eq=False)
class H11Answers:
    """By h11, with its own view of what may follow what."""

    head: tuple[int, Headers] | None = None
    complete: bool = False
    _pieces: list[bytes] = field(factory=list)
    _http: h11.Connection = field(factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES))

    def begin(self, written: Written) -> tuple[bytes, ...]:
        """See `Reading`."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        self.head, self.complete = None, False
        try:
            head = h11.Request(method=written.head.method, target=written.head.target, headers=list(written.fields))
            events = (head, *(h11.Data(data=piece) for piece in written.pieces if piece), h11.EndOfMessage())
            return tuple(self._http.send(event) or b"" for event in events)
        except h11.LocalProtocolError:
            raise Unreadable("HTTP cannot carry this request") from None  # h11's own complaint would show the header

    def feed(self, data: bytes) -> None:
        """See `Reading`."""
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise Unreadable("Server disconnected without sending a response.")
        try:
            self._http.receive_data(data)
            while isinstance(event := self._http.next_event(), h11.Event):
                self._take(event)
        except h11.RemoteProtocolError as error:
            if not self.complete:
                raise Unreadable(str(error)) from None

    def _take(self, event: h11.Event) -> None:
        match event:
            case h11.Response(status_code=status, headers=headers):
                self.head = status, tuple((name.decode(), value.decode("latin-1")) for name, value in headers)
            case h11.Data(data=data):
                self._pieces.append(bytes(data))
            case h11.EndOfMessage():
                self.complete = True
            case _:
                pass

    def taken(self) -> bytes:
        """See `Reading`."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data

    def close(self) -> None:
        """See `Reading`."""

    @property
    def reusable(self) -> bool:
        """See `Reading`."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return done and self._http.trailing_data == (b"", False) and not self._pieces
