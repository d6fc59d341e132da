"""Four processes on one machine's store, some killed, while the clock jumps: the law holds, and little is lost."""

import subprocess
import sys
from itertools import cycle
from pathlib import Path
from select import select

import pytest

from tests.shell.local_load import limits
from tokenwise.budgets.windows import Window, span_of
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import ms_of, read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.spending import load_spending

ROOT = Path(__file__).resolve().parents[3]
AMOUNT = 1_000
LIMIT = 1_200 * AMOUNT
PROCESSES, KILLED = 4, 8

HOUR_MS = 3_600_000
# Forth and back over midnights, and beyond the forty days after which a window's budget is forgotten.
JUMPS_MS = tuple(HOUR_MS * hours for hours in (0, 24, 0, -24, 1200, 0, 48, -12, 24, 0, -1200, 24))


class Crowd:
    """Processes that spend by a clock that jumps, and what they have told."""

    def __init__(self, folder):
        self.ledger, self.clock = folder / "ledger.jsonl", folder / "clock"
        self.told, self.killed, self.jumps = 0, 0, cycle(JUMPS_MS)
        self.jump()
        self.alive = [self.another() for _ in range(PROCESSES)]

    def jump(self):
        new = self.clock.with_name("new")
        new.write_text(str(next(self.jumps)))
        new.replace(self.clock)

    def another(self):
        command = [sys.executable, "-m", "tests.shell.local_load", self.ledger, self.clock, str(LIMIT), str(AMOUNT)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)

    def spend_all(self):
        """Until all have ended: kill one now and then in the midst of its work, and start another in its place."""
        ended = []
        while self.alive:
            ready, _, _ = select([one.stdout for one in self.alive], [], [], 0.1)
            self.jump()  # after as many calls as were made meanwhile, and when all wait for another day
            for process in [one for one in self.alive if one.stdout in ready]:
                if not self.hear(process):
                    ended.append(process.wait())
                    process.stdout.close()
                    self.alive.remove(process)
                elif self.killed < KILLED and self.told > self.killed * LIMIT // (KILLED + 4):
                    self.kill(process)
        return ended

    def hear(self, process):
        """Count whole lines; False where there are no more."""
        text = process.stdout.read1(1 << 16)
        self.told += AMOUNT * text.count(b"\n")
        return bool(text)

    def kill(self, victim):
        self.killed += victim.poll() is None
        victim.kill()
        while self.hear(victim):
            pass
        victim.wait()
        victim.stdout.close()
        self.alive[self.alive.index(victim)] = self.another()


@pytest.mark.slow  # twelve processes start and spend a limit to its end
def test_processes_that_are_killed_while_the_clock_jumps_never_exceed_a_limit_and_leave_little_of_it(tmp_path):
    crowd = Crowd(tmp_path)
    assert set(crowd.spend_all()) == {0}
    assert crowd.killed == KILLED
    Journal.open(crowd.ledger, now_ms=lambda: 0).close()  # books what the dead have left open
    spending = load_spending(crowd.ledger, pytest.fail)
    ever, daily = limits(LIMIT)
    assert crowd.told <= spending.spent(span_of(Window.TOTAL, 0)) <= ever.amount
    assert crowd.told >= 0.98 * LIMIT
    days = {span_of(Window.DAY, ms_of(line["at"])) for line in read_lines(crowd.ledger, pytest.fail)}
    assert max(map(spending.spent, days)) <= daily.amount
    assert verify(read_lines(crowd.ledger, pytest.fail)).problems == ()
