"""Under whom calls are booked: an access key, tags and marks, in memory and as the ledger's lines say it; and vouchers.

A line without `tags` has none, nor has one without `each` marks; `key` is always there, "" for none.

    voucher_minted    under whom, and the voucher in `each` that it is cut from: `voucher`, `amount_nano`, `expires_at`,
                      `models` (lists of globs, each of which must allow a model)
    voucher_returned  `voucher`, which was given back before its time; expiry needs no line

What was spent of a voucher is in the lines of calls, which name it in `each`.
"""

from collections.abc import Mapping
from typing import Any, Final

from attrs import define

from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import Voucher
from tokenwise.money import Nanodollars
from tokenwise_shell.ledger.jsonl import VERSION, iso, ms_of

__all__ = ["MINTED", "RETURNED", "Issued", "account_of", "booking_of", "issue_of", "line_head", "voucher_of"]

MINTED: Final = "voucher_minted"
RETURNED: Final = "voucher_returned"


def account_of(line: Mapping[str, object]) -> Account:
    """The account of a line in which `proof.what_is_wrong` found nothing."""
    tags, marks = line.get("tags", ()), line.get("each", {})
    assert isinstance(tags, (list, tuple))
    assert isinstance(marks, dict)
    return Account(str(line["key"]), tuple(tags), tuple(marks.items()))


def booking_of(account: Account) -> dict[str, object]:
    """The fields of a line that name its account."""
    fields: dict[str, object] = {"key": account.key}
    if account.tags:
        fields["tags"] = list(account.tags)
    if account.marks:
        fields["each"] = dict(account.marks)
    return fields


def line_head(at_ms: int, run: str, seq: int, kind: object, account: Account) -> dict[str, object]:
    """What every line of a ledger begins with."""
    return {"v": VERSION, "at": iso(at_ms), "run": run, "seq": seq, "type": kind, **booking_of(account)}


@define
class Issued:
    """A voucher, and what has been spent of it."""

    voucher: Voucher
    spent: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- a NewType of int

    @property
    def left(self) -> Nanodollars:
        """What is not spent of it."""
        return Nanodollars(max(0, self.voucher.amount - self.spent))


def issue_of(voucher: Voucher) -> dict[str, object]:
    """A voucher as its line says it, without its account."""
    return {
        "voucher": voucher.name,
        "amount_nano": voucher.amount,
        "expires_at": iso(voucher.expires_ms),
        "models": [list(globs) for globs in voucher.models],
    }


def voucher_of(line: Mapping[str, Any]) -> Voucher:
    """The voucher of such a line. Raises KeyError, TypeError and ValueError for what is none."""
    return Voucher(
        line["voucher"],
        Nanodollars(line["amount_nano"]),
        ms_of(line["expires_at"]),
        account_of(line),
        tuple(tuple(map(str, globs)) for globs in line["models"]),
    )
