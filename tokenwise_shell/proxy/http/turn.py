"""One request and its answer on a connection, as ASGI hands them to an application, or as our own takes them.

Beside ASGI's own keys the scope has one of ours: by `tokenwise.leaving` an application says how long its work may take,
which is then cancelled when the client leaves.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import unquote

import trio
from attrs import define, field

from tokenwise_shell.proxy.http.asgi import LEAVING, Answer, Request, Takes, head_bytes, joined
from tokenwise_shell.proxy.http.parsing import Heard

__all__ = ["Turn", "Wire"]

_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

_BODILESS: Final = frozenset((204, 304))

_FIRST_LINES: Final[Mapping[int, str]] = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus
}


class Wire(Protocol):
    """The connection that a request came on."""

    client: tuple[str, int]
    server: tuple[str, int]

    def within(self, limit_s: float) -> None:
        """Give the request under way so much time from now."""

    async def more(self) -> bool:
        """Read on, and say whether anything came."""

    async def write(self, data: bytes) -> None:
        """Send bytes, waiting while the client is slow."""

    def give(self, data: bytes) -> Awaitable[None] | None:
        """Send what can be sent at once; what is left to wait for, if anything."""


@define(eq=False)
class Turn:
    """One request under way. `ended` once its answer is whole; `keep` where another request may follow it."""

    wire: Wire
    heard: Heard
    ending: bool
    begun: bool = field(default=False, init=False)
    ended: bool = field(default=False, init=False)
    keep: bool = field(default=False, init=False)
    left: bool = field(default=False, init=False)
    late: Callable[[], Awaitable[None]] | None = field(default=None, init=False)
    _told: bool = field(default=False, init=False)
    _urged: bool = field(default=False, init=False)
    _goes: trio.Event | None = field(default=None, init=False)
    _chunked: bool = field(default=False, init=False)
    _head: bytes = field(default=b"", init=False)

    def scope(self) -> dict[str, Any]:
        """What ASGI tells of a request before its body."""
        heard = self.heard
        raw_path, path, query = self._place()
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": heard.version,
            "method": heard.method,
            "scheme": "http",
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value.strip(b" \t")) for name, value in heard.headers],
            "client": self.wire.client,
            "server": self.wire.server,
            LEAVING: self.takes,
        }

    def taken(self, app: Takes, most_head_bytes: int) -> Awaitable[None]:
        """Have the request answered by who takes it as it is here."""
        heard = self.heard
        raw_path, path, query = self._place()
        length = heard.head_bytes  # with what came behind it; it is counted where that matters
        if length > most_head_bytes:
            length = head_bytes(heard.headers, len(raw_path) + len(query))
        request = Request(
            heard.method, path, query.decode("latin-1"), joined(heard.headers), length, self.receive, self.takes,
            self.body,
        )  # fmt: skip
        bodiless = heard.method == "HEAD"
        answer = Answer(self.send, bodiless, request.unread, at_once=self.answer, opened=self.opened, given=self.given)
        return app.take(request, answer)

    def _place(self) -> tuple[bytes, str, bytes]:
        """The path as it came and as it is meant, and the query."""
        raw_path, _, query = self.heard.target.partition(b"?")
        path = raw_path.decode("latin-1")
        return raw_path, unquote(path) if "%" in path else path, query

    def body(self) -> bytes | None:
        """The whole body, which `receive` then does not tell again; None where it is still coming."""
        if self._told or not self.heard.complete:
            return None
        self._told = True
        return self.heard.taken()

    def takes(self, limit_s: float, late: Callable[[], Awaitable[None]]) -> None:
        """Let this be done when so much time has passed and the work is not, and cancel the work then."""
        self.late = late
        self.wire.within(limit_s)

    async def receive(self) -> dict[str, Any]:
        """The next piece of the body; behind its end, the word that the client has left, once it has."""
        heard = self.heard
        while not heard.complete and not heard.pieces:
            if not self._urged and not self.begun and self._waits_for_word():
                await self.wire.write(_GO_ON)
            if not await self.wire.more():
                self.leave()
                return {"type": "http.disconnect"}
        if self._told and heard.complete and not heard.pieces:
            if not self.left:
                self._goes = trio.Event()
                await self._goes.wait()
            return {"type": "http.disconnect"}
        self._told = True
        return {"type": "http.request", "body": heard.taken(), "more_body": not heard.complete}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take a part of the answer. The head waits for the first piece of the body, so that both leave together."""
        if self.left:
            await trio.lowlevel.checkpoint()  # else one that goes on and on would let nobody else run
            return
        if message["type"] == "http.response.start":
            named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            self._head = self._started(message["status"], named, dict(named))
        elif (rest := self.given(message.get("body", b""), message.get("more_body", False))) is not None:
            await rest

    def opened(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the head of an answer, which waits for the first piece."""
        self._head = self._started(status, headers.items(), headers)

    def given(self, data: bytes, more: bool) -> Awaitable[None] | None:
        """Take a piece of the body; what is left to wait for."""
        if self.left:
            return trio.lowlevel.checkpoint()  # noqa: ASYNC105 -- for whoever is given it
        if self._chunked:
            piece = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
            data = piece if more else piece + b"0\r\n\r\n"
        if self._head:
            data, self._head = self._head + data, b""
        self.begun, self.ended = True, not more
        return self.wire.give(data) if data else None

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Awaitable[None] | None:
        """The whole answer, whose headers state the length of its body; what is left to wait for."""
        if self.left:
            return trio.lowlevel.checkpoint()  # noqa: ASYNC105 -- for whoever is given it
        head = self._started(status, headers.items(), headers)
        self.begun = self.ended = True
        return self.wire.give(head + body)

    def asks_whether_there(self) -> bool:
        """Whether an interim answer can be sent, since no part of the real one has been, and HTTP/1.1 is spoken."""
        return not self.begun and self.heard.version == "1.1"

    def leave(self) -> None:
        """The client has left."""
        self.left = True
        if self._goes is not None:
            self._goes.set()

    def _waits_for_word(self) -> bool:
        """Whether the client wants to be told to go on, which it is once."""
        self._urged = True
        expected = [value for name, value in self.heard.headers if name.lower() == b"expect"]
        return bool(expected) and expected[-1].strip().lower() == b"100-continue"

    def _started(self, status: int, headers: Iterable[tuple[str, str]], named: Mapping[str, str]) -> bytes:
        """The head of an answer: with these headers, and with what says how it ends and whether another may follow.

        They are `named` too, for those that come once.
        """
        said = "\r\n".join((*map(": ".join, headers), ""))
        framed = "content-length" in named or status in _BODILESS or self.heard.method == "HEAD"
        closing = named.get("connection") == "close"
        self._chunked = not framed and self.heard.version == "1.1"
        self.keep = self.heard.keep and not closing and not self.ending and (framed or self._chunked)
        if self._chunked:
            said += "transfer-encoding: chunked\r\n"
        if not self.keep and not closing:
            said += "connection: close\r\n"
        first = _FIRST_LINES.get(status) or f"HTTP/1.1 {status} \r\n"
        return f"{first}{said}{_date(int(time.time()))}\r\n".encode("latin-1")


def _dates() -> Callable[[int], str]:
    """The header that says when, written anew once a second."""
    known = (0, "")

    def date(now_s: int) -> str:
        nonlocal known
        if known[0] != now_s:
            known = now_s, f"date: {formatdate(now_s, usegmt=True)}\r\n"
        return known[1]

    return date


_date: Final = _dates()
