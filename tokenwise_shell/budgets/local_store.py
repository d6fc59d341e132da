"""Budgets that the processes of one machine share: an SQLite file beside the ledger that they all write.

    reserve, settle, reduce   one transaction each, by the core's own rules; tens of microseconds, so nothing here waits
                              but for another process's transaction

The ledger stays the truth. The file says what living processes hold and have spent, and begins anew, with what the
ledger says, whenever none of them lives; it belongs to one start of the machine, so it need not survive a power loss.
What a process held that has died is charged in full, as its ledger's recovery does; the leases of the dead are nobody's
money any more. Who lives the locks of the ledger's writers say, so no clock is read and no hold expires.

Where the file cannot be written, nothing is granted; what has been spent is booked with the next transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from attrs import define, field

from tokenwise.budgets.budget import Budget, Hold, Short, correct, relimit
from tokenwise.budgets.nested import Held, Place, hold_in, reduce_in, settle_in
from tokenwise.errors import Blamed, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Reserve, Settle
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld
from tokenwise_shell.ledger.leases import is_lease
from tokenwise_shell.ledger.writers import boot_id, take_roll

__all__ = ["LocalStore"]

_NOTHING: Final = Nanodollars(0)

# Longer than any transaction takes; then the process that holds the lock is stopped, and money cannot be had.
_PATIENCE_S: Final = 2.0

# Windows that ended so long before the one that is opened are of no use to anybody.
_FORGOTTEN_MS: Final = 40 * 86_400_000

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS members (writer TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budgets (
    scope TEXT PRIMARY KEY, "limit" INTEGER, spent INTEGER, held INTEGER, overrun INTEGER, ends_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holds (
    writer TEXT, run TEXT, step TEXT, ordinal INTEGER, amount INTEGER, scopes TEXT,
    PRIMARY KEY (writer, run, step, ordinal)
) WITHOUT ROWID;
"""

_REDUCE: Final = "UPDATE holds SET amount = ? WHERE writer = ? AND run = ? AND step = ? AND ordinal = ?"
_REMOVE: Final = "DELETE FROM holds WHERE writer = ? AND run = ? AND step = ? AND ordinal = ?"


@define(eq=False)
class LocalStore:
    """The file as one writer of this ledger sees it, under the contract of all stores. Opened when it is first needed.

    To be used by one thread, and closed before the writer leaves the ledger.
    """

    ledger: Path
    writer: str
    _ends_ms: dict[str, int | None] = field(factory=dict)
    _holds: dict[Place, Held] = field(factory=dict)
    _due: list[Callable[[sqlite3.Connection], None]] = field(factory=list)
    _opened: sqlite3.Connection | None = None
    _closed: bool = False

    # --- budgets -----------------------------------------------------------------------------------------------------

    def open(
        self, scope: str, limit: Nanodollars, *, spent: Nanodollars = _NOTHING, ends_ms: int | None = None
    ) -> None:
        """Begin a budget, or take part in it. The limit is the one set last; what is spent, the most that is known."""
        self._ends_ms[scope] = ends_ms
        self._soon(partial(_begin, scope=scope, limit=limit, spent=spent, ends_ms=ends_ms))

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give a budget another limit, for everybody. What that cannot hold counts as overrun."""
        self.open(scope, limit, ends_ms=self._ends_ms.get(scope))

    def end(self, scope: str) -> bool:
        """Whether this process holds nothing there; others may, so the budget stays."""
        if any(scope in held.scopes for held in self._holds.values()):
            return False
        return self.rest(scope)

    def rest(self, scope: str) -> bool:
        """See `limits.Store`: the file keeps it."""
        self._ends_ms.pop(scope, None)
        return True

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands now. Raises KeyError for a scope that nobody has opened."""
        if scope not in self._ends_ms:
            raise KeyError(scope)
        return _of(self._connection(), scope)

    def is_spent(self, scope: str) -> bool:
        """See `limits.Store`."""
        budget = self[scope]
        return budget.spent >= budget.limit

    def __contains__(self, scope: object) -> bool:
        return scope in self._ends_ms

    @property
    def open_holds(self) -> int:
        """How many attempts of this process hold money."""
        return len(self._holds)

    # --- holds -------------------------------------------------------------------------------------------------------

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; see `ProcessStore.reserve`.

        Before it says no, what the dead held is charged.
        """
        place, held = (run_id, attempt), Held(Hold(amount), tuple(dict.fromkeys(scopes)))
        if place in self._holds:
            raise ProtocolViolation(self._holds[place], Reserve(attempt, amount), blame=Blamed.MACHINE)
        try:
            answer = self._granted(place, held, share) if held.scopes else Granted(held.hold)
        except sqlite3.OperationalError:
            return NotHeld.unasked(amount)
        if isinstance(answer, Granted):
            self._holds[place] = held
        return answer

    def _granted(self, place: Place, held: Held, share: int) -> Granted | NotHeld:
        with self._transaction() as db:
            answer = self._asked(db, held, share)
            if isinstance(answer, NotHeld) and self._bury(db):
                answer = self._asked(db, held, share)
            if isinstance(answer, NotHeld):
                return answer
            _keep(db, answer)
            db.execute("INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?)", (*self._row(place), *_written(held)))
        return Granted(held.hold)

    def _asked(self, db: sqlite3.Connection, held: Held, share: int) -> dict[str, Budget] | NotHeld:
        """The budgets with this held in them, or which of them says no."""
        answer = hold_in(partial(_of, db), held.scopes, held.hold.amount, share)
        return NotHeld.of(answer, self._ends_ms.get(answer.scope)) if isinstance(answer, Short) else answer

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost, in every scope that it was made in; see `ProcessStore.settle`."""
        held = self._holds.pop((run_id, attempt), None)
        if held is None:
            if cost:
                raise ProtocolViolation(None, Settle(attempt, cost), blame=Blamed.MACHINE)
            return
        if held.scopes and not self._closed:
            self._soon(partial(self._pay, row=self._row((run_id, attempt)), held=held, cost=cost))

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open."""
        place = (run_id, attempt)
        held = self._holds[place]
        try:
            with self._transaction() as db:
                rest, budgets = reduce_in(partial(_of, db), held, by)
                _keep(db, budgets)
                db.execute(_REDUCE, (rest.hold.amount, *self._row(place)))
        except sqlite3.OperationalError:
            return  # it stays held, and comes back with the rest
        self._holds[place] = rest

    def correct(self, scopes: tuple[str, ...], by: int, over: int) -> None:
        """Book in those of these budgets that are open that a settled cost is stated anew. Raises sqlite3.Error.

        `by` is the difference, `over` what of it lay above the hold.
        """
        with self._transaction() as db:
            for scope in scopes:
                if db.execute("SELECT 1 FROM budgets WHERE scope = ?", (scope,)).fetchone():
                    _keep(db, {scope: correct(_of(db, scope), by, over)})

    def _soon(self, deed: Callable[[sqlite3.Connection], None]) -> None:
        """Do it now if that can be, else with the next transaction; what a dead process owes is charged in full."""
        self._due.append(deed)
        with suppress(sqlite3.OperationalError), self._transaction():
            pass

    # --- the file ----------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The file of this start of the machine."""
        return self.ledger.with_name(f"{self.ledger.name}.budgets-{boot_id()[:8] or 'any'}")

    def close(self) -> None:
        """Give leases back and leave. What calls still hold is charged in full once this writer is gone."""
        if self._opened is not None:
            for run_id, attempt in tuple(self._holds):
                if is_lease(run_id):
                    self.settle(run_id, attempt, _NOTHING)
            self._opened.execute("DELETE FROM members WHERE writer = ?", (self.writer,))
            self._opened.close()
        self._closed = True

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, alone; and first whatever is still to be done."""
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        try:
            for deed in self._due:
                deed(db)
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._due.clear()

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            for other in self.ledger.parent.glob(f"{self.ledger.name}.budgets-*"):
                if not other.name.startswith(self.path.name):  # of another start of the machine: nobody in it lives
                    other.unlink(missing_ok=True)
            db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {'OFF' if boot_id() else 'NORMAL'}")
            db.executescript(_TABLES)
            self._enter(db)
            self._opened = db
        return self._opened

    def _enter(self, db: sqlite3.Connection) -> None:
        """Be one of those who share, and begin anew where nobody else of them lives."""
        db.execute("BEGIN IMMEDIATE")
        members = {name for (name,) in db.execute("SELECT writer FROM members")}
        if not members & (take_roll(self.ledger).living - {self.writer}):
            for table in ("members", "budgets", "holds"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 -- three names that stand above
        db.execute("INSERT OR IGNORE INTO members VALUES (?)", (self.writer,))
        db.execute("COMMIT")

    def _bury(self, db: sqlite3.Connection) -> bool:
        """Charge what the dead held, in full, and say whether there was any. Leases come back."""
        holders = {name for (name,) in db.execute("SELECT DISTINCT writer FROM holds")} - {self.writer}
        dead = holders - take_roll(self.ledger).living if holders else holders
        for writer in sorted(dead):
            rows = db.execute("SELECT run, step, ordinal, amount, scopes FROM holds WHERE writer = ?", (writer,))
            for run, step, ordinal, amount, scopes in rows.fetchall():
                held = Held(Hold(Nanodollars(amount)), tuple(scopes.split("\n")))
                self._pay(db, (writer, run, step, ordinal), held, _NOTHING if is_lease(run) else held.hold.amount)
            db.execute("DELETE FROM members WHERE writer = ?", (writer,))
        return bool(dead)

    def _pay(self, db: sqlite3.Connection, row: tuple[str, str, str, int], held: Held, cost: Nanodollars) -> None:
        """Book a settlement once: a hold that is not there has been charged in full."""
        if db.execute(_REMOVE, row).rowcount:
            _keep(db, settle_in(partial(_of, db), held, cost))

    def _row(self, place: Place) -> tuple[str, str, str, int]:
        run_id, attempt = place
        return self.writer, run_id, attempt.step, attempt.ordinal


def _written(held: Held) -> tuple[int, str]:
    return held.hold.amount, "\n".join(held.scopes)


def _of(db: sqlite3.Connection, scope: str) -> Budget:
    row = db.execute('SELECT "limit", spent, held, overrun FROM budgets WHERE scope = ?', (scope,)).fetchone()
    if row is None:
        raise KeyError(scope)
    return Budget(*row)


def _keep(db: sqlite3.Connection, budgets: Mapping[str, Budget]) -> None:
    rows = ((one.limit, one.spent, one.held, one.overrun, scope) for scope, one in budgets.items())
    db.executemany('UPDATE budgets SET "limit" = ?, spent = ?, held = ?, overrun = ? WHERE scope = ?', rows)


def _begin(db: sqlite3.Connection, *, scope: str, limit: Nanodollars, spent: Nanodollars, ends_ms: int | None) -> None:
    """Open a budget, or give it another limit; what the limit cannot hold counts as overrun."""
    db.execute("INSERT OR IGNORE INTO budgets VALUES (?, ?, 0, 0, 0, ?)", (scope, limit, ends_ms))
    before = _of(db, scope)
    most = max(spent, before.spent)
    known = Budget(Nanodollars(most + before.held), most, before.held, before.overrun)
    _keep(db, {scope: relimit(known, limit)})
    if ends_ms is not None:
        db.execute("DELETE FROM budgets WHERE held = 0 AND ends_ms < ?", (ends_ms - _FORGOTTEN_MS,))
