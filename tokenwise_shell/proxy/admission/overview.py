"""How every limit of this machine stands, and raising one: for `tw limits`, and for whoever asks a running proxy.

Limits are those of the configuration, of the keys, and of guards that run now; vouchers stand beside them. What is
spent and held, the store of living processes says; what none of them shares, the ledger. All of it waits for the disk,
or a server.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Final

from attrs import frozen

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.voucher import voucher_scope
from tokenwise.budgets.windows import Window, lasting
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.changes.raising import Raised, raise_limit
from tokenwise_shell.budgets.limits import InForce, limits_of
from tokenwise_shell.budgets.local_store import LocalStore, Row
from tokenwise_shell.budgets.owner_sums import OwnerSums
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.budgets.standings import Books, Standing, checked, meant_by, standings_of
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import GUARD, LOCAL
from tokenwise_shell.ledger.jsonl import iso, unheard
from tokenwise_shell.ledger.proof import verify as prove
from tokenwise_shell.ledger.segments import snapshot
from tokenwise_shell.ledger.spending import load_spending
from tokenwise_shell.ledger.writers import take_roll
from tokenwise_shell.proxy.admission.budgets import limits_of_keys
from tokenwise_shell.proxy.admission.keys import KeyFile
from tokenwise_shell.show.ledger import left_open

__all__ = ["MOST", "Overview", "held_here", "raised_as_json", "standing_as_json"]

MOST: Final = 20
"""So many budgets of a limit that has one for each value are shown, the fullest first."""

_Rows = Mapping[str, Row]


@frozen
class Overview:
    """The limits of these settings at a moment. `here` are the budgets of a process that shares them with nobody.

    Raises InputError for settings that contradict each other, OSError where a file cannot be read.
    """

    settings: Settings
    at_ms: int
    notice: Callable[[str], None]
    here: _Rows | None = None

    def standings(self, most: int = MOST) -> list[Standing]:
        """How each limit stands, and each voucher that is good."""
        rows = self._rows()
        limits, books = self._limits(rows), self._books(rows)
        stand = standings_of(limits, books, self.at_ms, self.settings.zone, most=most)
        return [*stand, *books.vouchers(self.at_ms)]

    def raise_one(self, scope: str, to: Nanodollars) -> Raised:
        """Raise one budget, such as session:5f3a, until its window ends. Raises InputError where that is none."""
        rows, zone, settings = self._rows(), self.settings.zone, self.settings
        meant = meant_by(scope, self._limits(rows), self.at_ms, zone)
        stands = self._books(rows).standing(meant.limit, meant.owner, self.at_ms, zone)
        return raise_limit(
            settings.ledger_path, meant, stands, to, at_ms=self.at_ms, store=settings.budget_store, notice=self.notice
        )

    def tell_of_the_dead(self) -> None:
        """Tell of what a process that died left open, which no limit has as held any more. Reads the whole ledger."""
        ledger = self.settings.ledger_path
        if not ledger.exists() or not take_roll(ledger).dead:
            return
        shot = snapshot(ledger)
        proof = prove(shot.lines(unheard), living=shot.living, died=shot.died, again=lambda: shot.lines(unheard))
        if proof.left_attempts:
            self.notice(left_open(proof))

    def _limits(self, rows: _Rows) -> tuple[Limit, ...]:
        keys = KeyFile(self.settings.keys_path).read()
        return checked((*limits_of(self.settings), *limits_of_keys(keys), *_of_guards(rows)))

    def _books(self, rows: _Rows) -> Books:
        ledger, zone = self.settings.ledger_path, self.settings.zone
        of_many = tuple(limit for limit in limits_of(self.settings) if not limit.is_plain)
        spending = load_spending(ledger, self.notice, zone=zone)
        sums = OwnerSums(ledger, of_many, zone) if of_many and ledger.exists() else None
        if sums:
            sums.catch_up()
        return Books(spending, sums, rows, partial(load_spending, ledger, unheard, zone=zone))

    def _rows(self) -> _Rows:
        """What processes that live share on this machine. What a server has, it is asked for."""
        settings = self.settings
        if self.here is not None:
            return self.here
        if settings.store_url:
            from tokenwise_shell.budgets.redis_store import rows_at

            return rows_at(settings.store_url, self.notice)
        if settings.budget_store != LOCAL:
            return {}
        try:
            with closing(LocalStore(settings.ledger_path, "limits")) as store:
                rows = store.rows()
                for scope in sorted(store.expired(self.at_ms), key=len, reverse=True):
                    store.shut(scope)
                    rows = store.rows()
                return rows
        except sqlite3.Error as error:
            self.notice(f"the machine's budgets cannot be read ({error}); this is what the ledger says")
            return {}


def held_here(limits: InForce) -> _Rows | None:
    """The budgets that this process keeps by itself, by scope; None where it shares them."""
    if not isinstance(limits.store, ProcessStore):
        return None
    limits.vouchers.expire()
    scopes = (*(scope for _, _, scope in limits.present()), *map(voucher_scope, limits.vouchers.known()))
    return {scope: Row(limits.store[scope]) for scope in scopes if scope in limits.store}


def _of_guards(rows: _Rows) -> Iterator[Limit]:
    """The caps of guards that run now, of which no configuration knows."""
    for scope, row in rows.items():
        owner, _, window = scope.rpartition(" ")
        if owner.startswith(f"tag:{GUARD}") and window == Window.TOTAL.value:
            yield Limit(row.budget.limit, Window.TOTAL, tag=owner.removeprefix("tag:"), pauses=bool(row.waiting))


def raised_as_json(done: Raised) -> dict[str, object]:
    """What a raise came to, for programs."""
    return {"scope": done.scope, "before_nano": done.before, "limit_nano": done.to, "told": done.told}


def standing_as_json(one: Standing) -> dict[str, object]:
    """How one budget stands, for programs."""
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
        "expires_at": None if one.expires_ms is None else iso(one.expires_ms),
        "waiting": one.waiting,
    }
