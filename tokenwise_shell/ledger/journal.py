"""The ledger being written: entries become lines, and lines become durable as the configuration promises.

`append` is synchronous and never fails: an entry is in the file, or in memory and tried again with every later one, so
neither a cancellation nor a full disk loses what a call has cost. What may fail is `durable`, which a call awaits
before it leaves, and `check`, which is asked before new money is reserved: with books that cannot be written, running
work is settled and no new work begins.

On opening, what processes that died had reserved and not closed is booked as abandoned, estimated. docs/ledger.md has
the format and the rules.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from attrs import define, field

from tokenwise.budgets.ledger import Abandoned, Charged, Entry, Finished, Reservation
from tokenwise.budgets.limit import NOBODY, Account
from tokenwise.budgets.windows import UTC, Zone, day_of
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.books import reservation
from tokenwise.machine.run import Attempt
from tokenwise.machine.straight import COMPLETED, closing, opening
from tokenwise.money import Nanodollars
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.booking import (
    booking_of,
    held_in_short,
    line_head,
    paid_in_short,
    short_line,
    short_line_of,
    whose_run,
)
from tokenwise_shell.ledger.bookmarks import Bookmarks
from tokenwise_shell.ledger.commits import GroupCommit
from tokenwise_shell.ledger.jsonl import VERSION, Line, LineFile, LinesUnwritable, encode_line, iso
from tokenwise_shell.ledger.leases import Leases
from tokenwise_shell.ledger.recovery import Recovered, closings_for, summed
from tokenwise_shell.ledger.rotation import ROTATE_BYTES, Rotation
from tokenwise_shell.ledger.segments import locked, naming, numbered, or_closed
from tokenwise_shell.ledger.spending import Spending
from tokenwise_shell.ledger.writers import Position, Registered, Writer, boot_id, take_roll

__all__ = ["Journal"]


@define
class _Numbers:
    """Who pays for a run, and the number of its next line. `whose` is what its short lines say of both."""

    account: Account
    seq: int
    whose: tuple[bytes, bytes] | None = None


@define(eq=False)
class Journal:
    """One process's hold on a ledger. To be used from one thread; `open` and `close` wait for the disk.

    `tally` is what it has spent since it `entered` the ledger at that place, when so many `others` were writing it.
    """

    file: LineFile
    now_ms: Callable[[], int]
    sync: LedgerSync
    writer: str
    recovered: Recovered
    notices: tuple[str, ...]
    entered: Position
    others: int
    rotation: Rotation
    _encode: Callable[[Entry], dict[str, object]]
    leases: Leases = field(init=False)
    commits: GroupCommit = field(init=False)
    tally: Spending = field(factory=Spending)
    bookmarks: Bookmarks = field(factory=Bookmarks)
    keep_sums: Callable[[], None] | None = None
    zone: Zone = UTC
    _runs: dict[str, _Numbers] = field(factory=dict)
    _owing: dict[tuple[str, AttemptId], str] = field(factory=dict)
    _today: tuple[tuple[int, Zone], str] = ((-1, UTC), "")

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now_ms: Callable[[], int],
        sync: LedgerSync = LedgerSync.ALWAYS,
        rotate_bytes: int = ROTATE_BYTES,
        boot: str | None = None,
    ) -> "Journal":
        """Open or create a ledger, book what the dead have left, and enter this process among its writers.

        `now_ms` is Unix time. `boot` is which start of the machine this is, asked of the system if None. Raises
        LinesUnwritable.
        """
        from tokenwise_shell.codec.messages import (
            entry_to_json,  # takes a tenth of a second, which readers need not spend
        )

        notices: list[str] = []
        boot = boot_id() if boot is None else boot
        with naming(path), locked(path):
            file = LineFile.open(path)
            with or_closed(file):
                roll = take_roll(path)
                closings = list(closings_for(roll, path, notices.append, at=iso(now_ms()), boot=boot))
                place = _enter(file, now_ms(), boot, closings)
                entered = Position(max(numbered(path)), file.size)
                Registered.forget(path, roll.dead)
        told, said, name, others = summed(closings), tuple(notices), place.path.name, len(roll.living)
        rotation = Rotation(file, place, rotate_bytes)
        return cls(file, now_ms, sync, name, told, said, entered, others, rotation, entry_to_json)

    def __attrs_post_init__(self) -> None:
        self.leases = Leases(self._append_about_itself)
        self.commits = GroupCommit(self.file, self._before_a_round, self.leases.synced)

    def _append_about_itself(self, kind: str, account: Account, fields: dict[str, object]) -> int:
        line = {**line_head(self.now_ms(), "", 0, kind, account), "writer": self.writer, **fields}
        return self.file.append([encode_line(line)])

    def tell(self, kind: str, fields: dict[str, object], account: Account = NOBODY) -> None:
        """Write a line that concerns no run. Never raises and never waits."""
        self._append_about_itself(kind, account, fields)

    def enrol(
        self,
        run_id: str,
        *,
        key: str = "",
        tags: tuple[str, ...] = (),
        marks: tuple[tuple[str, str], ...] = (),
        seq: int = 0,
    ) -> None:
        """Say under whom a run is booked, and with which number it goes on where it is resumed.

        It holds until the run has finished, and for its planning and judging calls too, whose ids begin with its own.
        """
        self.book(run_id, Account(key, tags, marks), seq)

    def book(self, run_id: str, account: Account, seq: int = 0) -> None:
        """As `enrol`, where the account is known."""
        self._runs[run_id] = _Numbers(account, seq)

    def account_of(self, run_id: str) -> Account:
        """Under whom a run is booked."""
        numbers = self._runs.get(run_id) or self._runs.get(run_id.partition("/")[0])
        return numbers.account if numbers else NOBODY

    def append(self, run_id: str, *entries: Entry) -> None:
        """Write entries of one run, as one batch. Never raises and never waits; see `check` and `durable`.

        Keeps count of what this process has reserved and not closed, and of what was spent, by day of reservation.
        """
        numbers, at_ms = self._numbers_of(run_id), self.now_ms()
        account, seq = numbers.account, numbers.seq
        drawn: list[Nanodollars] = []
        day = self._day(at_ms)
        for entry in entries:
            if isinstance(entry, Reservation):
                self._owing[run_id, entry.attempt] = day
                drawn.append(entry.amount)
            elif isinstance(entry, (Charged, Abandoned)):
                self.tally.count(account, self._owing.pop((run_id, entry.attempt), day), entry.amount)
            elif isinstance(entry, Finished):
                self._runs.pop(run_id, None)
        line = short_line(entries, at_ms, run_id, seq, account, self.writer)
        lines = [line] if line else self._long_lines(entries, at_ms, run_id, seq, account)
        numbers.seq = seq + len(entries)
        self.rotation.before_writing()
        position = self.file.append(lines)
        if self.sync is LedgerSync.LEASE:
            for amount in drawn:
                self.leases.draw(account, amount, position)

    def hold(self, run_id: str, attempt: Attempt, catalog: Catalog) -> None:
        """As `append` with `opening` and `reservation` of this attempt."""
        numbers, at_ms, bid = self._numbers_of(run_id), self.now_ms(), attempt.bid
        said = held_in_short(attempt.id, bid, catalog[bid.model].tier, self.writer)
        if said is None:
            self.append(run_id, opening(catalog, attempt), reservation(attempt))
            return
        self._owing[run_id, attempt.id] = self._day(at_ms)
        numbers.whose = whose_run(run_id, numbers.account)
        line = short_line_of(numbers.whose, at_ms, numbers.seq, said)
        numbers.seq += 2
        self.rotation.before_writing()
        position = self.file.append_one(line)
        if self.sync is LedgerSync.LEASE:
            self.leases.draw(numbers.account, bid.amount, position)

    def pay(self, run_id: str, attempt: Attempt, charged: Charged) -> None:
        """As `append` with the entries of `closing`."""
        said = paid_in_short(charged, attempt.bid.amount - charged.amount, COMPLETED)
        if said is None:
            self.append(run_id, *closing(attempt, charged))
            return
        numbers, at_ms = self._numbers_of(run_id), self.now_ms()
        self.tally.count(numbers.account, self._owing.pop((run_id, attempt.id), self._day(at_ms)), charged.amount)
        del self._runs[run_id]
        self.rotation.before_writing()
        whose = numbers.whose or whose_run(run_id, numbers.account)
        self.file.append_one(short_line_of(whose, at_ms, numbers.seq, said))

    def _numbers_of(self, run_id: str) -> _Numbers:
        numbers = self._runs.get(run_id)
        if numbers is None:
            numbers = self._runs[run_id] = _Numbers(self.account_of(run_id), 0)
        return numbers

    @property
    def has_spent(self) -> bool:
        """Whether it has reserved anything for a call."""
        return bool(self._owing or self.tally.days)

    def _day(self, at_ms: int) -> str:
        """The day of this moment; days of every zone begin with a minute."""
        known = (at_ms // 60_000, self.zone)
        if self._today[0] != known:
            self._today = known, day_of(at_ms, self.zone)
        return self._today[1]

    def _long_lines(self, entries: Sequence[Entry], at_ms: int, run_id: str, seq: int, account: Account) -> list[bytes]:
        head = {"v": VERSION, "at": iso(at_ms), "run": run_id, **booking_of(account)}
        lines = []
        for number, entry in enumerate(entries, seq):
            writer = {"writer": self.writer} if isinstance(entry, Reservation) else {}
            lines.append(encode_line({**head, "seq": number, **self._encode(entry), **writer}))
        return lines

    def check(self) -> LinesUnwritable | None:
        """Why no new work may begin, None if it may. Tries first to write what waits."""
        if self.file.problem:
            self.file.flush()
        return self.commits.lost or self.rotation.lost or self.file.problem

    async def durable(self) -> None:
        """Return once what was appended is as safe as `sync` promises. Raises LinesUnwritable."""
        if (self.file.problem or self.commits.lost or self.rotation.lost) and (problem := self.check()):
            raise problem
        match self.sync:
            case LedgerSync.ALWAYS:
                await self.synced()
            case LedgerSync.LEASE if not self.leases.covered():
                await self.synced()
            case LedgerSync.LEASE if self.leases.low() and not self.commits.busy:
                await self.commits.round()
            case LedgerSync.LEASE | LedgerSync.NEVER:
                pass

    async def synced(self) -> None:
        """Return once what was appended survives a power loss, whatever `sync` says. Raises LinesUnwritable."""
        await self.commits.upto(self.file.accepted, self.check)

    def _before_a_round(self) -> Callable[[], None] | None:
        """Move the bookmark where it is time to, and write the leases anew behind it."""
        behind = None
        if self.bookmarks.due(self.file.accepted):
            with suppress(OSError):
                place = Position(max(numbered(self.file.path)), self.file.size)
                behind = partial(self._keep, self.bookmarks.move(place, self._owing))
        if self.sync is LedgerSync.LEASE:
            self.leases.renew()
        return behind

    def _keep(self, moved: Position | None) -> None:
        """Spare whoever comes after this process's death most of the reading. Where it fails, that takes longer."""
        with suppress(OSError):
            if moved is not None:
                self.rotation.place.move(moved)
            if self.keep_sums:
                self.keep_sums()

    def close(self) -> None:
        """Write and sync what is left. Raises LinesUnwritable where the disk took less than everything."""
        owing = bool(self._owing) or self.check() is not None
        self.leases.end()
        if not owing:
            closed = {**line_head(self.now_ms(), "", 0, "closed", NOBODY), "writer": self.writer}
            self.file.append([encode_line(closed)])
        try:
            try:
                self.file.sync()
            finally:
                self.file.close()
        except OSError as error:
            self.rotation.place.leave(owing=True)
            raise error if isinstance(error, LinesUnwritable) else LinesUnwritable(self.file.path, error, 0) from error
        self.rotation.place.leave(owing=owing)


def _enter(file: LineFile, at_ms: int, boot: str, closings: Sequence[Line]) -> Registered:
    """Enter this process among the writers and write, durably, what closes the dead ones' calls."""
    start = Position(max(numbered(file.path)), file.size)
    writer = Writer(f"{iso(at_ms)}-{os.getpid()}-{os.urandom(4).hex()}", start, boot)
    place = Registered.register(file.path, writer)
    opened = {**line_head(at_ms, "", 0, "opened", NOBODY), "writer": writer.name, "pid": os.getpid()}
    try:
        file.append([*map(encode_line, closings), encode_line(opened)])
        if file.problem:
            raise file.problem
        file.sync()
    except OSError:
        place.leave(owing=False)
        raise
    return place
