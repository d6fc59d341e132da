"""Vouchers as one process keeps them: minted under budgets in force, known from the ledger, closed when they are over.

The ledger owns them: whoever opens budgets finds there which vouchers are open, and holds what is left of each in the
budgets that it was cut from. So they outlive the process that minted them. Money is held before a voucher's line is
written, and given back after the line that says so: what a death leaves between the two is held too long, never too
short. An expired voucher is closed by the first who is refused money, or asks; until then nobody is the worse for it.
"""

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from attrs import define, evolve, frozen

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Short, begun
from tokenwise.budgets.limit import Account
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.voucher import Voucher, lineage, name_for, voucher_scope
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import NotHeld
from tokenwise_shell.ledger.booking import MINTED, RETURNED, Issued, issue_of
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable

__all__ = ["Backed", "Vouchers", "Wanted", "give_back", "mint"]

_WHERE: Final = (
    "vouchers are kept with budget_store local or none; on a server that several machines share they are not"
)


@runtime_checkable
class Backed(Protocol):
    """A store that keeps budgets which stand on others; see `nested.Budgets`."""

    def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """Hold the amount in all parents and begin a budget of it, or say which of them has too little."""
        ...

    def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """Know of one that was minted before, and hold what is left of it where that is not done yet."""
        ...

    def shut(self, scope: str) -> None:
        """Give back what is neither spent nor held of it."""
        ...

    def backing(self, scope: str) -> Backing | None:
        """What a budget stands on; None where nobody has opened it."""
        ...

    def expired(self, at_ms: int) -> tuple[str, ...]:
        """Those whose time is over, and which nobody has closed."""
        ...


@runtime_checkable
class _Kept(Backed, Protocol):
    """One that says how each budget stands."""

    def __getitem__(self, scope: str) -> Budget:
        """Raises KeyError for a scope that is not open."""
        ...


@frozen
class Wanted:
    """A voucher as somebody wants it: how much, until when (Unix ms), for which models (globs; none is all)."""

    amount: Nanodollars
    expires_ms: int
    models: tuple[str, ...] = ()


@define(eq=False)
class Vouchers:
    """Those of one process. `known` are those that the ledger had open, and others that were seen since, by name."""

    store: object
    limits: Limits
    now_ms: Callable[[], int]
    known: Callable[[], dict[str, Issued]]
    stale: bool = True

    def ready(self, account: Account) -> None:
        """Hold what open vouchers have left, and close the one that pays where it is over."""
        if self.stale:
            self._adopt()
        if account.voucher and (one := self.known().get(account.voucher)) and one.voucher.is_over(self.now_ms()):
            self.expire()

    def expire(self) -> bool:
        """Close what is over, and say whether anything was."""
        store = self._backed()
        over = store.expired(self.now_ms()) if store else ()
        for scope in sorted(over, key=len, reverse=True):  # first what was cut from others
            assert store is not None
            store.shut(scope)
        return bool(over)

    def hold(self, voucher: Voucher) -> NotHeld | None:
        """Hold a voucher's amount where it is cut from, or say why not. Raises InputError where none can be kept."""
        store = self._backed()
        if store is None:
            raise InputError(Problem("budget_store", _WHERE))
        self.ready(voucher.account)
        self.expire()
        for name in [name for name, one in self.known().items() if one.voucher.is_over(self.now_ms())]:
            del self.known()[name]
        short = store.mint(voucher.scope, voucher.amount, self._backing(voucher))
        if short is None:
            self.known()[voucher.name] = Issued(voucher)
        return self.beside(NotHeld.of(short, None)) if short else None

    def beside(self, refused: NotHeld) -> NotHeld:
        """The refusal with what vouchers keep of that budget, beside what calls on them hold. Raises sqlite3.Error."""
        return evolve(refused, aside=min(refused.held, self._aside(refused.scope))) if refused.held else refused

    def _aside(self, scope: str) -> Nanodollars:
        store, cut = self._backed(), [one.voucher for one in self.known().values()]
        if not isinstance(store, _Kept):
            return Nanodollars(0)
        below = [one.scope for one in cut if scope in self._backing(one).parents]
        open_ones = [one for one in below if (backing := store.backing(one)) and not backing.closed]
        return Nanodollars(sum(store[one].available + self._aside(one) for one in open_ones))

    def trouble_with(self, voucher: Voucher) -> str:
        """Why this voucher, whose signature is good, pays nothing; "" where it does."""
        self.ready(voucher.spender)
        store = self._backed()
        backing = store.backing(voucher.scope) if store else None
        if voucher.is_over(self.now_ms()):
            return "this voucher has expired"
        if backing is None:
            return "this voucher is not known here: it is good where it was minted, until it is given back"
        if backing.closed:
            return "this voucher was given back"
        self.known().setdefault(voucher.name, Issued(voucher))
        return ""

    def close(self, name: str) -> None:
        """Close one that was given back."""
        self.known().pop(name, None)
        if store := self._backed():
            store.shut(voucher_scope(name))

    def below(self, name: str) -> tuple[str, ...]:
        """A voucher and all that are cut from it, itself last."""
        found = [one for one in self.known() if name in lineage(one)]
        return tuple(sorted({*found, name}, key=len, reverse=True))

    def _adopt(self) -> None:
        self.stale = False
        store, now_ms = self._backed(), self.now_ms()
        for name, one in sorted(self.known().items(), key=lambda item: len(item[0])):
            if store and not one.voucher.is_over(now_ms):
                try:
                    store.adopt(voucher_scope(name), begun(one.voucher.amount, one.spent), self._backing(one.voucher))
                except BaseException:
                    self.stale = True
                    raise

    def _backing(self, voucher: Voucher) -> Backing:
        if voucher.parent:
            return Backing((voucher_scope(voucher.parent),), voucher.expires_ms)
        parents = self.limits.holding(voucher.account, voucher.minted_ms, self.now_ms())
        return Backing(parents, voucher.expires_ms)

    def _backed(self) -> Backed | None:
        return self.store if isinstance(self.store, Backed) else None


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
    if refused := vouchers.hold(voucher):
        return refused
    journal.tell(MINTED, issue_of(voucher), account)
    try:
        await journal.synced()
    except LinesUnwritable:
        vouchers.close(voucher.name)
        raise
    return voucher


async def give_back(vouchers: Vouchers, journal: Journal, name: str) -> None:
    """Return what is left of a voucher, and of all that are cut from it. Raises LinesUnwritable; then nothing is."""
    names = vouchers.below(name)
    for one in names:
        journal.tell(RETURNED, {"voucher": one})
    await journal.synced()
    for one in names:
        vouchers.close(one)
