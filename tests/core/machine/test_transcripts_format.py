"""How a run is written down: one line per event, one per command, and nobody's text."""

import pytest

from tests.core.simulated import only, play
from tests.core.worlds import job, ok, step
from tokenwise.budgets import ledger
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import (
    CallFailed,
    CallModel,
    CallSucceeded,
    ModelsCooling,
    Record,
    Reserve,
    Settle,
    Wait,
)
from tokenwise.money import Nanodollars
from tokenwise.plan import Check, CheckKind
from tokenwise.prompt import Message, Role
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival, Moment
from tokenwise.simulation.transcripts import transcript
from tokenwise.traits import Tier
from tokenwise.usage import Usage

A0 = AttemptId("a", 0)
USAGE = Usage(input_tokens=60, cache_read_tokens=7, cache_write_tokens=3, output_tokens=200)


REPLY = "(Reply finish=stop usage=60+7+3>200 calls_tools=False text=5 chars)"


def lines(*commands, event=None, at_ms=0):
    return transcript([Moment(at_ms, event, commands)]).splitlines()


def test_a_start_and_its_commands():
    assert lines(Reserve(A0, Nanodollars(5)), Wait(A0, 250)) == [
        "      0 ms  start",
        "            -> Reserve attempt=a#0 amount=5",
        "            -> Wait attempt=a#0 ms=250",
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (CallFailed(A0, 300, Fault.OVERLOADED), "    300 ms  CallFailed attempt=a#0 fault=overloaded"),
        (
            CallFailed(A0, 300, Fault.QUOTA, "no credit", USAGE, 9),
            "    300 ms  CallFailed attempt=a#0 fault=quota message=no credit usage=60+7+3>200 retry_after_ms=9",
        ),
        (
            CallSucceeded(A0, 300, Reply("Hello", FinishReason.STOP, USAGE)),
            f"    300 ms  CallSucceeded attempt=a#0 reply={REPLY}",
        ),
        (
            ModelsCooling(300, ((("direct", "mini"), 5300),)),
            "    300 ms  ModelsCooling until_ms=((('direct', 'mini'), 5300),)",
        ),
    ],
)
def test_an_event_has_its_time_in_front_and_leaves_out_what_is_empty(event, line):
    assert lines(event=event, at_ms=300) == [line]


def test_zero_is_shown_since_it_is_not_nothing():
    assert lines(Settle(A0, Nanodollars(0)))[1].endswith("Settle attempt=a#0 cost=0")


def test_an_entry_is_shown_inside_its_record():
    entry = ledger.Routed(A0, "mini", "direct", Tier.BUDGET, Nanodollars(7))
    assert lines(Record(entry))[1] == (
        "            -> Record Routed attempt=a#0 model=mini provider=direct tier=budget worst=7"
    )


def test_a_call_shows_the_length_of_its_prompt_and_its_checks_if_there_are_any():
    prompt = (Message(Role.SYSTEM, "Secret"), Message(Role.USER, "words"))
    call = CallModel(A0, "mini", "direct", "native-mini", prompt, (), 60, 500, 1000)
    shown = lines(call)[1]
    assert shown.endswith("prompt=11 chars input_tokens=60 max_output_tokens=500 timeout_ms=1000")
    checked = CallModel(A0, "mini", "direct", "native-mini", None, (Check(CheckKind.JSON),), 60, 500, 1000)
    assert "checks=" in lines(checked)[1]
    assert "prompt=" not in lines(checked)[1]


def test_nobodys_text_is_shown():
    told = only(play([Arrival(job(step("a"), step("b", "a")))], ScriptedWorld(ok(text="My own words."))))
    text = transcript(told.moments)
    assert "My own words." not in text
    assert "Do a." not in text
    assert "text=13 chars" in text


def test_every_line_ends_and_nothing_is_nothing():
    assert transcript([]) == ""
    assert transcript([Moment(0, None, ())]) == "      0 ms  start\n"
