"""The books: holding money, writing lines, making them durable, and proving a million of them.

The disk's own time for one fdatasync is printed beside what is built on it. Each figure is the best of its rounds.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import trio

from tokenwise.budgets.ledger import Charged, Finished, Released, Reservation
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.leases import Leases
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.ledger.spending import load_spending
from tokenwise_shell.ledger.view import summarise

LINES = 1_000_000
CALLS = 4  # of one run: 13 lines with the last
PRODUCERS = 16
USAGE = Usage(input_tokens=300, output_tokens=80)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def opened(folder: Path, sync: LedgerSync) -> Journal:
    return Journal.open(folder / "ledger.jsonl", now_ms=now_ms, sync=sync)


def best(work: Callable[[], None], rounds: int = 5) -> float:
    """Seconds of the fastest round."""
    durations = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        durations.append(time.perf_counter() - begun)
    return min(durations)


def reserved(attempt: AttemptId) -> Reservation:
    return Reservation(attempt, "openai/gpt-5.5-mini", "openrouter", Nanodollars(360_000), 400, 500)


def closed(attempt: AttemptId) -> tuple[Charged, Released]:
    model = "openai/gpt-5.5-mini"
    charged = Charged(attempt, model, "openrouter", Nanodollars(300_000), USAGE, "ok", estimated=False, asked=model)
    return charged, Released(attempt, Nanodollars(60_000))


def holding() -> None:
    store = ProcessStore()
    store.open("process", Nanodollars(10**18))
    store.open("key", Nanodollars(10**18))
    attempt, pairs = AttemptId("answer", 0), 10_000
    for scopes in (("process",), ("process", "key")):

        def work(scopes: tuple[str, ...] = scopes) -> None:
            for _ in range(pairs):
                store.reserve("run", attempt, Nanodollars(360_000), scopes)
                store.settle("run", attempt, Nanodollars(300_000))

        print(f"reserve + settle, {len(scopes)} budget(s): {best(work) / pairs * 1e6:.1f} us")


def appending(folder: Path) -> None:
    journal, calls = opened(folder, LedgerSync.NEVER), 5_000
    attempts = [AttemptId("answer", number) for number in range(calls)]

    def work() -> None:
        for attempt in attempts:
            journal.append("run", reserved(attempt))
            journal.append("run", *closed(attempt))

    seconds = best(work)
    print(f"append of a call's 3 lines in 2 writes: {seconds / calls * 1e6:.1f} us, {calls * 3 / seconds:,.0f} lines/s")
    journal.close()


def syncing(folder: Path) -> None:
    descriptor = os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def one() -> None:
        os.write(descriptor, b"x" * 200)
        os.fdatasync(descriptor)

    print(f"the disk: one write and fdatasync {best(one, 50) * 1e3:.2f} ms at best")
    os.close(descriptor)
    journal = opened(folder, LedgerSync.ALWAYS)
    each = 200

    async def producer(number: int) -> None:
        for ordinal in range(each):
            journal.append(f"run-{number}", reserved(AttemptId("answer", ordinal)))
            await journal.durable()
            journal.append(f"run-{number}", *closed(AttemptId("answer", ordinal)))

    async def load() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(PRODUCERS):
                nursery.start_soon(producer, number)

    seconds = best(lambda: trio.run(load), 3)
    print(f"sync: always, {PRODUCERS} producers: {PRODUCERS * each / seconds:,.0f} durable reservations/s")
    journal.close()


def leasing(folder: Path) -> None:
    """The same load within leases, on a budget that has room; and what a reservation within one adds by itself."""
    journal, store, each = opened(folder, LedgerSync.LEASE), ProcessStore(), 2_000
    store.open("process", Nanodollars(10**15))
    journal.leases.lender, journal.leases.scopes_of = store, lambda _: ("process",)

    async def producer(number: int) -> None:
        for ordinal in range(each):
            journal.append(f"run-{number}", reserved(AttemptId("answer", ordinal)))
            await journal.durable()

    async def load() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(PRODUCERS):
                nursery.start_soon(producer, number)

    seconds = best(lambda: trio.run(load), 3)
    print(f"sync: lease, {PRODUCERS} producers: {PRODUCERS * each / seconds:,.0f} reservations/s within leases")
    print(f"one reservation written and safe: {seconds / PRODUCERS / each * 1e6:.1f} us; its parts follow")
    leases, pairs = Leases(lambda *_: 1, store, lambda _: ("process",)), 10_000
    leases.draw(Account(), Nanodollars(360_000), 0)
    leases.renew()

    def work() -> None:
        for position in range(pairs):
            leases.draw(Account(), Nanodollars(1), position)
            leases.covered()
            leases.low()
        leases.synced(pairs)

    print(f"of it, the lease's own work: {best(work) / pairs * 1e6:.1f} us")
    journal.close()


def write_million(folder: Path) -> Path:
    journal = opened(folder, LedgerSync.NEVER)
    runs = LINES // (3 * CALLS + 1)
    for number in range(runs):
        entries = []
        for ordinal in range(CALLS):
            attempt = AttemptId("answer", ordinal)
            entries += [reserved(attempt), *closed(attempt)]
        finished = Finished("completed", Nanodollars(CALLS * 300_000), Nanodollars(0))
        journal.append(f"01kas3xv{number:08d}", *entries, finished)
    journal.close()
    return journal.file.path


def lines_of(path: Path) -> Iterator[Mapping[str, object]]:
    yield from read_ledger(path, print)


def proving(folder: Path) -> None:
    path = write_million(folder)
    begun = time.perf_counter()
    proof = verify(lines_of(path))
    proved = time.perf_counter() - begun
    assert proof.problems == ()
    megabytes = sum(file.stat().st_size for file in path.parent.glob("ledger.jsonl*") if file.is_file()) / 1e6
    print(f"verify: {proof.lines:,} lines ({megabytes:.0f} MB, {proof.runs:,} runs) in {proved:.2f} s")
    begun = time.perf_counter()
    summarise(lines_of(path), print)
    print(f"summary of the same: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    opened(folder, LedgerSync.NEVER).close()
    print(f"opening and closing it, nobody having died: {(time.perf_counter() - begun) * 1e3:.1f} ms")
    for what in ("without a checkpoint", "with one"):
        begun = time.perf_counter()
        journal = opened(folder, LedgerSync.NEVER)
        load_spending(path, print)
        print(f"start-up, all windows' spend included, {what}: {time.perf_counter() - begun:.2f} s")
        journal.close()


def killed(folder: Path) -> None:
    """A process that has written a million lines dies without a word; how long the next one takes to start."""
    runs, limits = LINES // (3 * CALLS + 1), [Limit(Nanodollars(10**18), Window.DAY)]

    async def live() -> None:
        journal = opened(folder, LedgerSync.LEASE)
        limits_for(journal, ProcessStore(), limits)
        for number in range(runs):
            attempts = [AttemptId("answer", ordinal) for ordinal in range(CALLS)]
            journal.append(f"run-{number}", *map(reserved, attempts))
            await journal.durable()
            entries = [entry for attempt in attempts for entry in closed(attempt)]
            finished = Finished("completed", Nanodollars(CALLS * 300_000), Nanodollars(0))
            journal.append(f"run-{number}", *entries, finished)
        journal.append("last", reserved(AttemptId("answer", 0)))

    child = os.fork()
    if child == 0:
        trio.run(live)
        os._exit(9)
    os.waitpid(child, 0)
    begun = time.perf_counter()
    journal = opened(folder, LedgerSync.LEASE)
    limits_for(journal, ProcessStore(), limits)
    print(f"start-up after that process was killed, recovery and spend included: {time.perf_counter() - begun:.2f} s")
    assert journal.recovered.attempts == 1
    journal.close()


def main() -> None:
    """Print the figures. Uses a quarter of a gigabyte of the temporary directory's disk for a while."""
    holding()
    for part in (appending, syncing, leasing, proving, killed):
        with tempfile.TemporaryDirectory() as folder:
            part(Path(folder))
