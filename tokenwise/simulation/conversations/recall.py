"""The driver's side of a conversation, as at the proxy: what answers have said of it, and what will probably follow.

Bounded: the conversations that nobody has continued for longest are forgotten.
"""

from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets.ledger import Charged
from tokenwise.catalog.models import Catalog
from tokenwise.routing.bid import Known, Need, has_paused
from tokenwise.routing.health import Seat
from tokenwise.routing.request import ahead
from tokenwise.routing.warmth import FADING_MS, WARMTH_MS, warmed
from tokenwise.simulation.workload import Asked
from tokenwise.traits import Feature

__all__ = ["Conversations"]

# As many counts as a proxy keeps.
_MOST_KEPT: Final = 10_000


@frozen
class _Count:
    """What one seller's model has counted of a session's last request there, and the bound that this had."""

    tokens: int
    bound: int
    warm: int
    until_ms: int
    paused: bool


@define(eq=False)
class _Conversation:
    """What is known of one session: how many answers it has had, and each seller's count."""

    answers: int = 0
    counts: dict[Seat, _Count] = field(factory=dict)


@define(eq=False)
class Conversations:
    """What a driver keeps of sessions from one request to the next."""

    most: int = _MOST_KEPT
    _kept: dict[str, _Conversation] = field(factory=dict)

    def recalled(self, asked: Asked, need: Need, at_ms: int) -> Need:
        """What this request needs, with what is warm and what will probably follow it, as at the proxy."""
        had = self._kept.get(asked.session, _Conversation())
        for seat, count in had.counts.items():
            had.counts[seat] = evolve(count, warm=min(count.warm, asked.prefix))
        known = tuple(_known(asked, seat, count, at_ms) for seat, count in sorted(had.counts.items()))
        agent = bool(asked.features & Feature.TOOLS)
        if asked.model or not (agent or known):
            return evolve(need, known=known)
        return evolve(need, known=known, horizon=ahead(had.answers, asked.input.expected, known, agent=agent))

    def learn(self, asked: Asked, need: Need, catalog: Catalog, charged: Charged, at_ms: int) -> None:
        """Keep what an answer has said of its request, if it has."""
        if charged.usage is None:
            return
        had = self._kept[asked.session] = self._kept.pop(asked.session, _Conversation())
        had.answers += charged.outcome == "ok"
        warm = warmed(catalog[charged.asked], charged.provider, need, charged.usage)
        had.counts[charged.provider, charged.asked] = _Count(
            charged.usage.prompt_tokens, asked.input.bound, warm, at_ms + WARMTH_MS, has_paused(need.known)
        )
        while len(self._kept) > self.most:
            self._kept.pop(next(iter(self._kept)))


def _known(asked: Asked, seat: Seat, count: _Count, at_ms: int) -> Known:
    """Behind what was counted comes what the bound has grown by; where less has stayed, the bound is as without it."""
    expected, bound = asked.input.expected, asked.input.bound
    stayed = asked.prefix >= count.tokens and bound >= count.bound
    tokens = max(expected, count.tokens + bound - count.bound) if stayed else bound
    left_ms = count.until_ms - at_ms if count.warm else 0
    warm, fading = count.warm if left_ms > 0 else 0, 0 < left_ms <= FADING_MS
    return Known(*seat, tokens, warm=warm, fading=fading, paused=count.paused)
