"""Under whom calls are booked: an access key, tags and marks, in memory and as the ledger's lines say it; and vouchers.

A line without `tags` has none, nor has one without `each` marks; `key` is always there, "" for none.

    voucher_minted    under whom, and the voucher in `each` that it is cut from: `voucher`, `amount_nano`, `expires_at`,
                      `models` (lists of globs, each of which must allow a model)
    voucher_returned  `voucher`, which was given back before its time; expiry needs no line

What was spent of a voucher is in the lines of calls, which name it in `each`.

And how the entries that nearly every request writes become one line each time that they are written: see `jsonl.SHORT`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import define

from tokenwise.budgets.ledger import Charged, Entry, Finished, Overran, Released, Reservation, Routed, StepEnded
from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import Voucher
from tokenwise.money import Nanodollars
from tokenwise.traits import Tier
from tokenwise.usage import Usage
from tokenwise_shell.ledger.jsonl import SHORT, VERSION, iso, ms_of

__all__ = [
    "MINTED",
    "RETURNED",
    "Issued",
    "account_of",
    "booking_of",
    "issue_of",
    "line_head",
    "shortened",
    "voucher_of",
]

MINTED: Final = "voucher_minted"
RETURNED: Final = "voucher_returned"

_TIERS: Final = {tier: tier.name.lower() for tier in Tier}


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


def shortened(entries: Sequence[Entry], head: Mapping[str, object]) -> dict[str, object] | None:
    """These entries as one line behind a head of `at`, `run`, `seq`, the account; None where one cannot say it all."""
    match entries:
        case (Routed() as routed, Reservation() as held):
            return _reserved(routed, held, head)
        case (Charged() as charged, Released() | Overran() as rest, StepEnded() as ended, Finished() as finished):
            return _charged(charged, rest, ended, finished, head)
        case (Charged() as charged, StepEnded() as ended, Finished() as finished):
            return _charged(charged, None, ended, finished, head)
        case _:
            return None


def _reserved(routed: Routed, held: Reservation, head: Mapping[str, object]) -> dict[str, object] | None:
    same = (routed.attempt, routed.model, routed.provider, routed.worst)
    if same != (held.attempt, held.model, held.provider, held.amount):
        return None
    return {
        "v": SHORT,
        **head,
        "type": "reserved",
        "step": held.attempt.step,
        "attempt": held.attempt.ordinal,
        "model": held.model,
        "provider": held.provider,
        "amount_nano": held.amount,
        "input_tokens": held.input_tokens,
        "max_output_tokens": held.max_output_tokens,
        "tier": _TIERS[routed.tier],
    }


def _charged(
    charged: Charged, rest: Released | Overran | None, ended: StepEnded, finished: Finished, head: Mapping[str, object]
) -> dict[str, object] | None:
    attempt, nano = charged.attempt, charged.amount
    over = rest.amount if isinstance(rest, Overran) else 0
    told = (ended.step, ended.outcome, ended.spent, ended.why, finished.spent, finished.overrun)
    if told != (attempt.step, "ok", nano, "", nano, over) or (rest is not None and rest.attempt != attempt):
        return None
    line: dict[str, object] = {
        "v": SHORT,
        **head,
        "type": "charged",
        "step": attempt.step,
        "attempt": attempt.ordinal,
        "model": charged.model,
        "provider": charged.provider,
        "amount_nano": nano,
        "usage": charged.usage and _counts(charged.usage),
        "outcome": charged.outcome,
        "status": finished.status,
    }
    if rest is not None:
        line["overran_nano" if isinstance(rest, Overran) else "released_nano"] = rest.amount
    if charged.estimated:
        line["estimated"] = True
    if charged.asked != charged.model:
        line["asked"] = charged.asked
    if charged.reported is not None:
        line["reported_nano"] = charged.reported
    if charged.notice:
        line["notice"] = charged.notice
    return line


def _counts(usage: Usage) -> dict[str, int]:
    counts = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    for name in ("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "reasoning_tokens"):
        if tokens := getattr(usage, name):
            counts[name] = tokens
    return counts
