"""The tables of the file in which one machine's budgets are kept, and the statements that touch one budget.

members   who shares the file: writers of the ledger
budgets   one row a scope, as `tokenwise.budgets.budget.Budget` has it, and when its window ends
holds     what is held for a call, by whom, and in which scopes
raised    to what somebody has raised a budget; the ledger remembers it too
waiting   calls that wait for that
vouchers  budgets that stand on others, as `tokenwise.budgets.backing.Backing` has it, the parents one a line

What is held for a slice (see `desks`) is a row of `holds` too, numbered by a slot in memory that the processes share
(`Slots`): there stands what its calls hold and have spent, which changes too often for a transaction each time.
"""

import mmap
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import define, field

from tokenwise.budgets.backing import Backing, follow
from tokenwise.budgets.budget import Budget, moved, relimit
from tokenwise.budgets.limit import VOUCHER
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.desks import Slice

__all__ = ["SLICE", "TABLES", "Lent", "Page", "Slots", "alone", "begin", "create", "forget"]

SLICE: Final = "slice:"
"""The run under whose name slices are held; no run has such an id."""


TABLES: Final = ("members", "budgets", "begun", "holds", "raised", "waiting", "vouchers")
"""All of them: what begins anew where nobody shares the file any more."""

# Windows that ended so long before the one that is opened are of no use to anybody, unless the clock was wrong when one
# of the two was opened: so they must have begun so long ago too, by what counts since the machine was started.
_FORGOTTEN_MS: Final = 40 * 86_400_000

_CREATED: Final = """
CREATE TABLE IF NOT EXISTS members (writer TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budgets (
    scope TEXT PRIMARY KEY, "limit" INTEGER, spent INTEGER, held INTEGER, overrun INTEGER, ends_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS begun (scope TEXT PRIMARY KEY, at_ms INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holds (
    writer TEXT, run TEXT, step TEXT, ordinal INTEGER, amount INTEGER, scopes TEXT,
    PRIMARY KEY (writer, run, step, ordinal)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS slots ON holds (ordinal) WHERE run = 'slice:';
CREATE TABLE IF NOT EXISTS raised (scope TEXT PRIMARY KEY, nano INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (
    writer TEXT, run TEXT, step TEXT, ordinal INTEGER, scope TEXT, needed INTEGER, since_ms INTEGER,
    PRIMARY KEY (writer, run, step, ordinal)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vouchers (
    scope TEXT PRIMARY KEY, parents TEXT, expires_ms INTEGER, closed INTEGER
) WITHOUT ROWID;
"""


_SLOTS: Final = 512  # slices at once, of all processes: beyond, each call asks the file

_ASKED: Final = 'SELECT "limit", spent, held, overrun FROM budgets WHERE scope = ?'
_WRITTEN: Final = 'UPDATE budgets SET "limit" = ?, spent = ?, held = ?, overrun = ? WHERE scope = ?'
_FORGET: Final = """
DELETE FROM budgets
WHERE held = 0 AND ends_ms < ? AND scope IN (SELECT scope FROM begun WHERE at_ms < ?)
"""


@contextmanager
def alone(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction, which nobody else writes beside: all of it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def create(db: sqlite3.Connection) -> None:
    """Make the tables that are not there."""
    db.executescript(_CREATED)


@define(eq=False)
class Slots:
    """Three numbers for each slice, in a file that is never read or written but as memory.

    A slice's owner alone writes them, each of them at once (eight bytes in their place). So they are true whenever it
    dies; between two of them a call counts twice, as held and as spent.
    """

    _memory: mmap.mmap
    _numbers: memoryview

    @classmethod
    def open(cls, path: Path) -> "Slots | None":
        """The file, made if it is not there; None where that cannot be, and then nobody takes slices."""
        size = 3 * 8 * _SLOTS
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(descriptor).st_size < size:
                    os.posix_fallocate(descriptor, 0, size)  # else a full disk would be noticed by a signal
                memory = mmap.mmap(descriptor, size)
            finally:
                os.close(descriptor)
        except OSError:
            return None
        return cls(memory, memoryview(memory).cast("q"))

    def tell(self, slice_: Slice) -> None:
        """Say how a slice stands. What is spent comes before what is no more held, and what allows it before that."""
        numbers, place, budget = self._numbers, 3 * slice_.attempt.ordinal, slice_.budget
        numbers[place] = budget.overrun
        numbers[place + 1] = budget.spent
        numbers[place + 2] = budget.held

    def read(self, slot: int, amount: int) -> Budget:
        """How a slice of this amount stands; within a transaction, so that nobody begins another there."""
        overrun, spent, held = self._numbers[3 * slot : 3 * slot + 3]
        over = max(overrun, spent + held - amount)
        return Budget(*map(Nanodollars, (amount, spent, held, over)))

    def close(self) -> None:
        """Let the memory go. What stands there stays."""
        self._numbers.release()
        self._memory.close()


@define(frozen=True)
class Lent:
    """One slice in the file: whose it is, its slot, and how it stands."""

    writer: str
    slot: int
    scopes: tuple[str, ...]
    budget: Budget


@define
class Page:
    """The budgets as one transaction sees them: each is read once at most, and written once.

    `booked` where what was given back lately is in them.
    """

    db: sqlite3.Connection
    slots: Slots | None = None
    booked: bool = False
    _known: dict[str, Budget] = field(factory=dict)
    _changed: dict[str, None] = field(factory=dict)
    _moves: dict[str, list[int]] = field(factory=dict)

    def move(self, scopes: Iterable[str], spent: int, held: int, overrun: int) -> None:
        """Add so much to each of these budgets; see `budget.moved`."""
        for scope in scopes:
            by = self._moves.setdefault(scope, [0, 0, 0])
            by[0] += spent
            by[1] += held
            by[2] += overrun

    def of(self, scope: str) -> Budget:
        """A budget. Raises KeyError for one that nobody has opened."""
        known = self._known.get(scope)
        if known is None:
            row = self.db.execute(_ASKED, (scope,)).fetchone()
            if row is None:
                raise KeyError(scope)
            known = self._known[scope] = Budget(*row)
        if by := self._moves.pop(scope, None):
            known = self._known[scope] = moved(known, *by)
            self._changed[scope] = None
        return known

    def lent(self) -> Iterator[Lent]:
        """Every slice. Of one whose slot cannot be read, all is taken to be held."""
        rows = self.db.execute("SELECT writer, ordinal, amount, scopes FROM holds WHERE run = ?", (SLICE,))
        for writer, slot, amount, scopes in rows.fetchall():
            budget = self.slots.read(slot, amount) if self.slots else Budget(amount, held=amount)
            yield Lent(writer, slot, tuple(scopes.split("\n")), budget)

    def free_slot(self) -> int | None:
        """A slot that no slice has; None where all are taken."""
        taken = {slot for (slot,) in self.db.execute("SELECT ordinal FROM holds WHERE run = ?", (SLICE,))}
        return next((slot for slot in range(_SLOTS) if slot not in taken), None)

    def keep(self, budgets: Mapping[str, Budget]) -> None:
        """These, which have been asked for, are so now."""
        self._known.update(budgets)
        self._changed.update(dict.fromkeys(budgets))

    def pay(self, budgets: Mapping[str, Budget]) -> None:
        """These are as they are now, and what they stand on with them."""
        self.keep(follow(self.of, self.backing, dict(budgets)))

    def backing(self, scope: str) -> Backing | None:
        """What a voucher's budget stands on; None for any other, and for one that nobody has opened."""
        if not scope.startswith(f"{VOUCHER}:"):
            return None
        row = self.db.execute("SELECT parents, expires_ms, closed FROM vouchers WHERE scope = ?", (scope,)).fetchone()
        return Backing(tuple(row[0].split("\n")) if row[0] else (), row[1], bool(row[2])) if row else None

    def back(self, scope: str, backing: Backing) -> None:
        """Let a budget stand on others."""
        row = (scope, "\n".join(backing.parents), backing.expires_ms, backing.closed)
        self.db.execute("INSERT OR REPLACE INTO vouchers VALUES (?, ?, ?, ?)", row)

    def write(self) -> None:
        """Write what has changed."""
        for scope in tuple(self._moves):
            self.of(scope)
        for scope in self._changed:
            one = self._known[scope]
            self.db.execute(_WRITTEN, (one.limit, one.spent, one.held, one.overrun, scope))


def begin(page: Page, *, scope: str, limit: Nanodollars, spent: Nanodollars, ends_ms: int | None) -> None:
    """Open a budget, or give it another limit; what the limit cannot hold counts as overrun.

    What was raised stays raised, and what is spent is the most that anybody knows of.
    """
    limit = max(limit, _raised(page, scope))
    page.db.execute("INSERT OR IGNORE INTO budgets VALUES (?, ?, 0, 0, 0, ?)", (scope, limit, ends_ms))
    page.db.execute("INSERT OR IGNORE INTO begun VALUES (?, ?)", (scope, _since_start_ms()))
    before = page.of(scope)
    within = sum(one.budget.spent for one in page.lent() if scope in one.scopes)  # is booked when they are closed
    most = max(Nanodollars(spent - within), before.spent)
    known = Budget(Nanodollars(most + before.held), most, before.held, before.overrun)
    page.keep({scope: relimit(known, limit)})


def _raised(page: Page, scope: str) -> Nanodollars:
    row = page.db.execute("SELECT nano FROM raised WHERE scope = ?", (scope,)).fetchone()
    return Nanodollars(row[0] if row else 0)


def forget(page: Page, ends_ms: int) -> None:
    """Delete budgets whose windows ended long before this moment, and in which nothing is held."""
    ages = (ends_ms - _FORGOTTEN_MS, _since_start_ms() - _FORGOTTEN_MS)
    page.db.execute(_FORGET, ages)
    page.db.execute("DELETE FROM begun WHERE scope NOT IN (SELECT scope FROM budgets)")
    page.db.execute("DELETE FROM vouchers WHERE expires_ms < ?", (ends_ms - _FORGOTTEN_MS,))


def _since_start_ms() -> int:
    """Time that no clock's setting moves; a file of budgets is of one start of the machine."""
    return time.monotonic_ns() // 1_000_000
