"""What is asked of a simulation, and how it becomes jobs, money and moments of virtual time."""

import itertools
import math
import random
import statistics
from collections import Counter

import pytest

from tests.core.worlds import CATALOG, step
from tokenwise.budgets.limit import Account
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.errors import InputError
from tokenwise.machine.run import Job
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.choosing import Refusal, Refused
from tokenwise.simulation.surveys import EVERYTHING, Group, Setting, simulate, trace
from tokenwise.simulation.tally import Handled
from tokenwise.simulation.traffic import Kind, Stretch, Traffic
from tokenwise.simulation.workload import Allowance, Asked, Variant, admit, asked_in_words, need_of
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount

HOUR = 3_600_000


def asked(name="r", **more):
    return Asked(**{"id": name, "input": TokenCount(50, 200), "max_output_tokens": 500, **more})


class TestAdmitting:
    def test_a_request_becomes_a_plan_of_one_step_with_the_model_that_route_chose(self):
        job = admit(asked(), Variant(name="v", policy=Policy(strategy=Strategy.CHEAPEST)), CATALOG)
        assert isinstance(job, Job)
        assert [choice.model for choice in job.choices] == ["mini"]
        assert job.request == need_of(asked(), Policy())
        assert not job.judged

    def test_the_request_s_own_limit_replaces_the_variant_s(self):
        job = admit(asked(limit=Nanodollars(0)), Variant(name="v"), CATALOG)
        assert isinstance(job, Refused)
        assert job.code is Refusal.BUDGET

    def test_a_plan_gets_a_model_per_step(self):
        plan = Plan("The task.", (step("a"), step("b", "a")))
        job = admit(asked(plan=plan), Variant(name="v"), CATALOG)
        assert isinstance(job, Job)
        assert len(job.choices) == 2
        assert job.judged

    def test_the_policy_s_cap_holds_where_the_caller_names_none(self):
        assert need_of(asked(max_output_tokens=None), Policy(default_output_tokens=777)).max_output_tokens == 777

    def test_words_are_read_once_and_dropped(self):
        read = asked_in_words(asked(key="k"), "Write a Python function that reverses a linked list.")
        assert read.capabilities & Capability.CODE
        assert read.input.bound > 50
        assert read.key == "k"


class TestSharedBudgets:
    def test_requests_compete_until_the_window_is_over(self):
        """Two dollars an hour are gone before the hour is; the next hour begins anew."""
        variant = Variant(
            name="v",
            policy=Policy(strategy=Strategy.CHEAPEST),
            allowances=(Allowance("hour", parse_usd("0.01"), HOUR),),
        )
        some = [asked(f"r{n}", at_ms=n * HOUR // 100, output_tokens=400) for n in range(200)]
        stories = [one for one in trace(some, variant, Setting(catalog=CATALOG)) if isinstance(one, Handled)]
        ended = [(one.outcome, one.asked.at_ms // HOUR) for one in sorted(stories, key=lambda one: one.asked.at_ms)]
        kinds = [list(group) for _, group in itertools.groupby(ended)]
        assert [group[0] for group in kinds] == [("completed", 0), ("exhausted", 0), ("completed", 1), ("exhausted", 1)]

    def test_a_budget_per_key_leaves_the_other_keys_alone(self):
        variant = Variant(name="v", allowances=(Allowance("key", parse_usd("0.002"), 0, per_key=True),))
        some = [asked(f"{key}{n}", key=key, at_ms=n * 10_000) for n in range(20) for key in ("a", "b")]
        tally = simulate(some[:-1], variant, Setting(catalog=CATALOG))[EVERYTHING]
        assert tally.names("scope") == ["key:a", "key:b"]

    def test_an_allowance_for_one_key_is_no_other_s_concern(self):
        limits = Limits(Budgets())
        limits.add(Allowance("a's", Nanodollars(0), key="a").limit_of_runs)
        assert limits.scopes(Account("b"), 0) == ()
        assert limits.scopes(Account("a"), 0) == ("a's total",)


class TestSurveying:
    def test_groups_are_counted_apart(self):
        some = [asked("r1", labels=("chat",)), asked("r2", capabilities=Capability.CODE, key="k")]
        groups = (Group("label", "chat"), Group("capability", "code"), Group("key", "k"))
        tallies = simulate(some, Variant(name="v"), Setting(catalog=CATALOG, groups=groups))
        assert [tally.sums["requests",] for tally in tallies.values()] == [2, 1, 1, 1]

    def test_time_does_not_run_backwards(self):
        with pytest.raises(InputError, match="before the one above it"):
            simulate([asked("r1", at_ms=5), asked("r2", at_ms=4)], Variant(name="v"), Setting(catalog=CATALOG))

    def test_two_requests_of_one_name_cannot_be_under_way_together(self):
        with pytest.raises(InputError, match="r1"):
            simulate([asked("r1"), asked("r1")], Variant(name="v"), Setting(catalog=CATALOG))


def _poisson(chance, mean):
    """Knuth's draw: how many uniform factors it takes to get below e^-mean."""
    count, product = 0, chance.random()
    while product > math.exp(-mean):
        count, product = count + 1, product * chance.random()
    return count


class TestTraffic:
    KIND = Kind(name="chat", pattern=asked(), input_tokens=Spread(((0, 10), (1000, 90))))

    def traffic(self, *stretches, requests=1_000, **more):
        return Traffic(requests=requests, stretches=stretches, kinds=(self.KIND,), **more)

    def test_comes_at_the_stated_rate(self):
        made = list(self.traffic(Stretch(HOUR, 500), even=True).part(0, 1_000))
        assert sum(one.at_ms < HOUR for one in made) == 500

    def test_comes_by_chance_as_a_poisson_process_does(self):
        """Variance equal to the mean within 5 %, gaps as wide as they scatter, and blocks that join without a seam."""
        made = [one.at_ms for one in self.traffic(Stretch(HOUR, 600), requests=20_000).part(0, 20_000)]
        counts = Counter(at_ms // 60_000 for at_ms in made)
        minutes = [counts[nth] for nth in range(1_900)]
        assert statistics.mean(minutes) == pytest.approx(10, rel=0.02)
        assert statistics.variance(minutes) == pytest.approx(10, rel=0.10)
        gaps = [later - earlier for earlier, later in itertools.pairwise(made)]
        assert statistics.stdev(gaps) == pytest.approx(statistics.mean(gaps), rel=0.03)

    @pytest.mark.parametrize("limit", [11, 12, 15])
    def test_a_rate_limit_above_the_mean_refuses_as_often_as_chance_says(self, limit):
        """Ten a minute on average: the refusals of 500 minutes lie where 95 of 100 of 1,000 Poisson draws do."""
        behaviour = Behaviour(latency_ms=Spread(((0, 0), (1000, 0))), token_us=0, requests_per_minute=limit)
        kind = Kind(name="chat", pattern=asked(model=CATALOG.models[0].id))
        traffic = Traffic(requests=5_000, stretches=(Stretch(HOUR, 600),), kinds=(kind,), seed=limit)
        once = Variant(name="v", policy=Policy(max_attempts=1))
        setting = Setting(catalog=CATALOG, world=ModelledWorld(usual=behaviour))
        tally = simulate(traffic.part(0, 5_000), once, setting)[EVERYTHING]
        chance = random.Random(1)
        draws = sorted(sum(max(0, _poisson(chance, 10) - limit) for _ in range(500)) for _ in range(1_000))
        assert draws[25] <= tally.sums["fault", "rate_limited"] <= draws[974]

    def test_a_burst_is_where_the_rate_says(self):
        made = list(self.traffic(Stretch(50_000, 0), Stretch(10_000, 36_000), even=True).part(0, 300))
        assert all(one.at_ms % 60_000 >= 50_000 for one in made)
        assert made[99].at_ms < 60_000 <= made[100].at_ms

    def test_any_part_can_be_made_by_itself(self):
        traffic = self.traffic(Stretch(HOUR, 700), Stretch(HOUR, 100), keys=("a", "b"))
        whole = list(traffic.part(0, 1_000))
        assert [*traffic.part(0, 300), *traffic.part(300, 700)] == whole
        assert list(traffic.part(900, 500)) == whole[900:]

    def test_is_in_order_of_time(self):
        moments = [one.at_ms for one in self.traffic(Stretch(7, 90_000), Stretch(HOUR, 3), requests=500).part(0, 500)]
        assert moments == sorted(moments)

    def test_kinds_come_by_their_weights(self):
        rare = Kind(name="rare", pattern=asked(), weight=1)
        often = Kind(name="often", pattern=asked(), weight=9)
        traffic = Traffic(requests=2_000, stretches=(Stretch(HOUR, 10),), kinds=(rare, often))
        share = sum("rare" in one.labels for one in traffic.part(0, 2_000)) / 2_000
        assert 0.07 < share < 0.13

    def test_a_rate_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="rate above 0"):
            self.traffic(Stretch(HOUR, 0))


class TestClientsThatLeave:
    """'Clients who wait no longer than that; what is under way is charged in full'."""

    def tallied(self, after_ms, share=1000):
        world = ModelledWorld(leaves_per_mille=share, leaves_after_ms=Spread(((0, after_ms), (1000, after_ms))))
        some, setting = [asked(f"r{nth}", at_ms=100 * nth) for nth in range(20)], Setting(catalog=CATALOG, world=world)
        ways = [
            simulate(some, Variant(name="v"), setting, at_length=at_length)[EVERYTHING] for at_length in (False, True)
        ]
        assert ways[0].sums == ways[1].sums
        return ways[0]

    def test_who_waits_long_enough_is_answered_as_anybody(self):
        assert self.tallied(10**7).sums == self.tallied(0, share=0).sums

    def test_who_leaves_at_once_is_cancelled_and_its_call_charged_in_full(self):
        tally = self.tallied(1)
        assert tally.below("outcome") == {"cancelled": 20}
        assert tally.sums["spent_nano",] > self.tallied(10**7).sums["spent_nano",]

    def test_some_leave_where_some_do(self):
        assert 0 < self.tallied(1, share=500).below("outcome")["cancelled"] < 20
