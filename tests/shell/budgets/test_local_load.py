"""Eight processes on one machine's store while some are killed and the clock jumps: the law holds, and little is lost."""

import subprocess
import sys
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest

from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify

ROOT = Path(__file__).resolve().parents[3]
AMOUNT = 1_000
LIMIT = 3_000 * AMOUNT
PROCESSES, KILLED, LINES = 8, 20, 5

HOUR_MS = 3_600_000
STEADY = (0,)
# Forth and back over midnights, and beyond the forty days after which a window's budget is forgotten.
JUMPS = tuple(HOUR_MS * hours for hours in (0, 24, 0, -24, 1200, 0, 12, -12, 24, 0, -1200, 24))


class Crowd:
    """Processes that spend, and what they have told."""

    def __init__(self, folder):
        self.ledger, self.clock = folder / "ledger.jsonl", folder / "clock"
        self.told, self.killed = 0, 0
        self.jump(0)
        self.alive = [self.another() for _ in range(PROCESSES)]

    def jump(self, ms):
        new = self.clock.with_name("new")
        new.write_text(str(ms))
        new.replace(self.clock)

    def another(self):
        command = [sys.executable, "-m", "tests.shell.local_load", self.ledger, self.clock, str(LIMIT), str(AMOUNT)]
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
@pytest.mark.parametrize("offsets", [STEADY, JUMPS], ids=["steady", "jumping"])
def test_processes_that_are_killed_never_exceed_the_limit_and_leave_little_of_it(tmp_path, offsets):
    crowd, jumps = Crowd(tmp_path), cycle(offsets)
    for nth in range(KILLED):
        crowd.jump(next(jumps))
        crowd.kill_one(nth)
    for process in crowd.alive:
        crowd.bury(process)
        assert process.returncode == 0
    Journal.open(crowd.ledger, now_ms=lambda: 0).close()  # books what the dead have left open
    lines = [line for line in read_lines(crowd.ledger, pytest.fail) if line["type"] in ("charged", "abandoned")]
    booked = Counter(line["at"][:10] for line in lines for _ in range(line["amount_nano"] // AMOUNT))
    # How many die at work is the machine's doing: a fast one has spent all before the turn of most of them.
    assert crowd.killed
    assert crowd.told <= booked.total() * AMOUNT <= LIMIT
    assert crowd.told >= 0.98 * LIMIT
    assert verify(read_lines(crowd.ledger, pytest.fail)).problems == ()
