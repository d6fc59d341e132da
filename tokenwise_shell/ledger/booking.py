"""Under whom calls are booked: an access key and tags, in memory and as the ledger's lines say it.

A line without `tags` has none; `key` is always there, "" for none.
"""

from collections.abc import Mapping

from tokenwise.budgets.limits import Account

__all__ = ["account_of", "booking_of"]


def account_of(line: Mapping[str, object]) -> Account:
    """The account of a line in which `proof.what_is_wrong` found nothing."""
    tags = line.get("tags", ())
    assert isinstance(tags, (list, tuple))
    return Account(str(line["key"]), tuple(tags))


def booking_of(account: Account) -> dict[str, object]:
    """The fields of a line that name its account."""
    return {"key": account.key, "tags": list(account.tags)} if account.tags else {"key": account.key}
