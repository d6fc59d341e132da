"""Laws of durable leases: whatever a power loss takes, no limit is passed and no call goes uncharged."""

import tempfile
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shell.ledger.test_journal import AT_MS
from tests.shell.ledger.test_leases import NEXT_START, Office
from tokenwise.budgets.leases import SHARE, lease_for
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify

MOVES = st.one_of(
    st.tuples(st.just("call"), st.integers(1, 400)),
    st.tuples(st.just("call"), st.integers(1, 20)),
    st.tuples(st.just("pay"), st.integers(0, 100)),  # the cost, as a share of the reservation in percent
    st.tuples(st.just("sync"), st.just(0)),
)


async def carry_out(office, moves):
    """Calls and payments in turn. The costs of all calls that have left, paid or not, end up in `office.cost`."""
    unpaid = []
    for number, (kind, value) in enumerate(moves):
        if kind == "call":
            if await office.call(number, value):
                unpaid.append(number)
        elif kind == "sync":
            await office.journal.synced()
        elif unpaid:
            paid = unpaid.pop(0)
            office.pay(paid, office.cost[paid] * value // 100)


@pytest.mark.slow  # each example opens two ledgers, which waits for the disk
class TestPowerLoss:
    """After a power loss an unresolved lease is charged in full, `estimated`, so the law holds."""

    @settings(max_examples=60)
    @given(st.integers(200, 20_000), st.lists(MOVES, max_size=60), st.floats(0, 1))
    def test_whatever_the_disk_has_lost_all_calls_are_charged_and_no_limit_is_passed(self, limit, moves, share):
        with tempfile.TemporaryDirectory() as folder:
            office = Office(Path(folder) / "ledger.jsonl", limit)
            trio.run(carry_out, office, moves)
            safe, written = office.journal.file.safe_bytes, office.journal.file.size
            copy = office.lose_power(Path(folder) / "copy.jsonl", cut=safe + round(share * (written - safe)))
            Journal.open(copy, now_ms=lambda: AT_MS, boot=NEXT_START).close()
            proof = verify(read_lines(copy, lambda _: None))
            office.journal.close()
        assert proof.problems == ()
        assert sum(office.cost.values()) <= proof.spent_nano <= limit

    @settings(max_examples=30)
    @given(st.integers(1000, 20_000), st.lists(MOVES, max_size=60))
    def test_a_budget_is_held_no_further_than_its_limit_by_calls_and_leases(self, limit, moves):
        with tempfile.TemporaryDirectory() as folder:
            office = Office(Path(folder) / "ledger.jsonl", limit)
            trio.run(carry_out, office, moves)
            budget = office.store["process"]
            assert budget.spent + budget.held <= limit
            office.journal.close()
            assert office.store["process"].held <= sum(office.cost.values())


class TestSize:
    """Near a limit leases shrink to single reservations."""

    @given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**13))
    def test_a_lease_is_a_share_of_what_is_left_or_nothing(self, largest, before, available):
        amount = lease_for(largest=largest, before=before, available=available)
        assert amount == 0 or 2 * largest <= amount <= available // SHARE

    @given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**13), st.integers(0, 10**13))
    def test_more_money_never_makes_a_smaller_lease(self, largest, before, less, more):
        less, more = sorted((less, more))
        small = lease_for(largest=largest, before=before, available=less)
        assert small <= lease_for(largest=largest, before=before, available=more)
