"""What the end of a run means for the exit code, over simulated runs of every ending."""

import pytest

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, fails, job, ok, step
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.planner.assignment import Assigned
from tokenwise.policy import Policy
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability
from tokenwise_shell.cli.edge import Exit
from tokenwise_shell.cli.running import exit_of, report
from tokenwise_shell.plans.planned import Execution, Planned
from tokenwise_shell.plans.planning import PlannerReport
from tokenwise_shell.show.plan import execution_text

WELL = ScriptedWorld(ok())
BADLY = ScriptedWorld(fails(Fault.REJECTED))


def executed(work, world=WELL, cancel_after=None):
    story = only(play([Arrival(work, cancel_after=cancel_after)], world))
    zeros = (Nanodollars(0),) * len(work.plan.steps)
    assigned = Assigned(work.choices, zeros, Nanodollars(0), 0, ())
    planned = Planned(work.plan, assigned, CATALOG, Policy(), work.limit, PlannerReport("rules"), "run-1")
    return Execution(planned, story.run, story.entries)


class TestExitCodes:
    def test_every_step_well_is_0(self):
        assert exit_of(executed(job(step("a"), step("b", "a")))) is Exit.DONE

    def test_one_step_that_failed_is_1_whatever_the_others_did(self):
        one = ScriptedWorld(ok(), by_attempt={AttemptId("b", 0): fails(Fault.REJECTED)})
        assert exit_of(executed(job(step("a"), step("b")), one)) is Exit.UNSUCCESSFUL

    def test_a_failure_that_cost_nothing_is_1_too(self):
        done = executed(job(step("a")), BADLY)
        assert (done.spent_nano, exit_of(done)) == (0, Exit.UNSUCCESSFUL)

    def test_money_that_does_not_even_begin_is_3(self):
        done = executed(job(step("a"), limit="0.000001"))
        assert (done.status, done.spent_nano, exit_of(done)) == ("exhausted", 0, Exit.OVER_BUDGET)

    def test_money_that_ran_out_on_the_way_is_1(self):
        done = executed(job(step("a"), step("b", "a"), limit="0.0007"))
        assert (done.status, done.spent_nano > 0, exit_of(done)) == ("exhausted", True, Exit.UNSUCCESSFUL)

    def test_nobody_who_could_is_5(self):
        done = executed(job(step("a", does=Capability.MATH), step("b", "a")))
        assert (done.status, exit_of(done)) == ("failed", Exit.OUT_OF_REACH)

    def test_a_run_that_was_cancelled_before_is_not_called_a_success(self):
        done = executed(job(step("a")), cancel_after=1)
        assert (done.status, exit_of(done)) == ("cancelled", Exit.UNSUCCESSFUL)


class TestTheReport:
    def test_the_result_is_verbatim_and_ends_its_line(self, capsys):
        odd = "[red]\x1b[0m  two  spaces \u2028 end"
        assert report(executed(job(step("a")), ScriptedWorld(ok(text=odd))), as_json=False) is Exit.DONE
        assert capsys.readouterr().out == odd + "\n"

    def test_a_result_that_ends_its_line_is_left_alone(self, capsys):
        report(executed(job(step("a")), ScriptedWorld(ok(text="x\n"))), as_json=False)
        assert capsys.readouterr().out == "x\n"

    def test_no_result_is_nothing_at_all(self, capsys):
        report(executed(job(step("a")), BADLY), as_json=False)
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize(("world", "said"), [(WELL, "completed: 2 of 2 steps"), (BADLY, "failed: 0 of 2 steps")])
    def test_the_end_is_one_line_and_one_for_each_step_that_did_not_end_well(self, world, said):
        told = execution_text(executed(job(step("a"), step("b", "a")), world), 1500).splitlines()
        assert told[0].startswith(said)
        assert "1.5 s" in told[0]
        assert [line.split()[0] for line in told[1:]] == ([] if world is WELL else ["a", "b"])
