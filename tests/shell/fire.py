"""Budget under fire: many clients, small budgets, streams that are left, upstreams that fail. What was billed to whom?

    python -m tests.shell.fire HOME [--clients 256] [--seconds 300] [--seed 1]

Three processes' worth of parts: the embedded provider and the clients here, the proxy as `tw serve` in a process of its
own. Every request says in `user` whose key it came with, so the provider's own book can be split by key and held
against that key's budget and the proxy's ledger. Prints one JSON document of what happened.
"""

import argparse
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random

import orjson
import trio
from attrs import asdict, define, field, frozen

from tests.shell.commands import PROGRAM, environment, in_process
from tests.shell.plain_http import Connection, ServerLeft, post
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.prices import Price
from tokenwise_shell.catalogs.loading import named
from tokenwise_shell.embedded import EmbeddedProvider, Pace, read_script, serve

# Keys in steps of three, so that some are empty at once, some in the middle, and some never.
BUDGETS_USD = tuple(f"{0.0007 * 3**step:.6f}" for step in range(9))
MODELS = (
    "auto",
    "auto:cheapest",
    "auto",
    "openai/gpt-4.1-mini",
    "openai/gpt-5.4-nano",
    "anthropic/claude-haiku-5-5",
    "openai/gpt-5-nano",
)
FAULTS = {
    "rules": [
        {"probability": 0.02, "fault": {"fault": "status", "code": 429, "headers": {"Retry-After": "1"}}},
        {"probability": 0.02, "fault": 500},
        {"probability": 0.01, "fault": "reset"},
        {"probability": 0.02, "fault": "cut-stream:5"},
        {"probability": 0.01, "fault": "error-event-mid-stream:3"},
        {"probability": 0.01, "fault": "malformed-json"},
        {"probability": 0.01, "fault": "no-usage"},
        {"probability": 0.01, "fault": "empty-reply"},
        {"probability": 0.005, "fault": {"fault": "report-usage", "prompt_tokens": 50, "completion_tokens": 180}},
        {"probability": 0.01, "fault": "stall:2"},
    ]
}


@define
class Attributed(EmbeddedProvider):
    """The embedded provider, with the `user` of each request kept for as long as its bill."""

    users: dict[int, str] = field(factory=dict, init=False)

    def respond(self, request):
        answer = super().respond(request)
        try:
            fields = orjson.loads(request.body) if request.body else {}
        except orjson.JSONDecodeError:
            fields = {}
        metadata = fields.get("metadata") or {}
        self.users[self._ordinal] = fields.get("user") or metadata.get("user_id") or ""
        return answer

    def bills(self) -> dict[str, int]:
        """What the calls of each user cost at list prices, in nano-dollars."""
        catalog, owed = embedded_catalog(), defaultdict(int)
        for entry in self.billed:
            price = named(catalog, entry.model).price
            assert isinstance(price, Price)
            owed[self.users[entry.ordinal]] += price.cost(entry.usage)
        return dict(owed)


@frozen
class Key:
    name: str
    secret: str
    budget_nano: int


@define
class Fire:
    """One client after another asks until the time is up, or `enough` has been counted."""

    host: str
    port: int
    keys: tuple[Key, ...]
    random: Random
    enough: Mapping[str, int] = field(factory=dict)
    counts: Counter[str] = field(factory=Counter)
    burnt: trio.Event = field(factory=trio.Event)

    async def client(self) -> None:
        """Ask without pause, over one connection after another."""
        while True:
            connection = await Connection.open(self.host, self.port)
            try:
                while not await self.request(connection):
                    self.look()
            except (ServerLeft, trio.BrokenResourceError, ValueError):
                self.counts["broken"] += 1
            finally:
                await connection.aclose()

    def look(self) -> None:
        """Whether that was enough."""
        if self.enough and all(self.counts[what] >= least for what, least in self.enough.items()):
            self.burnt.set()

    async def request(self, connection: Connection) -> bool:
        """One request; whether this client has left its connection over it."""
        key, mood = self.random.choice(self.keys), self.random.random()
        stream = self.random.random() < 0.5
        await connection.stream.send_all(self._request(key, stream=stream))
        if mood < 0.05:  # leaves before there is any answer
            await trio.sleep(self.random.random() * 0.05)
            self.counts["left before the answer"] += 1
            return True
        answer = await connection.head()
        self.counts[str(answer.status)] += 1
        if stream and answer.status == 200 and mood < 0.3:  # leaves in the middle of it
            for _ in range(self.random.randrange(8)):
                if not await connection.chunk():
                    return False
            self.counts["left in a stream"] += 1
            return True
        body = await connection.body(answer)
        if answer.status == 402:
            await trio.sleep(0.02)
        if stream and answer.status == 200 and b"[DONE]" not in body:
            self.counts["streams that broke"] += 1
        return answer.headers.get("connection") == "close"

    def _request(self, key: Key, *, stream: bool) -> bytes:
        words = " ".join(self.random.choices(("tides", "moons", "harbours", "sand"), k=self.random.randrange(3, 60)))
        fields = {
            "model": self.random.choice(MODELS),
            "messages": [{"role": "user", "content": f"Tell me of {words}."}],
            "max_tokens": self.random.choice((64, 256, 1024)),
            "user": key.name,
            "stream": stream,
        }
        headers = (("authorization", f"Bearer {key.secret}"),)
        return post("/v1/chat/completions", orjson.dumps(fields), host=self.host, headers=headers)


def make_keys(home: Path, config: Path) -> tuple[Key, ...]:
    made = []
    for index, budget in enumerate(BUDGETS_USD):
        name = f"key{index}"
        done = in_process("keys", "create", name, "--budget", budget, "--window", "total", "--json",
                       "--config", str(config), home=home)  # fmt: skip
        assert done.code == 0, done.err
        made.append(Key(name, done.json["secret"], round(float(budget) * 1e9)))
    return tuple(made)


def configure(home: Path, origin: str) -> Path:
    path = home / "tokenwise.yaml"
    path.write_text(
        "providers:\n"
        f"  openai: {{api_key: fire-openai, base_url: '{origin}/v1'}}\n"
        f"  anthropic: {{api_key: fire-anthropic, base_url: '{origin}'}}\n"
        f"  openrouter: {{api_key: fire-openrouter, base_url: '{origin}/v1'}}\n"
    )
    return path


def rss_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def watch(pid: int, seen: list[tuple[int, int]], seconds: float) -> None:
    while True:
        await trio.sleep(seconds / 20)
        seen.append((rss_kib(pid), descriptors(pid)))


@frozen
class Aftermath:
    """What happened, by key where it differs."""

    counts: dict[str, int]
    budget_nano: dict[str, int]
    billed_nano: dict[str, int]
    charged_nano: dict[str, int]
    overran_nano: dict[str, int]
    rss_kib: tuple[int, ...]
    descriptors: tuple[int, ...]
    served: int
    exit_code: int
    verify_code: int
    verify_said: str

    @property
    def overspent(self) -> dict[str, int]:
        """Keys that were billed more than their budget and what the ledger owns up to."""
        return {
            name: billed
            for name, billed in self.billed_nano.items()
            if billed > self.budget_nano.get(name, 0) + self.overran_nano.get(name, 0)
        }

    @property
    def undercharged(self) -> dict[str, int]:
        """Keys whose ledger knows less than the provider's book."""
        return {name: billed for name, billed in self.billed_nano.items() if billed > self.charged_nano.get(name, 0)}

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "overspent": self.overspent, "undercharged": self.undercharged}


async def burn(
    home: Path, *, clients: int, seconds: float, seed: int = 1, enough: Mapping[str, int] | None = None
) -> Aftermath:
    """Set everything up, let it burn, and read what is left. It ends before its time once `enough` has been counted."""
    upstream = Attributed(seed=seed, script=read_script(FAULTS), pace=Pace(latency_ms=5, token_us=100))
    seen: list[tuple[int, int]] = []
    async with serve(upstream) as address:
        config = configure(home, address.origin)
        keys = make_keys(home, config)
        command = [*PROGRAM, "serve", "--port", "0", "--json", "--config", str(config)]
        with (home / "proxy.log").open("wb") as log:
            proxy = await trio.lowlevel.open_process(
                command, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=log
            )
        told = b""
        while not told.endswith(b"}\n"):
            piece = await proxy.stdout.receive_some()
            assert piece, (home / "proxy.log").read_text()
            told += piece
        place = orjson.loads(told)["base_url"].removeprefix("http://").partition("/")[0]
        host, _, port = place.partition(":")
        fire = Fire(host, int(port), keys, Random(seed), enough or {})
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch, proxy.pid, seen, seconds)
            for _ in range(clients):
                nursery.start_soon(fire.client)
            with trio.move_on_after(seconds):
                await fire.burnt.wait()
            nursery.cancel_scope.cancel()
        proxy.send_signal(signal.SIGTERM)
        exit_code = await proxy.wait()
        await trio.sleep(0.1)  # what the proxy gave up is noticed by the provider's connections
    return aftermath(home, config, fire, upstream, seen, exit_code)


def aftermath(home, config, fire, upstream, seen, exit_code) -> Aftermath:
    verified = in_process("ledger", "--verify", "--config", str(config), home=home)
    charged, overran = Counter(), Counter()
    for path in sorted(home.glob(".local/state/tokenwise/ledger*.jsonl")):
        for line in map(orjson.loads, path.read_bytes().splitlines()):
            match line["type"]:
                case "charged" | "abandoned":
                    charged[line["key"]] += line["amount_nano"]
                case "overran":
                    overran[line["key"]] += line["amount_nano"]
                case _:
                    pass
    return Aftermath(
        counts=dict(fire.counts),
        budget_nano={key.name: key.budget_nano for key in fire.keys},
        billed_nano=upstream.bills(),
        charged_nano=dict(charged),
        overran_nano=dict(overran),
        rss_kib=tuple(rss for rss, _ in seen),
        descriptors=tuple(count for _, count in seen),
        served=len(upstream.billed),
        exit_code=exit_code,
        verify_code=verified.code,
        verify_said=(verified.out + verified.err).strip(),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asked.home.mkdir(parents=True, exist_ok=True)

    async def work() -> Aftermath:
        return await burn(asked.home, clients=asked.clients, seconds=asked.seconds, seed=asked.seed)

    sys.stdout.buffer.write(
        orjson.dumps(trio.run(work).as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


if __name__ == "__main__":
    main()
