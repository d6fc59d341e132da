"""What was spent under limits that have a budget for every value, by owner and day: a file beside the ledger.

There may be as many owners as there were sessions, so their sums are no part of any process's memory: `<ledger>.sums`
is an SQLite file, from which one owner's sum is read when somebody asks. It is derived from the ledger alone, as far as
it says that it has read it; one that does not fit the ledger's files, the limits or the zone is made anew.

    spent     what an owner's calls have cost in a window, counted on the day on which they were reserved
    catch_up  read on from where somebody has stopped; also in a thread
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import orjson
from attrs import define, field

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import UTC, Span, Zone, lasting
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.local_tables import alone
from tokenwise_shell.ledger.booking import account_of
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, spent_by
from tokenwise_shell.ledger.jsonl import Line, read_lines, unheard
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import numbered
from tokenwise_shell.ledger.spending import day_in, end_of_lines, hash_before

__all__ = ["OwnerSums"]

_VERSION: Final = 1
_PATIENCE_S: Final = 60.0  # for another process that reads a long ledger meanwhile

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS made_for (what TEXT) ;
CREATE TABLE IF NOT EXISTS files (number INTEGER PRIMARY KEY, read INTEGER, hash TEXT);
CREATE TABLE IF NOT EXISTS sums (owner TEXT, day TEXT, nano INTEGER, PRIMARY KEY (owner, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open (
    run TEXT, step TEXT, attempt INTEGER, day TEXT, owners TEXT, PRIMARY KEY (run, step, attempt)
) WITHOUT ROWID;
"""
_COUNTED: Final = CLOSINGS | {"reserved", CORRECTED}
_EMPTIED: Final = ("made_for", "files", "sums", "open")
_ADD: Final = "INSERT INTO sums VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET nano = nano + excluded.nano"


@define(eq=False)
class OwnerSums:
    """The sums of these limits in one ledger. Raises OSError and sqlite3.Error where a file cannot be read or written.

    `spent` is for one thread; `catch_up` has a connection of its own.
    """

    ledger: Path
    limits: tuple[Limit, ...]
    zone: Zone = UTC
    _opened: sqlite3.Connection | None = field(default=None, init=False)

    @property
    def path(self) -> Path:
        """The file."""
        return self.ledger.with_name(f"{self.ledger.name}.sums")

    def spent(self, owner: str, span: Span) -> Nanodollars:
        """What one owner's calls have cost in a window, as far as the ledger has been read."""
        wanted = "SELECT SUM(nano) FROM sums WHERE owner = ? AND day >= ? AND day < ?"
        (nano,) = self._reading().execute(wanted, (owner, span.first, span.after)).fetchone()
        return Nanodollars(nano or 0)

    def fullest(self, limit: Limit, span: Span, most: int) -> tuple[str, ...]:
        """The owners under a limit `each` that have spent most in a window, as far as the ledger has been read."""
        start = limit.owner[:-1]
        wanted = (
            "SELECT owner FROM sums WHERE owner >= ? AND owner < ? AND day >= ? AND day < ? "
            "GROUP BY owner ORDER BY SUM(nano) DESC LIMIT ?"
        )
        # In the order of bytes, nothing that begins so stands behind this.
        rows = self._reading().execute(wanted, (start, start + "\x7f", span.first, span.after, most))
        return tuple(owner for (owner,) in rows)

    def close(self) -> None:
        """Let go of the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def catch_up(self) -> None:
        """Read what has been written since somebody last did."""
        with closing(self._connected()) as db, alone(db):
            files = {number: path for number, path in numbered(self.ledger).items() if path.exists()}
            before = self._read_so_far(db, files)
            for number, path in files.items():
                start, stop = before.get(number, 0), end_of_lines(path)
                for line in read_lines(path, unheard, start=start, stop=stop) if stop > start else ():
                    self._add(db, line)
                if stop > start:
                    db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (number, stop, hash_before(path, stop)))

    def _read_so_far(self, db: sqlite3.Connection, files: dict[int, Path]) -> dict[int, int]:
        """How far each file has been read. Nothing is believed that was made for another ledger or other limits."""
        made_for = db.execute("SELECT what FROM made_for").fetchone()
        known = {number: (read, told) for number, read, told in db.execute("SELECT number, read, hash FROM files")}
        fits = all(
            number in files and files[number].stat().st_size >= read and hash_before(files[number], read) == told
            for number, (read, told) in known.items()
        )
        if made_for == (self._purpose,) and fits:
            return {number: read for number, (read, _) in known.items()}
        for table in _EMPTIED:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 -- names that stand above
        db.execute("INSERT INTO made_for VALUES (?)", (self._purpose,))
        return {}

    @property
    def _purpose(self) -> str:
        """What must be the same for the sums to be. Amounts may differ: they are compared with the sums."""
        kinds = sorted((limit.owner, lasting(limit.window)) for limit in self.limits)
        return orjson.dumps([_VERSION, self.zone.name, kinds]).decode()

    def _add(self, db: sqlite3.Connection, line: Line) -> None:
        kind = line.get("type")
        if kind not in _COUNTED or what_is_wrong(line):
            return
        place = (line["run"], line["step"], line["attempt"])
        if kind == "reserved":
            if owners := "\n".join(self._owners(line)):
                row = (*place, day_in(self.zone, line["at"]), owners)
                db.execute("INSERT OR REPLACE INTO open VALUES (?, ?, ?, ?, ?)", row)
            return
        where = "WHERE run = ? AND step = ? AND attempt = ?"
        found = db.execute(f"DELETE FROM open {where} RETURNING day, owners", place).fetchone()  # noqa: S608
        if found is None:  # it was reserved under none of these, or that line is lost; or the call is over long since
            found = day_in(self.zone, line.get("reserved_at", line["at"])), "\n".join(self._owners(line))
        day, owners = found
        db.executemany(_ADD, ((owner, day, spent_by(line)) for owner in owners.split("\n") if owner))

    def _owners(self, line: Line) -> tuple[str, ...]:
        """Whose budgets a reservation was held in: those of the model that was asked, whoever answers."""
        account, model = account_of(line), line.get("asked") or line["model"]
        owners = (limit.owner_of(account, model) for limit in self.limits)
        return tuple(dict.fromkeys(owner for owner in owners if owner is not None))

    def _reading(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = self._connected()
        return self._opened

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        self.path.chmod(0o600)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")  # it can be made anew
        db.executescript(_TABLES)
        return db
