"""`tw limits`: every limit with what is spent, held and left, and when it is renewed; and raising one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, Final

from cyclopts import Parameter

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window, lasting
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.changes.raising import raise_limit
from tokenwise_shell.budgets.limits import limits_of
from tokenwise_shell.budgets.local_store import LocalStore, Row
from tokenwise_shell.budgets.owner_sums import OwnerSums
from tokenwise_shell.budgets.standings import Books, Standing, checked, meant_by, standings_of
from tokenwise_shell.cli.edge import Exit, tell, write, write_json
from tokenwise_shell.cli.options import Common, count
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import LOCAL, USD
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.guard.surroundings import GUARD, NESTED
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.ledger.spending import load_spending
from tokenwise_shell.proxy.admission.budgets import limits_of_keys
from tokenwise_shell.proxy.admission.keys import KeyFile, keys_beside

__all__ = ["raise_one", "show"]

_COMMON = Common()
_COLUMNS: Final = ("budget", "limit", "spent", "held", "left", "renewed", "")
_MOST: Final = 20


def show(
    *,
    limit: Annotated[
        str | None,
        Parameter(help="So many budgets of a limit that has one for each value, the fullest first (20)."),
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Show how each limit stands now."""
    settings, at_ms = common.settings(), wall_ms()
    limits = _limits(settings)
    most = count(limit, "--limit") or _MOST
    stands = list(standings_of(limits, _books(settings, limits), at_ms, settings.zone, most=most))
    if common.json:
        write_json([_as_json(one) for one in stands])
    elif not limits:
        tell("there are no limits; `limits` and `budgets` in the configuration set some, and `tw keys create --budget`")
    else:
        write(_table([_COLUMNS, *map(_row, stands)]))
    return Exit.DONE


def raise_one(
    scope: str,
    *,
    to: Annotated[str, Parameter(help="The amount that it is raised to until its window ends, in US dollars.")],
    common: Common = _COMMON,
) -> int:
    """Raise one budget, such as session:5f3a or key:alice. What waits for it goes on at once."""
    if NESTED in os.environ:
        raise InputError(Problem(NESTED, "this is a guarded command, which does not raise limits; do so outside of it"))
    settings, at_ms = common.settings(), wall_ms()
    limits = _limits(settings)
    meant = meant_by(scope, limits, at_ms, settings.zone)
    books = _books(settings, limits)
    stands = books.standing(meant.limit, meant.owner, at_ms, settings.zone)
    done = raise_limit(
        settings.ledger_path, meant, stands, _amount(to), at_ms=at_ms, store=settings.budget_store, notice=tell
    )
    if common.json:
        write_json({"scope": done.scope, "before_nano": done.before, "limit_nano": done.to, "told": done.told})
        return Exit.DONE
    write(f"{done.scope}: {format_usd(done.before)} -> {format_usd(done.to)}\n")
    if not done.told:
        tell("processes that run do not know of it: with budget_store: none, each reads it when it starts")
    return Exit.DONE


def _limits(settings: Settings) -> tuple[Limit, ...]:
    keys = KeyFile(keys_beside(settings.ledger_path)).read()
    return checked((*limits_of(settings), *limits_of_keys(keys), *_of_guards(settings)))


def _of_guards(settings: Settings) -> Iterator[Limit]:
    """The caps of guards that run now, of which no configuration knows."""
    for scope, row in _rows(settings).items():
        owner, _, window = scope.rpartition(" ")
        if owner.startswith(f"tag:{GUARD}") and window == Window.TOTAL.value:
            yield Limit(row.budget.limit, Window.TOTAL, tag=owner.removeprefix("tag:"), pauses=bool(row.waiting))


def _books(settings: Settings, limits: tuple[Limit, ...]) -> Books:
    ledger, of_many = settings.ledger_path, tuple(limit for limit in limits_of(settings) if not limit.is_plain)
    spending = load_spending(ledger, tell, zone=settings.zone)
    sums = OwnerSums(ledger, of_many, settings.zone) if of_many and ledger.exists() else None
    if sums:
        sums.catch_up()
    return Books(spending, sums, _rows(settings) if limits else {})


def _rows(settings: Settings) -> dict[str, Row]:
    """What processes that live share on this machine. What a server has, it is asked for by those who spend there."""
    if settings.store_url:
        from tokenwise_shell.budgets.redis_store import rows_at

        return rows_at(settings.store_url, tell)
    if settings.budget_store != LOCAL:
        return {}
    try:
        with closing(LocalStore(settings.ledger_path, "limits")) as store:
            return store.rows()
    except sqlite3.Error as error:
        tell(f"the machine's budgets cannot be read ({error}); this is what the ledger says")
        return {}


def _amount(text: str) -> Nanodollars:
    try:
        return USD.read(text)
    except ValueError:
        raise InputError(Problem("--to", f"{text!r}: expected {USD.accepts}")) from None


def _row(one: Standing) -> tuple[str, ...]:
    amounts = (one.amount, one.spent, one.held, one.left)
    renewed = iso(one.renewed_ms)[:16] + "Z" if one.renewed_ms is not None else "never"
    note = f"{one.waiting} waiting" if one.waiting else "pauses" if one.limit.pauses else ""
    return one.scope, *map(format_usd, amounts), renewed, note


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _as_json(one: Standing) -> dict[str, object]:
    return {
        "scope": one.scope,
        "limit": one.limit.owner,
        "window": lasting(one.limit.window),
        "on_limit": "pause" if one.limit.pauses else "refuse",
        "limit_nano": one.amount,
        "spent_nano": one.spent,
        "held_nano": one.held,
        "left_nano": one.left,
        "renewed_at": None if one.renewed_ms is None else iso(one.renewed_ms),
        "waiting": one.waiting,
    }
