"""The laws of the ledger and of shared money, checked themselves: see `tests/core/test_seeded_bugs.py`."""

import pytest

from tests.core.test_seeded_bugs import CORE, ROOT, TESTS_FAILED, Bug, hunted, this_time
from tests.shell.redis_server import SERVER

BUGS = (
    Bug(
        "what was reserved since the last sync is not counted",
        "ledger/leases",
        "lease.unsynced += amount",
        "lease.unsynced += 0",
        "property_tests/budgets/test_lease_laws.py::TestPowerLoss",
    ),
    Bug(
        "a lease is relied on before it is on the disk",
        "ledger/leases",
        "lease.covers = min(lease.covers, amount)",
        "lease.covers = amount",
        "tests/shell/ledger/test_leases.py",
    ),
    Bug(
        "a lease is taken without asking what is left",
        "ledger/leases",
        "largest=lease.largest, before=before, available=available)",
        "largest=lease.largest, before=before, available=None)",
        "property_tests/budgets/test_lease_laws.py::TestPowerLoss",
    ),
    Bug(
        "after a power loss the lease is not charged",
        "ledger/recovery",
        "lost = not roll.was_killed(",
        "lost = bool(roll.living) and roll.was_killed(",
        "property_tests/budgets/test_lease_laws.py::TestPowerLoss",
    ),
    Bug(
        "the lease is charged on top of the reservations within it that survived",
        "ledger/recovery",
        'lease.reserved += line["amount_nano"]',
        "lease.reserved += 0",
        "tests/shell/ledger/test_leases.py::TestPowerLoss",
    ),
    Bug(
        "what living processes hold is closed by whoever comes next",
        "ledger/recovery",
        "if one.balance.writer not in roll.living and one.balance.closed <= 1:",
        "if one.balance.closed <= 1:",
        "tests/shell/ledger/test_journal.py::TestRecovery",
    ),
    Bug(
        "only the newest file is searched for what the dead have left",
        "ledger/segments",
        "if (number >= position.number or not known) and path.exists():",
        "if number == max(files) and path.exists():",
        "tests/shell/ledger/test_segments.py::TestSettingAside",
    ),
    Bug(
        "lines written while the disk was busy count as synced",
        "ledger/commits",
        "            self.synced = upto\n",
        "            self.synced = self.file.accepted\n",
        "tests/shell/ledger/test_journal.py::TestDurability",
    ),
    Bug(
        "what is held is not written into the budgets of the machine",
        "budgets/local_store",
        "            page.keep(answer)\n",
        "",
        "tests/shell/budgets/test_local_store.py",
    ),
    Bug(
        "a settlement reaches the first budget alone",
        "budgets/local_store",
        "page.move(held.scopes, *settling(held.hold.amount, cost))",
        "page.move(held.scopes[:1], *settling(held.hold.amount, cost))",
        "tests/shell/budgets/test_local_store.py",
    ),
    Bug(
        "a call over midnight counts on the day on which it ended",
        "ledger/spending",
        "day = self.open.pop(place, day)",
        "day = self.open.pop(place, day) and day",
        "tests/shell/ledger/test_spending.py",
    ),
    Bug(
        "a checkpoint is believed without looking at the ledger",
        "ledger/spending",
        " and hash_before(files[number], end) == told",
        " and bool(told)",
        "tests/shell/ledger/test_spending.py",
    ),
    Bug(
        "a reservation that nobody will close is taken for one that is under way",
        "ledger/proof",
        "return self._awaits_an_end(balance) and balance.writer in living",
        "return self._awaits_an_end(balance)",
        "property_tests/budgets/test_ledger_laws.py",
    ),
    Bug(
        "a repeated reserve is held twice by the shared store",
        "budgets/redis_scripts",
        "if state == 'held' then return {1} end\n",
        "if state == 'held' then state = nil end\n",
        "tests/shell/budgets/test_redis_store.py::TestRepeatedRequests",
    ),
    Bug(
        "what a lost replica held comes back unspent",
        "budgets/redis_scripts",
        "book(id, '-' .. amount, amount, 0)",
        "book(id, '-' .. amount, 0, 0)",
        "tests/shell/budgets/test_redis_store.py::TestExpiry",
    ),
)
HUNTABLE = [bug for bug in BUGS if SERVER or "redis" not in bug.module]
PARTS = (*CORE, "tokenwise_shell", "tests/shell")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_the_place_of_each_bug_is_still_there(bug):
    text = (ROOT / "tokenwise_shell" / f"{bug.module}.py").read_text(encoding="utf-8")
    assert text.count(bug.right) == 1


@pytest.mark.slow  # each starts another pytest
@pytest.mark.parametrize("bug", this_time(HUNTABLE), ids=lambda bug: bug.what)
def test_each_bug_is_caught(bug, tmp_path):
    assert hunted(bug, tmp_path, "tokenwise_shell", PARTS) == TESTS_FAILED
