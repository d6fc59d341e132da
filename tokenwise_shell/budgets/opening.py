"""The budgets outside a run's own, as one process opens them: with the machine's others, a server's, or alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import trio

from tokenwise_shell.budgets.holder import Holder, holder_for
from tokenwise_shell.budgets.limits import InForce, limits_for, limits_of
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.pauses import Pauses
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import LOCAL
from tokenwise_shell.ledger.journal import Journal

if TYPE_CHECKING:
    from tokenwise_shell.budgets.shared import SharedHolder

__all__ = ["open_holder"]


@asynccontextmanager
async def open_holder(
    settings: Settings, journal: Journal, notice: Callable[[str], None]
) -> "AsyncIterator[tuple[Holder | SharedHolder, InForce]]":
    """The holder and the limits behind it, while the block runs: in the store that the settings name, else in process.

    `notice` is told what people should know of it. Raises InputError where the store cannot be used, OSError where the
    ledger cannot be read.
    """
    limits = limits_of(settings)
    if settings.store_url:
        from tokenwise_shell.budgets.shared import open_shared  # most processes share with nobody

        async with open_shared(settings, journal, limits, notice) as holder:
            yield holder, holder.in_force
        return
    if settings.budget_store == LOCAL:
        with closing(LocalStore(journal.file.path, journal.writer)) as shared:
            in_force = limits_for(journal, shared, limits, settings.zone)
            async with _pauses(settings, journal, shared) as pauses:
                yield holder_for(journal, shared, in_force, pauses), in_force
        return
    if limits and journal.others:
        notice(_several(journal.others))
    store = ProcessStore()
    in_force = limits_for(journal, store, limits, settings.zone)
    async with _pauses(settings, journal, None) as pauses:
        yield holder_for(journal, store, in_force, pauses), in_force


@asynccontextmanager
async def _pauses(settings: Settings, journal: Journal, board: LocalStore | None) -> AsyncIterator[Pauses]:
    async with trio.open_nursery() as nursery:
        if board:
            nursery.start_soon(board.tend)
        yield Pauses(nursery, settings.pause_timeout, journal.now_ms, board)
        nursery.cancel_scope.cancel(reason="nobody is left to wait")


def _several(others: int) -> str:
    who = "another process writes" if others == 1 else f"{others} other processes write"
    return (
        f"{who} this ledger: each holds itself to `budgets`, by what was spent before it came and what it spends, so "
        "together they may spend more; `budget_store: local` holds all of them to the limits"
    )
