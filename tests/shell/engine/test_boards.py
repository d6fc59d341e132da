"""What processes tell each other of warm conversations: a file of one machine, a server of several, and no answer."""

import sqlite3
from contextlib import asynccontextmanager

import pytest
import trio
from coredis import Redis

from tests.shell.redis_server import Server, collected, needs_server, redis
from tokenwise.catalog.attachments import Attachments
from tokenwise_shell.engine.boards import FileBoard, ServerBoard
from tokenwise_shell.engine.prefixes import Count

__all__ = ["collected", "redis"]

NOW = 1_700_000_000_000
SEAT, OTHER = ("one", "house/dear"), ("two", "house/cheap")
COUNT = Count(5_000, Attachments(images=1), 4_800, NOW + 300_000, paused=True)
ROW = b"\x00\xff" * 8, SEAT, COUNT
ELSEWHERE = b"\x01" * 16

# The client leaves streams of its own to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")


@asynccontextmanager
async def on_files(tmp_path, patience_s=0):
    yield FileBoard(tmp_path / "ledger.warm"), FileBoard(tmp_path / "ledger.warm")


@asynccontextmanager
async def on_a_server(tmp_path, patience_s=10):
    with Server(tmp_path) as server:
        await server.ready()
        async with (
            Redis.from_url(server.url, decode_responses=True) as one,
            Redis.from_url(server.url, decode_responses=True) as two,
            trio.open_nursery() as nursery,
        ):
            yield tuple(ServerBoard(client, nursery, patience_s) for client in (one, two))


async def told(board, ends, count):
    """So many rows of these, in order, once they have come."""
    with trio.fail_after(10):
        while len(found := await board.read(ends, NOW)) < count:  # noqa: ASYNC110 -- nobody tells when it has come
            await trio.sleep(0.001)
    return sorted(found, key=lambda row: row[1])


@pytest.mark.parametrize("opened", [on_files, pytest.param(on_a_server, marks=needs_server)])
class TestAnyBoard:
    async def test_another_process_reads_what_one_wrote_and_only_what_it_asked_for(self, tmp_path, opened):
        async with opened(tmp_path) as (one, two):
            second = ROW[0], OTHER, Count(7, warm=7, until_ms=NOW + 5_000)
            assert not await two.read((ROW[0], b"\x02" * 16), NOW)
            for row in (ROW, second, (ELSEWHERE, SEAT, COUNT)):
                one.write(row, NOW)
            assert await told(two, (ROW[0], b"\x02" * 16), 2) == [ROW, second]

    async def test_what_is_cold_is_not_told(self, tmp_path, opened):
        async with opened(tmp_path) as (one, two):
            one.write(ROW, NOW)
            assert await told(two, ROW[:1], 1) == [ROW]
            assert not await two.read(ROW[:1], COUNT.until_ms)


class TestTheFile:
    async def test_keeps_no_more_than_so_many_rows_and_forgets_what_is_cold(self, tmp_path):
        board = FileBoard(tmp_path / "warm", most_rows=10)
        for place in range(600):
            board.write((place.to_bytes(16, "big"), SEAT, Count(9, warm=9, until_ms=NOW + place)), NOW)
        (kept,) = sqlite3.connect(board.path).execute("SELECT count(*) FROM warm").fetchone()
        assert 10 <= kept <= 10 + 256

    async def test_one_that_is_no_database_or_cannot_be_made_hinders_nobody(self, tmp_path):
        (tmp_path / "warm").write_bytes(b"no database, but sixteen bytes and more")
        for board in (FileBoard(tmp_path / "warm"), FileBoard(tmp_path / "nowhere" / "warm")):
            board.write(ROW, NOW)
            assert not await board.read(ROW[:1], NOW)

    async def test_a_row_in_another_form_is_passed_over(self, tmp_path):
        board = FileBoard(tmp_path / "warm")
        board.write(ROW, NOW)
        with sqlite3.connect(board.path) as db:
            db.execute("INSERT INTO warm VALUES (?, 'two', 'x', ?, ?)", (ROW[0], COUNT.until_ms, b'{"tokens": 1}'))
        assert list(await board.read(ROW[:1], NOW)) == [ROW]


class TestTheServer:
    async def test_one_that_does_not_answer_is_waited_for_once(self, autojump_clock):
        """Nobody listens there, as one that hangs: the deadline passes, and for five seconds nobody asks again."""

        class Silent:
            asked = 0

            async def hgetall(self, _):
                Silent.asked += 1
                await trio.sleep_forever()

        async with trio.open_nursery() as nursery:
            board = ServerBoard(Silent(), nursery)
            for _ in range(3):
                assert not await board.read(ROW[:1], NOW)
            board.write(ROW, NOW)
        assert Silent.asked == 1
        assert trio.current_time() == pytest.approx(0.1)

    @needs_server
    async def test_one_that_has_died_hinders_nobody(self, redis):
        async with Redis.from_url(redis.url, decode_responses=True) as client, trio.open_nursery() as nursery:
            board = ServerBoard(client, nursery)
            board.write(ROW, NOW)
            redis.kill()
            assert not await board.read((ELSEWHERE,), NOW)
