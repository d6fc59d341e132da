"""Plans: every way of not being one, told at once and with its place."""

import pytest

from tests.core.worlds import step
from tokenwise.errors import InputError
from tokenwise.plan import MAX_STEPS, Plan, Step


def problems(*steps):
    with pytest.raises(InputError) as refused:
        Plan("task", steps)
    return [str(problem) for problem in refused.value.problems]


def test_a_step_that_waits_for_itself():
    assert problems(step("a", "a")) == ["steps[0].after[0]: 'a' cannot wait for itself"]


def test_a_cycle():
    assert problems(step("a", "b"), step("b", "a")) == [
        "steps[0].after[0]: 'b' stands further down; a step waits only for steps above it (this may be a cycle)"
    ]


def test_a_step_that_waits_for_an_unknown_one():
    assert problems(step("a"), step("b", "a", "z")) == ["steps[1].after[1]: no step has the id 'z'"]


def test_an_id_that_stands_twice():
    assert problems(step("a"), step("a")) == ["steps[1].id: 'a' is already the id of a step above"]


@pytest.mark.parametrize("count", [0, MAX_STEPS + 1])
def test_no_steps_and_too_many(count):
    assert problems(*(step(f"s{nth}") for nth in range(count))) == [
        f"steps: a plan has 1 to 200 steps, this one has {count}"
    ]


def test_steps_keep_the_order_they_were_given_in():
    steps = (step("z"), step("a"), step("m", "z", "a"))
    plan = Plan("task", steps)
    assert plan.steps == steps
    assert plan["m"] is steps[2]
    assert plan.parents == ((), (), (0, 1))


@pytest.mark.parametrize(
    "bad",
    [
        {"id": ""},
        {"id": "x" * 65},
        {"description": ""},
        {"difficulty": 1.1},
        {"difficulty": -0.1},
        {"difficulty": float("nan")},
        {"output_tokens": 0},
        {"max_output_tokens": 0},
    ],
)
def test_a_step_outside_its_ranges_cannot_be(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Step(**{"id": "a", "description": "Do a.", **bad})
