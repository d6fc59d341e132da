"""What can go wrong with a call, and what follows from each: one total table, looked up, never re-argued.

A fault is named by the shell (from a status, an error code, a broken connection) or by `verdict` (from the reply). This
module says what to do about it, whom to blame, and whether the provider will bill for it.

What follows depends on whose fault it is. A fault of the seat (a seller's place for a model) says nothing about the
model's strength, so an equal elsewhere will do; a fault of the answer says that something stronger is wanted.
"""

import enum
from collections.abc import Mapping
from typing import Final

from attrs import frozen

__all__ = ["RULES", "Billing", "Blame", "Fault", "Remedy", "Rule"]


class Fault(enum.Enum):
    """The ways in which a call fails to give an acceptable reply. Values appear in ledgers and transcripts."""

    # The provider said no for now, or said nothing.
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"  # no connection was made, so nothing was sent
    MISDIRECTED = "misdirected"  # nobody has the host's name, or whoever has it cannot prove that it is theirs
    DISCONNECTED = "disconnected"  # the connection broke after the request had left
    TIMED_OUT = "timed_out"
    # The provider said no for good.
    UNAUTHORIZED = "unauthorized"
    QUOTA = "quota"
    MODEL_MISSING = "model_missing"
    REJECTED = "rejected"
    CONTENT_FILTERED = "content_filtered"
    CONTEXT_TOO_LONG = "context_too_long"
    # We said no: a reservation that cannot be written down is not spent, and a format that has no words for a request
    # cannot be asked it.
    BOOKS_UNWRITABLE = "books_unwritable"
    UNSUPPORTED = "unsupported"
    # It answered, but not in a form that can be used.
    MALFORMED = "malformed"
    CUT_STREAM = "cut_stream"
    # It answered, and `verdict` does not accept the answer.
    EMPTY = "empty"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    CHECK_FAILED = "check_failed"
    DISPUTED = "disputed"


class Remedy(enum.Enum):
    """What to try next.

    RETRY and ELSEWHERE fall through to the same model at another seller, then to its equals, then to its betters.
    """

    RETRY = "retry"  # the same model at the same provider, after a pause
    ELSEWHERE = "elsewhere"  # the same model at another provider
    STRONGER = "stronger"  # the next rung of the ladder, since the answer was not good enough
    LONGER = "longer"  # a model with a longer context window
    STOP = "stop"  # the request itself is at fault: nobody else would take it either


class Blame(enum.Enum):
    """Whose health a fault says something about. One caller's bad request says nothing about anybody's."""

    PROVIDER = "provider"
    MODEL = "model"
    NOBODY = "nobody"


class Billing(enum.Enum):
    """What a fault costs when the provider reported no usage with it."""

    FREE = "free"  # refused before any token was produced
    UNKNOWN = "unknown"  # tokens may have been produced: the reservation stands, marked estimated


@frozen
class Rule:
    """One row of the table."""

    remedy: Remedy
    blame: Blame
    billing: Billing

    @property
    def of_seat(self) -> bool:
        """Whether the seat failed, rather than the answer or the request: an equal model elsewhere would do."""
        return self.remedy in (Remedy.RETRY, Remedy.ELSEWHERE)


RULES: Final[Mapping[Fault, Rule]] = {
    Fault.RATE_LIMITED: Rule(Remedy.RETRY, Blame.MODEL, Billing.FREE),
    Fault.OVERLOADED: Rule(Remedy.RETRY, Blame.MODEL, Billing.FREE),
    Fault.SERVER_ERROR: Rule(Remedy.RETRY, Blame.MODEL, Billing.FREE),
    Fault.UNREACHABLE: Rule(Remedy.RETRY, Blame.PROVIDER, Billing.FREE),
    # A name that is nobody's and a certificate that is another's stay so over any pause.
    Fault.MISDIRECTED: Rule(Remedy.ELSEWHERE, Blame.PROVIDER, Billing.FREE),
    Fault.DISCONNECTED: Rule(Remedy.RETRY, Blame.PROVIDER, Billing.UNKNOWN),
    # Asking the same slow place again would spend the deadline twice.
    Fault.TIMED_OUT: Rule(Remedy.ELSEWHERE, Blame.MODEL, Billing.UNKNOWN),
    Fault.UNAUTHORIZED: Rule(Remedy.ELSEWHERE, Blame.PROVIDER, Billing.FREE),
    Fault.QUOTA: Rule(Remedy.ELSEWHERE, Blame.PROVIDER, Billing.FREE),
    Fault.MODEL_MISSING: Rule(Remedy.ELSEWHERE, Blame.MODEL, Billing.FREE),
    Fault.REJECTED: Rule(Remedy.STOP, Blame.NOBODY, Billing.FREE),
    # Filters are each vendor's own: another vendor's model may well answer.
    Fault.CONTENT_FILTERED: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
    Fault.CONTEXT_TOO_LONG: Rule(Remedy.LONGER, Blame.NOBODY, Billing.FREE),
    Fault.BOOKS_UNWRITABLE: Rule(Remedy.STOP, Blame.NOBODY, Billing.FREE),
    # Another seller of the model may speak another format.
    Fault.UNSUPPORTED: Rule(Remedy.ELSEWHERE, Blame.NOBODY, Billing.FREE),
    Fault.MALFORMED: Rule(Remedy.RETRY, Blame.MODEL, Billing.UNKNOWN),
    Fault.CUT_STREAM: Rule(Remedy.RETRY, Blame.MODEL, Billing.UNKNOWN),
    Fault.EMPTY: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
    Fault.TRUNCATED: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
    Fault.REFUSED: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
    Fault.CHECK_FAILED: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
    # Two cheap answers that differ: one of them is wrong, and nobody knows which.
    Fault.DISPUTED: Rule(Remedy.STRONGER, Blame.NOBODY, Billing.UNKNOWN),
}
