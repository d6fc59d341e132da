"""Vercel's `ai` with each of its providers, as it is published: it checks whole answers by schemas of its own."""

import json
import shutil

import pytest
import trio

from tests.conformance.fetching import node_modules
from tests.shell.front_world import BY_EFFORT, OPEN, fronts
from tests.shell.proxy.test_heavy_clients import CLIENTS

pytestmark = pytest.mark.slow  # the client is fetched once, and Node takes seconds to start


@pytest.fixture(scope="module")
def program():
    """The program, where it finds what it imports; outside of any test, since one within trio could not skip."""
    return shutil.copy(CLIENTS / "aisdk_client.mjs", node_modules())


async def test_everything_works(tmp_path, program):
    async with fronts(tmp_path) as world:
        command = ["node", program, world.url, OPEN, BY_EFFORT]
        with trio.fail_after(120):
            done = await trio.run_process(command, capture_stdout=True)
        found = json.loads(done.stdout.splitlines()[-1])
        assert len(found) == 8
        assert {name: seen for name, each in found.items() for seen, worked in each.items() if not worked} == {}
        assert world.balances()
