"""The format that a model's interface is asked for: decided by the step and the model, counted, and never a verdict."""

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, MINI, job, ok, step
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.reply_formats import format_for
from tokenwise.machine.messages import CallModel
from tokenwise.plan import Check, CheckKind
from tokenwise.planner.menus import planned_need
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Feature
from tokenwise.usage import FORMAT_FRAME

SCHEMA = Check(CheckKind.JSON_SCHEMA, '{"type":"object"}')
JSON = Check(CheckKind.JSON)
BOTH = Feature.JSON_SCHEMA | Feature.JSON_OBJECT


@pytest.mark.parametrize(
    ("more", "features", "asked"),
    [
        ({}, BOTH, None),
        ({"reply_format": SCHEMA}, BOTH, SCHEMA),
        ({"reply_format": SCHEMA}, Feature.JSON_OBJECT, JSON),
        ({"reply_format": SCHEMA}, Feature.TOOLS, None),
        ({"reply_format": JSON}, BOTH, JSON),
        ({"checks": (SCHEMA,)}, BOTH, SCHEMA),
        ({"checks": (SCHEMA,)}, Feature.JSON_OBJECT, None),
        ({"checks": (JSON,)}, BOTH, None),  # a list is JSON too
    ],
)
def test_what_is_asked_follows_from_the_step_and_the_models_interface(more, features, asked):
    assert format_for(step("a", **more), evolve(MINI, features=features)) == asked


def calls_of(work, world):
    story = only(play([Arrival(work)], world))
    return story, [command for moment in story.moments for command in moment.commands if isinstance(command, CallModel)]


def test_a_call_carries_the_format_of_the_model_that_is_asked():
    able = evolve(MINI, features=BOTH)
    _, (call,) = calls_of(job(step("a", reply_format=SCHEMA), catalog=Catalog([able])), ScriptedWorld(ok()))
    assert call.reply_format == SCHEMA
    _, (call,) = calls_of(job(step("a", reply_format=SCHEMA)), ScriptedWorld(ok()))
    assert call.reply_format is None


def test_a_format_that_was_only_asked_for_rejects_no_reply():
    story, calls = calls_of(job(step("a", reply_format=JSON)), ScriptedWorld(ok(text="Sure! {}")))
    assert (story.run.status, len(calls)) == ("completed", 1)


def test_a_schema_is_part_of_the_input_that_is_paid_for():
    bare, schema = job(step("a")), job(step("a", checks=(SCHEMA,)))
    _, (without,) = calls_of(bare, ScriptedWorld(ok()))
    _, (with_it,) = calls_of(schema, ScriptedWorld(ok()))
    asking = FORMAT_FRAME + len(SCHEMA.argument)
    assert with_it.input_tokens == without.input_tokens + asking
    planned = [planned_need(work.plan.steps[0], work.plan).input.bound for work in (bare, schema)]
    assert planned[1] == planned[0] + asking
    assert CATALOG["mini"].features == Feature.NONE
