"""The simulator: a virtual clock, worlds that answer, and what jobs share."""

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import empty, fails, job, ok, step
from tokenwise.budgets.budget import Budget
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import (
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    FirstToken,
    ModelsCooling,
    Reserved,
)
from tokenwise.money import parse_usd
from tokenwise.policy import Policy
from tokenwise.routing.verdicts import Failure
from tokenwise.simulation.answers import Answer, RandomWorld, ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Tier


def named(name, *steps, **more):
    return evolve(job(*steps, **more), id=name)


def events(simulated):
    return [type(moment.event) for moment in simulated.moments if moment.event]


def calls(simulated):
    return [each for moment in simulated.moments for each in moment.commands if isinstance(each, CallModel)]


class TestTheClock:
    def test_time_passes_only_where_a_call_or_a_pause_takes_it(self):
        simulated = only(play([Arrival(job(step("a"), step("b", "a")), at_ms=500)], ScriptedWorld(ok(1000))))
        assert [moment.at_ms for moment in simulated.moments] == [500, 500, 1500, 1500, 2500]

    def test_a_call_that_would_take_too_long_times_out_at_its_limit(self):
        slow = job(step("a"), policy=Policy(timeout_ms=700, max_attempts=1))
        simulated = only(play([Arrival(slow)], ScriptedWorld(ok(5000))))
        ended = [moment for moment in simulated.moments if isinstance(moment.event, CallFailed)]
        assert [(each.at_ms, each.event.fault) for each in ended] == [(700, Fault.TIMED_OUT)]

    def test_a_call_that_takes_exactly_its_limit_is_in_time(self):
        exact = job(step("a"), policy=Policy(timeout_ms=700))
        assert CallSucceeded in events(only(play([Arrival(exact)], ScriptedWorld(ok(700)))))

    def test_what_streams_is_heard_from_before_it_ends(self):
        world = ScriptedWorld(Answer(900, ok().outcome, first_token_ms=100))
        simulated = only(play([Arrival(job(step("a")))], world))
        assert events(simulated) == [Reserved, FirstToken, CallSucceeded]
        assert [moment.at_ms for moment in simulated.moments] == [0, 0, 100, 900]


class TestArrivals:
    @pytest.mark.parametrize(("after", "heard"), [(0, []), (1, [Reserved]), (2, [Reserved, CallSucceeded])])
    def test_cancelling_comes_right_after_so_many_events(self, after, heard):
        simulated = only(play([Arrival(job(step("a"), step("b", "a")), cancel_after=after)], ScriptedWorld(ok())))
        assert events(simulated) == [*heard, Cancelled]

    def test_cancelling_after_the_end_changes_nothing(self):
        simulated = only(play([Arrival(job(step("a")), cancel_after=99)], ScriptedWorld(ok())))
        assert Cancelled not in events(simulated)

    def test_every_job_has_its_own_story(self):
        arrivals = [Arrival(named("late", step("a")), at_ms=50), Arrival(named("early", step("a")))]
        simulation = play(arrivals, ScriptedWorld(ok()))
        assert {name: each.moments[0].at_ms for name, each in simulation.runs.items()} == {"late": 50, "early": 0}
        assert simulation.ended_ms == 1050

    def test_there_is_one_story_only_where_there_is_one_job(self):
        two = play([Arrival(named("one", step("a"))), Arrival(named("two", step("a")))], ScriptedWorld(ok()))
        with pytest.raises(ValueError, match="unpack"):
            only(two)


class TestWhatJobsShare:
    def test_a_budget_outside_their_own_limits(self):
        arrivals = [Arrival(named(name, step("a"))) for name in ("one", "two", "three")]
        simulation = play(arrivals, ScriptedWorld(ok()), budget=Budget(parse_usd("0.0015")))
        spent = sum(each.run.books.spent for each in simulation.runs.values())
        assert simulation.budget.spent == spent <= parse_usd("0.0015")
        assert simulation.budget.held == 0

    def test_without_one_each_has_its_own_limit_only(self):
        assert play([Arrival(job(step("a")))], ScriptedWorld(ok())).budget is None

    def test_what_one_learns_of_a_sellers_health_the_others_hear_at_once(self):
        world = ScriptedWorld(ok(), by_attempt={AttemptId("a", 0): fails(Fault.TIMED_OUT, 100)})
        arrivals = [Arrival(named("first", step("a"))), Arrival(named("second", step("b")))]
        second = play(arrivals, world).runs["second"]
        assert [each.event.until_ms for each in second.moments if isinstance(each.event, ModelsCooling)] == [
            ((("direct", "mini"), 5100),)
        ]

    def test_who_comes_later_knows_what_is_cooling_from_the_start(self):
        world = ScriptedWorld(ok(), by_attempt={AttemptId("a", 0): fails(Fault.TIMED_OUT, 100)})
        arrivals = [Arrival(named("first", step("a"))), Arrival(named("second", step("b")), at_ms=2000)]
        runs = play(arrivals, world).runs
        assert runs["second"].run.job.cooling == ((("direct", "mini"), 5100),)
        assert [call.provider for call in calls(runs["second"])] == ["openrouter"]

    def test_who_comes_when_it_is_over_is_told_nothing(self):
        world = ScriptedWorld(ok(), by_attempt={AttemptId("a", 0): fails(Fault.TIMED_OUT, 100)})
        arrivals = [Arrival(named("first", step("a"))), Arrival(named("second", step("b")), at_ms=5100)]
        assert play(arrivals, world).runs["second"].run.job.cooling == ()


class TestScriptedWorlds:
    def test_answer_by_attempt_then_by_model_then_by_default(self):
        world = ScriptedWorld(
            ok(1), by_model={"mid": ok(20), "mini": empty(300)}, by_attempt={AttemptId("b", 0): empty(4000)}
        )
        simulated = only(play([Arrival(job(step("a"), step("b")))], world))
        ends = {str(moment.event.attempt): moment.at_ms for moment in simulated.moments if is_end(moment)}
        assert ends == {"a#0": 300, "a#1": 320, "b#0": 4000, "b#1": 4020}


def is_end(moment):
    return isinstance(moment.event, CallSucceeded | CallFailed)


CALL = CallModel(AttemptId("a", 0), "mini", "direct", "mini", None, (), 400, 500, 1000)


class TestRandomWorlds:
    def answers(self, world, count=1000):
        return [world.answer("run", evolve(CALL, attempt=AttemptId("a", nth)), 0) for nth in range(count)]

    def test_the_same_seed_gives_the_same_answers_and_another_one_others(self):
        assert self.answers(RandomWorld(1), 50) == self.answers(RandomWorld(1), 50)
        assert self.answers(RandomWorld(1), 50) != self.answers(RandomWorld(2), 50)

    def test_runs_do_not_share_their_luck(self):
        world = RandomWorld(1)
        assert world.answer("one", CALL, 0) != world.answer("two", CALL, 0)

    def test_latencies_and_lengths_stay_in_their_ranges(self):
        for answer in self.answers(RandomWorld(3, least_ms=100, most_ms=900), 300):
            assert 100 <= answer.after_ms <= 900
            assert 1 <= answer.outcome.usage.output_tokens <= 500
            assert answer.outcome.usage.input_tokens == 100

    def test_faults_come_about_as_often_as_asked(self):
        world = RandomWorld(5, {Fault.OVERLOADED: 200, Fault.UNREACHABLE: 50})
        faults = [answer.outcome.fault for answer in self.answers(world) if isinstance(answer.outcome, Failure)]
        assert 160 <= faults.count(Fault.OVERLOADED) <= 240
        assert 25 <= faults.count(Fault.UNREACHABLE) <= 80

    @pytest.mark.parametrize("seat", ["mini", "direct"])
    def test_in_an_outage_nothing_can_be_reached(self, seat):
        assert RandomWorld(1, outages=frozenset({seat})).answer("run", CALL, 0).outcome == Failure(Fault.UNREACHABLE)

    @pytest.mark.parametrize("fault", Fault)
    def test_every_fault_is_found_by_the_machine_as_what_it_is(self, fault):
        once = named("run", step("a", cap=50), policy=Policy(max_attempts=1))
        simulated = only(play([Arrival(once)], RandomWorld(1, {fault: 1000})))
        charged = [entry for entry in simulated.entries if type(entry).__name__ == "Charged"]
        assert [entry.outcome for entry in charged] == [fault.value]


def test_a_story_tells_its_entries_in_order():
    simulated = only(play([Arrival(job(step("a")))], ScriptedWorld(ok())))
    assert [type(entry).__name__ for entry in simulated.entries] == [
        "Routed",
        "Reservation",
        "Charged",
        "Released",
        "StepEnded",
        "Finished",
    ]
    assert simulated.entries[0].tier is Tier.BUDGET
