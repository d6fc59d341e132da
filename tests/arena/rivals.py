"""The rivals, each at the best configuration that its documentation has for a hard cap, as far as it runs here."""

import subprocess
from hashlib import sha256
from pathlib import Path

import orjson
import trio
from attrs import define

from tests.arena.contestants import Contestant, Draining, NotInstalled, TokenWise, program_of
from tests.arena.rounds import KNOWN, OWN, UNPRICED, Round
from tests.arena.upstream import INPUT_NANO, LONGEST, OUTPUT_NANO
from tests.shell.redis_server import SERVER, Server

# LiteLLM asks this for every key: who it is, and what it may spend. `token` is under which spend is counted.
_AUTH = """
import json, pathlib
from litellm.proxy._types import UserAPIKeyAuth
CAPS = json.loads(pathlib.Path("caps.json").read_text())

async def who(request, api_key):
    name = api_key.removeprefix("Bearer ")
    return UserAPIKeyAuth(api_key=name, token=name, max_budget=CAPS[name])
"""


@define
class LiteLLM(Contestant):
    """LiteLLM's proxy: custom authentication gives each key its `max_budget`; spend is counted in Redis.

    Virtual keys are the same checks with the key's row read from Postgres.
    """

    redis: Server | None = None

    name = "litellm"

    def version(self) -> str:
        python = Path(program_of("ARENA_LITELLM")).with_name("python")
        said = subprocess.run(
            [python, "-c", "from importlib.metadata import version; print(version('litellm'))"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return f"LiteLLM {said.stdout.strip()}, {self.settings}"

    settings = "custom_auth with max_budget, custom_auth_run_common_checks, fail_closed_budget_enforcement, Redis"

    def rows(self) -> list[dict]:
        priced = {"input_cost_per_token": INPUT_NANO / 1e9, "output_cost_per_token": OUTPUT_NANO / 1e9}
        known = {"max_output_tokens": LONGEST, "max_input_tokens": 128_000}
        return [
            {
                "model_name": name,
                "litellm_params": {"model": f"openai/{name}", "api_base": self.upstream, "api_key": "sk-upstream"}
                | (priced if name != UNPRICED else {}),
                "model_info": known,
            }
            for name in (OWN, KNOWN, UNPRICED)
        ]

    def prepare(self) -> None:
        if SERVER is None:
            raise NotInstalled("there is no redis-server")
        (self.home / "redis").mkdir()
        self.redis = Server(self.home / "redis")
        self.redis.start()
        (self.home / "who.py").write_text(_AUTH)
        caps = {self.secret(turn): cap / 1e9 for turn, cap in self.caps.items()}
        (self.home / "caps.json").write_bytes(orjson.dumps(caps))
        (self.home / "config.yaml").write_bytes(orjson.dumps(self.config()))

    def config(self) -> dict:
        redis = {"host": "127.0.0.1", "port": self.redis.port}
        return {
            "model_list": self.rows(),
            "router_settings": {"redis_host": redis["host"], "redis_port": redis["port"]},
            "litellm_settings": {
                "enable_post_custom_auth_checks": True,
                "cache": True,
                "cache_params": {"type": "redis", "mode": "default_off", **redis},
            },
            "general_settings": {
                "master_key": "sk-arena-master",
                "custom_auth": "who.who",
                "custom_auth_run_common_checks": True,
                "fail_closed_budget_enforcement": True,
            },
        }

    def command(self) -> list[str]:
        return [program_of("ARENA_LITELLM"), "--config", "config.yaml", "--port", str(self.port), "--host", "127.0.0.1"]

    def environ(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.home), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}

    async def books(self, turn: Round) -> tuple[int | None, int]:
        token = sha256(self.secret(turn.name).encode()).hexdigest()
        return round_nano(await self.cli("GET", f"spend:key:{token}")), 0

    async def cli(self, *words: str) -> str:
        command = ["redis-cli", "-p", str(self.redis.port), *words]
        return (await trio.run_process(command, capture_stdout=True)).stdout.decode().strip()

    async def stop(self) -> None:
        await super().stop()
        if self.redis is not None:
            self.redis.kill()


def round_nano(said: str) -> int:
    """Dollars as text, in nano-dollars; nothing said is nothing spent."""
    return round(float(said or 0) * 1e9)


@define
class LiteLLMProviders(LiteLLM):
    """LiteLLM's budget for a provider, which needs no database. It is counted after each answer."""

    name = "litellm-providers"
    keyed = False
    settings = "provider_budget_config, Redis"

    def config(self) -> dict:
        (cap,) = self.caps.values()
        config = super().config()
        budget = {"openai": {"budget_limit": cap / 1e9, "time_period": "1d"}}
        return {
            "model_list": config["model_list"],
            "router_settings": config["router_settings"] | {"provider_budget_config": budget},
            "general_settings": {"master_key": "sk-arena-master"},
        }

    def secret(self, turn: str) -> str:
        return "sk-arena-master"

    async def books(self, turn: Round) -> tuple[int | None, int]:
        return round_nano(await self.cli("GET", "provider_spend:openai:1d")), 0


@define
class Portkey(Contestant):
    """Portkey's open gateway. Budgets are the hosted product's; this passes everything on, and keeps no books."""

    name = "portkey"

    def version(self) -> str:
        script = Path(program_of("ARENA_PORTKEY"))
        package = orjson.loads((script.parents[1] / "package.json").read_bytes())
        return f"@portkey-ai/gateway {package['version']}: no budgets in the open gateway"

    def command(self) -> list[str]:
        return ["node", program_of("ARENA_PORTKEY"), f"--port={self.port}", "--headless"]

    def environ(self) -> dict[str, str]:
        return {"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}

    def headers(self, turn: Round) -> tuple[tuple[str, str], ...]:
        said = (("x-portkey-provider", "openai"), ("x-portkey-custom-host", self.upstream))
        return (*super().headers(turn), *said)


@define
class Older(Contestant):
    """TokenWise 0.5: a ceiling for each request that it routes, and none over requests."""

    name = "tokenwise-0.5"

    def version(self) -> str:
        program_of("ARENA_TOKENWISE_05")
        return "tokenwise-llm 0.5.0, `auto` with a budget for each request; it claims no cap over requests"

    def prepare(self) -> None:
        row = {"input_price": INPUT_NANO / 1000, "output_price": OUTPUT_NANO / 1000, "context_window": 128_000}
        rows = [{"id": f"arena/{name}", "tier": "mid", "capabilities": ["general"], **row} for name in (OWN, KNOWN)]
        (self.home / "models.yaml").write_bytes(orjson.dumps({"models": rows}))

    def request(self, turn: Round, fields: dict) -> dict:
        if turn.model != OWN:
            return fields | {"model": f"arena/{turn.model}"}
        return fields | {"model": "auto", "tokenwise": {"budget": self.caps[turn.name] / 1e9}}

    def command(self) -> list[str]:
        return [program_of("ARENA_TOKENWISE_05"), "-m", "tokenwise", "serve", "--port", str(self.port)]

    def environ(self) -> dict[str, str]:
        return {
            "OPENROUTER_API_KEY": "sk-upstream",
            "OPENROUTER_BASE_URL": self.upstream,
            "TOKENWISE_LOCAL_MODELS": "models.yaml",
        }


@define
class Anywhere(Contestant):
    """A gateway that somebody else has started, at a base URL. It is not restarted, and its books are not read."""

    key: str = "any"
    name = "base URL"

    def version(self) -> str:
        return self.url

    def secret(self, turn: str) -> str:
        return self.key

    async def start(self, home, upstream, caps) -> None:
        """It runs."""

    async def restart(self) -> None:
        """It is not ours to kill."""


ALL = {each.name: each for each in (TokenWise, Draining, LiteLLM, LiteLLMProviders, Portkey, Older)}
