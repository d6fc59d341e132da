"""Decisions made lately, for who asks the same again: agents that loop, tests, a prompt that many send.

A decision follows from what was asked, the workspace (catalogue, policy, limits of a request) and what a key may use.
So it stands under a digest of the first and the parts of the last; with another workspace everything is forgotten. What
a request may hold of the budgets now, and who is being left alone, is asked when it is carried out.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b
from typing import Final

from attrs import define, field

from tokenwise_shell.plans.decision import Decision
from tokenwise_shell.workspace import Workspace

__all__ = ["Memory", "mark_of"]

# A decision is some 3 kB, and what was asked is not kept. More of them than the processor's caches hold cost each new
# prompt more than those few save that come again so late.
_MOST: Final = 256

# Of longer ones a digest costs more than the few that come twice would save.
_LONGEST_BYTES: Final = 16_384


def mark_of(body: bytes, door: str) -> bytes:
    """What stands for a body that came in by this door; b"" for one that is too long to be remembered."""
    return blake2b(body, digest_size=16, person=door[:16].encode()).digest() if len(body) <= _LONGEST_BYTES else b""


@define(eq=False)
class Memory:
    """So many decisions, those used last. To be used by one thread."""

    most: int = _MOST
    _made: OrderedDict[Hashable, Decision] = field(factory=OrderedDict, init=False)
    _workspace: Workspace | None = field(default=None, init=False)

    def recall(self, workspace: Workspace, place: Hashable, decide: Callable[[], Decision]) -> Decision:
        """The decision that was made at this place, or is made now. Equal places must lead to equal decisions."""
        if workspace is not self._workspace:
            self._made.clear()
            self._workspace = workspace
        known = self._made.get(place)
        if known is not None:
            if 2 * len(self._made) > self.most:  # until then none is forgotten
                self._made.move_to_end(place)
            return known
        made = decide()
        known_of = made.request.need.known
        if known_of and any(each.warm for each in known_of):  # which holds for some minutes only
            return made
        self._made[place] = made
        if len(self._made) > self.most:
            self._made.popitem(last=False)
        return made
