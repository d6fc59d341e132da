"""The static schedule: a child waits for its own parents and for nobody else."""

import pytest

from tests.core.worlds import step
from tokenwise.plan import Plan
from tokenwise.planner.scheduling import levels, schedule


def test_a_diamond_is_as_long_as_its_longer_side():
    plan = Plan("task", (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")))
    made = schedule(plan, {"a": 10, "b": 30, "c": 20, "d": 5})
    assert (made.length_ms, made.critical_path) == (45, ("a", "b", "d"))
    assert levels(plan) == (0, 1, 1, 2)


def test_ties_go_to_the_step_that_stands_first():
    plan = Plan("task", (step("a"), step("b"), step("c", "b", "a")))
    assert schedule(plan, {"a": 7, "b": 7, "c": 1}).critical_path == ("b", "c")  # the first of c's own parents
    assert schedule(Plan("task", (step("a"), step("b"))), {"a": 7, "b": 7}).critical_path == ("a",)


@pytest.mark.parametrize("durations", [{}, {"somebody else": 5}])
def test_unknown_steps_take_no_time(durations):
    made = schedule(Plan("task", (step("a"), step("b", "a"))), durations)
    assert (made.length_ms, made.critical_path) == (0, ("a",))
