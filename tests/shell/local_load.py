"""One process under load on the store of one machine: it spends until nothing is left, and says what it was granted.

`python -m tests.shell.local_load LEDGER CLOCK LIMIT AMOUNT` prints a line for each call that it has booked. Its books,
its limits (LIMIT ever, a quarter of it each day) and its holder are a proxy's; its clock is wrong by so many
milliseconds as the file CLOCK says. It may be killed at any moment.
"""

import os
import sys
import time
from contextlib import closing
from pathlib import Path

from tokenwise.budgets.ledger import Charged, Finished, Reservation
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.holder import holder_for
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.journal import Journal

ATTEMPT = AttemptId("answer", 0)
USED = Usage(input_tokens=1, output_tokens=1)


class Now:
    """A clock that stands still within a call: its lines are then of the day whose budget it was held in."""

    def __init__(self, wrong):
        self.wrong = wrong
        self.look()

    def look(self):
        self.at_ms = time.time_ns() // 1_000_000 + int(self.wrong.read_text())

    def ms(self):
        return self.at_ms


def limits(amount):
    return Limit(Nanodollars(amount), Window.TOTAL), Limit(Nanodollars(amount // 4), Window.DAY)


def spend(ledger, clock, limit, amount):
    now = Now(clock)
    journal = Journal.open(ledger, now_ms=now.ms)
    with closing(journal), closing(LocalStore(ledger, journal.writer, lends=True)) as store:
        holder = holder_for(journal, store, limits_for(journal, store, limits(limit)))
        ordinal, answers = 0, []
        while True:
            now.look()
            if ordinal % 50 == 0:
                store.grow_old()
            run, ordinal = f"{journal.writer}-{ordinal}", ordinal + 1
            journal.enrol(run)
            holder.reserve(run, ATTEMPT, Nanodollars(amount), answers.append)
            answer = answers.pop()
            if isinstance(answer, Granted):
                journal.append(run, Reservation(ATTEMPT, "mini", "openai", Nanodollars(amount), 1, 1))
                charge = Charged(ATTEMPT, "mini", "openai", Nanodollars(amount), USED, "ok", estimated=False, asked="x")
                journal.append(run, charge, Finished("completed", Nanodollars(amount), Nanodollars(0)))
                holder.settle(run, ATTEMPT, Nanodollars(amount))
                print(amount, flush=True)
            elif answer.scope != "process total" or answer.busy:
                store.grow_old()
                os.sched_yield()  # and asks again: what others hold may come back, and the day may be another one
            else:
                break


if __name__ == "__main__":
    spend(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
