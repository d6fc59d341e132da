"""Processes that run are told of a change: through the file of this machine, or through the store that they share."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tokenwise.errors import InputError
from tokenwise_shell.budgets.local_store import LocalStore

if TYPE_CHECKING:
    from tokenwise_shell.budgets.redis_store import RedisStore

__all__ = ["tell_machine", "tell_server"]

_Notice = Callable[[str], None]


def tell_machine(ledger: Path, writer: str, act: Callable[[LocalStore], None], notice: _Notice) -> bool:
    """Change the budgets that processes share on this machine, if they have needed any; False where that failed."""
    local = LocalStore(ledger, writer)
    if not local.path.exists():
        return True
    try:
        act(local)
    except sqlite3.Error as error:
        notice(f"{local.path} cannot be written ({error}); processes that run go on with what they know")
        return False
    finally:
        local.close()
    return True


def tell_server(url: str, act: Callable[["RedisStore"], Awaitable[bool]], notice: _Notice) -> bool:
    """Change the budgets in the store that replicas share; False where it cannot be reached, or knows none of them."""
    import trio

    from tokenwise_shell.budgets.redis_store import open_store

    async def tell() -> bool:
        async with open_store(url) as store:
            return await act(store)

    try:
        return trio.run(tell)
    except InputError as error:
        notice(f"{error}; the store's budgets do not know of it")
        return False
