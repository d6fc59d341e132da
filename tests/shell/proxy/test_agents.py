"""Coding agents as they are published, in front of the embedded provider in both formats.

They are programs of their own, and are asked for: those of `claude`, `codex`, `opencode` and `aider` that are on the
path are run where `TOKENWISE_HEAVY_CLIENTS` is set.

    npm install -g @anthropic-ai/claude-code @openai/codex opencode-ai
    uv tool install aider-chat
    TOKENWISE_HEAVY_CLIENTS=1 python -m pytest -m heavy_clients tests/shell/proxy/test_agents.py
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import trio

from tests.shell.front_world import BY_BUDGET, BY_EFFORT, OPEN, Fronts, fronts
from tests.shell.loopback import CHUNKED, chunk, next_request
from tests.shell.proxy.test_proxy_as_it_is import event_of
from tests.shell.proxy_world import model as model_of
from tests.shell.proxy_world import price, proxy_of
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.traits import Tier

WANTED = os.environ.get("TOKENWISE_HEAVY_CLIENTS", "")

pytestmark = [
    pytest.mark.slow,  # each starts a program that takes seconds
    pytest.mark.heavy_clients,
    pytest.mark.skipif(not WANTED, reason="agents are asked for by TOKENWISE_HEAVY_CLIENTS"),
]

# Names of the vendor's that each agent knows, and so sends what it sends to that vendor.
ALIASES = {"gpt-*": OPEN, "claude-opus-*": BY_EFFORT, "claude-haiku-*": BY_BUDGET, "claude-sonnet-*": OPEN}

CODEX = """\
model_provider = "tokenwise"
web_search = "disabled"

[model_providers.tokenwise]
name = "TokenWise"
base_url = "{url}/v1"
env_key = "TOKENWISE_KEY"
wire_api = "responses"
"""


async def said(command: list[str], folder: Path, **variables: str) -> str:
    """What the agent prints; it has a home of its own, and nothing of this machine's environment."""
    home = folder / "home"
    work = folder / "work"
    for each in (home, work):
        each.mkdir(exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
    with trio.fail_after(120):
        done = await trio.run_process(
            command, cwd=work, env=environ, stdin=b"", capture_stdout=True, stderr=subprocess.STDOUT, check=False
        )
    text = done.stdout.decode()
    assert done.returncode == 0, text
    return text


def everything_was_answered(world: Fronts) -> None:
    finished = [line for line in world.lines if line["type"] == "charged"]
    assert finished
    assert world.balances()


@pytest.mark.skipif(not shutil.which("claude"), reason="Claude Code is not installed")
@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-haiku-4-5", "claude-sonnet-5"])
async def test_claude_code(tmp_path, model):
    async with fronts(tmp_path, aliases=ALIASES) as world:
        command = ["claude", "-p", "say hi", "--model", model]
        text = await said(
            command,
            tmp_path,
            ANTHROPIC_BASE_URL=world.url,
            ANTHROPIC_AUTH_TOKEN="none",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
        )
        assert "simulated" in text
        everything_was_answered(world)


@pytest.mark.skipif(not shutil.which("codex"), reason="Codex CLI is not installed")
@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-6-sol", BY_EFFORT, "auto"])
async def test_codex(tmp_path, model):
    async with fronts(tmp_path, aliases=ALIASES) as world:
        folder = tmp_path / "codex"
        folder.mkdir()
        (folder / "config.toml").write_text(CODEX.format(url=world.url))
        command = ["codex", "exec", "-m", model, "--skip-git-repo-check", "say hi"]
        text = await said(command, tmp_path, CODEX_HOME=str(folder), TOKENWISE_KEY="none")
        assert "simulated" in text
        everything_was_answered(world)


SAID = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "It rains."}]}
SEARCH = {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "rain"}}


def openai(asked):
    """OpenAI's Responses, which search once and answer."""
    used = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    whole = {"id": "r", "object": "response", "status": "completed", "model": "gpt-5.5", "output": [SEARCH, SAID]}
    events = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
        {"type": "response.output_item.done", "output_index": 0, "item": SEARCH},
        {"type": "response.output_text.delta", "item_id": "m", "output_index": 1, "delta": "It rains."},
        {"type": "response.output_item.done", "output_index": 1, "item": SAID},
        {"type": "response.completed", "response": {**whole, "usage": used}},
    ]

    async def talk(stream):
        while request := await next_request(stream):
            asked.append(json.loads(request.partition(b"\r\n\r\n")[2] or b"{}"))
            await stream.send_all(CHUNKED + chunk(b"".join(map(event_of, events))) + chunk(b""))

    return talk


@pytest.mark.skipif(not shutil.which("codex"), reason="Codex CLI is not installed")
async def test_codex_searches_where_openai_answers_and_each_search_is_paid(tmp_path):
    asked: list[dict] = []
    catalog = Catalog((model_of("openai/gpt-5.5", Tier.MID, Offer("openai", "gpt-5.5", price(1, 2))),))
    async with proxy_of(tmp_path, openai(asked), responses=True, catalog=catalog, name="openai") as world:
        folder = tmp_path / "codex"
        folder.mkdir()
        (folder / "config.toml").write_text(CODEX.format(url=world.url).replace('"disabled"', '"live"'))
        command = ["codex", "exec", "-m", "openai/gpt-5.5", "--skip-git-repo-check", "say hi"]
        text = await said(command, tmp_path, CODEX_HOME=str(folder), TOKENWISE_KEY="none")
        assert "It rains." in text
        (charged, *_) = [line for line in world.lines if line["type"] == "charged"]
        assert charged["amount_nano"] == 10 * 1000 + 5 * 2000 + 10_000_000
        assert world.balances()
    assert "web_search" in {tool["type"] for tool in asked[0]["tools"]}
    assert asked[0]["max_tool_calls"] == 5


def opencode_settings(url: str, *models: str) -> dict:
    """A provider of its own, as its documentation has it."""
    at = {"baseURL": f"{url}/v1", "apiKey": "any"}
    named = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "TokenWise",
        "options": at,
        "models": {model: {} for model in models},
    }
    first = f"tokenwise/{models[0]}"
    return {"provider": {"tokenwise": named}, "model": first, "small_model": first, "autoupdate": False}


@pytest.mark.skipif(not shutil.which("opencode"), reason="opencode is not installed")
@pytest.mark.parametrize("model", [OPEN, BY_EFFORT, "auto"])
async def test_opencode(tmp_path, model):
    async with fronts(tmp_path) as world:
        settings = tmp_path / "opencode.json"
        settings.write_text(json.dumps(opencode_settings(world.url, model)))
        command = ["opencode", "run", "--model", f"tokenwise/{model}", "say hi"]
        text = await said(command, tmp_path, OPENCODE_CONFIG=str(settings))
        assert "simulated" in text
        everything_was_answered(world)


@pytest.mark.skipif(not shutil.which("aider"), reason="aider is not installed")
@pytest.mark.parametrize("model", [f"openai/{OPEN}", f"openai/{BY_EFFORT}", "anthropic/claude-opus-5-5"])
async def test_aider(tmp_path, model):
    async with fronts(tmp_path) as world:
        quiet = ["--no-git", "--yes", "--no-check-update", "--no-show-model-warnings", "--analytics-disable"]
        text = await said(
            ["aider", "--model", model, "--message", "say hi", *quiet],
            tmp_path,
            OPENAI_API_BASE=f"{world.url}/v1",
            OPENAI_API_KEY="any",
            ANTHROPIC_API_BASE=world.url,
            ANTHROPIC_API_KEY="any",
            LITELLM_LOCAL_MODEL_COST_MAP="True",
        )
        assert "simulated" in text
        everything_was_answered(world)
