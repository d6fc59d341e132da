"""Real clients that leave in the midst of a stream, at random moments: what is charged covers what is billed."""

import random
from urllib.parse import urlsplit

import orjson
import pytest
import trio
from attrs import evolve, frozen

from tests.shell.plain_http import Connection, ServerLeft, post
from tests.shell.proxy_world import ALL, CATALOG, SMALL, World, chat, furnished, running, until
from tokenwise.catalog.models import Catalog
from tokenwise.traits import Feature
from tokenwise_shell.config.settings import OnLeave
from tokenwise_shell.embedded import EmbeddedProvider, Pace, serve

# 250 tokens a second, and some time to the first.
STEADY = Pace(latency_ms=40, token_us=4_000)

SPEAKERS = Catalog(evolve(model, features=ALL & ~Feature.REASONING_EFFORT) for model in CATALOG.models)
"""Models that do not think."""

PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}

CLIENTS = 24

# Each client asks for another length, and is known by it.
CAP = 4_000


@frozen
class Left:
    """What one run was held for and charged, by its ledger, and billed, by its provider; the outcome in the ledger."""

    held: int
    charged: int
    billed: int
    outcome: str

    @property
    def sent(self) -> bool:
        """Whether the call was made; one that was not costs nothing."""
        return self.charged > 0 or self.billed > 0


async def leave(url: str, path: str, number: int, after: int) -> None:
    """Ask for a stream and leave after so many chunks of it; before its head, where that is less than 0."""
    parts = urlsplit(url)
    connection = await Connection.open(parts.hostname, parts.port)
    body = chat(f"Question {number}: tell me all about rain.", stream=True, max_tokens=CAP + number)
    try:
        await connection.stream.send_all(post(path, orjson.dumps(body), host=parts.netloc))
        if after < 0:
            await trio.sleep(0.01 * -after)
            return
        await connection.head()
        for _ in range(after):
            if not await connection.chunk():
                return
    except ServerLeft:
        return
    finally:
        await connection.aclose()


async def left_by(tmp_path, *, kind="openai", catalog=SPEAKERS, stops=True, on_leave=OnLeave.CANCEL) -> list[Left]:
    """What became of the runs of clients that leave at moments drawn for them, when all is settled."""
    provider, draw = EmbeddedProvider(pace=STEADY), random.Random(20261130)
    async with serve(provider) as place:
        space = furnished(tmp_path, catalog, kind=kind, one=str(place) if kind == "openai" else place.origin)
        one = evolve(space.settings.providers["one"], stops_when_left=stops)
        proxy = evolve(space.settings.proxy, on_leave=on_leave)
        space = evolve(space, settings=evolve(space.settings, providers={"one": one}, proxy=proxy))
        async with running(space) as (url, service):
            world = World(url, service, provider, provider)
            async with trio.open_nursery() as nursery:
                for number in range(CLIENTS):
                    nursery.start_soon(leave, url, PATHS[kind], number, draw.randint(-5, 60))
            await until(world.balances)
            await until(lambda: all(each.client_left or each.completion_tokens for each in provider.billed))
            return [each for number in range(CLIENTS) if (each := account(world, number)) and each.sent]


def account(world: World, number: int) -> Left | None:
    """What became of this client's run; None where it left before its request was understood."""
    lines = [line for line in world.lines if line.get("max_output_tokens") == CAP + number]
    if not lines:
        return None
    (reserved,) = lines
    (closing,) = [line for line in world.lines_of(reserved["run"]) if line["type"] in ("charged", "abandoned")]
    asked = {each.ordinal for each in world.one.received if str(CAP + number).encode() in each.request.body}
    bill = [entry.usage for entry in world.one.billed if entry.ordinal in asked]
    price = world.client.workspace.catalog[SMALL].price
    return Left(
        held=reserved["amount_nano"],
        charged=closing["amount_nano"],
        billed=sum(price.cost(usage) for usage in bill),
        outcome=closing.get("outcome", closing["type"]),
    )


@pytest.mark.slow  # streams at the speed at which models speak
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
class TestWhereTheProviderStops:
    async def test_what_was_heard_and_can_have_been_made_meanwhile_is_charged(self, tmp_path, kind):
        runs = await left_by(tmp_path, kind=kind)
        assert len(runs) >= CLIENTS / 2
        assert all(run.billed <= run.charged <= run.held for run in runs)
        left = [run for run in runs if run.outcome == "left"]
        assert len(left) >= CLIENTS / 4
        # A hold is for 4,000 tokens of output; two seconds' worth at most is added to what was heard.
        assert sum(run.charged for run in left) <= sum(run.held for run in left) / 2

    async def test_a_model_that_can_think_unseen_is_charged_its_hold(self, tmp_path, kind):
        runs = await left_by(tmp_path, kind=kind, catalog=CATALOG)
        gone = [run for run in runs if run.outcome != "ok"]
        assert {run.outcome for run in gone} == {"abandoned"}
        assert all(run.charged == run.held for run in gone)


@pytest.mark.slow  # streams at the speed at which models speak
class TestWhereTheProviderGoesOn:
    async def test_the_hold_is_charged(self, tmp_path):
        runs = await left_by(tmp_path, stops=False)
        gone = [run for run in runs if run.outcome != "ok"]
        assert len(gone) >= CLIENTS / 4
        assert all(run.charged == run.held for run in gone)


@pytest.mark.slow  # streams at the speed at which models speak
class TestDraining:
    async def test_the_providers_own_count_is_charged_of_every_stream_that_had_begun(self, tmp_path):
        runs = await left_by(tmp_path, catalog=CATALOG, stops=False, on_leave=OnLeave.DRAIN)
        drained = [run for run in runs if run.outcome == "ok"]
        assert len(drained) >= CLIENTS / 2
        assert all(run.charged == run.billed for run in drained)
        assert {run.outcome for run in runs} == {"ok"}
