"""Coding agents as they are published, under a guard whose models are simulated.

They are programs of their own, and are asked for: those that are on the path, where `TOKENWISE_HEAVY_CLIENTS` is set.

    npm install -g @anthropic-ai/claude-code @openai/codex opencode-ai
    pip install aider-chat
    TOKENWISE_HEAVY_CLIENTS=1 python -m pytest -m heavy_clients tests/shell/guard/test_guard_agents.py
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.shell.commands import PROGRAM, Done, environment, in_process
from tests.shell.guard.test_guard import children_of, gone, heard

pytestmark = [
    pytest.mark.slow,  # each starts programs that take seconds
    pytest.mark.heavy_clients,
    pytest.mark.skipif(
        not os.environ.get("TOKENWISE_HEAVY_CLIENTS"), reason="agents are asked for by TOKENWISE_HEAVY_CLIENTS"
    ),
]

claude_code = pytest.mark.skipif(not shutil.which("claude"), reason="Claude Code is not installed")
codex_cli = pytest.mark.skipif(not shutil.which("codex"), reason="Codex CLI is not installed")

CLAUDE = 'claude -p "say hi" --model claude-haiku-4-5 --tools ""'
# No variable tells Codex where to call, and so a script starts it by a guard of its own, within the other.
CODEX = shlex.join(
    [*PROGRAM, "guard", "--budget", "99", "--", *["codex", "exec", "--skip-git-repo-check", "-m", "gpt-5.5", "hi"]]
)
# Enough for the first call of Codex's, which may cost $0.22, and not for another, since that one costs $0.04 or more.
CODEX_ONCE = "0.25"

# The simulated models draw the name of a sub-agent's kind from these words.
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "juniper")
KINDS = orjson.dumps({word: {"description": "looks", "prompt": "You look."} for word in WORDS}).decode()
WITH_SUB_AGENT = f"claude -p Agent --model claude-haiku-4-5 --tools Task --allowedTools Task --agents '{KINDS}'"

STUCK_SECONDS = 200


def surroundings(home: Path) -> dict[str, str]:
    """Nothing of this machine's agents: a home of their own, and no more calls than they need."""
    return environment(home) | {
        "TOKENWISE_OFFLINE": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CODEX_HOME": str(home / "codex"),
    }


def guarded(home: Path, script: str, budget: str) -> tuple[Done, dict]:
    """The account of what these agents did in a repository of their own."""
    work = home / "work"
    if not work.exists():
        (home / "codex").mkdir()
        made = "git init -q . && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m begin"
        work.mkdir()
        subprocess.run(["sh", "-c", made], cwd=work, check=True)
    words = ["guard", "--budget", budget, "--summary", str(home / "summary.json"), "--", "sh", "-c", script]
    done = subprocess.run(
        [*PROGRAM, *words], env=surroundings(home), cwd=work, input=b"", capture_output=True, check=False,
        timeout=STUCK_SECONDS,
    )  # fmt: skip
    account = orjson.loads((home / "summary.json").read_bytes())
    books = in_process("ledger", "--verify", "--json", home=home).json
    assert (books["balanced"], books["held_nano"]) == (True, 0)
    assert account["spent_nano"] <= account["budget_nano"]
    assert account["overrun_nano"] == account["held_nano"] == 0
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode()), account


@claude_code
def test_claude_code_works_until_the_cap_and_then_says_how_to_go_on(tmp_path):
    done, account = guarded(tmp_path, f"while {CLAUDE}; do :; done; exit 9", "0.05")
    assert done.code == 9
    assert "API Error: 402 tw guard: the budget of $0.05 is reached, $0.0" in done.out
    assert account["calls"] >= 1
    assert account["refused"] == 1  # it asks once, and not again


@codex_cli
def test_codex_works_until_the_cap_and_then_says_how_to_go_on(tmp_path):
    done, account = guarded(tmp_path, f"while {CODEX}; do :; done; exit 9", CODEX_ONCE)
    assert done.code == 9
    assert f"402 Payment Required: tw guard: the budget of ${CODEX_ONCE} is reached, $0." in done.err
    assert account["calls"] >= 1
    assert 1 <= account["refused"] <= 6  # it tries again, and not for ever


@claude_code
def test_a_cap_that_is_reached_at_once_names_the_command_that_goes_on(tmp_path):
    words = ["guard", "--budget", "0.0001", "--", "claude", "-p", "say hi", "--model", "claude-haiku-4-5"]
    done = subprocess.run(
        [*PROGRAM, *words], env=surroundings(tmp_path), cwd=tmp_path, input=b"", capture_output=True, check=False,
        timeout=STUCK_SECONDS,
    )  # fmt: skip
    assert b"To go on: tw guard --budget MORE -- claude --continue" in done.stdout


AIDER = "aider --no-git --yes-always --no-check-update --no-show-model-warnings --message hi --model"
OTHERS = {
    "opencode run -m anthropic/claude-haiku-4-5 hi": "anthropic/claude-haiku-4-5",
    "opencode run -m openai/gpt-5.5 hi": "openai/gpt-5.5",
    f"{AIDER} openai/gpt-5.5": "openai/gpt-5.5",
    f"{AIDER} anthropic/claude-haiku-4-5": "anthropic/claude-haiku-4-5",
}


@pytest.mark.parametrize("command", OTHERS)
def test_other_agents_work_and_are_told_at_the_cap(tmp_path, command):
    if not shutil.which(command.split()[0]):
        pytest.skip(f"{command.split()[0]} is not installed")
    done, account = guarded(tmp_path, command, "5")
    assert done.code == 0, done
    assert OTHERS[command] in account["models"]
    _, account = guarded(
        tmp_path, f"timeout 90 {command}", "0.0001"
    )  # aider tries for a minute, and says so at its end
    assert "tw guard: the budget of $0.0001" in account["last_error"]


CLAUDE_ON = CLAUDE.replace("-p", "--continue -p")
CODEX_ON = CODEX.replace("-m gpt-5.5 hi", "-m gpt-5.5 resume --last hello")


@pytest.mark.parametrize(
    ("first", "more", "budget"),
    [
        pytest.param(CLAUDE, CLAUDE_ON, "0.04", marks=claude_code, id="claude"),
        pytest.param(CODEX, CODEX_ON, CODEX_ONCE, marks=codex_cli, id="codex"),
    ],
)
def test_a_session_goes_on_when_its_cap_is_raised(tmp_path, first, more, budget):
    loop = f"until [ -e raised ]; do {first} || exit 9; done; {more} && echo all"
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "codex").mkdir()
    words = ["guard", "--budget", budget, "--on-limit", "pause", "--summary", "summary.json", "--", "sh", "-c", loop]
    with subprocess.Popen(
        [*PROGRAM, *words], env=surroundings(tmp_path), cwd=tmp_path, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert "paused: " in heard(process.stdout.fileno(), b"is refused in")
        (cap,) = [row for row in in_process("limits", "--json", home=tmp_path).json if row["waiting"]]
        assert cap["waiting"] == 1
        (tmp_path / "raised").touch()  # so what waits is the last of its loop
        assert in_process("limits", "raise", cap["scope"], "--to", "2", home=tmp_path).code == 0
        assert "\nall\n" in heard(process.stdout.fileno())
        assert process.wait(STUCK_SECONDS) == 0
    account = orjson.loads((tmp_path / "summary.json").read_bytes())
    assert (account["refused"], account["budget_nano"]) == (0, 2_000_000_000)
    assert account["calls"] >= 2  # the one that waited, and the next in its session


@claude_code
def test_sub_agents_are_told_apart(tmp_path):
    done, account = guarded(tmp_path, WITH_SUB_AGENT, "20")
    assert done.code == 0, done
    assert len(account["agents"]) >= 2
    assert "main" in account["agents"]
    assert sum(part["spent_nano"] for part in account["agents"].values()) == account["spent_nano"]
    assert "\nagent " in done.err


@claude_code
@pytest.mark.parametrize("budget", ["0.02", "0.1", "0.3"])
def test_two_with_sub_agents_at_once_never_exceed_it(tmp_path, budget):
    _, account = guarded(tmp_path, f"{WITH_SUB_AGENT} & {WITH_SUB_AGENT} & wait", budget)
    assert account["calls"] or account["refused"]


@claude_code
@codex_cli
def test_different_agents_at_once_never_exceed_it(tmp_path):
    _, account = guarded(tmp_path, f"{CLAUDE} & {CODEX} & wait", "1")
    assert set(account["models"]) == {"anthropic/claude-haiku-4-5", "openai/gpt-5.5"}


@claude_code
def test_sigkill_of_the_guard_leaves_no_agent_and_books_that_close(tmp_path):
    (tmp_path / "faults.yaml").write_text("rules: [{every: 1, fault: {fault: stall, after_chunks: 9, ms: 60000}}]")
    command = ["claude", "-p", "say hi", "--model", "claude-haiku-4-5", "--tools", "", "--verbose"]
    streaming = [*command, "--output-format", "stream-json", "--include-partial-messages"]
    words = ["guard", "--budget", "5", "--faults", "faults.yaml", "--", *streaming]
    with subprocess.Popen(
        [*PROGRAM, *words], env=surroundings(tmp_path), cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert "text_delta" in heard(process.stdout.fileno(), b"text_delta")
        descendants = children_of(process.pid)
        process.kill()
        process.wait(STUCK_SECONDS)
        assert descendants
        assert gone(*descendants)
    assert in_process("ledger", "--verify", "--json", home=tmp_path).json["left_attempts"] == 1
    assert in_process("ask", "hi", "--offline", home=tmp_path).code == 0
    assert in_process("ledger", "--verify", "--json", home=tmp_path).json["left_attempts"] == 0
