"""Clients of the proxy that are published for others: text, streams, tools, objects, refusals, by each of their doors.

They are heavy, and want other versions of things than this project does and than each other, so they have environments
of their own and are asked for: `TOKENWISE_HEAVY_CLIENTS` names one or several Pythons, with colons between, or is 1
where this one has them. The first that has a client runs it; a client that none has is skipped.

    uv venv heavy; uv venv agents; uv venv index
    uv pip install --python heavy/bin/python langchain langchain-openai langchain-anthropic litellm mcp
    uv pip install --python agents/bin/python openai-agents instructor llm 'pydantic-ai-slim[openai,anthropic]' \\
        'anthropic<2'
    uv pip install --python index/bin/python 'llama-index-llms-openai-like>=0.5'
    TOKENWISE_HEAVY_CLIENTS=heavy/bin/python:agents/bin/python:index/bin/python python -m pytest -m heavy_clients
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from tests.shell.front_world import BY_EFFORT, OPEN, fronts

CLIENTS = Path(__file__).parent.parent / "clients"
WANTED = os.environ.get("TOKENWISE_HEAVY_CLIENTS", "")
PYTHONS = [sys.executable if each == "1" else str(Path(each).absolute()) for each in WANTED.split(os.pathsep)]

# A program, the package that it is about, and how many doors it goes in by.
PROGRAMS = [
    ("langchain_client.py", "langchain_openai", 6),
    ("litellm_client.py", "litellm", 6),
    ("agents_client.py", "agents", 4),
    ("pydantic_client.py", "pydantic_ai", 6),
    ("instructor_client.py", "instructor", 2),
    ("llm_client.py", "llm", 2),
    ("llamaindex_client.py", "llama_index.llms.openai_like", 2),
]

# litellm would ask its makers for prices; what it ships will do.
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LANGSMITH_TRACING": "false"}

pytestmark = [
    pytest.mark.slow,  # importing LangChain alone takes seconds
    pytest.mark.heavy_clients,
    pytest.mark.skipif(not WANTED, reason="heavy clients are asked for by TOKENWISE_HEAVY_CLIENTS"),
]


def python_with(package: str) -> str:
    """The first Python that has this package."""
    asking = f"import importlib.util as u; import sys; sys.exit(u.find_spec({package.partition('.')[0]!r}) is None)"
    for python in PYTHONS:
        if subprocess.run([python, "-c", asking], check=False).returncode == 0:
            return python
    pytest.skip(f"no Python that is named has {package}")


async def run(python: str, program: str, url: str) -> dict[str, dict[str, bool]]:
    """What the client found, in a process of its own."""
    command = [python, str(CLIENTS / program), url, OPEN, BY_EFFORT]
    with trio.fail_after(300):
        done = await trio.run_process(command, capture_stdout=True, env={**os.environ, **QUIET})
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("program", "package", "doors"), PROGRAMS)
async def test_everything_works(tmp_path, program, package, doors):
    python = python_with(package)
    async with fronts(tmp_path) as world:
        found = await run(python, program, world.url)
        assert len(found) == doors
        assert {name: seen for name, each in found.items() for seen, worked in each.items() if not worked} == {}
        assert world.balances()
