"""What became of requests, beside the ledger in `outcomes.jsonl`: their numbers, and what people said of the answers.

A line `described` holds the numbers (`scenario.numbers`) of a request or of a plan's step, never their words, and is
written where `ledger.numbers` is on; a line `rated` says that a request's answer was good or bad. A step's line says so
itself, where its checks or an answer that could not be used do: a rating of a plan is none of its steps. `tw calibrate`
reads both. The file is no part of the books: it may be deleted at any time.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from tokenwise.machine.run import Ended, Outcome, StepRun
from tokenwise.plan import Step
from tokenwise.planner.menus import planned_need
from tokenwise.routing.choosing import Routed
from tokenwise.scenario.detector import detect
from tokenwise.scenario.numbers import NUMBERS, numbers_of
from tokenwise_shell.ledger.jsonl import VERSION, Line, append_line, iso, read_lines, unheard
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.planned import Execution

__all__ = [
    "GOOD_OR_BAD",
    "KEEP_NUMBERS",
    "Logged",
    "append_rating",
    "describe",
    "describe_steps",
    "is_described",
    "logged",
    "outcomes_file",
]

KEEP_NUMBERS: Final = "`ledger: {numbers: true}` in the configuration keeps those of each request from then on"
"""What to do where a request has none."""

GOOD_OR_BAD: Final = ("good", "bad")
"""What an answer can be rated."""


@frozen
class Logged:
    """One request or step of the log: its numbers by name, its tokens, the tier asked first, and its rating if any.

    `tried` says that a cascade was begun: cheap answers first. A request's `step` is "".
    """

    run: str
    numbers: Mapping[str, float]
    input_tokens: int
    tier: str
    good: bool | None
    tried: bool = False
    step: str = ""


def outcomes_file(ledger: Path) -> Path:
    """Where the outcomes of a ledger's runs are kept."""
    return ledger.with_name("outcomes.jsonl")


def describe(ledger: Path, run: str, key: str, *, decision: Decision, words: Conversation, at_ms: int) -> None:
    """Keep the numbers of a request that was routed. Raises LinesUnwritable."""
    need, routed = decision.request.need, decision.outcome
    values = dict(zip(NUMBERS, numbers_of(words, decision.request.scenario), strict=True))
    tier = routed.model.tier.name.lower() if isinstance(routed, Routed) else ""
    tried = isinstance(routed, Routed) and routed.strong is not None
    told = {"tier": tier, "input_tokens": need.input.expected, "numbers": values, "cascade": tried}
    _write(ledger, {"v": VERSION, "at": iso(at_ms), "type": "described", "run": run, "key": key, **told})


def describe_steps(ledger: Path, executed: Execution, *, at_ms: int) -> None:
    """Keep the numbers of every step that was asked of a model. Raises LinesUnwritable."""
    planned = executed.planned
    for step, each, choice in zip(planned.steps, executed.run.steps, planned.assigned.choices, strict=True):
        if each.calls:
            known = evolve(detect(step.description), difficulty=step.difficulty, capabilities=step.capabilities)
            values = dict(zip(NUMBERS, numbers_of(step.description, known), strict=True))
            tokens = planned_need(step, planned.plan).input.expected
            told = {"tier": each.base.name.lower(), "input_tokens": tokens, "numbers": values}
            told |= {"cascade": choice.cascade is not None, "good": _came_off(step, each)}
            line = {"v": VERSION, "at": iso(at_ms), "type": "described", "run": planned.run_id, "key": ""}
            _write(ledger, line | {"step": step.id} | told)


def _came_off(step: Step, each: StepRun) -> bool | None:
    """Whether the first answer was good: not where one could not be used, so where its checks passed; else unknown."""
    if each.answered:
        return False
    passed = isinstance(each.state, Ended) and each.state.outcome is Outcome.OK
    return True if step.checks and passed else None


def append_rating(ledger: Path, run: str, key: str, *, good: bool, at_ms: int) -> None:
    """Keep what somebody said of a run's answer; the last word counts. Raises LinesUnwritable."""
    _write(ledger, {"v": VERSION, "at": iso(at_ms), "type": "rated", "run": run, "key": key, "good": good})


def _write(ledger: Path, line: Line) -> None:
    append_line(outcomes_file(ledger), line, durably=False)


def is_described(ledger: Path, run: str) -> bool:
    """Whether the numbers of this run's request are kept, so that a rating teaches something. A plan has none."""
    path = outcomes_file(ledger)
    if not path.exists():
        return False
    lines = read_lines(path, unheard)
    return any(line.get("run") == run and line.get("type") == "described" and not line.get("step") for line in lines)


def logged(path: Path) -> Iterator[Logged]:
    """The requests and steps of a log, each with its last rating, by whoever made it or by the owner (key "")."""
    described: dict[tuple[str, str], Line] = {}
    rated: dict[str, bool] = {}
    for line in read_lines(path, unheard):
        run, key = line.get("run"), line.get("key")
        if line.get("type") == "described" and isinstance(line.get("numbers"), dict):
            described[str(run), str(line.get("step", ""))] = line
        elif line.get("type") == "rated" and key in ("", described.get((str(run), ""), {}).get("key")):
            rated[str(run)] = line.get("good") is True
    for (run, step), line in described.items():
        numbers = {name: float(value) for name, value in line["numbers"].items()}
        yield Logged(
            run=run,
            numbers=numbers,
            input_tokens=int(line.get("input_tokens", 0)),
            tier=str(line.get("tier", "")),
            good=line.get("good") if step else rated.get(run),
            tried=line.get("cascade") is True,
            step=step,
        )
