"""The budgets outside a run's own, as one process opens them: with the machine's others, a server's, or alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from tokenwise_shell.budgets.accounts import Accounts, accounts_for, limits_of, purse_for
from tokenwise_shell.budgets.local_store import LocalTreasury
from tokenwise_shell.budgets.treasury import Purse, Treasury
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import LOCAL
from tokenwise_shell.ledger.journal import Journal

if TYPE_CHECKING:
    from tokenwise_shell.budgets.shared import SharedPurse

__all__ = ["open_purse"]


@asynccontextmanager
async def open_purse(
    settings: Settings, journal: Journal, notice: Callable[[str], None]
) -> "AsyncIterator[tuple[Purse | SharedPurse, Accounts]]":
    """The purse and the limits behind it, while the block runs: in the store that the settings name, else in process.

    `notice` is told what people should know of it. Raises InputError where the store cannot be used, OSError where the
    ledger cannot be read.
    """
    limits = limits_of(settings)
    if settings.store_url:
        from tokenwise_shell.budgets.shared import open_shared  # most processes share with nobody

        async with open_shared(settings, journal, limits, notice) as purse:
            yield purse, purse.accounts
        return
    if settings.budget_store == LOCAL:
        with closing(LocalTreasury(journal.file.path, journal.writer)) as shared:
            accounts = accounts_for(journal, shared, limits)
            yield purse_for(journal, shared, accounts), accounts
        return
    if limits and journal.others:
        notice(_several(journal.others))
    treasury = Treasury()
    accounts = accounts_for(journal, treasury, limits)
    yield purse_for(journal, treasury, accounts), accounts


def _several(others: int) -> str:
    who = "another process writes" if others == 1 else f"{others} other processes write"
    return (
        f"{who} this ledger: each holds itself to `budgets`, by what was spent before it came and what it spends, so "
        "together they may spend more; `budget_store: local` holds all of them to the limits"
    )
