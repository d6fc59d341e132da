"""Budgets that stand on others, in every store: a process's memory, a machine's file, a server's scripts.

Whatever is minted, cut, spent, given back and corrected, in any order, the three say the same of each budget.
"""

import tempfile
from pathlib import Path

import pytest
import trio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.shell.redis_server import PATIENT_S, collected, needs_server, running
from tests.shell.store_contract import FIRST
from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, begun
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.redis_store import open_store
from tokenwise_shell.engine.clock import wall_ms

__all__ = ["collected", "running"]

ROOTS = {"process total": 400, "key:alice total": 150}
HOUR_MS = 3_600_000
some, amounts = st.integers(0, 99), st.sampled_from([1, 10, 30, 60, 150])
deeds = st.one_of(
    st.tuples(st.just("mint"), some, amounts),
    st.tuples(st.just("mint"), some, amounts),
    st.tuples(st.just("hold"), some, amounts),
    st.tuples(st.just("hold"), some, amounts),
    st.tuples(st.just("settle"), some, st.sampled_from([0, 1, 10, 30, 200])),
    st.tuples(st.just("shut"), some, st.just(0)),
    st.tuples(st.just("adopt"), some, st.sampled_from([0, 5, 70])),
    st.tuples(st.just("relimit"), some, amounts),
)


class Three:
    """The same deed in each store, and what each says to it."""

    def __init__(self, folder, far):
        self.near = (ProcessStore(), LocalStore(folder / "ledger.jsonl", "one"))
        self.far, self.vouchers, self.calls = far, [], []

    @property
    def scopes(self):
        return [*ROOTS, *self.vouchers]

    def at(self, number):
        return self.scopes[number % len(self.scopes)]

    async def begin(self):
        for scope, limit in ROOTS.items():
            for store in self.near:
                store.open(scope, limit)
            await self.far.open(scope, limit)

    def new(self, number):
        parent = self.at(number)
        parents = tuple(ROOTS) if parent in ROOTS and number % 2 else (parent,)
        name = f"{parent.partition(' ')[0]}.{len(self.vouchers):02}" if parent in self.vouchers else None
        scope = f"{name or f'voucher:{len(self.vouchers):02}'} total"
        return scope, Backing(parents, wall_ms() + HOUR_MS)

    async def mint(self, number, amount):
        scope, backing = self.new(number)
        said = [store.mint(scope, amount, backing) for store in self.near]
        said.append(await self.far.mint(scope, amount, backing))
        assert said[0] == said[1] == said[2]
        if said[0] is None:
            self.vouchers.append(scope)

    async def adopt(self, number, spent):
        """One that the ledger knows of, where nobody else does; or one that is known, with another parent."""
        scope, backing = self.new(number)
        if number % 2 and self.vouchers:
            scope, backing = (
                self.vouchers[number % len(self.vouchers)],
                Backing(("process total",), wall_ms() + HOUR_MS),
            )
            if scope.count("."):
                return
        one = begun(60, spent)
        for store in self.near:
            store.adopt(scope, one, backing)
        await self.far.adopt(scope, one, backing)
        self.vouchers += [scope] * (scope not in self.vouchers)

    async def hold(self, number, amount):
        scopes, run = (self.at(number),), f"run{len(self.calls)}"
        said = [store.reserve(run, FIRST, amount, scopes) for store in self.near]
        said.append(await self.far.reserve(run, FIRST, amount, scopes))
        assert said[0] == said[1] == said[2]
        self.calls += [run] * isinstance(said[0], Granted)

    async def settle(self, number, cost):
        if self.calls:
            run = self.calls[number % len(self.calls)]
            self.calls[self.calls.index(run)] = f"done{len(self.calls)}"
            for store in (*self.near, self.far):
                if not run.startswith("done"):
                    store.settle(run, FIRST, cost)

    async def shut(self, number, _):
        """And first what is cut from it, as a server does by itself."""
        if self.vouchers:
            scope = self.vouchers[number % len(self.vouchers)]
            start = scope.partition(" ")[0] + "."
            for one in sorted((each for each in self.vouchers if each.startswith(start)), key=len, reverse=True):
                self.near[0].shut(one)
                self.near[1].shut(one)
            for store in self.near:
                store.shut(scope)
            await self.far.shut(scope)

    async def relimit(self, number, limit):
        scope = [*ROOTS][number % len(ROOTS)]
        self.near[0].change(scope, limit)
        self.near[1].change(scope, limit)
        await self.far.open(scope, limit)

    async def agree(self):
        self.near[1]._catch_up()
        await self.far.delivered()
        for scope in self.scopes:
            told = [store[scope] for store in self.near]
            told.append(await self.far.balance(scope))
            assert told[0] == told[1] == told[2], scope
            assert isinstance(told[0], Budget)
            backings = [store.backing(scope) for store in self.near]
            backings.append(await self.far.backing(scope))
            assert len({(one.parents, one.closed) if one and one.parents else None for one in backings}) == 1


@needs_server
@pytest.mark.slow  # a real server
@pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")
def test_every_store_says_the_same_of_vouchers(running):
    """'One reserve takes the amount in all the budgets that apply, or in none', wherever they are kept."""

    async def play(story):
        await running.ready()
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(running.url, patience_s=PATIENT_S) as far:
                await far.client.flushall()
                three = Three(Path(folder), far)
                await three.begin()
                for deed, number, amount in story:
                    await getattr(three, deed)(number, amount)
                    await three.agree()
                three.near[1].close()

    @settings(max_examples=12, deadline=None)
    @given(st.lists(deeds, min_size=15, max_size=30))
    @example([("mint", 1, 60), ("hold", 2, 60), ("settle", 0, 200), ("adopt", 1, 5), ("mint", 2, 1), ("adopt", 1, 0)])
    def stories(story):
        trio.run(play, story)

    stories()
