"""`tw plan` and `tw run`: plans for people and programs, runs of them, saved plans, and every way in which they end."""

import stat

import orjson
import pytest

from tests.shell.commands import configure, provider, tw
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.routing.worth import quality, strength
from tokenwise_shell.cli.plan_files import MAX_BYTES
from tokenwise_shell.show.render import usd

__all__ = ["tw"]

TASK = "Research three databases, compare them, and write a recommendation"
RULES = ("--planner", "rules")

PLAN_FIELDS = {
    "task", "budget_nano", "planner", "steps", "worst_cost_nano", "expected_cost_nano", "within_budget",
    "optimality_gap_nano", "critical_path",
}  # fmt: skip
STEP_FIELDS = {
    "id", "description", "capabilities", "after", "model", "tier", "worst_cost_nano", "expected_cost_nano",
    "downgraded_from",
}  # fmt: skip
RUN_FIELDS = {"run_id", "status", "spent_nano", "overrun_nano", "remaining_nano", "steps", "output"}

pytestmark = pytest.mark.slow  # each plan loads the event loop and starts a provider on loopback


class TestThePlan:
    def test_programs_get_one_document(self, tw):
        done = tw("plan", TASK, *RULES, "--json")
        assert (done.code, done.err) == (0, "")
        assert set(done.json) >= PLAN_FIELDS
        assert "run" not in done.json
        assert all(set(step) >= STEP_FIELDS for step in done.json["steps"])
        assert done.json["within_budget"]
        assert done.json["planner"]["source"] == "rules"

    def test_the_planning_model_is_asked_and_paid_within_the_budget(self, tw):
        document = tw("plan", TASK, "--json").json
        assert document["planner"]["source"] == "llm"
        assert 0 < document["planner"]["cost_nano"] < document["worst_cost_nano"] <= document["budget_nano"]
        assert tw("ledger", "--summary", "--json").json["planner_nano"] == document["planner"]["cost_nano"]

    def test_people_see_steps_by_level_models_costs_and_the_critical_path(self, tw):
        document, told = tw("plan", TASK, *RULES, "--json").json, tw("plan", TASK, *RULES).out
        assert told.startswith("level 1\n")
        for step in document["steps"]:
            assert f"  {step['id']}: {step['description']}\n" in told
            assert f"{step['model']} ({step['tier']})" in told
        assert " → ".join(document["critical_path"]) in told

    def test_less_money_downgrades_and_says_so(self, tw):
        less = ("--budget", "0.02", "--strategy", "best_quality")
        steps = tw("plan", TASK, *RULES, *less, "--json").json["steps"]
        assert any(step["downgraded_from"] for step in steps)
        assert "to fit the budget" in tw("plan", TASK, *RULES, *less).out

    def test_a_plan_as_a_mermaid_chart(self, tw):
        document, chart = tw("plan", TASK, *RULES, "--json").json, tw("plan", TASK, *RULES, "--mermaid").out
        assert chart.startswith("flowchart TD\n")
        assert chart.count("-->") == sum(len(step["after"]) for step in document["steps"])
        assert all(step["model"] in chart for step in document["steps"])

    def test_max_steps_bounds_them(self, tw):
        assert len(tw("plan", TASK, *RULES, "--max-steps", "2", "--json").json["steps"]) <= 2


class TestBudgets:
    """What the money buys, on the shipped catalogue."""

    def quality(self, document):
        catalog = embedded_catalog()
        return sum(quality(strength(catalog[row["model"]]), row["difficulty"]) for row in document["steps"])

    def test_three_budgets_give_three_plans_each_better_and_within_its_money(self, tw):
        best = (*RULES, "--strategy", "best_quality")
        plans = [tw("plan", TASK, *best, "--budget", usd, "--json").json for usd in ("0.005", "0.02", "0.5")]
        assert all(plan["worst_cost_nano"] <= plan["budget_nano"] for plan in plans)
        better = [self.quality(plan) for plan in plans]
        assert better == sorted(set(better))

    def test_once_it_has_what_it_wants_ten_and_a_hundred_times_the_money_change_nothing(self, tw):
        budgets = ("0.01", "0.1", "1")
        steps = [tw("plan", TASK, *RULES, "--budget", usd, "--json").json["steps"] for usd in budgets]
        assert steps[0] == steps[1] == steps[2]

    def test_what_the_best_model_would_cost_is_told_in_one_line(self, tw):
        best = tw("plan", TASK, *RULES, "--json").json["on_the_best"]
        assert best["models"] == ["google/gemini-4-argon"]
        told = tw("plan", TASK, *RULES).out
        assert f"\n  on the best    {usd(best['worst_cost_nano'])} at most, about " in told
        assert " expected, with google/gemini-4-argon throughout\n" in told

    @pytest.mark.parametrize("task", ["Say hi", "Fix the typos in the README"])
    def test_trifles_never_get_a_flagship(self, tw, task):
        (step,) = tw("plan", task, *RULES, "--budget", "5", "--json").json["steps"]
        assert step["tier"] == "budget"
        assert step["cap_tokens"] == step["max_output_tokens"]

    def test_next_to_nothing_is_3_and_names_the_smallest_feasible_budget(self, tw):
        done = tw("plan", TASK, "--budget", "0.0000001")
        assert done.code == 3
        assert "smallest feasible budget" in done.err
        refusal = tw("plan", TASK, "--budget", "0.0000001", "--json").json["refusal"]
        assert refusal["smallest_budget_nano"] > 100


class TestDrawing:
    def test_a_drawing_goes_into_a_file_beside_whatever_is_printed(self, tw, tmp_path):
        done = tw("plan", TASK, *RULES, "--svg", "plan.svg", "--json")
        assert (done.code, done.err) == (0, "tw: drawn into plan.svg\n")
        drawing = (tmp_path / "plan.svg").read_text()
        assert drawing.startswith("<svg ")
        assert all(step["id"] in drawing and step["model"] in drawing for step in done.json["steps"])
        assert stat.S_IMODE((tmp_path / "plan.svg").stat().st_mode) == 0o600

    def test_room_and_upgrades_are_shown_where_a_step_has_them(self, tw):
        best = (*RULES, "--strategy", "best_quality", "--budget", "0.02")
        hard = "Prove that the square root of two is irrational"
        steps, told = tw("plan", hard, *best, "--json").json["steps"], tw("plan", hard, *best).out
        times = [step["cap_tokens"] // step["max_output_tokens"] for step in steps]
        assert 0 < told.count("times the room") == sum(time > 1 for time in times)
        assert "\n  upgrades       what other steps leave of their money may buy a better model for " in told


class TestSynthesis:
    SPLIT = "Research three databases, then write a summary and a script"

    def test_a_last_step_joins_the_results_and_is_the_result(self, tw):
        document = tw("plan", self.SPLIT, *RULES, "--synthesize", "-x", "--json").json
        assert [step["id"] for step in document["steps"]][-1] == "synthesis"
        assert document["steps"][-1]["after"] == ["summary", "script"]
        assert document["run"]["output"] == document["run"]["steps"][-1]["output"] != ""
        assert document["worst_cost_nano"] <= document["budget_nano"]

    def test_without_it_the_results_stand_side_by_side_verbatim(self, tw):
        run = tw("plan", self.SPLIT, *RULES, "-x", "--json").json["run"]
        assert run["output"] == "\n\n".join(step["output"] for step in run["steps"][1:])


class TestJudges:
    JUDGE = "openai/gpt-4.1-mini"

    def test_every_reply_is_judged_inside_the_budget_and_the_books_balance(self, tw):
        document = tw("plan", TASK, *RULES, "--judge", self.JUDGE, "-x", "--json").json
        run, kept = document["run"], document["judge"]["kept_cost_nano"]
        assert document["worst_cost_nano"] <= document["budget_nano"]
        assert 0 < run["judge_nano"] <= kept
        assert run["spent_nano"] == run["judge_nano"] + sum(step["spent_nano"] for step in run["steps"])
        summary = tw("ledger", "--summary", "--json").json
        assert (summary["runs"], summary["spent_nano"], summary["planner_nano"]) == (1, run["spent_nano"], 0)
        assert tw("ledger", "--verify").code == 0

    def test_a_saved_plan_keeps_its_judge(self, tw):
        tw("plan", TASK, *RULES, "--judge", self.JUDGE, "--out", "plan.json")
        assert tw("run", "plan.json", "--json").json["run"]["judge_nano"] > 0

    def test_what_judging_needs_is_part_of_the_smallest_budget(self, tw):
        bare = tw("plan", TASK, *RULES, "--budget", "0.000001", "--json").json["refusal"]
        judged = tw("plan", TASK, *RULES, "--judge", self.JUDGE, "--budget", "0.000001", "--json")
        smallest = judged.json["refusal"]["smallest_budget_nano"]
        assert (judged.code, smallest > bare["smallest_budget_nano"]) == (3, True)
        assert tw("plan", TASK, *RULES, "--judge", self.JUDGE, "--budget", f"{smallest / 1e9:.9f}").code == 0

    def test_a_judge_that_there_is_not_is_2_before_anything_is_spent(self, tw):
        done = tw("plan", TASK, "--judge", "openai/gpt-4.1-mimi")
        assert done.code == 2
        assert "did you mean openai/gpt-4.1-mini " in done.err
        assert tw("ledger", "--summary", "--json").json["spent_nano"] == 0


class TestPlansByHand:
    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ({"depends_on": ["a"]}, "steps[1].depends_on: no such field of a plan; did you mean 'after'?"),
            ({"modle": "openai/gpt-4.1-mini"}, "steps[1].modle: no such field of a plan; did you mean 'model'?"),
        ],
    )
    def test_a_field_that_nobody_reads_is_2_with_its_place(self, tw, tmp_path, field, said):
        steps = [{"id": "a", "description": "One."}, {"id": "b", "description": "Two.", **field}]
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "t", "budgt": 1, "steps": steps}))
        done = tw("run", "plan.json")
        assert (done.code, said in done.err) == (2, True)
        assert "budgt: no such field of a plan; did you mean 'budget_nano'?" in done.err


class TestNamesOfModels:
    """Whatever names a model: nearest names, alias, remedy."""

    @pytest.mark.parametrize("name", ["openai/gpt-4.1-minni", "gpt-4.1-minni"])
    def test_one_that_means_nothing_is_named_with_its_step_the_nearest_and_what_to_do(self, tw, tmp_path, name):
        steps = [{"id": "a", "description": "Do a"}, {"id": "b", "description": "Do b", "model": name}]
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "t", "steps": steps}))
        refused = [tw("run", "plan.json"), tw("plan", TASK, "--judge", name), tw("models", "--explain", name)]
        for done, where in zip(refused, ("steps[1].model", "--judge", "--explain"), strict=True):
            assert done.code == 2
            assert done.err.startswith(f"tw: {where}: the model {name!r} does not exist")
            assert "did you mean openai/gpt-4.1-mini" in done.err
            assert "`aliases`" in done.err

    def test_an_alias_and_a_providers_own_name_mean_their_model_in_plan_files_too(self, tw, tmp_path):
        (tmp_path / "config.yaml").write_text("aliases: {house: openai/gpt-4.1-mini}\n")
        steps = [{"id": name, "description": "Do it", "model": name} for name in ("house", "gpt-4.1-nano")]
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "t", "steps": steps}))
        done = tw("run", "plan.json", "--config", str(tmp_path / "config.yaml"), "--json")
        assert [step["model"] for step in done.json["run"]["steps"]] == ["openai/gpt-4.1-mini", "openai/gpt-4.1-nano"]


class TestTheBudgetOfASavedPlan:
    def test_another_takes_its_place_and_the_models_are_chosen_anew_where_they_do_not_fit(self, tw, tmp_path):
        bought = tw("plan", TASK, *RULES, "--strategy", "best_quality", "--out", "plan.json", "--json").json
        done = tw("run", "plan.json", "--budget", "0.01", "--json").json
        assert bought["worst_cost_nano"] > done["budget_nano"] == 10_000_000
        assert done["run"]["spent_nano"] <= 10_000_000
        assert done["run"]["status"] == "completed"
        refused = tw("run", "plan.json", "--budget", "0.000001", "--json")
        assert (refused.code, refused.json["refusal"]["code"]) == (3, "budget_exceeded")

    def test_a_run_that_goes_on_keeps_its_own(self, tw):
        assert (
            "--budget: a run goes on with the budget that it began with"
            in tw("run", "--resume", "last", "--budget", "1").err
        )


class TestNobodyToCall:
    @pytest.mark.parametrize("command", [("plan", TASK, "-x"), ("ask", "What is rain?"), ("run", "plan.json")])
    def test_programs_get_a_document_for_exit_code_5_too(self, tw, tmp_path, command):
        steps = [{"id": "a", "description": "Do a"}]
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "t", "steps": steps}))
        done = tw.online(*command, "--json")
        assert (done.code, done.json["refusal"]["code"]) == (5, "no_provider")


def _refused_aloud(done):
    """On stderr: stdout may be somebody's file, and has results alone."""
    return done.out == "" and done.err.startswith("tw: refused: ")


class TestRefusals:
    def test_the_budget_that_a_refusal_names_is_enough_for_the_usual_planner_too(self, tw):
        smallest = tw("plan", TASK, "--budget", "0.000001", "--json").json["refusal"]["smallest_budget_nano"]
        assert tw("plan", TASK, "--budget", f"{smallest / 1e9:.9f}").code == 0

    def test_a_budget_too_small_is_3_and_names_the_smallest_that_will_do(self, tw):
        done = tw("plan", TASK, *RULES, "--budget", "0.000001", "--json")
        assert done.code == 3
        smallest = done.json["refusal"]["smallest_budget_nano"]
        assert tw("plan", TASK, *RULES, "--budget", f"{smallest / 1e9:.9f}").code == 0
        assert tw("plan", TASK, *RULES, "--budget", f"{(smallest - 1) / 1e9:.9f}").code == 3
        assert _refused_aloud(tw("plan", TASK, *RULES, "--budget", "0.000001", "-x"))

    def test_what_the_risk_gate_stops_is_4_for_plans_too(self, tw, monkeypatch):
        monkeypatch.setenv("TOKENWISE_RISK_GATE_ENABLED", "true")
        done = tw("plan", "Drop the production database", "--json")
        assert (done.code, done.json["refusal"]["code"]) == (4, "irreversible")
        assert _refused_aloud(tw("plan", "Drop the production database"))
        assert not tw.ledger.exists() or tw("ledger", "--summary", "--json").json["spent_nano"] == 0

    def test_a_kind_of_work_that_is_guessed_and_that_nobody_lists_refuses_nothing(self, tw, tmp_path):
        config = configure(tmp_path, "http://127.0.0.1:9/v1", capabilities="general")
        planned = ("plan", "Prove the theorem, then check the proof", *RULES, "--config", config)
        done = tw.online(*planned, "--out", "plan.json", "--json")
        assert done.code == 0
        assert "math" in {kind for step in done.json["steps"] for kind in step["capabilities"]}

    def test_one_that_a_plan_states_is_5(self, tw, tmp_path):
        config = configure(tmp_path, "http://127.0.0.1:9/v1", capabilities="general")
        plan = {"task": "t", "steps": [{"id": "a", "description": "prove it", "capabilities": ["math"]}]}
        (tmp_path / "own.json").write_text(orjson.dumps(plan).decode())
        done = tw.online("run", str(tmp_path / "own.json"), "--config", config, "--json")
        assert done.code == 5

    def test_running_without_any_provider_is_5_before_anything_is_planned(self, tw):
        done = tw.online("plan", TASK, "-x")
        assert (done.code, done.out) == (5, "")
        assert "nothing can be run without a provider" in done.err
        assert not tw.ledger.exists()

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((" ",), "TASK: is empty"),
            ((TASK, "--planner", "rule"), "did you mean 'rules'?"),
            ((TASK, "--max-steps", "0"), "--max-steps: '0': expected a whole number from 1 to 200"),
            ((TASK, "--max-steps", "201"), "from 1 to 200"),
            ((TASK, "--mermaid", "--json"), "--mermaid and --json: cannot be used together"),
            ((TASK, "--out", "."), "--out: expected the name of a file"),
            ((TASK, "--svg", "no/such/place.svg"), "--svg: there is no folder no/such"),
            ((TASK, "--out", "no/such/place.json"), "--out: there is no folder no/such"),
            ((TASK, "--strategy", "best_qualty"), "did you mean 'best_quality'?"),
            ((), "TASK is missing"),
        ],
    )
    def test_bad_input_is_2_and_costs_nothing(self, tw, arguments, said):
        done = tw("plan", *arguments)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert not tw.ledger.exists() or tw("ledger", "--summary", "--json").json["spent_nano"] == 0


class TestRuns:
    def test_the_result_alone_is_on_stdout_and_the_rest_on_stderr(self, tw):
        done = tw("plan", TASK, *RULES, "-x")
        assert done.code == 0
        assert done.out.startswith("[simulated by the embedded provider]")
        assert done.err.startswith("level 1\n")
        assert "asking" in done.err
        assert "\ntw: completed: 3 of 3 steps, " in done.err
        assert "\x1b" not in done.out + done.err

    def test_programs_get_plan_and_run_in_one_document(self, tw):
        done = tw("plan", TASK, *RULES, "--execute", "--json")
        assert done.code == 0
        assert set(done.json) >= PLAN_FIELDS
        run = done.json["run"]
        assert set(run) >= RUN_FIELDS
        assert run["status"] == "completed"
        assert run["spent_nano"] + run["remaining_nano"] == done.json["budget_nano"]
        assert sum(step["spent_nano"] for step in run["steps"]) == run["spent_nano"] <= done.json["worst_cost_nano"]
        assert run["output"] == run["steps"][-1]["output"]

    def test_what_was_spent_is_in_the_ledger_and_the_books_balance(self, tw):
        run = tw("plan", TASK, "-x", "--json").json["run"]
        assert tw("ledger", "--summary", "--json").json["spent_nano"] == run["spent_nano"]
        assert tw("ledger", "--verify").code == 0

    def test_a_run_whose_steps_fail_is_1_and_says_which_and_why(self, tw, tmp_path):
        with provider({"every": 1, "fault": 400}) as url:
            done = tw.online("plan", TASK, *RULES, "-x", "--config", configure(tmp_path, url))
        assert (done.code, done.out) == (1, "")
        assert "\ntw: failed: 0 of 3 steps, " in done.err
        assert "research ended failed" in done.err
        assert "compare ended upstream_failed" in done.err

    def test_a_provider_that_is_not_there_is_1(self, tw, tmp_path):
        config = tmp_path / configure(tmp_path, "http://127.0.0.1:9/v1")
        config.write_text(config.read_text() + "policy: {backoff_ms: 1, max_backoff_ms: 1}\n")
        done = tw.online("plan", "Say hello", *RULES, "-x", "--config", str(config), "--json")
        assert (done.code, done.json["run"]["status"], done.json["run"]["spent_nano"]) == (1, "failed", 0)

    def test_model_output_is_printed_as_it_came(self, tw, tmp_path):
        with provider() as url:
            document = tw.online(
                "plan", "Say [bold]hi[/bold]", *RULES, "-x", "--config", configure(tmp_path, url), "--json"
            )
            plain = tw.online("plan", "Say [bold]hi[/bold]", *RULES, "-x", "--config", configure(tmp_path, url))
        assert "[bold]" in document.json["run"]["output"]
        assert plain.out == document.json["run"]["output"] + "\n"


class TestSavedPlans:
    def test_what_was_saved_runs_as_it_was_planned(self, tw):
        planned = tw("plan", TASK, *RULES, "--out", "plan.json", "--json")
        assert "saved to plan.json" in planned.err
        run = tw("run", "plan.json", "--json")
        assert run.code == 0
        assert [step["model"] for step in run.json["steps"]] == [step["model"] for step in planned.json["steps"]]
        assert run.json["run"]["status"] == "completed"

    def test_the_file_is_its_owners_alone(self, tw, tmp_path):
        tw("plan", TASK, *RULES, "--out", "plan.json")
        assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "plan.json: cannot be read: No such file or directory"),
            (b"{", "plan.json: is not JSON"),
            (b" " * (MAX_BYTES + 1), f"plan.json: is longer than {MAX_BYTES} bytes"),
            (b"\xff\xfe", "plan.json: is not JSON"),
            (b"[]", "expected an object with `task` and `steps`"),
            (b'{"task": "x", "steps": []}', "a plan has 1 to 200 steps"),
            (b'{"task": "x", "steps": [{"id": "a", "description": "d", "after": ["b"]}]}', "no step has the id 'b'"),
        ],
    )
    def test_a_file_that_is_no_plan_is_2_and_says_why(self, tw, tmp_path, content, said):
        if content is not None:
            (tmp_path / "plan.json").write_bytes(content)
        done = tw("run", "plan.json")
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_a_plan_that_no_longer_fits_is_3(self, tw, tmp_path):
        step = {"id": "a", "description": "Say hello"}
        (tmp_path / "plan.json").write_bytes(orjson.dumps({"task": "x", "budget_nano": 1, "steps": [step]}))
        assert tw("run", "plan.json").code == 3
        assert tw("run", "plan.json", "--json").json["refusal"]["code"] == "budget_exceeded"

    def test_without_a_provider_it_is_5(self, tw):
        tw("plan", TASK, *RULES, "--out", "plan.json")
        assert tw.online("run", "plan.json").code == 5

    @pytest.mark.parametrize("arguments", [(), ("plan.json", "--resume", "01m7zzke3xah4p9jvxjyngs")])
    def test_neither_a_file_nor_a_run_is_2_and_so_are_both(self, tw, arguments):
        done = tw("run", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "expected one of the two" in done.err


class TestResuming:
    def test_a_run_that_is_over_is_shown_and_not_paid_again(self, tw):
        first = tw("plan", TASK, *RULES, "-x", "--json").json["run"]
        spent = tw("ledger", "--summary", "--json").json["spent_nano"]
        again = tw("run", "--resume", first["run_id"], "--json")
        assert (again.code, again.json["run"]["output"]) == (0, first["output"])
        assert tw("ledger", "--summary", "--json").json["spent_nano"] == spent

    @pytest.mark.parametrize("run_id", ["01m7zzke3xah4p9jvxjyngs", "../../etc/passwd"])
    def test_a_run_that_there_is_not_is_2(self, tw, run_id):
        done = tw("run", "--resume", run_id)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("tw: run: ")


class TestLimitsOfTheDay:
    """'A refusal says which limit, what was needed, what is left, and when the window ends.'"""

    def exceeded(self, tw, *options):
        config = tw.home / "limits.yaml"
        config.write_text("budgets: {day: 0.000001, tags: {nightly: {week: 0}}}\n")
        return tw("plan", "Name a colour", "--planner", "rules", "-x", "--config", str(config), *options)

    def test_the_step_says_which_limit_it_came_up_against(self, tw):
        done = self.exceeded(tw, "--json")
        assert done.code == 3
        run = done.json["run"]
        assert run["status"] == "exhausted"
        assert run["refusal"]["code"] == "budget_exceeded"
        assert "the budget process 20" in run["steps"][0]["why"]
        assert "has $0.000001 left of the" in run["steps"][0]["why"]
        assert "it is renewed at 20" in run["steps"][0]["why"]

    def test_people_read_it_too(self, tw):
        done = self.exceeded(tw)
        assert "the budget process 20" in done.err

    def test_a_tag_has_limits_of_its_own(self, tw):
        done = self.exceeded(tw, "--json", "--tag", "nightly", "--tag", "other")
        assert "the budget tag:nightly 20" in done.json["run"]["steps"][0]["why"]

    def test_what_is_no_tag_is_named(self, tw):
        done = self.exceeded(tw, "--tag", "a b")
        assert done.code == 2
        assert "--tag: 'a b': expected tags" in done.err
