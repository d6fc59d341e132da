"""A run's journal as lines of JSON: the job at its head, then every event as it was delivered.

What lines are read from, and where a catalogue is found, is for who has them: a file (`ledger.runs`), a page (the
playground). This module needs no compiled package, so it reads journals wherever the core runs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import Event
from tokenwise.machine.run import Job
from tokenwise_shell.codec.messages import event_from_json, job_from_json, job_to_json

__all__ = ["JOURNAL_VERSION", "JournalLine", "RunRecord", "head_of", "read_record"]

JOURNAL_VERSION: Final = 1
"""What a journal's lines say in `v`. A journal of another version is refused, since it cannot be decided again."""

JournalLine = Mapping[str, object]


@frozen
class RunRecord:
    """A recorded run: `start(job, at_ms=at_ms)`, then one `step` per event, gives it again."""

    job: Job
    at_ms: int
    events: tuple[Event, ...]
    beside: JournalLine = field(factory=dict)


def head_of(job: Job, at: str, at_ms: int) -> dict[str, object]:
    """A journal's first line. The catalogue stands in it by its fingerprint."""
    return {"v": JOURNAL_VERSION, "type": "job", "at": at, "at_ms": at_ms, "job": job_to_json(job)}


def read_record(lines: Sequence[JournalLine], catalog_of: Callable[[str], Catalog], where: str) -> RunRecord:
    """Read a journal; `catalog_of` has a fingerprint's catalogue. Raises InputError with what is missing or wrong."""
    if not lines or lines[0].get("type") != "job":
        raise InputError(Problem(where, "does not begin with a job; it is not a run's journal, or was cut short"))
    head, events = lines[0], lines[1:]
    if (version := head.get("v")) != JOURNAL_VERSION:
        raise InputError(Problem(where, f"is a journal of version {version!r}; this tokenwise reads {JOURNAL_VERSION}"))
    document, at_ms = head.get("job"), head.get("at_ms")
    if not isinstance(document, dict) or type(at_ms) is not int:
        raise InputError(Problem(where, "its first line lacks `job` or `at_ms`"))
    job = job_from_json(document, catalog_of(str(document.get("catalog"))), "job")
    return RunRecord(job, at_ms, tuple(_read_events(events)), head)


def _worded(line: JournalLine) -> JournalLine:
    """The line with some text of that length, where a journal has its length alone."""
    match line:
        case {"reply": {"text_bytes": int(length), **rest}} if "text" not in rest:
            return {**line, "reply": {**rest, "text": "x" * length}}
        case _:
            return line


def _read_events(lines: Iterable[JournalLine]) -> Iterator[Event]:
    problems: list[Problem] = []
    for index, line in enumerate(lines):
        try:
            yield event_from_json(_worded(line), f"events[{index}]")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
