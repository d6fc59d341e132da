"""Budgets that replicas share: the time of one reserve on a server on loopback, and how many a second.

The server syncs every command to its disk, so the disk's time is in each figure; see `ledger` for that by itself.
"""

import statistics
import tempfile
import time
from pathlib import Path

import trio

from tests.shell.redis_server import SERVER, Server
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.redis_store import RedisStore, open_store
from tokenwise_shell.budgets.slices import Slices

SCOPES = ("process total", "process 2026-11-21", "key:alice 2026-11")
PAIRS, TASKS = 1_000, 50


async def alone(store: RedisStore) -> list[float]:
    """Seconds of each of many reserves, one after the other."""
    durations = []
    for ordinal in range(PAIRS):
        begun = time.perf_counter()
        await store.reserve("alone", AttemptId("answer", ordinal), Nanodollars(360_000), SCOPES)
        durations.append(time.perf_counter() - begun)
        store.settle("alone", AttemptId("answer", ordinal), Nanodollars(300_000))
        await store.delivered()
    return durations


async def together(store: RedisStore | Slices) -> float:
    """Seconds in which many tasks reserve and settle as often, all in all."""

    async def one(number: int) -> None:
        for ordinal in range(PAIRS // TASKS):
            attempt = AttemptId("answer", ordinal)
            await store.reserve(f"{run}-{number}", attempt, Nanodollars(360_000), SCOPES)
            store.settle(f"{run}-{number}", attempt, Nanodollars(300_000))

    run = type(store).__name__
    begun = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for number in range(TASKS):
            nursery.start_soon(one, number)
    if isinstance(store, RedisStore):
        await store.delivered()
    return time.perf_counter() - begun


async def measure(server: Server) -> None:
    await server.ready()
    async with open_store(server.url) as store:
        for scope in SCOPES:
            await store.open(scope, Nanodollars(10**15))
        durations = sorted(await alone(store))
        p99 = durations[len(durations) * 99 // 100] * 1e3
        print(f"reserve in 3 shared budgets: p50 {statistics.median(durations) * 1e3:.2f} ms, p99 {p99:.2f} ms")
        seconds = await together(store)
        await store.delivered()
        print(f"{TASKS} tasks: {PAIRS / seconds:,.0f} reserve + settle a second, each asking the server")
        seconds = await together(Slices(store, "bench"))
        print(f"{TASKS} tasks: {PAIRS / seconds:,.0f} within slices")


def main() -> None:
    """Print the figures, or that there is no server here."""
    if SERVER is None:
        print("neither valkey-server nor redis-server is installed")
        return
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        trio.run(measure, server)
