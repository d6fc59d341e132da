"""What the proxy costs: requests per second and time to the whole answer, beside the same upstream asked directly.

    python -m tests.benchmarks proxy

A canned upstream, the proxy (`tw serve`, as it comes) and the clients are a process each, on one machine: with fewer
than three cores they take time from one another, so read the columns as ratios. Rounds are interleaved, so that a
machine that drifts drifts for all of them; the median round is shown.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import trio
from attrs import frozen

from tests.shell.commands import PROGRAM, ROOT, environment
from tests.shell.plain_http import Connection, post

CONNECTIONS = (1, 16, 64)
ROUNDS = 3
SECONDS = 2.0


@frozen
class Target:
    """Somebody to ask: the address, and the request."""

    name: str
    port: int
    request: bytes


@frozen
class Round:
    """One target under so many connections for a while. Times in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


async def load(target: Target, connections: int) -> Round:
    """Ask without pause over so many connections."""
    taken: list[float] = []

    async def client() -> None:
        connection = await Connection.open("127.0.0.1", target.port)
        try:
            while True:
                begun = trio.current_time()
                answer = await connection.ask(target.request)
                body = await connection.body(answer)
                assert answer.status == 200, body
                taken.append((trio.current_time() - begun) * 1000)
        finally:
            await connection.aclose()

    with trio.move_on_after(SECONDS):
        async with trio.open_nursery() as nursery:
            for _ in range(connections):
                nursery.start_soon(client)
    if len(taken) < 2:
        return Round(len(taken) / SECONDS, float("nan"), float("nan"))
    percentiles = statistics.quantiles(taken, n=100)
    return Round(len(taken) / SECONDS, statistics.median(taken), percentiles[98])


@contextmanager
def process(*command: str, home: Path) -> Iterator[Any]:
    """A process while the block runs, and the JSON it says first."""
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield _told(running)
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
    raise RuntimeError(f"{running.args} said {told!r} and no more")


def configure(home: Path, port: int) -> Path:
    path = home / "tokenwise.yaml"
    path.write_text(
        f"providers:\n  canned: {{kind: openai, base_url: 'http://127.0.0.1:{port}/v1'}}\n"
        "default_budget: 1000000\n"
        "models:\n  - {id: canned/model, provider: canned, native_id: canned, tier: budget,\n"
        "     capabilities: [general, code, reasoning, math], context_tokens: 131072, max_output_tokens: 4096,\n"
        "     input_usd_per_mtok: 1, output_usd_per_mtok: 2}\n"
    )
    return path


def body(model: str, *, stream: bool) -> bytes:
    messages = [{"role": "user", "content": "Tell me in a few words what makes the tides."}]
    return orjson.dumps({"model": model, "messages": messages, "max_tokens": 256, "stream": stream})


def targets(direct: int, proxy: int, *, stream: bool) -> list[Target]:
    named = (("upstream", direct, "canned"), ("proxy, by id", proxy, "canned/model"), ("proxy, auto", proxy, "auto"))
    return [
        Target(name, port, post("/v1/chat/completions", body(model, stream=stream), host="127.0.0.1"))
        for name, port, model in named
    ]


def measured(asked: list[Target], connections: int) -> list[Round]:
    """The median round of each target by its rate."""
    rounds = [[trio.run(load, target, connections) for target in asked] for _ in range(ROUNDS)]
    return [sorted(column, key=lambda one: one.per_second)[ROUNDS // 2] for column in zip(*rounds, strict=True)]


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with process(sys.executable, "-m", "tests.benchmarks.canned", home=home) as said:
            direct = said
            config = configure(home, direct)
            with process(*PROGRAM, "serve", "--port", "0", "--json", "--config", str(config), home=home) as told:
                proxy = int(told["base_url"].rpartition(":")[2].partition("/")[0])
                report(direct, proxy)


def report(direct: int, proxy: int) -> None:
    for stream in (False, True):
        print(f"\n{'streams of 64 tokens' if stream else 'JSON'}, time to the whole answer")
        print(f"{'':14}{'connections':>12}{'req/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'+p50 ms':>10}{'+p99 ms':>10}")
        for connections in CONNECTIONS:
            asked = targets(direct, proxy, stream=stream)
            found = measured(asked, connections)
            for target, one in zip(asked, found, strict=True):
                added = f"{one.p50_ms - found[0].p50_ms:10.2f}{one.p99_ms - found[0].p99_ms:10.2f}"
                shown = added if target is not asked[0] else ""
                print(
                    f"{target.name:14}{connections:12}{one.per_second:10.0f}{one.p50_ms:10.2f}{one.p99_ms:10.2f}{shown}"
                )


if __name__ == "__main__":
    main()
