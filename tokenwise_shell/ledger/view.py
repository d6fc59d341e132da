"""Reading the ledger: selection, sums, and rows for a spreadsheet. That the books balance is `proof`'s affair.

Everything here is a fold over lines as `jsonl.read_lines` gives them, one at a time, so a ledger may be larger than
memory. Nothing here needs cattrs, trio or a lock, so `tw ledger` starts fast and never disturbs a writer.

A run that plans first books its planning calls under ids that begin with its own and "/" and end with "/planner"; sums
count them with their run, and opinions on its replies, which have "/judge/" there, likewise. A correction is counted
with the call that it corrects, also when sums are of a span of time.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import asdict, define, field, frozen

from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, CORRECTIONS, estimated_in, overrun_by, spent_by
from tokenwise_shell.ledger.jsonl import Line, iso
from tokenwise_shell.ledger.proof import name_of, what_is_wrong

__all__ = [
    "COLUMNS",
    "GROUPS",
    "JUDGE",
    "PLANNER",
    "Notice",
    "Selection",
    "Summary",
    "Total",
    "Totals",
    "csv_row",
    "select",
    "summarise",
]

PLANNER: Final = "/planner"
"""How the ids of planning calls end; what stands before their first "/" is the run that they planned."""

JUDGE: Final = "/judge/"
"""What the ids of opinions on a run's replies have in them, behind the run's own."""

COLUMNS: Final = (
    "at",
    "run",
    "seq",
    "type",
    "key",
    "step",
    "attempt",
    "model",
    "provider",
    "amount_nano",
    "outcome",
    "estimated",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "output_tokens",
    "reasoning_tokens",
    "was_nano",
)
"""The columns of a CSV export. Tokens are those reported with a charge, `was_nano` what a correction goes on from."""

_COMPLETED: Final = "completed"
_INPUTS: Final = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens")
GROUPS: Final = ("model", "provider", "key", "day", "run", "tag")

Notice = Callable[[str], None]


# --- selection --------------------------------------------------------------------------------------------------------


@frozen
class Selection:
    """Which entries are wanted: from `since_ms` on, before `until_ms` (Unix time), of one run, the newest `limit`.

    A correction's time is that of the line it corrects, except to whom it is `as_written`.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    run: str = ""
    limit: int | None = None
    as_written: bool = False


def select(lines: Iterable[Line], selection: Selection) -> Iterator[Line]:
    """The entries wanted, in the ledger's order. Lines about processes are not entries and are left out."""
    since = "" if selection.since_ms is None else iso(selection.since_ms)
    until = "~" if selection.until_ms is None else iso(selection.until_ms)  # "~" stands behind every digit
    wanted = (
        line
        for line in lines
        if line.get("run") and since <= _at(line, selection) < until and _of_run(line["run"], selection.run)
    )
    return wanted if selection.limit is None else iter(deque(wanted, maxlen=selection.limit))


def _at(line: Line, selection: Selection) -> str:
    own = selection.as_written or line.get("type") != CORRECTED
    return str(line.get("at" if own else "charged_at"))


def _of_run(run: str, wanted: str) -> bool:
    return not wanted or wanted in (run, run.removesuffix(CORRECTIONS), _planned_run(run))


def _planned_run(run: str) -> str:
    run = run.removesuffix(CORRECTIONS)
    return run.partition("/")[0] if run.endswith(PLANNER) or JUDGE in run else run


def csv_row(line: Line) -> tuple[object, ...]:
    """One entry as the values of `COLUMNS`, "" where it has none. Other amounts than a call's stand in amount_nano."""
    amount = next((line[name] for name in ("amount_nano", "spent_nano", "worst_nano") if name in line), "")
    flat = {**(line.get("usage") or {}), **line, "amount_nano": amount}
    return tuple(flat.get(name, "") for name in COLUMNS)


# --- sums -------------------------------------------------------------------------------------------------------------


@define
class Total:
    """What some of the calls came to. `wasted_nano` went to attempts that did not end "ok".

    Of the calls whose tokens were reported, `bound_tokens` of input were held for and `counted_tokens` billed.
    """

    calls: int = 0
    spent_nano: int = 0
    wasted_nano: int = 0
    estimated_nano: int = 0
    bound_tokens: int = 0
    counted_tokens: int = 0

    def add(self, nano: int, *, wasted: bool, estimated: bool) -> None:
        """Count one closed call."""
        self.calls += 1
        self.spent_nano += nano
        if wasted:
            self.wasted_nano += nano
        if estimated:
            self.estimated_nano += nano

    def weigh(self, bound: int, counted: int) -> None:
        """Count the input tokens of a call: the bound that was held for, and what was reported."""
        self.bound_tokens += bound
        self.counted_tokens += counted

    @property
    def looseness(self) -> float | None:
        """How many times the billed input was held for; None where nobody has reported any."""
        return round(self.bound_tokens / self.counted_tokens, 2) if self.counted_tokens else None

    def as_json(self) -> dict[str, object]:
        """The figures, with the quotient."""
        return {**asdict(self), "looseness": self.looseness}

    def correct(self, nano: int, *, wasted: bool, estimated_nano: int) -> None:
        """Count that one of these calls has cost so much more or less, of which so much is estimated no longer."""
        self.spent_nano += nano
        if wasted:
            self.wasted_nano += nano
        self.estimated_nano -= estimated_nano


Totals = defaultdict[str, Total]


def _totals() -> Totals:
    return defaultdict(Total)


@define
class Summary:
    """Spend history in figures. A run that has no `finished` line yet, or died, counts as unfinished."""

    total: Total = field(factory=Total)
    overrun_nano: int = 0
    by: Mapping[str, Totals] = field(factory=lambda: {name: _totals() for name in GROUPS})
    _planner: Total = field(factory=Total)
    _runs: set[str] = field(factory=set)
    _ends: dict[str, tuple[int, str]] = field(factory=dict)
    _planned: dict[str, str] = field(factory=dict)
    # Calls of which one line has come, whichever: what was held for, or what was counted and in which sums.
    _bounds: dict[tuple[str, str, int], int] = field(factory=dict)
    _counted: dict[tuple[str, str, int], tuple[int, Sequence[Total]]] = field(factory=dict)

    def add(self, line: Line) -> None:
        """Count one line in which `what_is_wrong` found nothing."""
        if not line["run"]:
            return
        run = _planned_run(line["run"])
        self._runs.add(run)
        kind = line["type"]
        self.overrun_nano += overrun_by(line)
        if kind == "reserved":
            self._weigh(_attempt(line), bound=line.get("input_tokens", 0))
        elif kind in CLOSINGS or kind == CORRECTED:
            self._add_call(line, run)
        elif kind == "finished":
            self._add_end(line, run)

    def _add_end(self, line: Line, run: str) -> None:
        """A run ends as its last attempt to finish says; its planning ended well if any of its calls did."""
        if run == line["run"]:
            self._ends[run] = max(self._ends.get(run, (-1, "")), (line["seq"], line["status"]))
        elif line["status"] == _COMPLETED or run not in self._planned:
            self._planned[run] = line["status"]

    def _add_call(self, line: Line, run: str) -> None:
        nano, wasted, estimated = spent_by(line), line.get("outcome") != "ok", estimated_in(line)
        corrected = line["type"] == CORRECTED
        at = line["charged_at"] if corrected else line["at"]
        names = (line["model"], line["provider"], line["key"], at[:10], run)
        totals = [self.by[group][name] for group, name in zip(GROUPS, names, strict=False)]
        totals += [self.by["tag"][tag] for tag in line.get("tags", ())]  # with two tags, a call is in both sums
        planner = (self._planner,) if line["run"].removesuffix(CORRECTIONS).endswith(PLANNER) else ()
        concerned = (self.total, *planner, *totals)
        if counted := _prompt(line):
            self._weigh(_attempt(line), counted=(counted, concerned))
        for total in concerned:
            if corrected:
                total.correct(nano, wasted=wasted, estimated_nano=line["was_nano"] if estimated else 0)
            else:
                total.add(nano, wasted=wasted, estimated=estimated)

    def _weigh(
        self, call: tuple[str, str, int], *, bound: int = 0, counted: tuple[int, Sequence[Total]] | None = None
    ) -> None:
        """Compare what a call was held for with what was counted, once both are known."""
        bound, counted = bound or self._bounds.pop(call, 0), counted or self._counted.pop(call, None)
        if bound and counted:
            for total in counted[1]:
                total.weigh(bound, counted[0])
        elif bound:
            self._bounds[call] = bound
        elif counted:
            self._counted[call] = counted

    def as_json(self) -> dict[str, object]:
        """The summary as `tw ledger --summary --json` prints it."""
        # Where nothing but planning took place, the run ended as its planning did.
        statuses = list((self._planned | {run: status for run, (_, status) in self._ends.items()}).values())
        succeeded = statuses.count(_COMPLETED)
        return {
            "runs": len(self._runs),
            "succeeded": succeeded,
            "failed": len(statuses) - succeeded,
            "unfinished": len(self._runs) - len(statuses),
            **self.total.as_json(),
            "planner_nano": self._planner.spent_nano,
            "overrun_nano": self.overrun_nano,
            **{
                f"by_{name}": {key: total.as_json() for key, total in sorted(totals.items())}
                for name, totals in self.by.items()
            },
        }


def _attempt(line: Line) -> tuple[str, str, int]:
    return line["run"], line["step"], line["attempt"]


def _prompt(line: Line) -> int:
    """All input that was reported with a charge, 0 where none was."""
    usage = line.get("usage") if line["type"] == "charged" else None
    return sum(usage.get(name) or 0 for name in _INPUTS) if isinstance(usage, dict) else 0


def summarise(lines: Iterable[Line], notice: Notice) -> Summary:
    """Add up entries, whatever their order. One that cannot be counted is left out, and `notice` told why."""
    summary = Summary()
    for line in lines:
        if wrong := what_is_wrong(line):
            notice(f"{name_of(line)}: {wrong}; not counted")
        else:
            summary.add(line)
    return summary
