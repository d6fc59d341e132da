"""Budgets that the processes of one machine share: an SQLite file beside the ledger that they all write.

    reserve           one transaction, by the core's own rules; tens of microseconds, so nothing here waits but for
                      another process's transaction
    settle, reduce    in a moment, together, or before a reserve is refused: what they give back is held until then

The ledger stays the truth. The file says what living processes hold and have spent, and begins anew, with what the
ledger says, whenever none of them lives; it belongs to one start of the machine, so it need not survive a power loss.
What a process held that has died is charged in full, as its ledger's recovery does; the leases of the dead are nobody's
money any more. Who lives the locks of the ledger's writers say, so no clock is read and no hold expires.

Where the file cannot be written, nothing is granted; what has been spent is booked with the next transaction.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from attrs import define, evolve, field, frozen

from tokenwise.budgets.backing import Backing, join, stand_on
from tokenwise.budgets.budget import Budget, Hold, Short, correct, settling
from tokenwise.budgets.limit import VOUCHER
from tokenwise.budgets.nested import Held, Place, hold_in, settle_in
from tokenwise.errors import Blamed, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Reserve, Settle
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld, near_in
from tokenwise_shell.budgets.local_tables import TABLES, Page, alone, begin, create, forget
from tokenwise_shell.ledger.leases import is_lease
from tokenwise_shell.ledger.writers import boot_id, take_roll

__all__ = ["LocalStore", "Row"]

T = TypeVar("T")

_NOTHING: Final = Nanodollars(0)

# Longer than any transaction takes; then the process that holds the lock is stopped, and money cannot be had.
_PATIENCE_S: Final = 2.0

# A settlement waits so long for another transaction to be part of; nobody's money is short for that.
_MOMENT_S: Final = 0.005

_Row = tuple[str, str, str, int]

_REDUCE: Final = "UPDATE holds SET amount = amount - ? WHERE writer = ? AND run = ? AND step = ? AND ordinal = ?"
_GOES_ON: Final = "DELETE FROM waiting WHERE writer = ? AND run = ? AND step = ? AND ordinal = ?"
_HELD: Final = "INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?)"
_REMOVE: Final = "DELETE FROM holds WHERE writer = ? AND run = ? AND step = ? AND ordinal = ?"


@frozen
class Row:
    """One budget, when its window ends, and how many calls wait for it to be raised."""

    budget: Budget
    ends_ms: int | None = None
    waiting: int = 0


@define(eq=False)
class LocalStore:
    """The file as one writer of this ledger sees it, under the contract of all stores. Opened when it is first needed.

    To be used by one thread, and closed before the writer leaves the ledger.
    """

    ledger: Path
    writer: str
    _ends_ms: dict[str, int | None] = field(factory=dict)
    _holds: dict[Place, Held] = field(factory=dict)
    _due: list[Callable[[Page], object]] = field(factory=list)
    _paid: list[tuple["_Row", Held, Nanodollars]] = field(factory=list)
    _reduced: dict[Place, tuple[Held, int]] = field(factory=dict)
    _swept: tuple[int, ...] = ()
    _opened: sqlite3.Connection | None = None
    _closed: bool = False
    _waiting: bool = False

    # --- budgets -----------------------------------------------------------------------------------------------------

    def open(
        self, scope: str, limit: Nanodollars, *, spent: Nanodollars = _NOTHING, ends_ms: int | None = None
    ) -> None:
        """Begin a budget, or take part in it. The limit is the one set last; what is spent, the most that is known.

        It is written with the next transaction: who opens a budget is about to hold something in it.
        """
        self._ends_ms[scope] = ends_ms
        if ends_ms is not None and ends_ms not in self._swept:
            self._swept = (*self._swept[-3:], ends_ms)  # one each of days, weeks and months
            self._due.append(partial(forget, ends_ms=ends_ms))
        self._due.append(partial(begin, scope=scope, limit=limit, spent=spent, ends_ms=ends_ms))
        if self._opened is None:
            self._catch_up()  # from now on it is one of those who share

    def change(self, scope: str, limit: Nanodollars) -> None:
        """Give a budget another limit, for everybody. What that cannot hold counts as overrun."""
        self.open(scope, limit, ends_ms=self._ends_ms.get(scope))
        self._catch_up()

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
        self._catch_up()
        return Page(self._connection()).of(scope)

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
        def asked(page: Page) -> Granted | NotHeld:
            answer = self._asked(page, held, share)
            if isinstance(answer, NotHeld) and self._give_back(page):
                answer = self._asked(page, held, share)
            if isinstance(answer, NotHeld) and self._bury(page):
                answer = self._asked(page, held, share)
            if isinstance(answer, NotHeld):
                return answer
            page.keep(answer)
            page.db.execute(_HELD, (*self._row(place), held.hold.amount, "\n".join(held.scopes)))
            return Granted(held.hold, near=near_in(answer))

        return self._transact(asked, all_due=False)

    def _asked(self, page: Page, held: Held, share: int) -> dict[str, Budget] | NotHeld:
        """The budgets with this held in them, or which of them says no."""
        answer = hold_in(page.of, held.scopes, held.hold.amount, share)
        return NotHeld.of(answer, self._ends_ms.get(answer.scope)) if isinstance(answer, Short) else answer

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost, in every scope that it was made in; see `ProcessStore.settle`."""
        held = self._holds.pop((run_id, attempt), None)
        if held is None:
            if cost:
                raise ProtocolViolation(None, Settle(attempt, cost), blame=Blamed.MACHINE)
            return
        if held.scopes and not self._closed:
            self._paid.append((self._row((run_id, attempt)), held, cost))
            self._in_a_moment()

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open."""
        place = (run_id, attempt)
        held = self._holds[place]
        self._holds[place] = Held(Hold(Nanodollars(held.hold.amount - by)), held.scopes)
        self._reduced[place] = held, self._reduced[place][1] + by if place in self._reduced else by
        self._in_a_moment()

    def _give_back(self, page: Page) -> bool:
        """Book what was given back since this was done last, and say whether there was anything."""
        if page.booked or not (self._paid or self._reduced):
            return False
        for place, (held, by) in self._reduced.items():
            page.move(held.scopes, *settling(Nanodollars(by), _NOTHING))
            page.db.execute(_REDUCE, (by, *self._row(place)))
        for row, held, cost in self._paid:
            self._pay(page, row, held, cost)
        page.booked = True
        return True

    def correct(self, scopes: tuple[str, ...], by: int, over: int) -> None:
        """Book in those of these budgets that are open that a settled cost is stated anew. Raises sqlite3.Error.

        `by` is the difference, `over` what of it lay above the hold.
        """

        def corrected(page: Page) -> None:
            for scope in scopes:
                if page.db.execute("SELECT 1 FROM budgets WHERE scope = ?", (scope,)).fetchone():
                    page.pay({scope: correct(page.of(scope), by, over)})

        self._transact(corrected)

    # --- budgets that stand on others --------------------------------------------------------------------------------

    def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """See `nested.Budgets.mint`. Raises sqlite3.Error."""

        def minted(page: Page) -> Short | None:
            taken = hold_in(page.of, backing.parents, amount)
            if isinstance(taken, Short) and self._bury(page):
                taken = hold_in(page.of, backing.parents, amount)
            if isinstance(taken, Short):
                return taken
            page.keep(taken)
            begin(page, scope=scope, limit=amount, spent=_NOTHING, ends_ms=backing.expires_ms)
            page.back(scope, backing)
            return None

        short = self._transact(minted)
        if short is None:
            self._ends_ms[scope] = None
        return short

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """See `nested.Budgets.adopt`. Raises sqlite3.Error."""

        def adopted(page: Page) -> None:
            known = page.backing(scope)
            if known is None:
                begin(page, scope=scope, limit=begun.limit, spent=begun.spent, ends_ms=backing.expires_ms)
            joined = join(known, backing)
            for parent in joined.parents[len(known.parents) if known else 0 :]:
                page.keep({parent: stand_on(page.of(parent), page.of(scope))})
            page.back(scope, joined)

        self._transact(adopted)
        self._ends_ms[scope] = None

    def shut(self, scope: str) -> None:
        """See `nested.Budgets.shut`. Raises sqlite3.Error."""

        def closed(page: Page) -> None:
            if backing := page.backing(scope):
                page.back(scope, evolve(backing, closed=True))
                page.pay({scope: page.of(scope)})

        self._transact(closed)

    def backing(self, scope: str) -> Backing | None:
        """See `nested.Budgets.backing`. Raises sqlite3.Error."""
        found = Page(self._connection()).backing(scope)
        if found:
            self._ends_ms.setdefault(scope, None)
        return found

    def expired(self, at_ms: int) -> tuple[str, ...]:
        """See `nested.Budgets.expired`. Raises sqlite3.Error."""
        if self._opened is None:
            return ()
        asked = "SELECT scope FROM vouchers WHERE closed = 0 AND expires_ms <= ?"
        return tuple(scope for (scope,) in self._connection().execute(asked, (at_ms,)))

    # --- limits that are raised --------------------------------------------------------------------------------------

    def raise_to(self, scope: str, limit: Nanodollars, *, spent: Nanodollars, ends_ms: int | None) -> None:
        """Give a budget a higher limit, for everybody, until its window ends. Raises sqlite3.Error."""

        def raised(page: Page) -> None:
            page.db.execute("INSERT OR REPLACE INTO raised VALUES (?, ?)", (scope, limit))
            begin(page, scope=scope, limit=limit, spent=spent, ends_ms=ends_ms)

        self._transact(raised)

    def waits(self, place: Place, refused: NotHeld, at_ms: int) -> None:
        """See `pauses.Board`."""
        row = (*self._row(place), refused.scope, refused.needed, at_ms)
        self._soon(lambda page: page.db.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?)", row))

    def goes_on(self, place: Place) -> None:
        """See `pauses.Board`."""
        row = self._row(place)
        self._soon(lambda page: page.db.execute(_GOES_ON, row))

    def rows(self) -> dict[str, Row]:
        """Every budget that is open, by scope; nothing where no process shares them. Raises sqlite3.Error.

        What a dead process held counts as spent, as it does for whoever is refused because of it.
        """
        if not self.path.exists():
            return {}
        self._transact(self._bury)
        db, living = self._connection(), take_roll(self.ledger).living
        waiting = Counter(
            scope for writer, scope in db.execute("SELECT writer, scope FROM waiting") if writer in living
        )
        found = db.execute('SELECT scope, "limit", spent, held, overrun, ends_ms FROM budgets')
        return {scope: Row(Budget(*budget), ends_ms, waiting[scope]) for scope, *budget, ends_ms in found}

    def _soon(self, deed: Callable[[Page], object]) -> None:
        """Do it now if that can be, else with the next transaction; what a dead process owes is charged in full."""
        self._due.append(deed)
        self._catch_up()

    def _in_a_moment(self) -> None:
        """Book what is given back together with what else is within a moment."""
        if self._waiting:
            return
        import trio

        try:
            trio.lowlevel.spawn_system_task(self._wait_a_moment)
        except RuntimeError:  # nobody could wait
            self._catch_up()
        else:
            self._waiting = True

    async def _wait_a_moment(self) -> None:
        import trio

        try:
            await trio.sleep(_MOMENT_S)
        finally:
            self._waiting = False
        self._catch_up()

    def _catch_up(self) -> None:
        if (self._due or self._paid or self._reduced) and not self._closed:
            with suppress(sqlite3.OperationalError):
                self._transact(_nothing_more)

    # --- the file ----------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The file of this start of the machine."""
        return self.ledger.with_name(f"{self.ledger.name}.budgets-{boot_id()[:8] or 'any'}")

    def enter(self) -> None:
        """Be one of those who share from now on; the next transaction tries again where the file cannot be had."""
        with suppress(sqlite3.Error):
            self._connection()

    def close(self) -> None:
        """Give leases back and leave. What calls still hold is charged in full once this writer is gone."""
        if self._opened is not None:
            for run_id, attempt in tuple(self._holds):
                if is_lease(run_id):
                    self.settle(run_id, attempt, _NOTHING)
            self._catch_up()
            self._opened.execute("DELETE FROM members WHERE writer = ?", (self.writer,))
            self._opened.close()
        self._closed = True

    def _transact(self, what: Callable[[Page], T], *, all_due: bool = True) -> T:
        """All or nothing, alone; and first whatever is still to be done, if not `all_due` but what is given back."""
        db = self._connection()
        page = Page(db)
        db.execute("BEGIN IMMEDIATE")
        try:
            for deed in self._due:
                deed(page)
            if all_due:
                self._give_back(page)
            found = what(page)
            page.write()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._due.clear()
        if page.booked:
            self._paid.clear()
            self._reduced.clear()
        return found

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            for other in self.ledger.parent.glob(f"{self.ledger.name}.budgets-*"):
                if not other.name.startswith(self.path.name):  # of another start of the machine: nobody in it lives
                    other.unlink(missing_ok=True)
            db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {'OFF' if boot_id() else 'NORMAL'}")
            create(db)
            self._enter(db)
            self._opened = db
        return self._opened

    def _enter(self, db: sqlite3.Connection) -> None:
        """Be one of those who share, and begin anew where nobody else of them lives.

        Not where somebody died holding something that is not in the ledger: whoever is on the roll died after this
        process had booked there what the dead left open. That is charged here.
        """
        with alone(db):
            members = {name for (name,) in db.execute("SELECT writer FROM members")}
            holders = {name for (name,) in db.execute("SELECT DISTINCT writer FROM holds")}
            roll, page = take_roll(self.ledger), Page(db)
            unbooked = holders & {writer.name for writer in roll.dead}
            if not unbooked and not members & (roll.living - {self.writer}):
                for table in TABLES:
                    db.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
            self._bury(page)
            page.write()
            db.execute("INSERT OR IGNORE INTO members VALUES (?)", (self.writer,))

    def _bury(self, page: Page) -> bool:
        """Charge what the dead held, in full, and say whether there was any. Leases come back."""
        holders = {name for (name,) in page.db.execute("SELECT DISTINCT writer FROM holds")} - {self.writer}
        dead = holders - take_roll(self.ledger).living if holders else holders
        for writer in sorted(dead):
            rows = page.db.execute("SELECT run, step, ordinal, amount, scopes FROM holds WHERE writer = ?", (writer,))
            for run, step, ordinal, amount, scopes in rows.fetchall():
                held = Held(Hold(Nanodollars(amount)), tuple(scopes.split("\n")))
                self._pay(page, (writer, run, step, ordinal), held, _NOTHING if is_lease(run) else held.hold.amount)
            page.db.execute("DELETE FROM members WHERE writer = ?", (writer,))
        return bool(dead)

    def _pay(self, page: Page, row: _Row, held: Held, cost: Nanodollars) -> None:
        """Book a settlement once: a hold that is not there has been charged in full."""
        if page.db.execute(_REMOVE, row).rowcount:
            if any(scope.startswith(f"{VOUCHER}:") for scope in held.scopes):
                page.pay(settle_in(page.of, held, cost))
            else:
                page.move(held.scopes, *settling(held.hold.amount, cost))

    def _row(self, place: Place) -> tuple[str, str, str, int]:
        run_id, attempt = place
        return self.writer, run_id, attempt.step, attempt.ordinal


def _nothing_more(_: Page) -> None:
    """What is due is all that is to be done."""
