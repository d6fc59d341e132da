"""Many requests at once that are cut, left and pipelined at random: `python -m tests.shell.proxy.storm 1000000 [h11]`.

A real `tw serve` with a key, budgets and books stands between clients and an upstream that repeats the last message.
Each client asks with a word of its own, so an answer to somebody else's question is known as one; some ask twice
without waiting, some leave within a request, behind it, or within its answer, and the upstream at times closes a
connection, breaks an answer off or says 503. In the end nothing may be held, open or out of balance.

The proxy, the upstream and the clients have a process each. How far it has come is said every ten seconds.
"""

import os
import random
import re
import select
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
from attrs import define, field

from tests.benchmarks.canned import taken
from tests.shell.commands import PROGRAM, ROOT, environment
from tests.shell.plain_http import post

_CONFIG = """
providers:
  echo: {{kind: openai, base_url: 'http://127.0.0.1:{port}/v1'}}
default_budget: 1
budgets: {{day: 1000000}}
models:
  - {{id: echo/model, provider: echo, native_id: echo, tier: budget, capabilities: [general, code, reasoning, math],
     context_tokens: 131072, max_output_tokens: 4096, input_usd_per_mtok: 1, output_usd_per_mtok: 2}}
"""

_WORD = re.compile(rb"word-\d+-")
_CLIENTS = 96

# Between two words of how far it has come.
_SAYS_SO_S = 10

# Longer than anything takes here, and short enough to say so.
_STUCK_S = 60


class Echo:
    """The upstream. Asked by GET, it says how many connections it has."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.open: dict[int, tuple[socket.socket, bytearray]] = {}

    def serve(self) -> None:
        poll = select.epoll()
        poll.register(self.listener.fileno(), select.EPOLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self.listener.fileno():
                    sock, _ = self.listener.accept()
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.open[sock.fileno()] = sock, bytearray()
                    poll.register(sock.fileno(), select.EPOLLIN)
                elif not self._read(*self.open[descriptor]):
                    poll.unregister(descriptor)
                    self.open.pop(descriptor)[0].close()

    def _read(self, sock: socket.socket, buffer: bytearray) -> bool:
        """Answer what has come, and say whether the connection goes on."""
        try:
            data = sock.recv(1 << 16)
            buffer += data
            while data and (asked := taken(buffer)):
                said, more = self._answer(asked)
                sock.sendall(said)
                if not more:
                    return False
        except OSError:
            return False
        return bool(data)

    def _answer(self, asked: bytes) -> tuple[bytes, bool]:
        if asked.startswith(b"GET"):
            return _whole(200, len(self.open) - 1), False
        words = _WORD.findall(asked)
        word, draw = words[-1].decode(), self.chance.random()
        if draw < 0.02:
            return _whole(503, {"error": {"message": "busy"}}), True
        usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
        if b'"stream":true' in asked:
            said = _streamed(word, usage)
        else:
            message = {"role": "assistant", "content": word}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            said = _whole(200, {"object": "chat.completion", "model": "echo", "choices": [choice], "usage": usage})
        if draw < 0.04:
            return said[: self.chance.randrange(len(said))], False
        return said, draw > 0.06  # else it closes behind a whole answer, without having said so


@contextmanager
def _upstream(seed: int) -> Iterator[int]:
    """The port of an upstream in a process of its own."""
    program = (sys.executable, "-m", "tests.shell.proxy.storm", "upstream", str(seed))
    echo = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert echo.stdout is not None
        yield int(echo.stdout.readline())
    finally:
        echo.kill()
        echo.communicate()


def _whole(status: int, document: object) -> bytes:
    body = orjson.dumps(document)
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _streamed(word: str, usage: object) -> bytes:
    pieces = [word[:4], word[4:]]
    deltas = [{"index": 0, "delta": {"content": piece}, "finish_reason": None} for piece in pieces]
    deltas.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    events = [{"object": "chat.completion.chunk", "model": "echo", "choices": [delta]} for delta in deltas]
    events.append({"object": "chat.completion.chunk", "model": "echo", "choices": [], "usage": usage})
    lines = [b"data: %b\n\n" % orjson.dumps(event) for event in events] + [b"data: [DONE]\n\n"]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(line), line) for line in lines) + b"0\r\n\r\n"


@define(eq=False)
class _Client:
    """One connection: the words asked on it whose answers are awaited, and after how many more bytes it leaves."""

    sock: socket.socket
    words: list[bytes]
    leaves_after: float
    buffer: bytearray = field(factory=bytearray)
    text: bytearray = field(factory=bytearray)


class Storm:
    """So many requests against a proxy, by clients on one epoll."""

    def __init__(self, port: int, key: str, requests: int, seed: int) -> None:
        self.address, self.key, self.left = ("127.0.0.1", port), key, requests
        self.chance = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.clients: dict[int, _Client] = {}
        self.poll = select.epoll()
        self.number = 0
        self.begun = self.said_so = time.monotonic()

    def run(self, *, aloud: bool) -> None:
        """Ask everything and hear every answer, and say `aloud` how far that has come."""
        while self.left > 0 or self.clients:
            if aloud and (now := time.monotonic()) > self.said_so + _SAYS_SO_S:
                self.said_so = now
                print(f"{self.number} asked, {self.number / (now - self.begun):.0f} a second", file=sys.stderr)
            while self.left > 0 and len(self.clients) < _CLIENTS:
                self._begin()
            news = self.poll.poll(_STUCK_S)
            assert news, f"nothing has come for {_STUCK_S} s; {len(self.clients)} wait"
            for descriptor, _ in news:
                self._read(self.clients[descriptor])

    def _request(self) -> tuple[bytes, bytes]:
        self.number += 1
        self.left -= 1
        word = b"word-%d-" % self.number
        stream = self.chance.random() < 0.4
        body = {"model": "auto", "messages": [{"role": "user", "content": word.decode()}], "max_tokens": 16}
        said = orjson.dumps({**body, "stream": stream})
        headers = (("authorization", f"Bearer {self.key}"),)
        return word, post("/v1/chat/completions", said, host="127.0.0.1", headers=headers)

    def _begin(self) -> None:
        asked = [self._request() for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]
        said, leaves = b"".join(request for _, request in asked), float("inf")
        if self.chance.random() < 0.15:
            said = said[: self.chance.randrange(1, len(said))]
            leaves = 0
        elif self.chance.random() < 0.25:
            leaves = self.chance.choice((0, 1, 400, 900))
        client = _Client(socket.create_connection(self.address), [word for word, _ in asked], leaves)
        client.sock.sendall(said)
        if not leaves:
            self.counts["left before an answer"] += len(asked)
            client.sock.close()
            return
        self.clients[client.sock.fileno()] = client
        self.poll.register(client.sock.fileno(), select.EPOLLIN)

    def _read(self, client: _Client) -> None:
        data = client.sock.recv(1 << 16)
        client.buffer += data
        client.leaves_after -= len(data)
        while answer := _answered(client.buffer):
            self._check(client.words.pop(0), answer)
        if not data and client.words:
            self.counts["closed by the proxy"] += len(client.words)
        if not data or not client.words or client.leaves_after <= 0:
            self.counts["left within an answer"] += len(client.words) if data else 0
            self.poll.unregister(client.sock.fileno())
            del self.clients[client.sock.fileno()]
            client.sock.close()

    def _check(self, word: bytes, answer: bytes) -> None:
        status = int(answer[9:12])
        others = set(_WORD.findall(_told(answer))) - {word}
        assert not others, f"{word!r} was answered with {others!r}"
        self.counts[f"status {status}"] += 1
        if status == 200 and b'"error"' not in answer:
            assert word in _told(answer), answer


def _answered(buffer: bytearray) -> bytes | None:
    """One answer of the proxy's off the front, whole or in chunks."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0 or b"transfer-encoding: chunked" not in buffer[:end].lower():
        return taken(buffer)
    last = buffer.find(b"\r\n0\r\n\r\n", end)
    if last < 0:
        return None
    said = bytes(buffer[: last + 7])
    del buffer[: last + 7]
    return said


def _told(answer: bytes) -> bytes:
    """The words of an answer; those of a stream come in pieces."""
    return b"".join(re.findall(rb'"content":"([^"]*)"', answer))


def weather(requests: int, home: Path, *, http: str = "httptools", seed: int = 1, aloud: bool = False) -> Counter[str]:
    """Let a storm pass over a proxy, and see that it has left nothing behind. What became of the requests, counted."""
    config = home / "tokenwise.yaml"
    flags = ("--json", "--config", str(config))
    with _upstream(seed) as upstream:
        config.write_text(_CONFIG.format(port=upstream))
        made = subprocess.run(
            (*PROGRAM, "keys", "create", "storm", "--budget", "1000000", *flags),
            env=environment(home), cwd=ROOT, capture_output=True, check=True,
        )  # fmt: skip
        server = subprocess.Popen(
            (*PROGRAM, "serve", "--port", "0", "--http", http, *flags),
            env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port, key = _port_told(server), orjson.loads(made.stdout)["secret"]
            storm = Storm(port, key, requests, seed)
            storm.run(aloud=aloud)
            _settled(port, key, upstream)
        finally:
            server.terminate()
            server.communicate()
    _check_money(home)
    checked = subprocess.run(
        (*PROGRAM, "ledger", "--verify", *flags), env=environment(home), cwd=ROOT, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()
    return storm.counts


def _port_told(server: "subprocess.Popen[bytes]") -> int:
    assert server.stdout is not None
    told = b""
    while line := server.stdout.readline():
        told += line
        if line.startswith(b"}"):
            return int(orjson.loads(told)["base_url"].rpartition(":")[2].partition("/")[0])
    raise AssertionError(f"the server said {told!r} and no more")


def _settled(port: int, key: str, upstream: int) -> None:
    """Wait until nothing is served any more; then no more connections are open upstream than may be kept."""
    ends = time.monotonic() + _STUCK_S
    while (serving := _serving(port, key)) > 1:  # this question is one too
        assert time.monotonic() < ends, f"{serving:.0f} requests never end"
    # Some are in use, and as many may rest after a stream or have served the most that there ever were at once.
    kept = int(_got(upstream, "/connections").splitlines()[-1])
    assert kept <= 3 * _CLIENTS, f"{kept} connections upstream"


def _serving(port: int, key: str) -> float:
    lines = _got(port, "/metrics", f"authorization: Bearer {key}\r\n").splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("tokenwise_requests_in_flight "))


def _got(port: int, path: str, headers: str = "") -> str:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: sock.recv(1 << 16), b"")).decode()


def _check_money(home: Path) -> None:
    """Nothing is held by anybody, and the last that the process has written is that it owes nothing."""
    folder = home / ".local/state/tokenwise"
    beside = ("-wal", "-shm", "-slots")
    kept = [path for path in folder.glob("ledger.jsonl.budgets-*") if not path.name.endswith(beside)]
    assert kept
    for path in kept:
        with closing(sqlite3.connect(path)) as budgets:
            assert budgets.execute("SELECT * FROM holds").fetchall() == []
    last = (folder / "ledger.jsonl").read_bytes().splitlines()[-1]
    assert orjson.loads(last)["type"] == "closed", last


def main(argv: list[str]) -> None:
    if argv[:1] == ["upstream"]:
        echo = Echo(int(argv[1]))
        print(echo.listener.getsockname()[1], flush=True)
        echo.serve()
    requests, http = int(argv[0]) if argv else 20_000, argv[1] if argv[1:] else "httptools"
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seed = int(os.environ.get("STORM_SEED", "1"))
        counts: Any = weather(requests, Path(folder), http=http, seed=seed, aloud=True)
    print(f"{requests} requests on {http} in {time.monotonic() - begun:.0f} s: {dict(counts)}")


if __name__ == "__main__":
    main(sys.argv[1:])
