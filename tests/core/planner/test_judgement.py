"""An opinion on a reply: what is asked, how much that can be, and which answers are opinions."""

import pytest

from tests.core.worlds import step
from tokenwise.plan import Plan
from tokenwise.planner.judgement import Opinion, judging_messages, judging_need, judging_room, read_opinion
from tokenwise.usage import count_messages

STEP = step("a", cap=100)
PLAN = Plan("Count to three.", (STEP,))


@pytest.mark.parametrize(
    ("answer", "opinion"),
    [
        ("yes", Opinion(good=True)),
        ("**Yes.**\nAll three are there.", Opinion(good=True)),
        ("No", Opinion(good=False)),
        ("no: two is missing", Opinion(good=False, why="two is missing")),
        ("<think>yes? no.</think>\nNo.\nTwo  is\nmissing.", Opinion(good=False, why="Two is missing.")),
        ("The result is good. Yes.", None),
        ("Nothing is wrong with it", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_an_opinion_begins_with_one_of_two_words(answer, opinion):
    assert read_opinion(answer) == opinion


def test_the_judge_sees_the_task_the_step_and_the_whole_result():
    text = judging_messages(PLAN, STEP, "one two three")[-1].text
    assert all(part in text for part in ("Count to three.", "Do a.", "one two three"))


def test_what_is_sent_is_what_is_counted_and_it_is_asked_of_this_model_alone():
    need = judging_need(PLAN, STEP, "one two", "mid")
    assert need.input == count_messages(message.text for message in judging_messages(PLAN, STEP, "one two"))
    assert need.model == "mid"


def test_the_room_kept_beforehand_covers_a_reply_of_the_whole_cap():
    longest = "word" * STEP.max_output_tokens
    assert judging_need(PLAN, STEP, longest, "mid").input.bound <= judging_room(PLAN, STEP, "mid").input.bound
