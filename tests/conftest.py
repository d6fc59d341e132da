"""What all tests share: the hypothesis profile, the flag for golden transcripts, and who dawdles."""

import gc
from collections.abc import Iterator

import pytest

from property_tests.profiles import load_profile

load_profile()

# Above this a test must carry the mark `slow`, with its reason. Reported and never failed: a clock measures the
# machine as much as the test.
UNMARKED_SECONDS = 0.25


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="write the golden transcripts anew instead of comparing")


@pytest.fixture
def regold(request: pytest.FixtureRequest) -> bool:
    """Whether this run writes the golden transcripts anew."""
    return bool(request.config.getoption("--regold"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again for what tests leave behind."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    dawdlers = sorted(unmarked_and_slow(terminalreporter), reverse=True)
    if dawdlers:
        terminalreporter.section(f"over {UNMARKED_SECONDS} s without the mark slow (not a failure)")
        for seconds, name in dawdlers:
            terminalreporter.write_line(f"{seconds:6.2f} s  {name}")


def unmarked_and_slow(terminalreporter: pytest.TerminalReporter) -> Iterator[tuple[float, str]]:
    for report in terminalreporter.getreports("passed"):
        if report.when == "call" and report.duration > UNMARKED_SECONDS and "slow" not in report.keywords:
            yield report.duration, report.nodeid
