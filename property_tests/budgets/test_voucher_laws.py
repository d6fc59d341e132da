"""The budget law with vouchers: a part of a budget that somebody else spends, cut again and again, until it comes back.

One or two processes of a machine mint vouchers, mint them from vouchers, spend under them and beside them, give them
back, outlive them with a call under way, and die. The auditor keeps a tree of wallets and counts it from the leaves up,
in a few lines that share nothing with the project; every budget that is kept is compared with it after every step.

Bugs that it must find are in tests/hunt/bugs/money.txt.
"""

import os
import tempfile
from pathlib import Path

import pytest
import trio
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from property_tests.money_house import MEMORY
from tokenwise.budgets.ledger import Charged, Finished, Overran, Released, Reservation
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.voucher import Voucher, lineage, minted_ms
from tokenwise.budgets.windows import Window
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.vouchers import Wanted, give_back, mint
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import ms_of
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.segments import read_ledger

BEGIN_MS, HOUR_MS = ms_of("2026-11-21T23:00:00.000Z"), 3_600_000
CALL = AttemptId("answer", 0)
LIMITS = (Limit(400, Window.DAY), Limit(500, Window.TOTAL, key="alice"), Limit(120, Window.TOTAL, model="openai/*"))
some = st.integers(0, 1000)
lasting = st.sampled_from([2, 30, 60])


@define
class Wallet:
    """A budget as the auditor counts it. What stands `on` it is spent through it."""

    limit: int
    on: tuple = ()
    expires: int = 0
    closed: bool = False
    paid: int = 0
    beyond: int = 0
    holds: dict = field(factory=dict)


@define
class Auditor:
    wallets: dict = field(factory=dict)

    def below(self, name):
        return [child for child, one in self.wallets.items() if name in one.on]

    def spent(self, name):
        return self.wallets[name].paid + sum(map(self.spent, self.below(name)))

    def beyond(self, name):
        return self.wallets[name].beyond + sum(map(self.beyond, self.below(name)))

    def held(self, name):
        cut = (max(0, self.wallets[child].limit - self.spent(child)) for child in self.below(name))
        return sum(self.wallets[name].holds.values()) + sum(cut)

    def left(self, name):
        return max(0, self.wallets[name].limit - self.spent(name) - self.held(name))

    def closes(self, name):
        for child in self.below(name):
            self.closes(child)
        self.wallets[name].closed = True
        self.shrink()

    def shrink(self):
        """What is closed is worth what is spent and held of it; from the leaves up."""
        for name in sorted(self.wallets, key=len, reverse=True):
            one = self.wallets[name]
            if one.closed:
                one.limit = min(one.limit, self.spent(name) + self.held(name))

    def settled(self, call, cost):
        for name in call.wallets:
            one = self.wallets[name]
            one.beyond += max(0, cost - one.holds.pop(call.run))
            one.paid += cost
        self.shrink()


@define
class Call:
    run: str
    amount: int
    model: str
    wallets: tuple
    desk: int


@define(eq=False)
class Desk:
    """One process: its hold on the ledger, its store, its limits."""

    journal: object
    store: object
    in_force: object


class Vouched(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.path, self.now = Path(self.folder.name) / "ledger.jsonl", BEGIN_MS
        self.number, self.deaths = 0, 0
        self.auditor, self.calls, self.minted, self.desks = Auditor(), {}, {}, []

    @initialize(desks=st.sampled_from([0, 1, 2]))
    def begin(self, desks):
        self.shared = desks > 0
        for _ in range(desks or 1):
            self.desks.append(self.opened())

    def opened(self):
        journal = Journal.open(self.path, now_ms=lambda: self.now, sync=LedgerSync.NEVER)
        store = LocalStore(self.path, journal.writer) if self.shared else ProcessStore()
        in_force = limits_for(journal, store, LIMITS)
        in_force.scopes(Account("alice"), "openai/a")
        return Desk(journal, store, in_force)

    # --- whose money it is --------------------------------------------------------------------------------------------

    def roots(self, at_ms, key):
        day = (at_ms - BEGIN_MS + 23 * HOUR_MS) // (24 * HOUR_MS)
        yield f"process 2026-11-{21 + day}", 400
        if key:
            yield "key:alice total", 500

    def wallets_of(self, account, model):
        if account.voucher:
            names = [f"voucher:{account.voucher} total"]
        else:
            names = []
            for name, limit in self.roots(self.now, account.key):
                self.auditor.wallets.setdefault(name, Wallet(limit))
                names.append(name)
        if model.startswith("openai/"):
            self.auditor.wallets.setdefault("model:openai/* total", Wallet(120))
            names.append("model:openai/* total")
        return tuple(names)

    def desk(self, which):
        return which % len(self.desks)

    def voucher(self, which):
        """One that is good, or the last that is over: of those there soon are many."""
        over = [name for name, one in sorted(self.minted.items()) if self.auditor.wallets[one.scope].closed]
        names = [*sorted(self.minted.keys() - over), *over[-1:]]
        return self.minted[names[which % len(names)]]

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(which=some, key=st.sampled_from(["", "alice"]), amount=st.sampled_from([20, 60, 150]), hours=lasting)
    def mint(self, which, key, amount, hours):
        self.cut(which, Account(key), amount, hours)

    @precondition(lambda self: self.minted)
    @rule(which=some, outer=some, amount=st.sampled_from([5, 20, 60]), hours=lasting)
    def mint_from_one(self, which, outer, amount, hours):
        voucher = self.voucher(outer)
        if voucher.name.count(".") < 3 and not self.desks[self.desk(which)].in_force.vouchers.trouble_with(voucher):
            self.cut(which, voucher.spender, amount, hours)

    def cut(self, which, account, amount, hours):
        desk = self.desks[self.desk(which)]
        self.number += 1
        parents = self.wallets_of(account, "")
        fits = all(self.auditor.left(name) >= amount for name in parents)
        wanted = Wanted(amount, self.now + hours * HOUR_MS)
        told = trio.run(
            mint, desk.in_force.vouchers, desk.journal, account, wanted, self.number.to_bytes(4, "big")[::-1]
        )
        assert isinstance(told, Voucher) == fits, (told, parents)
        if fits:
            self.minted[told.name] = told
            self.auditor.wallets[told.scope] = Wallet(amount, parents, told.expires_ms)

    @rule(
        which=some,
        key=st.sampled_from(["", "alice"]),
        pays=st.one_of(st.none(), some, some, some),
        model=st.sampled_from(["openai/a", "other/b", "other/b"]),
        amount=st.sampled_from([1, 10, 30, 60]),
    )
    def call(self, which, key, pays, model, amount):
        number, account = self.desk(which), Account(key)
        desk = self.desks[number]
        if pays is not None and self.minted:
            voucher = self.voucher(pays)
            account = voucher.spender
            admitted = not desk.in_force.vouchers.trouble_with(voucher)
            wallet = self.auditor.wallets.get(voucher.scope)
            assert admitted == (not wallet.closed), voucher
            if not admitted and voucher.scope not in desk.store:
                return  # which a request that was let in before may still try
        wallets = self.wallets_of(account, model)
        fits = all(self.auditor.left(name) >= amount for name in wallets)
        self.number += 1
        run = f"run{self.number}"
        told = desk.store.reserve(run, CALL, amount, desk.in_force.scopes(account, model))
        assert isinstance(told, Granted) == fits, (told, wallets)
        if fits:
            desk.journal.enrol(run, key=account.key, marks=account.marks)
            desk.journal.append(run, Reservation(CALL, model, "one", amount, 1, 1))
            self.calls[run] = Call(run, amount, model, wallets, number)
            for name in wallets:
                self.auditor.wallets[name].holds[run] = amount

    @precondition(lambda self: self.minted)
    @rule(which=some, pays=some, model=st.sampled_from(["openai/a", "other/b"]), amount=st.sampled_from([1, 10, 20]))
    def call_with_one(self, which, pays, model, amount):
        self.call(which, "", pays, model, amount)

    @precondition(lambda self: self.calls)
    @rule(which=some, cost=st.sampled_from([0, 1, 10, 30, 200]))
    def settle(self, which, cost):
        self.end(self.calls.pop(sorted(self.calls)[which % len(self.calls)]), cost)

    def end(self, call, cost):
        desk, rest = self.desks[call.desk], call.amount - cost
        desk.store.settle(call.run, CALL, cost)
        difference = [Released(CALL, rest)] if rest > 0 else [Overran(CALL, -rest)] if rest < 0 else []
        charged = Charged(CALL, call.model, "one", cost, None, "ok", estimated=False, asked=call.model)
        ended = Finished("completed", cost, max(0, -rest))
        desk.journal.append(call.run, charged, *difference, ended)
        self.auditor.settled(call, cost)

    @precondition(lambda self: self.minted)
    @rule(which=some, pays=some)
    def give_back(self, which, pays):
        vouchers, voucher = self.desks[self.desk(which)].in_force.vouchers, self.voucher(pays)
        if not vouchers.trouble_with(voucher):
            for one in self.minted.values():  # whoever gives one back has found those that were cut from it
                if voucher.name in lineage(one.name):
                    vouchers.trouble_with(one)
            trio.run(give_back, vouchers, self.desks[self.desk(which)].journal, voucher.name)
            self.auditor.closes(voucher.scope)

    @rule(hours=st.sampled_from([1, 5, 20]))
    def pass_time(self, hours):
        if self.now < BEGIN_MS + 120 * HOUR_MS:
            self.now += hours * HOUR_MS
        for desk in self.desks:
            desk.in_force.scopes(Account("alice"), "openai/a")
            desk.in_force.vouchers.expire()
        for name in sorted(self.auditor.wallets, key=len, reverse=True):
            one = self.auditor.wallets[name]
            if one.expires and one.expires <= self.now and not one.closed:
                self.auditor.closes(name)

    # Seldom, or hardly a call would live to be settled.
    @precondition(lambda self: self.number > 4 * self.deaths + 4)
    @rule(which=some)
    def die(self, which):
        self.deaths += 1
        number = self.desk(which)
        for call in [call for call in self.calls.values() if call.desk == number]:
            self.auditor.settled(self.calls.pop(call.run), call.amount)
        self.lose(self.desks[number])
        self.desks[number] = self.opened()

    def lose(self, desk):
        os.close(desk.journal.file.descriptor)
        os.close(desk.journal.rotation.place.descriptor)
        if self.shared:
            desk.store._opened.close()
            desk.store._closed = True

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def every_budget_is_as_the_auditor_counts_it(self):
        for name, budget in self.kept().items():
            if name not in self.auditor.wallets:
                assert (budget.spent, budget.held) == (0, 0), name
                continue
            told = (self.auditor.wallets[name].limit, self.auditor.spent(name), self.auditor.held(name))
            assert (budget.limit, budget.spent, budget.held) == told, name

    @invariant()
    def nothing_is_spent_above_a_budget_but_what_calls_cost_above_their_holds(self):
        """'spent by parent and children <= the parent's budget + recorded overruns', at every moment."""
        for name, one in self.auditor.wallets.items():
            beyond = self.auditor.beyond(name)
            assert self.auditor.spent(name) + self.auditor.held(name) <= one.limit + beyond, name
        for name, budget in self.kept().items():
            assert budget.spent + budget.held <= budget.limit + budget.overrun, name
            assert budget.overrun <= (self.auditor.beyond(name) if name in self.auditor.wallets else 0), name

    def kept(self):
        if not self.desks:
            return {}
        store = self.desks[0].store
        if self.shared:
            return {scope: row.budget for scope, row in store.rows().items()}
        return {scope: store[scope] for scope in store.budgets}

    def teardown(self):
        try:
            for run in sorted(self.calls):
                self.end(self.calls.pop(run), 1)
            for desk in self.desks:
                if self.shared:
                    desk.store.close()
                desk.journal.close()
            if self.desks:
                proof = verify(read_ledger(self.path, pytest.fail))
                assert [str(problem) for problem in proof.problems] == []
        finally:
            self.folder.cleanup()


def test_names_say_when_their_money_was_set_aside():
    assert minted_ms("1795292153123-7f3e21aa.04c1d2") == 1_795_292_153_123


@pytest.mark.slow  # each example opens ledgers, which waits for the disk
def test_the_law_holds_with_vouchers():
    """'The unspent part returns exactly once', at expiry too, and under calls that are still under way."""
    # Five stories where another law has three examples: what goes wrong here does so in some order of steps.
    many = 5 * settings.default.max_examples // 3
    run_state_machine_as_test(Vouched, settings=settings(stateful_step_count=40, max_examples=many))
