"""Killed at any moment, the books balance after the next start, and nothing that was reported is missing."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.shell.crash_rounds import RESERVED_NANO
from tests.shell.ledger.test_journal import opened
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 100  # of two processes each: 200 kills


@pytest.fixture(scope="module")
def crashed(tmp_path_factory):
    """A ledger after all the kills and one more start, and what the processes had reported, by run and attempt."""
    path = tmp_path_factory.mktemp("crash") / "ledger.jsonl"
    command = [sys.executable, "-m", "tests.shell.crash_rounds", str(path), str(ROUNDS), "20261121"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr.decode()
    reported = {}
    for told in map(orjson.loads, done.stdout.splitlines()):
        reported[told["run"], told["attempt"]] = told.get("cost")
    opened(path).close()
    return path, reported


def noticed(notice: str) -> None:
    """A kill inside a write tears its line, which is what a notice is for. Nothing else may be noticed."""
    assert "torn, by a process that died while writing it; skipped" in notice


def lines_of(path, types):
    lines = (line for line in read_lines(path, noticed) if line["type"] in types)
    return {(line["run"], line["attempt"]): line for line in lines}


@pytest.mark.slow  # two hundred processes live and die
class TestTwoHundredKills:
    def test_the_books_balance(self, crashed):
        path, _ = crashed
        proof = verify(read_lines(path, noticed))
        assert proof.problems == ()
        assert proof.runs == 2 * ROUNDS
        assert proof.held_nano == 0

    def test_nothing_that_was_reported_is_missing(self, crashed):
        path, reported = crashed
        assert len(reported) > 2 * ROUNDS
        assert set(reported) <= set(lines_of(path, {"reserved"}))

    def test_what_was_charged_stays_as_it_was_and_the_rest_is_estimated_in_full(self, crashed):
        path, reported = crashed
        closings = lines_of(path, CLOSINGS)
        for place, cost in reported.items():
            line = closings[place]
            if cost is not None:
                assert (line["type"], line["amount_nano"]) == ("charged", cost)
            elif line["type"] == "abandoned":
                assert (line["estimated"], line["amount_nano"]) == (True, RESERVED_NANO)

    def test_kills_hit_open_reservations(self, crashed):
        """Else the tests above would show nothing."""
        path, _ = crashed
        assert len(lines_of(path, {"abandoned"})) > ROUNDS

    def test_no_dead_writer_is_left_on_the_roll(self, crashed):
        path, _ = crashed
        assert list(path.with_name("ledger.jsonl.writers").iterdir()) == []
