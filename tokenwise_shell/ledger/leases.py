"""Durable leases: money taken ahead of need, so that a reservation survives a power loss without a sync of its own.

For each account (a key, and those of a run's tags that have limits), a `leased` line says how much this process may
have reserved beyond what is known to be on the disk. It is synced before anything relies on it. From then on:

    reserved, not yet synced   <=   what the lease covers            (`covered`; else the call waits for a sync)
    held in its budgets   =   the lease less what was reserved since its line, which goes back in sixteenths

So if the power fails, whatever was lost is within leases that are on the disk, and charging each of them in full (its
surviving reservations included) stays within the limits that they were taken from. A lease may be given up at any
moment: its last line stands before the reservations that do without it, and a file loses its end first.

Amounts are `tokenwise.budgets.leases`'s decision; syncing is `journal`'s.
"""

from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from attrs import define, field

from tokenwise.budgets.budget import Budget
from tokenwise.budgets.leases import lease_for
from tokenwise.budgets.limit import Account
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars

__all__ = ["Answer", "Leases", "Lender", "WriteLine", "is_lease"]

_NOTHING: Final = Nanodollars(0)
_LEASE: Final = "lease:"
_PARTS: Final = 16  # what is drawn goes back to the budgets in such parts of a lease: calls hold it too until then

WriteLine = Callable[[str, Account, dict[str, object]], int]
"""Appends a line about this process: type, account, fields. Returns its position in the file; see `LineFile.append`."""


def is_lease(run_id: str) -> bool:
    """Whether what is held under this name is a lease, and no call's money."""
    return run_id.startswith(_LEASE)


class Answer(Protocol):
    """What a lender says."""

    granted: ClassVar[bool]


class Lender(Protocol):
    """Where leases take their money from: the budgets that this process keeps. See `budgets.holder.ProcessStore`."""

    def __getitem__(self, scope: str) -> Budget:
        """A budget as it stands."""

    def reserve(self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...]) -> Answer:
        """Hold this much in each of these budgets, or in none, where another process was faster."""

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Give back what is held, less what it cost."""

    def reduce(self, run_id: str, attempt: AttemptId, by: Nanodollars) -> None:
        """Give back a part of what is held."""


@define(eq=False)
class _Lease:
    """One account's lease. `number` counts its lines; `position` is that of the last of them."""

    account: Account
    number: int = 0
    amount: Nanodollars = _NOTHING
    covers: int = 0
    position: int = 0
    scopes: tuple[str, ...] = ()
    largest: Nanodollars = _NOTHING
    since_line: int = 0
    unsynced: int = 0
    drawn: int = 0
    used: bool = False
    pending: deque[tuple[int, Nanodollars]] = field(factory=deque)
    _place: tuple[str, AttemptId] | None = None

    @property
    def rest(self) -> Nanodollars:
        """What of it is held beside the reservations made within it."""
        return Nanodollars(max(0, self.amount - self.since_line))

    def place(self) -> tuple[str, AttemptId]:
        """Under which name the store holds it; no run has such an id."""
        if self._place is None or self._place[1].ordinal != self.number:
            self._place = f"{_LEASE}{self.account.key}\n{self.account.tags}", AttemptId("lease", self.number)
        return self._place


@define(eq=False)
class Leases:
    """The leases of one process. `scopes_of` names the budgets of an account as they are now; without any, none limits.

    `limited` leaves an account those of its tags that have limits: there is no lease for each tag that anybody sends.
    Where it is `strict`, there are budgets beside those that leases are taken from (each session's, a model's), and
    every reservation is synced before its call leaves.
    """

    write: WriteLine
    lender: Lender | None = None  # nobody, as long as no account has scopes
    scopes_of: Callable[[Account], tuple[str, ...]] = lambda _: ()
    limited: Callable[[Account], Account] = lambda account: account
    strict: Callable[[Account], bool] = lambda _: False
    _leases: dict[Account, _Lease] = field(factory=dict)
    _active: dict[Account, _Lease] = field(factory=dict)
    _beside: deque[int] = field(factory=deque)
    # Accounts with more reserved than is covered, and than half of that: asked before each call.
    _exposed: set[Account] = field(factory=set)
    _low: set[Account] = field(factory=set)

    def draw(self, account: Account, amount: Nanodollars, position: int) -> None:
        """Count a reservation that has been written at this position."""
        if self.strict(account):
            self._beside.append(position)
        if account.marks and account.voucher:
            return  # its money was taken from these budgets when it was minted, so no lease has it
        account = self.limited(account) if account.tags or account.marks else account
        lease = self._active.get(account) or self._activated(account)
        rest = lease.amount - lease.since_line
        lease.since_line += amount
        lease.unsynced += amount
        lease.largest = max(lease.largest, amount)
        lease.used = True
        lease.pending.append((position, amount))
        if 2 * lease.unsynced > lease.covers:  # else it was not more before, as `_weigh` has noted
            self._weigh(lease)
        if rest > 0 and lease.scopes:
            lease.drawn += min(amount, rest)
            if _PARTS * lease.drawn >= lease.amount:
                self._lent().reduce(*lease.place(), Nanodollars(lease.drawn))
                lease.drawn = 0

    def _weigh(self, lease: _Lease) -> None:
        """Note how much of what is covered is used up."""
        for full, among in ((lease.covers, self._exposed), (lease.covers // 2, self._low)):
            (among.add if lease.unsynced > full else among.discard)(lease.account)

    def _activated(self, account: Account) -> _Lease:
        """The lease of an account that draws again. Of those that draw nothing, nobody looks at any more."""
        lease = self._active[account] = self._leases.get(account) or self._leases.setdefault(account, _Lease(account))
        return lease

    def covered(self) -> bool:
        """Whether all that was reserved and not synced is within leases that are on the disk."""
        return not self._beside and not self._exposed

    def low(self) -> bool:
        """Whether some lease is half used up, so that a sync now spares others the wait."""
        return bool(self._low)

    def renew(self) -> None:
        """Write the next lease of every account that needs another; the sync that follows is to make it durable."""
        for lease in self._active.values():
            if not lease.used:
                self._end(lease)
            else:
                self._renew(lease)
            lease.used = False

    def _renew(self, lease: _Lease) -> None:
        scopes = self.scopes_of(lease.account)
        self._let_go(lease)
        available = min((self._lent()[scope].available for scope in scopes), default=None)
        # Used by less than half, it is renewed as it was; what the limit has left is asked every time.
        before = lease.amount if 2 * lease.unsynced > lease.covers else Nanodollars(lease.amount // 2)
        amount = lease_for(largest=lease.largest, before=before, available=available)
        if amount and self._held(lease, amount, scopes):
            self._write(lease, amount, scopes)
        else:
            self._end(lease)

    def synced(self, upto: int) -> None:
        """Everything up to this position is on the disk, leases and reservations."""
        while self._beside and self._beside[0] <= upto:
            self._beside.popleft()
        for account, lease in tuple(self._active.items()):
            while lease.pending and lease.pending[0][0] <= upto:
                lease.unsynced -= lease.pending.popleft()[1]
            if lease.position <= upto:
                lease.covers = lease.amount
            self._weigh(lease)
            if not (lease.amount or lease.pending or lease.used):
                del self._active[account]

    def give_way(self, scope: str) -> bool:
        """Give up every lease that holds money of this budget, and say whether any did.

        The reservations within them stay covered or are on the disk before any later one: their calls have left.
        """
        holding = [lease for lease in self._active.values() if lease.rest and scope in lease.scopes]
        for lease in holding:
            self._end(lease)
        return bool(holding)

    def end(self) -> None:
        """Give everything back, because this process leaves in order."""
        for lease in self._active.values():
            self._end(lease)

    def _end(self, lease: _Lease) -> None:
        self._let_go(lease)
        if lease.amount:
            lease.amount = _NOTHING
            lease.since_line = lease.covers = 0
            lease.position = self.write("lease_ended", lease.account, {"lease": lease.number})
            self._weigh(lease)

    def _held(self, lease: _Lease, amount: Nanodollars, scopes: tuple[str, ...]) -> bool:
        """Whether the money of the next lease is held; another process may have taken it since it was looked for."""
        lease.number += 1
        return not scopes or self._lent().reserve(*lease.place(), amount, scopes).granted

    def _write(self, lease: _Lease, amount: Nanodollars, scopes: tuple[str, ...]) -> None:
        lease.amount, lease.scopes, lease.since_line, lease.drawn = amount, scopes, 0, 0
        lease.covers = min(lease.covers, amount)
        self._weigh(lease)
        lease.position = self.write("leased", lease.account, {"lease": lease.number, "amount_nano": amount})

    def _let_go(self, lease: _Lease) -> None:
        """Give back what the budgets hold for it. Its line stands until the next."""
        if lease.scopes:
            self._lent().settle(*lease.place(), _NOTHING)
            lease.scopes = ()

    def _lent(self) -> Lender:
        assert self.lender is not None, "accounts with budgets need somebody who keeps them"
        return self.lender
