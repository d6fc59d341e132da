"""Verdicts: which replies may be passed on."""

import pytest

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import FinishReason, Reply, verdict
from tokenwise.usage import Usage

USAGE = Usage(input_tokens=5, output_tokens=5)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply("Fine.", FinishReason.STOP, USAGE), None),
        (Reply("Fine.", FinishReason.OTHER, USAGE), None),
        (Reply("Fine.", FinishReason.STOP, None), None),
        (Reply("Cut", FinishReason.LENGTH, USAGE), Fault.TRUNCATED),
        (Reply("", FinishReason.LENGTH, USAGE), Fault.TRUNCATED),
        (Reply("Fi", FinishReason.CONTENT_FILTER, USAGE), Fault.CONTENT_FILTERED),
        (Reply("I cannot help.", FinishReason.REFUSAL, USAGE), Fault.REFUSED),
        (Reply("", FinishReason.STOP, USAGE), Fault.EMPTY),
        (Reply(" \n\t", FinishReason.STOP, USAGE), Fault.EMPTY),
        (Reply("", FinishReason.TOOL_CALLS, USAGE, calls_tools=True), None),
        (Reply("", FinishReason.TOOL_CALLS, USAGE), Fault.EMPTY),
        (Reply("{", FinishReason.STOP, USAGE, findings=("not JSON",)), Fault.CHECK_FAILED),
        (Reply("{", FinishReason.LENGTH, USAGE, findings=("not JSON",)), Fault.TRUNCATED),
    ],
)
def test_verdict(reply, fault):
    assert verdict(reply) is fault


@pytest.mark.parametrize("finish", FinishReason)
def test_every_reason_to_stop_has_a_verdict(finish):
    assert verdict(Reply("Text.", finish, USAGE)) in {None, *Fault}
