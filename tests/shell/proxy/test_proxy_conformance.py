"""The vendors' own tests, through the proxy: whatever passes against the embedded server passes through it too.

The proxy is configured as a user would: a provider, and a row for each model that the tests name. Nothing about it is
special but that the prices are low.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anthropic.resources.messages
import pytest
import trio
import yaml

from tests.conformance.fetching import suite, tools
from tests.conformance.running import Suite, complied
from tests.shell.proxy_world import INSTANT, running
from tokenwise_shell.embedded import Address, EmbeddedProvider, serve
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.workspace import open_workspace

pytestmark = pytest.mark.slow  # each of these starts another pytest, with hundreds of tests of its own

OPENAI = Suite("openai", ("chat/test_completions.py", "test_embeddings.py", "test_models.py"), base="/v1")
ANTHROPIC = Suite("anthropic", ("test_messages.py",), plugins=("tests._alias_httpx",))


@pytest.fixture(scope="module", autouse=True)
def fetched():
    """Everything that is to be fetched, before any test begins: a test within trio could not say why it was skipped."""
    tools()
    for each in (OPENAI, ANTHROPIC):
        suite(each.client)


@asynccontextmanager
async def proxied(address: Address, folder: Path, models: Iterable[str], *, kind: str = "openai") -> AsyncIterator[str]:
    """A proxy that knows these models, and asks for them here, in this format; gives its origin."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 -- one directory, before anything runs
    written = {
        "providers": {"upstream": {"kind": kind, "base_url": f"{address.origin}/v1", "api_key": "any-key-will-do"}},
        "models": [row(name) for name in sorted(models)],
        "policy": {"backoff_ms": 0},
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(written))
    environ = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    space = open_workspace(environ=environ, flags={}, path=file, now_ms=wall_ms())
    async with running(space) as (origin, _):
        yield origin


def row(name: str) -> dict[str, object]:
    prices = {"input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.2}
    embeds = {"features": ["embeddings"], "max_output_tokens": 0} if "embedding" in name else {}
    return {"id": name, "provider": "upstream", "context_tokens": 200_000, **prices, **embeds}


async def passing(tests: Suite, *origins: str) -> list[set[str]]:
    """The tests that pass at each of these addresses; all at the same time, for the sake of time."""
    found: dict[str, set[str]] = {}

    async def run(origin: str) -> None:
        found[origin] = await tests.passed(origin)

    async with trio.open_nursery() as nursery:
        for origin in origins:
            nursery.start_soon(run, origin)
    return [found[origin] for origin in origins]


async def test_what_openais_own_tests_find_at_the_provider_they_find_through_the_proxy(tmp_path):
    async with serve(EmbeddedProvider(pace=INSTANT)) as address, proxied(address, tmp_path, OPENAI.models) as proxy:
        directly, through = await passing(OPENAI, address.origin, proxy)
    # Those that give every parameter at once give both caps, which OpenAI's service refuses.
    assert len(directly) >= 90
    assert sorted(directly - through) == []


async def test_what_anthropics_own_tests_find_at_the_provider_they_find_through_the_proxy(tmp_path):
    """Whether the provider speaks Anthropic's format or OpenAI's, into which and back everything is translated."""
    models = {*ANTHROPIC.models, *anthropic.resources.messages.DEPRECATED_MODELS}
    async with (
        serve(EmbeddedProvider(pace=INSTANT)) as address,
        proxied(address, tmp_path / "a", models, kind="anthropic") as proxy,
        proxied(address, tmp_path / "o", models, kind="openai") as translating,
    ):
        directly, through, translated = await passing(ANTHROPIC, address.origin, proxy, translating)
    assert len(directly) >= 50
    assert sorted(directly - through) == []
    assert sorted(directly - translated) == []


ANTHROPICS_HEADERS = ("--auth-header", "x-api-key", "--no-bearer", "-H", "anthropic-version:2023-06-01")
FORMS = {"openai-chat": (8, ()), "open-responses": (12, ()), "anthropic": (8, ANTHROPICS_HEADERS)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_llm_comply_finds_nothing_wrong_with_the_proxy(tmp_path, form, kind):
    least, flags = FORMS[form]
    async with (
        serve(EmbeddedProvider(pace=INSTANT)) as address,
        proxied(address, tmp_path / "p", ["model"], kind=kind) as proxy,
    ):
        check(await complied(proxy, form, flags), least)


@pytest.mark.parametrize("form", ["openai-chat", "anthropic"])
async def test_llm_comply_finds_nothing_wrong_with_the_embedded_provider(form):
    least, flags = FORMS[form]
    async with serve(EmbeddedProvider(pace=INSTANT)) as address:
        check(await complied(address.origin, form, flags), least)


def check(found: Mapping[str, str], least: int) -> None:
    assert {name: status for name, status in found.items() if status not in ("passed", "skipped")} == {}
    assert list(found.values()).count("passed") >= least
