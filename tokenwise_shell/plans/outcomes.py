"""What became of requests, beside the ledger in `outcomes.jsonl`: their numbers, and what people said of the answers.

A line `described` holds a request's numbers (`scenario.numbers`), never its words, and is written where
`ledger.numbers` is on; a line `rated` says that a run's answer was good or bad. `tw calibrate` reads both. The file is
no part of the books: it may be deleted at any time.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from tokenwise.routing.choosing import Routed
from tokenwise.scenario.numbers import NUMBERS, numbers_of
from tokenwise_shell.ledger.jsonl import VERSION, Line, append_line, iso, read_lines, unheard
from tokenwise_shell.plans.decision import Conversation, Decision

__all__ = [
    "GOOD_OR_BAD",
    "KEEP_NUMBERS",
    "Logged",
    "append_rating",
    "describe",
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
    """One request of the log: its numbers by name, its tokens, the tier that was asked first, and its rating if any.

    `tried` says that a cascade was begun: cheap answers first.
    """

    run: str
    numbers: Mapping[str, float]
    input_tokens: int
    tier: str
    good: bool | None
    tried: bool = False


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


def append_rating(ledger: Path, run: str, key: str, *, good: bool, at_ms: int) -> None:
    """Keep what somebody said of a run's answer; the last word counts. Raises LinesUnwritable."""
    _write(ledger, {"v": VERSION, "at": iso(at_ms), "type": "rated", "run": run, "key": key, "good": good})


def _write(ledger: Path, line: Line) -> None:
    append_line(outcomes_file(ledger), line, durably=False)


def is_described(ledger: Path, run: str) -> bool:
    """Whether the numbers of this run's request are kept, so that a rating of it can be learnt from."""
    path = outcomes_file(ledger)
    if not path.exists():
        return False
    return any(line.get("run") == run and line.get("type") == "described" for line in read_lines(path, unheard))


def logged(path: Path) -> Iterator[Logged]:
    """The described requests of a log, each with its last rating, by whoever made it or by the owner (key "")."""
    described: dict[str, Line] = {}
    rated: dict[str, bool] = {}
    for line in read_lines(path, unheard):
        run, key = line.get("run"), line.get("key")
        if line.get("type") == "described" and isinstance(line.get("numbers"), dict):
            described[str(run)] = line
        elif line.get("type") == "rated" and run in described and key in ("", described[str(run)].get("key")):
            rated[str(run)] = line.get("good") is True
    for run, line in described.items():
        numbers = {name: float(value) for name, value in line["numbers"].items()}
        yield Logged(
            run=run,
            numbers=numbers,
            input_tokens=int(line.get("input_tokens", 0)),
            tier=str(line.get("tier", "")),
            good=rated.get(run),
            tried=line.get("cascade") is True,
        )
