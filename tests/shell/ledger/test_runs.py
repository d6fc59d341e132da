"""A run's journal gives the run again: the job, its catalogue, and every event as it was delivered."""

import stat

import pytest

from tests.core.simulated import only, play
from tests.core.worlds import BIG, CATALOG, job, ok, step
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start
from tokenwise.machine.machine import step as take
from tokenwise.machine.messages import Cancelled, Woke
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise_shell.ledger.jsonl import LinesUnwritable
from tokenwise_shell.ledger.runs import RunJournal, load_catalog, new_run_id, read_run, run_file, save_catalog

AT_MS = 1_795_292_153_123
JOB = job(step("a"), step("b", "a"))
WOKE = Woke(AttemptId("a", 0), AT_MS + 5)


def recorded(folder, story):
    journal = RunJournal.create(folder, story.run.job, at_ms=story.moments[0].at_ms)
    for moment in story.moments[1:]:
        assert journal.record(moment.event) is None
    journal.close()


def test_what_was_recorded_replays_to_the_same_run(tmp_path):
    story = only(play([Arrival(JOB, at_ms=AT_MS)], ScriptedWorld(ok())))
    recorded(tmp_path, story)
    record = read_run(tmp_path, "run", pytest.fail)
    assert record.job == JOB
    run, commands = start(record.job, at_ms=record.at_ms)
    replayed = [commands]
    for event in record.events:
        run, commands = take(run, event)
        replayed.append(commands)
    assert replayed == [moment.commands for moment in story.moments]
    assert run == story.run


def test_files_are_their_owners_alone(tmp_path):
    RunJournal.create(tmp_path, JOB, at_ms=AT_MS).close()
    files = [run_file(tmp_path, "run"), tmp_path / "catalogs" / f"{CATALOG.fingerprint}.json"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]


def test_a_torn_last_event_is_skipped_and_the_run_goes_on_from_before_it(tmp_path):
    journal = RunJournal.create(tmp_path, JOB, at_ms=AT_MS)
    journal.record(WOKE)
    journal.close()
    with run_file(tmp_path, "run").open("ab") as file:
        file.write(b'{"v":1,"type":"wo')
    again = RunJournal.resume(tmp_path, "run")
    again.record(Cancelled(AT_MS + 9))
    again.close()
    notices = []
    assert read_run(tmp_path, "run", notices.append).events == (WOKE, Cancelled(AT_MS + 9))
    assert len(notices) == 1


def test_a_planning_call_has_its_journal_beside_the_runs(tmp_path):
    assert run_file(tmp_path, "r1/planner") == tmp_path / "runs" / "r1" / "planner.jsonl"


@pytest.mark.parametrize("name", ["", "../x", "a/../b", "/etc/x", ".x", "a b", "a\n", "x" * 201])
def test_an_id_that_would_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="is not a run id"):
        run_file(tmp_path, name)


def test_a_run_is_begun_once(tmp_path):
    RunJournal.create(tmp_path, JOB, at_ms=AT_MS).close()
    with pytest.raises(InputError, match="has a journal already"):
        RunJournal.create(tmp_path, JOB, at_ms=AT_MS)


def test_a_run_nobody_recorded(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_run(tmp_path, "nobody", pytest.fail)
    with pytest.raises(InputError, match="no journal of 'nobody'"):
        RunJournal.resume(tmp_path, "nobody")
    assert not run_file(tmp_path, "nobody").exists()


def test_a_journal_of_another_version_is_refused_by_its_name(tmp_path):
    RunJournal.create(tmp_path, JOB, at_ms=AT_MS).close()
    path = run_file(tmp_path, JOB.id)
    path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":7', 1))
    with pytest.raises(InputError, match=f"{JOB.id}.jsonl: is a journal of version 7; this tokenwise reads 1"):
        read_run(tmp_path, JOB.id, str)


def test_a_file_that_is_no_journal(tmp_path):
    path = run_file(tmp_path, "odd")
    path.parent.mkdir()
    path.write_text('{"v":1,"type":"woke"}\n')
    with pytest.raises(InputError, match="does not begin with a job"):
        read_run(tmp_path, "odd", pytest.fail)


def test_all_events_that_cannot_be_read_are_named(tmp_path):
    RunJournal.create(tmp_path, JOB, at_ms=AT_MS).close()
    with run_file(tmp_path, "run").open("ab") as file:
        file.write(b'{"v":1,"type":"foreseen"}\n{"v":1,"type":"cancelled"}\n')
    with pytest.raises(InputError) as caught:
        read_run(tmp_path, "run", pytest.fail)
    assert [problem.path for problem in caught.value.problems] == ["events[0].type", "events[1].at_ms"]


class TestCatalogues:
    def test_one_is_written_once(self, tmp_path):
        path = save_catalog(tmp_path, CATALOG)
        before = path.stat()
        save_catalog(tmp_path, CATALOG)
        assert path.stat().st_ino == before.st_ino
        assert sorted(path.parent.iterdir()) == [path]
        assert load_catalog(tmp_path, CATALOG.fingerprint) == CATALOG

    def test_one_that_was_changed_is_not_believed(self, tmp_path):
        save_catalog(tmp_path, CATALOG).write_bytes(save_catalog(tmp_path, Catalog([BIG])).read_bytes())
        with pytest.raises(InputError, match="it was changed"):
            load_catalog(tmp_path, CATALOG.fingerprint)

    def test_one_that_is_missing(self, tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load_catalog(tmp_path, "0123456789abcdef")

    def test_a_name_that_is_no_fingerprint(self, tmp_path):
        with pytest.raises(InputError, match="expected 16 hex digits"):
            load_catalog(tmp_path, "../../secret")

    def test_a_place_that_cannot_be_written(self, tmp_path):
        (tmp_path / "catalogs").write_text("a file")
        with pytest.raises(LinesUnwritable, match="cannot be written"):
            save_catalog(tmp_path, CATALOG)


class TestIds:
    def test_they_sort_by_time(self):
        ids = [new_run_id(at_ms, b"\xff\x00\xff\x00\xff") for at_ms in (0, 1, 31, 32, AT_MS, AT_MS + 1, 2**49)]
        assert ids == sorted(ids)
        assert len(set(ids)) == len(ids)

    def test_one_is_what_the_docstring_says(self):
        assert new_run_id(AT_MS, b"12345") == "01m7zw0h9364s36d1n"

    def test_they_are_names_of_files(self, tmp_path):
        assert run_file(tmp_path, new_run_id(AT_MS, bytes(range(10)))).parent == tmp_path / "runs"

    def test_too_little_chance_is_refused(self):
        with pytest.raises(ValueError, match="4 random bytes"):
            new_run_id(AT_MS, b"1234")
