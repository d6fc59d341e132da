"""Laws of plans: whatever is not an order in which steps can run is refused, with every problem at once."""

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.strategies import plans
from tokenwise.errors import InputError
from tokenwise.plan import Plan, Step, problems_of


@st.composite
def any_steps(draw):
    """Steps that wait for anybody: above, below, themselves, nobody known; some ids stand twice."""
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6))
    parents = st.lists(st.sampled_from("abcdefz"), max_size=3, unique=True).map(tuple)
    return tuple(Step(name, f"do {name}", after=draw(parents)) for name in names)


def bad_places(steps):
    """By the definition alone: ids that stand above already, and parents that do not."""
    ids = [step.id for step in steps]
    for index, step in enumerate(steps):
        if step.id in ids[:index]:
            yield f"steps[{index}].id"
        yield from (f"steps[{index}].after[{at}]" for at, name in enumerate(step.after) if name not in ids[:index])


class TestOrder:
    """'Steps stand in an order in which they could run: a step may wait only for steps above it'."""

    @given(plans())
    def test_every_parent_stands_above_its_child(self, plan):
        for index, parents in enumerate(plan.parents):
            assert all(parent < index for parent in parents)

    @given(any_steps())
    def test_steps_make_a_plan_exactly_where_nothing_is_wrong_with_them(self, steps):
        problems = list(problems_of(steps))
        if problems:
            with pytest.raises(InputError):
                Plan("task", steps)
        else:
            assert Plan("task", steps).steps == steps  # in the order given: nothing is reordered silently

    @given(any_steps())
    def test_every_problem_is_told_with_its_place_and_nothing_else_is(self, steps):
        assert [problem.path for problem in problems_of(steps)] == list(bad_places(steps))


class TestRefusal:
    """'Anything else (a cycle, a step that waits for itself or for one further down) is refused'."""

    @given(plans(), st.data())
    def test_an_edge_back_to_any_step_below_or_to_itself_is_refused(self, plan, data):
        child = data.draw(st.integers(0, len(plan.steps) - 1))
        below = data.draw(st.integers(child, len(plan.steps) - 1))
        steps = list(plan.steps)
        steps[child] = evolve(steps[child], after=(*steps[child].after, steps[below].id))
        with pytest.raises(InputError) as refused:
            Plan(plan.task, tuple(steps))
        assert [problem.path for problem in refused.value.problems] == [
            f"steps[{child}].after[{len(steps[child].after) - 1}]"
        ]

    @given(plans(), st.data())
    def test_an_id_that_stands_twice_is_refused(self, plan, data):
        assume(len(plan.steps) > 1)
        one, other = sorted(data.draw(st.sets(st.integers(0, len(plan.steps) - 1), min_size=2, max_size=2)))
        steps = list(plan.steps)
        steps[other] = evolve(steps[other], id=steps[one].id)
        paths = [problem.path for problem in problems_of(steps)]
        assert f"steps[{other}].id" in paths


class TestSinks:
    """'The steps that nothing waits for: their replies are the plan's result'."""

    @given(plans())
    def test_every_step_leads_to_a_sink_and_no_sink_leads_on(self, plan):
        awaited = {plan.steps[parent].id for parents in plan.parents for parent in parents}
        assert {step.id for step in plan.sinks} == {step.id for step in plan.steps} - awaited
        assert plan.sinks
