"""A client of few lines over one connection: fast enough to load a server, and free to leave within an answer.

It trusts the server to be well-formed, so it is for load, not for conformance: a malformed answer raises, and the load
counts that as a failure.
"""

import trio
from attrs import define, field, frozen

__all__ = ["Answer", "Connection", "ServerLeft", "post"]

_HEAD_END = b"\r\n\r\n"


class ServerLeft(Exception):  # noqa: N818 -- named for what happened
    """The connection ended before the answer did."""


@frozen
class Answer:
    """The head of an answer. Header names are lower-case; a repeated one keeps its last value."""

    status: int
    headers: dict[str, str]

    @property
    def length(self) -> int | None:
        """The length of the body in bytes; None where it comes in chunks."""
        if "chunked" in self.headers.get("transfer-encoding", ""):
            return None
        return int(self.headers.get("content-length", "0"))


@define
class Connection:
    """One connection, one request after another."""

    stream: trio.SocketStream
    _buffer: bytearray = field(factory=bytearray)

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        return cls(await trio.open_tcp_stream(host, port))

    async def ask(self, request: bytes) -> Answer:
        """Send the request and read the head of its answer."""
        await self.stream.send_all(request)
        return await self.head()

    async def head(self) -> Answer:
        """The head of the next answer."""
        lines = (await self._until(_HEAD_END)).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        return Answer(int(lines[0].split()[1]), {name.lower(): value.strip() for name, _, value in pairs})

    async def body(self, answer: Answer) -> bytes:
        """The whole body of the answer whose head was read last."""
        if answer.length is not None:
            return await self._take(answer.length)
        pieces = []
        while piece := await self.chunk():
            pieces.append(piece)
        return b"".join(pieces)

    async def chunk(self) -> bytes:
        """The next chunk of a body that comes in chunks; empty at its end."""
        size = int((await self._until(b"\r\n")).strip(), 16)
        return (await self._take(size + 2))[:-2]

    async def aclose(self) -> None:
        """Leave, whatever is under way."""
        await trio.aclose_forcefully(self.stream)

    async def _until(self, mark: bytes) -> bytes:
        seen = 0
        while (place := self._buffer.find(mark, seen)) < 0:
            seen = max(0, len(self._buffer) - len(mark))
            await self._more()
        return self._cut(place + len(mark))

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._more()
        return self._cut(size)

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    async def _more(self) -> None:
        received = await self.stream.receive_some(65536)
        if not received:
            raise ServerLeft
        self._buffer += received


def post(path: str, body: bytes, *, host: str, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A POST request of JSON, as bytes."""
    fields = (("host", host), ("content-type", "application/json"), ("content-length", str(len(body))), *headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
