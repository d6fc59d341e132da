"""Under whom calls are booked: an access key, tags and marks, in memory and as the ledger's lines say it; and vouchers.

A line without `tags` has none, nor has one without `each` marks; `key` is always there, "" for none.

    voucher_minted    under whom, and the voucher in `each` that it is cut from: `voucher`, `amount_nano`, `expires_at`,
                      `models` (lists of globs, each of which must allow a model)
    voucher_returned  `voucher`, which was given back before its time; expiry needs no line

What was spent of a voucher is in the lines of calls, which name it in `each`.

And how the entries that nearly every request writes become one line each time that they are written: see `jsonl.SHORT`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from attrs import define

from tokenwise.budgets.ledger import Charged, Entry, Finished, Overran, Released, Reservation, Routed, StepEnded
from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import Voucher
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid
from tokenwise.traits import Tier
from tokenwise.usage import Usage
from tokenwise_shell.ledger.jsonl import SHORT, VERSION, encode_line, iso, ms_of, stamp

__all__ = [
    "MINTED",
    "RETURNED",
    "Issued",
    "account_of",
    "booking_of",
    "held_in_short",
    "issue_of",
    "line_head",
    "paid_in_short",
    "short_line",
    "short_line_of",
    "voucher_of",
    "whose_run",
]

MINTED: Final = "voucher_minted"
RETURNED: Final = "voucher_returned"

_TIERS: Final = {tier: tier.name.lower().encode() for tier in Tier}

# What a line says in one way alone: longer numbers are text in others, and longer names would fill what is remembered.
_LARGEST: Final = 2**63 - 1
_LONGEST: Final = 200

_HEAD: Final = b'{"v":%d,' % SHORT + b'"at":"%b","run":%b,"seq":%d,%b,'
_RESERVED: Final = (
    b'"type":"reserved",%b,"amount_nano":%d,"input_tokens":%d,"max_output_tokens":%d,"tier":"%b","writer":%b}\n'
)
_CHARGED: Final = b'"type":"charged",%b,"amount_nano":%d,"usage":%b,"outcome":%b,"status":%b'
_RARE: Final = ("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "reasoning_tokens")


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


def short_line(
    entries: Sequence[Entry], at_ms: int, run_id: str, seq: int, account: Account, writer: str
) -> bytes | None:
    """These entries as one line, by a template that their numbers are put into; None where one cannot say it all.

    `writer` is who must close what a reservation holds.
    """
    match entries:
        case (Routed() as routed, Reservation() as held):
            whose = (routed.attempt, routed.model, routed.provider, routed.worst)
            same = whose == (held.attempt, held.model, held.provider, held.amount)
            said = held_in_short(held.attempt, held, routed.tier, writer) if same else None
        case (Charged() as charged, Released() | Overran() as rest, StepEnded() as ended, Finished() as finished):
            said = _charged(charged, rest, ended, finished)
        case (Charged() as charged, StepEnded() as ended, Finished() as finished):
            said = _charged(charged, None, ended, finished)
        case _:
            return None
    return short_line_of(whose_run(run_id, account), at_ms, seq, said) if said else None


def short_line_of(whose: tuple[bytes, bytes], at_ms: int, seq: int, said: bytes) -> bytes:
    """The line of what `held_in_short` or `paid_in_short` gives, for whom `whose_run` says."""
    return _HEAD % (stamp(at_ms), whose[0], seq, whose[1]) + said


def whose_run(run_id: str, account: Account) -> tuple[bytes, bytes]:
    """A run and its account as short lines name them."""
    return encode_line(run_id)[:-1], _booked(account)


def held_in_short(attempt: AttemptId, held: Reservation | Bid, tier: Tier, writer: str) -> bytes | None:
    """What a short line says of a call that is to be made to a model of this tier; None where it cannot."""
    model, nano, tokens, most = held.model, held.amount, held.input_tokens, held.max_output_tokens
    if nano | tokens | most > _LARGEST or len(model) > _LONGEST:
        return None
    whose = _whose(attempt.step, attempt.ordinal, model, held.provider)
    return _RESERVED % (whose, nano, tokens, most, _TIERS[tier], _known(writer))


def _charged(charged: Charged, rest: Released | Overran | None, ended: StepEnded, finished: Finished) -> bytes | None:
    attempt, nano = charged.attempt, charged.amount
    left = 0 if rest is None else rest.amount if isinstance(rest, Released) else -rest.amount
    told = (ended.step, ended.outcome, ended.spent, ended.why, finished.spent, finished.overrun)
    if told != (attempt.step, "ok", nano, "", nano, max(0, -left)) or (rest is not None and rest.attempt != attempt):
        return None
    if rest is not None and not left:
        return None  # nobody writes it
    return paid_in_short(charged, left, finished.status)


def paid_in_short(charged: Charged, left: int, status: str) -> bytes | None:
    """What a short line says of a run that has ended well so, with so much `left` of what was held, or overrun."""
    attempt, nano, model, usage = charged.attempt, charged.amount, charged.model, charged.usage
    if _largest(nano | abs(left), usage) > _LARGEST or len(model) > _LONGEST:
        return None
    whose = _whose(attempt.step, attempt.ordinal, model, charged.provider)
    line: bytes = _CHARGED % (whose, nano, _counts(usage), _known(charged.outcome), _known(status))
    if left:
        line += b',"released_nano":%d' % left if left > 0 else b',"overran_nano":%d' % -left
    if charged.estimated:
        line += b',"estimated":true'
    if charged.asked != model:
        line += b',"asked":%b' % _known(charged.asked)
    if charged.reported is not None:
        line += b',"reported_nano":%b' % encode_line(charged.reported)[:-1]
    if charged.notice:
        line += b',"notice":%b' % encode_line(charged.notice)[:-1]
    return line + b"}\n"


def _largest(bits: int, usage: Usage | None) -> int:
    """A number that is as long as the longest of these."""
    if usage is not None:
        bits |= usage.input_tokens | usage.output_tokens | usage.cache_read_tokens
        bits |= usage.cache_write_tokens | usage.cache_write_5m_tokens | usage.reasoning_tokens
    return bits


def _counts(usage: Usage | None) -> bytes:
    if usage is None:
        return b"null"
    counts = b'{"input_tokens":%d,"output_tokens":%d' % (usage.input_tokens, usage.output_tokens)
    if usage.cache_read_tokens or usage.written_tokens or usage.reasoning_tokens:
        for name in _RARE:
            if tokens := getattr(usage, name):
                counts += b',"%b":%d' % (name.encode(), tokens)
    return counts + b"}"


def _booked(account: Account) -> bytes:
    if account.tags or account.marks:
        return encode_line(booking_of(account))[1:-2]
    return b'"key":%b' % _known(account.key)


@lru_cache(maxsize=1024)
def _whose(step: str, ordinal: int, model: str, provider: str) -> bytes:
    names = {"step": step, "attempt": ordinal, "model": model, "provider": provider}
    return encode_line(names)[1:-2]


@lru_cache(maxsize=1024)
def _known(text: str) -> bytes:
    """One of the texts that lines have again and again, as JSON."""
    return encode_line(text)[:-1]
