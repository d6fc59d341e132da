"""A proxy in a process of its own, and what is thrown at it: requests from its own description, and bytes."""

import os
import random
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from attrs import define, field

from tests.conformance.fetching import tools

# A server that says nothing for so long hangs.
HANG_SECONDS = 10
# After this pause a request that was not answered is taken for one that waits for more.
PAUSE_SECONDS = 0.05

SAID = [{"role": "user", "content": "rain"}]
BODIES = {
    "/v1/chat/completions": {"model": "auto", "messages": SAID, "max_tokens": 9},
    "/v1/messages": {"model": "auto", "messages": SAID, "max_tokens": 9},
    "/v1/messages/count_tokens": {"model": "auto", "messages": SAID},
    "/v1/responses": {"model": "auto", "input": "rain", "max_output_tokens": 9},
    "/v1/embeddings": {"model": "auto", "input": ["rain", "snow"]},
    "/v1/route": {"model": "auto", "messages": SAID},
}
READ = ("/v1/models", "/v1/models/auto", "/healthz", "/readyz", "/metrics", "/openapi.json", "/")

SPICES = (
    b"\r\n", b"\r\n\r\n", b"\n", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b" ", b":", b"%00", b"../", b"?", b"#", b"\t",
    b"Content-Length: 0\r\n", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Connection: upgrade\r\nUpgrade: websocket\r\n",
    b"Upgrade: h2c\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"x-tokenwise-budget: 1e309\r\n", b"HTTP/9.9",
    b"[" * 5_000, b'{"a":' * 2_000, b'"\\ud800"', b"1e400", b"-0", b"9" * 400, b"null", b"true", b"{}", b"[]", b'""',
    b'"stream":true,', b'"n":1000000,', b'"messages":null,', b'"tools":[{}],', b'"max_tokens":1e3,', b"A" * 70_000,
)  # fmt: skip


@define
class Target:
    """A running `tw serve`, and what it has answered."""

    origin: str
    process: "subprocess.Popen[bytes]"
    log: Path
    statuses: Counter[str] = field(factory=Counter, init=False)

    @property
    def rss_mib(self) -> float:
        """Memory that the process has in use."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024

    @property
    def open_files(self) -> int:
        """Its open file descriptors, connections among them."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def say(self, data: bytes, *, cuts: int = 1) -> bytes:
        """Send bytes over a new connection, in so many pieces, and give all that comes back until it is closed.

        Raises TimeoutError where nothing more comes and the connection stays open, although everything was said.
        """
        address = urlsplit(self.origin)
        with socket.create_connection((address.hostname, address.port), timeout=HANG_SECONDS) as wire:
            said = self._heard(wire, data, cuts)
        self.statuses.update(each.decode() for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", said))
        return said

    def _heard(self, wire: socket.socket, data: bytes, cuts: int) -> bytes:
        said = bytearray()
        try:
            for start in range(0, len(data), size := max(1, -(-len(data) // cuts))):
                wire.sendall(data[start : start + size])
            wire.settimeout(PAUSE_SECONDS)
            for timeout in (PAUSE_SECONDS, HANG_SECONDS):
                wire.settimeout(timeout)
                said += self._all(wire, patient=timeout == HANG_SECONDS)
                if timeout == PAUSE_SECONDS:
                    wire.shutdown(socket.SHUT_WR)
        except (ConnectionError, BrokenPipeError, OSError) as gone:
            if isinstance(gone, TimeoutError):
                raise
        return bytes(said)

    def _all(self, wire: socket.socket, *, patient: bool) -> bytes:
        heard = bytearray()
        while True:
            try:
                part = wire.recv(1 << 16)
            except TimeoutError:
                if patient:
                    raise
                return bytes(heard)
            if not part:
                return bytes(heard)
            heard += part


@contextmanager
def serving(folder: Path) -> Iterator[Target]:
    """`tw serve --offline` on a free port, with its books in this folder."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("TOKENWISE_")}
    homes = {name: str(folder / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    command = (str(Path(sys.executable).with_name("tw")), "serve", "--offline", "--port", "0")
    log = folder / "stderr.txt"
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, cwd=folder, env={**known, **homes}, stdout=subprocess.PIPE, stderr=stderr)
        try:
            assert process.stdout
            address = re.match(rb"http://[^\s/]+", process.stdout.readline())
            assert address, log.read_text()
            yield Target(address[0].decode(), process, log)
        finally:
            process.terminate()
            process.communicate(timeout=HANG_SECONDS)


def request_bytes(draw: random.Random) -> bytes:
    """One proper request."""
    path = draw.choice((*BODIES, *READ))
    if path in READ:
        return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    fields = dict(BODIES[path])
    if draw.random() < 0.3:
        fields["stream"] = True
    body = orjson.dumps(fields)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    if draw.random() < 0.2:
        return f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def attack(draw: random.Random) -> bytes:
    """Requests with something wrong, with their lengths put right again or not, or bytes that are none."""
    if draw.random() < 0.1:
        return draw.randbytes(draw.randrange(1, 300))
    data = b"".join(request_bytes(draw) for _ in range(draw.choice((1, 1, 1, 2, 3))))
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        data = _mutated(data, draw)
    return _measured(data) if draw.random() < 0.5 else data


def _mutated(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    end = min(len(data), at + draw.choice((1, 2, 5, 20, 100)))
    match draw.randrange(6):
        case 0:
            return data[:at] + draw.choice(SPICES) + data[at:]
        case 1:
            return data[:at] + draw.choice(SPICES) + data[end:]
        case 2:
            return data[:at] + data[end:]
        case 3:
            return data[:at] + draw.randbytes(end - at) + data[end:]
        case 4:
            return data[:end] + data[at:]
        case _:
            return data[:at]


def _measured(data: bytes) -> bytes:
    """The first request with the length that its body has by now, so that the body is looked at."""
    head, found, body = data.partition(b"\r\n\r\n")
    return re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(body), head) + found + body


def described(origin: str, *flags: str) -> "subprocess.CompletedProcess[str]":
    """Schemathesis, on the proxy's own description, with the checks that the description is meant to pass.

    It says of a body what this proxy insists on, and the provider insists on more: so that a proper request is accepted
    is not checked, nor that each improper one is refused. What an upstream does (502, 503) is described, and no fault
    of the proxy's; a 500 is one, and is looked for by the caller.
    """
    code = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
    left_out = "not_a_server_error,positive_data_acceptance,negative_data_rejection"
    command = (sys.executable, "-c", code, "run", f"{origin}/openapi.json", "--exclude-checks", left_out)
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HYPOTHESIS_"))}
    return subprocess.run(
        (*command, "--no-color", "--continue-on-failure", "--request-timeout", str(HANG_SECONDS), *flags),
        env={**known, "PYTHONPATH": str(tools())},
        cwd=tools(),
        capture_output=True,
        text=True,
        check=False,
    )
