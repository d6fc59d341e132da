"""A vendor is in trouble: who answers in its place, at which tier, and at what price.

Three vendors sell a model in each tier, each directly, and a router sells those of one of them too. For each fault of a
seat, each vendor, each strategy and each escalation: in a process that does not know yet, and in one that has learned.
"""

import pytest
from attrs import evolve, frozen

from tests.core.simulated import play
from tests.core.worlds import model, step
from tokenwise.catalog.models import Catalog
from tokenwise.faults import RULES, Fault
from tokenwise.machine.messages import CallModel
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan
from tokenwise.planner.assignment import Assigned, assign
from tokenwise.policy import Escalation, Policy, Strategy
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.request import Wishes, read_request
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.routing.worth import expected_cost
from tokenwise.simulation.answers import Answer
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability, Tier
from tokenwise.usage import Usage

TIERS = {Tier.BUDGET: (1, 2), Tier.MID: (3, 9), Tier.FLAGSHIP: (10, 40)}
MARKUP = {"alder": 0, "birch": 1, "cedar": 2}  # so alder is the cheapest of its tier, and cedar the dearest
PLENTY = Nanodollars(10**12)


def row(vendor, tier):
    cost, word = TIERS[tier], MARKUP[vendor]
    made = model(f"{vendor}/{tier.name.lower()}", tier, cost[0] + word, cost[1] + word, sellers=(vendor,))
    also = (evolve(made.offers[0], provider="router"),) if vendor == "birch" else ()
    return evolve(made, offers=(*made.offers, *also), quality=1500 - word)


CATALOG = Catalog(row(vendor, tier) for vendor in MARKUP for tier in Tier)
TROUBLES = [Fault.UNREACHABLE, Fault.RATE_LIMITED, Fault.UNAUTHORIZED, Fault.TIMED_OUT, Fault.SERVER_ERROR, Fault.QUOTA]


@frozen
class Down:
    """One provider answers everything with one fault; the others answer well."""

    provider: str
    fault: Fault

    def answer(self, run_id, call, at_ms):
        if call.provider == self.provider:
            return Answer(50, Failure(self.fault))
        return Answer(500, Reply("An answer.", FinishReason.STOP, Usage(input_tokens=40, output_tokens=60)))


def job_of(name, plan, choices, policy, **more):
    return Job(id=name, plan=plan, choices=choices, catalog=CATALOG, policy=policy, limit=PLENTY, **more)


def request_job(policy, name="request"):
    """A request as the proxy makes one of it: routed first, then a plan of one step, not judged."""
    need = read_request("What is rain?", policy, Wishes(capabilities=Capability.GENERAL, max_output_tokens=500)).need
    routed = route(need, CATALOG, policy, PLENTY)
    assert isinstance(routed, Routed)
    choice = Choice(routed.model.id, Nanodollars(0), Nanodollars(0))
    return job_of(name, Plan("ask", (step("a"),)), (choice,), policy, request=need, judged=False)


def plan_job(policy, name="plan"):
    plan = Plan("two parts", (step("a", difficulty=0.1), step("b", "a", difficulty=0.9)))
    assigned = assign(plan, CATALOG, policy, PLENTY)
    assert isinstance(assigned, Assigned)
    return job_of(name, plan, assigned.choices, policy)


def answered_by(story):
    """By step: the model and provider of the call that was answered, its last one."""
    calls = [command for moment in story.moments for command in moment.commands if isinstance(command, CallModel)]
    return {call.attempt.step: (call.model, call.provider) for call in calls}


def expected(job, index, down):
    """The planned model where another seller has it, else the strategy's first equal of another vendor."""
    planned = CATALOG[job.choices[index].model]
    for offer in planned.offers:
        if offer.provider != down:
            return planned.id, offer.provider
    equals = [each for each in CATALOG.models if each.tier is planned.tier and each.offers[0].provider != down]
    need = job.request or read_request("x", job.policy).need
    first = min(equals, key=lambda each: expected_cost(each, need, room=500))
    return first.id, first.offers[0].provider


@pytest.mark.parametrize("escalation", Escalation)
@pytest.mark.parametrize("strategy", [strategy for strategy in Strategy if strategy is not Strategy.CASCADE])
@pytest.mark.parametrize("fault", TROUBLES)
class TestAVendorIsDown:
    """'Answered by another where one exists, never at a higher tier, never dearer than the cheapest equal'."""

    @pytest.mark.parametrize("make", [request_job, plan_job])
    def test_an_equal_answers_at_the_price_of_an_equal_before_and_after_it_is_known(
        self, fault, strategy, escalation, make
    ):
        assert RULES[fault].of_seat
        policy = Policy(strategy=strategy, escalation=escalation)
        for down in MARKUP:
            fresh, later = make(policy, "fresh"), make(policy, "later")
            simulation = play([Arrival(fresh), Arrival(later, at_ms=8_000)], Down(down, fault))
            for name, job in (("fresh", fresh), ("later", later)):
                story = simulation.runs[name]
                assert story.run.status == "completed"
                for index, spec in enumerate(job.plan.steps):
                    assert answered_by(story)[spec.id] == expected(job, index, down)


def test_a_rate_limited_model_hands_over_to_a_sibling_of_its_tier_and_not_to_the_flagship():
    """The only other budget model costs a 24th of the flagship, and is of the same vendor."""
    small = model("acme/small", Tier.BUDGET, 1, 2)
    sibling = model("acme/tiny", Tier.BUDGET, 2, 3)
    catalog = Catalog([small, sibling, model("acme/huge", Tier.FLAGSHIP, 24, 72)])
    job = evolve(
        request_job(Policy(strategy=Strategy.CHEAPEST)),
        catalog=catalog,
        choices=(Choice("acme/small", Nanodollars(0), Nanodollars(0)),),
    )

    class Busy:
        def answer(self, run_id, call, at_ms):
            return Down("direct" if call.model == "acme/small" else "nobody", Fault.RATE_LIMITED).answer("", call, 0)

    (story,) = play([Arrival(job)], Busy()).runs.values()
    assert answered_by(story) == {"a": ("acme/tiny", "direct")}
