"""`tw ledger`: entries, sums, rows, the proof, the tail, and what cannot be asked for."""

import csv
import io
import json
import signal
import subprocess
from datetime import UTC, datetime

import pytest

from tests.shell.commands import PROGRAM, STUCK_SECONDS, environment, tw
from tokenwise.errors import InputError
from tokenwise_shell.cli.ledger_command import instant, tail
from tokenwise_shell.ledger.jsonl import encode_line, iso
from tokenwise_shell.ledger.view import COLUMNS

__all__ = ["tw"]

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
DAY_MS = 86_400_000
CALL = {"step": "answer", "attempt": 0, "model": "acme/mini", "provider": "acme"}


def entry(seq, kind, *, run="run-1", at_ms=NOON_MS, **fields):
    return {"v": 1, "at": iso(at_ms), "run": run, "seq": seq, "type": kind, "key": "", **fields}


def run_lines(run="run-1", at_ms=NOON_MS, nano=400):
    """One run of one call: 1,000 nano-dollars reserved, `nano` charged."""
    told = {"usage": None, "outcome": "ok", "estimated": False}
    rows = [
        ("reserved", {**CALL, "amount_nano": 1000}),
        ("charged", {**CALL, **told, "amount_nano": nano}),
        ("released", {"step": "answer", "attempt": 0, "amount_nano": 1000 - nano}),
        ("finished", {"status": "completed", "spent_nano": nano, "overrun_nano": 0}),
    ]
    return [entry(seq, kind, run=run, at_ms=at_ms, **fields) for seq, (kind, fields) in enumerate(rows)]


@pytest.fixture
def books(tw):
    """Writes a ledger of these lines."""

    def write(*lines, end=b""):
        tw.ledger.parent.mkdir(parents=True, exist_ok=True)
        tw.ledger.write_bytes(b"".join(map(encode_line, lines)) + end)

    return write


class TestEntries:
    def test_without_a_ledger_there_is_nothing_and_that_is_said(self, tw):
        assert tw("ledger", "--json").json == []
        done = tw("ledger")
        assert (done.code, done.out) == (0, "")
        assert "nothing was spent yet" in done.err

    def test_programs_get_a_list_of_all_entries(self, tw, books):
        books(*run_lines())
        assert tw("ledger", "--json").json == run_lines()

    def test_people_get_a_line_for_each(self, tw, books):
        books(*run_lines())
        told = tw("ledger").out.splitlines()
        assert len(told) == 4
        assert told[1].startswith("2026-11-21 12:00:00  run-1")
        assert "charged" in told[1]
        assert "$0.0000004" in told[1]
        assert told[1].endswith("acme/mini, acme, ok")

    def test_since_until_run_and_limit_select(self, tw, books):
        books(*run_lines("old", NOON_MS - DAY_MS), *run_lines("new"))
        assert {line["run"] for line in tw("ledger", "--json", "--since", "2026-11-21").json} == {"new"}
        assert {line["run"] for line in tw("ledger", "--json", "--until", "2026-11-21").json} == {"old"}
        assert {line["run"] for line in tw("ledger", "--json", "--run", "old").json} == {"old"}
        assert [line["type"] for line in tw("ledger", "--json", "--limit", "2").json] == ["released", "finished"]

    def test_csv_has_a_row_for_each_under_the_names_of_its_columns(self, tw, books):
        books(*run_lines())
        rows = list(csv.DictReader(io.StringIO(tw("ledger", "--csv").out)))
        assert tuple(rows[0]) == COLUMNS
        assert [(row["type"], row["amount_nano"]) for row in rows[:2]] == [("reserved", "1000"), ("charged", "400")]

    def test_a_torn_last_line_is_skipped_with_a_notice(self, tw, books):
        books(*run_lines(), end=b'{"v":1,"at":"2026-')
        done = tw("ledger", "--json")
        assert (done.code, len(done.json)) == (0, 4)
        assert "torn" in done.err

    def test_what_a_model_may_have_put_into_a_name_cannot_move_the_cursor(self, tw, books):
        books(entry(0, "step_ended", step="\x1b[2Jx", outcome="ok", spent_nano=0, why="a\nb"))
        told = tw("ledger").out
        assert len(told.splitlines()) == 1
        assert "\x1b" not in told


class TestSums:
    def test_the_summary_adds_up(self, tw, books):
        books(*run_lines("a", nano=400), *run_lines("b", nano=100))
        document = tw("ledger", "--summary", "--json").json
        assert (document["runs"], document["succeeded"], document["failed"]) == (2, 2, 0)
        assert (document["spent_nano"], document["wasted_nano"]) == (500, 0)
        assert document["by_model"]["acme/mini"]["spent_nano"] == 500

    def test_people_see_the_sum_and_what_it_went_to(self, tw, books):
        books(*run_lines("a", nano=400), *run_lines("b", nano=100))
        told = tw("ledger", "--summary").out
        assert "2 (2 succeeded)" in told
        assert "$0.0000005 in 2 calls" in told
        assert "acme/mini" in told

    @pytest.mark.parametrize(("group", "name"), [("provider", "acme"), ("day", "2026-11-21"), ("run", "run-1"),
                                                 ("key", "(none)"), ("model", "acme/mini")])  # fmt: skip
    def test_by_is_a_summary_in_groups(self, tw, books, group, name):
        books(*run_lines())
        assert name in tw("ledger", "--by", group).out.splitlines()[-1]
        grouped = tw("ledger", "--by", group, "--json").json
        assert [key for key in grouped if key.startswith("by_")] == [f"by_{group}"]

    def test_a_summary_is_of_what_was_selected(self, tw, books):
        books(*run_lines("old", NOON_MS - DAY_MS, nano=300), *run_lines("new"))
        assert tw("ledger", "--summary", "--json", "--since", "2026-11-21").json["spent_nano"] == 400


class TestTheProof:
    def test_books_that_balance_are_0(self, tw, books):
        books(*run_lines())
        assert tw("ledger", "--verify").out.startswith("the books balance: 4 lines, 1 runs, $0.0000004 spent")
        document = tw("ledger", "--verify", "--json").json
        assert (document["balanced"], document["problems"], document["spent_nano"]) == (True, [], 400)

    def test_books_that_do_not_are_1_and_every_problem_is_named(self, tw, books):
        lines = run_lines()
        books(lines[0], lines[1], lines[3])
        done = tw("ledger", "--verify")
        assert done.code == 1
        assert "the books do not balance" in done.out
        assert "run-1" in done.out
        document = tw("ledger", "--verify", "--json")
        assert (document.code, document.json["balanced"]) == (1, False)
        assert document.json["problems"]

    @pytest.mark.parametrize("content", [b"", b"no ledger at all\n", b"\n\n"])
    def test_a_file_without_one_line_is_no_balance(self, tw, books, content):
        books(end=content)
        done = tw("ledger", "--verify")
        assert done.code == 1
        assert "has no line that can be read, so there is nothing that could balance" in done.out
        assert "the books balance" not in done.out
        assert tw("ledger", "--verify", "--json").json["balanced"] is False

    def test_no_ledger_balances(self, tw):
        assert tw("ledger", "--verify", "--json").json["balanced"] is True


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--by", "colour"), "expected one of model, provider, key, day, run"),
            (("--since", "yesterday"), "--since: 'yesterday': expected a date or time"),
            (("--until", "2026-13-01"), "--until: '2026-13-01'"),
            (("--limit", "-3"), "--limit: '-3'"),
            (("--csv", "--json"), "--csv and --json: cannot be used together"),
            (("--summary", "--verify"), "--summary and --verify: cannot be used together"),
            (("--verify", "--limit", "3"), "is about the whole ledger"),
            (("--follow", "--until", "2026-11-21"), "cannot be used with --follow"),
        ],
    )
    def test_is_2_and_says_what_is_expected(self, tw, options, said):
        done = tw("ledger", *options)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_a_ledger_that_is_a_folder(self, tw):
        tw.ledger.mkdir(parents=True)
        done = tw("ledger")
        assert done.code == 2
        assert f"{tw.ledger}: Is a directory" in done.err

    def test_a_time_of_day_is_utc_unless_it_says_otherwise(self):
        assert instant("2026-11-21T12:00", "--since", NOON) == NOON_MS
        assert instant("2026-11-21T13:00+01:00", "--since", NOON) == NOON_MS

    @pytest.mark.parametrize(
        ("ago", "ms"), [("90m", 5_400_000), ("24h", DAY_MS), ("7d", 7 * DAY_MS), ("2w", 14 * DAY_MS)]
    )
    def test_so_long_ago(self, ago, ms):
        assert instant(ago, "--since", NOON) == NOON_MS - ms

    def test_longer_ago_than_calendars_reach(self):
        with pytest.raises(InputError, match="expected a date or time"):
            instant("999999w", "--since", NOON)


class TestFollowing:
    def test_the_tail_is_what_was_added_in_whole_lines(self, tmp_path):
        path = tmp_path / "ledger.jsonl"
        assert tail(path, 0) == ([], 0)
        path.write_bytes(b'{"a":1}\n{"a":2}\n{"a"')
        lines, position = tail(path, 0)
        assert [line["a"] for line in lines] == [1, 2]
        assert tail(path, position) == ([], position)
        with path.open("ab") as file:
            file.write(b":3}\n")
        assert tail(path, position)[0] == [{"a": 3}]

    def test_a_file_that_was_begun_anew_is_read_from_its_start(self, tmp_path):
        path = tmp_path / "ledger.jsonl"
        path.write_bytes(b'{"a":1}\n')
        assert tail(path, 1000)[0] == [{"a": 1}]

    @pytest.mark.slow  # starts the program and waits for its end
    def test_new_entries_are_shown_until_ctrl_c(self, tw, books):
        books(*run_lines("before"))
        command = [*PROGRAM, "ledger", "--follow", "--json", "--limit", "1", "--offline"]
        with subprocess.Popen(
            command, env=environment(tw.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as follower:
            assert json.loads(follower.stdout.readline())["type"] == "finished"
            with tw.ledger.open("ab") as file:
                file.write(encode_line(run_lines("after")[0]))
            assert json.loads(follower.stdout.readline())["run"] == "after"
            follower.send_signal(signal.SIGINT)
            assert follower.wait(STUCK_SECONDS) == 130
            assert b"Traceback" not in follower.stderr.read()
