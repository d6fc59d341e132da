"""`tw limits`: every limit with what is spent, held and left, and when it is renewed; and raising one."""

from __future__ import annotations

import os
from typing import Annotated, Final

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, count
from tokenwise_shell.config.values import USD
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.guard.surroundings import NESTED
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.proxy.admission.overview import MOST, Overview, raised_as_json, standing_as_json
from tokenwise_shell.show.render import table

__all__ = ["raise_one", "show"]

_COMMON = Common()
_COLUMNS: Final = ("budget", "limit", "spent", "held", "left", "renewed", "")


def show(
    *,
    limit: Annotated[
        str | None,
        Parameter(metavar="N", help="So many budgets of a limit that has one for each value, the fullest first (20)."),
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Show how each limit stands now."""
    overview = Overview(common.books(), wall_ms(), tell)
    stands = overview.standings(count(limit, "--limit") or MOST)
    overview.tell_of_the_dead()
    if common.json:
        write_json([standing_as_json(one) for one in stands])
    elif not stands:
        tell("there is no budget; `limits` and `budgets` in the configuration set some, `tw keys create --budget`")
    else:
        write(table([_COLUMNS, *map(_row, stands)], width=columns()))
    return Exit.DONE


def raise_one(
    scope: Annotated[str, Parameter(help="Whose budget, as `tw limits` shows it: key:alice, session:5f3a.")],
    /,
    *,
    to: Annotated[
        str, Parameter(metavar="USD", help="The amount that it is raised to until its window ends, in US dollars.")
    ],
    common: Common = _COMMON,
) -> int:
    """Raise one budget, such as session:5f3a or key:alice. What waits for it goes on at once."""
    if NESTED in os.environ:
        raise InputError(Problem(NESTED, "this is a guarded command, which does not raise limits; do so outside of it"))
    done = Overview(common.books(), wall_ms(), tell).raise_one(scope, _amount(to))
    if common.json:
        write_json(raised_as_json(done))
        return Exit.DONE
    write(f"{done.scope}: {format_usd(done.before)} -> {format_usd(done.to)}\n")
    if not done.told:
        tell("processes that run do not know of it: with budget_store: none, a proxy is told by POST /v1/limits/raise")
    return Exit.DONE


def _amount(text: str) -> Nanodollars:
    try:
        return USD.read(text)
    except ValueError:
        raise InputError(Problem("--to", f"{text!r}: expected {USD.accepts}")) from None


def _row(one: Standing) -> tuple[str, ...]:
    amounts = (one.amount, one.spent, one.held, one.left)
    renewed = iso(one.renewed_ms)[:16] + "Z" if one.renewed_ms is not None else "never"
    if one.expires_ms is not None:
        return one.scope, *map(format_usd, amounts), "never", f"until {iso(one.expires_ms)[:16]}Z"
    note = f"{one.waiting} waiting" if one.waiting else "pauses" if one.limit.pauses else ""
    return one.scope, *map(format_usd, amounts), renewed, note
