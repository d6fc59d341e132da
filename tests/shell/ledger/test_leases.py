"""Durable leases: no sync per call, and no money lost or overspent when the power fails."""

from pathlib import Path

import pytest
import trio

from tests.shell.ledger.test_journal import AT_MS, die, entries, finished
from tokenwise.budgets.ledger import Charged, Released, Reservation
from tokenwise.budgets.limit import Account
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LineFile, read_lines
from tokenwise_shell.ledger.leases import Leases
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.recovery import Recovered
from tokenwise_shell.ledger.view import summarise

AMOUNT = 100
LIMIT = 100_000
NEXT_START = "another-start-of-the-machine"


class Watched(LineFile):
    """Knows how much of the file a power loss would leave: what it held when the last sync began."""

    __slots__ = ("safe_bytes", "syncs")

    def sync(self):
        size = self.size
        super().sync()
        self.safe_bytes, self.syncs = size, self.syncs + 1


class Slower:
    """A store where another process is faster: when a lease is asked for, less is left than was a moment ago."""

    def __init__(self, store):
        self.store = store

    def __getitem__(self, scope):
        return self.store[scope]

    def __getattr__(self, name):
        return getattr(self.store, name)

    def reserve(self, run_id, attempt, amount, scopes):
        return self.store.reserve(run_id, attempt, Nanodollars(LIMIT), scopes)


class Office:
    """A journal with leases, the budget they are taken from, and the calls that have left."""

    def __init__(self, path, limit=LIMIT):
        self.store = ProcessStore()
        self.store.open("process", Nanodollars(limit))
        self.journal = Journal.open(path, now_ms=lambda: AT_MS, sync=LedgerSync.LEASE)
        file = self.journal.file
        watched = Watched(file.path, file.descriptor, accepted=file.accepted)
        self.journal.file = self.journal.rotation.file = self.journal.commits.file = watched
        self.journal.file.safe_bytes, self.journal.file.syncs = file.size, 0
        self.journal.leases.lender, self.journal.leases.scopes_of = self.store, lambda *_: ("process",)
        self.holder = Holder(self.store, lambda *_: ("process",), self.journal.leases.give_way)
        self.cost = {}

    @property
    def syncs(self):
        return self.journal.file.syncs

    async def call(self, number, amount=AMOUNT):
        """Reserve and leave; False where the budget says no."""
        attempt = AttemptId("answer", number)
        heard = []
        self.holder.reserve("run", attempt, Nanodollars(amount), heard.append)
        if not isinstance(heard[0], Granted):
            return False
        self.journal.append("run", Reservation(attempt, "mini", "openai", Nanodollars(amount), 10, 10))
        await self.journal.durable()
        self.cost[number] = amount
        return True

    def pay(self, number, cost):
        attempt, over = AttemptId("answer", number), self.cost[number] - cost
        charged = Charged(attempt, "mini", "openai", cost, Usage(), "ok", estimated=False, asked="mini")
        self.holder.settle("run", attempt, Nanodollars(cost))
        self.journal.append("run", charged, *([Released(attempt, Nanodollars(over))] if over else []))
        self.cost[number] = cost

    def lose_power(self, copy: Path, cut=None):
        """What is on the disk afterwards, as a ledger whose writers are all of the machine's last start."""
        written = self.journal.file.path.read_bytes()
        copy.write_bytes(written[: self.journal.file.safe_bytes if cut is None else cut])
        return copy


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def office(path):
    office = Office(path)
    yield office
    office.journal.close()


def restarted(copy):
    """Open what a power loss has left, and say what the books come to."""
    journal = Journal.open(copy, now_ms=lambda: AT_MS, boot=NEXT_START)
    journal.close()
    proof = verify(read_lines(copy, lambda _: None))
    assert proof.problems == ()
    assert proof.held_nano == 0
    return journal.recovered, proof.spent_nano


class TestSyncing:
    async def test_the_first_call_waits_for_the_disk_and_those_within_its_lease_do_not(self, office):
        await office.call(0)
        assert office.syncs == 1
        for number in range(1, 8):
            await office.call(number)
        assert office.syncs == 1

    async def test_a_lease_is_renewed_before_it_is_used_up(self, office):
        for number in range(300):
            await office.call(number)
            office.pay(number, AMOUNT)
        assert 2 <= office.syncs <= 20
        assert verify(read_lines(office.journal.file.path, pytest.fail), living={office.journal.writer}).problems == ()

    async def test_a_larger_reservation_than_the_lease_waits_for_the_disk(self, office):
        await office.call(0)
        await office.call(1, 20 * AMOUNT)
        assert office.syncs == 2

    async def test_near_the_limit_each_call_is_synced_and_the_last_cent_can_be_used(self, path):
        office = Office(path, 1000)
        assert [await office.call(number) for number in range(11)] == [True] * 10 + [False]
        assert office.store["process"].held == 1000
        assert office.syncs == 10
        office.journal.close()

    async def test_a_lease_gives_way_to_a_call_that_needs_its_money(self, path):
        office = Office(path, 14_000)
        await office.call(0)
        assert office.store["process"].held == 100 + 1600
        assert await office.call(1, 13_900)
        assert office.store["process"].held == 14_000
        office.journal.close()

    async def test_money_that_only_a_lease_holds_is_not_refused_to_anybody(self, office):
        await office.call(0)
        left = LIMIT - AMOUNT
        assert await office.call(1, left)

    async def test_a_lease_that_is_no_longer_used_is_given_back(self, office):
        await office.call(0)
        for _ in range(2):
            office.journal.append("run", finished(0))
            await office.journal.synced()
        assert office.store["process"].held == AMOUNT

    async def test_a_lease_whose_money_another_process_has_taken_meanwhile_is_none(self, office):
        await office.call(1)
        await office.call(2)
        office.journal.leases.lender = Slower(office.store)
        office.journal.leases.renew()
        before = office.syncs
        assert await office.call(3)
        assert await office.call(4)
        assert office.syncs == before + 2
        assert office.store["process"].held == 4 * AMOUNT

    async def test_each_key_has_its_own_lease(self, office):
        office.journal.enrol("run", key="alice")
        await office.call(0)
        leased = [line for line in read_lines(office.journal.file.path, pytest.fail) if line["type"] == "leased"]
        assert [(line["key"], line["amount_nano"]) for line in leased] == [("alice", 1600)]

    async def test_many_callers_share_a_sync(self, office):
        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(office.call, number)
        assert len(office.cost) == 50
        assert office.syncs <= 4


class TestKilled:
    async def test_a_mere_kill_does_not_charge_the_lease(self, path):
        office = Office(path)
        await office.call(0)
        office.journal.append("run", Reservation(AttemptId("answer", 1), "mini", "openai", Nanodollars(50), 1, 1))
        die(office.journal)
        after = Journal.open(path, now_ms=lambda: AT_MS)
        assert after.recovered == Recovered(2, 150)
        after.close()
        assert [line["type"] for line in read_lines(path, pytest.fail)].count("lease_ended") == 1
        assert verify(read_lines(path, pytest.fail)).problems == ()

    async def test_leaving_in_order_ends_the_lease(self, path, tmp_path):
        office = Office(path)
        await office.call(0)
        office.pay(0, 60)
        office.journal.append("run", finished(60))
        office.journal.close()
        copy = tmp_path / "copy.jsonl"
        copy.write_bytes(path.read_bytes())
        assert restarted(copy) == (Recovered(), 60)


class TestPowerLoss:
    async def test_what_was_lost_is_charged_with_the_lease_in_full_as_an_estimate(self, office, tmp_path):
        for number in range(5):
            await office.call(number)
        copy = office.lose_power(tmp_path / "copy.jsonl")
        told = b"".join(line for line in copy.read_bytes().splitlines(keepends=True))
        assert told.count(b'"reserved"') == 1  # four reservations are gone
        recovered, spent = restarted(copy)
        assert recovered == Recovered(2, AMOUNT + 1600)
        assert spent == AMOUNT + 1600
        closing = next(line for line in entries(copy) if line["type"] == "abandoned" and line["model"] == "lost")
        assert closing["estimated"]

    async def test_reservations_that_survived_are_part_of_what_is_charged(self, office, tmp_path):
        for number in range(5):
            await office.call(number)
        whole = office.lose_power(tmp_path / "copy.jsonl", cut=office.journal.file.size)
        recovered, spent = restarted(whole)
        assert spent == AMOUNT + 1600
        assert recovered.attempts == 6

    async def test_it_is_charged_once_however_often_the_machine_starts(self, office, tmp_path):
        await office.call(0)
        copy = office.lose_power(tmp_path / "copy.jsonl")
        _, spent = restarted(copy)
        assert restarted(copy) == (Recovered(), spent)

    @pytest.mark.slow  # opens a ledger a dozen times, each of which waits for the disk
    async def test_a_recovery_that_was_itself_cut_short_is_completed(self, office, tmp_path):
        await office.call(0)
        copy = office.lose_power(tmp_path / "copy.jsonl")
        before = copy.stat().st_size
        _, spent = restarted(copy)
        whole = copy.read_bytes()
        ends = [end for end in range(before, len(whole)) if whole[end - 1 : end] == b"\n"]
        for cut in [*ends, *(end + 50 for end in ends)]:
            again = tmp_path / "again.jsonl"
            again.write_bytes(whole[:cut])
            for left in tmp_path.glob("again.jsonl.*/*"):
                left.unlink()
            for folder in tmp_path.glob("again.jsonl.writers"):
                folder.rmdir()
            assert restarted(again)[1] == spent

    async def test_the_sums_show_it_under_its_key_and_as_estimated(self, office, tmp_path):
        office.journal.enrol("run", key="alice")
        await office.call(0)
        copy = office.lose_power(tmp_path / "copy.jsonl")
        restarted(copy)
        summary = summarise(read_lines(copy, pytest.fail), pytest.fail).as_json()
        assert summary["by_key"]["alice"]["estimated_nano"] == summary["spent_nano"] == AMOUNT + 1600


def test_a_lease_counts_only_once_it_is_on_the_disk():
    written = []
    leases = Leases(lambda kind, _key, fields: written.append((kind, fields)) or len(written))
    leases.draw(Account(), Nanodollars(100), 0)
    leases.renew()
    assert not leases.covered()
    leases.synced(1)
    assert leases.covered()
    assert written == [("leased", {"lease": 1, "amount_nano": 1600})]


def test_the_treasury_holds_what_of_a_lease_is_not_reserved_yet():
    store = ProcessStore()
    store.open("process", Nanodollars(LIMIT))
    leases = Leases(lambda *_: 1, store, lambda _: ("process",))
    leases.draw(Account(), Nanodollars(100), 0)
    leases.renew()
    assert store["process"].held == 1600
    assert isinstance(store.reserve("run", AttemptId("s", 0), Nanodollars(700), ("process",)), Granted)
    leases.draw(Account(), Nanodollars(700), 2)
    assert store["process"].held == 1600
    leases.end()
    assert store["process"].held == 700
