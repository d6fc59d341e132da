"""A proxy whose two providers speak different formats: `one` sells by OpenAI's, `two` by Anthropic's.

Both are embedded providers, so what one format cannot say or a translation gets wrong is refused as the vendor does it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import orjson
from attrs import define, evolve

from tests.shell.proxy_world import ALL, INSTANT, World, model, price, running
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.traits import Feature, Tier
from tokenwise_shell.embedded import EmbeddedProvider, Script, serve
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.workspace import open_workspace

__all__ = ["BY_BUDGET", "BY_EFFORT", "OPEN", "PLAIN", "Fronts", "fronts"]

OPEN, PLAIN = "house/open", "house/plain"
BY_EFFORT, BY_BUDGET = "anthropic/claude-opus-5-5", "anthropic/claude-haiku-4-5"

CATALOG = Catalog(
    (
        model(OPEN, Tier.BUDGET, Offer("one", "open-1", price(1, 2))),
        model(PLAIN, Tier.BUDGET, Offer("one", "plain-1", price(1, 2)), features=ALL & ~Feature.REASONING_EFFORT),
        model(BY_EFFORT, Tier.FLAGSHIP, Offer("two", "claude-opus-5-5", price(5, 25))),
        model(BY_BUDGET, Tier.MID, Offer("two", "claude-haiku-4-5-20251001", price(1, 5))),
    )
)


@define(eq=False)
class Fronts(World):
    """A running proxy, with the clients of both vendors."""

    def anthropic(self) -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(base_url=self.url, api_key="any", max_retries=0)

    @property
    def arrived(self) -> dict:
        """The body of the latest request that Anthropic's provider got."""
        return orjson.loads(self.two.received[-1].request.body)


def _config(folder: Path, one: str, two: str) -> Path:
    file = folder / "config.yaml"
    rows = [
        f"  one: {{kind: openai, base_url: '{one}', api_key: sk-secret-of-one}}",
        f"  two: {{kind: anthropic, base_url: '{two}', api_key: sk-secret-of-two}}",
    ]
    file.write_text("\n".join(["policy: {backoff_ms: 0}", "providers:", *rows]))
    return file


@asynccontextmanager
async def fronts(
    folder: Path, *, one: Script | None = None, two: Script | None = None, **settings: Any
) -> AsyncIterator[Fronts]:
    """The proxy, in front of providers that commit these faults. `settings` replace those of the workspace."""
    first = EmbeddedProvider(script=one or Script(), pace=INSTANT, keys={"sk-secret-of-one"})
    second = EmbeddedProvider(script=two or Script(), pace=INSTANT, keys={"sk-secret-of-two"})
    async with serve(first) as at_one, serve(second) as at_two:
        environ = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        config = _config(folder, str(at_one), at_two.origin)
        space = open_workspace(environ=environ, flags={}, path=config, now_ms=wall_ms())
        providers = ("one", "two")
        space = evolve(space, catalog=CATALOG, reachable=CATALOG.only(providers), providers=providers)
        space = evolve(space, settings=evolve(space.settings, **settings))
        async with running(space) as (url, service):
            yield Fronts(url, service, first, second)
