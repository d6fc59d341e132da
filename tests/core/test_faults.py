"""The table of faults: total, and with its reasons kept."""

import pytest

from tokenwise.faults import RULES, Billing, Blame, Fault, Remedy


def test_every_fault_has_its_rule():
    assert set(RULES) == set(Fault)


def test_every_remedy_blame_and_billing_is_used():
    assert {rule.remedy for rule in RULES.values()} == set(Remedy)
    assert {rule.blame for rule in RULES.values()} == set(Blame)
    assert {rule.billing for rule in RULES.values()} == set(Billing)


@pytest.mark.parametrize("fault", [Fault.REJECTED, Fault.BOOKS_UNWRITABLE])
def test_what_nobody_else_would_do_either_stops_blames_nobody_and_is_free(fault):
    rule = RULES[fault]
    assert (rule.remedy, rule.blame, rule.billing) == (Remedy.STOP, Blame.NOBODY, Billing.FREE)


@pytest.mark.parametrize(
    "fault",
    [Fault.DISCONNECTED, Fault.TIMED_OUT, Fault.MALFORMED, Fault.CUT_STREAM, Fault.EMPTY, Fault.TRUNCATED],
)
def test_what_may_have_produced_tokens_is_not_free_unless_the_provider_says_so(fault):
    assert RULES[fault].billing is Billing.UNKNOWN


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.TRUNCATED, Fault.REFUSED, Fault.CHECK_FAILED])
def test_an_answer_that_cannot_be_used_calls_for_a_stronger_model_and_cools_nobody(fault):
    assert (RULES[fault].remedy, RULES[fault].blame) == (Remedy.STRONGER, Blame.NOBODY)


CAUSES = {
    "seat": "rate_limited overloaded server_error unreachable misdirected disconnected timed_out unauthorized quota "
    "model_missing unsupported malformed cut_stream",
    "answer": "content_filtered empty truncated refused check_failed disputed",
    "window": "context_too_long",
    "request": "rejected books_unwritable",
}


def test_every_fault_has_one_cause_and_its_remedy_follows_from_it():
    """A seat's fault leads to equals, an answer's to something stronger: a fault in the wrong row costs money."""
    remedies = {"answer": Remedy.STRONGER, "window": Remedy.LONGER, "request": Remedy.STOP}
    named = {Fault(word): cause for cause, words in CAUSES.items() for word in words.split()}
    assert set(named) == set(Fault)
    for fault, cause in named.items():
        assert RULES[fault].of_seat == (cause == "seat")
        assert cause == "seat" or RULES[fault].remedy is remedies[cause]


def test_a_timeout_is_never_repeated_at_the_same_place():
    assert RULES[Fault.TIMED_OUT].remedy is Remedy.ELSEWHERE
