"""A client is killed again and again under load: its books balance, keep to the window, and agree with the provider."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from tests.shell.commands import configure, environment
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.embedded import EmbeddedProvider, Pace, serve
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.proof import verify as prove
from tokenwise_shell.ledger.segments import read_ledger, snapshot

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("TOKENWISE_TEST_KILLS", "4"))  # 200 take some minutes
LIMIT_NANO = 1_000_000_000
INPUT_NANO, OUTPUT_NANO = 1_000, 2_000  # a token of the model that `configure` describes


def configured(folder, address):
    """A configuration with this provider, a limit for the day, and a ledger."""
    path, ledger = Path(configure(folder, address)), folder / "ledger.jsonl"
    path.write_text(path.read_text() + f"ledger_path: {ledger}\nbudgets: {{day: 1}}\n")
    return str(path), ledger


async def killed(config, home, draw):
    command = [sys.executable, "-m", "tests.shell.killed_client", config]
    process = await trio.lowlevel.open_process(command, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE)
    ended, wanted = 0, draw.randint(1, 12)
    async for piece in process.stdout:
        ended += piece.count(b"\n")
        if ended >= wanted:
            break
    process.kill()
    await process.wait()
    await process.stdout.aclose()
    assert ended >= wanted


@pytest.mark.slow  # starts a program for every kill
async def test_killed_at_random_moments_the_books_balance_keep_to_the_window_and_agree_with_what_was_billed(tmp_path):
    provider, draw = EmbeddedProvider(pace=Pace(latency_ms=20, token_us=100)), random.Random(20261121)
    async with serve(provider) as address:
        config, ledger = configured(tmp_path, str(address))
        for _ in range(KILLS):
            await killed(config, tmp_path, draw)
    journal = Journal.open(ledger, now_ms=wall_ms)
    limits_for(journal, ProcessStore(), [Limit(LIMIT_NANO, Window.DAY)])
    journal.close()
    shot = snapshot(ledger)
    proof = prove(shot.lines(pytest.fail), living=shot.living)
    assert (proof.problems, proof.held_nano) == ((), 0)
    assert 0 < proof.spent_nano <= LIMIT_NANO + proof.overrun_nano
    closed = [line for line in read_ledger(ledger, pytest.fail) if line["type"] in CLOSINGS]
    estimated = sum(line["amount_nano"] for line in closed if line["estimated"])
    billed = sum(one.prompt_tokens * INPUT_NANO + one.completion_tokens * OUTPUT_NANO for one in provider.billed)
    assert estimated > 0
    assert proof.spent_nano - estimated <= billed <= proof.spent_nano
