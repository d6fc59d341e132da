"""How each gateway is installed, started with its caps, asked, and read: one class each, and nothing about rounds.

A rival is found by an environment variable that names its program; docs/arena.md has the steps. Each has the settings
that its own documentation gives for a hard cap.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import trio
from attrs import define, field

from tests.arena.rounds import KNOWN, OWN, UNPRICED, Round
from tests.arena.upstream import INPUT_NANO, LONGEST, OUTPUT_NANO
from tests.shell.commands import PERSONAL, ROOT
from tokenwise.money import Nanodollars
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.proxy.admission.keys import Key, KeyFile

NANO = 10**9
UP_WITHIN_S = 120


class NotInstalled(Exception):  # noqa: N818 -- named for what it is
    """This contestant is not on this machine."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@define
class Contestant:
    """A gateway as a process. What a subclass must say: its command, and where its own count of spend is."""

    url: str = ""
    home: Path = Path()
    upstream: str = ""
    caps: dict[str, int] = field(factory=dict)
    process: subprocess.Popen | None = None
    port: int = 0

    name = ""
    keyed = True  # a cap for each key, so that one life serves all rounds
    priced = frozenset({OWN, KNOWN})
    """The models that it knows a price of."""

    def version(self) -> str:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def environ(self) -> dict[str, str]:
        return {}

    def prepare(self) -> None:
        """Write what the command reads. The ports and folders are known, nothing runs."""

    def request(self, turn: Round, fields: dict) -> dict:
        """The body of a request, where this gateway wants something said its own way."""
        return fields

    def headers(self, turn: Round) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.secret(turn.name)}"),)

    def secret(self, turn: str) -> str:
        return "sk-arena-" + re.sub(r"\W+", "-", turn)

    async def books(self, turn: Round) -> tuple[int | None, int]:
        """What it says was spent in this round, in nano-dollars, and how much of that it calls overrun."""
        return None, 0

    async def settled_books(self, turn: Round, billed: int, wait_s: float) -> tuple[int | None, int]:
        """The books once they have caught up with the bill, or after so long: many write behind."""
        with trio.move_on_after(wait_s):
            while (found := await self.books(turn))[0] not in (None, billed):
                if self.prompt:
                    return found
                await trio.sleep(0.25)
        return await self.books(turn)

    prompt = False  # its books are written before its answer is

    async def start(self, home: Path, upstream: str, caps: dict[str, int]) -> None:
        self.home, self.upstream, self.caps, self.port = home, upstream, caps, free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        await trio.to_thread.run_sync(self.prepare)
        await self.run()

    async def run(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not PERSONAL.search(name)}
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 -- it forks and is not waited for
                self.command(), cwd=self.home, env={**kept, "HOME": str(self.home), **self.environ()},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        with trio.fail_after(UP_WITHIN_S):
            while not await self.is_up():
                if self.process.poll() is not None:
                    raise NotInstalled(f"{self.name} ended at once: {(self.home / 'log').read_text()[-2000:]}")
                await trio.sleep(0.05)

    async def is_up(self) -> bool:
        try:
            await trio.aclose_forcefully(await trio.open_tcp_stream("127.0.0.1", self.port))
        except OSError:
            return False
        return True

    async def restart(self) -> None:
        """Kill it as a power cut would, and start it again."""
        self.kill(signal.SIGKILL)
        await self.run()

    def kill(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(30)

    async def stop(self) -> None:
        await trio.to_thread.run_sync(self.kill, signal.SIGKILL)


def program_of(variable: str) -> str:
    """The program that this environment variable names."""
    if not (path := os.environ.get(variable)) or not Path(path).exists():
        raise NotInstalled(f"{variable} names no program; see docs/arena.md")
    return path


@define
class TokenWise(Contestant):
    """This project: a key with a budget for each round, of one `tw serve`."""

    secrets: dict[str, str] = field(factory=dict)

    name = "tokenwise"
    prompt = True
    on_leave = "cancel"

    def version(self) -> str:
        return f"this tree, keys with `--budget`, `stops_when_left`, `on_leave: {self.on_leave}`"

    def prepare(self) -> None:
        price = f"input_usd_per_mtok: {INPUT_NANO / 1000}, output_usd_per_mtok: {OUTPUT_NANO / 1000}"
        row = (
            "tier: mid, provider: openai, capabilities: [general, code], features: [tools, images], "
            f"context_tokens: 128000, max_output_tokens: {LONGEST}"
        )
        (self.home / "tokenwise.yaml").write_text(
            f"proxy: {{port: {self.port}, on_leave: {self.on_leave}}}\n"
            f"providers:\n  openai: {{api_key: sk-upstream, base_url: '{self.upstream}', stops_when_left: true}}\n"
            f"models:\n  - {{id: openai/{OWN}, {row}, {price}}}\n  - {{id: openai/{UNPRICED}, {row}}}\n"
        )
        file = KeyFile(self.home / ".local/state/tokenwise/keys.json")
        file.path.parent.mkdir(parents=True)
        for turn, cap in self.caps.items():
            self.secrets[turn] = file.create(lambda digest, turn=turn, cap=cap: self._key(digest, turn, cap))

    def _key(self, digest: str, turn: str, cap: int) -> Key:
        return Key(name=_word(turn), digest=digest, created_ms=wall_ms(), budget=Nanodollars(cap))

    def command(self) -> list[str]:
        code = "import sys; from tokenwise_shell.cli import main; sys.exit(main())"
        return [sys.executable, "-c", code, "serve", "--config", "tokenwise.yaml"]

    def environ(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}

    def secret(self, turn: str) -> str:
        return self.secrets[turn]

    async def books(self, turn: Round) -> tuple[int | None, int]:
        spent = over = 0
        for path in self.home.glob(".local/state/tokenwise/ledger*.jsonl"):
            for line in read_lines(path, print):
                if line.get("key") == _word(turn.name):
                    spent += line["amount_nano"] if line["type"] in ("charged", "abandoned") else 0
                    over += line["amount_nano"] if line["type"] == "overran" else 0
        return spent, over


@define
class Draining(TokenWise):
    """The same, where streams that are left are read to their end for the provider's own count."""

    name = "tokenwise-drain"
    on_leave = "drain"


def _word(turn: str) -> str:
    return re.sub(r"\W+", "-", turn)
