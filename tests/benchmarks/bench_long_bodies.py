"""How long `/healthz` takes while somebody sends bodies of 12 to 31 MB: many parts, one long text, a spent key.

    python -m tests.benchmarks long_bodies

Each body is sent over and over for some seconds by one client, and `/healthz` is asked by another, on connections that
are kept. The proxy is a process of its own, over simulated models.
"""

import multiprocessing
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import orjson

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

_SECONDS: Final = 5
_TW: Final = str(Path(sys.executable).with_name("tw"))


def main() -> None:
    """Print a line for each body."""
    part = {"type": "text", "text": "a"}
    bodies = {
        "nothing": b"",
        "a million parts, 31 MB": _body([part | {"text": "aaaaa"}] * 1_000_000),
        "half a million parts": _body([part] * 500_000),
        "30,000 parts": _body([part] * 30_000),
        "one text": _body("abc, def { " * 1_500_000),
        "one text in Chinese": _body("水" * 5_500_000),
    }
    with TemporaryDirectory() as home:
        environ = {"HOME": home, "PATH": "/usr/bin:/bin"}
        secrets = {name: _key(environ, name, *options) for name, *options in (("rich",), ("poor", "--budget", "0"))}
        command = [_TW, "serve", "--offline", "--port", "0"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout is not None
            place = urlsplit(serving.stdout.readline().strip())
            for who, secret in secrets.items():
                for name, body in bodies.items():
                    _measure(f"{name}, {who} key", body, secret, place.netloc)
            serving.terminate()


def _measure(name: str, body: bytes, secret: str, netloc: str) -> None:
    context = multiprocessing.get_context("spawn")  # a sender in this process would hold up who asks for the health
    statuses, over = context.Queue(), context.Event()
    sender = context.Process(target=_send, args=(body, secret, netloc, statuses, over))
    sender.start()
    statuses.get()  # it has begun
    took = _healths(netloc, over)
    over.set()
    told = list(iter(statuses.get, None))
    sender.join()
    worst, usual, late = 1000 * max(took), 1000 * median(took), sum(each > 0.05 for each in took)
    print(
        f"{name:32} {len(told):4} answers {sorted(set(told))}; /healthz: {len(took)} times, median {usual:.1f} ms, "
        f"worst {worst:.1f} ms, {late} above 50 ms",
        flush=True,
    )


def _healths(netloc: str, over: "Event") -> list[float]:
    connection, took = HTTPConnection(netloc), []
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        begun = time.perf_counter()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"status":"ok"}'
        took.append(time.perf_counter() - begun)
        over.wait(0.002)
    connection.close()
    return took


def _send(body: bytes, secret: str, netloc: str, statuses: "Queue[int | None]", over: "Event") -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {secret}"}
    statuses.put(0)
    while body and not over.is_set():
        connection = HTTPConnection(netloc)
        try:
            connection.request("POST", "/v1/chat/completions", body, headers)
            answer = connection.getresponse()
            answer.read()
            statuses.put(answer.status)
        except OSError:
            statuses.put(0)  # it was told off before it had sent all
        connection.close()
    over.wait()
    statuses.put(None)


def _body(content: object) -> bytes:
    return orjson.dumps({"model": "auto", "max_tokens": 1, "messages": [{"role": "user", "content": content}]})


def _key(environ: dict[str, str], name: str, *options: str) -> str:
    command = [_TW, "keys", "create", name, *options]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
