"""`tw` as a program of its own: standard input, signals, readers who leave, full disks, and what it loads to start."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import orjson
import pytest

from tests.shell.commands import PROGRAM, ROOT, STUCK_SECONDS, configure, environment, program, provider

pytestmark = pytest.mark.slow  # each starts the program


class TestStandardInput:
    def test_a_hyphen_reads_the_query_from_it(self, tmp_path):
        piped = program("route", "-", "--offline", "--json", home=tmp_path, stdin=b"Explain quantum computing")
        given = program("route", "Explain quantum computing", "--offline", "--json", home=tmp_path)
        assert piped.code == 0
        assert piped.out == given.out

    def test_bytes_that_are_no_text_are_2(self, tmp_path):
        done = program("route", "-", "--offline", home=tmp_path, stdin=b"\x89PNG\r\n\x1a\n\0\0")
        assert (done.code, done.out) == (2, "")
        assert done.err == "tw: QUERY (standard input): is not UTF-8 text: invalid start byte at byte 0\n"

    def test_a_zero_byte_is_2(self, tmp_path):
        done = program("plan", "-", "--offline", home=tmp_path, stdin=b"abc\0def")
        assert done.code == 2
        assert "TASK (standard input): is binary data: there is a zero byte at character 3" in done.err

    def test_nothing_on_it_is_2(self, tmp_path):
        done = program("route", "-", "--offline", home=tmp_path)
        assert done.code == 2
        assert "is empty" in done.err

    def test_ten_megabytes_are_decided_on(self, tmp_path):
        done = program("route", "-", "--offline", "--json", home=tmp_path, stdin=b"why is the sky blue? " * 500_000)
        assert done.code == 5
        assert done.json["refusal"]["code"] == "no_capable_model"
        assert done.json["input_tokens_bound"] > 10_000_000

    def test_a_plan_can_be_piped_into_run(self, tmp_path):
        plan = orjson.dumps({"task": "x", "steps": [{"id": "a", "description": "Say hello"}]})
        done = program("run", "-", "--offline", home=tmp_path, stdin=plan)
        assert done.code == 0
        assert "completed: 1 of 1 step" in done.err


class TestInterruption:
    def test_ctrl_c_lets_go_of_the_call_says_what_it_cost_and_balances(self, tmp_path):
        with provider({"every": 1, "fault": "hang:60000"}) as url:
            command = [*PROGRAM, "plan", "Say hello", "--planner", "rules", "-x", "--config", configure(tmp_path, url)]
            with subprocess.Popen(
                command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as run:  # fmt: skip
                while b"asking" not in (line := run.stderr.readline()):
                    assert line, "it ended before it had asked anybody"
                run.send_signal(signal.SIGINT)
                told = run.stderr.read().decode()
                assert run.wait(STUCK_SECONDS) == 130
                assert run.stdout.read() == b""
        assert "was spent, and is in the ledger" in told
        assert told.splitlines()[-1].startswith("tw: go on with: tw run --resume ")
        assert "Traceback" not in told
        summary = program("ledger", "--summary", "--json", home=tmp_path).json
        assert summary["estimated_nano"] == summary["spent_nano"] > 0
        assert program("ledger", "--verify", home=tmp_path).code == 0


class TestResuming:
    def test_a_run_whose_process_was_killed_goes_on_without_paying_again_for_what_was_done(self, tmp_path):
        steps = [{"id": "a", "description": "Say a"}, {"id": "b", "description": "Say b", "after": ["a"]}]
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "x", "steps": steps}))
        with provider({"first": ["ok", "hang:60000"]}) as url:
            command = [*PROGRAM, "run", "plan.json", "--config", configure(tmp_path, url)]
            with subprocess.Popen(
                command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as run:  # fmt: skip
                while b"b: asking" not in (line := run.stderr.readline()):
                    assert line, "it ended before it had asked for the second step"
                run.kill()
        before = program("ledger", "--json", home=tmp_path).json
        with provider() as url:
            resumed = ("run", "--resume", before[-1]["run"], "--config", configure(tmp_path, url), "--json")
            done = program(*resumed, home=tmp_path)
        assert (done.code, done.json["run"]["status"]) == (0, "completed")
        after = program("ledger", "--json", home=tmp_path).json
        charged = [(line["step"], line["type"]) for line in after if line["type"] in ("charged", "abandoned")]
        assert charged == [("a", "charged"), ("b", "abandoned"), ("b", "charged")]
        assert program("ledger", "--verify", home=tmp_path).code == 0


class TestStarting:
    HEAVY = "cattrs httpx hypercorn trio yaml"

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["plan", "--help"], ["ledger", "--offline"], ["route", "hi", "--offline"], ["serve"]]
    )
    def test_what_calls_nobody_loads_nothing_that_could(self, tmp_path, arguments):
        loads = "from tokenwise_shell.cli import main; import sys; main(sys.argv[1:]); print('\\n', *sys.modules)"
        command = [PROGRAM[0], "-c", loads, *arguments]
        done = subprocess.run(
            command, env=environment(tmp_path), capture_output=True, check=False, text=True, timeout=STUCK_SECONDS
        )
        loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
        assert loaded & set(self.HEAVY.split()) == set()
        assert "tokenwise_shell" in loaded
        assert ("cyclopts" in loaded) == (arguments[-1] == "--help" and len(arguments) > 1)  # the parser

    # Of the project's modules, those that a decision alone does without; and the classes that attrs may make for it,
    # each of which takes half a millisecond.
    UNUSED = "budgets.limit faults machine plan planner routing.cascade routing.fitting routing.health routing.ladder"
    UNUSED += " routing.warmth scenario.risk_lexicon scenario.risk_reading simulation"
    UNUSED_SHELL = "budgets client config.calibrated config.limits ledger providers proxy simulate transport"
    MOST_CLASSES, MOST_MODULES = 70, 75

    def test_a_decision_loads_no_more_than_it_needs(self, tmp_path):
        ask = """
            import sys
            from tokenwise_shell.cli import main
            main(["route", "hi", "--offline"])
            ours = {name: vars(module) for name, module in sys.modules.items() if name.startswith("tokenwise")}
            values = [one for module in ours.values() for one in module.values()]
            made = {one for one in values if "__attrs_attrs__" in getattr(one, "__dict__", ())}
            print(sum(one.__module__ in ours for one in made), *ours)
        """
        done = subprocess.run(
            [PROGRAM[0], "-c", textwrap.dedent(ask)], env=environment(tmp_path), capture_output=True, check=True,
            text=True, timeout=STUCK_SECONDS,
        )  # fmt: skip
        made, *loaded = done.stdout.splitlines()[-1].split()
        unused = {f"tokenwise.{name}" for name in self.UNUSED.split()}
        unused |= {f"tokenwise_shell.{name}" for name in self.UNUSED_SHELL.split()}
        assert unused & set(loaded) == set()
        assert int(made) <= self.MOST_CLASSES
        assert len(loaded) <= self.MOST_MODULES


class TestStdout:
    def test_a_reader_who_leaves_ends_it_without_a_word(self, tmp_path):
        command = [*PROGRAM, "models", "--offline", "--json"]
        with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tw:
            tw.stdout.close()
            assert tw.stderr.read() == b""
            assert tw.wait(STUCK_SECONDS) == 1

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to offer")
    def test_a_full_disk_is_said(self, tmp_path):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*PROGRAM, "models", "--offline"], env=environment(tmp_path), stdout=full, stderr=subprocess.PIPE,
                check=False, timeout=STUCK_SECONDS,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (
            1,
            b"tw: standard output cannot be written: No space left on device\n",
        )

    def test_that_nobody_reads_the_progress_stops_no_run(self, tmp_path):
        plan = orjson.dumps({"task": "x", "steps": [{"id": "a", "description": "Say hello"}]})
        (tmp_path / "plan.json").write_bytes(plan)
        command = [*PROGRAM, "run", "plan.json", "--offline", "--json"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as run:  # fmt: skip
            run.stderr.close()
            assert orjson.loads(run.stdout.read())["run"]["status"] == "completed"
            assert run.wait(STUCK_SECONDS) == 0

    def test_streams_that_were_closed_are_empty(self, tmp_path):
        script = '"$0" -c "$1" route - --offline <&-; test $? = 2 && "$0" -c "$1" route hi --offline --json >&- 2>&-'
        done = subprocess.run(
            ["sh", "-c", script, PROGRAM[0], PROGRAM[2]], env=environment(tmp_path), capture_output=True, check=False,
            timeout=STUCK_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0
        assert done.stderr == b"tw: QUERY (standard input): is empty; expected some text\n"

    def test_characters_that_the_terminal_lacks_are_shown_by_their_codes(self, tmp_path):
        done = program("route", "hi", "--offline", home=tmp_path, environ={"PYTHONIOENCODING": "ascii"})
        assert done.code == 0
        assert "\\u2026" in done.out  # the range of a figure, 1.20…99


@pytest.mark.slow  # starts the program
@pytest.mark.parametrize("module", ["entry", "edge", "commands", "route_command"])
def test_ctrl_c_while_modules_are_loaded_is_130_without_a_traceback(module):
    """It is raised where the interpreter would raise it: within an import, before any command runs."""
    program = (
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == 'tokenwise_shell.cli.{module}': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "from tokenwise_shell.cli import main\n"
        "sys.exit(main(['route', 'hi', '--offline']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
