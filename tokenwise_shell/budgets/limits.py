"""The limits in force on this machine: the core's, by this machine's clock and with what its ledger says was spent.

The budgets themselves are kept by a `Store`. Calls that are under way when a limit begins count in it only if the
ledger knows their cost by then.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from attrs import define, field

from tokenwise.budgets.limits import Account, Limit, Limits, Store
from tokenwise.budgets.windows import Span
from tokenwise.money import Nanodollars
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.spending import Spending, load_spending

__all__ = ["InForce", "limits_for", "limits_of"]


@define(eq=False)
class InForce:
    """The limits of one process.

    `load` reads what the ledger knew when this process entered it; `tally` is what it has spent since.
    """

    store: Store
    now_ms: Callable[[], int]
    load: Callable[[], Spending] = Spending
    tally: Spending = field(factory=Spending)
    _loaded: Spending | None = None
    _limits: Limits = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._limits = Limits(self.store, self.spent)

    def __iter__(self) -> Iterator[Limit]:
        return iter(self._limits)

    def __bool__(self) -> bool:
        return bool(self._limits)

    def read(self) -> Spending:
        """What the ledger knew; read now, if it has not been. Raises OSError."""
        if self._loaded is None:
            self._loaded = self.load()
        return self._loaded

    async def prepare(self) -> None:
        """Read the ledger in a thread, unless that is done; else the first budget to be opened waits for the disk."""
        import trio

        if self._loaded is None:
            self._loaded = await trio.to_thread.run_sync(self.load)

    def spent(self, limit: Limit, owner: str, span: Span) -> Nanodollars:  # noqa: ARG002 -- one owner each, so far
        """What is known to be spent under a limit in a window."""
        return Nanodollars(sum(known.spent(span, limit.key, limit.tag) for known in (self.read(), self.tally)))

    def add(self, limit: Limit) -> None:
        """Put a limit in force. Raises InputError where its owner has a limit for this window already."""
        self._limits.add(limit)

    def change(self, limit: Limit) -> None:
        """Put a limit in force in place of its owner's for this window, if there is one. What was spent stays spent."""
        self._limits.change(limit, self.now_ms())

    def withdraw(self, limit: Limit) -> None:
        """End its owner's limit for this window. Raises KeyError where there is none."""
        self._limits.withdraw(limit)

    def limit_keys(self, limits: Iterable[Limit]) -> None:
        """From now on these are the limits of keys, and no others: new ones begin, others change, the rest end."""
        self._limits.limit_keys(limits, self.now_ms())

    def scopes(self, account: Account) -> tuple[str, ...]:
        """Every budget that a run of this account has to fit into now."""
        return self._limits.scopes(account, self.now_ms())

    def limited(self, account: Account) -> Account:
        """The account with those of its tags alone that have limits."""
        return self._limits.limited(account)

    def renew(self, scopes: Iterable[str]) -> None:
        """Open these budgets again, with what is known to be spent by now: the store has forgotten them."""
        self._limits.renew(scopes)


def limits_of(settings: Settings) -> tuple[Limit, ...]:
    """The limits that the configuration sets: for everybody, and for tags. Those of keys stand with the keys."""
    tagged = (
        Limit(amount, window, tag=tag)
        for tag, windows in settings.tag_budgets.items()
        for window, amount in windows.items()
    )
    return (*(Limit(amount, window) for window, amount in settings.budgets.items()), *tagged)


def limits_for(journal: Journal, store: Store, limits: Iterable[Limit]) -> InForce:
    """These limits, with what the journal's ledger says was spent under each.

    Raises OSError where it cannot be read. Without limits it is not read.
    """
    in_force = InForce(store, journal.now_ms, partial(_loaded, journal), journal.tally)
    for limit in limits:
        in_force.add(limit)
    if in_force:
        in_force.read()
    return in_force


def _loaded(journal: Journal) -> Spending:
    """What the ledger knew when this process entered it. From now on the process keeps the sums of all of it."""
    journal.keeps_sums = True
    return load_spending(journal.file.path, _unheard, until=journal.entered)


def _unheard(_: str) -> None:
    """For notices that opening the ledger has given already."""
