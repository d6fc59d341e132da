"""A step's cascade: whom it asks, when it stops, and what it falls back on."""

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, agreeing, cascading, empty, fails, job, ok, step
from tokenwise.budgets import ledger
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel, FirstToken
from tokenwise.machine.run import Outcome
from tokenwise.money import Nanodollars
from tokenwise.plan import Check, CheckKind
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.verdicts import FinishReason
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival

FIRST, SECOND, THIRD = (AttemptId("answer", ordinal) for ordinal in range(3))
SAME, OTHER = agreeing("12"), agreeing("13", agrees=False)


def told(made, **world):
    return only(play([Arrival(made)], ScriptedWorld(ok(text="The answer is 12."), **world)))


def calls(story):
    return [command for moment in story.moments for command in moment.commands if isinstance(command, CallModel)]


def asked(story):
    return [call.model for call in calls(story)]


def ended(story):
    return story.run.steps[0].state


class TestWhoIsAsked:
    def test_two_that_agree_end_the_step_with_the_later_answer(self):
        story = told(cascading(), by_attempt={SECOND: SAME})
        assert asked(story) == ["mini", "tiny"]
        assert (ended(story).outcome, ended(story).text, ended(story).by) == (Outcome.OK, "12", SECOND)

    @pytest.mark.parametrize("escalation", Escalation)
    def test_two_that_differ_lead_to_the_model_of_the_forecast_whatever_the_escalation(self, escalation):
        made = evolve(cascading(), policy=Policy(escalation=escalation))
        story = told(made, by_attempt={SECOND: OTHER})
        assert asked(story) == ["mini", "tiny", "big"]
        assert ended(story).by == THIRD

    def test_a_driver_that_does_not_say_whether_they_agree_has_not_said_that_they_do(self):
        assert asked(told(cascading())) == ["mini", "tiny", "big"]

    @pytest.mark.parametrize("bad", [empty(), fails(Fault.CONTENT_FILTERED)], ids=["empty", "filtered"])
    def test_a_first_answer_that_is_none_needs_no_second_opinion(self, bad):
        assert asked(told(cascading(), by_model={"mini": bad})) == ["mini", "big"]

    def test_without_a_second_model_whatever_passes_its_checks_is_accepted(self):
        made = cascading(second="", checks=(Check(CheckKind.CONTAINS, "12"),))
        assert asked(told(made)) == ["mini"]

    def test_an_answer_that_fails_its_check_climbs_past_the_tier_between(self):
        made = cascading(second="", checks=(Check(CheckKind.CONTAINS, "12"),))
        bad = evolve(ok(), outcome=evolve(ok().outcome, findings=("it does not contain '12'",)))
        assert asked(told(made, by_model={"mini": bad})) == ["mini", "big"]

    def test_the_same_model_may_be_asked_for_another_sample(self):
        story = told(cascading(second="mini"), by_attempt={SECOND: SAME})
        assert asked(story) == ["mini", "mini"]

    def test_a_first_model_that_is_down_is_replaced_by_its_equal_whose_answer_is_then_the_first(self):
        story = told(cascading(second="mini"), by_model={"mini": fails(Fault.MODEL_MISSING)})
        assert asked(story) == ["mini", "mini", "tiny", "big"]  # both sellers, the equal; nobody is left to agree
        assert ended(story).outcome is Outcome.OK

    def test_a_truncated_first_answer_climbs_with_twice_the_cap(self):
        cut = evolve(ok(), outcome=evolve(ok().outcome, finish=FinishReason.LENGTH))
        story = told(cascading(), by_model={"mini": cut})
        assert [(call.model, call.max_output_tokens) for call in calls(story)] == [("mini", 500), ("big", 1000)]

    def test_the_strong_model_has_the_room_that_it_was_priced_with(self):
        made = cascading()
        roomy = evolve(made.choices[0].cascade, room=2000)
        story = told(evolve(made, choices=(evolve(made.choices[0], cascade=roomy),)), by_attempt={SECOND: OTHER})
        assert [call.max_output_tokens for call in calls(story)] == [500, 500, 2000]


class TestWhatIsHeldBack:
    def test_cheap_answers_are_held_and_the_strong_models_is_not(self):
        story = told(cascading(), by_attempt={SECOND: OTHER})
        assert [(call.held, call.beside) for call in calls(story)] == [
            (True, None),
            (True, "The answer is 12."),
            (False, None),
        ]

    def test_no_token_of_a_held_answer_reaches_a_client(self):
        streamed = evolve(ok(text="12"), first_token_ms=100)
        story = told(cascading(), by_attempt={FIRST: streamed, SECOND: OTHER, THIRD: streamed})
        firsts = [moment.event.attempt for moment in story.moments if isinstance(moment.event, FirstToken)]
        assert firsts == [THIRD]

    def test_without_a_cascade_nothing_is_held(self):
        (call,) = calls(told(job(step("answer"))))
        assert (call.held, call.beside) == (False, None)


class TestWhatItFallsBackOn:
    def test_where_the_strong_model_is_down_the_first_answer_stands(self):
        down = fails(Fault.UNAUTHORIZED)
        story = told(cascading(), by_model={"big": down, "mid": down}, by_attempt={SECOND: OTHER})
        assert (ended(story).outcome, ended(story).text, ended(story).by) == (Outcome.OK, "The answer is 12.", FIRST)
        assert ended(story).why.startswith("unconfirmed: ")

    def test_where_money_is_short_after_all_the_first_answer_stands(self):
        # mini 249 x 1 + 500 x 2 is $0.001249 at most, big 249 x 5 + 500 x 25 is $0.013745.
        story = told(cascading(limit="0.005"), by_attempt={SECOND: OTHER})
        assert asked(story)[:2] == ["mini", "tiny"]
        assert ended(story).outcome is Outcome.OK

    def test_a_stream_that_breaks_off_does_not_fall_back_since_its_text_is_out(self):
        cut = evolve(fails(Fault.CUT_STREAM, 500), first_token_ms=100)
        story = told(cascading(), by_model={"big": cut}, by_attempt={SECOND: OTHER})
        assert (ended(story).outcome, ended(story).text) == (Outcome.FAILED, "")

    def test_the_number_of_attempts_bounds_second_opinions_too(self):
        story = told(evolve(cascading(), policy=Policy(max_attempts=1)))
        assert asked(story) == ["mini"]
        assert ended(story).outcome is Outcome.OK


def test_a_sibling_does_not_buy_an_upgrade_with_the_money_of_a_climb():
    """`big` may cost $0.013745. Of $0.020 that much is kept for the step under way, so `mid` is not upgraded to."""
    made = job(step("a"), step("answer"), models=("mini", "mini"), limit="0.0200", policy=Policy(parallelism=2))
    cascade = evolve(made.choices[0], cascade=Cascade("tiny", "big", Nanodollars(13_745_000)))
    upgrading = evolve(made.choices[1], upgrades=("mid",))
    with_it = evolve(made, choices=(cascade, upgrading), catalog=cascading().catalog)
    without = evolve(made, choices=(made.choices[0], upgrading), catalog=cascading().catalog)
    upgrades = [
        [entry.to for entry in told(one).entries if isinstance(entry, ledger.Upgraded)] for one in (with_it, without)
    ]
    assert upgrades == [[], ["mid"]]


def test_the_books_tell_the_second_opinion():
    story = told(cascading(), by_attempt={SECOND: OTHER})
    seconded = [entry for entry in story.entries if isinstance(entry, ledger.Seconded)]
    escalated = [(each.model, each.to, each.why) for each in story.entries if isinstance(each, ledger.Escalated)]
    assert seconded == [ledger.Seconded(SECOND, "mini", "tiny", "direct")]
    assert escalated == [("tiny", "big", "disputed")]


def test_the_usual_catalogue_has_no_model_that_these_tests_add():
    assert "tiny" not in CATALOG
