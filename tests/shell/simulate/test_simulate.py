"""`tw simulate` from end to end: files in, reports out, the same for any number of processes."""

import csv
import gzip
import io
import multiprocessing
import os
import subprocess
import sys

import orjson
import pytest
import trio
import trio.testing

from property_tests.seeded import seeded_job
from property_tests.swarm import drawn_world
from tests.core.simulated import only, play
from tests.shell.commands import ROOT, STUCK_SECONDS
from tests.shell.engine.test_interpret import has_ties, perform
from tokenwise import embedded_catalog
from tokenwise.errors import InputError
from tokenwise.simulation.facing import Facing, Servers
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.surveys import Setting
from tokenwise.simulation.transcripts import transcript
from tokenwise.simulation.workload import Asked, Variant
from tokenwise_shell.cli import main
from tokenwise_shell.simulate.engines import engine_of, tasks_of
from tokenwise_shell.simulate.workload_files import open_workload
from tokenwise_shell.simulate.workload_lines import Manner

REQUESTS = [
    {"id": f"r{n}", "at_ms": 500 * n, "input_tokens": 40 + n, "difficulty": n % 10 / 10, "max_output_tokens": 300}
    for n in range(60)
]


def ledger_line(at_ms, run, kind, **facts):
    where = {"step": "answer", "model": "openai/gpt-6-luna", "provider": "openai"}
    return {"v": 1, "at": f"2026-11-21T20:15:{50 + at_ms / 1000:06.3f}Z", "run": run, "seq": 0, "key": "web",
            "type": kind, **where, **facts}  # fmt: skip


HELD = {"amount_nano": 9_000, "input_tokens": 200, "max_output_tokens": 500}
USED = {"outcome": "ok", "estimated": False, "usage": {"input_tokens": 40, "output_tokens": 25}}
LEDGER = [
    ledger_line(0, "W", "reserved", attempt=2, **HELD),
    ledger_line(100, "A", "reserved", attempt=0, **HELD),
    ledger_line(200, "W", "charged", attempt=2, amount_nano=500, **USED),
    ledger_line(200, "W", "finished", status="completed", spent_nano=500, overrun_nano=0),
    ledger_line(250, "A", "abandoned", attempt=0, amount_nano=5_000),
    ledger_line(260, "A", "reserved", attempt=1, **HELD),
    ledger_line(300, "C", "reserved", attempt=0, **HELD),
    ledger_line(310, "N", "finished", status="refused", spent_nano=0, overrun_nano=0),
    ledger_line(1_000, "A", "charged", attempt=1, amount_nano=10, **USED),
    ledger_line(1_000, "A", "finished", status="completed", spent_nano=5_010, overrun_nano=0),
    ledger_line(1_100, "C", "charged", attempt=0, amount_nano=90, **{**USED, "usage": None, "estimated": True}),
    ledger_line(1_200, "C", "corrected", attempt=0, amount_nano=40, was_nano=90, reserved_nano=9_000, **USED),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in, with a workload, two policies and a world; offline, and nobody's own settings."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("TOKENWISE_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in REQUESTS))
    (tmp_path / "cheap.yaml").write_text("strategy: cheapest\nbudget: 0.05\n")
    (tmp_path / "best.yaml").write_text("name: finest\nstrategy: best_quality\nbudget: 0.50\n")
    (tmp_path / "world.yaml").write_text("usual: {troubles: [{fault: overloaded, share: 5%}]}\n")
    return tmp_path


def told(capsys, *arguments, code=0):
    """What a command printed, as JSON; it has to end with this code."""
    assert main(["simulate", *arguments, "--json"]) == code
    return orjson.loads(capsys.readouterr().out)


def output(capsys, *arguments, code=0):
    assert main(["simulate", *arguments]) == code
    return capsys.readouterr()


def little_then_much(folder):
    """Two tasks: one of ten requests, and one of ten million."""
    setting, variants = Setting(catalog=embedded_catalog()), (Variant(name="usual"),)
    for name, requests in (("little", 10), ("much", 10_000_000)):
        file = folder / f"{name}.yaml"
        kinds = "[{name: chat, input_tokens: {p0: 50, p100: 60}}]"
        file.write_text(f"{{requests: {requests}, rate: {{shape: steady, per_hour: 3600}}, kinds: {kinds}}}\n")
        yield from tasks_of(open_workload(file, Manner(100, {})), variants, [0], setting, None)


BOTH = ("work.jsonl", "--policy", "cheap.yaml", "--policy", "best.yaml")


class TestReports:
    def test_policies_are_compared_on_one_workload(self, capsys):
        report = told(capsys, *BOTH, "--repeat", "2")
        cheap, finest = report["policies"]
        assert (cheap["name"], finest["name"]) == ("cheap", "finest")
        assert cheap["figures"]["cost"]["mean"] < finest["figures"]["cost"]["mean"]
        assert cheap["totals"]["requests"] == 120
        assert report["differences"][0]["figures"]["cost"]["mean"] > 0
        assert report["seeds"] == [0, 1]

    def test_without_a_policy_the_configured_one_is_tried(self, capsys):
        report = told(capsys, "work.jsonl", "--strategy", "cheapest")
        assert [one["name"] for one in report["policies"]] == ["cheapest"]

    def test_equal_seeds_give_equal_bytes(self, capsys):
        runs = [output(capsys, *BOTH, "--world", "world.yaml", "--seed", "7", "--json").out for _ in range(2)]
        assert runs[0] == runs[1]
        assert output(capsys, *BOTH, "--world", "world.yaml", "--seed", "8", "--json").out != runs[0]

    def test_csv_has_a_row_per_policy_and_measure(self, capsys):
        rows = list(csv.DictReader(io.StringIO(output(capsys, *BOTH, "--csv").out)))
        assert {row["policy"] for row in rows} == {"cheap", "finest"}
        assert next(row["difference"] for row in rows if (row["policy"], row["measure"]) == ("finest", "cost"))

    def test_the_table_says_what_it_cost_and_where(self, capsys):
        text = output(capsys, *BOTH).out
        assert "success" in text
        assert "finest less cheap" in text
        assert "calls" in text

    @pytest.mark.parametrize("flag", ["--policy", "--config"])
    def test_limits_of_every_kind_hold_requests_by_what_their_lines_say(self, folder, capsys, flag):
        call = {"input_tokens": 1000, "output_tokens": 1000, "max_output_tokens": 1000, "model": "openai/gpt-4.1"}
        beside = ({"session": "x"}, {"session": "x"}, {"session": "y"}, {}, {"session": "z", "tags": ["night"]})
        (folder / "work.jsonl").write_bytes(b"".join(orjson.dumps(call | more) + b"\n" for more in beside))
        rows = "{each: session, budget: 0.02}, {tag: night, budget: 0}, {model: 'openai/*', budget: 1, window: day}"
        (folder / "held.yaml").write_text(f"limits: [{rows}, {{each: request, budget: 0.5}}]\n")
        (one,) = told(capsys, "work.jsonl", flag, "held.yaml")["policies"]
        # A call costs $0.01, and may cost $0.012: a session pays for one.
        spent = {name: nano for name, budget in one["budgets"].items() if (nano := budget["spent_nano"])}
        assert spent == {"session:x": 10**7, "session:y": 10**7, "session:none": 10**7, "model:openai/*": 3 * 10**7}

    @pytest.mark.parametrize(
        ("begins", "refused"), [("", 3), ("begins: '2026-11-30T22:00'\n", 1), ("begins: 2026-11-30T20:30:00Z\n", 0)]
    )
    def test_days_begin_at_the_midnight_of_the_worlds_zone(self, folder, capsys, begins, refused):
        """A call an hour for six hours, money for three a day: from ten at night one is refused, from 21:30 none."""
        call = {"input_tokens": 1000, "output_tokens": 1000, "max_output_tokens": 1000, "model": "openai/gpt-4.1"}
        lines = [orjson.dumps(call | {"at_ms": 3_600_000 * hour}) + b"\n" for hour in range(6)]
        (folder / "work.jsonl").write_bytes(b"".join(lines))
        (folder / "held.yaml").write_text("limits: [{budget: 0.033, window: day}]\n")
        (folder / "world.yaml").write_text(begins + ("time_zone: Europe/Berlin\n" if begins else ""))
        (one,) = told(capsys, "work.jsonl", "--policy", "held.yaml", "--world", "world.yaml")["policies"]
        assert one["by_reason"].get("budget_exhausted", 0) == refused

    def test_shared_budgets_are_reported(self, folder, capsys):
        (folder / "tight.yaml").write_text("strategy: cheapest\nbudgets: [{name: all, limit: 0.0005, window: total}]\n")
        (one,) = told(capsys, "work.jsonl", "--policy", "tight.yaml")["policies"]
        assert one["budgets"]["all"]["spent_nano"] <= 500_000
        assert one["by_reason"]["budget_exhausted"] > 0
        assert "budget all" in output(capsys, "work.jsonl", "--policy", "tight.yaml").out


class TestPartitioning:
    """'Results identical to the last byte whatever the partitioning.'"""

    ARGUMENTS = (*BOTH, "--world", "world.yaml", "--repeat", "3", "--chunk", "25", "--json")

    @pytest.mark.slow  # starts interpreters
    def test_two_processes_give_the_same_bytes_as_one(self, capsys):
        once = output(capsys, *self.ARGUMENTS).out
        assert output(capsys, *self.ARGUMENTS, "--processes", "2").out == once

    @pytest.mark.slow  # starts a cluster
    @pytest.mark.filterwarnings("ignore")  # dask's own, about its own dependencies
    def test_a_cluster_gives_the_same_bytes_as_one_process(self, capsys):
        distributed = pytest.importorskip("distributed")
        once = output(capsys, *self.ARGUMENTS).out
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", processes=True
        ) as cluster:
            address = cluster.scheduler_address.replace("tcp://", "dask://")
            assert output(capsys, *self.ARGUMENTS, "--engine", address).out == once

    @pytest.mark.slow  # starts interpreters
    def test_who_leaves_before_the_end_waits_for_no_worker_and_leaves_none(self, folder):
        """As Ctrl-C does. The second task would take minutes."""
        others = multiprocessing.active_children()
        results = engine_of(2, None)(little_then_much(folder))
        next(results)
        results.close()
        assert multiprocessing.active_children() == others

    @pytest.mark.slow  # starts interpreters
    def test_workers_end_with_a_parent_that_was_killed(self, folder):
        code = (
            "from pathlib import Path; from tests.shell.simulate.test_simulate import engine_of, little_then_much\n"
            "results = engine_of(2, None)(little_then_much(Path.cwd()))\n"
            "next(results); print('begun', flush=True); next(results)"
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            [sys.executable, "-c", code], env=environment, cwd=folder, stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout.readline() == "begun\n"
            parent.kill()
            parent.communicate(timeout=STUCK_SECONDS)  # ends when nobody has the other end any more

    def test_an_engine_of_another_kind_is_refused(self, capsys):
        assert "expected dask://" in output(capsys, *BOTH, "--engine", "spark://here", code=2).err


class TestLaws:
    def test_a_broken_law_ends_with_1_and_is_named(self, folder, capsys):
        (folder / "laws.yaml").write_text("laws:\n  - success >= 95%\n  - share of tier flagship <= 10%\n")
        report = told(capsys, *BOTH, "--assert", "laws.yaml", code=1)
        assert [(one["policy"], one["kept"]) for one in report["laws"]] == [
            ("cheap", True),
            ("cheap", True),
            ("finest", True),
            ("finest", False),
        ]
        assert (
            "BROKEN  finest: share of tier flagship <= 10%"
            in output(capsys, *BOTH, "--assert", "laws.yaml", code=1).out
        )

    def test_kept_laws_end_with_0(self, folder, capsys):
        (folder / "laws.yaml").write_text("laws: [max cost <= $0.50]\n")
        told(capsys, *BOTH, "--assert", "laws.yaml")

    def test_a_file_without_laws_or_with_a_slip_is_refused(self, folder, capsys):
        (folder / "laws.yaml").write_text("laws: [sucess >= 95%]\n")
        assert "is not measured" in output(capsys, *BOTH, "--assert", "laws.yaml", code=2).err
        (folder / "laws.yaml").write_text("laws: [success > 99]\n")
        assert "99 % is written 99%" in output(capsys, *BOTH, "--assert", "laws.yaml", code=2).err
        (folder / "laws.yaml").write_text("laws: []\n")
        assert "has no laws" in output(capsys, *BOTH, "--assert", "laws.yaml", code=2).err

    def test_a_law_about_a_label_that_no_request_has_is_refused_with_those_that_there_are(self, folder, capsys):
        lines = [{"prompt": "hi", "labels": [label], "key": "web"} for label in ("math", "chat")]
        (folder / "labelled.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)))
        slips = "mean cost for label=maths <= $1, requests for key=wob >= 0, success for capability=code >= 1%"
        (folder / "laws.yaml").write_text(f"laws: [{slips}]\n")
        told = output(capsys, "labelled.jsonl", "--assert", "laws.yaml", code=2).err
        assert "label=maths: no request has this label; there are chat, math; did you mean 'math'?" in told
        assert "key=wob: no request has this key; there are web; did you mean 'web'?" in told
        assert "capability" not in told
        (folder / "laws.yaml").write_text("laws: [mean cost for label=math <= $1]\n")
        output(capsys, "labelled.jsonl", "--assert", "laws.yaml")


class TestDifferences:
    def test_are_listed_with_why_by_name_or_by_file(self, capsys):
        named = told(capsys, *BOTH, "--diff", "cheap", "finest", "--limit", "3")
        assert named["differing"] == 60
        assert len(named["requests"]) == 3
        assert "prefers tier flagship" in named["requests"][0]["why"][0]
        by_file = told(capsys, "work.jsonl", "--diff", "cheap.yaml", "best.yaml", "--limit", "3")
        assert by_file["requests"] == named["requests"]

    def test_an_unknown_name_is_refused(self, capsys):
        assert "neither a policy's name nor a file" in output(capsys, *BOTH, "--diff", "cheap", "dear", code=2).err


class TestPlots:
    @pytest.mark.slow  # altair takes a second to import
    @pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("html", b"<!DOCTYPE html>")])
    def test_are_drawn_into_the_kind_of_file_that_is_asked_for(self, folder, capsys, suffix, start):
        pytest.importorskip("altair")
        output(capsys, *BOTH, "--repeat", "2", "--plot", f"out.{suffix}")
        drawn = (folder / f"out.{suffix}").read_bytes()
        assert drawn.lstrip().startswith(start)
        assert len(drawn) > 5_000

    def test_another_kind_of_file_is_refused(self, capsys):
        assert "ends in .html, .svg, .png" in output(capsys, *BOTH, "--plot", "out.gif", code=2).err

    @pytest.mark.parametrize(("name", "expected"), [("out.gif", "ends in"), ("nowhere/out.svg", "no folder 'nowhere'")])
    def test_what_cannot_be_drawn_is_refused_before_anything_is_simulated(self, capsys, name, expected):
        told = output(capsys, "there-is-no-such.jsonl", "--plot", name, code=2)
        assert expected in told.err
        assert "there-is-no-such" not in told.err

    @pytest.mark.slow  # altair takes a third of a second to load
    def test_a_picture_that_cannot_be_written_takes_no_report_with_it(self, folder, capsys):
        (folder / "out.html").mkdir()
        told = output(capsys, *BOTH, "--plot", "out.html", code=2)
        assert "success" in told.out
        assert "out.html" in told.err


class TestWorkloads:
    def requests(self, path, **manner):
        return [one for piece in open_workload(path, Manner(**manner)).pieces(7) for one in piece.requests()]

    def test_words_are_counted_and_detected(self, tmp_path):
        path = tmp_path / "w.jsonl"
        path.write_text('{"prompt": "Write a Python function that parses CSV."}\n{"prompt": "Bonjour"}\n')
        first, second = self.requests(path, pace_ms=250)
        assert "code" in first.capabilities.names
        assert (first.at_ms, second.at_ms) == (0, 250)
        assert (first.id, second.id) == ("r0", "r1")

    def test_every_bad_line_is_named_with_what_was_expected(self, tmp_path):
        path = tmp_path / "w.jsonl"
        path.write_text('{"at_ms": -1}\nnot json\n{"difficulty": 2}\n{"max_ouput_tokens": 5}\n[]\n')
        with pytest.raises(InputError) as error:
            self.requests(path)
        assert [problem.path.split(": ")[1] for problem in error.value.problems] == [f"line {n}" for n in range(1, 6)]
        assert "did you mean 'max_output_tokens'" in str(error.value)

    def test_columns_of_the_user_s_own_are_let_be(self, tmp_path):
        path = tmp_path / "w.jsonl"
        path.write_text('{"id": "a", "tenant_colour": "blue"}\n')
        assert [one.id for one in self.requests(path)] == ["a"]

    def test_rows_of_recorded_outcomes_leave_out_the_contaminated(self, tmp_path):
        path = tmp_path / "rows.jsonl.gz"
        rows = [
            {"id": "a", "bench": "b", "group": "g", "prompt": "Hello", "pair": ["x", "y"], "q": {"x": 0.25, "y": 1}},
            {"id": "c", "bench": "b", "group": "g", "prompt": "Hello", "q": {"x": 1}, "contaminated": True},
        ]
        path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
        (one,) = self.requests(path, recorded_as={"x": "openai/gpt-5.5"})
        assert one.labels == ("b", "g")
        assert {model: recorded.quality for model, recorded in one.outcomes.items()} == {
            "openai/gpt-5.5": 250,
            "y": 1000,
        }

    def test_a_wide_table_has_a_column_of_scores_per_model(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_text("sample_id,prompt,eval_name,small,large,small|total_cost\ns1,Hello,mmlu,True,0.5,0.001\n")
        (one,) = self.requests(path)
        assert (one.id, one.labels) == ("s1", ("mmlu",))
        assert {model: recorded.quality for model, recorded in one.outcomes.items()} == {"small": 1000, "large": 500}

    def test_our_own_ledger_is_a_workload(self, tmp_path):
        path = tmp_path / "ledger.jsonl"
        call = {"v": 1, "run": "R", "key": "web", "step": "answer", "model": "mini", "provider": "p"}
        usage = {"input_tokens": 20, "cache_read_tokens": 10, "cache_write_5m_tokens": 10, "output_tokens": 25}
        lines = [
            {**call, "at": "2026-11-21T20:15:53.123Z", "seq": 0, "type": "reserved", "attempt": 0, "amount_nano": 9,
             "input_tokens": 200, "max_output_tokens": 500, "each": {"session": "talk"}},
            {**call, "at": "2026-11-21T20:15:53.200Z", "seq": 1, "type": "reserved", "attempt": 0, "amount_nano": 9,
             "run": "S", "input_tokens": 100, "max_output_tokens": 500},
            {**call, "at": "2026-11-21T20:15:54.000Z", "seq": 1, "type": "charged", "attempt": 0, "amount_nano": 5,
             "usage": usage, "outcome": "ok", "estimated": False},
        ]  # fmt: skip
        path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        first, second = self.requests(path)
        assert (first.id, first.at_ms, first.key, first.output_tokens) == ("R/answer", 0, "web", 25)
        assert (first.input.expected, first.input.bound) == (40, 200)
        assert (first.session, second.session) == ("talk", "")
        assert (second.id, second.at_ms, second.output_tokens) == ("S/answer", 77, None)

    def test_a_ledger_keeps_every_run_and_has_a_column_of_its_own(self, folder, capsys):
        """One that waited for a budget, one that was abandoned and tried again, one corrected, one refused, one cut."""
        (folder / "ledger.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in LEDGER))
        requests = self.requests(folder / "ledger.jsonl")
        assert [(one.id, one.at_ms) for one in requests] == [("W/answer", 0), ("A/answer", 100), ("C/answer", 300)]
        assert [one.output_tokens for one in requests] == [25, None, None]
        shown = output(capsys, "ledger.jsonl", "--policy", "cheap.yaml", "--json")
        past, simulated = orjson.loads(shown.out)["policies"]
        assert past["name"] == "as recorded"
        spent = sum(line["amount_nano"] for line in LEDGER if line["type"] in ("charged", "abandoned")) + 40 - 90
        assert past["totals"]["spent_nano"] == spent == 5_600 - 50
        assert (past["figures"]["requests"]["mean"], past["figures"]["max latency"]["mean"]) == (4, 900)
        assert past["figures"]["quality"] is None
        assert simulated["figures"]["requests"]["mean"] == 3
        assert "called nobody (refused, say): 1;" in shown.err

    def test_made_up_traffic_is_the_same_in_pieces_and_whole(self, tmp_path):
        path = tmp_path / "traffic.yaml"
        path.write_text(
            "requests: 40\nrate: {shape: diurnal, per_hour: 60, peak_per_hour: 600}\n"
            "kinds: [{name: chat, weight: 3}, {name: code, capabilities: [code], input_tokens: {p50: 90}}]\n"
        )
        (whole,) = open_workload(path, Manner()).pieces(None)
        assert self.requests(path) == list(whole.requests())

    def test_an_empty_workload_is_refused(self, folder, capsys):
        (folder / "none.jsonl").write_text("")
        assert "has no requests" in output(capsys, "none.jsonl", code=2).err


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("policy", "strategey: cheapest\n", "did you mean 'strategy'"),
            ("policy", "strategy: cheap\n", "expected one of cheapest"),
            ("policy", "max_attempts: many\n", "expected a whole number"),
            ("policy", "max_attempts: 0\n", "max_attempts"),
            ("policy", "budget: -1\n", "expected US dollars"),
            ("policy", "budgets: [{limit: 1}]\n", "budgets[0].name: is missing"),
            ("policy", "limits: [{each: session}]\n", "limits[0].budget: is missing"),
            ("policy", "limits: [{key: a, tag: b, budget: 1}]\n", "for a key or for a tag"),
            ("policy", "limits: [{budget: 1}, {budget: 2}]\n", "has a limit for each total already"),
            ("world", "usual: {latency_ms: {p50: fast}}\n", "expected milliseconds"),
            ("world", "usual: {latency_ms: {p50: 900, p95: 100}}\n", "a spread rises"),
            ("world", "places: {openai: {troubles: [{fault: tired}]}}\n", "expected one of rate_limited"),
            ("world", "quality: [{tier: mid, capability: code, easy: 2, hard: 0}]\n", "expected a share"),
        ],
    )
    def test_a_bad_file_is_refused_with_the_place_and_what_was_expected(self, folder, capsys, name, text, expected):
        (folder / f"{name}.yaml").write_text(text)
        assert expected in output(capsys, "work.jsonl", f"--{name}", f"{name}.yaml", code=2).err

    def test_two_policies_of_one_name_are_refused(self, capsys):
        assert (
            "two policies are named 'cheap'"
            in output(capsys, "work.jsonl", "--policy", "cheap.yaml", "--policy", "cheap.yaml", code=2).err
        )

    def test_a_place_has_what_usual_has_save_what_it_says(self, folder, capsys):
        (folder / "slow.yaml").write_text(
            "usual: {latency_ms: 1s, token_us: 0}\nplaces: {embedded: {troubles: [{fault: empty, share: 0}]}}\n"
        )
        (one,) = told(capsys, "work.jsonl", "--world", "slow.yaml")["policies"]
        assert one["figures"]["p50 latency"]["mean"] == 1_000 // 8 * 8

    def test_caches_last_as_long_as_the_world_says(self, folder, capsys):
        """Two turns, a minute apart: what is written to the short cache is dearer and for nothing."""
        line = {"session": "talk", "input_tokens": 50_000, "output_tokens": 10, "model": "openai/gpt-6-luna"}
        turns = [{**line, "id": f"t{nth}", "at_ms": 60_000 * nth} for nth in range(2)]
        (folder / "talk.jsonl").write_bytes(b"".join(orjson.dumps(turn) + b"\n" for turn in turns))
        (folder / "cold.yaml").write_text("usual: {cache: 0s}\n")
        (folder / "short.yaml").write_text("places: {openai/gpt-6-luna: {cache: 50s}}\n")
        warm, cold, short = [
            told(capsys, "talk.jsonl", *world)["policies"][0]["figures"]["cost"]["mean"]
            for world in ((), ("--world", "cold.yaml"), ("--world", "short.yaml"))
        ]
        assert warm < cold < short


class TestFidelity:
    """'The shell and the simulator issue identical commands', in modelled worlds too."""

    @pytest.mark.slow  # a hundred whole runs, each in its own trio.run
    def test_a_hundred_jobs_in_drawn_worlds_give_the_same_transcript(self):
        compared = 0
        for seed in range(100):
            job = seeded_job(seed)
            world, asked = drawn_world(seed), Asked(id=job.id, plan=job.plan, streamed=seed % 2 == 0)
            story = only(play([Arrival(job)], Facing(Servers(world, job.catalog, seed), asked)))
            if has_ties(story.moments):
                continue
            clock = trio.testing.MockClock(autojump_threshold=0)
            _, moments = trio.run(perform, job, Facing(Servers(world, job.catalog, seed), asked), clock=clock)
            assert transcript(moments) == transcript(story.moments), f"seed {seed}"
            compared += 1
        assert compared > 50
