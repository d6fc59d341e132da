"""A ledger in several files: set aside by size, read as one, and seen whole while others write."""

import os
import signal

import pytest

from tests.shell.crash_rounds import start
from tests.shell.ledger.test_journal import AT_MS, charged, die, finished, released, reserved
from tokenwise.ids import AttemptId
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.recovery import Recovered
from tokenwise_shell.ledger.segments import numbered, read_ledger, snapshot

SMALL = 20_000  # bytes: some dozens of calls


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


def opened(path, rotate_bytes=SMALL):
    return Journal.open(path, now_ms=lambda: AT_MS, sync=LedgerSync.NEVER, rotate_bytes=rotate_bytes)


def work(journal, run, calls):
    for number in range(calls):
        attempt = AttemptId("answer", number)
        journal.append(run, reserved(attempt))
        journal.append(run, charged(attempt), released(attempt))
    journal.append(run, finished(calls * 300_000))


def proven(path):
    shot = snapshot(path)
    return verify(shot.lines(pytest.fail), living=shot.living)


def names(path):
    return [file.name for file in numbered(path).values() if file.exists()]


class TestSettingAside:
    def test_a_file_that_has_grown_long_is_set_aside_and_all_of_them_are_one_ledger(self, path):
        journal = opened(path)
        work(journal, "run", 200)
        journal.close()
        assert names(path)[:2] == ["ledger.jsonl.000001", "ledger.jsonl.000002"]
        assert names(path)[-1] == "ledger.jsonl"
        assert [line["seq"] for line in read_ledger(path, pytest.fail) if line["run"]] == list(range(601))
        assert proven(path).problems == ()

    def test_a_short_one_is_not(self, path):
        journal = opened(path, rotate_bytes=1 << 28)
        work(journal, "run", 200)
        journal.close()
        assert names(path) == ["ledger.jsonl"]

    def test_another_process_goes_on_in_the_new_file(self, path):
        first, second = opened(path), opened(path)
        work(first, "a", 100)
        work(second, "b", 100)
        assert proven(path).problems == ()
        last = max(numbered(path)) - 1
        assert any(line["run"] == "b" for line in read_lines(numbered(path)[last], pytest.fail))
        first.close()
        second.close()
        assert proven(path).spent_nano == 200 * 300_000

    def test_what_the_dead_have_left_in_an_older_file_is_found(self, path):
        dead = opened(path)
        dead.append("run", reserved())
        work(dead, "more", 100)
        assert len(names(path)) > 1
        die(dead)
        journal = opened(path)
        assert journal.recovered == Recovered(1, 360_000)
        journal.close()
        assert proven(path).problems == ()

    def test_an_older_file_may_be_taken_away_when_nobody_needs_it(self, path):
        journal = opened(path)
        work(journal, "run", 100)
        journal.close()
        (path.parent / "ledger.jsonl.000001").unlink()
        again = opened(path)
        assert again.recovered == Recovered()
        again.close()

    def test_a_ledger_that_is_moved_away_is_gone_on_with_in_a_new_file(self, path, tmp_path):
        journal = opened(path)
        path.rename(tmp_path / "archive.jsonl")
        work(journal, "run", 100)
        journal.close()
        kept = [*read_lines(tmp_path / "archive.jsonl", pytest.fail), *read_ledger(path, pytest.fail)]
        assert [line["seq"] for line in kept if line["run"]] == list(range(301))

    def test_while_somebody_opens_the_ledger_no_file_is_set_aside(self, path):
        from tokenwise_shell.ledger.segments import locked

        journal = opened(path)
        with locked(path):
            work(journal, "run", 200)
        assert names(path) == ["ledger.jsonl"]
        work(journal, "more", 30)
        assert len(names(path)) == 2
        journal.close()


@pytest.mark.slow  # two processes write for a while
class TestSeenWhole:
    """`verify` shows no false problems for a living writer."""

    def test_a_ledger_that_is_being_written_balances_whenever_one_looks(self, path):
        opened(path).close()
        loads = [start(path, f"load-{who}", who) for who in range(2)]
        try:
            for _ in range(30):
                for _, reading in loads:
                    os.read(reading, 2048)  # lets each go on a little
                notices = []
                shot = snapshot(path)
                proof = verify(shot.lines(notices.append), living=shot.living)
                assert proof.problems == ()
                assert proof.held_nano >= 0
        finally:
            for pid, reading in loads:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                os.close(reading)
        assert proof.lines > 100

    def test_a_process_that_came_after_one_has_looked_is_not_in_it(self, path):
        opened(path).close()
        shot = snapshot(path)
        late = opened(path)
        late.append("late", reserved())
        assert verify(shot.lines(pytest.fail), living=shot.living).runs == 0
        late.close()

    def test_a_charge_whose_difference_is_just_being_written_is_not_a_problem_yet(self, path):
        journal = opened(path)
        journal.append("run", reserved(), charged())
        assert proven(path).problems == ()
        journal.append("run", reserved(AttemptId("answer", 1)))
        assert [str(problem.message) for problem in proven(path).problems] == ["60000 nano-dollars unaccounted for"]
        die(journal)
