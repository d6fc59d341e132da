"""Laws of the static schedule."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plans
from tokenwise.planner.scheduling import levels, schedule


@st.composite
def timed_plans(draw):
    plan = draw(plans())
    return plan, {step.id: draw(st.integers(0, 5000)) for step in plan.steps}


class TestStarts:
    """'Let each step start the moment its own parents end'."""

    @given(timed_plans())
    def test_no_step_starts_before_its_parents_end_nor_later_than_the_last_of_them(self, timed):
        plan, durations = timed
        made = schedule(plan, durations)
        for index, parents in enumerate(plan.parents):
            assert made.starts_ms[index] == max([made.finishes_ms[parent] for parent in parents], default=0)

    @given(timed_plans())
    def test_a_step_takes_its_own_time(self, timed):
        plan, durations = timed
        made = schedule(plan, durations)
        for step, start, finish in zip(plan.steps, made.starts_ms, made.finishes_ms, strict=True):
            assert finish - start == durations[step.id]


class TestTheCriticalPath:
    """'The whole length, and the path that sets it'."""

    @given(timed_plans())
    def test_its_times_sum_to_the_length(self, timed):
        plan, durations = timed
        made = schedule(plan, durations)
        assert sum(durations[name] for name in made.critical_path) == made.length_ms == max(made.finishes_ms)

    @given(timed_plans())
    def test_each_of_its_steps_waits_for_the_one_before(self, timed):
        plan, durations = timed
        path = schedule(plan, durations).critical_path
        assert plan[path[0]].after == ()
        for parent, child in pairwise(path):
            assert parent in plan[child].after

    @given(timed_plans(), st.data())
    def test_a_faster_step_never_makes_the_plan_longer(self, timed, data):
        plan, durations = timed
        name = data.draw(st.sampled_from(sorted(durations)))
        faster = {**durations, name: durations[name] // 2}
        assert schedule(plan, faster).length_ms <= schedule(plan, durations).length_ms


class TestLevels:
    """'For each step, how many steps stand before it on its longest chain of parents'."""

    @given(plans())
    def test_one_more_than_the_deepest_parent(self, plan):
        depths = levels(plan)
        assert depths == schedule(plan, {step.id: 1 for step in plan.steps}).starts_ms
