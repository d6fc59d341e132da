"""Whether two answers say the same: what counts, and what does not."""

import pytest

from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise_shell.engine.agreement import agree, compared, result_of

SAME = [
    ("They sold 48 + 24.\nThe answer is 72.", "#### 72"),
    ("The final answer is: **1,200**", "1200.00"),
    ("So it costs $5.50 in all.\nAnswer: $5.50", "5.5"),
    (r"Thus $x = \boxed{\frac{1}{2}}$.", r"\boxed{ \frac{1}{2} }"),
    ("Paris", "paris."),
    ("The answer: Paris", "**Paris**"),
    ("the Moon", "Moon"),
    ("B", "Answer: (B) Paris"),
    ('{"a": [1, 2.0], "b": "x"}', '```json\n{"b": "x", "a": [1.0, 2]}\n```'),
    ("Die Antwort lautet 42.", "La réponse est 42"),
    ("答案是 42。", "42"),
    ("[(1, 2), (3, 4)]", "[(1, 2), (3, 4)]"),
    ("−5", "-5"),
]
DIFFERENT = [
    ("The answer is 72.", "The answer is 27."),
    ("", ""),
    ("   ", "   "),
    ("5", "-5"),
    ("12", "1,2"),
    ("'Abc'", "'abc'"),
    ("x_N", "x_n"),
    ('{"a": true}', '{"a": 1}'),
    ('{"a": 1}', '{"a": 1, "b": null}'),
    ("[1, 2]", "[2, 1]"),
    # Reasons in other words, and reasons in the very same words that come to nothing that is said.
    ("It depends on how much you sleep. " * 8, "It depends on how much you sleep. " * 8),
    ("I would go by train.\nIt is quicker.", "I would go by train.\nIt is quicker."),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_say_the_same(one, other):
    assert agree(one, other)
    assert agree(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_do_not_or_nobody_can_tell(one, other):
    assert not agree(one, other)
    assert not agree(other, one)


def test_the_last_result_counts_since_people_and_models_correct_themselves():
    assert result_of("The answer is 5. No: wait.\nThe answer is 7.") == "7"
    assert result_of(r"\boxed{5} is wrong, so \boxed{7}") == "7"


def test_braces_within_a_box_belong_to_it():
    assert result_of(r"\boxed{\sqrt{x^{2}}}") == r"\sqrt{x^{2}}"


def test_an_answer_too_long_to_look_at_agrees_with_nothing():
    text = "12" + " " * 300_000
    assert not agree(text, text)


def call(beside):
    return CallModel(AttemptId("s", 1), "m", "p", "m", None, (), 10, 10, 1000, held=True, beside=beside)


def test_a_reply_is_compared_only_where_the_machine_asks_for_it():
    reply = Reply("12", FinishReason.STOP, None)
    assert compared(call(None), reply).agrees is None
    assert compared(call("The answer is 12."), reply).agrees is True
    assert compared(call("The answer is 13."), reply).agrees is False
    assert compared(call("12"), Failure(Fault.OVERLOADED)) == Failure(Fault.OVERLOADED)


def test_a_call_of_tools_is_no_answer_that_could_agree():
    assert compared(call("12"), Reply("12", FinishReason.TOOL_CALLS, None, calls_tools=True)).agrees is False
