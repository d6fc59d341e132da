"""Budgets that the processes of one machine share: an SQLite file beside the ledger that they all write.

    reserve           within a slice of its budgets, where there is one (see `desks`); else one transaction, by the
                      core's own rules; tens of microseconds, so nothing here waits but for another process's
    settle, reduce    in a moment, together, or before a reserve is refused: what they give back is held until then

The ledger stays the truth. The file says what living processes hold and have spent, and begins anew, with what the
ledger says, whenever none of them lives; it belongs to one start of the machine, so it need not survive a power loss.
What a process held that has died is charged in full, as its ledger's recovery does: of a slice what its calls held and
had spent, which stands in memory that outlives the process. The leases of the dead are nobody's money any more. Who
lives the locks of the ledger's writers say, so no clock is read for that, and no hold expires.

Where the file cannot be written, nothing is granted; what has been spent is booked with the next transaction.
"""

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import define, evolve, field, frozen

from tokenwise.budgets.backing import Backing, join, stand_on
from tokenwise.budgets.budget import Budget, Hold, Short, correct, moved, settling
from tokenwise.budgets.leases import lease_for, lendable
from tokenwise.budgets.limit import VOUCHER
from tokenwise.budgets.nested import Held, Place, hold_in
from tokenwise.errors import Blamed, ProtocolViolation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Reserve, Settle
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld, near_in
from tokenwise_shell.budgets.desks import Desk, Desks, Slice
from tokenwise_shell.budgets.local_tables import SLICE, TABLES, Page, Slots, alone, begin, create, forget
from tokenwise_shell.ledger.leases import is_lease
from tokenwise_shell.ledger.writers import boot_id, take_roll

if TYPE_CHECKING:
    import trio

__all__ = ["LocalStore", "Row"]

T = TypeVar("T")

_NOTHING: Final = Nanodollars(0)

# Longer than any transaction takes; then the process that holds the lock is stopped, and money cannot be had.
_PATIENCE_S: Final = 2.0

# A settlement waits so long for another transaction to be part of; nobody's money is short for that.
_MOMENT_S: Final = 0.005

# A slice is spent from for so long: then others may have what of it is left, and what they have changed is seen.
_LIFETIME_S: Final = 1.0

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
    now_s: Callable[[], float] = time.monotonic
    lends: bool = False
    _desks: Desks = field(init=False)
    _slots: Slots | None = None
    _ends_ms: dict[str, int | None] = field(factory=dict)
    _holds: dict[Place, Held] = field(factory=dict)
    _due: list[Callable[[Page], object]] = field(factory=list)
    _paid: list[tuple["_Row", Held, tuple[int, int, int]]] = field(factory=list)
    _reduced: dict[Place, tuple[Held, int]] = field(factory=dict)
    _swept: tuple[int, ...] = ()
    _opened: sqlite3.Connection | None = None
    _closed: bool = False
    _waiting: bool = False
    _asked_for: "trio.Event | None" = None

    def __attrs_post_init__(self) -> None:
        self._desks = Desks(self.now_s, _LIFETIME_S, self._goes_back)

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
        self._desks.give_way(scope)
        self._catch_up()  # else what goes back counts as held
        self.open(scope, limit, ends_ms=self._ends_ms.get(scope))
        self._catch_up()

    def end(self, scope: str) -> bool:
        """Whether this process holds nothing there; others may, so the budget stays."""
        self._desks.give_way(scope)
        if any(scope in held.scopes for held in self._holds.values()) or any(self._desks.of(scope)):
            return False
        return self.rest(scope)

    def rest(self, scope: str) -> bool:
        """See `limits.Store`: the file keeps it."""
        self._ends_ms.pop(scope, None)
        return True

    def __getitem__(self, scope: str) -> Budget:
        """How a budget stands now, what this process's slices hold for no call not counted as held.

        Raises KeyError for a scope that nobody has opened.
        """
        if scope not in self._ends_ms:
            raise KeyError(scope)
        self._catch_up()
        found = self._page().of(scope)
        return _seen_through(found, [one.budget for one in self._desks.of(scope)])

    def is_at_hand(self, scope: str) -> bool:
        """Whether this process has been lent some of a budget, and has not given it out."""
        return any(one.budget.available > 0 for one in self._desks.of(scope) if not one.retired)

    def has_room(self, scopes: tuple[str, ...]) -> bool:
        """Whether this process has been lent some of all these budgets, and has not given it out."""
        return self._desks.has_room(scopes)

    def is_spent(self, scope: str) -> bool:
        """See `limits.Store`."""
        budget = self[scope]
        return budget.spent >= budget.limit

    def __contains__(self, scope: object) -> bool:
        return scope in self._ends_ms

    @property
    def open_holds(self) -> int:
        """How many attempts of this process hold money."""
        return len(self._holds) + self._desks.calls

    # --- holds -------------------------------------------------------------------------------------------------------

    def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none; see `ProcessStore.reserve`.

        A slice is a smaller part of what is left than any share, so `share` concerns what is asked of the file. Before
        that says no, what the dead held is charged.
        """
        place = (run_id, attempt)
        if (self._holds and place in self._holds) or place in self._desks:
            raise ProtocolViolation(place, Reserve(attempt, amount), blame=Blamed.MACHINE)
        try:
            if self.lends and not is_lease(run_id) and self._lent(scopes, place, amount):
                return Granted(Hold(amount))
            held = Held(Hold(amount), tuple(dict.fromkeys(scopes)))
            answer = self._granted(place, held, share) if held.scopes else Granted(held.hold)
        except sqlite3.OperationalError:
            return NotHeld.unasked(amount)
        if isinstance(answer, Granted):
            self._holds[place] = held
        return answer

    def _granted(self, place: Place, held: Held, share: int) -> Granted | NotHeld:
        def asked(page: Page) -> Granted | NotHeld:
            answer = self._asked(page, held, share)
            if isinstance(answer, NotHeld):
                self._desks.give_way(*held.scopes)
                if self._give_back(page):
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
        place = (run_id, attempt)
        if slice_ := self._desks.settle(place, cost):
            if slice_.retired:
                self._in_a_moment()
            return
        held = self._holds.pop(place, None)
        if held is None:
            if cost:
                raise ProtocolViolation(None, Settle(attempt, cost), blame=Blamed.MACHINE)
            return
        if held.scopes and not self._closed:
            self._paid.append((self._row(place), held, settling(held.hold.amount, cost)))
            self._in_a_moment()

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of an open hold, in every scope. Raises KeyError for a hold that is not open.

        While calls are held within slices, which is far from any limit, that waits until these are looked at.
        """
        place = (run_id, attempt)
        held = self._holds[place]
        self._holds[place] = Held(Hold(Nanodollars(held.hold.amount - by)), held.scopes)
        self._reduce(place, held, by)
        if not self._desks.lending:
            self._in_a_moment()

    def _reduce(self, place: Place, held: Held, by: int) -> None:
        self._reduced[place] = held, self._reduced[place][1] + by if place in self._reduced else by

    def _give_back(self, page: Page) -> bool:
        """Book what was given back since this was done last, and say whether there was anything."""
        if page.booked or not (self._paid or self._reduced):
            return False
        for place, (held, by) in self._reduced.items():
            page.move(held.scopes, *settling(Nanodollars(by), _NOTHING))
            page.db.execute(_REDUCE, (by, *self._row(place)))
        for row, held, moves in self._paid:
            self._pay(page, row, held, moves)
        page.booked = True
        return True

    # --- slices ------------------------------------------------------------------------------------------------------

    async def tend(self) -> None:
        """Hold calls within slices for as long as this runs, and give up those that have grown old."""
        import trio

        self.lends = True
        try:
            while True:
                if not self._desks:
                    self._asked_for = trio.Event()
                    await self._asked_for.wait()
                await trio.sleep(_LIFETIME_S / 5)
                self.grow_old()
        finally:
            self.lends = False

    def grow_old(self) -> None:
        """Give up slices that have been used for long enough, and book what has been given back."""
        self._desks.grow_old()
        self._catch_up()

    def _lent(self, scopes: tuple[str, ...], place: Place, amount: Nanodollars) -> bool:
        """Hold the amount within a slice, which is taken now if the last call of these scopes was a moment ago."""
        desks = self._desks
        if desks.hold(scopes, place, amount):
            return True
        if not scopes or any(scope.startswith(f"{VOUCHER}:") for scope in scopes):
            return False
        desk, now_s = desks.at(scopes), self.now_s()
        desk.largest = max(desk.largest, amount)
        lately, desk.asked_at_s = now_s < desk.asked_at_s + _LIFETIME_S, now_s
        if self._asked_for is not None:
            self._asked_for.set()
        if not lately or now_s < desk.wait_until_s:
            return False
        taken = self._transact(partial(self._taken, desk=desk), all_due=False)
        if taken is None:
            desk.wait_until_s = now_s + _LIFETIME_S
            return False
        desks.begin(desk, taken)
        return desks.hold(scopes, place, amount)

    def _taken(self, page: Page, desk: Desk) -> Slice | None:
        """Hold a slice in place of the one that is used up; None where too little is left for one."""
        self._desks.retire(desk)
        self._give_back(page)
        scopes = tuple(dict.fromkeys(desk.scopes))
        amount = lease_for(largest=desk.largest, before=desk.size, available=lendable(map(page.of, scopes)))
        slot = page.free_slot() if amount and self._slots else None
        if slot is None or self._slots is None:
            return None
        held = hold_in(page.of, scopes, amount)
        assert not isinstance(held, Short), "it is a part of what is left"
        taken = Slice(AttemptId(SLICE, slot), scopes, Budget(amount), self.now_s())
        self._slots.tell(taken)
        page.keep(held)
        page.db.execute(_HELD, (*self._row((SLICE, taken.attempt)), amount, "\n".join(scopes)))
        return taken

    def _goes_back(self, slice_: Slice) -> None:
        """Let others have what of a slice no call will need: all that is not spent, once its last call is over."""
        if self._closed:
            return
        budget, place = slice_.budget, (SLICE, slice_.attempt)
        held = Held(Hold(budget.limit), slice_.scopes)
        if not slice_.calls:
            self._paid.append((self._row(place), held, (budget.spent, -budget.limit, budget.overrun)))
        elif budget.available:
            slice_.budget = evolve(budget, limit=Nanodollars(budget.limit - budget.available))
            self._reduce(place, held, budget.available)

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

        self._desks.give_way(*backing.parents)
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
        found = self._page().backing(scope)
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
        return self._transact(self._read)

    def _read(self, page: Page) -> dict[str, Row]:
        living = take_roll(self.ledger).living
        waiting = Counter(
            scope for writer, scope in page.db.execute("SELECT writer, scope FROM waiting") if writer in living
        )
        lent = defaultdict[str, list[Budget]](list)
        for one in page.lent():
            for scope in one.scopes:
                lent[scope].append(one.budget)
        found = page.db.execute('SELECT scope, "limit", spent, held, overrun, ends_ms FROM budgets')
        return {
            scope: Row(_seen_through(Budget(*budget), lent[scope]), ends_ms, waiting[scope])
            for scope, *budget, ends_ms in found
        }

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
            self._desks.give_up()
            for run_id, attempt in tuple(self._holds):
                if is_lease(run_id):
                    self.settle(run_id, attempt, _NOTHING)
            self._catch_up()
            self._opened.execute("DELETE FROM members WHERE writer = ?", (self.writer,))
            self._opened.close()
        self._closed = True
        if self._slots:
            self._desks.changed = lambda _: None
            self._slots.close()

    def _transact(self, what: Callable[[Page], T], *, all_due: bool = True) -> T:
        """All or nothing, alone; and first whatever is still to be done, if not `all_due` but what is given back."""
        db = self._connection()
        page = Page(db, self._slots)
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

    def _page(self) -> Page:
        return Page(self._connection(), self._slots)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            for other in self.ledger.parent.glob(f"{self.ledger.name}.budgets-*"):
                if not other.name.startswith(self.path.name):  # of another start of the machine: nobody in it lives
                    other.unlink(missing_ok=True)
            db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {'OFF' if boot_id() else 'NORMAL'}")
            create(db)
            self._slots = self._slots or Slots.open(self.path.with_name(f"{self.path.name}-slots"))
            if self._slots:
                self._desks.changed = self._slots.tell
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
            roll, page = take_roll(self.ledger), Page(db, self._slots)
            unbooked = holders & {writer.name for writer in roll.dead}
            if not unbooked and not members & (roll.living - {self.writer}):
                for table in TABLES:
                    db.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
            self._bury(page)
            page.write()
            db.execute("INSERT OR IGNORE INTO members VALUES (?)", (self.writer,))

    def _bury(self, page: Page) -> bool:
        """Charge what the dead held, in full, and of slices what their calls held and spent; say whether there was any.

        Leases come back.
        """
        holders = {name for (name,) in page.db.execute("SELECT DISTINCT writer FROM holds")} - {self.writer}
        dead = holders - take_roll(self.ledger).living if holders else holders
        for writer in sorted(dead):
            lent = {one.slot: one.budget for one in page.lent() if one.writer == writer}
            rows = page.db.execute("SELECT run, step, ordinal, amount, scopes FROM holds WHERE writer = ?", (writer,))
            for run, step, ordinal, amount, scopes in rows.fetchall():
                held = Held(Hold(Nanodollars(amount)), tuple(scopes.split("\n")))
                cost, over = (_NOTHING if is_lease(run) else amount), 0
                if run == SLICE:
                    cost, over = lent[ordinal].spent + lent[ordinal].held, lent[ordinal].overrun
                self._pay(page, (writer, run, step, ordinal), held, (cost, -amount, over))
            page.db.execute("DELETE FROM members WHERE writer = ?", (writer,))
        return bool(dead)

    def _pay(self, page: Page, row: _Row, held: Held, moves: tuple[int, int, int]) -> None:
        """Book once what settling moves: a hold that is not there has been charged in full."""
        if page.db.execute(_REMOVE, row).rowcount:
            if any(scope.startswith(f"{VOUCHER}:") for scope in held.scopes):
                page.pay({scope: moved(page.of(scope), *moves) for scope in held.scopes})
            else:
                page.move(held.scopes, *moves)

    def _row(self, place: Place) -> tuple[str, str, str, int]:
        run_id, attempt = place
        return self.writer, run_id, attempt.step, attempt.ordinal


def _nothing_more(_: Page) -> None:
    """What is due is all that is to be done."""


def _seen_through(budget: Budget, slices: Iterable[Budget]) -> Budget:
    """A budget with what the calls within these slices of it hold and have spent, in place of the slices."""
    for one in slices:
        budget = moved(budget, one.spent, one.held - one.limit, one.overrun)
    return budget
