"""A limit raised while others spend under it: one line in the ledger, which lasts, and the store told at once.

It is the store and the ledger that are told, and no server: whoever may write these files owns the money, no key has to
be found, and it works for `tw plan -x` and for a proxy that has several workers alike. Calls that wait ask the store
again within half a second. Without a store a process reads it when it starts, and not before.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.local_store import LocalStore
from tokenwise_shell.budgets.standings import Meant, Standing
from tokenwise_shell.config.values import ALONE, LOCAL
from tokenwise_shell.ledger.jsonl import VERSION, LineFile, encode_line, iso
from tokenwise_shell.ledger.segments import locked
from tokenwise_shell.ledger.spending import RAISED

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
        told = _tell_local(ledger, stands, to, notice)
    elif store != ALONE:
        told = _tell_server(store, stands, to, notice)
    return Raised(meant.scope, stands.amount, to, told)


def write_down(ledger: Path, scope: str, to: Nanodollars, at_ms: int) -> None:
    """Write the line that a later process reads. Raises LinesUnwritable and OSError."""
    head = {"v": VERSION, "at": iso(at_ms), "run": "", "seq": 0, "type": RAISED, "key": ""}
    with locked(ledger):
        file = LineFile.open(ledger)
        try:
            file.append([encode_line({**head, "scope": scope, "amount_nano": to})])
            if file.problem:
                raise file.problem
            file.sync()
        finally:
            file.close()


def _tell_local(ledger: Path, stands: Standing, to: Nanodollars, notice: Callable[[str], None]) -> bool:
    local = LocalStore(ledger, f"raise-{stands.scope}")
    if not local.path.exists():
        return True  # nobody has needed a budget yet
    try:
        local.raise_to(stands.scope, to, spent=stands.spent, ends_ms=stands.renewed_ms)
    except sqlite3.Error as error:
        notice(f"{local.path} cannot be written ({error}); processes that run go on with the limit that they know")
        return False
    finally:
        local.close()
    return True


def _tell_server(url: str, stands: Standing, to: Nanodollars, notice: Callable[[str], None]) -> bool:
    import trio

    from tokenwise_shell.budgets.redis_store import open_store

    async def tell() -> bool:
        async with open_store(url) as store:
            return await store.raise_to(stands.scope, to, spent=stands.spent, ends_ms=stands.renewed_ms)

    try:
        return trio.run(tell)
    except InputError as error:
        notice(f"{error}; the store's budgets do not know of it")
        return False
