"""The books beside a provider's own: what it says it billed, by day and model, and why the two may differ.

An export is a CSV file of costs, told apart by its columns (as of November 2026):

    OpenAI       start_time_iso, line_item ("model, kind"), amount_value
    Anthropic    usage_date_utc, model (a display name), cost_usd
    OpenRouter   created_at, model_permaslug, cost_total: each generation; or date, model, usage: each day

Days are UTC, of the line that closed a call. Names of models are compared without vendor, date, case and punctuation,
since a provider's name is not the catalogue's: "Claude Haiku 4.5" is anthropic/claude-haiku-4.5.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from attrs import define, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, estimated_in, spent_by
from tokenwise_shell.ledger.jsonl import Line
from tokenwise_shell.ledger.proof import what_is_wrong

__all__ = ["Billed", "Export", "Residual", "alike", "read_export", "reconcile"]


@frozen
class _Format:
    """Which columns of an export say what, and the provider's name in the configuration."""

    provider: str
    day: str
    model: str
    cost: str


_FORMATS: Final = (
    _Format("openai", "start_time_iso", "line_item", "amount_value"),
    _Format("anthropic", "usage_date_utc", "model", "cost_usd"),
    _Format("openrouter", "created_at", "model_permaslug", "cost_total"),
    _Format("openrouter", "date", "model", "usage"),
)

_DATED: Final = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

# A provider that rounds each row to a millionth of a dollar, and a day that is some thousand rows, differ by this.
_ROUNDING: Final = 1_000

_COUNTED: Final = CLOSINGS | {CORRECTED}

_ELSEWHERE: Final = "billed for calls that are not in this ledger"
_NOT_BILLED: Final = "not in the export: another account, or not billed yet"
_PRICES: Final = "prices differ"
_OPEN: Final = frozenset({_ELSEWHERE, _NOT_BILLED})


@frozen
class Billed:
    """One row of an export. The amount may be negative: a credit."""

    day: str
    model: str
    nano: int


@frozen
class Export:
    """What a provider says it billed."""

    provider: str
    rows: tuple[Billed, ...]


@frozen
class Residual:
    """One day and model: what the books and the provider say, and why they differ; "" where they agree.

    `explained` is False where the reason that is given leaves something to be looked into.
    """

    day: str
    model: str
    booked_nano: int
    billed_nano: int
    estimated_nano: int
    calls: int
    why: str
    explained: bool = True

    @property
    def nano(self) -> int:
        """What the provider billed above the books."""
        return self.billed_nano - self.booked_nano


def alike(model: str) -> str:
    """A model's name as it is compared.

    >>> alike("anthropic/claude-haiku-4.5") == alike("Claude Haiku 4.5") == alike("claude-haiku-4-5-20261015")
    True
    """
    return re.sub(r"[^a-z0-9]", "", _DATED.sub("", model.rpartition("/")[2].strip().lower()))


def read_export(lines: Iterable[str], path: str) -> Export:
    """Read an export. Raises InputError with what is wrong, each problem with its row."""
    reader = csv.DictReader(lines)
    names = reader.fieldnames or ()
    form = next((form for form in _FORMATS if {form.day, form.model, form.cost} <= set(names)), None)
    if form is None:
        expected = "; ".join(f"{form.provider}: {form.day}, {form.model}, {form.cost}" for form in _FORMATS)
        raise InputError(Problem(path, f"not an export of costs that is known here; expected the columns {expected}"))
    problems: list[Problem] = []
    rows = tuple(_rows(reader, form, path, problems))
    if problems:
        raise InputError(*problems)
    return Export(form.provider, rows)


def _rows(reader: "csv.DictReader[str]", form: _Format, path: str, problems: list[Problem]) -> Iterator[Billed]:
    for row in reader:
        told = (row.get(form.cost) or "").strip()
        if not told:
            continue  # OpenAI has a row for each day, also for those on which nothing was billed
        day = (row.get(form.day) or "")[:10]
        try:
            nano = int((Decimal(told) * 1_000_000_000).to_integral_value())
        except (InvalidOperation, ValueError):
            problems.append(Problem(f"{path}, row {reader.line_num}", f"{form.cost} {told!r} is not an amount"))
            continue
        if not _DAY.fullmatch(day):
            problems.append(Problem(f"{path}, row {reader.line_num}", f"{form.day} {day!r} is not a date"))
            continue
        yield Billed(day, (row.get(form.model) or "").partition(",")[0].strip(), nano)


@define
class _Sum:
    """One day and model while they are added up."""

    model: str = ""
    booked: int = 0
    billed: int = 0
    estimated: int = 0
    calls: int = 0
    rows: int = 0


def reconcile(lines: Iterable[Line], export: Export) -> tuple[Residual, ...]:
    """Every day and model that the export or, on its days, the books know, in this order.

    A row without a model is of all of them; then the books are summed by day.
    """
    days = {row.day for row in export.rows}
    by_model = any(row.model for row in export.rows)
    sums: defaultdict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for line in lines:
        if line.get("type") in _COUNTED and not what_is_wrong(line) and _concerns(line, export.provider, days):
            _book(sums[_day(line), alike(line["model"]) if by_model else ""], line, named=by_model)
    for row in export.rows:
        one = sums[row.day, alike(row.model) if by_model else ""]
        one.model = one.model or row.model
        one.billed += row.nano
        one.rows += 1
    return tuple(_residual(day, one, sums) for (day, _), one in sorted(sums.items()))


def _concerns(line: Line, provider: str, days: set[str]) -> bool:
    return line["provider"] == provider and _day(line) in days


def _day(line: Line) -> str:
    """On which day a call was paid, also where that is corrected later."""
    return str(line.get("charged_at", line["at"]))[:10]


def _book(one: _Sum, line: Line, *, named: bool) -> None:
    one.model = one.model or (line["model"] if named else "")
    one.booked += spent_by(line)
    corrected = line["type"] == CORRECTED
    one.calls += not corrected
    if estimated_in(line):
        one.estimated += -line["was_nano"] if corrected else line["amount_nano"]


def _residual(day: str, one: _Sum, sums: Mapping[tuple[str, str], _Sum]) -> Residual:
    why = _why(day, one, sums)
    explained = why not in _OPEN and not why.endswith(_PRICES)
    return Residual(day, one.model, one.booked, one.billed, one.estimated, one.calls, why, explained)


def _why(day: str, one: _Sum, sums: Mapping[tuple[str, str], _Sum]) -> str:
    """The likeliest reason for a difference, the most certain first."""
    over = one.billed - one.booked
    if abs(over) <= _ROUNDING * max(one.rows, one.calls):
        return "" if not over else "rounding"
    if not one.calls:
        return _ELSEWHERE
    if not one.rows:
        return _NOT_BILLED
    others = (other for (when, name), other in sums.items() if when != day and name == alike(one.model))
    if any(_evens_out(other, over) for other in others):
        return "calls near midnight: another day differs by as much the other way"
    if over < 0 and -over <= one.estimated:
        return f"{format_usd(Nanodollars(one.estimated))} of the books is estimated, in full; less was billed"
    share = f"{one.billed / one.booked:.1%}" if one.booked else "something"
    return f"the provider billed {share} of the books: {_PRICES}"


def _evens_out(other: _Sum, over: int) -> bool:
    return abs(other.billed - other.booked + over) <= _ROUNDING * max(other.rows, other.calls)
