"""`tw ask`: one prompt answered, for people, for pipes and for programs; and every way in which it is not."""

import os
import pty
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.shell.cli.test_cli_serving import website
from tests.shell.commands import PROGRAM, STUCK_SECONDS, configure, environment, in_process, program, provider, tw

__all__ = ["tw"]

SIMULATED = "[simulated by the embedded provider]"
RUN_FIELDS = {"run_id", "status", "model", "provider", "held_nano", "spent_nano", "overrun_nano", "output"}

pytestmark = pytest.mark.slow  # each answer loads the event loop and starts a provider on loopback


class TestTheAnswer:
    def test_goes_to_stdout_and_its_cost_in_one_line_to_stderr(self, tw):
        done = tw("ask", "What is rain?")
        assert done.code == 0
        assert done.out.startswith(SIMULATED)
        assert done.out.endswith("\n")
        (line,) = done.err.splitlines()
        assert "at embedded: $" in line
        assert " spent, $" in line
        assert " held at most; run " in line

    def test_programs_get_one_document_the_decision_and_the_run(self, tw):
        done = tw("ask", "What is rain?", "--json")
        route = tw("route", "What is rain?", "--json").json
        assert {name: done.json[name] for name in route} == route
        run = done.json["run"]
        assert set(run) >= RUN_FIELDS
        assert run["status"] == "completed"
        assert 0 < run["spent_nano"] <= run["held_nano"] == route["worst_cost_nano"]
        assert tw("ledger", "--summary", "--json").json["spent_nano"] == run["spent_nano"]

    def test_its_decision_can_be_derived_again(self, tw):
        run = tw("ask", "What is rain?", "--json").json["run"]["run_id"]
        assert tw("replay", run).out.startswith("identical: ")

    @pytest.mark.parametrize(
        ("name", "model"),
        [
            ("openai/gpt-4.1-mini", "openai/gpt-4.1-mini"),
            ("gpt-4.1-mini", "openai/gpt-4.1-mini"),
            ("auto:best_quality", None),
        ],
    )
    def test_a_model_may_be_named_as_at_the_proxy(self, tw, name, model):
        done = tw("ask", "Prove that e is irrational", "--model", name, "--json").json
        best = tw("route", "Prove that e is irrational", "--strategy", "best_quality", "--json").json["model"]
        assert done["model"] == done["run"]["model"] == (model or best)

    def test_it_may_go_into_a_file_of_ones_own(self, tw, tmp_path):
        done = tw("ask", "What is rain?", "--out", "answer.txt")
        assert (done.code, done.out) == (0, "")
        file = tmp_path / "answer.txt"
        assert file.read_text().startswith(SIMULATED)
        assert file.stat().st_mode & 0o077 == 0

    def test_a_cap_that_was_asked_for_is_kept_to_and_no_fault(self, tw):
        run = tw("ask", "What is rain?", "--max-output-tokens", "5", "--json").json["run"]
        assert (run["status"], run["attempts"]) == ("completed", 1)

    def test_a_system_text_is_sent_and_counted(self, tw):
        alone = tw("ask", "What is rain?", "--json").json
        told = tw("ask", "What is rain?", "--system", "Answer like a meteorologist.", "--json").json
        assert told["input_tokens_bound"] > alone["input_tokens_bound"]
        assert told["run"]["output"] != alone["run"]["output"]

    def test_the_prompt_may_come_by_a_pipe(self, tmp_path):
        done = program("ask", "-", "--offline", home=tmp_path, stdin=b"What is rain?")
        assert (done.code, done.out.startswith(SIMULATED)) == (0, True)

    def test_one_that_is_of_no_use_is_asked_for_elsewhere(self, tw, tmp_path):
        with provider({"first": [{"fault": "empty-reply"}]}) as url:
            config = configure(tmp_path, url)
            small = Path(config).read_text().partition("models:\n")[2]
            large = small.replace("local/small", "local/large").replace("tier: budget", "tier: mid")
            # Dearer, since a better model at the same price would be the first choice.
            large = large.replace("input_usd_per_mtok: 1,", "input_usd_per_mtok: 900,")
            Path(config).write_text(Path(config).read_text() + large)
            done = tw.online("ask", "What is rain?", "--config", config, "--json")
        run = done.json["run"]
        assert (done.code, run["status"], run["attempts"]) == (0, "completed", 2)
        assert run["model"] == "local/large"
        assert [each["to"] for each in run["escalations"]] == ["local/large"]


class TestNoAnswer:
    def test_a_budget_that_nothing_fits_is_3_and_spends_nothing(self, tw):
        done = tw("ask", "What is rain?", "--budget", "0.0000001")
        assert (done.code, done.out) == (3, "")
        assert "refused: the cheapest capable model may cost $" in done.err
        named = tw("ask", "hi", "--model", "openai/gpt-4.1", "--budget", "0.0000001")
        assert "`tw models --explain openai/gpt-4.1`" in named.err
        slip = tw("ask", "hi", "--model", "gpt-5.5-trubo").err
        assert "did you mean openai/gpt-5.5" in slip
        assert "--refresh" not in slip
        done = tw("ask", "What is rain?", "--budget", "0.0000001", "--json")
        assert (done.code, done.json["decision"], "run" in done.json) == (3, "refused", False)
        assert not tw.ledger.exists() or tw("ledger", "--summary", "--json").json["spent_nano"] == 0

    def test_a_limit_outside_its_own_budget_is_named(self, tw, tmp_path):
        (tmp_path / "c.yaml").write_text("budgets: {day: 0.0000001}\n")
        done = tw("ask", "What is rain?", "--config", "c.yaml")
        assert (done.code, done.out) == (3, "")
        assert "process" in done.err
        assert "$0.0000001 left" in done.err

    def test_the_risk_gate_is_4(self, tw, tmp_path):
        (tmp_path / "c.yaml").write_text("risk_gate: {enabled: true}\n")
        assert tw("ask", "Delete all customers from the production database", "--config", "c.yaml").code == 4

    def test_without_a_provider_it_is_5(self, tw):
        done = tw.online("ask", "What is rain?")
        assert (done.code, done.out) == (5, "")
        assert "--offline" in done.err

    def test_a_provider_that_fails_is_1_and_says_how(self, tw, tmp_path):
        with provider({"every": 1, "fault": 400}) as url:
            done = tw.online("ask", "What is rain?", "--config", configure(tmp_path, url))
        assert (done.code, done.out) == (1, "")
        assert "failed: " in done.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--model", "gpt-9"), "--model: the model 'gpt-9' does not exist"),
            (("--system", ""), "--system: is empty"),
            (("--out", "nowhere/a.txt"), "--out: there is no folder nowhere"),
            (("--max-output-tokens", "0"), "--max-output-tokens: '0'"),
            (("--budget", "much"), "--budget: 'much'"),
        ],
    )
    def test_bad_values(self, tw, options, said):
        done = tw("ask", "What is rain?", *options)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def on_a_terminal(*argv: str, home, stop_after: bytes = b"") -> tuple[int, str]:
    """The command with a terminal for its streams; Ctrl-C is typed once this has been shown."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *argv], env=environment(home), cwd=home, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        said = b""
        with suppress(OSError):  # Linux tells the end of a terminal so
            while chunk := os.read(ours, 65536):
                said += chunk
                if stop_after and stop_after in said:
                    process.send_signal(signal.SIGINT)
                    stop_after = b""
        os.close(ours)
        return process.wait(STUCK_SECONDS), said.decode()


class TestOnATerminal:
    def test_the_answer_comes_as_it_is_made(self, tmp_path):
        code, said = on_a_terminal("ask", "What is rain?", "--offline", home=tmp_path)
        assert code == 0
        assert said.startswith(SIMULATED)
        assert "\r\ntw: " in said

    def test_an_answer_that_comes_in_one_piece_is_shown_too(self, tmp_path):
        body = (
            b'{"object": "chat.completion", "model": "small", "choices": [{"index": 0, "finish_reason": "stop", '
            b'"message": {"role": "assistant", "content": "Rain is water."}}], '
            b'"usage": {"prompt_tokens": 9, "completion_tokens": 4}}'
        )
        with website(200, body) as url:
            config = configure(tmp_path, url)
            code, said = on_a_terminal("ask", "What is rain?", "--config", config, home=tmp_path)
        assert (code, said.splitlines()[0]) == (0, "Rain is water.")

    def test_ctrl_c_ends_it_with_130_and_books_that_balance(self, tmp_path):
        stall = {"every": 1, "fault": {"fault": "stall", "after_chunks": 3, "ms": 60_000}}
        with provider(stall) as url:
            config = configure(tmp_path, url)
            code, said = on_a_terminal("ask", "What is rain?", "--config", config, home=tmp_path, stop_after=b"[")
        assert code == 130
        assert "stopped: $" in said
        assert "Traceback" not in said
        books = in_process("ledger", "--verify", "--json", home=tmp_path).json
        assert (books["balanced"], books["held_nano"], books["left_attempts"]) == (True, 0, 0)
        assert books["spent_nano"] > 0
