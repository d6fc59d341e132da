"""Vouchers in the hands of one process: what expires is there for whoever wants it, and nothing comes of nothing."""

import pytest
import trio

from tests.shell.ledger.test_journal import charged, die, finished, released, reserved
from tests.shell.store_contract import FIRST
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.voucher import Voucher, name_for
from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.budgets.answers import told as in_words
from tokenwise_shell.budgets.holder import holder_for
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import ms_of

NOON_MS, HOUR_MS = ms_of("2026-11-21T12:00:00.000Z"), 3_600_000


class Desk:
    def __init__(self, folder, shared):
        self.now = NOON_MS
        path = folder / "ledger.jsonl"
        self.journal = Journal.open(path, now_ms=lambda: self.now, sync=LedgerSync.NEVER)
        self.store = LocalStore(path, self.journal.writer) if shared else ProcessStore()
        self.in_force = limits_for(self.journal, self.store, (Limit(100, Window.DAY),))
        self.holder = holder_for(self.journal, self.store, self.in_force)

    def reserve(self, run, amount):
        told = []
        self.holder.reserve(run, FIRST, amount, told.append)
        return told[0]

    def cut(self, amount, parent=""):
        account = Account("", (), (("voucher", parent),) if parent else ())
        voucher = Voucher(name_for(self.now, b"abcd", parent), amount, self.now + HOUR_MS, account)
        return voucher, trio.run(self.in_force.vouchers.hold, voucher)


@pytest.fixture(params=[False, True], ids=["process", "local"])
def desk(request, tmp_path):
    desk = Desk(tmp_path, request.param)
    yield desk
    if request.param:
        desk.store.close()
    desk.journal.close()


def test_an_expired_voucher_s_money_is_there_for_the_next_who_wants_it(desk):
    voucher, refused = desk.cut(80)
    assert refused is None
    told = desk.reserve("one", 50)
    assert isinstance(told, NotHeld)
    assert (told.available, told.held, told.aside, told.busy) == (20, 80, 80, True)
    assert "held by vouchers" in in_words(told)
    assert "waiting" not in in_words(told)
    desk.now += HOUR_MS
    assert isinstance(desk.reserve("two", 50), Granted)
    assert desk.in_force.vouchers.trouble_with(voucher) == "this voucher has expired"


def test_what_calls_on_a_voucher_hold_is_held_by_calls(desk):
    voucher, _ = desk.cut(60)
    desk.cut(20, voucher.name)
    desk.reserve("one", 30)
    refused = desk.reserve("two", 35)
    assert (refused.available, refused.held, refused.aside, refused.busy) == (10, 90, 60, True)
    assert "held by vouchers" in in_words(refused)
    assert "held by calls under way, so waiting may help" in in_words(refused)


def test_what_is_not_there_cannot_be_cut(desk):
    voucher, _ = desk.cut(80)
    for amount, parent, scope in ((21, "", "process 2026-11-21"), (81, voucher.name, voucher.scope)):
        _, refused = desk.cut(amount, parent)
        assert (refused.scope, refused.needed) == (scope, amount)


def test_what_a_killed_process_held_counts_once_where_the_next_comes_while_another_lives(tmp_path):
    """The next has read in the ledger that it was abandoned, and finds it held in the file as well."""
    living, killed = Desk(tmp_path, shared=True), Desk(tmp_path, shared=True)
    living.reserve("one", 10)
    killed.reserve("two", 60)
    killed.journal.append("two", reserved(FIRST, 60))
    die(killed.journal)
    following = Desk(tmp_path, shared=True)
    (scope,) = following.in_force.scopes(Account())
    budget = following.store[scope]
    assert (budget.spent, budget.held) == (60, 10)
    for desk in (living, following):
        desk.store.close()
        desk.journal.close()
    killed.store._opened.close()


def test_a_limit_that_begins_while_several_processes_run_knows_what_all_of_them_have_spent(tmp_path):
    one, two = Desk(tmp_path, shared=True), Desk(tmp_path, shared=True)
    for desk, run in ((one, "one"), (two, "two")):
        desk.journal.enrol(run, key="alice")
        desk.journal.append(run, reserved(FIRST, 500_000))
        desk.journal.append(run, charged(FIRST), released(FIRST), finished(300_000))
    limit = Limit(10**9, Window.TOTAL, key="alice")
    for desk in (one, two):
        desk.in_force.add(limit)
        desk.in_force.scopes(Account("alice"))
        assert desk.store["key:alice total"].spent == 600_000
    for desk in (one, two):
        desk.store.close()
        desk.journal.close()


def test_vouchers_are_not_cut_from_each_other_without_end():
    name = ""
    for _ in range(7):
        name = name_for(NOON_MS, b"abcd", name)
    with pytest.raises(InputError, match="as deep as they go"):
        name_for(NOON_MS, b"abcd", name)
