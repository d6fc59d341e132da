"""A whole proxy on loopback: embedded providers behind it, its books in a temporary folder, and clients in front.

Two providers, `one` and `two`, sell the same small model under names of their own, in that order of preference; each
sells one stronger model that the other does not have.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import orjson
import trio
from attrs import define, evolve, frozen

from tests.shell.loopback import Talk, on_loopback
from tests.shell.plain_http import Connection, post
from tokenwise.budgets.ledger import check
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier
from tokenwise_shell.client import Client
from tokenwise_shell.codec.messages import entry_from_json
from tokenwise_shell.config.settings import HttpParser
from tokenwise_shell.embedded import EmbeddedProvider, Pace, Script, serve
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.opening import open_client
from tokenwise_shell.proxy.app import application
from tokenwise_shell.proxy.http.sockets import listen, origin_of
from tokenwise_shell.proxy.http.swift import serve_clients
from tokenwise_shell.proxy.server import service_for
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.workspace import Workspace, open_workspace

# `TOKENWISE_TEST_HTTP=h11 python -m pytest tests/shell/proxy` runs all of these on the other implementation.
HTTP = HttpParser(os.environ.get("TOKENWISE_TEST_HTTP", "httptools"))

INSTANT = Pace(latency_ms=0, token_us=0)

ALL = ~Feature.NONE & ~Feature.EMBEDDINGS


def price(input_usd: float, output_usd: float) -> Price:
    """Per million tokens."""
    rate_in, rate_out = NanoPerMtok(int(input_usd * 10**9)), NanoPerMtok(int(output_usd * 10**9))
    return Price((Rate(rate_in, rate_out, rate_in, rate_in),))


def model(name: str, tier: Tier, *offers: Offer, **fields: Any) -> Model:
    given = {"context_tokens": 200_000, "max_output_tokens": 8_000, "features": ALL, "capabilities": ~Capability(0)}
    return Model(id=name, tier=tier, offers=offers, **(given | fields))


SMALL, LARGE, OTHER = "house/small", "house/large", "house/other"

CATALOG = Catalog(
    (
        model(SMALL, Tier.BUDGET, Offer("one", "small-1", price(1, 2)), Offer("two", "small-2", price(2, 4))),
        model(LARGE, Tier.MID, Offer("two", "large", price(10, 20))),
        model(OTHER, Tier.FLAGSHIP, Offer("one", "other", price(100, 200))),
    )
)


@define(eq=False)
class World:
    """A running proxy. `one` and `two` are its upstreams."""

    url: str
    service: Service
    one: Any
    two: Any

    @property
    def client(self) -> Client:
        return self.service.client

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        """The ledger, as it is now."""
        return list(read_lines(self.client.journal.file.path, print))

    def lines_of(self, run: str) -> list[Mapping[str, Any]]:
        return [line for line in self.lines if line["run"] == run]

    def balances(self) -> bool:
        """Whether every run's entries balance, and nothing is held any more."""
        runs = {line["run"] for line in self.lines if line["run"]}
        entries = {run: [entry_from_json(line).entry for line in self.lines_of(run)] for run in runs}
        wrong = [problem for found in entries.values() for problem in check(one for one in found if one)]
        return not wrong and not self.client.holder.store.open_holds

    async def spend(self, amount: Nanodollars, **marks: str) -> None:
        """So much is spent by a call of nobody's, wherever budgets are kept."""
        holder, call, told = self.client.holder, AttemptId("answer", 0), list[Any]()
        self.client.journal.enrol("before", marks=tuple(marks.items()))
        holder.reserve("before", call, amount, told.append)
        await until(lambda: told)
        holder.settle("before", call, amount)

    async def post(self, body: Any, *, path: str = "/v1/chat/completions", **headers: str) -> "Plain":
        """Send this body (JSON unless it is bytes) and read the answer to its end. `_` in a header's name is `-`."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask("POST", path, content, named)

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> "Plain":
        typed = {"content-type": "application/json"} if body else {}
        # Nothing here is encrypted, and reading certificates takes longer than a request.
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            answer = await http.request(method, self.url + path, content=body, headers={**typed, **(headers or {})})
        return Plain(answer.status_code, answer.headers, answer.content)

    @asynccontextmanager
    async def opened(self, body: Any) -> AsyncIterator[Connection]:
        """A connection on which this request has been sent, and whose answer's head has been read."""
        parts = urlsplit(self.url)
        connection = await Connection.open(parts.hostname, parts.port)
        try:
            await connection.ask(post("/v1/chat/completions", orjson.dumps(body), host=parts.netloc))
            yield connection
        finally:
            await connection.aclose()

    def openai(self, **options: Any) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=f"{self.url}/v1", api_key="any", max_retries=0, **options)


@frozen
class Plain:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of each event of a stream, as JSON but for `[DONE]`."""
        return [orjson.loads(each) if each != b"[DONE]" else "[DONE]" for each in self.data]

    @property
    def data(self) -> list[bytes]:
        """The data of each event of a stream."""
        return [part.removeprefix(b"data: ") for part in self.body.split(b"\n\n") if part]

    @property
    def error(self) -> Any:
        """The error that the answer is."""
        return self.json["error"]


def chat(content: Any = "What is rain?", **fields: Any) -> dict[str, Any]:
    """A request for the small model; `model` may be another."""
    return {"model": SMALL, "messages": [{"role": "user", "content": content}]} | fields


def _config(folder: Path, kind: str, **addresses: str) -> Path:
    file = folder / "config.yaml"
    rows = [
        f"  {name}: {{kind: {kind}, base_url: '{url}', api_key: sk-secret-of-{name}}}"
        for name, url in addresses.items()
    ]
    # Few retries, without pauses: they belong to the machine's own tests.
    file.write_text("\n".join(["policy: {backoff_ms: 0, max_retries: 1}", "providers:", *rows]))
    return file


def furnished(folder: Path, catalog: Catalog, *, kind: str = "openai", **addresses: str) -> Workspace:
    """A workspace with these providers, which all speak this format, and no other models than these."""
    environ = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    found = open_workspace(environ=environ, flags={}, path=_config(folder, kind, **addresses), now_ms=wall_ms())
    return evolve(found, catalog=catalog, reachable=catalog.only(addresses), providers=tuple(addresses))


@asynccontextmanager
async def proxy(
    folder: Path,
    *,
    one: Script | None = None,
    two: Script | None = None,
    catalog: Catalog = CATALOG,
    pace: Pace = INSTANT,
    kind: str = "openai",
    **settings: Any,
) -> AsyncIterator[World]:
    """A proxy in front of two providers that commit these faults. `settings` replace those of the workspace."""
    first = EmbeddedProvider(script=one or Script(), pace=pace, keys={"sk-secret-of-one"})
    second = EmbeddedProvider(script=two or Script(), pace=pace, keys={"sk-secret-of-two"})
    async with serve(first) as at_one, serve(second) as at_two:
        base_url = str if kind == "openai" else attrgetter("origin")
        space = furnished(folder, catalog, kind=kind, one=base_url(at_one), two=base_url(at_two))
        space = evolve(space, settings=evolve(space.settings, **settings))
        async with running(space) as (url, service):
            yield World(url, service, first, second)


@asynccontextmanager
async def proxy_of(
    folder: Path,
    talk: Talk,
    *,
    kind: str = "openai",
    responses: bool = False,
    catalog: Catalog = CATALOG,
    name: str = "one",
    **settings: Any,
) -> AsyncIterator[World]:
    """A proxy in front of one server that says what a test tells it, as provider `one` or of another `name`."""
    async with on_loopback(talk) as house:
        space = furnished(folder, catalog, kind=kind, **{name: f"http://127.0.0.1:{house.port}/v1"})
        one = evolve(space.settings.providers[name], responses=responses)
        space = evolve(space, settings=evolve(space.settings, providers={name: one}, **settings))
        async with running(space) as (url, service):
            yield World(url, service, house, house)


@asynccontextmanager
async def running(space: Workspace) -> AsyncIterator[tuple[str, Service]]:
    """A proxy for this workspace: its origin, and what it has."""
    async with open_client(space) as client:
        service = service_for(client, print)
        async with served(service) as url:
            yield url, service


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[str]:
    """The application on a loopback port, while the block runs; gives the origin."""
    settings = evolve(service.settings, port=0, grace_s=1, http=HTTP)
    listener, stop = listen(settings), trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_clients, application(service), settings, listener, stop)
        try:
            async with trio.open_nursery() as service.tasks:
                yield origin_of(listener, "127.0.0.1")
                service.tasks.cancel_scope.cancel(reason="the proxy ends")
        finally:
            stop.set()


async def until(true: Callable[[], object]) -> None:
    """Wait for what other tasks do on real sockets. The limit only ends a test that has failed."""
    with trio.fail_after(30):
        while not true():  # noqa: ASYNC110 -- nothing tells when a socket at the far end has closed
            await trio.sleep(0.01)
