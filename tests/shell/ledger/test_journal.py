"""The ledger file: what stands in it, what survives, and what happens when it cannot be written."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import trio

from tokenwise.budgets.ledger import Abandoned, Charged, Finished, Overran, Released, Reservation
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable, read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.recovery import Recovered
from tokenwise_shell.ledger.writers import take_roll

ROOT = Path(__file__).resolve().parents[3]
AT_MS = 1_795_292_153_123
FIRST = AttemptId("answer", 0)
SECOND = AttemptId("answer", 1)


def reserved(attempt=FIRST, nano=360_000):
    return Reservation(attempt, "mini", "openai", Nanodollars(nano), 400, 500)


def charged(attempt=FIRST, nano=300_000):
    usage = Usage(input_tokens=300, output_tokens=80)
    return Charged(attempt, "mini", "openai", Nanodollars(nano), usage, "ok", estimated=False, asked="mini")


def released(attempt=FIRST, nano=60_000):
    return Released(attempt, Nanodollars(nano))


def finished(nano=300_000):
    return Finished("completed", Nanodollars(nano), Nanodollars(0))


def opened(path, sync=LedgerSync.NEVER):
    return Journal.open(path, now_ms=lambda: AT_MS, sync=sync)


def entries(path):
    """The lines of runs, without those about processes."""
    return [line for line in read_lines(path, pytest.fail) if line["run"]]


def die(journal):
    """Leave a journal as a killed process does: descriptors are closed by the kernel, and nothing else is done."""
    os.close(journal.file.descriptor)
    os.close(journal.rotation.place.descriptor)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "ledger.jsonl"


def test_a_line_says_when_who_and_what(path):
    journal = opened(path)
    journal.enrol("run-1", key="alice")
    journal.append("run-1", reserved())
    assert entries(path) == [
        {
            "v": 1, "at": "2026-11-21T20:15:53.123Z", "run": "run-1", "seq": 0, "type": "reserved", "key": "alice",
            "step": "answer", "attempt": 0, "model": "mini", "provider": "openai", "amount_nano": 360_000,
            "input_tokens": 400, "max_output_tokens": 500, "writer": journal.writer,
        }
    ]  # fmt: skip
    journal.close()


def test_lines_are_numbered_per_run(path):
    journal = opened(path)
    journal.append("a", reserved(), charged())
    journal.append("b", reserved())
    journal.append("a", released())
    assert [(line["run"], line["seq"]) for line in entries(path)] == [("a", 0), ("a", 1), ("b", 0), ("a", 2)]
    journal.close()


def test_a_resumed_run_goes_on_with_its_numbers(path):
    journal = opened(path)
    journal.enrol("a", key="alice", seq=7)
    journal.append("a", reserved())
    assert [line["seq"] for line in entries(path)] == [7]
    journal.close()


def test_a_finished_run_is_forgotten(path):
    journal = opened(path)
    for run in range(50):
        journal.append(f"run-{run}", reserved(), charged(), released(), finished())
    assert journal._runs == {}
    assert journal._owing == {}
    journal.close()
    assert verify(read_lines(path, pytest.fail)).problems == ()


def test_files_are_their_owners_alone(path):
    opened(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_text_that_is_no_unicode_does_not_cost_a_charge(path):
    journal = opened(path)
    journal.append("run", Abandoned(FIRST, "mini\udc80", "openai", Nanodollars(5)))
    assert [line["model"] for line in entries(path)] == ["mini\\udc80"]
    journal.close()


def test_a_usage_that_no_json_reader_takes_is_written_as_text(path):
    journal = opened(path)
    usage = Usage(output_tokens=10**30)
    journal.append("run", Charged(FIRST, "mini", "openai", Nanodollars(5), usage, "ok", estimated=False, asked="mini"))
    assert [line["usage"]["output_tokens"] for line in entries(path)] == [str(10**30)]
    journal.close()


class TestTornLines:
    def test_a_torn_last_line_is_ended_when_the_ledger_is_opened(self, path):
        path.parent.mkdir()
        path.write_bytes(b'{"v":1,"at":"2026-11-21T20:1')
        opened(path).close()
        notices = []
        kinds = [line["type"] for line in read_lines(path, notices.append)]
        assert kinds == ["opened", "closed"]
        assert len(notices) == 1
        assert "line 1: torn" in notices[0]

    def test_a_whole_last_line_without_its_newline_counts(self, path):
        path.parent.mkdir()
        path.write_bytes(b'{"v":1,"run":"r"}')
        assert [line["run"] for line in read_lines(path, pytest.fail)] == ["r"]
        opened(path).close()
        assert [line["run"] for line in read_lines(path, pytest.fail)] == ["r", "", ""]

    def test_a_line_glued_to_a_torn_one_is_found(self, path):
        journal = opened(path)
        with path.open("ab") as other:
            other.write(b'{"v":1,"at":"2026-11-21T20:15:53.123Z","run":"torn","seq":0,"ty')
        journal.append("whole", reserved())
        notices = []
        assert [line["run"] for line in read_lines(path, notices.append) if line["run"]] == ["whole"]
        assert len(notices) == 1
        assert "save the 1 whole line" in notices[0]
        journal.close()

    def test_text_that_looks_like_a_line_is_not_taken_for_one(self, path):
        journal = opened(path)
        with path.open("ab") as other:
            other.write(b'{"v":1,"run":"torn","why":"{\\"v\\":1,\\"run\\":\\"forged\\"}')
        journal.append("whole", Abandoned(FIRST, '{"v":1,"run":"forged"}', "openai", Nanodollars(5)))
        assert [line["run"] for line in read_lines(path, lambda _: None) if line["run"]] == ["whole"]
        journal.close()


class TestRecovery:
    def test_what_the_dead_reserved_is_abandoned_in_full_as_an_estimate(self, path):
        dead = opened(path)
        dead.enrol("run", key="alice")
        dead.append("run", reserved())
        die(dead)
        journal = opened(path)
        assert journal.recovered == Recovered(attempts=1, nano=360_000)
        assert entries(path)[-1] == {
            "v": 1, "at": "2026-11-21T20:15:53.123Z", "run": "run", "seq": 1, "type": "abandoned", "key": "alice",
            "step": "answer", "attempt": 0, "model": "mini", "provider": "openai", "amount_nano": 360_000,
            "estimated": True, "recovered": True,
        }  # fmt: skip
        journal.close()
        assert verify(read_lines(path, pytest.fail)).problems == ()

    def test_a_living_process_keeps_its_reservations(self, path):
        living = opened(path)
        living.append("run", reserved())
        other = opened(path)
        assert other.recovered == Recovered()
        proof = verify(read_lines(path, pytest.fail), living=take_roll(path).living)
        assert (proof.problems, proof.held_nano) == ((), 360_000)
        living.append("run", charged(), released(), finished())
        living.close()
        other.close()
        assert verify(read_lines(path, pytest.fail)).problems == ()

    def test_where_one_died_and_another_lives_only_the_dead_ones_are_closed(self, path):
        living, dead = opened(path), opened(path)
        dead.append("theirs", reserved())
        living.append("mine", reserved())
        die(dead)
        other = opened(path)
        assert [line["run"] for line in entries(path) if line["type"] == "abandoned"] == ["theirs"]
        other.close()
        living.close()

    @pytest.mark.parametrize(("cost", "kind", "nano"), [(300_000, "released", 60_000), (400_000, "overran", 40_000)])
    def test_a_charge_whose_difference_was_torn_off_is_completed(self, path, cost, kind, nano):
        dead = opened(path)
        dead.append("run", reserved(), charged(nano=cost))
        die(dead)
        journal = opened(path)
        assert [(line["type"], line["amount_nano"]) for line in entries(path)[2:]] == [(kind, nano)]
        assert journal.recovered == Recovered()
        journal.close()
        assert verify(read_lines(path, pytest.fail)).problems == ()

    def test_closed_attempts_of_the_dead_are_left_alone(self, path):
        dead = opened(path)
        dead.append("run", reserved(), charged(nano=400_000), Overran(FIRST, Nanodollars(40_000)))
        dead.append("run", reserved(SECOND), charged(SECOND), released(SECOND))
        die(dead)
        before = len(entries(path))
        opened(path).close()
        assert len(entries(path)) == before

    def test_it_happens_once(self, path):
        dead = opened(path)
        dead.append("run", reserved())
        die(dead)
        opened(path).close()
        again = opened(path)
        assert again.recovered == Recovered()
        again.close()

    def test_dying_between_the_closing_and_the_forgetting_does_no_harm(self, path):
        dead = opened(path)
        dead.append("run", reserved())
        place = dead.rotation.place.path
        told = place.read_bytes()
        die(dead)
        opened(path).close()
        place.write_bytes(told)
        again = opened(path)
        assert again.recovered == Recovered()
        again.close()

    def test_leaving_with_open_reservations_is_like_dying(self, path):
        journal = opened(path)
        journal.append("run", reserved())
        journal.close()
        assert opened(path).recovered == Recovered(1, 360_000)

    def test_a_ledger_that_was_copied_without_its_writers_is_recovered_whole(self, path, tmp_path):
        living = opened(path)
        living.append("run", reserved())
        copy = tmp_path / "copy.jsonl"
        copy.write_bytes(path.read_bytes())
        journal = opened(copy)
        assert journal.recovered == Recovered(1, 360_000)
        journal.close()
        living.close()

    def test_only_what_the_dead_can_have_written_is_read(self, path):
        """The bytes before a dead process came are skipped: here they would be noticed."""
        path.parent.mkdir()
        path.write_bytes(b"no line of ours\n")
        opened(path).close()
        dead = opened(path)
        dead.append("run", reserved())
        die(dead)
        journal = opened(path)
        assert journal.notices == ()
        assert journal.recovered.attempts == 1
        journal.close()


class TestDurability:
    async def test_many_tasks_share_one_sync(self, path):
        journal = opened(path, LedgerSync.ALWAYS)
        syncs = counted_syncs(journal)

        async def work(number):
            journal.append(f"run-{number}", reserved())
            mine = journal.file.accepted
            await journal.durable()
            assert journal.commits.synced >= mine

        async with trio.open_nursery() as nursery:
            for number in range(100):
                nursery.start_soon(work, number)
        assert 1 <= len(syncs) <= 3
        assert journal.commits.synced == journal.file.accepted
        journal.close()

    async def test_with_never_nothing_waits_for_the_disk(self, path):
        journal = opened(path, LedgerSync.NEVER)
        syncs = counted_syncs(journal)
        journal.append("run", reserved())
        await journal.durable()
        assert syncs == []
        await journal.synced()
        assert len(syncs) == 1
        journal.close()

    async def test_a_line_written_while_the_disk_is_busy_waits_for_the_next_round(self, path):
        journal = opened(path, LedgerSync.ALWAYS)
        syncs = counted_syncs(journal, before=lambda: journal.append("late", reserved()))
        journal.append("run", reserved())
        await journal.synced()
        assert journal.commits.synced < journal.file.accepted
        assert len(syncs) == 1
        await journal.synced()
        assert len(syncs) == 2
        journal.close()

    async def test_a_cancelled_wait_leaves_the_line_written_and_others_served(self, path):
        journal = opened(path, LedgerSync.ALWAYS)
        with trio.CancelScope() as scope:
            scope.cancel()
            journal.append("run", reserved())
            await journal.durable()
        assert scope.cancelled_caught
        assert len(entries(path)) == 1
        with trio.fail_after(5):
            await journal.durable()
        journal.close()


def counted_syncs(journal, before=lambda: None):
    """Every sync of this journal from now on, each done for real; what happens `before` the disk is asked."""
    syncs = []

    class Counting(type(journal.file)):
        __slots__ = ()

        def sync(self):
            syncs.append(self.written)
            before()
            super().sync()

    file = journal.file
    journal.file = journal.rotation.file = journal.commits.file = Counting(
        file.path, file.descriptor, accepted=file.accepted
    )
    return syncs


class TestUnwritable:
    def test_a_directory_that_cannot_be(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(LinesUnwritable) as caught:
            opened(tmp_path / "file" / "ledger.jsonl")
        assert caught.value.path == tmp_path / "file" / "ledger.jsonl"
        assert "name another path" in str(caught.value)

    def test_a_full_disk_refuses_to_open(self, tmp_path):
        (tmp_path / "ledger.jsonl").symlink_to("/dev/full")
        with pytest.raises(LinesUnwritable, match="No space left on device") as caught:
            opened(tmp_path / "ledger.jsonl")
        assert "free some space" in caught.value.fix
        assert list((tmp_path / "ledger.jsonl.writers").iterdir()) == []

    @pytest.mark.slow  # starts an interpreter: a limit on file sizes holds for a whole process
    def test_a_disk_that_fills_loses_nothing_and_admits_nothing_until_there_is_room(self, path):
        done = subprocess.run([sys.executable, "-c", FILLED, str(path)], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        told = orjson.loads(done.stdout)
        assert told["waiting"] > 0
        assert "file sizes" in told["fix"]
        assert told["durable"] == "LinesUnwritable"
        assert told["after"] is None
        notices = []
        lines = list(read_lines(path, notices.append))
        assert len(notices) == 1  # the line that went out by half; the next is not glued to it
        assert "save the" not in notices[0]
        assert [line["seq"] for line in lines if line["run"] == "run"] == list(range(told["appended"]))
        proof = verify(lines)
        assert proof.problems == ()
        assert proof.spent_nano == 40 * 300_000

    async def test_a_sync_that_failed_is_not_believed_the_second_time(self, path):
        """Linux would report success then, without having written what the first one was for."""
        journal = opened(path, LedgerSync.ALWAYS)
        before = os.dup(journal.file.descriptor)
        ends = os.pipe()  # takes what is written, and cannot be synced
        os.dup2(ends[1], journal.file.descriptor)
        journal.append("run", reserved())
        with pytest.raises(LinesUnwritable, match="Invalid argument"):
            await journal.durable()
        os.dup2(before, journal.file.descriptor)
        with pytest.raises(LinesUnwritable, match="Invalid argument"):
            await journal.durable()
        assert journal.check() is not None
        journal.close()
        for descriptor in (before, *ends):
            os.close(descriptor)

    async def test_no_room_at_the_end_is_an_error_that_says_how_much_is_lost(self, tmp_path):
        journal = opened(tmp_path / "ledger.jsonl")
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal.file.descriptor)
        os.close(full)
        journal.append("run", reserved())
        assert journal.check() is not None
        with pytest.raises(LinesUnwritable, match="lines waiting in memory: 1"):
            await journal.durable()
        with pytest.raises(LinesUnwritable, match="No space left"):
            journal.close()


# Fills the "disk" in the middle of a line, goes on settling, then makes room.
FILLED = """
import resource, signal, sys
from pathlib import Path
import orjson, trio
from tests.shell.ledger.test_journal import AttemptId, Nanodollars, LedgerSync
from tests.shell.ledger.test_journal import charged, finished, opened, released, reserved

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = opened(Path(sys.argv[1]), LedgerSync.ALWAYS)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (journal.file.size + 5_000, hard))
appended = 0
for number in range(40):
    attempt = AttemptId("answer", number)
    journal.append("run", reserved(attempt))
    journal.append("run", charged(attempt), released(attempt))
    appended += 3
problem = journal.check()
told = {"waiting": problem.waiting, "fix": problem.fix}
try:
    trio.run(journal.durable)
except OSError as error:
    told["durable"] = type(error).__name__
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
told["after"] = journal.check()
journal.append("run", finished(40 * 300_000))
journal.close()
sys.stdout.buffer.write(orjson.dumps({**told, "appended": appended + 1}))
"""
