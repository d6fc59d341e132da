"""Golden transcripts: whole runs as text, in tests/transcripts. `python -m tests --regold` writes them anew."""

from pathlib import Path

import pytest

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, agreeing, cascading, empty, fails, job, ok, step
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.policy import Policy
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.simulation.answers import Answer, ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.transcripts import transcript
from tokenwise.usage import Usage

FOLDER = Path(__file__).parent.parent.parent / "transcripts"

DIAMOND = (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))

STORIES = {
    "escalation": (
        "An empty answer climbs to the next tier that has the capability: `poet` is passed over.",
        Arrival(job(step("answer"))),
        ScriptedWorld(ok(), by_model={"mini": empty(), "mid": empty()}),
    ),
    "agreement": (
        "A cascade: two cheap answers agree, and the stronger model is not asked.",
        Arrival(cascading()),
        ScriptedWorld(ok(text="The answer is 12."), by_attempt={AttemptId("answer", 1): agreeing("12")}),
    ),
    "dispute": (
        "Two cheap answers differ: the step climbs to the model that it was forecast to climb to, past `mid`.",
        Arrival(cascading()),
        ScriptedWorld(ok(text="The answer is 12."), by_attempt={AttemptId("answer", 1): agreeing("13", agrees=False)}),
    ),
    "unconfirmed": (
        "They differ, and nobody stronger answers: the first answer stands, and the books say that it is unconfirmed.",
        Arrival(cascading()),
        ScriptedWorld(
            ok(text="The answer is 12."),
            by_model={"big": fails(Fault.UNAUTHORIZED), "mid": fails(Fault.UNAUTHORIZED)},
            by_attempt={AttemptId("answer", 1): agreeing("13", agrees=False)},
        ),
    ),
    "failover": (
        "A provider that is down is retried, then the same model is asked elsewhere.",
        Arrival(job(step("answer"))),
        ScriptedWorld(
            ok(),
            by_attempt={AttemptId("answer", ordinal): fails(Fault.UNREACHABLE, 50) for ordinal in range(3)},
        ),
    ),
    "retry_after": (
        "A rate limit says how long to wait, and is believed.",
        Arrival(job(step("answer"))),
        ScriptedWorld(ok(), by_attempt={AttemptId("answer", 0): fails(Fault.RATE_LIMITED, retry_after_ms=2000)}),
    ),
    "nothing_stronger": (
        "At the top of the ladder the run stops and says so.",
        Arrival(job(step("answer"), models=("big",))),
        ScriptedWorld(empty()),
    ),
    "escalation_too_dear": (
        "Escalation is bound by the same money: it stops at the rung it cannot pay.",
        Arrival(job(step("answer"), limit="0.002")),
        ScriptedWorld(empty()),
    ),
    "diamond": (
        "A child starts the moment its own parents end.",
        Arrival(job(*DIAMOND)),
        ScriptedWorld(ok(), by_attempt={AttemptId("b", 0): ok(100), AttemptId("c", 0): ok(2500)}),
    ),
    "upstream_failed": (
        "A rejected step ends its dependents unpaid; an independent branch goes on.",
        Arrival(job(step("a"), step("b", "a"), step("c"))),
        ScriptedWorld(ok(), by_attempt={AttemptId("a", 0): fails(Fault.REJECTED, message="bad request")}),
    ),
    "parked": (
        "A step that the money left cannot pay waits for what its sibling holds.",
        Arrival(job(step("a"), step("b"), limit="0.002")),
        ScriptedWorld(ok()),
    ),
    "shortened": (
        "With nobody to wait for, the cap sent shrinks to what the money pays.",
        Arrival(job(step("answer"), limit="0.0009")),
        ScriptedWorld(ok()),
    ),
    "downgraded": (
        "A planned model that the money no longer pays gives way to a weaker one, never a less capable one.",
        Arrival(job(step("answer"), models=("big",), limit="0.006")),
        ScriptedWorld(ok()),
    ),
    "exhausted": (
        "Too little even for the shortest answer: nothing is called and nothing spent.",
        Arrival(job(step("answer"), limit="0.0002")),
        ScriptedWorld(ok()),
    ),
    "cancelled": (
        "Cancelling charges the call under way in full, as an estimate, and holds nothing.",
        Arrival(job(*DIAMOND), cancel_after=4),
        ScriptedWorld(ok()),
    ),
    "overrun": (
        "A provider that bills more than it was allowed is believed, and the excess has its own line.",
        Arrival(job(step("answer"))),
        ScriptedWorld(Answer(900, Reply("Long.", FinishReason.STOP, Usage(input_tokens=60, output_tokens=900)))),
    ),
    "no_usage": (
        "No usage reported is not zero usage: the reservation stands, as an estimate.",
        Arrival(job(step("answer"))),
        ScriptedWorld(Answer(900, Reply("Text.", FinishReason.STOP, None))),
    ),
    "deadline": (
        "The attempt budget has a time: no retry is begun that the deadline would cut.",
        Arrival(job(step("answer"), policy=Policy(deadline_ms=1000))),
        ScriptedWorld(fails(Fault.OVERLOADED, 400)),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_transcript(name, regold):
    summary, arrival, world = STORIES[name]
    text = f"{summary}\n\n{transcript(only(play([arrival], world)).moments)}"
    path = FOLDER / f"{name}.txt"
    if regold:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_transcript_on_disk_has_its_story():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(STORIES)


def test_the_catalogue_of_the_stories_is_the_one_described():
    assert [model.id for model in CATALOG.models] == ["big", "mid", "mini", "poet"]
    assert [model.id for model in cascading().catalog.models] == ["big", "mid", "mini", "poet", "tiny"]
