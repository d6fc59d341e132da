"""What `tw ledger` shows: selections, sums, rows, and whether the books balance."""

import subprocess
import sys
from pathlib import Path

import pytest

from tokenwise_shell.ledger.jsonl import iso, ms_of, read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.view import COLUMNS, Selection, csv_row, select, summarise

ROOT = Path(__file__).resolve().parents[3]
NOON_MS = 1_795_262_400_000  # 2026-11-21T12:00:00Z
HOUR_MS = 3_600_000


class Ledger:
    """Lines as they would stand in a file, numbered and dated by hand."""

    def __init__(self):
        self.lines = []
        self.seqs = {}

    def add(self, kind, run="run", key="", at_ms=NOON_MS, **fields):
        seq = self.seqs.get(run, 0)
        self.seqs[run] = seq + 1
        self.lines.append({"v": 1, "at": iso(at_ms), "run": run, "seq": seq, "type": kind, "key": key, **fields})

    def call(
        self, nano, outcome="ok", *, attempt=0, model="mini", provider="openai", estimated=False, held=None, **line
    ):
        where = {"step": "answer", "attempt": attempt}
        held = nano if held is None else held
        self.add("reserved", **where, model=model, provider=provider, amount_nano=held, **line)
        told = {"model": model, "provider": provider, "outcome": outcome, "estimated": estimated}
        self.add("charged", **where, amount_nano=nano, usage=None, **told, **line)
        if held > nano:
            self.add("released", **where, amount_nano=held - nano, **line)
        if held < nano:
            self.add("overran", **where, amount_nano=nano - held, **line)

    def finish(self, spent, status="completed", **line):
        self.add("finished", status=status, spent_nano=spent, overrun_nano=0, **line)

    def summary(self):
        return summarise(self.lines, pytest.fail).as_json()

    def problems(self, **more):
        return [str(problem) for problem in verify(self.lines, **more).problems]


@pytest.fixture
def ledger():
    return Ledger()


class TestSums:
    def test_runs_are_counted_by_how_they_ended(self, ledger):
        ledger.finish(0, run="a")
        ledger.finish(0, "failed", run="b")
        ledger.finish(0, "exhausted", run="c")
        ledger.call(5, run="d")
        summary = ledger.summary()
        told = [summary[name] for name in ("runs", "succeeded", "failed", "unfinished")]
        assert told == [4, 1, 2, 1]

    def test_waste_is_what_went_to_attempts_that_did_not_end_well(self, ledger):
        ledger.call(30, "truncated")
        ledger.call(70, attempt=1)
        ledger.add("reserved", step="answer", attempt=2, model="mini", provider="openai", amount_nano=11)
        ledger.add("abandoned", step="answer", attempt=2, model="mini", provider="openai", amount_nano=11)
        summary = ledger.summary()
        assert (summary["spent_nano"], summary["wasted_nano"]) == (111, 41)

    def test_what_was_not_reported_is_summed_apart(self, ledger):
        ledger.call(30, estimated=True)
        ledger.call(70, attempt=1)
        assert ledger.summary()["estimated_nano"] == 30

    def test_how_loose_bounds_were_is_told_by_model_of_what_was_reported(self, ledger):
        for attempt, (bound, counted) in enumerate([(400, 100), (300, 75), (9_000, None)]):
            where = {"step": "answer", "attempt": attempt, "model": "mini", "provider": "openai"}
            usage = counted and {"input_tokens": counted - 9, "cache_write_5m_tokens": 9, "output_tokens": 50}
            ledger.add("reserved", **where, amount_nano=10, input_tokens=bound)
            ledger.add("charged", **where, amount_nano=10, usage=usage, outcome="ok", estimated=False)
        mini = ledger.summary()["by_model"]["mini"]
        assert (mini["bound_tokens"], mini["counted_tokens"], mini["looseness"]) == (700, 175, 4.0)

    def test_where_nothing_was_reported_nothing_is_said_of_bounds(self, ledger):
        ledger.call(30)
        assert ledger.summary()["looseness"] is None

    def test_planning_is_part_of_its_run(self, ledger):
        ledger.call(7, run="r/planner")
        ledger.finish(7, run="r/planner")
        ledger.call(50, run="r")
        ledger.finish(50, "failed", run="r")
        summary = ledger.summary()
        assert (summary["runs"], summary["failed"], summary["succeeded"]) == (1, 1, 0)
        assert (summary["planner_nano"], summary["spent_nano"]) == (7, 57)
        assert summary["by_run"]["r"]["spent_nano"] == 57

    @pytest.mark.parametrize("backwards", [False, True])
    def test_planning_that_had_to_be_repaired_is_part_of_its_run_and_ended_well(self, ledger, backwards):
        ledger.call(7, run="r/planner")
        ledger.finish(7, "failed", run="r/planner")
        ledger.call(8, run="r/repair/planner")
        ledger.finish(8, run="r/repair/planner")
        lines = ledger.lines[::-1] if backwards else ledger.lines
        summary = summarise(lines, pytest.fail).as_json()
        assert (summary["runs"], summary["succeeded"], summary["planner_nano"]) == (1, 1, 15)
        assert len(list(select(lines, Selection(run="r")))) == len(lines)

    @pytest.mark.parametrize("backwards", [False, True])
    def test_a_run_that_was_resumed_counts_once_and_by_how_it_ended_last(self, ledger, backwards):
        ledger.finish(0, "cancelled")
        ledger.finish(0)
        summary = summarise(ledger.lines[::-1] if backwards else ledger.lines, pytest.fail).as_json()
        assert (summary["runs"], summary["succeeded"], summary["failed"]) == (1, 1, 0)

    def test_a_plan_that_was_not_run_ended_as_its_planning_did(self, ledger):
        ledger.call(7, run="r/planner")
        ledger.finish(7, run="r/planner")
        assert ledger.summary()["succeeded"] == 1

    def test_overruns_are_summed(self, ledger):
        ledger.call(130, held=100)
        assert ledger.summary()["overrun_nano"] == 30

    def test_by_model_provider_key_and_day(self, ledger):
        ledger.call(10, key="alice", model="mini")
        ledger.call(20, attempt=1, key="bob", model="big", provider="openrouter", at_ms=NOON_MS + 24 * HOUR_MS)
        summary = ledger.summary()
        spent = {name: {k: v["spent_nano"] for k, v in summary[f"by_{name}"].items()} for name in
                 ("model", "provider", "key", "day")}  # fmt: skip
        assert spent == {
            "model": {"mini": 10, "big": 20},
            "provider": {"openai": 10, "openrouter": 20},
            "key": {"alice": 10, "bob": 20},
            "day": {"2026-11-21": 10, "2026-11-22": 20},
        }

    def test_a_line_that_cannot_be_counted_is_said_and_left_out(self, ledger):
        ledger.call(10)
        ledger.lines[1]["amount_nano"] = "10"
        notices = []
        assert summarise(ledger.lines, notices.append).as_json()["spent_nano"] == 0
        assert notices == ["run 'run', seq 1: field 'amount_nano' is '10', expected a whole number; not counted"]

    def test_types_of_later_versions_and_lines_about_processes_are_passed_over(self, ledger):
        ledger.add("opened", run="", writer="w", pid=1)
        ledger.add("foreseen", run="r", something=[1])
        assert ledger.summary()["runs"] == 1
        assert ledger.problems() == []


class TestSelection:
    def three_hours(self, ledger):
        for hour, run in enumerate(["a", "b", "b/planner"]):
            ledger.call(hour, run=run, at_ms=NOON_MS + hour * HOUR_MS)
        ledger.add("opened", run="", writer="w", pid=1)
        return ledger.lines

    @pytest.mark.parametrize(
        ("selection", "runs"),
        [
            (Selection(), ["a", "b", "b/planner"]),
            (Selection(since_ms=NOON_MS + HOUR_MS), ["b", "b/planner"]),
            (Selection(until_ms=NOON_MS + HOUR_MS), ["a"]),
            (Selection(run="b"), ["b", "b/planner"]),
            (Selection(run="a", since_ms=NOON_MS + 1), []),
        ],
    )
    def test_by_time_and_run(self, ledger, selection, runs):
        found = select(self.three_hours(ledger), selection)
        assert list(dict.fromkeys(line["run"] for line in found)) == runs

    def test_the_newest(self, ledger):
        found = list(select(self.three_hours(ledger), Selection(limit=3)))
        assert [line["run"] for line in found] == ["b", "b/planner", "b/planner"]

    def test_times_are_written_and_read_to_the_millisecond(self):
        assert iso(NOON_MS + 7) == "2026-11-21T12:00:00.007Z"
        assert ms_of(iso(NOON_MS + 7)) == NOON_MS + 7


class TestRows:
    def test_a_charge_shows_its_tokens(self, ledger):
        ledger.call(30)
        ledger.lines[1]["usage"] = {"input_tokens": 4, "output_tokens": 2, "reasoning_tokens": 1}
        row = dict(zip(COLUMNS, csv_row(ledger.lines[1]), strict=True))
        assert row["amount_nano"] == 30
        assert (row["input_tokens"], row["output_tokens"], row["cache_read_tokens"]) == (4, 2, "")
        assert row["outcome"] == "ok"

    def test_a_finish_shows_what_was_spent(self, ledger):
        ledger.finish(30)
        row = dict(zip(COLUMNS, csv_row(ledger.lines[0]), strict=True))
        assert (row["type"], row["amount_nano"], row["step"]) == ("finished", 30, "")


class TestProof:
    def balanced(self, ledger):
        ledger.call(30, held=50)
        ledger.call(70, attempt=1, held=60)
        ledger.finish(100)
        return ledger

    def test_books_that_balance(self, ledger):
        proof = verify(self.balanced(ledger).lines)
        assert proof.problems == ()
        assert (proof.lines, proof.runs, proof.spent_nano, proof.overrun_nano, proof.held_nano) == (7, 1, 100, 10, 0)

    def test_a_wrong_amount(self, ledger):
        self.balanced(ledger).lines[1]["amount_nano"] = 31
        assert ledger.problems() == [
            "run 'run', attempt answer#0: -1 nano-dollars unaccounted for",
            "run 'run': finished at seq 6 with 100 nano-dollars spent, its charges sum to 101",
        ]

    def test_a_lost_line(self, ledger):
        del self.balanced(ledger).lines[3:5]
        assert ledger.problems() == [
            "run 'run', attempt answer#1: closed 0 times, expected once",
            "run 'run', attempt answer#1: reserved 0 times, expected once",
            "run 'run': finished at seq 6 with 100 nano-dollars spent, its charges sum to 30",
            "run 'run': seq 3 to 4 are missing",
        ]

    def test_a_line_that_stands_twice_even_after_its_run_is_over(self, ledger):
        self.balanced(ledger).lines.append(ledger.lines[0])
        assert ledger.problems() == ["run 'run', seq 0: stands twice; a run's lines are numbered once each"]

    def test_a_call_closed_twice(self, ledger):
        ledger.call(30)
        ledger.add("abandoned", step="answer", attempt=0, model="mini", provider="openai", amount_nano=30)
        assert ledger.problems() == ["run 'run', attempt answer#0: closed 2 times, expected once"]

    def test_a_line_that_is_no_entry(self, ledger):
        ledger.call(30)
        ledger.lines[0]["seq"] = None
        assert "run 'run', seq None: field 'seq' is None, expected a whole number" in ledger.problems()

    def test_what_a_living_process_holds_is_no_problem(self, ledger):
        where = {"step": "answer", "attempt": 0, "model": "mini", "provider": "openai"}
        ledger.add("reserved", **where, amount_nano=9, writer="w")
        assert ledger.problems() == ["run 'run', attempt answer#0: closed 0 times, expected once"]
        proof = verify(ledger.lines, living={"w"})
        assert (proof.problems, proof.held_nano) == ((), 9)

    def test_a_run_that_was_resumed_says_each_time_what_it_had_cost_by_then(self, ledger):
        ledger.call(30)
        ledger.finish(30, "cancelled")
        ledger.call(12, attempt=1)
        ledger.finish(42)
        assert ledger.problems() == []
        assert verify(ledger.lines[::-1]).problems == ()
        ledger.lines[-1]["spent_nano"] = 12
        assert ledger.problems() == ["run 'run': finished at seq 5 with 12 nano-dollars spent, its charges sum to 42"]

    def test_runs_that_are_over_are_remembered_by_two_numbers(self, ledger):
        """What lets a ledger be larger than memory."""
        from tokenwise_shell.ledger.proof import _Proof

        proof = _Proof()
        for number in range(20):
            ledger.call(30, run=f"r{number}")
            ledger.finish(30, run=f"r{number}")
        for line in ledger.lines:
            proof.add(line)
        assert proof.open == {}
        assert proof.over == {f"r{number}": (3, 30) for number in range(20)}


def test_a_line_that_is_no_object_is_skipped_with_a_notice(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'[1]\n{"v":1,"run":"r"}\n\n')
    notices = []
    assert [line["run"] for line in read_lines(path, notices.append)] == ["r"]
    assert notices == [f"{path}, line 1: expected an object; skipped"]


@pytest.mark.slow  # starts an interpreter
def test_reading_the_ledger_loads_nothing_heavy():
    program = "import sys, tokenwise_shell.ledger.view, tokenwise_shell.ledger.proof, tokenwise_shell.ledger.writers; "
    program += "print(*({'trio', 'cattrs', 'httpx', 'hypercorn', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, b""), done.stderr
