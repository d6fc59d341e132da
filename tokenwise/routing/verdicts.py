"""Is this reply acceptable? Decided from what the shell observed, never from the text's meaning.

Checks that a step declares are observed where JSON and code can be parsed (the shell); each failed one arrives here as
a finding. What follows from a fault is `faults.RULES`' affair.
"""

import enum

from attrs import frozen

from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage

__all__ = ["Failure", "FinishReason", "Reply", "verdict"]


class FinishReason(enum.Enum):
    """Why the model stopped, in OpenAI's words; OTHER for anything a provider adds."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    OTHER = "other"


@frozen
class Reply:
    """What came back from a successful call.

    `usage` is None where the provider reported none, which is not the same as zero. `served_model` is the catalogue id
    of the model that answered, where it differs from the one asked. `reported_cost` is the provider's own figure, and
    `notice` what is wrong with its bill, in words for the books. `tier` is the tier of service that answered, in the
    provider's word, "" where it said none. `hosted` says how often tools of each kind were called that the provider
    runs, None where nobody said.
    `agrees` says whether it is the same answer as the one it was to be compared with, None where there was none.
    """

    text: str
    finish: FinishReason
    usage: Usage | None
    calls_tools: bool = False
    findings: tuple[str, ...] = ()
    served_model: str = ""
    reported_cost: Nanodollars | None = None
    notice: str = ""
    agrees: bool | None = None
    tier: str = ""
    hosted: tuple[tuple[str, int], ...] | None = None


@frozen
class Failure:
    """What came back from a call that gave no whole reply.

    `usage`, `reported_cost`, `notice`, `tier` and `hosted` are as in a reply: what was reported all the same.

    `status`, `code` and `param` are the provider's own words, 0 or "" where it said none; nothing is decided by them.
    `beside` is whatever else its error has, as the JSON of an object.
    """

    fault: Fault
    message: str = ""
    usage: Usage | None = None
    retry_after_ms: int | None = None
    status: int = 0
    code: str = ""
    param: str = ""
    reported_cost: Nanodollars | None = None
    notice: str = ""
    beside: str = ""
    tier: str = ""
    hosted: tuple[tuple[str, int], ...] | None = None


_UNUSABLE = {
    FinishReason.LENGTH: Fault.TRUNCATED,
    FinishReason.CONTENT_FILTER: Fault.CONTENT_FILTERED,
    FinishReason.REFUSAL: Fault.REFUSED,
}


def verdict(reply: Reply) -> Fault | None:
    """The fault in a step's reply, or None: it may be passed on.

    A reply cut off by its cap is not a result, and nothing said is not one either. What an OpenAI client gets through
    the proxy is not judged here: it asked for that reply, whole or cut.
    """
    if fault := _UNUSABLE.get(reply.finish):
        return fault
    if not reply.text.strip() and not reply.calls_tools:
        return Fault.EMPTY
    return Fault.CHECK_FAILED if reply.findings else None
