"""An upstream that answers every chat completion with the same bytes: `python -m tests.benchmarks.canned`.

On a bare epoll loop, at some 20 µs an answer, so that what a benchmark measures is what stands in front of it. Prints
its port. A request whose body says `"stream":true` gets a stream of `TOKENS` events, one write each and without pause,
or one every `PACE_S` where the body says `"paced"` too; any other gets JSON.
"""

import heapq
import re
import select
import socket
import time

import orjson

TOKENS = 50
PACE_S = 0.01

_USAGE = {"prompt_tokens": 12, "completion_tokens": TOKENS, "total_tokens": 12 + TOKENS}
_TEXT = "tide " * TOKENS
_COMPLETION = {
    "id": "chatcmpl-canned", "object": "chat.completion", "created": 1_795_292_153, "model": "canned",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": _TEXT}, "finish_reason": "stop"}],
    "usage": _USAGE,
}  # fmt: skip

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _event(**fields: object) -> bytes:
    chunk = {"id": "chatcmpl-canned", "object": "chat.completion.chunk", "created": 1_795_292_153, "model": "canned"}
    return b"data: " + orjson.dumps({**chunk, **fields}) + b"\n\n"


def _delta(delta: dict[str, str], finish: str | None = None) -> bytes:
    return _event(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])


def _whole() -> bytes:
    body = orjson.dumps(_COMPLETION)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _stream() -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    events = [
        _delta({"role": "assistant", "content": ""}),
        *[_delta({"content": "tide "})] * TOKENS,
        _delta({}, "stop"),
    ]
    events += [_event(choices=[], usage=_USAGE), b"data: [DONE]\n\n"]
    return [head, *[b"%x\r\n%b\r\n" % (len(event), event) for event in events], b"0\r\n\r\n"]


WHOLE, STREAM = _whole(), _stream()


class Upstream:
    """The loop: who is connected, what has come of each one's request, and which events are due when."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listener.setblocking(False)
        self.poll = select.epoll()
        self.poll.register(self.listener.fileno(), select.EPOLLIN)
        self.open: dict[int, tuple[socket.socket, bytearray]] = {}
        self.due: list[tuple[float, int, int]] = []

    def serve(self) -> None:
        while True:
            pause = max(0.0, self.due[0][0] - time.monotonic()) if self.due else -1
            for descriptor, _ in self.poll.poll(pause):
                if descriptor == self.listener.fileno():
                    self.accept()
                else:
                    self.read(descriptor)
            while self.due and self.due[0][0] <= time.monotonic():
                at, descriptor, place = heapq.heappop(self.due)
                if descriptor in self.open and self.send(descriptor, STREAM[place]) and place + 1 < len(STREAM):
                    heapq.heappush(self.due, (at + PACE_S, descriptor, place + 1))

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except BlockingIOError:
                return
            sock.setblocking(True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open[sock.fileno()] = sock, bytearray()
            self.poll.register(sock.fileno(), select.EPOLLIN)

    def read(self, descriptor: int) -> None:
        sock, buffer = self.open[descriptor]
        try:
            data = sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            self.leave(descriptor)
            return
        buffer += data
        while (asked := taken(buffer)) is not None:
            self.answer(descriptor, asked)

    def answer(self, descriptor: int, asked: bytes) -> None:
        if not re.search(rb'"stream": ?true', asked):
            self.send(descriptor, WHOLE)
        elif b'"paced"' in asked:
            heapq.heappush(self.due, (time.monotonic(), descriptor, 0))
        else:
            for piece in STREAM:
                if not self.send(descriptor, piece):
                    break

    def send(self, descriptor: int, data: bytes) -> bool:
        try:
            self.open[descriptor][0].sendall(data)
        except OSError:
            self.leave(descriptor)
            return False
        return True

    def leave(self, descriptor: int) -> None:
        self.poll.unregister(descriptor)
        self.open.pop(descriptor)[0].close()


def taken(buffer: bytearray) -> bytes | None:
    """One message of a stated length cut off the front, None where none is whole."""
    if (end := buffer.find(b"\r\n\r\n")) < 0:
        return None
    stated = _LENGTH.search(buffer, 0, end)
    size = end + 4 + int(stated[1] if stated else 0)
    if len(buffer) < size:
        return None
    asked = bytes(buffer[:size])
    del buffer[:size]
    return asked


if __name__ == "__main__":
    upstream = Upstream()
    print(upstream.listener.getsockname()[1], flush=True)
    upstream.serve()
