"""Sessions that never repeat: what a process keeps of them, and what is known all the same."""

import tracemalloc

import pytest

from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.ledger.writers import Position, Registered, Writer

CALL = AttemptId("answer", 0)


@pytest.fixture
def in_force(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    Registered.register(ledger, Writer("alone", Position(0, 0)))
    limits = InForce(LocalStore(ledger, "alone"), lambda: 1_795_292_153_123)
    limits.add(Limit(10**9, Window.TOTAL, each="session"))
    return limits


def spend(in_force, number):
    scopes = in_force.scopes(Account(marks=(("session", f"session-{number}"),)))
    in_force.store.reserve("run", CALL, 1_000, scopes)
    in_force.store.settle("run", CALL, 1_000)
    return scopes[0]


@pytest.mark.slow  # twelve thousand transactions
def test_a_process_keeps_no_more_of_twelve_thousand_than_of_nine_and_all_are_known(in_force):
    """The bound is what 4,096 known by heart take, under 3 MiB; the file has forgotten nothing of the others."""
    tracemalloc.start()
    for number in range(9_000):
        spend(in_force, number)
    before, _ = tracemalloc.get_traced_memory()
    for number in range(9_000, 12_000):
        spend(in_force, number)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 100_000
    assert after < 3 * 2**20
    assert len(tuple(in_force.present())) == 4096
    first = spend(in_force, 0)
    assert in_force.store[first].spent == 2_000
