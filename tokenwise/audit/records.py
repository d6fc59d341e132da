"""One recorded call, as far as its log tells: tokens, times and names that identify, never a word of what was said."""

import enum

from attrs import frozen

from tokenwise.money import Nanodollars
from tokenwise.usage import Usage

__all__ = ["MAIN", "Allotment", "Call", "Ending"]

MAIN = "main"
"""The agent of calls that no sub-agent made."""


class Ending(enum.Enum):
    """How a call ended, as its log says. A log that says nothing of it is taken to mean the first."""

    DONE = "done"
    ABANDONED = "abandoned"
    FAILED = "failed"


@frozen
class Allotment:
    """How far a window of a subscription was used when a call ended: `used` percent, until it begins anew."""

    name: str
    minutes: int
    resets_at_s: int
    used: float


@frozen(kw_only=True)
class Call:
    """One answer, or one try. Names are safe to show; `at_ms` is Unix time, None where the log has none.

    `usage` is None where nobody counted; `recorded` is the price in the log, None where it has none. `gratis` calls
    were answered from a gateway's own cache. `asked` is a digest that equals another's where the two asked the same, ""
    where the log has no words; `difficulty` is read off the words, likewise. `tools` where its client always brings
    tools.
    """

    model: str
    at_ms: int | None = None
    usage: Usage | None = None
    provider: str = ""
    tier: str = ""
    session: str = ""
    agent: str = MAIN
    key: str = ""
    user: str = ""
    recorded: Nanodollars | None = None
    ending: Ending = Ending.DONE
    gratis: bool = False
    asked: str = ""
    difficulty: float | None = None
    tools: bool = False
    allotments: tuple[Allotment, ...] = ()
