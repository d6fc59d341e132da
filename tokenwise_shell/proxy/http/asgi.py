"""Requests and answers as this proxy sees them, over the ASGI interface and without its dictionaries.

A server of our own makes them itself, and hands them to whoever `Takes` them.

A server that speaks ASGI may go on taking what is sent after the client has left, so `Request.gone` waits for the word
that it has, and whoever serves the request cancels the work then.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import parse_qsl

import trio
from attrs import define, field

from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.troubles import too_large, too_slow, trailing_bytes, unsupported_encoding
from tokenwise_shell.transport.exchange import known_name
from tokenwise_shell.transport.inflating import Unread, inflated
from tokenwise_shell.transport.sse import SseEvent, SseRun

__all__ = [
    "JSON",
    "LEAVING",
    "SSE",
    "Answer",
    "ClientGone",
    "Headers",
    "Receive",
    "Request",
    "Scope",
    "Send",
    "Takes",
    "event_bytes",
    "head_bytes",
    "joined",
]

# ASGI's own types: messages are dictionaries, and only this module looks into them.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Headers = Mapping[str, str]
"""Names in lower case, and values of visible ASCII."""

LEAVING: Final = "tokenwise.leaving"
"""The key of an ASGI scope with what is told how many seconds a request may take, and what to do then.

Where a server has that, it cancels the work on a request then, and also when its client leaves.
"""

JSON: Final = "application/json"
SSE: Final = "text/event-stream; charset=utf-8"

# For each header: the colon, the space and the line's end, which are not in what a server hands over.
_FRAMING_BYTES: Final = 4

# No length has more, and Python refuses to read numbers of thousands of digits.
_MOST_DIGITS: Final = 18


def _nothing() -> None:
    """No body is at hand."""


@runtime_checkable
class Takes(Protocol):
    """An application that takes requests as they are here, from a server that hands them over so."""

    def take(self, request: "Request", answer: "Answer") -> Awaitable[None]:
        """Answer a request."""
        ...


class ClientGone(Exception):  # noqa: N818 -- named for what happened, like trio's and h11's
    """The client left before its request was whole. There is nobody to answer."""


@define(eq=False)
class Request:
    """One request. A header that came several times has its values joined by commas.

    `asked` is the query as it came, and `query` what it says. Its head was so many bytes long at most. `at_hand` gives
    the whole body where it is there, and None where it is not.
    """

    method: str
    path: str
    asked: str
    headers: Headers
    head_bytes: int
    _receive: Receive
    leaving: Callable[[float, Callable[[], Awaitable[None]]], None] | None = None
    _at_hand: Callable[[], bytes | None] = _nothing
    _read_whole: bool = field(default=False, init=False)
    _whole: trio.Event | None = field(default=None, init=False)

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> "Request":
        """The request that an ASGI server hands over."""
        asked, pairs = scope.get("query_string", b""), scope["headers"]
        length = head_bytes(pairs, len(scope.get("raw_path", b"")) + len(asked))
        told = asked.decode("latin-1")
        return cls(scope["method"], scope["path"], told, joined(pairs), length, receive, scope.get(LEAVING))

    @property
    def query(self) -> Mapping[str, str]:
        """See above."""
        return dict(parse_qsl(self.asked, keep_blank_values=True))

    def may_exceed(self, length: int) -> bool:
        """Whether its body is longer than so many bytes, as far as its head says."""
        stated = self.headers.get("content-length", "")
        if not stated.isdecimal():
            return "transfer-encoding" in self.headers
        return len(stated) > _MOST_DIGITS or int(stated) > length

    def unread(self) -> bool:
        """Whether a body is on its way that nobody has read to its end."""
        if self._read_whole:
            return False
        return self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers

    async def body(self, *, limit_bytes: int, within_ms: int) -> bytes | Trouble:
        """The whole body, or what is wrong with how it comes. Raises ClientGone. To be called once."""
        if (body := self._at_hand()) is not None:
            self._is_whole()
            if len(body) > limit_bytes:
                return too_large(limit_bytes)
            return self._plain(body, limit_bytes) if "content-encoding" in self.headers else body
        if "content-length" in self.headers and self.may_exceed(limit_bytes):
            return too_large(limit_bytes)
        with trio.move_on_after(within_ms / 1000):
            read = await self._read(limit_bytes)
            return self._plain(read, limit_bytes) if isinstance(read, bytes) else read
        return too_slow(within_ms)

    def _plain(self, body: bytes, limit_bytes: int) -> bytes | Trouble:
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in ("", "identity"):
            return body
        if encoding not in ("gzip", "x-gzip", "deflate"):
            return unsupported_encoding(encoding)
        plain = inflated(body, encoding, limit_bytes=limit_bytes)
        if plain is Unread.BEHIND:
            return trailing_bytes(encoding)
        return plain if isinstance(plain, bytes) else unsupported_encoding(encoding, limit_bytes)

    async def _read(self, limit_bytes: int) -> bytes | Trouble:
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            limit_bytes -= len(parts[-1])
            if limit_bytes < 0:
                return too_large(limit_bytes + sum(map(len, parts)))
            if not message.get("more_body", False):
                self._is_whole()
                return b"".join(parts)

    def _is_whole(self) -> None:
        self._read_whole = True
        if self._whole is not None:
            self._whole.set()

    async def gone(self) -> None:
        """Return once the client has left. Until the body has been read, only its reader can know."""
        if not self._read_whole:
            self._whole = trio.Event()
            await self._whole.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


@define(eq=False)
class Answer:
    """The answer to one request: whole, or begun, sent in pieces and ended. `status` is 0 until it has begun.

    `extra` headers are sent with whatever answer it becomes. `error` is the code of the error that it says, if any.
    `closes` is asked when it begins: an answer that comes before its request was read ends the connection, and says so,
    since a client that used it again would find it closed. `reword` is given each error before it is written.
    Some servers send a whole answer `at_once` (status, headers as text, and the body that they state). Or one is
    `opened` by its headers, and they are `given` its pieces, each with whether more follows. They say what is left to
    wait for.
    """

    _send: Send
    bodiless: bool = False
    closes: Callable[[], bool] = field(default=lambda: False)
    extra: dict[str, str] = field(factory=dict)
    reword: Callable[[Trouble], Trouble] = field(default=lambda trouble: trouble)
    at_once: Callable[[int, Headers, bytes], Awaitable[None] | None] | None = None
    opened: Callable[[int, Headers], None] | None = None
    given: Callable[[bytes, bool], Awaitable[None] | None] | None = None
    status: int = field(default=0, init=False)
    error: str = field(default="", init=False)

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer in one piece. The length is stated here."""
        length = str(len(body))
        if self.at_once is None:
            await self.begin(status, {**headers, "content-length": length})
            await self.send(body, more=False)
            return
        named = self._begun(status, {**self.extra, **headers, "content-length": length})
        if (rest := self.at_once(status, named, b"" if self.bodiless else body)) is not None:
            await rest

    def _begun(self, status: int, named: dict[str, str]) -> Headers:
        """All headers as they are sent, now that the answer begins."""
        self.status = status
        if self.closes():
            named["connection"] = "close"
        said = "".join(named.values())
        if said.isascii() and said.isprintable():
            return named
        return {name: _printable(value) for name, value in named.items()}

    async def begin(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        named = self._begun(status, {**self.extra, **headers})
        if self.opened is not None:
            self.opened(status, named)
            return
        pairs = [(_name(name), value.encode("ascii")) for name, value in named.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def send(self, data: bytes, *, more: bool = True) -> None:
        """Send a piece, waiting while the client is slow."""
        data = b"" if self.bodiless else data
        if self.given is None:
            await self._send({"type": "http.response.body", "body": data, "more_body": more})
        elif (rest := self.given(data, more)) is not None:
            await rest

    def events(self, events: Sequence[SseEvent | SseRun]) -> Awaitable[None] | None:
        """Send events of a stream, together; what is left to wait for."""
        data = event_bytes(events[0]) if len(events) == 1 else b"".join(map(event_bytes, events))
        if not data:
            return None
        return self.send(data) if self.given is None or self.bodiless else self.given(data, True)

    async def end(self, events: Sequence[SseEvent | SseRun] = ()) -> None:
        """Send these last events, and say that nothing more comes."""
        await self.send(b"".join(map(event_bytes, events)), more=False)


def event_bytes(event: SseEvent | SseRun) -> bytes:
    r"""An event as it is sent.

    >>> event_bytes(SseEvent(b"{}", "ping"))
    b'event: ping\ndata: {}\n\n'
    """
    if isinstance(event, SseRun):
        return event.data
    if not event.name and b"\n" not in event.data:
        return b"data: %b\n\n" % event.data
    name = f"event: {event.name}\n".encode() if event.name else b""
    return name + b"".join(b"data: " + line + b"\n" for line in event.data.split(b"\n")) + b"\n"


_name: Final = lru_cache(maxsize=256)(str.encode)
"""A header's name. They are few, and the same each time."""


def _printable(value: str) -> str:
    """A header's value. A model may be named in any script, and HTTP knows ASCII."""
    return "".join(char if " " <= char <= "~" else "?" for char in value)


def joined(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Headers as they came: names in lower case, and no blanks around values."""
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = known_name(raw_name), raw_value.decode("latin-1").strip(" \t")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def head_bytes(pairs: Iterable[tuple[bytes, bytes]], target: int) -> int:
    """How long a head was over the wire, whose target has so many bytes."""
    return target + sum([len(name) + len(value) + _FRAMING_BYTES for name, value in pairs])
