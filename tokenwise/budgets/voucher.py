"""A voucher: a part of a budget that somebody else may spend, until it expires or is given back.

Its name says when its money was set aside, which is when its first ancestor was minted, and what it was cut from:

    1795292153123-7f3e21aa           minted at that moment (Unix ms)
    1795292153123-7f3e21aa.04c1d2    by whoever has that one

What becomes of its budget, `backing` says.
"""

import re
from typing import Final

from attrs import field, frozen
from attrs.validators import gt, matches_re

from tokenwise.budgets.limit import VOUCHER, Account
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars

__all__ = ["DEEPEST", "Voucher", "lineage", "minted_ms", "name_for", "voucher_scope"]

DEEPEST: Final = 6
"""So often a voucher may be cut from another."""

_NAME: Final = re.compile(r"(\d{1,15})-[0-9a-f]{8}(\.[0-9a-f]{6}){0,6}")


def voucher_scope(name: str) -> str:
    """What its budget is called."""
    return f"{VOUCHER}:{name} total"


def name_for(at_ms: int, random_bytes: bytes, parent: str = "") -> str:
    """The name of a voucher that is minted now, by four random bytes. Raises InputError where it would be too deep.

    >>> name_for(1_795_292_153_123, b"abcd"), name_for(0, b"abcd", "1-00000000")
    ('1795292153123-61626364', '1-00000000.616263')
    """
    if parent.count(".") >= DEEPEST:
        raise InputError(Problem(VOUCHER, f"is cut from others {DEEPEST} times already, which is as deep as they go"))
    return f"{parent}.{random_bytes[:3].hex()}" if parent else f"{at_ms}-{random_bytes[:4].hex()}"


def minted_ms(name: str) -> int | None:
    """When the money under this name was set aside, Unix ms; None for what is no such name."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def lineage(name: str) -> tuple[str, ...]:
    """A voucher and all that it was cut from, itself first.

    >>> lineage("1-00000000.616263")
    ('1-00000000.616263', '1-00000000')
    """
    if not name:
        return ()
    first, *rest = name.split(".")
    return tuple(".".join((first, *rest[:count])) for count in range(len(rest), -1, -1))


@frozen
class Voucher:
    """Who minted it (a key with tags, or the voucher it is cut from), how much of that, and until when (Unix ms).

    A model may be asked that every list of globs allows; a list of none allows all.
    """

    name: str = field(validator=matches_re(_NAME))
    amount: Nanodollars = field(validator=gt(Nanodollars(0)))
    expires_ms: int
    account: Account
    models: tuple[tuple[str, ...], ...] = ()

    @property
    def scope(self) -> str:
        """What its budget is called."""
        return voucher_scope(self.name)

    @property
    def parent(self) -> str:
        """The voucher that it was cut from, "" for none."""
        return self.name.rpartition(".")[0]

    @property
    def spender(self) -> Account:
        """Under whom its calls are booked: who minted it, by this name."""
        return Account(self.account.key, self.account.tags, ((VOUCHER, self.name),))

    @property
    def minted_ms(self) -> int:
        """When its money was set aside."""
        return minted_ms(self.name) or 0

    def is_over(self, at_ms: int) -> bool:
        """Whether it has expired."""
        return at_ms >= self.expires_ms
