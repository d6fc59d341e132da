"""LangChain and litellm as clients of the proxy: text, streams, tools, images, by each of the doors that they use.

They are heavy, and litellm wants other versions of things than this project does, so they have an environment of their
own and are asked for: `TOKENWISE_HEAVY_CLIENTS` names its Python, or is 1 where this one has them.

    uv venv heavy
    uv pip install --python heavy/bin/python langchain langchain-openai langchain-anthropic litellm mcp
    TOKENWISE_HEAVY_CLIENTS=heavy/bin/python python -m pytest -m heavy_clients
"""

import json
import os
import sys
from pathlib import Path

import pytest
import trio

from tests.shell.front_world import BY_EFFORT, OPEN, fronts

CLIENTS = Path(__file__).parent.parent / "clients"
WANTED = os.environ.get("TOKENWISE_HEAVY_CLIENTS", "")
PYTHON = sys.executable if WANTED == "1" else str(Path(WANTED).absolute())

# litellm would ask its makers for prices; what it ships will do.
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LANGSMITH_TRACING": "false"}

pytestmark = [
    pytest.mark.slow,  # importing LangChain alone takes seconds
    pytest.mark.heavy_clients,
    pytest.mark.skipif(not WANTED, reason="heavy clients are asked for by TOKENWISE_HEAVY_CLIENTS"),
]


async def run(program: str, url: str) -> dict[str, dict[str, bool]]:
    """What the client found, in a process of its own."""
    command = [PYTHON, str(CLIENTS / program), url, OPEN, BY_EFFORT]
    with trio.fail_after(300):
        done = await trio.run_process(command, capture_stdout=True, env={**os.environ, **QUIET})
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("program", ["langchain_client.py", "litellm_client.py"])
async def test_everything_works(tmp_path, program):
    async with fronts(tmp_path) as world:
        found = await run(program, world.url)
        assert len(found) == 6
        assert {name: seen for name, each in found.items() for seen, worked in each.items() if not worked} == {}
        assert world.balances()
