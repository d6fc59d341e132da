"""What the end of the ledger says, for the page: sums, and the newest runs with their calls.

The ledger has everything: what this process does, what other workers and commands do, and what was done before a
restart. So nothing is noted while requests are served; whoever looks at the page pays for reading what was added since
somebody last looked. A long ledger is read from `MOST_BYTES` before its end on.
"""

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from attrs import define, field

from tokenwise.budgets.limit import Account
from tokenwise_shell.engine.recent import standing
from tokenwise_shell.ledger.booking import account_of
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, spent_by
from tokenwise_shell.ledger.jsonl import Line, read_lines, unheard
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import numbered
from tokenwise_shell.ledger.spending import end_of_lines

__all__ = ["MOST_BYTES", "Call", "RunSeen", "Sums", "Tail"]

MOST_BYTES: Final = 1 << 26
"""Half a second's reading, and a hundred thousand requests."""

_MOST_RUNS: Final = 200
_MOST_NAMES: Final = 500
_OTHER: Final = "other"


@define
class Call:
    """One call of a run: what is held for it, or what it has cost (nano-dollars), and how it ended ("" for not yet)."""

    step: str
    model: str
    provider: str
    held: int
    spent: int = 0
    outcome: str = ""

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "step": self.step,
            "model": self.model,
            "provider": self.provider,
            "held_nano": self.held,
            "spent_nano": self.spent,
            "outcome": self.outcome,
        }


@define
class RunSeen:
    """One run, since when, under which key and marks, how it ended ("planned", "open": not yet), and its steps."""

    run: str
    at: str
    account: Account
    status: str = "open"
    calls: dict[tuple[str, str, int], Call] = field(factory=dict)
    ends: dict[str, str] = field(factory=dict)

    def take(self, line: Line) -> None:
        """Count one line of the run, or of its planning and judging."""
        kind, self.status = line["type"], standing(self.run, line, self.status)
        if kind == "step_ended" and line["run"] == self.run:
            self.ends[line["step"]] = line["outcome"]
        elif kind == "reserved":
            self.calls[_place(line)] = Call(line["step"], line["model"], line["provider"], held=line["amount_nano"])
        elif kind in CLOSINGS and (call := self.calls.get(_place(line))):
            call.held, call.spent = 0, spent_by(line)
            call.outcome = line.get("outcome", kind)

    def as_json(self) -> dict[str, object]:
        """The document. Money that nobody holds any more, of a process that died, is the ledger's affair."""
        calls = self.calls.values()
        return {
            "run": self.run,
            "at": self.at,
            "key": self.account.key,
            "marks": dict(self.account.marks),
            "status": self.status,
            "held_nano": sum(call.held for call in calls),
            "spent_nano": sum(call.spent for call in calls),
            "calls": [call.as_json() for call in calls],
        }


def _place(line: Line) -> tuple[str, str, int]:
    return line["run"], line["step"], line["attempt"]


@define
class Sums:
    """What was spent (nano-dollars) by day in UTC, by model, by key and by mark, such as `session:5f3a`."""

    days: dict[str, int] = field(factory=dict)
    models: dict[str, int] = field(factory=dict)
    keys: dict[str, int] = field(factory=dict)
    marks: dict[str, int] = field(factory=dict)

    def add(self, line: Line, account: Account) -> None:
        """Count what a call has cost, or what a correction makes of that, on the day of its charge."""
        nano, at = spent_by(line), line["charged_at"] if line["type"] == CORRECTED else line["at"]
        _count(self.days, at[:10], nano)
        _count(self.models, line["model"], nano)
        _count(self.keys, account.key, nano)
        for name, value in account.marks:
            _count(self.marks, f"{name}:{value}", nano)

    def as_json(self) -> dict[str, dict[str, int]]:
        """The document, the dearest first but for days."""
        dearest = {
            name: dict(sorted(sums.items(), key=lambda each: -each[1]))
            for name, sums in (("models", self.models), ("keys", self.keys), ("marks", self.marks))
        }
        return {"days": dict(sorted(self.days.items())), **dearest}


def _count(sums: dict[str, int], name: str, nano: int) -> None:
    if name not in sums and len(sums) >= _MOST_NAMES:
        name = _OTHER
    sums[name] = sums.get(name, 0) + nano


@define(eq=False)
class Tail:
    """The end of one ledger. `sums` are of everybody, `own` of each key; `since` is the moment of the first line read.

    To be used by one thread at a time.
    """

    ledger: Path
    most_bytes: int = MOST_BYTES
    sums: Sums = field(factory=Sums)
    own: dict[str, Sums] = field(factory=dict)
    runs: OrderedDict[str, RunSeen] = field(factory=OrderedDict)
    since: str = ""
    _read: dict[int, int] = field(factory=dict)

    def catch_up(self) -> None:
        """Read what was added. Raises OSError where it cannot be read."""
        ends = {number: (path, end_of_lines(path)) for number, path in numbered(self.ledger).items() if path.exists()}
        if not self._read:
            self._read = _starts({number: end for number, (_, end) in ends.items()}, self.most_bytes)
        for number, (path, end) in ends.items():
            start = self._read.get(number, 0)
            self.take(read_lines(path, unheard, start=start, stop=end) if end > start else ())
            self._read[number] = max(start, end)

    def take(self, lines: Iterable[Line]) -> None:
        """Count these lines."""
        for line in lines:
            run = str(line.get("run") or "").partition("/")[0]
            if not run or what_is_wrong(line):
                continue
            self.since = self.since or line["at"]
            account = account_of(line)
            if line["type"] in CLOSINGS or line["type"] == CORRECTED:
                self.sums.add(line, account)
                self._sums_of(account.key).add(line, account)
            self._run(run, line, account).take(line)

    def newest(self, key: str | None) -> list[RunSeen]:
        """The newest runs of everybody, or of one key, the newest first."""
        return [seen for seen in reversed(self.runs.values()) if key is None or seen.account.key == key]

    def _sums_of(self, key: str) -> Sums:
        if key not in self.own and len(self.own) >= _MOST_NAMES:
            return Sums()  # whoever is not among the first is shown nothing rather than what is somebody else's
        return self.own.setdefault(key, Sums())

    def _run(self, run: str, line: Line, account: Account) -> RunSeen:
        if run not in self.runs:
            self.runs[run] = RunSeen(run, line["at"], account)
            while len(self.runs) > _MOST_RUNS:
                del self.runs[self._oldest()]
        return self.runs[run]

    def _oldest(self) -> str:
        """The oldest that has ended, or else the oldest."""
        ended = (run for run, seen in self.runs.items() if seen.status != "open")
        return next(ended, next(iter(self.runs)))


def _starts(ends: dict[int, int], most_bytes: int) -> dict[int, int]:
    """From which byte of each file to read, so that so many are read in all."""
    starts, left = {}, most_bytes
    for number in sorted(ends, reverse=True):
        starts[number] = max(0, ends[number] - left)
        left -= ends[number] - starts[number]
    return starts
