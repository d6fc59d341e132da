"""A limit raised while others spend under it: one line in the ledger, which lasts, and the store told at once.

It is the store and the ledger that are told, and no server: whoever may write these files owns the money, no key has to
be found, and it works for `tw plan -x` and for a proxy that has several workers alike. Calls that wait ask the store
again within half a second. Without a store a process reads it when it starts, and not before.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tokenwise.budgets.limit import NOBODY
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.changes.telling import tell_machine, tell_server
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.standings import Meant, Standing
from tokenwise_shell.config.values import ALONE, LOCAL
from tokenwise_shell.ledger.booking import line_head
from tokenwise_shell.ledger.jsonl import append_line
from tokenwise_shell.ledger.segments import locked
from tokenwise_shell.ledger.spending import RAISED

if TYPE_CHECKING:
    from tokenwise_shell.budgets.redis_store import RedisStore

__all__ = ["Raised", "raise_limit", "write_down"]


@frozen
class Raised:
    """From which amount to which a budget was raised, and whether the processes that run know of it."""

    scope: str
    before: Nanodollars
    to: Nanodollars
    told: bool


def raise_limit(
    ledger: Path,
    meant: Meant,
    stands: Standing,
    to: Nanodollars,
    *,
    at_ms: int,
    store: str,
    notice: Callable[[str], None],
) -> Raised:
    """Raise it until its window ends, durably. Raises InputError where it is no raise, LinesUnwritable and OSError."""
    if to <= stands.amount:
        raise InputError(Problem("--to", f"{format_usd(to)}: {meant.scope} has {format_usd(stands.amount)} already"))
    write_down(ledger, meant.scope, to, at_ms)
    told = False
    if store == LOCAL:
        told = _tell_machine(ledger, stands, to, notice)
    elif store != ALONE:
        told = _tell_server(store, stands, to, notice)
    return Raised(meant.scope, stands.amount, to, told)


def write_down(ledger: Path, scope: str, to: Nanodollars, at_ms: int) -> None:
    """Write the line that a later process reads. Raises LinesUnwritable and OSError."""
    with locked(ledger):
        append_line(ledger, {**line_head(at_ms, "", 0, RAISED, NOBODY), "scope": scope, "amount_nano": to})


def _tell_machine(ledger: Path, stands: Standing, to: Nanodollars, notice: Callable[[str], None]) -> bool:
    def act(store: LocalStore) -> None:
        store.raise_to(stands.scope, to, spent=stands.spent, ends_ms=stands.renewed_ms)

    return tell_machine(ledger, f"raise-{stands.scope}", act, notice)


def _tell_server(url: str, stands: Standing, to: Nanodollars, notice: Callable[[str], None]) -> bool:
    async def act(store: "RedisStore") -> bool:
        return await store.raise_to(stands.scope, to, spent=stands.spent, ends_ms=stands.renewed_ms)

    return tell_server(url, act, notice)
