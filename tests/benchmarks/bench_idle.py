"""What 10,000 idle connections, and 1,000 new ones a second, do to the clients beside them; and memory after streams.

    python -m tests.benchmarks idle

The same load over 16 connections three times: alone, beside idle connections, and beside idle and new ones. Then 256
streams at once, and the proportional set size of the process behind them. Compare within one run.
"""

import os
import re
import resource
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.benchmarks.bench_proxy import CASES, Target, _process, _requests, _served
from tests.benchmarks.load import load
from tests.shell.commands import ROOT

IDLE: Final = int(os.environ.get("BENCH_IDLE", "10000"))
NEW_A_SECOND: Final = 1000
SECONDS: Final = 4.0

_JSON, _STREAM = CASES[0], next(case for case in CASES if case.name == "stream")


def main() -> None:
    """Measure, and print a line for each."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        upstream, _ = running.enter_context(_process(sys.executable, "-m", "tests.benchmarks.canned", core=1))
        target = _served("this", ROOT, Path(sys.executable), Path(folder) / "this", upstream, running)
        _told("alone", target)
        idle = [socket.create_connection(("127.0.0.1", target.port)) for _ in range(IDLE)]
        _told(f"{IDLE} idle", target)
        ending = threading.Event()
        coming = threading.Thread(target=_come_and_go, args=(target.port, ending))
        coming.start()
        _told(f"{IDLE} idle, {NEW_A_SECOND} new a second", target)
        ending.set()
        coming.join()
        for one in idle:
            one.close()
        load(target.port, 256, 1.0, _requests(_STREAM, target))
        print(f"{'PSS after 256 streams':36}{_pss_mb(target.pid):8.1f} MB")


def _told(what: str, target: Target) -> None:
    found = load(target.port, 16, SECONDS, _requests(_JSON, target))
    print(
        f"{what:36}{found.per_second:8.0f}/s  p50 {found.percentile(50):6.2f} ms  p99 {found.percentile(99):6.2f} ms",
        flush=True,
    )


def _come_and_go(port: int, ending: threading.Event) -> None:
    due = time.monotonic()
    while not ending.is_set():
        with socket.create_connection(("127.0.0.1", port)):
            due += 1 / NEW_A_SECOND
            ending.wait(max(0.0, due - time.monotonic()))


def _pss_mb(pid: int) -> float:
    told = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert told is not None
    return int(told[1]) / 1024


if __name__ == "__main__":
    main()
