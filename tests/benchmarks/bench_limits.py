"""What sessions that never repeat cost: memory of a process, its file, and time per call, against one session.

python -m tests.benchmarks limits
"""

import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer

AMOUNT = Nanodollars(1_000)
ATTEMPT = AttemptId("answer", 0)
CALLS = 100_000
LIMITS = (
    Limit(Nanodollars(10**15), Window.DAY),
    Limit(Nanodollars(10**9), Window.TOTAL, each="session"),
)


def spend(store: LocalStore | ProcessStore, sessions: int, calls: int) -> tuple[float, int]:
    """Microseconds a call (a reserve and its settlement in two budgets), and bytes that the process keeps after all."""
    in_force = InForce(store, lambda: 1_795_292_153_123)
    for limit in LIMITS:
        in_force.add(limit)
    tracemalloc.start()
    began = time.perf_counter()
    for number in range(calls):
        account = Account(marks=(("session", f"session-{number % sessions}"),))
        store.reserve("run", ATTEMPT, AMOUNT, in_force.scopes(account))
        store.settle("run", ATTEMPT, AMOUNT)
    took = time.perf_counter() - began
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return 1e6 * took / calls, kept


def local(folder: Path) -> LocalStore:
    """A store of this machine, whose only process this is."""
    ledger = folder / "ledger.jsonl"
    Registered.register(ledger, Writer("bench", Position(0, 0)))
    return LocalStore(ledger, "bench")


def main() -> None:
    """Both sides interleaved, since other programs share the machine; memory is traced, which slows both alike."""
    for sessions in (1, CALLS, 1, CALLS):
        with TemporaryDirectory() as folder:
            store = local(Path(folder))
            micros, kept = spend(store, sessions, CALLS)
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(
            f"local, {CALLS:,} calls of {sessions:,} sessions: {micros:.0f} us a call, "
            f"{kept / 2**20:.1f} MiB kept, {size / 2**20:.1f} MiB on disk"
        )
    micros, kept = spend(ProcessStore(), 100_000, 100_000)
    print(f"none, 100,000 sessions: {micros:.0f} us a call, {kept / 100_000:.0f} bytes kept for each")


if __name__ == "__main__":
    main()
