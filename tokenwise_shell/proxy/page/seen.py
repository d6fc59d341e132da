"""What a process keeps for the page: the end of the ledger as far as it was read, and the decisions made last."""

from collections import OrderedDict
from typing import Final

import trio
from attrs import define, field

from tokenwise_shell.plans.decision import Decision
from tokenwise_shell.proxy.page.tail import Tail

__all__ = ["Decided", "Seen"]

# A decision is some 2 kB, and says nothing of what was asked.
_MOST: Final = 200


@define(eq=False)
class Decided:
    """The decisions made last by this process, by the run that carried them out, with its key."""

    _made: OrderedDict[str, tuple[str, Decision]] = field(factory=OrderedDict)

    def keep(self, run: str, key: str, decision: Decision) -> None:
        """Remember one, and forget the oldest."""
        self._made[run] = key, decision
        if len(self._made) > _MOST:
            self._made.popitem(last=False)

    def of(self, run: str, key: str | None) -> Decision | None:
        """The decision of this run, if it is this key's (None: whoever's); None where it is not known."""
        found = self._made.get(run)
        return found[1] if found and key in (None, found[0]) else None


@define(eq=False)
class Seen:
    """The end of the ledger, read by one at a time, and the decisions."""

    tail: Tail
    decided: Decided = field(factory=Decided)
    reading: trio.Lock = field(factory=trio.Lock)
