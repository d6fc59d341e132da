"""Vouchers as one process keeps them: minted under budgets in force, known from the ledger, closed when they are over.

The ledger owns them: whoever opens budgets finds there which vouchers are open, and holds what is left of each in the
budgets that it was cut from. So they outlive the process that minted them. Money is held before a voucher's line is
written, and given back after the line that says so: what a death leaves between the two is held too long, never too
short. An expired voucher is closed by the first who is refused money, or asks; until then nobody is the worse for it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol, runtime_checkable

from attrs import define, evolve, frozen

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Short, begun
from tokenwise.budgets.limit import Account
from tokenwise.budgets.limits import Limits, Store
from tokenwise.budgets.voucher import Voucher, lineage, name_for, voucher_scope
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import NotHeld
from tokenwise_shell.ledger.booking import MINTED, RETURNED, Issued, issue_of
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable

__all__ = ["Backed", "Far", "Near", "Vouchers", "Wanted", "give_back", "mint"]


class Backed(Store, Protocol):
    """A store that keeps budgets which stand on others; see `nested.Budgets`."""

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """Know of one that was minted before, and hold what is left of it where that is not done yet."""
        ...

    def backing(self, scope: str) -> Backing | None:
        """What a budget stands on; None where nobody has opened it."""
        ...

    def expired(self, at_ms: int) -> tuple[str, ...]:
        """Those whose time is over, and which nobody has closed."""
        ...


class Near(Backed, Protocol):
    """One that answers at once."""

    def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """Hold the amount in all parents and begin a budget of it, or say which of them has too little."""
        ...

    def shut(self, scope: str) -> None:
        """Give back what is neither spent nor held of it."""
        ...


@runtime_checkable
class Far(Backed, Protocol):
    """One that several machines share, which has to be asked. Each raises TimeoutError where it cannot be."""

    async def ask_to_mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """As `mint`. Raises KeyError for a parent that it has forgotten."""
        ...

    async def ask_to_shut(self, scope: str) -> None:
        """As `shut`, with all that is cut from it, by whom ever."""
        ...

    async def look_up(self, scope: str) -> None:
        """Find out whether it is open; what `backing` says from then on."""
        ...


@frozen
class Wanted:
    """A voucher as somebody wants it: how much, until when (Unix ms), for which models (globs; none is all)."""

    amount: Nanodollars
    expires_ms: int
    models: tuple[str, ...] = ()


@define(eq=False)
class Vouchers:
    """Those of one process. `known` are those that the ledger had open, and others that were seen since, by name.

    `forgotten` is told of budgets that a store has lost, and has them opened again.
    """

    store: Near | Far
    limits: Limits
    now_ms: Callable[[], int]
    known: Callable[[], dict[str, Issued]]
    forgotten: Callable[[Iterable[str]], None] = lambda _: None
    stale: bool = True

    def ready(self, account: Account) -> None:
        """Hold what open vouchers have left, and close the one that pays where it is over."""
        if self.stale:
            self._adopt()
        if account.voucher and (one := self.known().get(account.voucher)) and one.voucher.is_over(self.now_ms()):
            self.expire()

    def renew(self, known: dict[str, Issued]) -> None:
        """A store has lost what it knew, and is told again of these, which the ledger has open now."""
        self.known().update(known)
        self._adopt()

    def expire(self) -> bool:
        """Close what is over, and say whether anything was."""
        over = self.store.expired(self.now_ms())
        for scope in sorted(over, key=len, reverse=True):  # first what was cut from others
            if not isinstance(self.store, Far):  # which does so by itself
                self.store.shut(scope)
        return bool(over)

    async def hold(self, voucher: Voucher) -> NotHeld | None:
        """Hold a voucher's amount where it is cut from, or say why not."""
        self.ready(voucher.account)
        self.expire()
        for name in [name for name, one in self.known().items() if one.voucher.is_over(self.now_ms())]:
            del self.known()[name]
        try:
            short = await self._minted(voucher)
        except (KeyError, TimeoutError):
            return NotHeld.unasked(voucher.amount)
        if short is None:
            self.known()[voucher.name] = Issued(voucher)
        return self.beside(NotHeld.of(short, None)) if short else None

    async def _minted(self, voucher: Voucher) -> Short | None:
        backing = self._backing(voucher)
        if not isinstance(self.store, Far):
            return self.store.mint(voucher.scope, voucher.amount, backing)
        try:
            return await self.store.ask_to_mint(voucher.scope, voucher.amount, backing)
        except KeyError:
            self.forgotten(backing.parents)
            return await self.store.ask_to_mint(voucher.scope, voucher.amount, backing)

    def beside(self, refused: NotHeld) -> NotHeld:
        """The refusal with what vouchers keep of that budget, beside what calls on them hold. Raises sqlite3.Error."""
        return evolve(refused, aside=min(refused.held, self._aside(refused.scope))) if refused.held else refused

    def _aside(self, scope: str) -> Nanodollars:
        store, cut = self.store, [one.voucher for one in self.known().values()]
        below = [one.scope for one in cut if scope in self._backing(one).parents]
        open_ones = [one for one in below if (backing := store.backing(one)) and not backing.closed]
        return Nanodollars(sum(_available(store, one) + self._aside(one) for one in open_ones))

    async def look_up(self, voucher: Voucher) -> None:
        """Ask a store that several machines share for it. Raises TimeoutError where that cannot be asked."""
        if isinstance(self.store, Far):
            self.ready(voucher.spender)
            await self.store.look_up(voucher.scope)

    def trouble_with(self, voucher: Voucher) -> str:
        """Why this voucher, whose signature is good, pays nothing; "" where it does."""
        self.ready(voucher.spender)
        backing = self.store.backing(voucher.scope)
        if voucher.is_over(self.now_ms()):
            return "this voucher has expired"
        if backing is None:
            return "this voucher is not known here: it is good where it was minted, until it is given back"
        if backing.closed:
            return "this voucher was given back"
        # What was spent of one that was minted elsewhere is not known: whoever begins it anew leaves nothing of it.
        self.known().setdefault(voucher.name, Issued(voucher, voucher.amount))
        return ""

    def open_elsewhere(self, name: str) -> Issued | None:
        """One that has paid here, and that a store has open, whosever ledger knows it."""
        backing = self.store.backing(voucher_scope(name))
        return self.known().get(name) if backing and not backing.closed else None

    async def close(self, name: str) -> None:
        """Close one that was given back. A store that cannot be told keeps its money until it expires."""
        self.known().pop(name, None)
        if not isinstance(self.store, Far):
            self.store.shut(voucher_scope(name))
            return
        with suppress(TimeoutError):
            await self.store.ask_to_shut(voucher_scope(name))

    def below(self, name: str) -> tuple[str, ...]:
        """A voucher and all that are cut from it, itself last."""
        found = [one for one in self.known() if name in lineage(one)]
        return tuple(sorted({*found, name}, key=len, reverse=True))

    def _adopt(self) -> None:
        self.stale, now_ms = True, self.now_ms()
        for name, one in sorted(self.known().items(), key=lambda item: len(item[0])):
            if not one.voucher.is_over(now_ms):
                begun_with = begun(one.voucher.amount, one.spent)
                self.store.adopt(voucher_scope(name), begun_with, self._backing(one.voucher))
        self.stale = False

    def _backing(self, voucher: Voucher) -> Backing:
        if voucher.parent:
            return Backing((voucher_scope(voucher.parent),), voucher.expires_ms)
        parents = self.limits.holding(voucher.account, voucher.minted_ms, self.now_ms())
        return Backing(parents, voucher.expires_ms)


def _available(store: Backed, scope: str) -> int:
    try:
        return store[scope].available
    except KeyError:
        return 0


async def mint(
    vouchers: Vouchers, journal: Journal, account: Account, wanted: Wanted, random: bytes
) -> Voucher | NotHeld:
    """Cut a voucher from the budgets of an account, or from the voucher that the account pays with; durably.

    Raises InputError where it can be none, LinesUnwritable where the ledger cannot be written.
    """
    outer = vouchers.known().get(account.voucher)
    within = outer.voucher.models if outer else ()
    voucher = Voucher(
        name_for(journal.now_ms(), random, account.voucher),
        wanted.amount,
        min(wanted.expires_ms, outer.voucher.expires_ms) if outer else wanted.expires_ms,
        account,
        (*within, wanted.models) if wanted.models else within,
    )
    if refused := await vouchers.hold(voucher):
        return refused
    journal.tell(MINTED, issue_of(voucher), account)
    try:
        await journal.synced()
    except LinesUnwritable:
        await vouchers.close(voucher.name)
        raise
    return voucher


async def give_back(vouchers: Vouchers, journal: Journal, name: str) -> None:
    """Return what is left of a voucher, and of all that are cut from it. Raises LinesUnwritable; then nothing is."""
    names = vouchers.below(name)
    for one in names:
        journal.tell(RETURNED, {"voucher": one})
    await journal.synced()
    for one in names:
        await vouchers.close(one)
