"""Worlds as data: each of their figures shows in what comes back from a call."""

import math
import statistics

import pytest
from attrs import evolve

from tests.core.worlds import CATALOG, MINI, step
from tokenwise.catalog.models import Catalog
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.plan import Plan
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.simulation.facing import Facing, Servers
from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate
from tokenwise.simulation.traffic import Kind, Stretch, Traffic
from tokenwise.simulation.workload import Asked, Recorded, Variant
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Quality, Repriced, Spread, Trouble
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

STEADY = Behaviour(
    latency_ms=Spread(((0, 100), (1000, 100))), token_us=1_000, length_per_mille=Spread(((0, 1000), (1000, 1000)))
)
ASKED = Asked(id="r", input=TokenCount(50, 200), difficulty=0.5, max_output_tokens=500, output_tokens=200)


def call(ordinal=0, model="mini", provider="direct"):
    return CallModel(AttemptId("answer", ordinal), model, provider, model, None, (), 200, 500, 60_000)


def facing(usual=STEADY, asked=ASKED, seed=0, **more):
    return Facing(Servers(ModelledWorld(usual=usual, **more), CATALOG, seed), asked)


def answers(behaviour, count=1_000, asked=ASKED, **more):
    servers = Servers(ModelledWorld(usual=behaviour, **more), CATALOG, 0)
    return [Facing(servers, evolve(asked, id=f"r{n}")).answer(f"r{n}", call(), n) for n in range(count)]


class TestTime:
    def test_is_the_first_token_s_and_then_each_token_s(self):
        assert facing().answer("r", call(), 0).after_ms == 100 + 200

    def test_a_streamed_reply_begins_at_its_first_token(self):
        assert facing(asked=evolve(ASKED, streamed=True)).answer("r", call(), 0).first_token_ms == 100
        assert facing().answer("r", call(), 0).first_token_ms is None

    def test_is_spread_as_stated(self):
        slow = evolve(STEADY, latency_ms=Spread(((0, 0), (500, 100), (1000, 10_000))))
        times = sorted(answer.after_ms - 200 for answer in answers(slow))
        assert 90 < times[500] < 1_000
        assert times[100] < 30

    def test_a_spread_that_falls_is_refused(self):
        with pytest.raises(ValueError, match="rises"):
            Spread(((0, 5), (1000, 4)))


class TestTrouble:
    def test_strikes_at_its_rate(self):
        stormy = evolve(STEADY, troubles=(Trouble(fault=Fault.OVERLOADED, per_mille=250),))
        failed = sum(isinstance(answer.outcome, Failure) for answer in answers(stormy))
        assert 200 < failed < 300

    def test_an_outage_has_a_beginning_and_an_end_and_may_come_back(self):
        outage = Trouble(fault=Fault.UNREACHABLE, from_ms=10, until_ms=20, every_ms=100)
        assert [outage.strikes(at_ms, 0) for at_ms in (9, 10, 19, 20, 115, 120)] == [
            False,
            True,
            True,
            False,
            True,
            False,
        ]

    def test_a_cut_stream_says_no_usage_and_comes_half_way(self):
        cut = evolve(STEADY, troubles=(Trouble(fault=Fault.CUT_STREAM),))
        answer = facing(cut, evolve(ASKED, streamed=True)).answer("r", call(), 0)
        assert answer.outcome == Failure(Fault.CUT_STREAM)
        assert (answer.first_token_ms, answer.after_ms) == (100, 200)

    @pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.EMPTY, Fault.REFUSED, Fault.CHECK_FAILED])
    def test_a_fault_of_the_reply_arrives_as_a_reply(self, fault):
        answer = facing(evolve(STEADY, troubles=(Trouble(fault=fault),))).answer("r", call(), 0)
        assert isinstance(answer.outcome, Reply)

    def test_a_rate_limit_counts_calls_in_a_minute_and_says_how_long_to_wait(self):
        limited = facing(evolve(STEADY, requests_per_minute=2))
        outcomes = [limited.answer("r", call(n), 59_000).outcome for n in range(3)]
        assert outcomes[2] == Failure(Fault.RATE_LIMITED, retry_after_ms=1_000)
        assert isinstance(limited.answer("r", call(4), 60_000).outcome, Reply)

    def test_tokens_are_counted_as_providers_count_them_and_what_is_refused_takes_none(self):
        """Each call brings 400 tokens of input and a cap of 500 at most: two fit into 2,000 a minute."""
        limited = facing(evolve(STEADY, tokens_per_minute=2 * (call().input_tokens + call().max_output_tokens)))
        outcomes = [limited.answer("r", call(n), 59_000).outcome for n in range(4)]
        assert [isinstance(outcome, Reply) for outcome in outcomes] == [True, True, False, False]
        assert isinstance(limited.answer("r", call(4), 60_000).outcome, Reply)


class TestQueues:
    """'It works on `concurrency` calls at once, and the others wait their turn'."""

    def test_calls_wait_for_each_other_and_one_too_many_is_refused(self):
        busy = facing(evolve(STEADY, concurrency=1, queue=2))
        answers = [busy.answer("r", call(n), 0) for n in range(4)]
        once = answers[0].after_ms
        assert [answer.after_ms for answer in answers[:3]] == [once, 2 * once, 3 * once]
        assert answers[3].outcome == Failure(Fault.OVERLOADED)
        assert busy.answer("r", call(4), 3 * once).after_ms == once

    def test_the_waiting_time_is_that_of_erlang_s_formula(self):
        """M/M/3 at 70 % of its capacity: Poisson arrivals from made-up traffic, exponential work, 60,000 calls."""
        places, mean_ms, load = 3, 1_000, 0.7
        points = [(nth, round(-mean_ms * math.log(1 - nth / 1000))) for nth in range(1000)]
        work = Spread((*points, (1000, points[-1][1] + 2 * mean_ms)))
        seat = facing(evolve(STEADY, latency_ms=work, token_us=0, concurrency=places))
        per_hour = round(load * places * 3_600_000 / mean_ms)
        kind = Kind(name="r", pattern=ASKED)
        traffic = Traffic(requests=60_000, stretches=(Stretch(3_600_000, per_hour),), kinds=(kind,), seed=3)
        took = [seat.answer(one.id, call(), one.at_ms).after_ms for one in traffic.part(0, 60_000)]
        offered = load * places
        idle = sum(offered**n / math.factorial(n) for n in range(places))
        full = offered**places / math.factorial(places) / (1 - load)
        waiting_ms = full / (idle + full) * mean_ms / (places * (1 - load))
        assert statistics.mean(took) - mean_ms == pytest.approx(waiting_ms, rel=0.05)


class TestBills:
    @pytest.mark.parametrize(
        ("model", "outcomes", "cap", "written", "thought"),
        [
            ("mini", {}, 9_000, 200, 0),
            # Half-way between 250 thoughts and 3,000, beside the answer.
            ("thinker", {}, 9_000, 1_825, 1_625),
            ("thinker", {}, 500, 500, 499),
            # What was recorded was counted with its thoughts.
            ("thinker", {"thinker": Recorded(400, 777)}, 9_000, 777, 0),
        ],
    )
    def test_who_thinks_bills_what_routing_expects_it_to_think(self, model, outcomes, cap, written, thought):
        thinker = evolve(MINI, id="thinker", features=Feature.REASONING_EFFORT)
        servers = Servers(ModelledWorld(usual=STEADY), Catalog([MINI, thinker]), 0)
        asked = evolve(call(model=model), max_output_tokens=cap)
        answer = Facing(servers, evolve(ASKED, outcomes=outcomes)).answer("r", asked, 0)
        usage = answer.outcome.usage
        assert (usage.output_tokens, usage.reasoning_tokens, answer.after_ms) == (written, thought, 100 + written)

    def test_a_price_that_rises_is_booked_as_billed_and_one_that_falls_is_not(self):
        """The books say the larger of the catalogue's price and the provider's; what they say too much is counted."""
        dearer = evolve(STEADY, prices=(Repriced(1_000, 1_500),))
        some = [evolve(ASKED, id=f"r{n}", at_ms=n * 1_000, model="mini") for n in range(2)]
        tally = simulate(some, Variant(name="v"), Setting(catalog=CATALOG, world=ModelledWorld(usual=dearer)))[
            EVERYTHING
        ]
        usual = 50 * 1_000 + 200 * 2_000
        assert (tally.sums["spent_nano",], tally.sums["unbooked_nano",]) == (usual + usual * 3 // 2, 0)
        cheaper = ModelledWorld(usual=evolve(STEADY, prices=(Repriced(1_000, 500),)))
        tally = simulate(some, Variant(name="v"), Setting(catalog=CATALOG, world=cheaper))[EVERYTHING]
        assert (tally.sums["spent_nano",], tally.sums["unbooked_nano",]) == (2 * usual, -usual // 2)

    def test_the_latest_change_of_a_price_holds(self):
        twice = evolve(STEADY, prices=(Repriced(1_000, 1_500), Repriced(2_000, 700)))
        assert [twice.billing_at(at_ms) for at_ms in (999, 1_000, 1_999, 2_000, 9_000)] == [1000, 1500, 1500, 700, 700]

    def test_silence_and_excess_come_at_their_rates(self):
        odd = evolve(STEADY, unreported_per_mille=300, overbilled_per_mille=100)
        usages = [answer.outcome.usage for answer in answers(odd)]
        assert 250 < usages.count(None) < 350
        assert 50 < sum(usage is not None and usage.output_tokens > 500 for usage in usages) < 120


class TestQuality:
    SURE = (Quality(Tier.BUDGET, Capability.GENERAL, 1000, 0), Quality(Tier.FLAGSHIP, Capability.GENERAL, 1000, 1000))

    def test_falls_with_difficulty_as_stated(self):
        world = ModelledWorld(quality=self.SURE)
        assert [world.good_per_mille(MINI, Capability.GENERAL, at) for at in (0.0, 0.5, 1.0)] == [1000, 500, 0]

    def test_follows_the_rating_within_a_tier_where_nothing_is_stated(self):
        """As `routing.worth` assumes it: 1,400 points answer 45 of 100 of the hardest questions, 1,500 points 62."""
        models = [evolve(MINI, tier=Tier.BUDGET, quality=points) for points in (1400, 1500)]
        assert [ModelledWorld().good_per_mille(one, Capability.GENERAL, 1.0) // 10 for one in models] == [45, 62]

    def test_a_step_is_as_hard_as_the_step_is(self):
        """Not as hard as the request that it is part of: a plan's own difficulty is nobody's."""
        plan = Plan("The task.", (step("answer", does=Capability.GENERAL, difficulty=1.0),))
        world = facing(asked=evolve(ASKED, plan=plan, difficulty=0.0), quality=self.SURE)
        world.answer("r", call(), 0)
        assert list(world.quality.values()) == [0]

    def test_of_several_capabilities_the_weakest_counts(self):
        world = ModelledWorld(quality=(*self.SURE, Quality(Tier.BUDGET, Capability.CODE, 100, 100)))
        assert world.good_per_mille(MINI, Capability.GENERAL | Capability.CODE, 0.0) == 100

    def test_a_model_that_is_better_is_good_wherever_a_worse_one_is(self):
        for seed in range(200):
            weak, strong = facing(seed=seed), facing(seed=seed)
            weak.answer("r", call(model="mini"), 0)
            strong.answer("r", call(model="big"), 0)
            assert list(weak.quality.values()) <= list(strong.quality.values())

    def test_a_recorded_answer_takes_the_draw_s_place(self):
        recorded = evolve(ASKED, output_tokens=None, outcomes={"mini": Recorded(400, 77)})
        world = facing(asked=recorded)
        assert world.answer("r", call(), 0).outcome.usage.output_tokens == 77
        assert list(world.quality.values()) == [400]

    def test_a_bad_answer_is_found_out_where_somebody_checks(self):
        bad = (Quality(Tier.BUDGET, Capability.GENERAL, 0, 0),)
        found = facing(quality=bad, noticed_per_mille=1000).answer("r", call(), 0).outcome.findings
        missed = facing(quality=bad, noticed_per_mille=0).answer("r", call(), 0).outcome.findings
        assert found
        assert not missed

    @pytest.mark.parametrize(
        ("first", "second", "alike", "agree"),
        [(1000, 1000, 0, True), (0, 0, 0, False), (0, 0, 1000, True), (0, 1000, 1000, False), (1000, 0, 1000, False)],
    )
    def test_two_good_answers_agree_and_two_bad_ones_as_often_as_is_said(self, first, second, alike, agree):
        rows = ((Tier.BUDGET, first), (Tier.FLAGSHIP, second))
        world = facing(
            quality=tuple(Quality(tier, Capability.GENERAL, sure, sure) for tier, sure in rows), alike_per_mille=alike
        )
        world.answer("r", evolve(call(), held=True), 0)
        assert world.answer("r", evolve(call(1, model="big"), beside="mini"), 0).outcome.agrees is agree


class TestPlaces:
    def test_the_nearest_name_holds(self):
        named = {
            name: evolve(STEADY, token_us=us) for us, name in enumerate(("direct:mini", "mini", "direct", "budget"))
        }
        world = ModelledWorld(usual=STEADY, places=named)
        assert [world.behaviour(*seat).token_us for seat in (
            ("direct", "mini", Tier.BUDGET), ("other", "mini", Tier.BUDGET), ("direct", "x", Tier.BUDGET),
            ("other", "x", Tier.BUDGET), ("other", "x", Tier.MID),
        )] == [0, 1, 2, 3, 1_000]  # fmt: skip


def test_the_same_question_to_the_same_model_gets_the_same_answer():
    assert facing().answer("r", call(), 0) == facing().answer("r", call(), 9)
    assert MINI.id == call().model


def test_another_seed_is_another_world():
    slow = evolve(STEADY, latency_ms=Spread(((0, 0), (1000, 1_000_000))))
    assert facing(slow, seed=1).answer("r", call(), 0) != facing(slow, seed=2).answer("r", call(), 0)
