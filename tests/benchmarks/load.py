"""Clients on a bare epoll loop, at some 15 µs a request: so many connections, each asking again once it is answered.

A request that is under way when the window ends is still waited for and not counted, so that a slow server looks as
fast as it is. Every answer must be of status 200 and end as it should; anything else raises.
"""

import re
import select
import socket
import statistics
import time
from collections.abc import Iterator

from attrs import define, field, frozen

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STATUS = b"HTTP/1.1 200"


@frozen
class Found:
    """Of one window: answers, seconds, and of each answer the time to its end and to its first byte behind the head."""

    answers: int
    seconds: float
    taken_ms: tuple[float, ...]
    first_ms: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, which: int) -> float:
        return statistics.quantiles(self.taken_ms, n=100)[which - 1] if len(self.taken_ms) > 1 else float("nan")


@define(eq=False)
class _Client:
    sock: socket.socket
    begun: float = 0.0
    first: float = 0.0
    buffer: bytearray = field(factory=bytearray)

    def ask(self, request: bytes) -> None:
        self.begun, self.first = time.perf_counter(), 0.0
        self.buffer.clear()
        self.sock.sendall(request)

    def heard(self) -> bool:
        """Read, and say whether the answer is whole."""
        data = self.sock.recv(1 << 18)
        if not data:
            raise RuntimeError(f"left in the middle of an answer: {bytes(self.buffer[:500])!r}")
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self.buffer.startswith(_STATUS):
            raise RuntimeError(bytes(self.buffer[:1000]).decode())
        if not self.first and len(self.buffer) > end + 4:
            self.first = time.perf_counter()
        stated = _LENGTH.search(self.buffer, 0, end)
        return len(self.buffer) >= end + 4 + int(stated[1]) if stated else self.buffer.endswith(b"0\r\n\r\n")


def load(port: int, connections: int, seconds: float, requests: Iterator[bytes]) -> Found:
    """Ask without pause over so many connections for a while."""
    poll, clients = select.epoll(), dict[int, _Client]()
    for _ in range(connections):
        client = _Client(socket.create_connection(("127.0.0.1", port)))
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        clients[client.sock.fileno()] = client
        poll.register(client.sock.fileno(), select.EPOLLIN)
    taken, first = list[float](), list[float]()
    begun = time.perf_counter()
    ends = begun + seconds
    for client in clients.values():
        client.ask(next(requests))
    under_way = len(clients)
    while under_way:
        for descriptor, _ in poll.poll(60):
            client = clients[descriptor]
            if not client.heard():
                continue
            now = time.perf_counter()
            if now <= ends:
                taken.append((now - client.begun) * 1000)
                first.append((client.first - client.begun) * 1000)
                client.ask(next(requests))
            else:
                under_way -= 1
    for client in clients.values():
        client.sock.close()
    return Found(len(taken), seconds, tuple(taken), tuple(first))
