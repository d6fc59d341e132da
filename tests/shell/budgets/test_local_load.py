"""Eight processes on one machine's store, some of them killed: the law holds, and nearly all of the limit is used."""

import subprocess
import sys
from pathlib import Path

import pytest

from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer

ROOT = Path(__file__).resolve().parents[3]
AMOUNT = 1_000
LIMIT = 20_000 * AMOUNT
PROCESSES, KILLED, LINES = 8, 20, 5


class Crowd:
    """Processes that spend, each with a name of its own, and what they have told."""

    def __init__(self, ledger):
        self.ledger, self.begun, self.told, self.killed = ledger, 0, 0, 0
        self.alive = [self.another() for _ in range(PROCESSES)]

    def another(self):
        self.begun += 1
        command = [
            sys.executable,
            "-m",
            "tests.shell.local_load",
            self.ledger,
            f"w{self.begun}",
            str(LIMIT),
            str(AMOUNT),
        ]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def hear(self, process):
        """Count a line; False where there are no more."""
        line = process.stdout.readline()
        self.told += int(line or 0)
        return bool(line)

    def kill_one(self, nth):
        """Kill it in the middle of its work, hear what it had told, and start another in its place."""
        victim = self.alive[nth % PROCESSES]
        for _ in range(LINES):
            self.hear(victim)
        self.killed += victim.poll() is None
        victim.kill()
        self.bury(victim)
        self.alive[nth % PROCESSES] = self.another()

    def bury(self, process):
        while self.hear(process):
            pass
        process.wait()
        process.stdout.close()


@pytest.mark.slow  # twenty-eight processes start and spend a limit to its end
def test_processes_that_are_killed_never_exceed_the_limit_and_leave_little_of_it(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    place = Registered.register(
        ledger, Writer("watcher", Position(0, 0))
    )  # else who comes last is alone, and begins anew
    watcher = LocalStore(ledger, "watcher")
    watcher.open("process", LIMIT)
    crowd = Crowd(ledger)
    for nth in range(KILLED):
        crowd.kill_one(nth)
    for process in crowd.alive:
        crowd.bury(process)
        assert process.returncode == 0
    budget = watcher["process"]
    watcher.close()
    place.leave(owing=False)
    # How many die at work is the machine's doing: a fast one has spent all before the turn of most of them.
    assert crowd.killed
    assert budget.spent + budget.held <= LIMIT
    assert crowd.told <= budget.spent + budget.held
    assert crowd.told >= 0.98 * LIMIT
