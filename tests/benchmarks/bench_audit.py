"""`tw audit`: how often its intervals hold the truth, what it remembers of a large log, how fast it reads.

The logs are Claude Code's as `tests/shell/audit/logs.py` makes them. For coverage, sessions are drawn with replacement
from four hundred, so the share that a policy saves of all such traffic is known; each of three hundred worlds is a log
of sixty sessions on disk, read like any other. For memory, the same lines under new names make a file of any size.

    python -m tests.benchmarks audit
    python -m tests.benchmarks.bench_audit coverage 300
    python -m tests.benchmarks.bench_audit memory 1000        megabytes
"""

import itertools
import os
import random
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve

from tests.shell.audit.logs import ANTHROPIC, Made, claude_code, made
from tokenwise.audit.audits import Audit
from tokenwise.audit.choices import Trial, equals
from tokenwise.audit.findings import findings
from tokenwise.audit.pricing import Prices
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.workload import Variant
from tokenwise_shell.audit.opening import Intake, calls_of
from tokenwise_shell.audit.values import resolver

POOL = 400
SESSIONS = 60
LIMIT = Nanodollars(10**15)
CATALOG = embedded_catalog()
TRIALS = [
    Trial(equals(LIMIT), CATALOG),
    *(
        Trial(Variant(name=strategy.value, policy=Policy(strategy=strategy), limit=LIMIT), CATALOG)
        for strategy in (Strategy.BEST_QUALITY, Strategy.BALANCED)
    ),
]
PRICES = Prices(CATALOG, resolver(CATALOG))


def audited(path: Path) -> Audit:
    audit = Audit(PRICES, TRIALS)
    for call in calls_of([path], Intake()):
        audit.add(call)
    return audit


def sessions_of(calls: Sequence[Made]) -> list[list[Made]]:
    ordered = sorted(calls, key=lambda call: (call.session, call.at_ms))
    return [list(group) for _, group in itertools.groupby(ordered, key=lambda call: call.session)]


def coverage(worlds: int) -> dict[str, float]:
    """How many of a hundred intervals hold the share saved of all sessions, for each trial."""
    pool = sessions_of(made(1, ANTHROPIC, sessions=POOL, calls=14, writes=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        path.write_bytes(claude_code([call for session in pool for call in session]))
        truth = {one.name: 1 - one.alike / one.base for one in findings(audited(path)).policies}
        held = dict.fromkeys(truth, 0)
        for seed in range(worlds):
            path.write_bytes(claude_code(list(_drawn(pool, random.Random(seed)))))
            for one in findings(audited(path)).policies:
                assert one.saved is not None
                assert one.saved.low is not None
                held[one.name] += one.saved.low <= truth[one.name] <= one.saved.high
    return {f"{name} (saves {truth[name]:.1%})": 100 * count / worlds for name, count in held.items()}


def _drawn(pool: Sequence[Sequence[Made]], dice: random.Random) -> Iterator[Made]:
    for _ in range(SESSIONS):
        name = str(uuid.UUID(int=dice.getrandbits(128)))
        yield from (evolve(call, session=name) for call in dice.choice(pool))


def write_log(path: Path, megabytes: int) -> int:
    """A log of this size, and how many calls are in it: sessions again and again, under new names."""
    calls = made(2, ANTHROPIC, sessions=20, calls=40, writes=True)
    dice, count = random.Random(3), 0
    with path.open("wb") as file:
        while file.tell() < megabytes * 10**6:
            names = {call.session: str(uuid.UUID(int=dice.getrandbits(128))) for call in calls}
            file.write(claude_code([evolve(call, session=names[call.session]) for call in calls]))
            count += len(calls)
    return count


def memory(megabytes: int) -> str:
    """The peak of a program that audits so much."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        calls = write_log(path, megabytes)
        program = "import sys; from tokenwise_shell.cli import main; sys.exit(main())"
        child = subprocess.Popen(
            [sys.executable, "-c", program, "audit", str(path), "--offline", "--json"],
            stdout=subprocess.DEVNULL,
            env=os.environ | {"HOME": folder},
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        seconds = used.ru_utime + used.ru_stime
        return (
            f"{megabytes:5} MB, {calls:9,} calls: {used.ru_maxrss / 1024:6.0f} MiB at most, "
            f"{seconds:6.1f} s of the processor, {megabytes / seconds:5.1f} MB/s"
        )


def main(argv: Sequence[str] = ()) -> None:
    what, number = (argv[0], int(argv[1])) if len(argv) == 2 else ("", 0)
    if what in ("", "coverage"):
        worlds = number or 300
        print(f"intervals of 95 % that hold the truth, of {worlds} worlds of {SESSIONS} sessions:")
        for name, held in coverage(worlds).items():
            print(f"  {held:5.1f} %  {name}")
    if what in ("", "memory"):
        for megabytes in (10, 100) if not number else (number,):
            print(memory(megabytes))


if __name__ == "__main__":
    main(sys.argv[1:])
