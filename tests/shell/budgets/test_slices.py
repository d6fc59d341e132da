"""Slices of a shared budget, over a store in memory and under the contract of all stores."""

import pytest
import trio
import trio.testing
from attrs import define, field

from tests.shell.store_contract import FIRST, ONE, SECOND, StoreContract, balance
from tokenwise.ids import AttemptId
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.slices import Slices


@define
class Store:
    """A shared store whose server is a store; `asked` counts the round trips of reserves."""

    store: ProcessStore = field(factory=ProcessStore)
    asked: int = 0
    stood: dict = field(factory=dict)

    async def reserve(self, run_id, attempt, amount, scopes, *, share=1):
        await trio.lowlevel.checkpoint()
        self.asked += 1
        return self.store.reserve(run_id, attempt, amount, scopes, share=share)

    def settle(self, run_id, attempt, cost):
        self.store.settle(run_id, attempt, cost)

    async def available(self, scopes):
        await trio.lowlevel.checkpoint()
        return min(self.store[scope].available for scope in scopes)

    async def delivered(self):
        await trio.lowlevel.checkpoint()


@define
class Desk:
    """Slices as the contract drives them. What others see of a budget, they see once the slices are given up."""

    slices: Slices
    nursery: trio.Nursery

    async def open(self, scope, limit, spent=0):
        self.slices.store.store.open(scope, limit, spent=spent)

    async def reserve(self, *asked):
        return await self.slices.reserve(*asked)

    async def ask(self, *asked):
        begun = trio.Event()

        async def begin():
            begun.set()
            await self.slices.reserve(*asked)

        self.nursery.start_soon(begin)
        await begun.wait()

    def settle(self, *told):
        self.slices.settle(*told)

    async def balance(self, scope):
        await trio.testing.wait_all_tasks_blocked()
        return self.slices.store.store[scope]


class TestTheContract(StoreContract):
    @pytest.fixture
    async def desk(self):
        async with trio.open_nursery() as nursery:
            yield Desk(Slices(Store(), "replica"), nursery)


LIMIT = 100_000


@pytest.fixture
def store():
    store = Store()
    store.store.open("process", LIMIT)
    return store


@pytest.fixture
def slices(store):
    return Slices(store, "a")


async def reserve(slices, count, amount=100, first=0):
    answers = [await slices.reserve("run", AttemptId("s", first + nth), amount, ONE) for nth in range(count)]
    return all(isinstance(answer, Granted) for answer in answers)


async def test_calls_within_a_slice_do_not_ask_the_store(slices, store):
    assert await reserve(slices, 16)
    assert store.asked == 1
    assert store.store["process"] == balance(LIMIT, held=1600)


async def test_a_slice_that_is_used_up_is_followed_by_one_of_twice_the_size(slices, store):
    await reserve(slices, 17)
    assert store.asked == 2
    assert store.store["process"].held == 1600 + 3200


async def test_a_slice_is_settled_at_what_its_calls_cost_and_the_rest_comes_back(slices, store):
    await reserve(slices, 3)
    slices.give_up()
    for nth in range(3):
        slices.settle("run", AttemptId("s", nth), 70)
    assert store.store["process"] == balance(LIMIT, spent=210)
    assert store.store.open_holds == 0


async def test_a_cost_above_the_slice_is_an_overrun(slices, store):
    await reserve(slices, 1)
    slices.give_up()
    slices.settle("run", AttemptId("s", 0), 2000)
    assert store.store["process"] == balance(LIMIT, spent=2000, overrun=400)


async def test_an_idle_slice_gives_way_to_a_call_that_needs_its_money(slices, store):
    await reserve(slices, 1)
    slices.settle("run", AttemptId("s", 0), 0)
    assert isinstance(await slices.reserve("run", SECOND, LIMIT, ONE), Granted)


async def test_many_callers_wait_for_one_slice(slices, store):
    async with trio.open_nursery() as nursery:
        for nth in range(16):
            nursery.start_soon(slices.reserve, "run", AttemptId("s", nth), 100, ONE)
    assert store.asked == 1


async def test_a_slice_that_has_grown_old_comes_back(slices, store, autojump_clock):
    await reserve(slices, 1)
    slices.settle("run", AttemptId("s", 0), 30)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(slices.tend)
        await trio.sleep(6.5)
        nursery.cancel_scope.cancel()
    assert store.store["process"] == balance(LIMIT, spent=30)


async def test_a_cancelled_reserve_holds_nothing(slices, store):
    with trio.CancelScope() as scope:
        scope.cancel()
        await slices.reserve("run", FIRST, 100, ONE)
    slices.give_up()
    assert store.store["process"] == balance(LIMIT)
