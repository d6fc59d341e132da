"""Under whom calls are booked: an access key, tags and marks, in memory and as the ledger's lines say it.

A line without `tags` has none, nor has one without `each` marks; `key` is always there, "" for none.
"""

from collections.abc import Mapping

from tokenwise.budgets.limit import Account
from tokenwise_shell.ledger.jsonl import VERSION, iso

__all__ = ["account_of", "booking_of", "line_head"]


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
