"""What the proxy costs, beside an older build of it and a bare pass-through, in one interleaved run.

    python -m tests.benchmarks proxy

Everything is on: `auto`, an access key with a budget, a budget for each day, books that survive a power loss, another
prompt in each request. The servers share one core, and the upstream and the clients the other. Rounds are interleaved,
so that a machine that drifts drifts for all; the median round is shown, and ratios to be read before anything else.
`cpu us` is the server's own processor time for each answer in its best round, which says most on a machine that does
other things too; `added` is what the median takes longer than that of the first server.

In the environment: `BENCH_OLD` is a worktree of another build with its own `.venv`; `BENCH_BARE` a Python that has
uvicorn, uvloop, httptools and aiohttp; `BENCH_ROUNDS`, `BENCH_SECONDS`, `BENCH_CASES` (names of cases) and
`BENCH_CONNECTIONS` change what is measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import frozen

from tests.benchmarks.load import Found, load
from tests.shell.commands import ROOT, environment
from tests.shell.plain_http import post

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS: Final = float(os.environ.get("BENCH_SECONDS", "2"))

_CONFIG: Final = """
providers:
  canned: {{kind: openai, base_url: 'http://127.0.0.1:{port}/v1'}}
default_budget: 1000000
budgets: {{day: 1000000}}
models:
  - {{id: canned/model, provider: canned, native_id: canned, tier: budget,
     capabilities: [general, code, reasoning, math], context_tokens: 131072, max_output_tokens: 4096,
     input_usd_per_mtok: 1, output_usd_per_mtok: 2}}
"""

# What a pass-through is at least, as its own documentation would write it: no decision, no books, no limits.
_BARE: Final = """
import sys, aiohttp, uvicorn
UPSTREAM = "http://127.0.0.1:" + sys.argv[1] + "/v1/chat/completions"
session = None
async def app(scope, receive, send):
    global session
    if scope["type"] != "http":
        return
    session = session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    async with session.post(UPSTREAM, data=body, headers={"content-type": "application/json"}) as answer:
        kind = answer.headers["content-type"].encode()
        if "content-length" in answer.headers:
            data = await answer.read()
            headers = [(b"content-type", kind), (b"content-length", str(len(data)).encode())]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": data})
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": [(b"content-type", kind)]})
        async for piece in answer.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
import socket
listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="error",
                              lifespan="off")).run(sockets=[listener])
"""


@frozen
class Target:
    """A server under test, its process and what its clients need to send."""

    name: str
    port: int
    pid: int
    headers: Mapping[str, str]

    def cpu_s(self) -> float:
        """Processor time of the process so far."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@frozen
class Case:
    """What is asked: a body for each number, and over how many connections."""

    name: str
    connections: tuple[int, ...]
    body: Callable[[int], Mapping[str, object]]


@frozen
class Round:
    found: Found
    cpu_us: float


_LINE: Final = (
    "The harbour master wrote down what the tide had done to the pier, and why the engineers were surprised. "
)


def _chat(number: int, **more: object) -> Mapping[str, object]:
    """Another prompt each time, but for one in ten."""
    which = number if number % 10 else 0
    messages = [{"role": "user", "content": f"Tell me in a few words what makes the tides of harbour {which}."}]
    return {"model": "auto", "messages": messages, "max_tokens": 256, **more}


def _long(number: int) -> Mapping[str, object]:
    """The turns of one conversation of 200 messages and 100 kB, whose last message is new."""
    turns = [{"role": "user" if place % 2 == 0 else "assistant", "content": _LINE * 5} for place in range(199)]
    return _chat(number) | {"messages": [*turns, {"role": "user", "content": f"And what of harbour {number}?"}]}


CASES: Final = (
    Case("json", (1, 16, 64, 256), _chat),
    Case("same prompt", (16,), lambda _: _chat(0)),
    Case("named model", (16,), lambda number: {**_chat(number), "model": "canned/model"}),
    Case("200 messages", (16,), _long),
    Case("stream", (1, 16, 64), lambda number: _chat(number, stream=True)),
    Case("paced stream", (256,), lambda number: _chat(number, stream=True, user="paced")),
)


def main() -> None:
    """Measure, and print a table."""
    wanted = os.environ.get("BENCH_CASES", "")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        upstream, _ = running.enter_context(_process(sys.executable, "-m", "tests.benchmarks.canned", core=1))
        targets = list(_targets(home, upstream, running))
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        for case in CASES:
            if not wanted or case.name in wanted.split(","):
                for connections in _connections(case):
                    _report(case, connections, targets, _measured(case, connections, targets))


def _connections(case: Case) -> tuple[int, ...]:
    said = os.environ.get("BENCH_CONNECTIONS")
    return tuple(map(int, said.split(","))) if said else case.connections


def _targets(home: Path, upstream: int, running: ExitStack) -> Iterator[Target]:
    if bare := os.environ.get("BENCH_BARE"):
        yield Target("bare", *running.enter_context(_process(bare, "-c", _BARE, str(upstream))), headers={})
    if old := os.environ.get("BENCH_OLD"):
        yield _served("old", Path(old), Path(old) / ".venv/bin/python", home / "old", upstream, running)
    yield _served("this", ROOT, Path(sys.executable), home / "this", upstream, running)


def _served(name: str, tree: Path, python: Path, home: Path, upstream: int, running: ExitStack) -> Target:
    home.mkdir()
    config = home / "tokenwise.yaml"
    config.write_text(_CONFIG.format(port=upstream))
    program = (str(python), "-c", "import sys; from tokenwise_shell.cli import main; sys.exit(main())")
    created = subprocess.run(
        (*program, "keys", "create", "bench", "--budget", "1000000", "--json", "--config", str(config)),
        cwd=tree, env=_environment(home, tree), capture_output=True, check=True,
    )  # fmt: skip
    served = (*program, "serve", "--port", "0", "--json", "--config", str(config))
    told, pid = running.enter_context(_process(*served, cwd=tree, home=home))
    port = int(told["base_url"].rpartition(":")[2].partition("/")[0])
    return Target(name, port, pid, {"authorization": f"Bearer {orjson.loads(created.stdout)['secret']}"})


def _environment(home: Path, tree: Path) -> dict[str, str]:
    return environment(home) | {"PYTHONPATH": str(tree)}


@contextmanager
def _process(*command: str, cwd: Path = ROOT, home: Path | None = None, core: int = 0) -> Iterator[tuple[Any, int]]:
    """A process while the block runs, on its own core; the JSON it says first, and its number."""
    running = subprocess.Popen(
        command,
        cwd=cwd,
        env=_environment(home, cwd) if home else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    os.sched_setaffinity(running.pid, {sorted(os.sched_getaffinity(0))[core]})
    try:
        yield _told(running), running.pid
    finally:
        running.terminate()
        running.wait()


def _told(running: "subprocess.Popen[bytes]") -> Any:
    told = b""
    assert running.stdout is not None
    while line := running.stdout.readline():
        told += line
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(told)
    raise RuntimeError(f"{running.args!r} said {told!r} and no more")


def _measured(case: Case, connections: int, targets: list[Target]) -> list[Round]:
    """The median round of each target by its rate, with the least processor time of all its rounds."""
    columns: list[list[Round]] = [[] for _ in targets]
    for _ in range(ROUNDS):
        for target, column in zip(targets, columns, strict=True):
            before = target.cpu_s()
            found = load(target.port, connections, SECONDS, _requests(case, target))
            answered = max(1, found.answers + connections)
            column.append(Round(found, (target.cpu_s() - before) * 1e6 / answered))
    return [
        Round(
            sorted(column, key=lambda one: one.found.per_second)[ROUNDS // 2].found, min(one.cpu_us for one in column)
        )
        for column in columns
    ]


_numbers = count(1)


def _requests(case: Case, target: Target) -> Iterator[bytes]:
    for number in _numbers:
        body = orjson.dumps(case.body(number))
        yield post("/v1/chat/completions", body, host="127.0.0.1", headers=tuple(target.headers.items()))


def _report(case: Case, connections: int, targets: list[Target], rounds: list[Round]) -> None:
    print(f"\n{case.name}, {connections} connections")
    heads = f"{'':8}{'/s':>8}{'p50 ms':>9}{'added':>9}{'p99 ms':>9}{'first ms':>9}{'cpu us':>9}"
    print(f"{heads}   rate and cpu, to {targets[0].name}")
    for target, one in zip(targets, rounds, strict=True):
        found, first = one.found, statistics.median(one.found.first_ms or (0.0,))
        rate, cpu = found.per_second / rounds[0].found.per_second, one.cpu_us / rounds[0].cpu_us
        added = found.percentile(50) - rounds[0].found.percentile(50)
        print(
            f"{target.name:8}{found.per_second:8.0f}{found.percentile(50):9.2f}{added:9.2f}{found.percentile(99):9.2f}"
            f"{first:9.2f}{one.cpu_us:9.0f}   {rate:.2f} {cpu:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
