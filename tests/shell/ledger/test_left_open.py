"""What a death leaves open is a state of its own, and a ledger that was taken away is noticed at the next write."""

import logging

import pytest

from tests.shell.ledger.test_journal import charged, die, finished, opened, released, reserved
from tokenwise.ids import AttemptId
from tokenwise_shell.config.loading import load
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.segments import snapshot
from tokenwise_shell.proxy.admission.overview import Overview
from tokenwise_shell.show.ledger import proof_text


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "ledger.jsonl"


def proven(path):
    shot = snapshot(path)
    return verify(shot.lines(pytest.fail), living=shot.living, died=shot.died)


class TestADeath:
    def test_what_it_left_open_is_named_and_costs_at_most_what_was_reserved(self, path):
        dying = opened(path)
        dying.append("run", reserved(AttemptId("a", 0)), charged(AttemptId("a", 0)), released(AttemptId("a", 0)))
        dying.append("run", reserved(AttemptId("a", 1)))
        dying.append("other", reserved())
        assert (proven(path).held_nano, proven(path).left_attempts) == (720_000, 0)
        die(dying)
        proof = proven(path)
        assert (proof.problems, proof.held_nano, proof.left_attempts, proof.left_nano) == ((), 0, 2, 720_000)
        text = proof_text(proof)
        assert text.startswith("the books balance: ")
        assert "\nleft open by a process that died: 2 attempts, at most $0.00072; booked as spent" in text

    def test_whoever_looks_at_the_limits_is_told_of_it(self, path, tmp_path):
        dying = opened(path)
        dying.append("run", reserved())
        die(dying)
        settings = load(environ={"HOME": str(tmp_path), "TOKENWISE_LEDGER_PATH": str(path)})
        told = []
        overview = Overview(settings, 0, told.append)
        overview.standings()
        overview.tell_of_the_dead()
        assert [text.partition(";")[0] for text in told] == [
            "left open by a process that died: 1 attempt, at most $0.00036"
        ]

    def test_a_difference_that_was_cut_off_costs_nothing_more(self, path):
        dying = opened(path)
        dying.append("run", reserved(), charged())
        die(dying)
        proof = proven(path)
        assert (proof.problems, proof.left_attempts, proof.left_nano) == ((), 1, 0)

    def test_whoever_opens_the_ledger_next_closes_it_at_once(self, path):
        dying = opened(path)
        dying.append("run", reserved())
        die(dying)
        opened(path).close()
        proof = proven(path)
        assert (proof.problems, proof.left_attempts, proof.spent_nano) == ((), 0, 360_000)

    def test_it_is_no_excuse_for_what_else_is_wrong(self, path):
        """A line that is missing in the middle, and a run that says it is over, are not what a death leaves."""
        dying = opened(path)
        dying.append("gap", reserved(AttemptId("a", 0)), reserved(AttemptId("a", 1)), charged(AttemptId("a", 1)))
        dying.append("over", reserved(), finished(0))
        die(dying)
        lines = [line for line in read_lines(path, pytest.fail) if (line["run"], line["seq"]) != ("gap", 1)]
        problems = [str(problem) for problem in verify(lines, died=lambda _: True).problems]
        assert problems == [
            "run 'gap', attempt a#1: -300000 nano-dollars unaccounted for",
            "run 'gap', attempt a#1: reserved 0 times, expected once",
            "run 'gap': seq 1 is missing",
            "run 'over', attempt answer#0: closed 0 times, expected once",
        ]

    def test_what_was_recovered_already_is_left_open_by_nobody(self, path):
        dying = opened(path)
        dying.append("run", reserved())
        die(dying)
        opened(path).close()
        shot = snapshot(path)
        lines = [line for line in shot.lines(pytest.fail) if line["type"] != "abandoned"]
        assert verify(lines, living=shot.living, died=shot.died).problems

    def test_in_a_ledger_that_was_copied_here_everybody_is_dead(self, path, tmp_path):
        dying = opened(path)
        dying.append("run", reserved())
        copy = tmp_path / "copy.jsonl"
        copy.write_bytes(path.read_bytes())
        assert (proven(copy).problems, proven(copy).left_attempts) == ((), 1)
        die(dying)


class TestALedgerTakenAway:
    @pytest.mark.parametrize("kept", [True, False])
    def test_the_very_next_line_is_in_a_new_file_and_it_is_said_once(self, path, tmp_path, caplog, kept):
        journal = opened(path)
        journal.append("before", reserved(), charged(), released(), finished())
        if kept:
            path.rename(tmp_path / "elsewhere.jsonl")
        else:
            path.unlink()
        with caplog.at_level(logging.WARNING, "tokenwise.ledger"):
            journal.append("after", reserved())
            journal.append("after", charged(), released(), finished())
        assert [record.getMessage() for record in caplog.records] == [
            f"{path} was moved or deleted while it was being written; a new file of this name goes on"
        ]
        assert [line["run"] for line in read_lines(path, pytest.fail)] == ["after"] * 4
        journal.close()
        assert proven(path).problems == ()

    def test_what_is_open_in_the_new_file_is_recovered_after_a_death(self, path):
        """The place from which a recovery reads was in the file that is gone, beyond the end of the new one."""
        journal = opened(path)
        for run in range(20):
            journal.append(f"run-{run}", reserved(), charged(), released(), finished())
        opened(path).close()
        again = opened(path)
        path.unlink()
        again.append("after", reserved())
        die(again)
        journal.close()
        opened(path).close()
        assert [line["type"] for line in read_lines(path, pytest.fail) if line["run"]] == ["reserved", "abandoned"]

    def test_a_file_that_another_process_set_aside_is_not_taken_away(self, path, caplog):
        from tokenwise_shell.ledger.segments import locked, set_aside

        journal = opened(path)
        with locked(path):
            set_aside(path)
        with caplog.at_level(logging.WARNING, "tokenwise.ledger"):
            journal.append("run", reserved(), charged(), released(), finished())
        assert not caplog.records
        assert [line["run"] for line in read_lines(path, pytest.fail)][:1] == ["run"]
        journal.close()
