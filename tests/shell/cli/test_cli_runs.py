"""`tw runs`, and `last` wherever a run's id goes."""

import pytest

from tests.shell.commands import tw

__all__ = ["tw"]

TASK = "Research Redis, then write a summary and a Python example"

pytestmark = pytest.mark.slow  # each run starts a provider on loopback


def test_before_the_first_run_it_says_so_and_last_is_nobody(tw):
    assert tw("runs").out.startswith("no run yet in ")
    assert tw("runs", "--json").json == {"runs": []}
    done = tw("replay", "last")
    assert (done.code, "there is no run yet" in done.err) == (2, True)


def test_the_newest_stands_first_with_its_end_its_cost_and_its_task(tw):
    first = tw("plan", TASK, "--planner", "rules", "-x", "--json").json["run"]
    tw("plan", "Compare tea and coffee")  # asks a model, and runs nothing
    tw("ask", "What is rain?")
    asked, planned, ran = tw("runs", "--json").json["runs"]
    assert (ran["run_id"], ran["status"], ran["task"]) == (first["run_id"], "completed", TASK)
    assert ran["spent_nano"] == first["spent_nano"]
    assert (planned["status"], asked["status"]) == ("planned", "completed")
    assert planned["task"] == "Compare tea and coffee"
    assert [row["run_id"] for row in tw("runs", "--limit", "1", "--json").json["runs"]] == [asked["run_id"]]
    assert TASK in tw("runs").out


def test_a_corrected_charge_counts_as_corrected(tw):
    run = tw("ask", "What is rain?", "--json").json["run"]["run_id"]
    (charge,) = [line for line in tw("ledger", "--run", run, "--json").json if line["type"] == "charged"]
    tw("ledger", "correct", run, str(charge["seq"]), "--to", "0.25", "--why", "the invoice says so")
    assert tw("runs", "--json").json["runs"][0]["spent_nano"] == 250_000_000


def test_last_is_the_newest_that_can_be_gone_on_with(tw):
    tw("plan", TASK, "--planner", "rules", "-x")
    last = tw("plan", TASK, "--planner", "rules", "-x", "--json").json["run"]
    assert tw("replay", "last").out.startswith("identical: ")
    assert tw("run", "--resume", "last", "--json").json["run"]["run_id"] == last["run_id"]
    assert {line["run"] for line in tw("ledger", "--run", "last", "--json").json} == {last["run_id"]}


def test_several_results_stand_under_headings_and_a_run_says_what_to_do_next(tw):
    done = tw("plan", TASK, "--planner", "rules", "-x")
    assert [line for line in done.out.splitlines() if line.startswith("## ")] == ["## summary", "## example"]
    assert done.out.count("[simulated by the embedded provider]") == 2
    (replay,) = [line.split()[3] for line in done.err.splitlines() if "tw replay" in line]
    assert tw("replay", replay).code == 0


class TestARunThatIsNotThere:
    """What it is, the nearest ids, or the command that does it."""

    def test_a_run_that_was_only_planned_names_the_commands_that_run_one(self, tw):
        planned = tw("plan", "Compare tea and coffee", "--json").json["run_id"]
        for command in (("run", "--resume", planned), ("replay", planned)):
            done = tw(*command)
            assert (done.code, f"{planned} was planned and not run" in done.err) == (2, True)
            assert "`tw run FILE` runs it" in done.err
        assert {line["run"] for line in tw("ledger", "--run", planned, "--json").json} == {f"{planned}/planner"}

    @pytest.mark.parametrize(
        "command", [("run", "--resume"), ("replay",), ("ledger", "--run"), ("ledger", "--summary", "--run")]
    )
    def test_a_slip_names_the_nearest(self, tw, command):
        run = tw("ask", "What is rain?", "--json").json["run"]["run_id"]
        done = tw(*command, f"{run[:-2]}{run[-1]}{run[-2]}x")
        assert (done.code, f"did you mean {run}?" in done.err) == (2, True)
        assert "`tw runs` lists the newest" in tw(*command, "nosuch").err
