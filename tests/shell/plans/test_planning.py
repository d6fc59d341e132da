"""Asking a model for a plan: what is asked for, what is tolerated, what is paid, and when the rules take over."""

import orjson
from attrs import define, evolve, field

from tests.core.simulated import only, play
from tests.core.worlds import BIG, CATALOG, MID, MINI, POET, ok
from tokenwise.catalog.models import Catalog
from tokenwise.machine.messages import CallModel
from tokenwise.money import parse_usd
from tokenwise.planner.decompose import PLAN_SCHEMA
from tokenwise.policy import Policy
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Feature
from tokenwise.usage import FORMAT_FRAME, count_messages
from tokenwise_shell.plans.planning import Planner

TASK = "Read both offers, then say which one to take"
PLAN = orjson.dumps(
    {"steps": [{"id": "read", "description": "Read"}, {"id": "say", "description": "Say it", "after": ["read"]}]}
)
ABLE = Catalog([evolve(MINI, features=Feature.JSON_SCHEMA), MID, BIG, POET])


@define
class Asked:
    """Runs planning jobs in a simulated world that answers with these texts in turn, and remembers what happened."""

    answers: list
    catalog: Catalog = CATALOG
    calls: list = field(factory=list)
    prompts: list = field(factory=list)
    runs: list = field(factory=list)

    async def run(self, job, messages):
        story = only(play([Arrival(job)], ScriptedWorld(ok(text=self.answers.pop(0)))))
        commands = [command for moment in story.moments for command in moment.commands]
        self.calls += [command for command in commands if isinstance(command, CallModel)]
        self.prompts.append(messages)
        self.runs.append(story.run)
        return story.run

    async def decomposed(self, usd="1"):
        planner = Planner("mini", self.catalog, Policy(), 5, self.run)
        return await planner.decompose(TASK, run_id="run", limit=parse_usd(usd))


async def test_the_plans_schema_is_asked_of_a_model_that_takes_one():
    asked = Asked([PLAN.decode()], ABLE)
    assert (await asked.decomposed()).report.source == "llm"
    (call,) = asked.calls
    assert orjson.loads(call.reply_format.argument) == PLAN_SCHEMA
    assert call.checks == ()


async def test_other_models_are_asked_in_words_alone():
    asked = Asked([PLAN.decode()])
    await asked.decomposed()
    assert asked.calls[0].reply_format is None


async def test_the_schema_is_paid_for_like_the_rest_of_the_prompt():
    asked = Asked([PLAN.decode()], ABLE)
    await asked.decomposed()
    words = count_messages(message.text for message in asked.prompts[0]).bound
    assert asked.calls[0].input_tokens == words + FORMAT_FRAME + len(orjson.dumps(PLAN_SCHEMA))


async def test_prose_around_the_plan_is_no_fault():
    asked = Asked([f"Sure!\n```json\n{PLAN.decode()}\n```\nGood luck."], ABLE)
    found = await asked.decomposed()
    assert [step.id for step in found.plan.steps] == ["read", "say"]
    assert (found.report.source, found.report.problem, len(asked.calls)) == ("llm", None, 1)


async def test_a_malformed_answer_is_asked_for_once_more_with_its_problems():
    asked = Asked(['{"steps": [{"id": "a"}]}', PLAN.decode()])
    found = await asked.decomposed()
    assert found.report.source == "llm"
    assert "steps[0].description" in asked.prompts[1][-1].text
    assert found.report.cost_nano == sum(run.books.spent for run in asked.runs)


async def test_after_two_malformed_answers_the_rules_plan_and_both_are_paid_and_named():
    asked = Asked(["I cannot.", '{"steps": 3}'])
    found = await asked.decomposed()
    assert found.report.source == "rules"
    assert found.report.cost_nano == sum(run.books.spent for run in asked.runs) > 0
    assert "; then " in found.report.problem


async def test_a_budget_too_small_to_ask_leaves_it_to_the_rules_for_nothing():
    asked = Asked([PLAN.decode()])
    found = await asked.decomposed("0.0001")
    assert (found.report.source, found.report.cost_nano, asked.calls) == ("rules", 0, [])
