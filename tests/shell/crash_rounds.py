"""A load that is killed over and over: two processes a round append to one ledger until SIGKILL takes them.

`python -m tests.shell.crash_rounds LEDGER ROUNDS SEED` prints, as JSON lines, what the processes had reported before
they died. A process reports an entry after `append` has returned, so what was reported must be in the ledger. Processes
are forked: two hundred rounds then take seconds, and this program has no threads that would not survive it.
"""

import fcntl
import os
import random
import signal
import sys
from pathlib import Path

import orjson

import tokenwise_shell.codec.messages  # noqa: F401 -- loaded once, before the forks, and not in each of them
from tests.shell.ledger.test_journal import AttemptId, charged, opened, released, reserved
from tokenwise.budgets.ledger import Overran
from tokenwise.money import Nanodollars

RESERVED_NANO = 360_000


def load(path, name, seed, report):
    """Reserve and close at random, many attempts at a time, for ever."""
    draw = random.Random(seed)
    journal = opened(path)
    journal.enrol(name, key="crash")
    under_way, ordinal = [], 0
    while True:
        if len(under_way) < 8 and draw.random() < 0.6:
            journal.append(name, reserved(AttemptId("s", ordinal), RESERVED_NANO))
            report(run=name, attempt=ordinal)
            under_way.append(ordinal)
            ordinal += 1
        elif under_way:
            closing = under_way.pop(draw.randrange(len(under_way)))
            cost = draw.choice([0, 1, 200_000, RESERVED_NANO, 500_000])
            journal.append(name, *closings(AttemptId("s", closing), cost))
            report(run=name, attempt=closing, cost=cost)


def closings(attempt, cost):
    over = cost - RESERVED_NANO
    difference = [Overran(attempt, Nanodollars(over))] if over > 0 else [released(attempt, -over)] if over else []
    return charged(attempt, cost), *difference


def start(path, name, seed):
    """Fork a load. Returns its process id and the end of the pipe on which it reports."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)  # a load runs at most this far ahead of its killer
    if pid := os.fork():
        os.close(writing)
        return pid, reading
    os.close(reading)
    try:
        load(path, name, seed, lambda **told: os.write(writing, orjson.dumps(told) + b"\n"))
    finally:
        os._exit(1)


def kill_after(pid, reading, count):
    """Let a load report so often, kill it, and return all it had reported when it died."""
    told = b""
    while told.count(b"\n") < count:
        told += os.read(reading, 256)
    os.kill(pid, signal.SIGKILL)
    while more := os.read(reading, 65536):
        told += more
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    return told


def main(path, rounds, seed):
    draw = random.Random(seed)
    for number in range(rounds):
        pair = [start(path, f"{number}-{who}", draw.random()) for who in "ab"]
        for pid, reading in pair:
            sys.stdout.buffer.write(kill_after(pid, reading, draw.randint(1, 60)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
