"""`tw ledger`: what was spent, on what, and whether the books balance. Reads the file; disturbs no writer."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import orjson
from attrs import evolve, frozen

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, columns, flush, tell, write, write_json
from tokenwise_shell.cli.options import Common, Flags, count, one_of, refuse_both
from tokenwise_shell.engine.recent import known_run, run_called
from tokenwise_shell.ledger.jsonl import Line, unheard
from tokenwise_shell.ledger.proof import verify as prove
from tokenwise_shell.ledger.segments import read_ledger, snapshot
from tokenwise_shell.ledger.view import COLUMNS, GROUPS, Selection, csv_row, select, summarise
from tokenwise_shell.show.ledger import entry_text, proof_text, summary_text

__all__ = ["Asked", "instant", "ledger", "tail"]

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

# How often a followed ledger is looked at: soon enough for a person.
_LOOK_SECONDS: Final = 0.3


@spread
@frozen(kw_only=True)
class Asked:
    """Which entries, and what is to be made of them."""

    summary: Annotated[bool, Parameter(help="Sums instead of entries.")] = False
    by: Annotated[str | None, Parameter(metavar="WHAT", help="Sums by model, provider, key, day, run or tag.")] = None
    since: Annotated[
        str | None,
        Parameter(
            metavar="TIME", help="Entries from then on: 2026-11-21, 2026-11-21T14:30 (UTC), or 90m, 24h, 7d ago."
        ),
    ] = None
    until: Annotated[str | None, Parameter(metavar="TIME", help="Entries before then, written likewise.")] = None
    run: Annotated[str | None, Parameter(metavar="RUN", help="Entries of this run, or of the `last`.")] = None
    limit: Annotated[str | None, Parameter(metavar="N", help="The newest so many entries.")] = None

    def selection(self, flags: Flags, now: datetime, *, as_written: bool) -> Selection:
        """The entries that are wanted; in sums a correction has the time of what it corrects."""
        return Selection(
            since_ms=flags.of(instant, self.since, "--since", now),
            until_ms=flags.of(instant, self.until, "--until", now),
            run=self.run or "",
            limit=flags.of(count, self.limit, "--limit"),
            as_written=as_written,
        )


_COMMON = Common()
_ASKED = Asked()


def ledger(
    *,
    asked: Asked = _ASKED,
    csv: Annotated[bool, Parameter(help="Entries for a spreadsheet.")] = False,
    verify: Annotated[bool, Parameter(help="Prove that the books balance; exit code 1 if they do not.")] = False,
    follow: Annotated[bool, Parameter(help="Go on with entries as they are written, until Ctrl-C.")] = False,
    common: Common = _COMMON,
) -> int:
    """Show entries, sums of them, or the proof."""
    flags = Flags()
    group = asked.by and flags.of(one_of, asked.by, GROUPS, "--by")
    summed = asked.summary or asked.by is not None
    selection = asked.selection(flags, datetime.now(UTC), as_written=not summed)
    flags.of(refuse_both, {"--summary": summed, "--csv": csv, "--verify": verify, "--follow": follow})
    flags.of(refuse_both, {"--csv": csv, "--json": common.json})
    settings = flags.of(common.books)
    flags.check()
    path = settings.ledger_path
    name = run_called if follow or not selection.run else known_run
    selection = evolve(selection, run=name(path, selection.run))
    if verify:
        return _verify(path, selection, as_json=common.json)
    if follow:
        return _follow(path, selection, as_json=common.json)
    lines = select(_lines(path), selection)
    if summed:
        _summarise(lines, group, as_json=common.json)
    elif csv:
        _write_csv(lines)
    elif common.json:
        _write_list(lines)
    else:
        wide = columns()
        for line in lines:
            write(entry_text(line, wide))
    return Exit.DONE


def instant(text: str | None, flag: str, now: datetime) -> int | None:
    """A point in time in Unix ms: an ISO date or time, UTC unless it says otherwise, or how long ago.

    None where the option was not given. Raises InputError.
    """
    if text is None:
        return None
    if ago := re.fullmatch(r"(\d{1,6})([mhdw])", text.strip()):
        with suppress(OverflowError):
            return _ms(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    try:
        at = datetime.fromisoformat(text.strip())
        return _ms(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        expected = "a date or time such as 2026-11-21 or 2026-11-21T14:30, or how long ago, such as 90m, 24h or 7d"
        raise InputError(Problem(flag, f"{text!r}: expected {expected}")) from None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _lines(path: Path) -> Iterator[Line]:
    """The ledger's lines; none where there is no ledger yet, which is said."""
    if not path.exists():
        tell(f"nothing was spent yet: there is no {path}")
        return
    yield from read_ledger(path, tell)


def _summarise(lines: Iterable[Line], group: str | None, *, as_json: bool) -> None:
    summary = summarise(lines, tell)
    if not as_json:
        write(summary_text(summary, group, width=columns()))
        return
    unwanted = {f"by_{name}" for name in GROUPS if group and name != group}
    write_json({name: value for name, value in summary.as_json().items() if name not in unwanted})


def _write_csv(lines: Iterable[Line]) -> None:
    writer = csv.writer(_Stdout(), lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(csv_row, lines))


class _Stdout:
    """Stdout for the csv module, through the one function that knows what to do when nobody reads any more."""

    def write(self, text: str) -> None:
        """See `edge.write`."""
        write(text)


def _write_list(lines: Iterable[Line]) -> None:
    """One JSON list, entry by entry: a ledger may be larger than memory."""
    before = "["
    for line in lines:
        write(f"{before}\n  {orjson.dumps(line).decode()}")
        before = ","
    write("\n]\n" if before == "," else "[]\n")


# --- the proof --------------------------------------------------------------------------------------------------------


def _verify(path: Path, selection: Selection, *, as_json: bool) -> int:
    if selection != Selection(as_written=True):
        raise InputError(
            Problem("--verify", "is about the whole ledger: leave --since, --until, --run and --limit out")
        )
    shot = snapshot(path)
    if not shot.parts:
        tell(f"nothing was spent yet: there is no {path}")
    proof = prove(shot.lines(tell), living=shot.living, died=shot.died, again=lambda: shot.lines(unheard))
    if shot.parts and not proof.lines:
        told = "has no line that can be read, so there is nothing that could balance; is this the ledger?"
        proof = evolve(proof, problems=(Problem(str(path), told),))
    if as_json:
        problems = [{"path": problem.path, "message": problem.message} for problem in proof.problems]
        figures = {
            name: getattr(proof, name)
            for name in ("lines", "runs", "spent_nano", "overrun_nano", "held_nano", "left_attempts", "left_nano")
        }
        write_json({"balanced": not problems, "problems": problems, **figures})
    else:
        write(proof_text(proof))
    return Exit.UNSUCCESSFUL if proof.problems else Exit.DONE


# --- following --------------------------------------------------------------------------------------------------------


def _follow(path: Path, selection: Selection, *, as_json: bool) -> int:
    if selection.until_ms is not None:
        raise InputError(Problem("--until", "cannot be used with --follow, which has no end"))
    position = 0
    while True:
        lines, position = tail(path, position)
        for line in select(lines, selection):
            write(orjson.dumps(line).decode() + "\n" if as_json else entry_text(line, columns()))
        flush()
        selection = Selection(
            since_ms=selection.since_ms, run=selection.run, as_written=True
        )  # a limit is about the beginning
        time.sleep(_LOOK_SECONDS)


def tail(path: Path, position: int) -> tuple[list[Line], int]:
    """The whole lines of a file from a byte on, and the byte after them. From the start where the file has shrunk."""
    if not path.exists():
        return [], 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        position = position if position <= size else 0
        file.seek(position)
        whole = file.read().rpartition(b"\n")[0]
    return list(filter(None, map(_parsed, whole.splitlines()))), position + len(whole) + bool(whole)


def _parsed(raw: bytes) -> Line | None:
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        tell("a torn line was skipped")
        return None
    return line if isinstance(line, dict) else None
