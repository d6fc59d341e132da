"""What a long-lived process keeps while it runs, so that little must be read after its death."""

import pytest

from tests.shell.ledger.test_journal import AT_MS, die, opened, released
from tests.shell.ledger.test_journal import charged as charge
from tests.shell.ledger.test_journal import reserved as reservation
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.bookmarks import Bookmarks
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.recovery import Recovered
from tokenwise_shell.ledger.writers import Position, take_roll


class TestPlaces:
    """'A place becomes valid once all that was open there is closed.'"""

    def test_a_place_counts_when_nothing_of_then_is_open(self):
        marks = Bookmarks()
        assert marks.move(Position(1, 100), {"a", "b"}) is None
        assert marks.move(Position(1, 200), {"b", "c"}) is None
        assert marks.move(Position(1, 300), {"c", "d"}) == Position(1, 100)
        assert marks.move(Position(1, 400), {"e"}) == Position(1, 300)

    def test_it_is_due_each_time_so_much_has_been_written(self):
        marks = Bookmarks(every_lines=100)
        assert [marks.due(written) for written in (50, 100, 150, 199, 200)] == [False, True, False, False, True]


async def worked(journal, calls, first=0):
    """Calls that are made and paid, each waiting for the disk."""
    for number in range(first, first + calls):
        run = f"run-{number}"
        journal.append(run, reservation())
        await journal.synced()
        journal.append(run, charge(), released())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


@pytest.mark.parametrize("sync", [LedgerSync.LEASE, LedgerSync.ALWAYS])
async def test_after_a_death_only_the_end_is_read_and_nothing_is_missed(path, sync):
    journal = Journal.open(path, now_ms=lambda: AT_MS, sync=sync)
    limits = limits_for(journal, ProcessStore(), [Limit(Nanodollars(10**12), Window.TOTAL)])
    journal.bookmarks.every_lines = 15
    await worked(journal, 40)
    journal.append("last", reservation())
    await worked(journal, 5, first=40)
    size = path.stat().st_size
    die(journal)
    (dead,) = take_roll(path).dead
    assert size // 2 < dead.start.offset < size
    after = opened(path)
    assert after.recovered == Recovered(1, 360_000)
    after.close()
    assert limits.read().days == {}
    assert verify(read_lines(path, pytest.fail)).problems == ()


async def test_a_call_that_stays_open_keeps_the_place_before_it(path):
    journal = Journal.open(path, now_ms=lambda: AT_MS, sync=LedgerSync.ALWAYS)
    journal.bookmarks.every_lines = 10
    before = path.stat().st_size
    journal.append("slow", reservation(AttemptId("answer", 7)))
    await worked(journal, 40)
    die(journal)
    (dead,) = take_roll(path).dead
    assert dead.start.offset <= before
    after = opened(path)
    assert after.recovered == Recovered(1, 360_000)
    after.close()
