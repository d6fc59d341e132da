"""`tw replay`: recorded runs decided again, tampered ledgers found out, and other policies and catalogues tried on."""

import orjson
import pytest

from tests.shell.commands import configure, provider, tw

__all__ = ["tw"]

TASK = "Research three databases, compare them, and write a recommendation"

pytestmark = pytest.mark.slow  # each run loads the event loop and starts a provider on loopback


@pytest.fixture
def run(tw):
    """A finished run, as its document."""
    return tw("plan", TASK, "--strategy", "best_quality", "-x", "--json").json["run"]


def edit(tw, change):
    """Rewrite the ledger, each line changed as told."""
    lines = [change(orjson.loads(line)) for line in tw.ledger.read_bytes().splitlines()]
    tw.ledger.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines if line))


class TestAgain:
    def test_a_run_is_decided_as_it_was_and_so_is_its_planning_call(self, tw, run):
        done = tw("replay", run["run_id"])
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("identical: 6 events, ")
        assert tw("replay", f"{run['run_id']}/planner").code == 0

    def test_programs_get_one_document(self, tw, run):
        document = tw("replay", run["run_id"], "--json").json
        assert (document["identical"], document["events"], document["divergence"]) == (True, 6, None)
        assert document["decisions"] == len(tw("ledger", "--run", run["run_id"], "--json").json) - 6  # less planning
        assert document["what_if"] is None

    def test_a_run_with_retries_and_failed_steps(self, tw, tmp_path):
        with provider({"first": ["ok", 500, "empty-reply"]}) as url:
            config = configure(tmp_path, url)
            (tmp_path / config).write_text((tmp_path / config).read_text() + "policy: {backoff_ms: 1}\n")
            document = tw.online("plan", TASK, "--planner", "rules", "-x", "--config", config, "--json").json
        assert document["run"]["status"] == "failed"
        assert tw.online("replay", document["run_id"]).code == 0

    def test_a_changed_ledger_is_1_and_shows_both_sides(self, tw, run):
        def dearer(line):
            if line["type"] == "charged" and line["run"] == run["run_id"]:
                line["amount_nano"] += 1
            return line

        edit(tw, dearer)
        done, document = tw("replay", run["run_id"]), tw("replay", run["run_id"], "--json").json
        assert done.code == 1
        assert "diverges  at decision 3" in done.out
        assert document["divergence"]["place"] == 2
        both = document["divergence"]["recorded"], document["divergence"]["derived"]
        assert both[0]["amount_nano"] == both[1]["amount_nano"] + 1

    def test_a_missing_line_is_1(self, tw, run):
        edit(tw, lambda line: None if line["type"] == "finished" and line["run"] == run["run_id"] else line)
        document = tw("replay", run["run_id"], "--json")
        assert (document.code, document.json["divergence"]["recorded"]) == (1, None)

    def test_what_recovery_wrote_is_not_the_machines(self, tw, run):
        line = orjson.loads(tw.ledger.read_bytes().splitlines()[-1])
        line |= {"type": "released", "recovered": True, "seq": 999, "step": "x", "attempt": 0, "amount_nano": 0}
        tw.ledger.write_bytes(tw.ledger.read_bytes() + orjson.dumps(line) + b"\n")
        assert tw("replay", run["run_id"]).code == 0

    def test_events_that_cannot_follow_are_1_and_no_bug(self, tw, run):
        path = tw.ledger.parent / "runs" / f"{run['run_id']}.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join((lines[0], lines[2], *lines[1:])))
        done = tw("replay", run["run_id"])
        assert (done.code, done.out.split()[:2]) == (1, ["diverges", "an"])

    @pytest.mark.parametrize("run_id", ["01m7zzke3xah4p9jvxjyngs", "../../etc/passwd"])
    def test_a_run_that_there_is_not_is_2(self, tw, run_id):
        done = tw("replay", run_id)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("tw: run: ")


class TestWhatIf:
    def test_another_policy_shows_whom_it_would_ask_and_a_range(self, tw, run, tmp_path):
        (tmp_path / "thrifty.yaml").write_text("strategy: cheapest\n")
        document = tw("replay", run["run_id"], "--policy", "thrifty.yaml", "--json").json
        assert document["identical"]
        spent = {step["id"]: step["spent_nano"] for step in run["steps"]}
        for step in document["what_if"]["steps"]:
            assert step["recorded_cost_nano"] == spent[step["id"]]
            assert step["model"] != step["recorded_model"]
            assert 0 <= step["least_cost_nano"] <= step["same_tokens_nano"] < step["most_cost_nano"]
        told = tw("replay", run["run_id"], "--policy", "thrifty.yaml").out
        assert " to $" in told
        assert "with the recorded tokens" in told
        assert document["what_if"]["steps"][0]["model"] in told

    def test_the_runs_own_policy_changes_nothing(self, tw, run, tmp_path):
        (tmp_path / "same.json").write_text("{}")
        document = tw("replay", run["run_id"], "--policy", "same.json", "--json").json["what_if"]
        assert [step["model"] for step in document["steps"]] == [step["recorded_model"] for step in document["steps"]]
        assert document["least_cost_nano"] == document["most_cost_nano"]
        assert document["most_cost_nano"] == sum(step["spent_nano"] for step in run["steps"])

    def test_a_budget_in_the_policy_is_kept_to(self, tw, run, tmp_path):
        (tmp_path / "poor.yaml").write_text("budget: 0.0000001\n")
        done = tw("replay", run["run_id"], "--policy", "poor.yaml")
        assert done.code == 0
        assert "refused then: the cheapest plan may cost $" in done.out

    def test_models_of_ones_own_and_kept_catalogues(self, tw, run, tmp_path):
        (tmp_path / "models.yaml").write_text(
            "- {id: local/best, provider: local, tier: flagship, capabilities: [general, code, reasoning, math],\n"
            "   context_tokens: 200000, quality: 2000, input_usd_per_mtok: 0, output_usd_per_mtok: 0}\n"
        )
        document = tw("replay", run["run_id"], "--catalog", "models.yaml", "--json").json["what_if"]
        assert {step["model"] for step in document["steps"]} == {"local/best"}
        assert document["most_cost_nano"] == 0
        (kept,) = (tw.ledger.parent / "catalogs").iterdir()
        same = tw("replay", run["run_id"], "--catalog", str(kept), "--json").json["what_if"]
        assert same["least_cost_nano"] == same["most_cost_nano"]

    @pytest.mark.parametrize(
        ("flag", "content", "said"),
        [
            ("--policy", "stratgy: cheapest", "stratgy"),
            ("--policy", None, "cannot be read"),
            ("--catalog", "- {id: x}", "file.yaml[0].provider: missing"),
            ("--catalog", None, "cannot be read"),
        ],
    )
    def test_a_bad_file_is_2_and_says_why(self, tw, run, tmp_path, flag, content, said):
        if content is not None:
            (tmp_path / "file.yaml").write_text(content)
        done = tw("replay", run["run_id"], flag, "file.yaml")
        assert (done.code, done.out) == (2, "")
        assert said in done.err
