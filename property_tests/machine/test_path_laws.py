"""Laws of a step's whole path: who is asked after whom, over as many rungs as it takes. See docs/machine.md.

One step, money enough, and a world in which each call fails by a fault drawn for it: what is looked at is the list of
calls, as the machine made them.
"""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, rivals, twins
from tokenwise.catalog.models import Catalog
from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import CallFailed, CallModel, Reserved, Wait, Woke
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.ranking import candidates
from tokenwise.traits import Capability, Feature, Tier

PLENTY = Nanodollars(10**15)
GOES_ON = [fault for fault in Fault if RULES[fault].remedy is not Remedy.STOP and fault is not Fault.TRUNCATED]
OF_SEATS = [fault for fault in GOES_ON if RULES[fault].of_seat]
misfortunes = st.lists(st.sampled_from(GOES_ON), min_size=14, max_size=14)


@st.composite
def requests(draw):
    """A job of one request, among enough rivals for a path of several rungs."""
    need, catalog = draw(plain_needs()), draw(rivals(least=5, most=10))
    able = candidates(need, catalog, Policy())
    preferred = draw(st.sampled_from([model.id for model in able])) if able else ""
    return Job(
        id="run",
        plan=Plan("ask", (Step("a", "ask"),)),
        choices=(Choice(preferred, Nanodollars(0), Nanodollars(0)),),
        catalog=catalog,
        policy=Policy(escalation=draw(st.sampled_from(Escalation)), max_retries=draw(st.integers(0, 2))),
        limit=PLENTY,
        request=need,
    )


@st.composite
def tall_requests(draw):
    """The same with every tier in the list and nobody left out, from the weakest up: each has two rungs at least."""
    tiers = [*Tier, *draw(st.lists(st.sampled_from(Tier), max_size=5))]
    models = [
        evolve(draw(twins), id=f"v{n % 2}/m{n}", tier=tier, max_output_tokens=8_000) for n, tier in enumerate(tiers)
    ]
    need = evolve(draw(plain_needs()), capabilities=Capability(0), likely=Capability(0), features=Feature.NONE)
    lowest = [model.id for model in models if model.tier is Tier.BUDGET]
    return Job(
        id="run",
        plan=Plan("ask", (Step("a", "ask"),)),
        choices=(Choice(draw(st.sampled_from(lowest)), Nanodollars(0), Nanodollars(0)),),
        catalog=Catalog(models),
        policy=Policy(escalation=draw(st.sampled_from(Escalation)), max_retries=draw(st.integers(0, 1))),
        limit=PLENTY,
        request=need,
    )


def path(job, faults):
    """Every call of the step in order, if each failed: the call, and whether it was a retry."""
    run, commands = start(job)
    left, again = list(faults), False
    while commands:
        waiting = [each for each in commands if isinstance(each, Wait)]
        calls = [each for each in commands if isinstance(each, CallModel)]
        attempt = AttemptId("a", run.steps[0].ordinals - 1)
        if calls:
            yield calls[0], again
            again = False
            if not left:
                return
            run, commands = step(run, CallFailed(attempt, run.now_ms + 1, left.pop(0)))
        elif waiting:
            again = True
            run, commands = step(run, Woke(attempt, run.now_ms + waiting[0].ms))
        elif run.finished:
            return
        else:
            run, commands = step(run, Reserved(attempt, run.now_ms))


class TestThePath:
    """'No seat is asked twice except by Retry, and the ladder ends'."""

    @given(requests() | tall_requests(), misfortunes)
    def test_no_seat_is_asked_twice_except_by_a_retry(self, job, faults):
        moves = [(call.provider, call.model) for call, again in path(job, faults) if not again]
        assert len(set(moves)) == len(moves)

    @given(requests(), misfortunes)
    def test_it_ends_within_both_budgets(self, job, faults):
        calls = list(path(job, faults))
        lost = sum(RULES[fault].of_seat for fault in faults[: len(calls)])
        assert len(calls) <= job.policy.max_attempts
        assert lost <= job.policy.max_seat_faults
        assert len(calls) - lost <= job.policy.max_answer_faults

    @given(requests(), misfortunes)
    def test_it_never_leads_below_the_tier_it_set_out_from(self, job, faults):
        tiers = [job.catalog[call.model].tier for call, _ in path(job, faults)]
        assert all(tier >= tiers[0] for tier in tiers)

    @given(requests(), misfortunes)
    def test_nothing_that_is_required_is_lost_on_the_way(self, job, faults):
        for call, _ in path(job, faults):
            assert not job.request.capabilities & ~job.catalog[call.model].capabilities
            assert not job.request.features & ~job.catalog[call.model].features


class TestStrongestFirst:
    """'The flagship tier at once, then what lies between': every higher tier once."""

    @given(requests() | tall_requests())
    def test_bad_answers_lead_through_every_higher_tier_once_from_the_top(self, job):
        job = evolve(job, policy=evolve(job.policy, escalation=Escalation.STRONGEST_FIRST))
        tiers = [job.catalog[call.model].tier for call, _ in path(job, [Fault.EMPTY] * 12)]
        able = candidates(job.request, job.catalog, job.policy)
        above = {model.tier for model in able if tiers and model.tier > tiers[0]}
        assert tiers[1:] == sorted(above, reverse=True)

    @given(tall_requests(), st.integers(1, 8), st.lists(st.sampled_from(OF_SEATS), max_size=3))
    def test_sellers_that_fail_between_take_none_of_them_away(self, job, choices, between):
        """However many are lost to their sellers on the way, bad answers come from each tier above, and none twice."""
        policy = evolve(job.policy, escalation=Escalation.STRONGEST_FIRST, max_seat_faults=11, max_retries=0)
        job = evolve(job, policy=policy, request=evolve(job.request, choices=choices))
        faults = [Fault.EMPTY, *between, *[Fault.EMPTY] * 10]
        asked = [job.catalog[call.model].tier for call, _ in path(job, faults)]
        lost = {place for place, fault in enumerate(faults) if fault in between}
        bad = [tier for place, tier in enumerate(asked) if place not in lost]
        assert len(set(bad)) == len(bad)
        assert set(bad) | {tier for place, tier in enumerate(asked) if place in lost} == set(Tier)
