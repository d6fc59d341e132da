"""Each check that a step may declare, observed on a real reply's text, sends a step that fails it up the ladder."""

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import job, ok, step
from tokenwise.budgets.ledger import Charged, Escalated
from tokenwise.plan import Check, CheckKind
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise_shell.engine.checks import failed_checks

CASES = {
    CheckKind.JSON: ("", "Sure: {}", '{"a": 1}'),
    CheckKind.JSON_SCHEMA: ('{"type": "object", "required": ["a"]}', "{}", '{"a": 1}'),
    CheckKind.REGEX: ("^[0-9]+$", "forty", "40"),
    CheckKind.MIN_CHARS: ("5", "four", "fives"),
    CheckKind.CONTAINS: ("source:", "I think so", "source: a book"),
    CheckKind.PYTHON_COMPILES: ("", "def f(:", "def f(): pass"),
}


def observed(text, check):
    """An answer as the shell passes it on, with what the check found."""
    answer = ok(text=text)
    return evolve(answer, outcome=evolve(answer.outcome, findings=failed_checks(text, (check,))))


def test_every_kind_is_here():
    assert set(CASES) == set(CheckKind)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.value)
def test_a_reply_that_fails_it_escalates_and_one_that_passes_is_taken(kind):
    argument, bad, good = CASES[kind]
    check = Check(kind, argument)
    world = ScriptedWorld(observed(good, check), by_model={"mini": observed(bad, check)})
    story = only(play([Arrival(job(step("a", checks=(check,))))], world))
    (climbed,) = [entry for entry in story.entries if isinstance(entry, Escalated)]
    assert (climbed.model, climbed.to, climbed.why) == ("mini", "mid", "check_failed")
    assert [entry.outcome for entry in story.entries if isinstance(entry, Charged)] == ["check_failed", "ok"]
    assert story.run.text("a") == good
    assert story.run.books.spent <= story.run.job.limit
