"""`tw guard` as its users meet it: a program around a program, which calls models, by the vendors' own SDKs too."""

import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import pytest

from tests.shell.commands import PROGRAM, STUCK_SECONDS, Done, environment, in_process, program, tw
from tokenwise_shell.guard.words import going_on

__all__ = ["tw"]

pytestmark = pytest.mark.slow  # each starts the program, and most an SDK within it

# As an agent without an SDK: to import one takes longer than all its calls. The SDKs have tests of their own below.
CALLS = """
import json, os, sys, urllib.error, urllib.request
url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
head = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"}
body = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Say something"}], "max_tokens": 100}
for _ in range(int(sys.argv[1])):
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head)).read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.code} {json.load(error)['error']['message']}")
print("served", json.loads(answer)["choices"][0]["message"]["content"][:11])
"""

BOTH = """
import anthropic
said = anthropic.Anthropic(max_retries=0).messages.create(
    model="claude-haiku-4-5", max_tokens=100, messages=[{"role": "user", "content": "Say something"}]
)
print("served", said.content[0].text[:11])
"""

DRAWS = """
import openai
openai.OpenAI(max_retries=0).images.generate(model="gpt-image-1", prompt="a house")
"""

# One request says so and waits, so that whatever comes then finds a call under way.
STREAMS = """
import openai
stream = openai.OpenAI(max_retries=0).chat.completions.create(
    model="gpt-4.1", messages=[{"role": "user", "content": "Say something"}], stream=True
)
for chunk in stream:
    print("begun", flush=True)
print("ended")
"""


def python(tmp_path: Path, text: str, *arguments: str) -> tuple[str, ...]:
    file = tmp_path / "agent.py"
    file.write_text(text)
    return (sys.executable, str(file), *arguments)


def guarded(tmp_path: Path, command: tuple[str, ...], *options: str, budget: str = "1", **environ: str) -> Done:
    words = ("guard", "--budget", budget, "--summary", "summary.json", *options, "--", *command)
    return program(*words, home=tmp_path, environ={"TOKENWISE_OFFLINE": "1", **environ})


def summary(tmp_path: Path, name: str = "summary.json"):
    return orjson.loads((tmp_path / name).read_bytes())


def balanced(tmp_path: Path):
    books = in_process("ledger", "--verify", "--json", home=tmp_path).json
    assert books["balanced"], books
    return books


class TestLimitsOfTheConfiguration:
    """They stand beside the cap, and the guard's own words decide whether they are waited for."""

    ROW = "limits:\n  - {each: session, budget: 0.0012, on_limit: pause}\n"

    def configured(self, tmp_path):
        (tmp_path / "config.yaml").write_text(self.ROW)
        return ("--config", str(tmp_path / "config.yaml"))

    def test_a_guard_that_refuses_does_not_wait_for_them_to_be_raised(self, tmp_path):
        done = guarded(tmp_path, python(tmp_path, CALLS, "9"), *self.configured(tmp_path))
        assert done.code == 1
        assert "402" in done.err
        assert "the budget session:guard." in done.err

    def test_each_guard_is_a_session_where_its_command_names_none(self, tmp_path):
        for _ in range(2):  # each may spend the half of it and more
            done = guarded(tmp_path, python(tmp_path, CALLS, "1"), *self.configured(tmp_path))
            assert (done.code, done.out) == (0, "served [simulated \n")
        assert balanced(tmp_path)["runs"] == 2


class TestTheCap:
    def test_the_line_that_goes_on_can_be_pasted_or_says_that_it_cannot(self):
        assert going_on(("python", "a b.py", "7")) == "tw guard --budget MORE -- python 'a b.py' 7"
        assert (
            going_on(("python", "-c", "x" * 500))
            == going_on(("sh", "-c", "a\nb"))
            == "tw guard --budget MORE -- COMMAND"
        )

    def test_an_answer_that_names_no_length_is_refused_before_it_is_cut_to_what_no_agent_can_use(self, tmp_path):
        unbounded = CALLS.replace(', "max_tokens": 100', "")
        assert unbounded != CALLS
        done = guarded(tmp_path, python(tmp_path, unbounded, "1"), budget="0.004")  # which pays 400 tokens
        assert (done.code, "402" in done.err) == (1, True)
        assert (summary(tmp_path)["refused"], summary(tmp_path)["calls"]) == (1, 0)

    def test_calls_are_made_until_it_is_reached_and_then_told_in_words(self, tmp_path):
        command = python(tmp_path, CALLS, "50")
        done = guarded(tmp_path, command, budget="0.004")
        assert done.code == 1
        assert "402" in done.err
        assert "tw guard: the budget of $0.004 is reached, $0.00" in done.err
        assert f"To go on: {going_on(command)}" in done.err
        told = summary(tmp_path)
        assert (told["exit_code"], told["refused"], told["failed"]) == (1, 1, {})
        assert 0 < told["spent_nano"] <= told["budget_nano"] == 4_000_000
        assert told["spent_nano"] == balanced(tmp_path)["spent_nano"]
        assert told["models"]["openai/gpt-4.1"]["calls"] == told["calls"] > 1
        assert f"of $0.004 spent in {told['calls']} calls; 1 request refused" in done.err

    def test_a_command_that_keeps_within_it_is_not_disturbed(self, tmp_path):
        done = guarded(tmp_path, python(tmp_path, CALLS, "2"))
        assert (done.code, done.out) == (0, "served [simulated \n")
        assert summary(tmp_path)["calls"] == 2

    def test_anthropics_sdk_is_held_too(self, tmp_path):
        assert guarded(tmp_path, python(tmp_path, BOTH)).out == "served [simulated \n"
        done = guarded(tmp_path, python(tmp_path, BOTH), budget="0.0001")
        assert done.code == 1
        assert "tw guard: the budget of $0.0001 is reached" in done.err

    def test_many_at_once_never_exceed_it(self, tmp_path):
        command = " & ".join([" ".join(python(tmp_path, CALLS, "8"))] * 3) + " & wait"
        guarded(tmp_path, ("sh", "-c", command), budget="0.01")
        told = summary(tmp_path)
        assert 0 < told["spent_nano"] <= told["budget_nano"]
        assert told["overrun_nano"] == told["held_nano"] == 0
        assert balanced(tmp_path)["spent_nano"] == told["spent_nano"]

    def test_only_the_models_that_are_allowed(self, tmp_path):
        done = guarded(tmp_path, python(tmp_path, CALLS, "1"), "--models", "anthropic/*")
        assert "404" in done.err
        assert summary(tmp_path)["failed"] == {"model_not_found": 1}
        assert guarded(tmp_path, python(tmp_path, BOTH), "--models", "anthropic/*").code == 0

    def test_with_route_the_named_model_is_a_wish_for_any(self, tmp_path):
        done = guarded(tmp_path, python(tmp_path, CALLS, "1"), "--route", "--strategy", "cheapest")
        assert done.code == 0
        assert "openai/gpt-4.1" not in summary(tmp_path)["models"]

    def test_what_has_no_known_price_is_not_passed_on(self, tmp_path):
        done = guarded(tmp_path, python(tmp_path, DRAWS))
        assert "400" in done.err
        told = summary(tmp_path)
        assert (told["failed"], "no known price" in told["last_error"]) == ({"unpriced": 1}, True)
        assert "tw guard: the last was told: POST /v1/images/generations" in done.err

    def test_its_requests_can_be_simulated_later_and_hold_no_words(self, tmp_path):
        guarded(tmp_path, python(tmp_path, CALLS, "2"), "--save", "saved.jsonl")
        lines = [orjson.loads(line) for line in (tmp_path / "saved.jsonl").read_bytes().splitlines()]
        assert [line["model"] for line in lines] == ["openai/gpt-4.1"] * 2
        told = summary(tmp_path)
        assert sum(line["output_tokens"] for line in lines) == told["output_tokens"]
        assert "Say something" not in (tmp_path / "saved.jsonl").read_text()
        assert (tmp_path / "saved.jsonl").stat().st_mode & 0o077 == 0
        simulated = in_process("simulate", "saved.jsonl", "--offline", "--json", home=tmp_path)
        assert simulated.code == 0, simulated

    def test_a_limit_that_was_there_before_is_named_as_itself(self, tmp_path):
        (tmp_path / "c.yaml").write_text("budgets: {day: 0.00001}\n")
        done = guarded(tmp_path, python(tmp_path, CALLS, "1"), "--config", "c.yaml")
        assert "the budget process " in done.err
        assert "tw guard: the budget of" not in done.err


class TestTheCommand:
    @pytest.mark.parametrize(
        ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill -15 $$", 143)]
    )
    def test_the_exit_code_is_its_own(self, tmp_path, script, code):
        done = guarded(tmp_path, ("sh", "-c", script))
        assert (done.code, summary(tmp_path)["exit_code"]) == (code, code)

    def test_it_has_the_guards_key_and_no_real_one(self, tmp_path):
        done = guarded(tmp_path, ("env",), OPENAI_API_KEY="sk-true-one", GROQ_API_KEY="gsk_true_one", EDITOR="vi")
        handed = dict(line.split("=", 1) for line in done.out.splitlines() if "=" in line)
        assert "true-one" not in done.out and "true_one" not in done.out  # noqa: PT018 -- one matter
        assert handed["OPENAI_API_KEY"] == handed["ANTHROPIC_AUTH_TOKEN"]
        assert handed["EDITOR"] == "vi"
        assert "no call came through the guard" in done.err

    def test_its_streams_and_its_own_hyphens_are_its_own(self, tmp_path):
        words = ("guard", "--offline", "--budget", "1", "--", "sh", "-c", 'echo "$@"; cat', "-", "--", "-", "--json")
        done = program(*words, home=tmp_path, stdin=b"typed")
        assert done.out == "-- - --json\ntyped"

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("--budget", "1"), 2, "COMMAND: missing"),
            (("--budget", "1", "--modles", "x", "--", "ls"), 2, "--modles: is no option of tw guard"),
            (("--", "ls"), 2, "--budget: missing"),
            (("--budget", "much", "--", "ls"), 2, "--budget: 'much' is not an amount"),
            (("--budget", "-1", "--", "ls"), 2, "budget"),
            (("--budget", "0", "--", "ls"), 2, "0 pays for no model"),
            (("--budget", "1", "--models", "nobody/*", "--", "ls"), 2, "--models: no model that can be called"),
            (("--budget", "1", "--json", "--", "ls"), 2, "--summary FILE has the document"),
            (("--budget", "1", "--summary", "no/s.json", "--", "ls"), 2, "there is no folder no"),
            (("--budget", "1", "--", "no-such-command"), 127, "no-such-command: no such command"),
            (("--budget", "1", "--", "/etc/passwd"), 126, "/etc/passwd: may not be executed"),
        ],
    )
    def test_bad_input(self, tw, words, code, said):
        own, dashes, command = words, (), ()
        if "--" in words:
            place = words.index("--")
            own, dashes, command = words[:place], words[place : place + 1], words[place + 1 :]
        done = tw.online("guard", "--offline", *own, *dashes, *command)
        assert (done.code, done.out) == (code, "")
        assert said in done.err

    def test_without_a_provider_nothing_is_started(self, tw):
        done = tw.online("guard", "--budget", "1", "--", "touch", "started")
        assert done.code == 5
        assert not Path("started").exists()


class TestAGuardWithinAGuard:
    def test_is_a_scope_of_the_outer(self, tmp_path):
        inner = (*PROGRAM, "guard", "--budget", "0.002", "--summary", "inner.json", "--", *python(tmp_path, CALLS, "9"))
        done = guarded(tmp_path, inner)
        assert done.code == 1
        assert "the budget of $0.002 is reached" in done.err
        told, outer = summary(tmp_path, "inner.json"), summary(tmp_path)
        assert 0 < told["spent_nano"] == outer["spent_nano"] <= told["budget_nano"]
        assert balanced(tmp_path)["spent_nano"] == outer["spent_nano"]

    def test_cannot_spend_more_than_the_outer_leaves(self, tmp_path):
        inner = (*PROGRAM, "guard", "--budget", "100", "--", *python(tmp_path, CALLS, "9"))
        done = guarded(tmp_path, inner, budget="0.002")
        assert "the budget of $0.002 is reached" in done.err
        assert summary(tmp_path)["spent_nano"] <= 2_000_000

    def test_does_not_start_where_the_outer_is_gone(self, tmp_path):
        gone = {"TOKENWISE_GUARD": "http://127.0.0.1:1", "TOKENWISE_GUARD_KEY": "tw-gone"}
        done = guarded(tmp_path, ("touch", "started"), **gone)
        assert done.code == 2
        assert "the guard around this command does not answer" in done.err
        assert not (tmp_path / "started").exists()


# Makes the terminal on stdin that of this session, as a terminal's own shell has it.
TAKES_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


@contextmanager
def running(
    tmp_path: Path,
    command: tuple[str, ...],
    *options: str,
    budget: str = "1",
    terminal: bool = False,
    stalling: bool = True,
):
    """A guard, and what it and its command say. A stalling one lets each answer begin, and come no further."""
    if stalling:
        (tmp_path / "faults.yaml").write_text("rules: [{every: 1, fault: {fault: stall, after_chunks: 3, ms: 60000}}]")
        options = ("--faults", "faults.yaml", *options)
    words = [*PROGRAM, "guard", "--budget", budget, "--summary", "summary.json", *options, "--", *command]
    if terminal:
        words = [sys.executable, "-c", TAKES_TERMINAL, *words]
    environ = environment(tmp_path) | {"TOKENWISE_OFFLINE": "1"}
    ours, theirs = pty.openpty() if terminal else os.pipe()
    process = subprocess.Popen(
        words, env=environ, cwd=tmp_path, stdin=theirs if terminal else subprocess.DEVNULL, stdout=theirs,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait(STUCK_SECONDS)
        os.close(ours)


# Goes through so many calls, saying so after each.
COUNTS = CALLS.replace("    except", "        print('call', flush=True)\n    except")


class TestACapThatMayBeRaised:
    def start(self, tmp_path, on_limit, *, calls="8", terminal=False):
        command = python(tmp_path, COUNTS, calls)
        return running(tmp_path, command, "--on-limit", on_limit, budget="0.002", terminal=terminal, stalling=False)

    def test_a_call_waits_until_somebody_raises_it_and_the_command_goes_on(self, tmp_path):
        with self.start(tmp_path, "pause") as (process, pipe):
            assert "tw guard: paused: the budget tag:guard." in heard(pipe, b"is refused in")
            (cap,) = in_process("limits", "--json", home=tmp_path).json
            assert (cap["limit_nano"], cap["waiting"]) == (2_000_000, 1)
            assert process.poll() is None
            within = {"TOKENWISE_GUARD": "http://127.0.0.1:1"}
            refused = in_process("limits", "raise", cap["scope"], "--to", "1", home=tmp_path, environ=within)
            assert (refused.code, "does not raise limits" in refused.err) == (2, True)
            assert in_process("limits", "raise", cap["scope"], "--to", "0.5", home=tmp_path).code == 0
            said = heard(pipe)
            assert process.wait(STUCK_SECONDS) == 0
        assert "served [simulated" in said
        told = summary(tmp_path)
        assert (told["calls"], told["refused"], told["budget_nano"]) == (8, 0, 500_000_000)
        assert balanced(tmp_path)["spent_nano"] == told["spent_nano"]
        assert in_process("limits", "--json", home=tmp_path).json == []

    def test_whoever_is_asked_may_raise_it_or_not(self, tmp_path):
        with self.start(tmp_path, "ask", calls="40", terminal=True) as (process, terminal):
            said = heard(terminal, b"refuses the call) ")
            assert "of $0.002 is spent, and a call waits that may cost $" in said
            os.write(terminal, b"much\n")
            assert "'much' is not an amount" in heard(terminal, b"refuses the call) ")
            os.write(terminal, b"0.0045\n")
            assert "call" in heard(terminal, b"refuses the call) ")
            os.write(terminal, b"\n")
            said = heard(terminal)
            assert process.wait(STUCK_SECONDS) == 1
        assert "the budget of $0.0045 is reached" in said
        told = summary(tmp_path)
        assert (told["refused"], told["budget_nano"]) == (1, 4_500_000)
        assert told["spent_nano"] <= 4_500_000

    def test_a_command_with_the_terminal_to_itself_is_stopped_while_it_is_asked(self, tmp_path):
        raw = "import tty\ntty.setraw(0)\n" + COUNTS
        command = python(tmp_path, raw, "8")
        with running(tmp_path, command, "--on-limit", "ask", budget="0.002", terminal=True, stalling=False) as (
            process,
            terminal,
        ):
            heard(terminal, b"refuses the call) ")
            os.write(terminal, b"1\n")
            said = heard(terminal)
            assert process.wait(STUCK_SECONDS) == 0
        assert "served [simulated" in said

    def test_there_must_be_a_terminal_to_ask_on(self, tmp_path):
        command = [*PROGRAM, "guard", "--offline", "--budget", "1", "--on-limit", "ask", "--", "true"]
        done = subprocess.run(
            command, env=environment(tmp_path), cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True,
            check=False, start_new_session=True, timeout=STUCK_SECONDS,
        )  # fmt: skip
        assert done.returncode == 2
        assert b"there is no terminal to ask on" in done.stderr


def heard(descriptor: int, until: bytes = b"") -> str:
    """What was said up to this, or to the end."""
    said = b""
    with suppress(OSError):  # Linux tells the end of a terminal so
        while (not until or until not in said) and (chunk := os.read(descriptor, 4096)):
            said += chunk
    return said.decode()


def gone(*pids: int) -> bool:
    """Whether these processes have ended, or do within the time that no test takes."""
    for pid in pids:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            ended = select.select([descriptor], [], [], STUCK_SECONDS)[0]
            os.close(descriptor)
            if not ended:
                return False
    return True


class TestSignals:
    def test_ctrl_c_reaches_the_command_first_and_the_guard_gives_the_account(self, tmp_path):
        with running(tmp_path, python(tmp_path, STREAMS), terminal=True) as (process, terminal):
            heard(terminal, b"begun")
            os.write(terminal, b"\x03")
            said = heard(terminal)
            assert process.wait(STUCK_SECONDS) == 130
        assert "KeyboardInterrupt" in said  # the command's own words
        assert "tw guard: $" in said
        assert "is estimated" in said
        books = balanced(tmp_path)
        assert books["held_nano"] == books["left_attempts"] == 0
        assert books["spent_nano"] == summary(tmp_path)["spent_nano"] > 0

    def test_a_command_that_survives_ctrl_c_goes_on(self, tmp_path):
        script = "trap 'echo caught' INT; echo begun; read line; echo $line; exit 5"
        with running(tmp_path, ("sh", "-c", script), terminal=True) as (process, terminal):
            heard(terminal, b"begun")
            os.write(terminal, b"\x03")
            said = heard(terminal, b"caught")
            os.write(terminal, b"on\n")
            said += heard(terminal)
            assert process.wait(STUCK_SECONDS) == 5
        assert said.count("caught") == 1  # once from the terminal, and not a second time from the guard

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_what_the_guard_is_sent_it_passes_on(self, tmp_path, number):
        with running(tmp_path, python(tmp_path, STREAMS)) as (process, pipe):
            heard(pipe, b"begun")
            process.send_signal(number)
            assert process.wait(STUCK_SECONDS) == (130 if number == signal.SIGINT else 128 + number)
            assert "tw guard: $" in heard(pipe)
        assert balanced(tmp_path)["held_nano"] == 0

    def test_sigkill_leaves_nothing_running_and_books_that_close(self, tmp_path):
        orphan = (
            "trap '' TERM HUP INT; (setsid sh -c 'trap \"\" TERM; echo pid $$; exec sleep 600' &); exec "
            + " ".join(python(tmp_path, STREAMS))
        )
        with running(tmp_path, ("sh", "-c", orphan)) as (process, pipe):
            said = heard(pipe, b"begun")
            pids = [int(word) for word in said.replace("pid ", " ").split() if word.isdigit()]
            assert pids
            descendants = children_of(process.pid)
            process.kill()
            process.wait(STUCK_SECONDS)
            assert gone(*pids, *descendants)
        left = balanced(tmp_path)
        assert left["left_attempts"] == 1
        assert guarded(tmp_path, ("true",)).code == 0
        assert balanced(tmp_path)["left_attempts"] == 0


def children_of(pid: int) -> list[int]:
    """Every process below this one, now."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(entry.parent.name)
                found += [child, *children_of(child)]
    return found
