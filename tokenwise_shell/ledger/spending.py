"""What was spent, by key, tag and day: a fold over the ledger, with a checkpoint so that it need not be done twice.

A call counts on the day on which its money was reserved, however late it was closed or corrected, since that is the
window in which it was held. The checkpoint (`ledger.jsonl.checkpoint`) says up to which byte of each file the sums go,
and a hash of the bytes before that. One that does not fit the files is not believed: then everything is read.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import orjson
from attrs import define, field

from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import lineage, minted_ms
from tokenwise.budgets.windows import UTC, Span, Zone, day_of, spent_in
from tokenwise.money import Nanodollars
from tokenwise_shell.config.private import private
from tokenwise_shell.config.values import GUARD
from tokenwise_shell.ledger.booking import MINTED, RETURNED, Issued, account_of, booking_of, issue_of, voucher_of
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, spent_by
from tokenwise_shell.ledger.jsonl import Line, ms_of, read_lines
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import numbered
from tokenwise_shell.ledger.writers import Position

__all__ = ["RAISED", "Spending", "day_in", "end_of_lines", "hash_before", "load_spending"]

# A checkpoint is written when this much had to be read: a twentieth of a second's work.
_WORTH_KEEPING: Final = 1 << 22

# Before a position, so many bytes are hashed: more than one line, and each line has its own time and numbers.
_HASHED: Final = 4096

_VERSION: Final = 7  # 2 knew no corrections, 3 no zones, 4 no limits that were raised, 5 no vouchers, 6 forgot no tags

# As many tags have their sums in memory, those that were spent under last. What others have, the ledger is read for.
_TAGS: Final = 4096

RAISED: Final = "limit_raised"
"""The type of a line by which somebody has raised a budget: `scope`, `amount_nano`."""

_COUNTED: Final = CLOSINGS | {"reserved", CORRECTED, RAISED, MINTED, RETURNED}

# After so long nothing that was held under a voucher when it expired is under way any more.
_FORGOTTEN_MS: Final = 86_400_000


def _days() -> defaultdict[str, defaultdict[str, Nanodollars]]:
    return defaultdict(lambda: defaultdict(lambda: Nanodollars(0)))


@define
class Spending:
    """Sums by key and day, and the day on which each open call was reserved. `read` is how far, by file number.

    `tagged` are the same sums by tag, a call with two tags in both: of the tags spent under last, or of `only`
    this one; `forgot` says that there were others. Days begin when they do in `zone`.
    `raised` says to what somebody has raised a budget, by its scope. `vouchers` are those that are open, by name.
    """

    days: defaultdict[str, defaultdict[str, Nanodollars]] = field(factory=_days)
    tagged: defaultdict[str, defaultdict[str, Nanodollars]] = field(factory=_days)
    open: dict[tuple[str, str, int], str] = field(factory=dict)
    read: dict[int, int] = field(factory=dict)
    raised: dict[str, Nanodollars] = field(factory=dict)
    vouchers: dict[str, Issued] = field(factory=dict)
    zone: Zone = UTC
    only: str | None = None
    forgot: bool = False

    def add(self, line: Line) -> None:
        """Count one line. One that `what_is_wrong` objects to counts for nothing; `verify` reports it."""
        kind = line.get("type")
        if kind not in _COUNTED:
            return
        if what_is_wrong(line):
            return
        if kind == RAISED:
            self.raised[line["scope"]] = Nanodollars(line["amount_nano"])
            return
        if kind in (MINTED, RETURNED):
            self._issue(line)
            return
        place = (line["run"], line["step"], line["attempt"])
        day = day_in(self.zone, line["reserved_at"] if kind == CORRECTED else line["at"])
        if kind == "reserved":
            self.open[place] = day
        else:
            day = self.open.pop(place, day)
            self.count(account_of(line), day, spent_by(line))

    def count(self, account: Account, day: str, nano: int) -> None:
        """Add what one call has cost, or what a correction makes of that, on the day on which it was reserved.

        What a voucher pays was reserved when its money was set aside.
        """
        if account.voucher and (minted := minted_ms(account.voucher)) is not None:
            day = day_of(minted, self.zone)
            for name in lineage(account.voucher):
                if one := self.vouchers.get(name):
                    one.spent = Nanodollars(max(0, one.spent + nano))
        for days in (self.days[account.key], *map(self._of_tag, account.tags)):
            days[day] = Nanodollars(days[day] + nano)

    def _of_tag(self, tag: str) -> defaultdict[str, Nanodollars]:
        if self.only not in (None, tag):
            return defaultdict(lambda: Nanodollars(0))
        days = self.tagged[tag]
        del self.tagged[tag]
        self.tagged[tag] = days  # at the end
        if len(self.tagged) > _TAGS:
            del self.tagged[next(iter(self.tagged))]
            self.forgot = True
        return days

    def knows(self, tag: str | None) -> bool:
        """Whether all that was added under this tag is in its sums. A guard's is new with it."""
        return not self.forgot or tag is None or tag in self.tagged or tag.startswith(GUARD)

    def _issue(self, line: Line) -> None:
        if line["type"] == RETURNED:
            self.vouchers.pop(line["voucher"], None)
            return
        voucher, long_ago = voucher_of(line), ms_of(line["at"]) - _FORGOTTEN_MS
        self.vouchers = {name: one for name, one in self.vouchers.items() if one.voucher.expires_ms > long_ago}
        self.vouchers[voucher.name] = Issued(voucher)

    def spent(self, span: Span, key: str | None = None, tag: str | None = None) -> Nanodollars:
        """What was spent in a window: under one key, with one tag, or by everybody."""
        sums, name = (self.tagged, tag) if tag is not None else (self.days, key)
        wanted = self.days.values() if name is None else [sums[name]] if name in sums else []
        return Nanodollars(sum(spent_in(span, days) for days in wanted))


def day_in(zone: Zone, at: str) -> str:
    """The day of a line's moment, as it is in a zone."""
    return at[:10] if zone is UTC else day_of(ms_of(at), zone)


def load_spending(
    ledger: Path,
    notice: Callable[[str], None],
    *,
    until: Position | None = None,
    worth_keeping: int = _WORTH_KEEPING,
    zone: Zone = UTC,
    only: str | None = None,
) -> Spending:
    """The sums of the whole ledger, or of what stood there at `until`. Raises OSError where it cannot be read.

    It is read from its checkpoint on, which is written anew when `worth_keeping` bytes had to be read; with `only`
    from its beginning, for this tag, which need not have been spent under lately.
    """
    files = {number: path for number, path in numbered(ledger).items() if path.exists()}
    ends = {number: _end(path, number, until) for number, path in files.items()}
    spending = (only is None and _kept(ledger, files, ends, zone)) or Spending(zone=zone, only=only)
    before = sum(spending.read.values())
    for number, path in files.items():
        start, stop = spending.read.get(number, 0), ends[number]
        for line in read_lines(path, notice, start=start, stop=stop) if stop > start else ():
            spending.add(line)
        spending.read[number] = max(start, stop)
    if only is None and sum(spending.read.values()) - before >= worth_keeping:
        _keep(ledger, files, spending)
    return spending


def _end(path: Path, number: int, until: Position | None) -> int:
    """How far to read this file."""
    if until is None or number < until.number:
        return end_of_lines(path)
    return until.offset if number == until.number else 0


def end_of_lines(path: Path) -> int:
    """The byte after the last whole line; the next may be being written."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _HASHED)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


# --- the checkpoint ---------------------------------------------------------------------------------------------------


def _checkpoint_of(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".checkpoint")


def _keep(ledger: Path, files: dict[int, Path], spending: Spending) -> None:
    """Write the checkpoint, whole or not at all. Where that is not possible, the next start takes longer."""
    document = {
        "v": _VERSION,
        "zone": spending.zone.name,
        "files": [
            [number, end, hash_before(files[number], end)] for number, end in spending.read.items() if number in files
        ],
        "days": spending.days,
        "tagged": spending.tagged,
        "forgot": spending.forgot,
        "raised": spending.raised,
        "vouchers": [
            {**booking_of(one.voucher.account), **issue_of(one.voucher), "spent_nano": one.spent}
            for one in spending.vouchers.values()
        ],
        "open": [[*place, day] for place, day in spending.open.items()],
    }
    path = _checkpoint_of(ledger)
    temporary = path.with_name(f"{path.name}.{os.urandom(6).hex()}")
    with suppress(OSError):
        with open(temporary, "xb", opener=private) as file:
            file.write(orjson.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    temporary.unlink(missing_ok=True)


def _kept(ledger: Path, files: dict[int, Path], ends: dict[int, int], zone: Zone) -> Spending | None:
    """What the checkpoint says, None where there is none that fits the files and goes no further than these ends."""
    try:
        document = orjson.loads(_checkpoint_of(ledger).read_bytes())
        if (document["v"], document["zone"]) != (_VERSION, zone.name) or not all(
            _fits(files, *told) for told in document["files"]
        ):
            return None
        spending = Spending(zone=zone)
        for sums, name in ((spending.days, "days"), (spending.tagged, "tagged")):
            for who, days in document[name].items():
                sums[who].update(days)
        spending.forgot = document["forgot"]
        spending.open = {(run, step, attempt): day for run, step, attempt, day in document["open"]}
        spending.raised = {scope: Nanodollars(nano) for scope, nano in document["raised"].items()}
        for row in document["vouchers"]:
            voucher = voucher_of(row)
            spending.vouchers[voucher.name] = Issued(voucher, Nanodollars(row["spent_nano"]))
        spending.read = {number: end for number, end, _ in document["files"]}
        if any(end > ends[number] for number, end in spending.read.items()):
            return None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return spending


def _fits(files: dict[int, Path], number: int, end: int, told: str) -> bool:
    return number in files and files[number].stat().st_size >= end and hash_before(files[number], end) == told


def hash_before(path: Path, end: int) -> str:
    """A hash of what stands before this byte: a file that was replaced has another."""
    start = max(0, end - _HASHED)
    with path.open("rb") as file:
        file.seek(start)
        return hashlib.sha256(file.read(end - start)).hexdigest()
