"""`tw keys voucher` and `tw keys return`: a part of a budget for another process or machine, and its rest given back.

Both are done as a running proxy does them, by a process that enters the ledger for a moment.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Annotated, TypeVar

from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import Voucher
from tokenwise.errors import InputError, Problem
from tokenwise.money import format_usd
from tokenwise_shell.budgets.answers import NotHeld, told
from tokenwise_shell.budgets.opening import open_holder
from tokenwise_shell.budgets.vouchers import Vouchers, Wanted, give_back, mint
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, tell, write, write_json
from tokenwise_shell.cli.keys_command import amount, span
from tokenwise_shell.cli.options import Common
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import ALONE
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.guard.surroundings import NESTED
from tokenwise_shell.ledger.booking import issue_of
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable, iso
from tokenwise_shell.proxy.admission.budgets import limits_of_keys
from tokenwise_shell.proxy.admission.keys import KeyFile
from tokenwise_shell.proxy.admission.tokens import TOKEN, Seal

__all__ = ["give", "give_back_one"]

_COMMON = Common()

T = TypeVar("T")


def give(
    *,
    budget: Annotated[str, Parameter(help="What it is worth, in US dollars; so much is held for it from now on.")],
    key: Annotated[str, Parameter(help="The key whose budget it is cut from; without, everybody's alone.")] = "",
    tags: Annotated[tuple[str, ...], Parameter(name="--tag", help="A tag of its calls; may be repeated.")] = (),
    models: Annotated[
        tuple[str, ...], Parameter(help="A model that it pays, or a pattern such as 'openai/*'; may be repeated.")
    ] = (),
    expires_in: Annotated[str, Parameter(help="How long it is good for, such as 12h, 30d or 8w (1d).")] = "1d",
    common: Common = _COMMON,
) -> int:
    """Mint a voucher, and print it: on stdout, alone, and for the only time."""
    settings = common.settings()
    account, wanted = (
        Account(key, (*settings.tags, *tags)),
        Wanted(amount(budget, "--budget"), wall_ms() + span(expires_in, "--expires-in"), models),
    )
    if not wanted.amount:
        raise InputError(Problem("--budget", f"{budget!r}: a voucher of nothing pays nothing"))
    if key and all(one.name != key or one.state(wall_ms()) != "active" for one in _keys(settings).read()):
        raise InputError(Problem("--key", f"{key!r}: no key of this name is good; see `tw keys list`"))

    async def work(vouchers: Vouchers, journal: Journal) -> Voucher | NotHeld:
        return await mint(vouchers, journal, account, wanted, os.urandom(4))

    made = _within(settings, work)
    if isinstance(made, NotHeld):
        tell(told(made))
        return Exit.OVER_BUDGET
    text = Seal.beside(settings.ledger_path).sign(made)
    if common.json:
        write_json({"token": text, "name": made.name, "scope": made.scope, **issue_of(made)})
        return Exit.DONE
    write(f"{text}\n")
    until = f"until {iso(made.expires_ms)[:16]}Z"
    tell(f"{made.name} pays {format_usd(made.amount)} {until}, as a key at a proxy that writes this ledger")
    return Exit.DONE


def give_back_one(
    voucher: Annotated[str, Parameter(help="The voucher, or its name as `tw limits` shows it.")],
    *,
    common: Common = _COMMON,
) -> int:
    """Give back what is left of a voucher, and of all that were cut from it."""
    settings = common.settings()
    read = Seal.beside(settings.ledger_path).read(voucher) if voucher.startswith(TOKEN) else None
    name = read.name if read else voucher.removeprefix("voucher:").removesuffix(" total")

    async def work(vouchers: Vouchers, journal: Journal) -> None:
        if name not in vouchers.known():
            raise InputError(Problem("VOUCHER", f"{name!r:.80}: no such voucher is open here; see `tw limits`"))
        await give_back(vouchers, journal, name)

    _within(settings, work)
    if common.json:
        write_json({"name": name, "returned": True})
    else:
        write(f"{name} is given back\n")
    return Exit.DONE


def _keys(settings: Settings) -> KeyFile:
    return KeyFile(settings.keys_path)


def _within(settings: Settings, work: Callable[[Vouchers, Journal], Awaitable[T]]) -> T:
    """Do it as one of the ledger's writers. Raises what the work raises."""
    if NESTED in os.environ:
        raise InputError(Problem(NESTED, "this is a guarded command, which mints nothing; do so outside of it"))
    import trio

    journal = Journal.open(settings.ledger_path, now_ms=wall_ms, sync=settings.ledger_sync)
    with closing(journal):
        if settings.budget_store == ALONE and journal.others:
            others = f"{journal.others} other processes write this ledger, each with budgets of its own"
            raise InputError(Problem("budget_store", f"none, and {others}; ask the proxy itself: POST /v1/vouchers"))
        done = trio.run(_worked, settings, journal, work)
    if isinstance(done, Exception):
        raise done
    return done


async def _worked(
    settings: Settings, journal: Journal, work: Callable[[Vouchers, Journal], Awaitable[T]]
) -> T | InputError | LinesUnwritable:
    """What it comes to. What it raises is given instead, since nurseries would make a group of it."""
    async with open_holder(settings, journal, tell) as (_, in_force):
        in_force.limit_keys(limits_of_keys(_keys(settings).read()))
        try:
            return await work(in_force.vouchers, journal)
        except (InputError, LinesUnwritable) as error:
            return error
