"""How little must be read after a death: a long-lived process says from time to time how far its books are in order.

Two things are kept while it runs, as often as it has written `every_lines`: the sums of the whole ledger (see
`spending`), and the place before which this process has left nothing open (in its file among the writers). Whoever
opens the ledger after it was killed reads on from there.

A place becomes valid once all that was open there is closed, so it is proposed at one time and declared at the next.
"""

from collections.abc import Collection, Hashable
from typing import Final

from attrs import define, field

from tokenwise_shell.ledger.writers import Position

__all__ = ["EVERY_LINES", "Bookmarks"]

EVERY_LINES: Final = 1 << 16
"""So many lines are read again in a fifth of a second."""


@define(eq=False)
class Bookmarks:
    """The place proposed last, and what was open there."""

    every_lines: int = EVERY_LINES
    _written: int = 0
    _place: Position | None = None
    _open: frozenset[Hashable] = field(factory=frozenset)

    def due(self, written: int) -> bool:
        """Whether so much has been written since the last time that it is worth doing; counted from now on if so."""
        if written - self._written < self.every_lines:
            return False
        self._written = written
        return True

    def move(self, place: Position, open_now: Collection[Hashable]) -> Position | None:
        """Propose a place at which all this is open; the place proposed before, if nothing of then is open now."""
        before, was_open = self._place, self._open
        valid = before is not None and was_open.isdisjoint(open_now)
        if valid or before is None:
            self._place, self._open = place, frozenset(open_now)
        return before if valid else None
