"""The edge of a command: which exception ends in which exit code, and that none of them shows a traceback unasked."""

import errno
import shlex
import subprocess

import pytest

from tests.shell.commands import PROGRAM, Tw, environment, tw
from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli import main
from tokenwise_shell.cli.edge import Exit, OutputUnwritable, answer_to
from tokenwise_shell.ledger.jsonl import LinesUnwritable

__all__ = ["Tw", "tw"]

FULL = OSError(errno.ENOSPC, "No space left on device")


class TestAnswers:
    def test_every_problem_of_bad_input_has_its_line(self, capsys):
        assert answer_to(InputError(Problem("a", "is wrong"), Problem("b", "too"))) is Exit.BAD_INPUT
        assert capsys.readouterr().err == "tw: a: is wrong\ntw: b: too\n"

    def test_a_file_that_cannot_be_read_is_named(self, capsys):
        assert answer_to(FileNotFoundError(errno.ENOENT, "No such file or directory", "plan.json")) is Exit.BAD_INPUT
        assert capsys.readouterr().err == "tw: plan.json: No such file or directory\n"

    def test_a_ledger_that_cannot_be_written_says_what_would_mend_it(self, capsys, tmp_path):
        assert answer_to(LinesUnwritable(tmp_path / "ledger.jsonl", FULL, 0)) is Exit.BAD_INPUT
        told = capsys.readouterr().err
        assert "ledger.jsonl cannot be written (No space left on device)" in told
        assert "free some space" in told

    def test_groups_are_answered_by_their_gravest_member_and_all_are_told(self, capsys):
        inner = ExceptionGroup("tasks", [InputError(Problem("a", "is wrong")), ZeroDivisionError("division by zero")])
        assert answer_to(ExceptionGroup("nursery", [inner])) is Exit.BUG
        told = capsys.readouterr().err
        assert "a: is wrong" in told
        assert "ZeroDivisionError: division by zero" in told

    def test_an_interruption_outweighs_everything(self):
        group = BaseExceptionGroup("nursery", [KeyboardInterrupt(), ZeroDivisionError()])
        assert answer_to(group) is Exit.INTERRUPTED

    def test_a_bug_is_called_one_and_shows_no_traceback(self, capsys, monkeypatch):
        monkeypatch.delenv("TOKENWISE_DEBUG", raising=False)
        assert answer_to(ZeroDivisionError("division by zero")) is Exit.BUG
        told = capsys.readouterr().err
        assert "this is a bug in tokenwise" in told
        assert "Traceback" not in told

    def test_a_bug_shows_its_traceback_to_who_asks_for_it(self, capsys, monkeypatch):
        monkeypatch.setenv("TOKENWISE_DEBUG", "1")
        answer_to(ZeroDivisionError("division by zero"))
        assert "ZeroDivisionError" in capsys.readouterr().err.splitlines()[0]

    def test_a_full_disk_behind_stdout_is_told_and_a_reader_who_left_is_not(self):
        assert not OutputUnwritable(FULL).quiet
        assert OutputUnwritable(BrokenPipeError(errno.EPIPE, "Broken pipe")).quiet


class TestTheProgram:
    def test_without_a_command_it_shows_what_there_is(self, tw):
        done = tw.online()
        assert done.code == 0
        for command in ("config", "doctor", "ledger", "models", "plan", "route", "run", "serve"):
            assert command in done.out

    @pytest.mark.parametrize("command", ["config show", "doctor", "ledger", "models", "plan", "route", "run", "serve"])
    def test_each_command_explains_itself(self, tw, command):
        done = tw.online(*command.split(), "--help")
        assert (done.code, done.err) == (0, "")
        assert f"Usage: tw {command}" in done.out
        assert "--config" in done.out

    def test_a_command_that_there_is_not(self, tw):
        done = tw.online("rout", "hi")
        assert (done.code, done.out) == (2, "")
        assert "did you mean 'route'?" in done.err

    def test_a_subcommand_that_there_is_not(self, tw):
        done = tw.online("config", "shwo")
        assert done.code == 2
        assert "expected one of show, check, init" in done.err

    def test_bad_configuration_is_2_and_every_problem_is_named(self, tw, tmp_path):
        (tmp_path / "c.yaml").write_text("default_budgt: 1\ncache_ttl: soon\n")
        done = tw("route", "hi", "--config", "c.yaml")
        assert (done.code, done.out) == (2, "")
        assert len(done.err.splitlines()) == 2

    def test_version(self, tw):
        done = tw.online("--version")
        assert (done.code, done.err) == (0, "")
        assert done.out.strip()

    @pytest.mark.usefixtures("tw")
    def test_it_returns_the_code_and_leaves_exiting_to_its_caller(self):
        assert main(["route", "hi", "--offline"]) == 0


class TestCompletion:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (["pl"], ["plan"]),
            (["keys", "cr"], ["create"]),
            (["keys", "create", "--wi"], ["--window"]),
            (["plan", "--max"], ["--max-steps"]),
            (["ask", "hi", "--model", "openai/gpt-4.1-n"], ["openai/gpt-4.1-nano"]),
            (["route", "hi", "--strategy", "b"], ["balanced", "best_quality", "budget_constrained"]),
            (["plan", ""], []),
        ],
    )
    def test_what_can_follow_the_words_of_a_line(self, tw, words, found):
        assert tw.online("completion", "bash", "--", *words).out.splitlines() == found

    def test_bash_completes_by_the_script(self, tw, tmp_path):
        script = tw.online("completion", "bash").out
        (tmp_path / "tw").write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
        (tmp_path / "tw").chmod(0o755)
        asked = 'COMP_WORDS=(tw rou); COMP_CWORD=1; _tw tw rou tw; echo "${COMPREPLY[@]}"'
        environ = environment(tmp_path) | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        done = subprocess.run(["bash", "-c", script + asked], env=environ, capture_output=True, check=True)
        assert done.stdout == b"route\n"


class TestWhatIsWrongWithALine:
    """Everything at once, each by its flag."""

    def test_options_that_there_are_not(self, tw):
        said = tw("plan", "hi", "--budgte", "3", "--strategi", "x").err
        assert "--budgte" in said
        assert "Did you mean --strategy?" in said

    @pytest.mark.parametrize(
        ("line", "flags"),
        [
            (("route", "", "--budget", "x", "--strategy", "x", "--max-output-tokens", "x", "--capability", "x"),
             ("QUERY", "--budget", "--strategy", "--max-output-tokens", "--capability")),
            (("plan", "", "--max-steps", "x", "--planner", "x", "--out", "/nowhere/x", "--mermaid", "--json"),
             ("TASK", "--max-steps", "--planner", "--out", "--mermaid and --json")),
            (("ledger", "--since", "x", "--until", "x", "--limit", "x", "--by", "x", "--verify"),
             ("--since", "--until", "--limit", "--by", "--summary and --verify")),
            (("models", "--tier", "x", "--capability", "x", "--limit", "x", "--provider", "x"),
             ("--tier", "--capability", "--limit", "--provider")),
            (("keys", "create", "a", "--budget", "x", "--window", "x", "--expires", "x", "--tokens-per-minute", "x"),
             ("--budget", "--window", "--expires", "--tokens-per-minute")),
        ],
    )  # fmt: skip
    def test_values_that_cannot_be(self, tw, line, flags):
        done = tw(*line)
        assert done.code == 2
        assert sorted(text.removeprefix("tw: ").partition(":")[0] for text in done.err.splitlines()) == sorted(flags)

    @pytest.mark.parametrize("command", [("limits", "raise"), ("ledger", "correct")])
    def test_a_command_of_two_words_is_called_by_both(self, tw, command):
        assert f"`tw {' '.join(command)} --help`" in tw.online(*command).err
        assert f"tw {' '.join(command)} " in tw.online(*command, "--help").out
