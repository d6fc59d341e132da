"""Runs `tw` as its users do: in this process with its streams caught, or as a program of its own."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import orjson
import pytest
from anyio.from_thread import start_blocking_portal
from attrs import frozen

from tokenwise_shell.cli import main
from tokenwise_shell.embedded import EmbeddedProvider, Pace, read_script, serve

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "import sys; from tokenwise_shell.cli import main; sys.exit(main())"]

# What a developer's own shell may set, and these tests must not see.
PERSONAL = re.compile(r"^TOKENWISE_|_API_KEY$|_BASE_URL$|^NO_COLOR$|^XDG_")

# No test waits this long; it only ends one that has failed.
STUCK_SECONDS = 60


@frozen
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return orjson.loads(self.out)


@frozen
class Tw:
    """The command in this process. Without a network, unless `offline` is taken away."""

    home: Path
    streams: pytest.CaptureFixture[str]

    def __call__(self, *argv: str) -> Done:
        return self.online(*argv, "--offline")

    def online(self, *argv: str) -> Done:
        self.streams.readouterr()
        code = main(argv)
        return Done(code, *self.streams.readouterr())

    @property
    def ledger(self) -> Path:
        return self.home / ".local/state/tokenwise/offline/ledger.jsonl"

    @property
    def keys(self) -> Path:
        return self.home / ".local/state/tokenwise/keys.json"


@pytest.fixture
def tw(tmp_path, monkeypatch, capsys):
    """`tw` for somebody with an empty home, an empty directory, and no key."""
    for name in [name for name in os.environ if PERSONAL.search(name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return Tw(tmp_path, capsys)


@contextmanager
def provider(*rules: object) -> Iterator[str]:
    """A provider on loopback that plays these faults, on a thread of its own. Gives its base URL."""
    embedded = EmbeddedProvider(script=read_script({"rules": list(rules)}), pace=Pace(latency_ms=0, token_us=0))
    with start_blocking_portal(backend="trio") as portal, portal.wrap_async_context_manager(serve(embedded)) as address:
        yield str(address)


def configure(folder: Path, base_url: str, capabilities: str = "general, code, reasoning, math") -> str:
    """Write a configuration whose only usable provider is this one, and give its name."""
    path = folder / "tokenwise.yaml"
    path.write_text(
        f"providers:\n  local: {{kind: openai, base_url: '{base_url}'}}\n"
        f"models:\n  - {{id: local/small, provider: local, tier: budget, capabilities: [{capabilities}],\n"
        "     context_tokens: 131072, input_usd_per_mtok: 1, output_usd_per_mtok: 2}\n"
    )
    return str(path)


def program(*argv: str, home: Path, stdin: bytes = b"", environ: dict[str, str] | None = None) -> Done:
    """`tw` as a program of its own, with these bytes on its standard input."""
    done = subprocess.run(
        [*PROGRAM, *argv], env=environment(home) | (environ or {}), input=stdin, capture_output=True, check=False,
        cwd=home, timeout=STUCK_SECONDS,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_process(*argv: str, home: Path, environ: dict[str, str] | None = None) -> Done:
    """`tw` as `program` runs it, in this process: where it is not the program that is tested, its start is saved."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before = dict(os.environ)
    with chdir(home), redirect_stdout(out), redirect_stderr(err):
        os.environ.clear()
        os.environ.update(environment(home) | (environ or {}))
        try:
            code = main(argv)
        finally:
            os.environ.clear()
            os.environ.update(before)
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not PERSONAL.search(name)}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}


@contextmanager
def serving(env: dict[str, str]) -> Iterator[str]:
    """`tw serve` as a program of its own, in this environment, while the block runs. Gives its origin."""
    command = [*PROGRAM, "serve", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+", line)))
        finally:
            process.terminate()
            process.stdout.read()
            process.wait(STUCK_SECONDS)
