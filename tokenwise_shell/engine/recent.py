"""The newest runs of this machine, by the ledger, and which of them `last` is."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import define, field

from tokenwise.errors import InputError, Problem
from tokenwise_shell.ledger.corrections import spent_by
from tokenwise_shell.ledger.jsonl import Line, unheard
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.ledger.view import PLANNER

__all__ = ["LAST", "Recent", "job_at_head", "known_run", "newest_journal", "recent_runs", "run_called", "standing"]

LAST: Final = "last"
"""What people may say for the id of the newest run that has a journal."""

_NAME: Final = re.compile(r"[\w.-]{1,200}(?:/[\w./-]{1,200})?")

_MOST_COMPARED: Final = 1000
_MOST_ALIKE: Final = 3

_MOST_OF_A_HEAD: Final = 1 << 20  # bytes; a task beyond that is not shown


@define
class Recent:
    """One run: since when, how it ended ("planned", "open": not yet), what it cost, and whom it asked."""

    run: str
    at: str
    status: str = "open"
    spent: int = 0
    models: list[str] = field(factory=list)
    task: str = ""

    def take(self, line: Line) -> None:
        """Count one line of the run, or of its planning and judging."""
        self.spent += spent_by(line)
        if line["type"] == "reserved" and line["model"] not in self.models:
            self.models.append(line["model"])
        self.status = standing(self.run, line, self.status)

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "run_id": self.run,
            "at": self.at,
            "status": self.status,
            "spent_nano": self.spent,
            "models": self.models,
            "task": self.task,
        }


def standing(run: str, line: Line, before: str) -> str:
    """How a run stands after this line of its own, or of its planning or judging."""
    over = line["type"] == "finished"
    if line["run"] == run:
        return str(line["status"]) if over else "open"
    return "planned" if over and line["run"] == f"{run}{PLANNER}" else before


def recent_runs(ledger: Path, *, limit: int) -> tuple[Recent, ...]:
    """The newest so many runs, the newest first, with their tasks where they have a journal. Raises OSError.

    Only these are kept while the ledger is read, so its length costs time and no memory.
    """
    found = _newest(read_ledger(ledger, unheard), limit)
    for each in found:
        each.task = _task(ledger.parent, each.run)
    return tuple(reversed(found))


def run_called(ledger: Path, name: str) -> str:
    """The name, for `last` that of the newest run that has a journal. Raises InputError where there is none."""
    if name != LAST:
        return name
    newest = newest_journal(ledger)
    if newest is None:
        raise InputError(Problem("run", f"there is no run yet beside {ledger}"))
    return newest.stem


def newest_journal(ledger: Path) -> Path | None:
    """The journal of a run that was written last."""
    journals = (ledger.parent / "runs").glob("*.jsonl")
    return max(journals, key=_written_ns, default=None)


def _written_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def known_run(ledger: Path, name: str, *, journal: bool = False) -> str:
    """The run of this name or of `last`, with a journal where one is needed. Raises InputError that says what it is."""
    run = run_called(ledger, name)
    folder = ledger.parent / "runs"
    if not _NAME.fullmatch(run) or (folder / f"{run}.jsonl").is_file():
        return run  # what is no name is complained of by whoever opens its file
    booked = {str(line.get("run")): None for line in read_ledger(ledger, unheard)} if ledger.exists() else {}
    if f"{run}{PLANNER}" in booked and run not in booked:
        if not journal:
            return run
        told = f"{run} was planned and not run; `tw plan TASK --out FILE` saves a plan, and `tw run FILE` runs it"
    elif run in booked:
        if not journal:
            return run
        told = f"{run} has no journal, so only the ledger knows of it; `tw serve --journal` keeps those of its requests"
    else:
        journals = [path.stem for path in folder.glob("*.jsonl")]
        told = f"there is no run {run!r} in {ledger}{_alike(run, (*journals, *booked))}"
    raise InputError(Problem("run", told))


def _alike(run: str, known: Iterable[str]) -> str:
    """The runs whose ids are most like this one. Ids begin with their time, so what is recent is alike."""
    import difflib  # only a mistake needs it

    newest = sorted({each.partition("/")[0] for each in known}, reverse=True)[:_MOST_COMPARED]
    near = difflib.get_close_matches(run, newest, n=_MOST_ALIKE)
    return f"; did you mean {' or '.join(near)}?" if near else "; `tw runs` lists the newest"


def _newest(lines: Iterable[Line], limit: int) -> list[Recent]:
    known: dict[str, Recent] = {}
    for line in lines:
        run = str(line.get("run") or "").partition("/")[0]
        if not run or what_is_wrong(line):
            continue
        if run not in known:
            known[run] = Recent(run, line["at"])
            if len(known) > 2 * limit + 64:  # room for those that end late, whose lines lie apart
                for oldest in sorted(known, key=lambda name: known[name].at)[:-limit]:
                    del known[oldest]
        known[run].take(line)
    return sorted(known.values(), key=lambda each: (each.at, each.run))[-limit:]


def job_at_head(state_dir: Path, run: str) -> Mapping[str, Any] | None:
    """The job that a run's journal begins with; None for a proxied request, or what somebody has taken away."""
    from tokenwise_shell.ledger.runs import run_file  # loads the codec; whoever only says `last` need not wait for it

    try:
        with run_file(state_dir, run).open("rb") as file:
            job: Mapping[str, Any] = orjson.loads(file.readline(_MOST_OF_A_HEAD))["job"]
    except (OSError, InputError, ValueError, KeyError, TypeError):
        return None
    return job


def _task(state_dir: Path, run: str) -> str:
    for name in (run, f"{run}{PLANNER}"):
        with suppress(KeyError, TypeError):
            if job := job_at_head(state_dir, name):
                return str(job["plan"]["task"])
    return ""  # the ledger's word is enough
