"""Four replicas, one budget, and a server that dies in the middle of it."""

import subprocess
import sys
from pathlib import Path

import pytest
import trio

from tests.shell.redis_server import Server, needs_server
from tests.shell.store_contract import balance
from tokenwise_shell.budgets.redis_store import open_store

ROOT = Path(__file__).resolve().parents[3]
PROCESSES, TASKS, ROUNDS, AMOUNT = 4, 48, 2, 1_000
ASKED = PROCESSES * TASKS * ROUNDS * AMOUNT
LIMIT = ASKED * 3 // 10

pytestmark = [needs_server, pytest.mark.slow]  # four processes of 48 tasks, and a server that is started twice


async def replica(url, number, slices, granted, heard):
    command = [sys.executable, "-m", "tests.shell.shared_load", url, f"r{number}"]
    command += map(str, (int(slices), TASKS, ROUNDS, AMOUNT))
    process = await trio.lowlevel.open_process(command, cwd=ROOT, stdout=subprocess.PIPE)
    told = b""
    async for piece in process.stdout:
        told += piece
        heard(number)
    assert await process.wait() == 0
    granted += map(int, told.split())


@pytest.mark.parametrize("slices", [False, True], ids=["each-call-asks", "slices"])
async def test_together_they_admit_no_more_than_the_limit_and_nearly_all_of_it(tmp_path, slices):
    granted, working, all_work = [], set(), trio.Event()

    def heard(number):
        working.add(number)
        if len(working) == PROCESSES:
            all_work.set()

    with Server(tmp_path) as server:
        await server.ready()
        async with open_store(server.url) as store:
            await store.open("process", LIMIT)
        with trio.fail_after(100):
            async with trio.open_nursery() as nursery:
                for number in range(PROCESSES):
                    nursery.start_soon(replica, server.url, number, slices, granted, heard)
                await all_work.wait()
                server.kill()
                server.start()
        async with open_store(server.url) as store:
            end = await store.balance("process")
    assert len(granted) == PROCESSES * TASKS * ROUNDS
    assert 0.98 * LIMIT <= sum(granted) <= LIMIT
    assert end == balance(LIMIT, spent=sum(granted))
