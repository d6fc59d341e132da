"""One replica under load: many tasks compete for a shared budget, and say what they were granted.

`python -m tests.shell.shared_load URL NAME SLICES TASKS ROUNDS AMOUNT` prints a line per answer: the amount granted, or
0. SLICES is 1 to take slices, 0 to ask the server each time.
Every grant is settled in full, so what was granted once is gone for good. While the server is away a task asks again,
under another name, as a caller would.
"""

import sys

import trio

from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import UNREACHABLE, Granted
from tokenwise_shell.budgets.redis_store import open_store
from tokenwise_shell.budgets.slices import Slices


async def task(store, run, rounds, amount, report):
    ordinal = 0
    while rounds:
        attempt = AttemptId("answer", ordinal)
        ordinal += 1
        answer = await store.reserve(run, attempt, Nanodollars(amount), ("process",))
        if isinstance(answer, Granted):
            store.settle(run, attempt, Nanodollars(amount))
        elif answer.scope == UNREACHABLE or answer.busy:
            await trio.sleep(0.01)  # as the machine does: what others hold may come back
            continue
        rounds -= 1
        report(amount if isinstance(answer, Granted) else 0)


async def main(url, name, slices, tasks, rounds, amount):
    async with open_store(url, farewell_s=30) as store:
        shared = Slices(store, name, lifetime_s=0.5) if slices else store
        async with trio.open_nursery() as outer:
            if slices:
                outer.start_soon(shared.tend)
            async with trio.open_nursery() as nursery:
                for number in range(tasks):
                    run = f"{name}-{number}"
                    nursery.start_soon(task, shared, run, rounds, amount, lambda told: print(told, flush=True))
            outer.cancel_scope.cancel()
        if slices:
            shared.give_up()


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
