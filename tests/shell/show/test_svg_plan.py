"""A plan's drawing is well-formed XML, shows every step and every edge, and lets no line run behind a step."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from tests.core.worlds import CATALOG, step
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.planner.assignment import assign
from tokenwise.policy import Policy
from tokenwise_shell.plans.planned import Planned
from tokenwise_shell.plans.planning import PlannerReport
from tokenwise_shell.show.svg import svg_text

SVG = "{http://www.w3.org/2000/svg}"
DIAMOND = (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))
LONG = (step("a"), step("b", "a"), step("c", "b"), step("d", "a", "c"), step("e"), step("f", "e", "d", "a"))


def drawn(*steps, task="The task.", usd="1"):
    plan = Plan(task, steps)
    assigned = assign(plan, CATALOG, Policy(), parse_usd(usd))
    planned = Planned(plan, assigned, CATALOG, Policy(), parse_usd(usd), PlannerReport("rules"), "run")
    return ET.fromstring(svg_text(planned)), planned


def boxes_of(tree):
    rects = [group.find(f"{SVG}rect") for group in tree.iter(f"{SVG}g")]
    return [tuple(float(rect.get(name)) for name in ("x", "y", "width", "height")) for rect in rects]


@pytest.mark.parametrize("steps", [DIAMOND[:1], DIAMOND, LONG], ids=["one", "diamond", "long"])
def test_every_step_with_its_model_and_cost_and_every_edge(steps):
    tree, planned = drawn(*steps)
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    for spec, choice in zip(planned.plan.steps, planned.assigned.choices, strict=True):
        assert spec.id in texts
        assert choice.model in texts
    assert sum("≤ $" in text for text in texts) == len(steps)
    assert len(list(tree.iter(f"{SVG}path"))) == sum(len(spec.after) for spec in steps)


def test_steps_do_not_overlap_and_stay_on_the_sheet():
    tree, _ = drawn(*LONG)
    boxes = sorted(boxes_of(tree), key=lambda box: (box[1], box[0]))
    for (x, y, width, _), (right, below, _, _) in pairwise(boxes):
        assert below > y or right >= x + width
    assert all(x >= 0 and x + width <= float(tree.get("width")) for x, _, width, _ in boxes)
    assert all(y + height <= float(tree.get("height")) for _, y, _, height in boxes)


def test_a_line_that_passes_a_level_runs_between_its_steps():
    tree, _ = drawn(*LONG)
    boxes = boxes_of(tree)
    straight = [
        (float(found[1]), float(found[2]))
        for path in tree.iter(f"{SVG}path")
        for found in re.finditer(r"([\d.]+) (\d+) V(\d+)", path.get("d"))
    ]
    assert straight
    for x, y in straight:
        assert not any(left < x < left + width and top <= y < top + height for left, top, width, height in boxes)


def test_names_that_a_model_made_up_do_no_harm():
    odd = "<script>&\x1b[31m\"' "
    tree, _ = drawn(step(odd), task="</title><script>alert(1)</script>")
    assert not list(tree.iter(f"{SVG}script"))
    assert "\x1b" not in ET.tostring(tree, encoding="unicode")


def test_a_step_that_got_less_for_want_of_money_says_so():
    tree, planned = drawn(*DIAMOND, usd="0.02")
    assert planned.assigned.downgrades
    assert sum("downgraded" in text.text for text in tree.iter(f"{SVG}text")) == len(planned.assigned.downgrades)
    assert planned.limit_nano <= Nanodollars(20_000_000)
