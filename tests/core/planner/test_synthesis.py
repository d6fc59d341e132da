"""The last step that joins a plan's results."""

from tests.core.worlds import step
from tokenwise.plan import MAX_STEPS, Plan
from tokenwise.planner.synthesis import synthesized


def test_it_waits_for_every_sink_and_is_the_only_one():
    plan = synthesized(Plan("The task.", (step("a"), step("b", "a"), step("c", "a"), step("d"))))
    assert plan.steps[-1].after == ("b", "c", "d")
    assert [sink.id for sink in plan.sinks] == ["synthesis"]


def test_it_has_room_for_all_that_it_joins():
    plan = synthesized(Plan("The task.", (step("a", cap=500), step("b", cap=700))))
    assert plan.steps[-1].max_output_tokens == 1200
    assert plan.steps[-1].output_tokens == 400


def test_one_result_needs_no_joining():
    plan = Plan("The task.", (step("a"), step("b", "a")))
    assert synthesized(plan) is plan


def test_its_name_is_never_that_of_another_step():
    plan = synthesized(Plan("The task.", (step("synthesis"), step("synthesis-2"))))
    assert plan.steps[-1].id == "synthesis-3"


def test_a_plan_that_is_full_stays_as_it_is():
    plan = Plan("The task.", tuple(step(f"s{number}") for number in range(MAX_STEPS)))
    assert synthesized(plan) is plan
