"""A client that runs on gets a new catalogue, and keeps the old one where there is none."""

import orjson
import pytest
import trio

from tests.shell.loopback import on_loopback, saying, whole
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.opening import open_client
from tokenwise_shell.proxy.refreshing import first_list, keep_fresh
from tokenwise_shell.workspace import open_workspace

NEW = "brandnew/model-1"


def space(folder, port=0):
    """A workspace whose OpenRouter is at this port; without one it has none."""
    environ = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    if port:
        environ |= {"OPENROUTER_API_KEY": "sk-or-1", "OPENROUTER_BASE_URL": f"http://127.0.0.1:{port}/api/v1"}
    return open_workspace(environ=environ, flags={}, path=None, now_ms=wall_ms())


LISTING = orjson.dumps(
    {
        "data": [
            {
                "id": NEW,
                "context_length": 100_000,
                "pricing": {"prompt": "0.000001", "completion": "0.000002"},
                "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
                "supported_parameters": ["max_tokens"],
                "top_provider": {"max_completion_tokens": 8000},
            }
        ]
    }
)


@pytest.mark.slow  # starts an event loop in a thread, and fetches over loopback
async def test_a_newer_list_is_taken_over_before_the_first_request(tmp_path):
    heard = []
    async with (
        on_loopback(saying(whole(LISTING))) as house,
        open_client(space(tmp_path, house.port)) as client,
    ):
        before = client.workspace.reachable
        await first_list(client, heard.append)
        offers = client.workspace.reachable[NEW].offers
    assert NEW not in before
    assert [offer.provider for offer in offers] == ["openrouter"]
    assert client.caller.catalog_id("openrouter", NEW) == NEW
    assert client.interpreter.place_call == client.caller.call
    assert heard == []


@pytest.mark.slow  # likewise
@pytest.mark.parametrize(
    ("status", "body"), [(b"500 x", b"{}"), (b"200 x", b"<html>"), (b"200 x", b'{"data": [null]}')]
)
async def test_what_is_no_list_is_told_and_everything_stays(tmp_path, status, body):
    heard = []
    async with (
        on_loopback(saying(whole(body, status=status))) as house,
        open_client(space(tmp_path, house.port)) as client,
    ):
        before = client.workspace
        await first_list(client, heard.append)
    assert client.workspace is before
    assert "could not be refreshed" in heard[0]


async def test_without_openrouter_nobody_is_asked(tmp_path):
    async with open_client(space(tmp_path)) as client:
        with trio.fail_after(1):
            await first_list(client, print)
            await keep_fresh(client, print)
