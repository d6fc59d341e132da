"""`python -m tests.benchmarks [NAME …]`: run the benchmarks, all of them or the named ones, one after another.

Figures depend on the machine and on what else it does, so nothing here passes or fails. A figure that the
documentation quotes names the benchmark that prints it.
"""

import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(wanted: Sequence[str]) -> int:
    """Run the benchmarks wanted (all, if none is named). An unknown name is refused before anything runs."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := sorted(set(wanted) - set(known)):
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name in wanted or known:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"tests.benchmarks.bench_{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
