"""What people are shown of the ledger: one line per entry, the sums, and the proof. Gives text and prints nothing."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from tokenwise_shell.ledger.jsonl import Line
from tokenwise_shell.ledger.proof import Verified
from tokenwise_shell.ledger.view import Summary, Total
from tokenwise_shell.show.render import facts, one_line, table, usd

__all__ = ["entry_text", "left_open", "proof_text", "summary_text"]

# Of a line's fields, those that say more than its type and its amount, in reading order.
_TELLING: Final = ("model", "provider", "to", "outcome", "status", "why", "estimated", "recovered", "after_ms")


def entry_text(line: Line, width: int | None = None) -> str:
    """One entry, on one line if that fits: when (UTC), which run and step, what, how much, and what else there is."""
    at = str(line.get("at", "?"))[:19].replace("T", " ")
    place = f"{line['step']}#{line['attempt']}" if "step" in line and "attempt" in line else str(line.get("step", ""))
    said = ", ".join(_said(name, line[name]) for name in _TELLING if line.get(name) not in (None, "", False))
    if isinstance(was := line.get("was_nano"), int):
        said = f"was {usd(was)} in seq {line.get('corrects')}, {said}"
    parts = (f"{line.get('run')!s:18}", f"{place:16}", f"{line.get('type')!s:10}", f"{_amount(line):>12}", said)
    whole = _printable(f"{at}  {'  '.join(parts)}")
    if width is None or len(whole) <= width + 1:
        return whole
    return textwrap.fill(" ".join(whole.split()), width, subsequent_indent="    ", break_on_hyphens=False) + "\n"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).rstrip() + "\n"


def _said(name: str, value: object) -> str:
    match value:
        case True:
            return name
        case int() if name == "after_ms":
            return f"after {value} ms"
        case _ if name == "to":
            return f"→ {value}"
        case _:
            return str(value)


def _amount(line: Line) -> str:
    nano = next((line[name] for name in ("amount_nano", "spent_nano", "worst_nano") if name in line), None)
    return usd(nano) if isinstance(nano, int) else ""


def summary_text(summary: Summary, by: str | None, *, width: int | None = None) -> str:
    """The sums, and the spending by model or by what was asked for, dearest first."""
    group = by or "model"
    lines = (*_sums(summary),)
    totals = summary.by[group]
    return facts(lines, width) + (f"\n{_totals_table(totals, group, width)}" if totals else "")


def _sums(summary: Summary) -> Iterator[tuple[str, str]]:
    told, total = summary.as_json(), summary.total
    states = ", ".join(f"{told[name]} {name}" for name in ("succeeded", "failed", "unfinished") if told[name])
    yield "runs", f"{told['runs']}{f' ({states})' if states else ''}"
    yield "spent", f"{usd(total.spent_nano)} in {total.calls} call{'' if total.calls == 1 else 's'}"
    yield "wasted", f"{usd(total.wasted_nano)} of it, on calls whose answer could not be used"
    yield "planning", f"{_nano(told, 'planner_nano')} of it"
    yield (
        "estimated",
        _unless_zero(total.estimated_nano, "of it, where a provider reported no usage"),
    )
    yield "overrun", _unless_zero(summary.overrun_nano, "above what was reserved")


def _unless_zero(nano: int, what: str) -> str:
    return f"{usd(nano)} {what}" if nano else ""


def _nano(told: Mapping[str, object], name: str) -> str:
    nano = told[name]
    assert isinstance(nano, int)
    return usd(nano)


def _totals_table(totals: Mapping[str, Total], group: str, width: int | None) -> str:
    ordered = sorted(totals.items(), key=lambda pair: (-pair[1].spent_nano, pair[0]))
    if group in ("day", "run"):  # these have an order of their own
        ordered = sorted(totals.items())
    rows = [
        (name or "(none)", str(one.calls), usd(one.spent_nano), usd(one.wasted_nano), _loose(one))
        for name, one in ordered
    ]
    columns = 5 if any(one.looseness is not None for one in totals.values()) else 4
    heads = (group, "calls", "spent", "wasted", "bound / billed")
    return table([each[:columns] for each in (heads, *rows)], right=(1, 2, 3, 4)[: columns - 1], width=width)


def _loose(total: Total) -> str:
    return "" if total.looseness is None else f"{total.looseness:.2f}"


def proof_text(proof: Verified) -> str:
    """Whether the books balance, and if not, everything that is wrong."""
    counted = f"{proof.lines} lines, {proof.runs} runs, {usd(proof.spent_nano)} spent"
    held = f", {usd(proof.held_nano)} held by runs under way" if proof.held_nano else ""
    held += f"\n{left_open(proof)}" if proof.left_attempts else ""
    if not proof.problems:
        return f"the books balance: {counted}{held}\n"
    problems = "".join(f"{one_line(str(problem))}\n" for problem in proof.problems)
    number = len(proof.problems)
    return f"{problems}the books do not balance: {number} problem{'' if number == 1 else 's'} in {counted}{held}\n"


def left_open(proof: Verified) -> str:
    """What dead processes left open, what that costs at most, and what becomes of it."""
    number = proof.left_attempts
    attempts = f"{number} attempt{'' if number == 1 else 's'}, at most {usd(proof.left_nano)}"
    return f"left open by a process that died: {attempts}; booked as spent by whatever next opens the ledger to write"
