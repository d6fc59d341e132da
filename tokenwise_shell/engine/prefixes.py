"""What sellers have counted, kept while the process lives: how many tokens a conversation had at its last turn.

Bounded: the oldest counts fall out. Nothing of a conversation is kept but a digest. Where a seller counts more than a
bound that rests on its own count, its templates do not add up, and none of its counts of that model is used again.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import define, field, frozen

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise.routing.bid import Known
from tokenwise.routing.warmth import FADING_MS
from tokenwise_shell.providers.prefixes import Trail

__all__ = ["Count", "Counts", "Row"]

# An agent's turn is one count of some 300 bytes: days of several agents, in three megabytes.
_MOST_KEPT: Final = 10_000

# How many turns back others are asked for: as many as may have been answered by models that keep no caches.
_LOOKED_UP: Final = 4

_Seat = tuple[str, str]


@frozen
class Count:
    """What was counted of one beginning: its tokens, and what was attached to it. `warm` and `paused` as in `Known`.

    So much is warm until then, by Unix time.
    """

    tokens: int
    attachments: Attachments = NOTHING_ATTACHED
    warm: int = 0
    until_ms: int = 0
    paused: bool = False


Row = tuple[bytes, _Seat, Count]
"""What one seller's model has counted of the beginning with this digest."""


@define(eq=False)
class Counts:
    """Sellers' own counts of conversations. Used by one event loop, and read by threads beside it."""

    most: int = _MOST_KEPT
    _kept: dict[bytes, dict[_Seat, Count]] = field(factory=dict, init=False)
    _doubted: set[_Seat] = field(factory=set, init=False)
    _seats: set[_Seat] = field(factory=set, init=False)

    def known(
        self, trails: Iterable[Trail], attachments: Attachments = NOTHING_ATTACHED, *, now_ms: int = 0
    ) -> tuple[Known, ...]:
        """The bounds that rest on what was counted, one for each seller's model, in order of their names.

        `trails` are the forms that the request may be sent in; where a seller has counted several, the largest counts.
        With each, how much of it is still warm in the seller's prompt cache.
        """
        found: dict[_Seat, Known] = {}
        for trail in trails:
            for seat, known in self._longest(trail, attachments, now_ms):
                if seat not in found or known.tokens > found[seat].tokens:
                    found[seat] = known
        return tuple(found[seat] for seat in sorted(found))

    def learn(
        self,
        trail: Trail,
        seat: _Seat,
        tokens: int,
        attachments: Attachments = NOTHING_ATTACHED,
        *,
        warm: int = 0,
        until_ms: int = 0,
        paused: bool = False,
    ) -> Row | None:
        """This seller's model, (provider, model), has counted so many tokens for the whole of this conversation.

        So many of them are `warm` in its prompt cache until then, by Unix time. `paused` as in `Known`. Returns what
        others may learn of it, None where nothing is warm.
        """
        if not trail.ends:
            return None
        row = trail.ends[-1], seat, Count(tokens, attachments, warm, until_ms, paused)
        return row if self.take(row) and warm else None

    def take(self, row: Row) -> bool:
        """Keep what was counted, here or elsewhere; whether it is believed."""
        end, seat, count = row
        if seat in self._doubted:
            return False
        self._seats.add(seat)
        self._kept[end] = {**self._kept.pop(end, {}), seat: count}
        while len(self._kept) > self.most:
            self._kept.pop(next(iter(self._kept)))
        return True

    def unknown(self, trails: Iterable[Trail], now_ms: int) -> tuple[bytes, ...]:
        """The digests of beginnings that others may know of. None where the last turn is known here, and warm."""
        found: list[bytes] = []
        for trail in trails:
            before = [trail.ends[turns] for turns in islice(trail.continued(), 1, 1 + _LOOKED_UP)]
            if before and any(count.until_ms > now_ms for count in self._kept.get(before[0], {}).values()):
                return ()
            found += before
        return tuple(found)

    @property
    def doubts(self) -> int:
        """How many sellers' models are not believed any more."""
        return len(self._doubted)

    def doubt(self, seat: _Seat) -> None:
        """Use no count of this seller's model any more: it has counted more than a bound that rested on one."""
        self._doubted.add(seat)

    def _longest(self, trail: Trail, attachments: Attachments, now_ms: int) -> Iterator[tuple[_Seat, Known]]:
        had: set[_Seat] = set()
        if self._kept.keys().isdisjoint(trail.ends):
            return
        for turns in trail.continued():
            if len(had) == len(self._seats):
                return
            for seat, count in self._kept.get(trail.ends[turns], {}).items():
                if seat in had or seat in self._doubted or not (more := _added(attachments, count.attachments)):
                    continue
                had.add(seat)
                tokens = count.tokens + trail.behind(turns) + more.usual.bound
                left_ms = count.until_ms - now_ms if count.warm else 0
                warm, fading = count.warm if left_ms > 0 else 0, 0 < left_ms <= FADING_MS
                yield seat, Known(*seat, tokens, more, warm=warm, fading=fading, paused=count.paused)


def _added(now: Attachments, then: Attachments) -> Attachments | None:
    """What is attached now and was not then; None where it is less, and so not the same beginning."""
    images, small, others = (
        now.images - then.images,
        now.small_images - then.small_images,
        now.unmeasured - then.unmeasured,
    )
    if min(images, small, others) < 0:
        return None
    return Attachments(images, small, others) if images or small or others else NOTHING_ATTACHED
