"""`python -m tests`: every check of the project, two of the quick ones at a time.

Runs inside an environment made from requirements-dev.txt. A check that fails shows its tool's own output, and the
checks after it still run: one round should show everything that is wrong. pytest comes last and speaks for itself, so
its closing line is the last one printed.
"""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Two at a time, and the longest first: the smallest build machine has two cores.
CHECKS = {
    "mypy": ("mypy",),
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "import-linter": ("lint-imports", "--no-logo"),
}

# Two processes, for the same reason. Starting them costs a second, which the laws earn back.
PYTEST = ("pytest", "tests", "property_tests", "-n", "2", "--dist", "worksteal")


def main() -> int:
    """Run the checks and say with the exit code whether all of them passed."""
    options = parsed_options()
    with ThreadPoolExecutor(2) as both:
        passed = list(both.map(check, CHECKS, CHECKS.values()))
    return 0 if all([*passed, run_pytest(options)]) else 1


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests", description="Run every check of the project.")
    parser.add_argument("--fast", action="store_true", help="leave out the tests marked slow")
    parser.add_argument("--regold", action="store_true", help="write the golden transcripts anew instead of comparing")
    return parser.parse_args()


def check(name: str, command: tuple[str, ...]) -> bool:
    done = subprocess.run(
        located(command), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    told = f"{done.stdout}== {name} failed with exit code {done.returncode}" if done.returncode else f"== {name}"
    print(told, flush=True)
    return done.returncode == 0


def run_pytest(options: argparse.Namespace) -> bool:
    print("== pytest", flush=True)
    flags = (*(("-m", "not slow") if options.fast else ()), *(("--regold",) if options.regold else ()))
    return subprocess.run((*located(PYTEST), *flags), cwd=ROOT, check=False).returncode == 0


def located(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command, taken from beside this interpreter: whatever else is on PATH is another project's."""
    return (str(Path(sys.executable).with_name(command[0])), *command[1:])


if __name__ == "__main__":
    sys.exit(main())
