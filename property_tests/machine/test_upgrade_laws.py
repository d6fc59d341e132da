"""Laws of upgrades: what finished steps have saved buys better models, and nothing that is planned for another step."""

from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plans, worlds
from tests.core.simulated import only, play
from tests.core.worlds import BIG, MID, MINI, POET
from tokenwise.budgets.ledger import Upgraded
from tokenwise.catalog.models import Catalog
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import Record
from tokenwise.machine.run import BackingOff, Job, Parked, Pending
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, assign
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability

CATALOG = Catalog([MINI, MID, BIG, POET])
STRATEGIES = st.sampled_from([Strategy.BALANCED, Strategy.BEST_QUALITY])


@st.composite
def planned_jobs(draw):
    """Plans with models that were really assigned, at limits from the smallest feasible one to a few times it."""
    drawn = draw(plans())
    able = tuple(Step(spec.id, spec.description, Capability.CODE, spec.after) for spec in drawn.steps)
    plan, policy = Plan(drawn.task, able), Policy(strategy=draw(STRATEGIES), parallelism=draw(st.integers(1, 4)))
    least = assign(plan, CATALOG, policy, Nanodollars(0)).smallest_limit
    limit = Nanodollars(least * draw(st.integers(100, 1500)) // 100)
    assigned = assign(plan, CATALOG, policy, limit)
    assert isinstance(assigned, Assigned)
    return Job(id="run", plan=plan, choices=assigned.choices, catalog=CATALOG, policy=policy, limit=limit)


def turns_of(story):
    """Each run, and what was commanded as it came about."""
    yield start(story.run.job, at_ms=story.moments[0].at_ms)
    run = start(story.run.job, at_ms=story.moments[0].at_ms)[0]
    for moment in story.moments[1:]:
        run, commands = step(run, moment.event)
        yield run, commands


def upgraded(commands):
    return [
        command.entry for command in commands if isinstance(command, Record) and isinstance(command.entry, Upgraded)
    ]


class TestUpgrades:
    """'Savings of finished steps buy upgrades, with nothing that is planned for another step'."""

    @given(planned_jobs(), worlds())
    def test_after_an_upgrade_all_waiting_steps_can_still_have_what_was_planned(self, job, world):
        for run, commands in turns_of(only(play([Arrival(job)], world))):
            if upgraded(commands):
                rows = zip(run.steps, job.choices, strict=True)
                planned = sum(
                    choice.worst for each, choice in rows if isinstance(each.state, Pending | Parked | BackingOff)
                )
                assert run.books.spent + run.books.held + planned <= job.limit

    @given(planned_jobs(), worlds())
    def test_the_budget_law_holds_with_them(self, job, world):
        for run, _ in turns_of(only(play([Arrival(job)], world))):
            assert run.books.spent + run.books.held <= job.limit + run.books.overrun

    @given(planned_jobs(), worlds())
    def test_an_upgrade_is_worth_more_and_was_named_beforehand(self, job, world):
        for entry in upgraded(
            command for _, commands in turns_of(only(play([Arrival(job)], world))) for command in commands
        ):
            choice = job.choices[job.plan.position[entry.step]]
            assert entry.model == choice.model
            assert entry.to in choice.upgrades

    def test_they_do_happen(self):
        """A law about what never happens would be decoration."""
        steps = tuple(
            Step(f"s{place}", "do it", Capability.CODE, (f"s{place - 1}",) if place else (), 0.9) for place in range(4)
        )
        plan, policy = Plan("a task", steps), Policy()
        least = assign(plan, CATALOG, policy, Nanodollars(0)).smallest_limit
        choices = assign(plan, CATALOG, policy, Nanodollars(3 * least)).choices
        job = Job(id="run", plan=plan, choices=choices, catalog=CATALOG, policy=policy, limit=Nanodollars(3 * least))
        story = only(play([Arrival(job)], RandomWorld(seed=1)))
        assert upgraded(command for moment in story.moments for command in moment.commands)
