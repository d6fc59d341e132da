"""What was spent by key and day, folded from the ledger and kept in a checkpoint."""

import pytest

from tests.shell.ledger.test_journal import charged, finished, released, reserved
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window, span_of
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import ms_of
from tokenwise_shell.ledger.spending import load_spending

DAY_1, DAY_2 = "2026-11-21T23:59:00.000Z", "2026-11-22T00:01:00.000Z"


class Clock:
    def __init__(self, text):
        self.ms = ms_of(text)

    def __call__(self):
        return self.ms


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def clock():
    return Clock(DAY_1)


@pytest.fixture
def journal(path, clock):
    journal = Journal.open(path, now_ms=clock, sync=LedgerSync.NEVER, rotate_bytes=20_000)
    yield journal
    journal.close()


def spend(journal, run, key, calls=1, tags=()):
    journal.enrol(run, key=key, tags=tags)
    for number in range(calls):
        attempt = AttemptId("answer", number)
        journal.append(run, reserved(attempt))
        journal.append(run, charged(attempt), released(attempt))
    journal.append(run, finished(calls * 300_000))


def day(text):
    return span_of(Window.DAY, ms_of(text))


class TestTheFold:
    def test_spend_is_known_by_key_and_by_everybody(self, journal, path):
        spend(journal, "a", "alice", 2)
        spend(journal, "b", "")
        spending = load_spending(path, pytest.fail)
        assert spending.spent(day(DAY_1)) == 900_000
        assert spending.spent(day(DAY_1), "alice") == 600_000
        assert spending.spent(day(DAY_1), "") == 300_000
        assert spending.spent(day(DAY_1), "bob") == 0

    def test_a_call_counts_on_the_day_on_which_it_was_reserved(self, journal, path, clock):
        journal.append("run", reserved())
        clock.ms = ms_of(DAY_2)
        journal.append("run", charged(), released())
        spending = load_spending(path, pytest.fail)
        assert (spending.spent(day(DAY_1)), spending.spent(day(DAY_2))) == (300_000, 0)

    def test_all_of_the_ledgers_files_count(self, journal, path):
        spend(journal, "run", "", 200)
        assert path.with_name("ledger.jsonl.000001").exists()
        assert load_spending(path, pytest.fail).spent(day(DAY_1)) == 200 * 300_000


class TestTagsThatNeverRepeat:
    def test_only_those_spent_under_last_are_kept_and_the_ledger_knows_the_others(self, journal, path):
        spend(journal, "first", "", tags=("night",))
        spending = load_spending(path, pytest.fail)
        for number in range(5_000):
            spending.count(Account("", (f"tag-{number}", "often")), DAY_1[:10], 1)
        assert len(spending.tagged) == 4096
        assert spending.spent(day(DAY_1), tag="often") == 5_000
        assert spending.spent(day(DAY_1)) == 305_000
        assert [spending.knows(tag) for tag in ("often", "tag-4999", "tag-0", "night", "guard.new", None)] == [
            True, True, False, False, True, True,
        ]  # fmt: skip
        again = load_spending(path, pytest.fail, only="night")
        assert (again.spent(day(DAY_1), tag="night"), again.knows("night")) == (300_000, True)

    def test_a_limit_on_one_that_was_forgotten_begins_with_what_the_ledger_says(self, journal, path):
        spend(journal, "first", "", tags=("night",))
        limits = limits_for(journal, ProcessStore(), (Limit(10**9, Window.TOTAL),))
        for number in range(5_000):
            limits.read().count(Account("", (f"tag-{number}",)), DAY_1[:10], 1)
        limits.add(Limit(10**6, Window.TOTAL, tag="night"))
        limits.scopes(Account("", ("night",)))
        assert limits.store["tag:night total"].spent == 300_000


class TestTheCheckpoint:
    def test_what_is_in_it_is_not_read_again(self, journal, path):
        spend(journal, "run", "alice", 100)
        load_spending(path, pytest.fail, worth_keeping=1)
        first = path.with_name("ledger.jsonl.000001")
        text = first.read_bytes()
        half = len(text) // 2
        first.write_bytes(text[:half].replace(b'"charged"', b'"chargen"') + text[half:])
        assert load_spending(path, pytest.fail).spent(day(DAY_1), "alice") == 100 * 300_000

    def test_it_goes_on_with_what_was_written_since(self, journal, path, clock):
        journal.append("late", reserved())
        spend(journal, "a", "alice", 100)
        load_spending(path, pytest.fail, worth_keeping=1)
        clock.ms = ms_of(DAY_2)
        journal.append("late", charged(), released())
        spend(journal, "b", "alice", 100)
        spending = load_spending(path, pytest.fail)
        assert spending.spent(day(DAY_1)) == 101 * 300_000
        assert spending.spent(day(DAY_2)) == 100 * 300_000

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"v":2}', b'{"v":1,"files":[[1,99999999,"x"]]}', b"\xff"])
    def test_one_that_is_no_checkpoint_of_this_ledger_is_not_believed(self, journal, path, content):
        spend(journal, "run", "")
        path.with_name("ledger.jsonl.checkpoint").write_bytes(content)
        assert load_spending(path, pytest.fail).spent(day(DAY_1)) == 300_000

    def test_nor_one_of_a_ledger_that_was_changed_before_it(self, journal, path):
        spend(journal, "run", "")
        load_spending(path, pytest.fail, worth_keeping=1)
        path.write_bytes(path.read_bytes().replace(b'"amount_nano":300000', b'"amount_nano":100000'))
        assert load_spending(path, pytest.fail).spent(day(DAY_1)) == 100_000

    def test_a_line_that_is_being_written_is_read_the_next_time(self, journal, path):
        spend(journal, "a", "")
        with path.open("ab") as other:
            other.write(b'{"v":1,"at":"2026-11-21T23:59:00.000Z","run":"b","seq":0,"type":"char')
            other.flush()
            load_spending(path, pytest.fail, worth_keeping=1)
            other.write(
                b'ged","key":"","step":"s","attempt":0,"model":"m","provider":"p","amount_nano":5,"outcome":"ok",'
                b'"estimated":false}\n'
            )
        assert load_spending(path, pytest.fail).spent(day(DAY_1)) == 300_005
