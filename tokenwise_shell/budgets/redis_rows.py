"""How the budgets stand that a server keeps for several machines: read at once, for people to see."""

from collections.abc import Callable

import trio
from coredis.exceptions import RedisError

from tokenwise.budgets.budget import Budget
from tokenwise.errors import InputError
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.local_store import Row
from tokenwise_shell.budgets.redis_scripts import PREFIX
from tokenwise_shell.budgets.redis_store import open_store

__all__ = ["rows_at"]

_BUDGET = f"{PREFIX}budget:"


def rows_at(url: str, notice: Callable[[str], None]) -> dict[str, Row]:
    """Every budget there, by scope; nothing, with a notice, where the server cannot be asked."""

    async def read() -> dict[str, Row]:
        found = {}
        async with open_store(url) as store:
            async for name in store.client.scan_iter(match=f"{_BUDGET}*"):
                told = await store.client.hgetall(name)
                amounts = (Nanodollars(int(told[one])) for one in ("limit", "spent", "held", "overrun"))
                found[str(name).removeprefix(_BUDGET)] = Row(Budget(*amounts))
        return found

    try:
        return trio.run(read)
    except (InputError, RedisError, OSError) as error:
        notice(f"{error}; this is what the ledger says")
        return {}
