"""One process under load on the store of one machine: it spends until nothing is left, and says what it was granted.

`python -m tests.shell.local_load LEDGER NAME LIMIT AMOUNT` prints a line for each call that it has settled in full. It
may be killed at any moment; its lock in the ledger's roll goes with it, as a proxy's does.
"""

import os
import sys
from pathlib import Path

from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import UNREACHABLE, Granted
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer


def spend(ledger, name, limit, amount):
    place = Registered.register(ledger, Writer(name, Position(0, 0)))
    store = LocalStore(ledger, name)
    store.open("process", Nanodollars(limit))
    ordinal = 0
    while True:
        attempt = AttemptId("answer", ordinal)
        ordinal += 1
        answer = store.reserve("run", attempt, Nanodollars(amount), ("process",))
        if isinstance(answer, Granted):
            store.settle("run", attempt, Nanodollars(amount))
            print(amount, flush=True)
        elif answer.scope == UNREACHABLE or answer.busy:
            os.sched_yield()  # and asks again: what others hold may come back
        else:
            break
    store.close()
    place.leave(owing=False)


if __name__ == "__main__":
    spend(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
