"""The limits in force on this machine: the core's, by this machine's clock and with what its ledger says was spent.

What a limit of one owner (everybody, a key, a tag) has spent is known in memory. What each session or model has, the
ledger's `sums` are asked for, when its budget is opened.

The budgets themselves are kept by a `Store`. Calls that are under way when a limit begins count in it only if the
ledger knows their cost by then.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from attrs import define, field

from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.windows import UTC, Lasting, Span, Zone
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Left
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.owner_sums import OwnerSums
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.vouchers import Far, Near, Vouchers
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import unheard
from tokenwise_shell.ledger.spending import Spending, load_spending

__all__ = ["InForce", "limits_for", "limits_of"]


@define(eq=False)
class InForce:
    """The limits of one process.

    `load` reads what the ledger knew when this process entered it, `again` what it knows now, of `only` one
    tag where it is asked so; `tally` is what it has spent since it entered.
    """

    store: Near | Far
    now_ms: Callable[[], int]
    load: Callable[[], Spending] = Spending
    tally: Spending = field(factory=Spending)
    sums: OwnerSums | None = None
    zone: Zone = UTC
    again: Callable[..., Spending] = Spending
    _loaded: Spending | None = None
    _pausing: bool = False
    _begun: set[tuple[str, Lasting]] = field(factory=set)  # since the ledger was read, and not needed yet
    vouchers: Vouchers = field(init=False)
    _limits: Limits = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._limits = Limits(self.store, self.spent, self.zone, self.raised)
        self.vouchers = Vouchers(self.store, self._limits, self.now_ms, lambda: self.read().vouchers, self.renew)

    def __iter__(self) -> Iterator[Limit]:
        return iter(self._limits)

    def __bool__(self) -> bool:
        return bool(self._limits)

    def read(self) -> Spending:
        """What the ledger knew; read now, if it has not been. Raises OSError."""
        if self._loaded is None:
            self._enter()
            self._loaded = self.load()
        return self._loaded

    async def prepare(self) -> None:
        """Read the ledger in a thread, unless that is done; else the first budget to be opened waits for the disk."""
        import trio

        if self._loaded is None:
            self._enter()
            self._loaded = await trio.to_thread.run_sync(self.load)

    def _enter(self) -> None:
        """Share the store from before the ledger is read, so that nothing falls between the two."""
        if isinstance(self.store, LocalStore):
            self.store.enter()

    def spent(self, limit: Limit, owner: str, span: Span) -> Nanodollars:
        """What is known to be spent under a limit, by this owner, in a window."""
        if not limit.is_plain:
            return self.sums.spent(owner, span) if self.sums else Nanodollars(0)
        known: tuple[Spending, ...] = (self.read(), self.tally)
        if (limit.owner, limit.window) in self._begun:  # others have spent meanwhile, and hold nothing in it
            self._begun.discard((limit.owner, limit.window))
            known = (self.again(),)
        if not all(one.knows(limit.tag) for one in known):
            return self.again(only=limit.tag).spent(span, tag=limit.tag)
        return Nanodollars(sum(one.spent(span, limit.key, limit.tag) for one in known))

    def raised(self, scope: str) -> Nanodollars:
        """To what somebody has raised a budget, as far as the ledger knew; 0 where nobody has."""
        return self.read().raised.get(scope, Nanodollars(0))

    def raise_to(self, scope: str, limit: Nanodollars) -> None:
        """Give a budget that this process keeps a higher limit, until its window ends."""
        self.read().raised[scope] = limit
        if scope in self.store:
            self.store.change(scope, limit)

    def add(self, limit: Limit) -> None:
        """Put a limit in force. Raises InputError where its owner has a limit for this window already."""
        self._begins(limit)
        self._limits.add(limit)
        self.vouchers.stale = True
        self._pausing = self._pausing or limit.pauses

    def change(self, limit: Limit) -> None:
        """Put a limit in force in place of its owner's for this window, if there is one. What was spent stays spent."""
        self._begins(limit)
        self._limits.change(limit, self.now_ms())
        self.vouchers.stale = True

    def withdraw(self, limit: Limit) -> None:
        """End its owner's limit for this window. Raises KeyError where there is none."""
        self._limits.withdraw(limit)

    def limit_keys(self, limits: Iterable[Limit]) -> None:
        """From now on these are the limits of keys, and no others: new ones begin, others change, the rest end."""
        limits = tuple(limits)
        self._begins(*limits)
        self._limits.limit_keys(limits, self.now_ms())
        self.vouchers.stale = True

    def _begins(self, *limits: Limit) -> None:
        """What a new limit begins with the ledger says when it is first needed: others have spent since it was read."""
        if self._loaded is not None and not isinstance(self.store, ProcessStore):
            self._begun |= {(one.owner, one.window) for one in limits} - {(one.owner, one.window) for one in self}

    def scopes(self, account: Account, model: str = "") -> tuple[str, ...]:
        """Every budget that a call of this account to this model has to fit into now."""
        if (self.vouchers.stale and self._limits) or (account.marks and account.voucher):
            self.vouchers.ready(account)
        return self._limits.scopes(account, self.now_ms(), model)

    def left(self, account: Account, model: str = "") -> Left | None:
        """The budget with the least left of those that a call has to fit into now; None where there is none.

        A server that several machines share is not asked: it is what it last said. Before it has, nothing is known.
        """
        try:
            budgets = [(scope, self.store[scope]) for scope in self.scopes(account, model)]
        except (sqlite3.Error, KeyError):
            return None
        least = min(budgets, key=lambda one: one[1].available, default=None)
        return Left(least[0], least[1].available, least[1].limit) if least else None

    def plain_scopes(self, account: Account) -> tuple[str, ...]:
        """Of these, the budgets of everybody, of the key and of the tags: those that leases are taken from."""
        return self._limits.plain_scopes(account, self.now_ms())

    def beside(self, account: Account) -> bool:
        """Whether calls of this account may have to fit into others than these."""
        if not (of_many := self._limits.of_many):
            return bool(account.marks and account.voucher)
        return bool(account.voucher) or any(
            limit.model is not None or limit.each == "model" or limit.owner_of(account) is not None for limit in of_many
        )

    @property
    def pauses(self) -> bool:
        """Whether a call may have to wait for one of them to be raised."""
        return self._pausing

    @property
    def marks(self) -> tuple[str, ...]:
        """The names under which limits read something off requests."""
        if not self._limits.of_many:
            return ()
        names = (limit.each for limit in self._limits.of_many)
        return tuple(dict.fromkeys(name for name in names if name not in (None, "key", "model")))

    def spent_models(self, key: str) -> tuple[str, ...]:
        """Globs of models for which a limit of theirs, for everybody or for this key, is known to have nothing left."""
        found = []
        for limit in self._limits.of_many:
            if limit.model is not None and limit.each is None and limit.tag is None and limit.key in (None, key):
                scope = self._limits.scope_of(limit)
                if scope in self.store and self.store.is_spent(scope):
                    found.append(limit.model)
        return tuple(found)

    def has_room(self, account: Account) -> bool:
        """Whether this process has at hand what was lent of every budget that calls of this account fit into."""
        return isinstance(self.store, LocalStore) and self.store.has_room(self._limits.told(account, self.now_ms()))

    def doubtful(self, account: Account) -> list[Limit]:
        """Of the limits of everybody, the key and the tags, those that may have nothing left.

        Of the others it is known without a look at the store that they have.
        """
        known = self._limits.plain(account)
        if not isinstance(self.store, LocalStore):
            return [limit for limit, _ in known]
        return [limit for limit, scope in known if not self.store.is_at_hand(scope)]

    def limit_of(self, scope: str) -> Limit | None:
        """The limit of a budget that was asked for lately; None where it is not known any more."""
        return self._limits.limit_of(scope)

    def present(self) -> Iterator[tuple[Limit, str, str]]:
        """The budgets that were asked for lately: limit, owner and scope."""
        return self._limits.present()

    def limited(self, account: Account) -> Account:
        """The account with those of its tags alone that have limits."""
        return self._limits.limited(account)

    def renew(self, scopes: Iterable[str]) -> None:
        """Open these budgets again, with what is known to be spent by now: the store has forgotten them."""
        if self.sums:
            self.sums.catch_up()
        self._limits.renew(scopes)
        self.vouchers.renew(self.again().vouchers)


def limits_of(settings: Settings) -> tuple[Limit, ...]:
    """The limits that the configuration sets. Those of keys stand with the keys."""
    tagged = (
        Limit(amount, window, tag=tag)
        for tag, windows in settings.tag_budgets.items()
        for window, amount in windows.items()
    )
    listed = (row for row in settings.limits if isinstance(row, Limit))
    return (*(Limit(amount, window) for window, amount in settings.budgets.items()), *tagged, *listed)


def limits_for(journal: Journal, store: Near | Far, limits: Iterable[Limit], zone: Zone = UTC) -> InForce:
    """These limits, with what the journal's ledger says was spent under each.

    Raises OSError where it cannot be read. Without limits it is not read.
    """
    limits, path = tuple(limits), journal.file.path
    journal.zone = journal.tally.zone = zone
    of_many = tuple(limit for limit in limits if not limit.is_plain)
    sums = OwnerSums(path, of_many, zone) if of_many else None
    again = partial(load_spending, path, unheard, zone=zone)
    in_force = InForce(store, journal.now_ms, partial(_loaded, journal, sums), journal.tally, sums, zone, again)
    for limit in limits:
        in_force.add(limit)
    if in_force:
        in_force.read()
    return in_force


def _loaded(journal: Journal, sums: OwnerSums | None) -> Spending:
    """What the ledger knows, or knew when this process entered it; whose sums it keeps from now on."""
    path, zone = journal.file.path, journal.zone

    def keep() -> None:
        load_spending(path, unheard, zone=zone)
        if sums:
            sums.catch_up()

    journal.keep_sums = keep
    if sums:
        sums.catch_up()
    # What it has spent itself since it entered is in its tally.
    until = journal.entered if journal.has_spent else None
    return load_spending(path, unheard, until=until, zone=zone)
