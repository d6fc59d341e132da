"""`python -m tests.hunt`: seed every bug, and print those that survive."""

import argparse
import queue
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hunt.seeding import BUGS, HUNG, PASSED, TESTS_FAILED, Bug, copied, exit_code, hunted

SAID = {PASSED: "survived", TESTS_FAILED: "caught", HUNG: "hung"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hunt")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only bugs whose name, file or law holds one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seeded-only", action="store_true", help="do not run the laws without a bug first")
    asked = parser.parse_args()
    wanted = [bug for bug in BUGS if not asked.words or any(word in str(bug) for word in asked.words)]
    with TemporaryDirectory(prefix="hunt-") as folder:
        if not asked.seeded_only and exit_code(copied(Path(folder) / "clean"), laws_of(wanted)) != PASSED:
            print("the laws fail without any bug, so nothing can be said")
            return 2
        codes = hunt(wanted, [copied(Path(folder) / str(number)) for number in range(asked.workers)])
    caught = sum(code == TESTS_FAILED for code in codes.values())
    print(f"{caught} of {len(wanted)} bugs caught")
    return 0 if caught == len(wanted) else 1


def laws_of(bugs: list[Bug]) -> tuple[str, ...]:
    return tuple(sorted({law for bug in bugs for law in bug.laws}))


def hunt(bugs: list[Bug], copies: list[Path]) -> dict[Bug, int]:
    """The exit code for each bug, each copy in a thread of its own."""
    left: queue.SimpleQueue[Bug] = queue.SimpleQueue()
    codes: dict[Bug, int] = {}
    for bug in bugs:
        left.put(bug)

    def work(copy: Path) -> None:
        while not left.empty():
            try:
                bug = left.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            codes[bug] = hunted(bug, copy)
            said = SAID.get(codes[bug], f"did not run ({codes[bug]})")
            print(f"{said:9} {time.monotonic() - began:5.1f} s  {bug.file}: {bug.what}", flush=True)

    threads = [threading.Thread(target=work, args=(copy,)) for copy in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


if __name__ == "__main__":
    sys.exit(main())
