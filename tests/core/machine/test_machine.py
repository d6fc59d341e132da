"""What the machine does, story by story. Whole runs as text are in tests/transcripts; laws in property_tests.

Worst cases of a step without parents, at a cap of 500: mini $0.001239, mid $0.005217, big $0.013695. A good answer of
200 tokens by mini costs $0.00046, an empty one $0.000062.
"""

from itertools import pairwise

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, MINI, empty, fails, job, model, ok, step
from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.errors import Blamed, ProtocolViolation
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import TRANSITIONS, start
from tokenwise.machine.machine import step as hear
from tokenwise.machine.messages import (
    AbandonCall,
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    Finish,
    FirstToken,
    Lost,
    ModelsCooling,
    Record,
    Reserve,
    Reserved,
    ReserveRefused,
    Settle,
    Wait,
    Woke,
)
from tokenwise.machine.plausible import implausible
from tokenwise.machine.run import BackingOff, Calling, Ended, Outcome, Parked, Pending, Reserving, Run
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Escalation, Policy, Strategy
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.health import ANY_MODEL
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.simulation.answers import Answer, ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability, Tier
from tokenwise.usage import TokenCount, Usage

A0, B0 = AttemptId("a", 0), AttemptId("b", 0)


def replies(finish=FinishReason.STOP, text="Text.", after_ms=800, usage=None, **more):
    return Answer(after_ms, Reply(text, finish, usage, **more))


def streams(outcome, after_ms=900):
    return Answer(after_ms, outcome, first_token_ms=100)


def scripted(default=None, **by_attempt):
    """A world by attempt, written `a0=…` for the first of step a."""
    attempts = {AttemptId(name[:-1], int(name[-1])): answer for name, answer in by_attempt.items()}
    return ScriptedWorld(default or ok(), by_attempt=attempts)


# Each story: its job, its world, and the limit of a budget outside the run, if there is one.
STORIES = {
    "all is well": (job(step("a"), step("b", "a")), scripted(), None),
    "an empty answer": (job(step("a")), scripted(a0=empty()), None),
    "a provider is down": (job(step("a")), scripted(a0=fails(Fault.QUOTA)), None),
    "a rejected request": (job(step("a"), step("b", "a"), step("c")), scripted(a0=fails(Fault.REJECTED)), None),
    "overloaded once": (job(step("a")), scripted(a0=fails(Fault.OVERLOADED)), None),
    "a stream": (job(step("a")), scripted(streams(ok().outcome)), None),
    "a stream that breaks": (job(step("a")), scripted(a0=streams(Failure(Fault.CUT_STREAM))), None),
    "the deadline passes during a call": (
        job(step("a"), policy=Policy(deadline_ms=1000)),
        scripted(ok(5000)),
        None,
    ),
    "escalation waits for a sibling's money": (
        job(step("a"), step("b"), limit="0.006"),
        scripted(a0=empty(100)),
        None,
    ),
    "failover waits for a sibling's money": (
        job(step("a"), step("b"), limit="0.003"),
        scripted(a0=fails(Fault.TIMED_OUT, 100)),
        None,
    ),
    "a retry waits for a sibling's money": (
        job(step("a"), step("b"), limit="0.002"),
        scripted(a0=fails(Fault.OVERLOADED, 10)),
        None,
    ),
    "a sibling has spent a retry's money": (
        job(step("a"), step("b"), limit="0.002"),
        scripted(a0=fails(Fault.OVERLOADED, 10), b0=replies(after_ms=100)),
        None,
    ),
    "a budget outside holds one call at a time": (job(step("a"), step("b")), scripted(), "0.002"),
    "a budget outside pays a short answer": (job(step("a")), scripted(), "0.0009"),
    "a budget outside is empty": (job(step("a")), scripted(), "0"),
}


def story(name):
    """The named story, simulated alone."""
    work, world, outside = STORIES[name]
    budget = None if outside is None else Budget(parse_usd(outside))
    return only(play([Arrival(work)], world, budget=budget))


def told(work, world, **more):
    return only(play([Arrival(work, **more)], world))


def commands(simulated, kind):
    return [command for moment in simulated.moments for command in moment.commands if isinstance(command, kind)]


def recorded(asked, kind):
    return [each.entry for each in asked if isinstance(each, Record) and isinstance(each.entry, kind)]


def entries(simulated, kind):
    return [entry for entry in simulated.entries if isinstance(entry, kind)]


def outcomes(simulated):
    return {
        spec.id: each.state.outcome.value
        for spec, each in zip(simulated.run.job.plan.steps, simulated.run.steps, strict=True)
    }


def called(simulated):
    return [(call.model, call.provider) for call in commands(simulated, CallModel)]


def runs_of(simulated):
    run, _ = start(simulated.run.job, at_ms=simulated.moments[0].at_ms)
    yield run
    for moment in simulated.moments[1:]:
        run, _ = hear(run, moment.event)
        yield run


def state_of(run, name):
    return run.steps[run.job.plan.position[name]].state


# --- money -----------------------------------------------------------------------------------------------------------


class TestMoneyOfSiblings:
    def test_refused_step_parks_while_a_sibling_holds_money(self):
        run, _ = start(job(step("a"), step("b")))
        run, _ = hear(run, Reserved(A0, 0))
        run, asked = hear(run, ReserveRefused(B0, 0, parse_usd("0.000761"), parse_usd("0.001239")))
        assert isinstance(state_of(run, "b"), Parked)
        assert asked == ()

    def test_it_asks_once_more_when_the_sibling_has_ended_and_gets_its_turn(self):
        simulated = story("a budget outside holds one call at a time")
        assert [each.attempt for each in commands(simulated, Reserve)] == [A0, B0, AttemptId("b", 1)]
        assert outcomes(simulated) == {"a": "ok", "b": "ok"}

    def test_twenty_steps_take_turns_at_a_budget_that_holds_one(self):
        many = job(*(step(f"s{nth}") for nth in range(20)))
        simulated = only(play([Arrival(many)], scripted(), budget=Budget(parse_usd("0.012"))))
        assert set(outcomes(simulated).values()) == {"ok"}
        assert len(called(simulated)) == 20

    def test_an_escalation_waits_for_what_a_sibling_holds_and_then_climbs(self):
        simulated = story("escalation waits for a sibling's money")
        assert any(isinstance(state_of(run, "a"), Parked) for run in runs_of(simulated))
        assert called(simulated) == [("mini", "direct"), ("mini", "direct"), ("mid", "direct")]
        assert outcomes(simulated) == {"a": "ok", "b": "ok"}

    def test_a_failed_step_ends_if_the_siblings_leave_too_little_for_another_try(self):
        simulated = story("a sibling has spent a retry's money")
        assert outcomes(simulated) == {"a": "failed", "b": "ok"}
        assert state_of(simulated.run, "a").why.startswith("retry; going on needs $0.001239, $0.000761 is left")

    def test_escalation_may_use_only_what_is_left_above_the_floors(self):
        """`b` has yet to come and needs $0.001239 for its cheapest answer: what is left would pay mid, less that."""
        two = (step("a"), step("b"))
        one_at_a_time = Policy(parallelism=1)
        kept = job(*two, limit="0.006", floors=(0, 1_239_000), policy=one_at_a_time)
        assert outcomes(told(kept, scripted(a0=empty()))) == {"a": "failed", "b": "ok"}
        unkept = job(*two, limit="0.006", policy=one_at_a_time)
        assert called(told(unkept, scripted(a0=empty())))[1] == ("mid", "direct")

    def test_a_woken_step_waits_for_a_free_place_like_any_other(self):
        """Two steps park for money; the failure of `c` sets much of it free at once, for both, but not two places."""
        six = (step("c"), step("e", "c"), step("a"), step("b"), step("d"), step("g"))
        crowded = job(*six, limit="0.027", floors=(0, 20_000_000, 0, 0, 0, 0), policy=Policy(parallelism=3))
        world = scripted(ok(5000), c0=fails(Fault.REJECTED, 300), a0=empty(100), b0=empty(200))
        simulated = told(crowded, world)
        assert any(
            isinstance(state_of(run, "a"), Parked) and isinstance(state_of(run, "b"), Parked)
            for run in runs_of(simulated)
        )
        assert max(run.busy for run in runs_of(simulated)) == 3
        assert [outcomes(simulated)[name] for name in "abdg"] == ["ok"] * 4


class TestBudgetsOutsideTheRun:
    def refused(self, available, held, work=None):
        run, _ = start(work or job(step("a")))
        return hear(run, ReserveRefused(A0, 0, parse_usd(available), parse_usd(held)))

    def test_budget_outside_the_run_refuses_and_the_step_fits_what_it_has_left(self):
        simulated = story("a budget outside pays a short answer")
        assert [call.max_output_tokens for call in commands(simulated, CallModel)] == [330]
        assert commands(simulated, Reserve)[-1].amount <= parse_usd("0.0009")

    def test_budget_outside_the_run_refuses_and_a_weaker_model_is_asked(self):
        _, asked = self.refused("0.006", "0", job(step("a"), models=("big",)))
        assert [(each.model, each.to) for each in recorded(asked, ledger.Downgraded)] == [("big", "mid")]

    def test_budget_outside_the_run_refuses_and_waiting_for_others_may_help(self):
        run, asked = self.refused("0.001", "0.001")
        assert isinstance(state_of(run, "a"), BackingOff)
        assert asked == (Wait(A0, 250),)
        _, asked = hear(run, Woke(A0, 250))
        assert [command.attempt for command in asked if isinstance(command, Reserve)] == [AttemptId("a", 1)]

    def test_budget_outside_the_run_refuses_for_good(self):
        simulated = story("a budget outside is empty")
        assert called(simulated) == []
        assert commands(simulated, Finish)[0].status == "exhausted"

    def test_who_waits_for_others_in_vain_gives_up(self):
        run, asked = start(job(step("a")))
        waits = 0
        while not run.finished and waits < 100:
            ((attempt, _),) = [(each.attempt, each.amount) for each in asked if isinstance(each, Reserve)]
            run, asked = hear(run, ReserveRefused(attempt, run.now_ms, parse_usd("0"), parse_usd("1")))
            if any(isinstance(each, Wait) for each in asked):
                waits += 1
                run, asked = hear(run, Woke(attempt, run.now_ms + 250))
        assert waits == 8
        assert state_of(run, "a").why == "the money stayed in others' hands"


class TestCharges:
    def test_served_model_is_priced_as_served(self):
        usage = Usage(input_tokens=60, output_tokens=200)
        simulated = told(job(step("a")), scripted(a0=replies(usage=usage, served_model="big")))
        (charged,) = entries(simulated, ledger.Charged)
        assert (charged.asked, charged.model, charged.amount) == ("mini", "big", 60 * 5000 + 200 * 25_000)
        assert entries(simulated, ledger.Overran) == [ledger.Overran(A0, charged.amount - 1_239_000)]

    def test_a_served_model_that_nobody_knows_is_priced_as_asked(self):
        usage = Usage(input_tokens=60, output_tokens=200)
        simulated = told(job(step("a")), scripted(a0=replies(usage=usage, served_model="mini-20261101")))
        assert entries(simulated, ledger.Charged)[0].amount == 460_000

    def test_a_failed_call_that_reports_its_usage_is_charged_for_it(self):
        broken = fails(Fault.OVERLOADED, usage=Usage(input_tokens=60, output_tokens=10))
        charged = entries(told(job(step("a")), scripted(a0=broken)), ledger.Charged)
        assert [(each.amount, each.outcome, each.estimated) for each in charged] == [
            (80_000, "overloaded", False),
            (460_000, "ok", False),
        ]

    @pytest.mark.parametrize(("fault", "amount"), [(Fault.RATE_LIMITED, 0), (Fault.DISCONNECTED, 1_239_000)])
    def test_with_no_report_a_refusal_is_free_and_silence_is_not(self, fault, amount):
        charged = entries(told(job(step("a")), scripted(a0=fails(fault))), ledger.Charged)[0]
        assert (charged.amount, charged.estimated) == (amount, amount > 0)

    def test_zero_usage_is_not_missing_usage(self):
        simulated = told(job(step("a")), scripted(a0=replies(usage=Usage())))
        (charged,) = entries(simulated, ledger.Charged)
        assert (charged.amount, charged.estimated) == (0, False)

    @pytest.mark.parametrize(("reported", "amount"), [(7, 460_000), (470_000, 470_000), (5_000_000, 5_000_000)])
    def test_what_the_provider_says_it_took_counts_where_it_is_more(self, reported, amount):
        """Fees, a rise in price and a dearer host are in its figure and not in the tokens."""
        usage = Usage(input_tokens=60, output_tokens=200)
        simulated = told(job(step("a")), scripted(a0=replies(usage=usage, reported_cost=reported)))
        (charged,) = entries(simulated, ledger.Charged)
        assert (charged.amount, charged.reported, charged.estimated) == (amount, reported, False)
        excess = [ledger.Overran(A0, amount - 1_239_000)] if amount > 1_239_000 else []
        assert entries(simulated, ledger.Overran) == excess

    def test_a_failure_costs_what_the_provider_says_it_took(self):
        broken = fails(Fault.CUT_STREAM, usage=Usage(input_tokens=60, output_tokens=10), reported_cost=2_000_000)
        charged = entries(told(job(step("a")), scripted(a0=broken)), ledger.Charged)[0]
        assert (charged.amount, charged.reported) == (2_000_000, 2_000_000)

    @pytest.mark.parametrize(
        "usage",
        [
            Usage(input_tokens=60, output_tokens=10**12),  # $2,000,000 on a cap of 500 tokens
            Usage(input_tokens=10**9, output_tokens=10),
            Usage(input_tokens=1, cache_read_tokens=10**9, output_tokens=10),
        ],
    )
    def test_a_count_that_cannot_be_true_is_no_count_and_the_books_say_so(self, usage):
        (charged,) = entries(told(job(step("a")), scripted(a0=replies(usage=usage))), ledger.Charged)
        assert (charged.usage, charged.amount, charged.estimated) == (None, 1_239_000, True)
        assert "are the most that can be" in charged.notice

    def test_each_of_several_answers_may_be_as_long_as_one(self):
        bid = Bid("m", "p", "m", 29, 100, Nanodollars(1), choices=3)
        odd = [implausible(Usage(20, output_tokens=tokens), bid, None) for tokens in (664, 665)]
        assert [bool(why) for why in odd] == [False, True]

    def test_a_server_that_does_not_know_the_cap_is_believed_as_far_as_its_text_goes(self):
        usage = Usage(input_tokens=60, output_tokens=4_000)
        (charged,) = entries(told(job(step("a")), scripted(a0=replies(text="a " * 8_000, usage=usage))), ledger.Charged)
        assert (charged.usage, charged.notice) == (usage, "")


# --- the ladder ------------------------------------------------------------------------------------------------------


class TestTheLadder:
    def test_first_token_closes_the_ladder(self):
        simulated = story("a stream that breaks")
        assert called(simulated) == [("mini", "direct")]
        assert outcomes(simulated) == {"a": "failed"}
        unstreamed = told(job(step("a")), scripted(a0=fails(Fault.CUT_STREAM)))
        assert outcomes(unstreamed) == {"a": "ok"}

    def test_what_has_streamed_is_not_judged_any_more(self):
        simulated = told(job(step("a")), scripted(streams(Reply("Half an ans", FinishReason.LENGTH, None))))
        assert outcomes(simulated) == {"a": "ok"}

    def test_a_truncated_reply_climbs_with_twice_the_cap(self):
        simulated = told(job(step("a")), scripted(a0=replies(FinishReason.LENGTH), a1=replies(FinishReason.LENGTH)))
        calls = commands(simulated, CallModel)
        assert [(call.model, call.max_output_tokens) for call in calls] == [("mini", 500), ("mid", 1000), ("big", 2000)]

    @pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.REFUSED, Fault.CONTENT_FILTERED])
    def test_any_other_unusable_reply_climbs_with_the_same_cap(self, fault):
        finish = {Fault.REFUSED: FinishReason.REFUSAL, Fault.CONTENT_FILTERED: FinishReason.CONTENT_FILTER}
        text = "" if fault is Fault.EMPTY else "Text."
        simulated = told(job(step("a")), scripted(a0=replies(finish.get(fault, FinishReason.STOP), text)))
        assert [call.max_output_tokens for call in commands(simulated, CallModel)] == [500, 500]
        assert entries(simulated, ledger.Escalated)[0].why == fault.value

    def test_a_failed_check_climbs_and_says_what_was_found(self):
        wrong = replies(findings=("not JSON",))
        simulated = told(job(step("a"), models=("big",)), scripted(wrong))
        assert state_of(simulated.run, "a").why.endswith("does code: not JSON")

    def test_a_retry_asks_the_same_place_for_the_same_bid(self):
        simulated = story("overloaded once")
        first, second = commands(simulated, CallModel)
        assert (first.provider, first.model, first.max_output_tokens) == (
            second.provider,
            second.model,
            second.max_output_tokens,
        )
        assert entries(simulated, ledger.Retried)[0].why == "overloaded"

    def test_where_everybody_fails_the_seats_have_a_budget_of_their_own(self):
        simulated = told(job(step("a")), scripted(fails(Fault.OVERLOADED)))
        assert called(simulated) == [("mini", "direct")] * 3 + [("mini", "openrouter")] * 3 + [("mid", "direct")] * 2
        assert state_of(simulated.run, "a").why == "8 calls lost to their sellers, the most allowed"

    def test_two_broken_sellers_do_not_use_up_the_climb(self):
        broken = {f"a{nth}": fails(Fault.OVERLOADED) for nth in range(6)}
        simulated = told(job(step("a")), scripted(**broken, a6=empty()))
        assert called(simulated)[-2:] == [("mid", "direct"), ("big", "direct")]
        assert outcomes(simulated) == {"a": "ok"}

    def test_another_vendors_equal_answers_for_a_vendor_that_is_down(self):
        """One vendor is down and another's flagship idle: the step has an answer, at the price of an equal."""
        catalog = CATALOG.merged([model("other/best", Tier.FLAGSHIP, 6, 30), model("big/next", Tier.FLAGSHIP, 5, 20)])
        down = scripted(a0=fails(Fault.UNAUTHORIZED))
        simulated = told(job(step("a"), models=("big",), catalog=catalog), down)
        assert [name for name, _ in called(simulated)] == ["big", "other/best"]

    def test_a_request_that_is_not_judged_is_passed_on_as_it_came(self):
        need = Need(Capability.CODE, TokenCount(60, 239), max_output_tokens=500, output_tokens=200)
        asked = evolve(job(step("a")), request=need, judged=False)
        simulated = told(asked, scripted(replies(FinishReason.LENGTH, text="")))
        assert outcomes(simulated) == {"a": "ok"}
        (call,) = commands(simulated, CallModel)
        assert (call.prompt, call.input_tokens) == (None, 239)


class TestHealth:
    def first_call(self, cooling, work=None):
        run, _ = start(evolve(work or job(step("a")), cooling=cooling))
        _, asked = hear(run, Reserved(A0, 0))
        return [(each.model, each.provider) for each in asked if isinstance(each, CallModel)]

    def test_cooling_offer_is_passed_over_for_the_same_model_elsewhere(self):
        assert self.first_call(((("direct", "mini"), 5000),)) == [("mini", "openrouter")]

    def test_cooling_provider_is_passed_over_with_all_its_models(self):
        cooling = ((("direct", ANY_MODEL), 5000),)
        other = CATALOG.merged([model("best", Tier.FLAGSHIP, 6, 30, sellers=("direct", "openrouter"))])
        flagship = job(step("a"), models=("big",), catalog=other)
        assert self.first_call(cooling, flagship) == [("best", "openrouter")]

    def test_where_no_equal_is_well_a_stronger_one_is_asked_and_the_books_say_so(self):
        cooling = ((("direct", "mini"), 5000), (("openrouter", "mini"), 5000))
        _, asked = start(evolve(job(step("a")), cooling=cooling))
        (moved,) = recorded(asked, ledger.Upgraded)
        assert (moved.model, moved.to, moved.why) == ("mini", "mid", "cooling")

    def test_nothing_weaker_stands_in_for_what_cools(self):
        cooling = ((("direct", ANY_MODEL), 5000),)
        assert self.first_call(cooling, job(step("a"), models=("big",))) == [("big", "direct")]

    def test_a_seat_whose_time_is_over_is_offered_again(self):
        run, _ = start(evolve(job(step("a")), cooling=((("direct", "mini"), 5000),)), at_ms=5000)
        _, asked = hear(run, Reserved(A0, 5000))
        assert [each.provider for each in asked if isinstance(each, CallModel)] == ["direct"]

    def test_what_is_heard_of_health_counts_for_the_calls_to_come(self):
        run, _ = start(job(step("a")))
        run, nothing = hear(run, ModelsCooling(0, ((("openrouter", "mini"), 9000), (("direct", "mid"), 9000))))
        run, _ = hear(run, Reserved(A0, 0))
        run, asked = hear(run, CallFailed(A0, 100, Fault.TIMED_OUT))
        assert nothing == ()
        assert [each.to for each in recorded(asked, ledger.Escalated)] == ["big"]

    def test_where_everybody_cools_the_planned_model_is_asked_all_the_same(self):
        """Nobody else is left, and somebody must find out whether they are well again."""
        _, asked = start(evolve(job(step("a")), cooling=((("direct", ANY_MODEL), 9), (("openrouter", ANY_MODEL), 9))))
        assert [(entry.model, entry.provider) for entry in recorded(asked, ledger.Routed)] == [("mini", "direct")]

    @pytest.mark.parametrize(
        ("seat", "why"),
        [(("direct", "big"), "cooling"), (("openrouter", ANY_MODEL), "does not fit the money or the window")],
    )
    def test_a_downgrade_is_put_down_to_health_only_if_the_planned_model_itself_cools(self, seat, why):
        _, asked = start(evolve(job(step("a"), models=("big",), limit="0.006"), cooling=((seat, 9000),)))
        (downgraded,) = recorded(asked, ledger.Downgraded)
        assert (downgraded.model, downgraded.to, downgraded.why) == ("big", "mid", why)


# --- the plan --------------------------------------------------------------------------------------------------------


class TestThePlan:
    def test_a_child_starts_the_moment_its_own_parents_end(self):
        """A takes 2,000 ms, B 100, C after B 2,000: done at 2,100, where waves would take 4,000."""
        three = job(step("a"), step("b"), step("c", "b"))
        simulation = play([Arrival(three)], scripted(a0=ok(2000), b0=ok(100), c0=ok(2000)))
        assert simulation.ended_ms == 2100
        assert [moment.at_ms for moment in only(simulation).moments][-1] == 2100

    def test_a_failed_parent_ends_its_children_unpaid_and_others_go_on(self):
        simulated = story("a rejected request")
        assert outcomes(simulated) == {"a": "failed", "b": "upstream_failed", "c": "ok"}
        assert "b" not in {call.attempt.step for call in commands(simulated, CallModel)}

    def test_a_child_sees_its_parents_whole_answer(self):
        simulated = told(job(step("a"), step("b", "a")), scripted(a0=ok(text="Found: " + "x" * 3000)))
        prompt = commands(simulated, CallModel)[1].prompt
        assert "Found: " + "x" * 3000 in prompt[1].text

    def test_parents_outputs_are_cut_evenly_when_no_window_has_room(self):
        catalog = Catalog([model("narrow", Tier.BUDGET, 1, 2, context_tokens=2000)])
        three = job(step("a"), step("b"), step("c", "a", "b"), models=("narrow",) * 3, catalog=catalog)
        simulated = told(three, scripted(a0=ok(text="a" * 8000), b0=ok(text="b" * 4000)))
        assert entries(simulated, ledger.ContextCut) == [ledger.ContextCut("c", 12_000, 6000)]
        text = commands(simulated, CallModel)[-1].prompt[1].text
        assert (text.count("a" * 4000), text.count("a" * 4001)) == (1, 0)
        assert (text.count("b" * 2000), text.count("b" * 2001)) == (1, 0)
        assert "4000 of 8000 characters shown" in text

    def test_no_more_steps_run_at_once_than_the_policy_allows(self):
        many = job(*(step(f"s{nth}") for nth in range(6)), policy=Policy(parallelism=2))
        simulated = told(many, scripted())
        assert max(run.busy for run in runs_of(simulated)) == 2
        assert simulated.moments[-1].at_ms == 3000

    def test_a_step_that_nobody_can_do_ends_without_a_call(self):
        simulated = told(job(step("a", does=Capability.MATH)), scripted())
        assert outcomes(simulated) == {"a": "no_model"}
        assert called(simulated) == []

    def test_there_is_a_choice_for_every_step_or_no_job(self):
        two = job(step("a"), step("b"))
        with pytest.raises(ValueError, match="1 choices for 2 steps"):
            evolve(two, choices=two.choices[:1])


class TestTheStatus:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("all is well", "completed"),
            ("a rejected request", "failed"),
            ("a budget outside is empty", "exhausted"),
            ("the deadline passes during a call", "failed"),
        ],
    )
    def test_is_one_word_for_the_run(self, name, status):
        assert [finish.status for finish in commands(story(name), Finish)] == [status]

    def test_money_is_named_only_where_nothing_else_went_wrong(self):
        both = job(step("a"), step("b"), models=("mini", "mini"), limit="0.0013", policy=Policy(parallelism=1))
        world = scripted(a0=replies(after_ms=10))
        assert [finish.status for finish in commands(told(both, world), Finish)] == ["exhausted"]
        world = scripted(a0=fails(Fault.REJECTED))
        assert [finish.status for finish in commands(told(both, world), Finish)] == ["failed"]
        billed = fails(Fault.REJECTED, usage=Usage(input_tokens=60, output_tokens=500))
        mixed = told(both, scripted(a0=billed))
        assert [end.outcome is Outcome.BUDGET_EXHAUSTED for end in mixed.run.endings] == [False, True]
        assert [finish.status for finish in commands(mixed, Finish)] == ["failed"]


# --- time and cancellation -------------------------------------------------------------------------------------------


class TestTheDeadline:
    def test_deadline_shortens_the_time_a_call_may_take(self):
        timed = job(step("a"), step("b", "a"), policy=Policy(deadline_ms=5000, timeout_ms=4500))
        calls = commands(told(timed, scripted()), CallModel)
        assert [call.timeout_ms for call in calls] == [4500, 4000]

    def test_deadline_that_passes_during_a_call_ends_the_step_without_another(self):
        simulated = story("the deadline passes during a call")
        assert called(simulated) == [("mini", "direct")]
        assert outcomes(simulated) == {"a": "deadline_passed"}
        assert commands(simulated, Settle)[-1] == Settle(AttemptId("a", 1), 0)

    def test_deadline_that_a_pause_would_miss_ends_the_step_at_once(self):
        told_to_wait = fails(Fault.RATE_LIMITED, 100, retry_after_ms=4900)
        simulated = told(job(step("a"), policy=Policy(deadline_ms=5000)), scripted(told_to_wait))
        assert outcomes(simulated) == {"a": "deadline_passed"}
        assert commands(simulated, Wait) == []

    def test_without_a_deadline_there_is_none(self):
        assert Run.of(job(step("a")), 0).left_ms() is None


class TestCancelling:
    @pytest.mark.parametrize("name", STORIES)
    def test_at_any_event_of_any_story_nothing_stays_held_and_the_books_balance(self, name):
        work, world, outside = STORIES[name]
        for nth in range(len(story(name).moments)):
            budget = Budget(parse_usd(outside or "1"))
            simulation = play([Arrival(work, cancel_after=nth)], world, budget=budget)
            simulated = only(simulation)
            assert simulated.run.books.held == simulation.budget.held == 0
            assert list(ledger.check(simulated.entries)) == []
            assert simulated.run.finished

    def test_a_call_under_way_is_abandoned_and_charged_in_full(self):
        run, _ = start(job(step("a")))
        run, _ = hear(run, Reserved(A0, 0))
        run, asked = hear(run, Cancelled(50))
        assert asked[:2] == (AbandonCall(A0), Settle(A0, 1_239_000))
        assert (run.books.spent, run.books.held) == (1_239_000, 0)

    def test_a_hold_that_no_call_was_made_for_goes_back_whole(self):
        run, _ = start(job(step("a")))
        run, asked = hear(run, Cancelled(50))
        assert asked[0] == Settle(A0, 0)
        assert run.books.spent == 0

    def test_what_had_ended_well_stays_so(self):
        simulated = told(job(step("a"), step("b", "a")), scripted(), cancel_after=3)
        assert outcomes(simulated) == {"a": "ok", "b": "cancelled"}
        assert commands(simulated, Finish)[0].status == "cancelled"


# --- the contract with the driver ------------------------------------------------------------------------------------


def calling():
    run, _ = start(job(step("a"), step("b", "a")))
    return hear(run, Reserved(A0, 0))[0]


class TestStrongestFirst:
    def test_after_the_flagship_comes_what_lies_between_it_and_where_the_step_set_out(self):
        work = job(step("a"), policy=Policy(escalation=Escalation.STRONGEST_FIRST, strategy=Strategy.CHEAPEST))
        simulated = told(work, scripted(empty()))
        assert [model for model, _ in called(simulated)] == ["mini", "big", "mid"]


class TestTheContract:
    @pytest.mark.parametrize(
        "event", [Reserved(A0, 1), ReserveRefused(A0, 1, parse_usd("0"), parse_usd("0")), Woke(A0, 1)]
    )
    def test_an_event_that_cannot_follow_is_refused_with_the_state_it_met(self, event):
        run = calling()
        with pytest.raises(ProtocolViolation, match="cannot follow Calling") as violation:
            hear(run, event)
        assert violation.value.event == event
        assert violation.value.state == state_of(run, "a")
        assert violation.value.blame is Blamed.DRIVER

    def test_the_message_names_no_words_of_the_prompt_or_the_answer(self):
        with pytest.raises(ProtocolViolation) as violation:
            hear(calling(), Woke(A0, 1))
        assert str(violation.value) == "Woke of attempt a#0 cannot follow Calling: a bug in the driver"

    @pytest.mark.parametrize("event", [CallFailed(A0, 1, Fault.EMPTY), FirstToken(A0, 1), Woke(A0, 1)])
    def test_an_answer_before_the_money_is_there_is_refused(self, event):
        run, _ = start(job(step("a")))
        with pytest.raises(ProtocolViolation, match="cannot follow Reserving"):
            hear(run, event)

    @pytest.mark.parametrize(
        ("attempt", "met"), [(AttemptId("nobody", 0), None), (AttemptId("a", 1), Calling), (B0, Pending)]
    )
    def test_an_event_for_an_attempt_that_was_never_made_is_refused(self, attempt, met):
        with pytest.raises(ProtocolViolation) as violation:
            hear(calling(), Reserved(attempt, 1))
        assert type(violation.value.state) is (met or type(None))

    def test_a_late_answer_of_an_attempt_that_was_settled_is_ignored(self):
        run, _ = hear(calling(), CallFailed(A0, 100, Fault.TIMED_OUT))
        late = CallSucceeded(A0, 200, ok().outcome)
        after, asked = hear(run, late)
        assert asked == ()
        assert after == run.at(200)

    @pytest.mark.parametrize(
        "late",
        [
            CallFailed(A0, 200, Fault.OVERLOADED),
            CallSucceeded(A0, 200, ok().outcome),
            FirstToken(A0, 200),
            Lost(A0, 200),
        ],
    )
    def test_what_comes_late_for_an_attempt_that_is_backing_off_is_ignored(self, late):
        run, _ = hear(calling(), CallFailed(A0, 100, Fault.OVERLOADED))
        assert isinstance(state_of(run, "a"), BackingOff)
        assert hear(run, late) == (run.at(200), ())

    def test_after_the_end_nothing_is_heard(self):
        run, _ = hear(calling(), Cancelled(10))
        for event in (Cancelled(20), ModelsCooling(20, ()), Reserved(AttemptId("nobody", 9), 20)):
            assert hear(run, event) == (run, ())

    def test_time_never_runs_backwards(self):
        run, _ = hear(calling(), ModelsCooling(500, ()))
        run, _ = hear(run, ModelsCooling(400, ()))
        assert run.now_ms == 500


# --- going on after the death of a process ---------------------------------------------------------------------------


THREE = (step("a"), step("b"), step("c"))
ONE_TRY, NO_RETRY = Policy(max_attempts=1), Policy(max_retries=0)

# Each: a job, what its process heard before it died, and the steps that were in hand then.
RESUMED = {
    "reserving": (job(step("a")), (), "a"),
    "reserving, answered and called all the same": (job(step("a")), (), "a"),
    "calling": (job(step("a")), (Reserved(A0, 0),), "a"),
    "calling, paid for": (job(step("a")), (Reserved(A0, 0),), "a"),
    "calling for the last time": (job(step("a"), policy=ONE_TRY), (Reserved(A0, 0),), "a"),
    "calling, with no retry allowed": (job(step("a"), policy=NO_RETRY), (Reserved(A0, 0),), "a"),
    "streaming": (job(step("a")), (Reserved(A0, 0), FirstToken(A0, 1)), "a"),
    # The lost call of `a` stays charged and its floor is kept for the next one: `b` no longer fits beside them …
    "too little for both": (job(*THREE[:2], limit="0.0026", floors=(1_239_000, 0)), (Reserved(A0, 0),), "ab"),
    # … or not until `c`, still unheard of, gives back what it holds.
    "too little for three": (job(*THREE, limit="0.004", floors=(1_000_000, 0, 0)), (Reserved(A0, 0),), "ab"),
    "too little to fail over": (job(*THREE[:2], limit="0.003", policy=NO_RETRY), (Reserved(A0, 0),), "a"),
}


# What the ledger says that the attempt in hand has cost, where it says so.
BOOKED = {"reserving, answered and called all the same": Nanodollars(1_239_000), "calling, paid for": Nanodollars(200)}


def resumed(name):
    """The runs of a story that goes on: as the process left it, and after each attempt in hand was reported lost."""
    work, heard, in_hand = RESUMED[name]
    run, _ = start(work)
    for event in heard:
        run, _ = hear(run, event)
    yield run, None, ()
    for each in in_hand:
        event = Lost(AttemptId(each, 0), 1000, BOOKED.get(name))
        run, asked = hear(run, event)
        yield run, event, asked


def ending(name):
    *_, (run, _, asked) = resumed(name)
    return run, asked


class TestGoingOn:
    def test_a_lost_reservation_is_asked_for_again(self):
        run, asked = ending("reserving")
        assert [each.attempt for each in asked if isinstance(each, Reserve)] == [AttemptId("a", 1)]
        assert (run.books.spent, run.books.held) == (0, 1_239_000)

    def test_a_lost_call_counts_as_spent_in_full_and_is_retried_after_a_pause(self):
        run, asked = ending("calling")
        assert (run.books.spent, run.books.held) == (1_239_000, 0)
        assert [each.attempt for each in asked if isinstance(each, Wait)] == [A0]
        assert recorded(asked, ledger.Retried)[0].why == "disconnected"

    def test_a_reserve_that_was_answered_and_called_before_that_was_recorded_is_a_lost_call(self):
        run, asked = ending("reserving, answered and called all the same")
        assert (run.books.spent, run.books.held) == (1_239_000, 0)
        assert [each.attempt for each in asked if isinstance(each, Wait)] == [A0]
        assert run.steps[0].calls == 1

    def test_a_lost_call_costs_what_the_ledger_says(self):
        run, _ = ending("calling, paid for")
        assert (run.books.spent, run.books.held) == (200, 0)

    def test_a_lost_call_was_one_of_the_attempts_allowed(self):
        run, _ = ending("calling for the last time")
        assert state_of(run, "a").why == "1 attempts made, the most allowed: the process ended during the call"

    def test_the_books_were_closed_already_so_nothing_is_settled_or_charged_again(self):
        for name in RESUMED:
            for _, _, asked in resumed(name):
                assert [each for each in asked if isinstance(each, Settle)] == []
                assert recorded(asked, ledger.Charged | ledger.Abandoned | ledger.Released) == []

    def test_a_lost_stream_is_not_taken_up_by_anybody(self):
        run, asked = ending("streaming")
        assert state_of(run, "a").outcome.value == "failed"
        assert [each for each in asked if isinstance(each, Reserve | Wait)] == []

    def test_the_law_holds_for_what_is_left(self):
        for name in RESUMED:
            for run, _, _ in resumed(name):
                assert run.books.spent + run.books.held <= run.job.limit


# --- the table of transitions ----------------------------------------------------------------------------------------


def transitions(simulated):
    """Every (state, event, next state) of a step's own events in a story."""
    yield from own_transitions(runs_of(simulated), [moment.event for moment in simulated.moments])


def own_transitions(runs, events):
    for (before, after), event in zip(pairwise(runs), events[1:], strict=True):
        attempt = getattr(event, "attempt", None)
        was = state_of(before, attempt.step) if attempt else None
        if was is not None and getattr(was, "attempt", None) and was.attempt.id == attempt:
            yield type(was), type(event), type(state_of(after, attempt.step))


def busy_outside():
    """Two runs share a budget that holds one call: the second waits for what the first holds."""
    runs = [Arrival(evolve(job(step("a")), id="one")), Arrival(evolve(job(step("a")), id="two"), at_ms=1)]
    return play(runs, scripted(), budget=Budget(parse_usd("0.002"))).runs.values()


def test_every_transition_of_the_table_happens_in_some_story_and_no_other_does():
    stories = [*map(story, STORIES), *busy_outside()]
    seen = {transition for simulated in stories for transition in transitions(simulated)}
    for name in RESUMED:
        runs, events, _ = zip(*resumed(name), strict=True)
        seen |= set(own_transitions(runs, events))
    listed = {(was, event, now) for (was, event), nexts in TRANSITIONS.items() for now in nexts}
    assert seen == listed


def test_the_states_that_hold_money_are_those_of_an_attempt_under_way():
    for name in STORIES:
        for run in runs_of(story(name)):
            holding = [each.state.attempt.bid.amount for each in run.steps if _holds(each.state)]
            assert run.books.held == sum(holding)


def _holds(state):
    return not isinstance(state, Pending | Parked | BackingOff | Ended)


def test_a_run_that_waits_for_others_goes_on_when_they_have_done():
    one, two = busy_outside()
    assert outcomes(one) == outcomes(two) == {"a": "ok"}
    assert isinstance(state_of(next(runs_of(two)), "a"), Reserving)
    assert len(commands(two, Wait)) >= 1


def test_the_worst_cases_named_above_are_those_of_the_catalogue():
    worst = [each.price.worst(input_tokens=239, output_tokens=500) for each in (MINI, CATALOG["mid"], CATALOG["big"])]
    assert worst == [1_239_000, 5_217_000, 13_695_000]
