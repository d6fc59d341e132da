"""The shared store under the contract of all stores, on a real server, and what is its own."""

import pytest
import trio
import trio.testing
from attrs import frozen

from tests.shell.redis_server import PATIENT_S, collected, needs_server, redis, running
from tests.shell.store_contract import FIRST, ONE, SECOND, StoreContract, balance
from tokenwise.errors import InputError
from tokenwise_shell.budgets.answers import UNREACHABLE, Granted
from tokenwise_shell.budgets.redis_store import RedisStore, open_store

__all__ = ["collected", "redis", "running"]

pytestmark = [
    needs_server,
    # The client leaves streams of its own to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
]


@pytest.fixture
async def store(running):
    await running.ready()
    async with open_store(running.url, patience_s=PATIENT_S, farewell_s=PATIENT_S) as store:
        await store.client.flushall()
        yield store


@frozen
class Shared:
    """The store behind the contract's desk."""

    store: RedisStore
    nursery: trio.Nursery

    async def open(self, scope, limit, spent=0):
        await self.store.open(scope, limit, spent=spent)

    async def reserve(self, *asked):
        await self.store.delivered()
        return await self.store.reserve(*asked)

    async def ask(self, *asked):
        self.nursery.start_soon(self.store.reserve, *asked)
        await trio.testing.wait_all_tasks_blocked()

    def settle(self, *told):
        self.store.settle(*told)

    async def balance(self, scope):
        await self.store.delivered()
        return await self.store.balance(scope)


class TestTheContract(StoreContract):
    @pytest.fixture
    async def desk(self, store):
        async with trio.open_nursery() as nursery:
            yield Shared(store, nursery)


class TestRepeatedRequests:
    async def test_reserving_again_under_the_same_name_holds_nothing_more(self, store):
        await store.open("process", 100)
        for _ in range(2):
            assert isinstance(await store.reserve("run", FIRST, 60, ONE), Granted)
        assert await store.balance("process") == balance(100, held=60)

    async def test_settling_again_books_nothing_more(self, store):
        await store.open("process", 100)
        await store.reserve("run", FIRST, 60, ONE)
        for _ in range(2):
            store.settle("run", FIRST, 45)
        await store.delivered()
        assert await store.balance("process") == balance(100, spent=45)

    async def test_a_correction_told_again_books_nothing_more(self, store):
        await store.open("process", 100)
        for _ in range(2):
            assert await store.correct("one", ONE, 30, 0)
        assert await store.balance("process") == balance(100, spent=30)

    async def test_a_cancelled_reserve_holds_nothing(self, store):
        await store.open("process", 100)
        with trio.CancelScope() as scope:
            scope.cancel()
            await store.reserve("run", FIRST, 60, ONE)
        await store.delivered()
        assert await store.balance("process") == balance(100)

    async def test_a_reserve_that_comes_after_its_own_withdrawal_is_refused(self, store):
        await store.open("process", 100)
        store.settle("run", FIRST, 0)
        await store.delivered()
        assert not isinstance(await store.reserve("run", FIRST, 60, ONE), Granted)


class TestExpiry:
    async def test_what_a_lost_replica_held_is_charged_in_full_and_put_right_if_it_comes_back(self, running, store):
        async with open_store(running.url, hold_ms=0, patience_s=PATIENT_S) as lost:
            await store.open("process", 100)
            await lost.reserve("run", FIRST, 60, ONE)
            await store.reserve("other", SECOND, 10, ONE)
            assert await store.balance("process") == balance(100, spent=60, held=10)
            lost.settle("run", FIRST, 45)
            await lost.delivered()
        assert await store.balance("process") == balance(100, spent=45, held=10)


class TestSharing:
    async def test_two_replicas_have_one_budget(self, running, store):
        async with open_store(running.url, patience_s=PATIENT_S) as other:
            await store.open("process", 100)
            await other.open("process", 100, spent=70)
            assert isinstance(await store.reserve("a", FIRST, 60, ONE), Granted)
            assert not isinstance(await other.reserve("b", FIRST, 60, ONE), Granted)

    async def test_what_was_raised_stays_so_whoever_opens_it_again(self, store):
        await store.open("process", 100)
        assert await store.raise_to("process", 200, spent=0, ends_ms=None)
        await store.open("process", 100)
        assert await store.balance("process") == balance(200)

    async def test_a_share_is_one_of_so_many_parts_of_what_is_left(self, store):
        await store.open("process", 100)
        assert not isinstance(await store.reserve("run", FIRST, 26, ONE, share=4), Granted)
        assert isinstance(await store.reserve("run", SECOND, 25, ONE, share=4), Granted)

    async def test_a_budget_that_nobody_opened_admits_nothing(self, store):
        with pytest.raises(KeyError, match="process"):
            await store.reserve("run", FIRST, 1, ONE)

    async def test_more_than_can_be_counted_exactly_is_refused(self, store):
        with pytest.raises(InputError, match="exactly"):
            await store.open("process", 2**53)


@pytest.mark.slow  # each starts a server, and some wait in vain for one
class TestOutage:
    async def test_a_store_that_cannot_be_reached_refuses_to_start_and_keeps_its_password_to_itself(self, redis):
        redis.kill()
        with pytest.raises(InputError, match=r"budget_store: 127\.0\.0\.1:") as refused:
            async with open_store(redis.url.replace("//", "//user:secret@")):
                pass
        assert "secret" not in str(refused.value)

    async def test_an_outage_fails_closed(self, redis):
        async with open_store(redis.url, farewell_s=0) as store:
            await store.open("process", 100)
            redis.kill()
            refused = await store.reserve("run", FIRST, 1, ONE)
            assert (refused.scope, refused.available, refused.busy) == (UNREACHABLE, 0, False)

    async def test_by_explicit_policy_it_fails_open_and_counts_that(self, redis):
        async with open_store(redis.url, fail_open=True, farewell_s=0) as store:
            await store.open("process", 100)
            redis.kill()
            assert isinstance(await store.reserve("run", FIRST, 1, ONE), Granted)
            assert store.ungoverned == 1

    async def test_killed_and_started_again_it_has_lost_nothing_and_settlements_arrive(self, redis):
        async with open_store(redis.url) as store:
            await store.open("process", 100)
            await store.reserve("run", FIRST, 60, ONE)
            redis.kill()
            store.settle("run", FIRST, 45)
            redis.start()
            await redis.ready()
            with trio.fail_after(10):
                await store.delivered()
            assert await store.balance("process") == balance(100, spent=45)
