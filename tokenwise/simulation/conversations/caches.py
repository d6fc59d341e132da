"""The world's side of a conversation: how much of it each seller's model keeps in its prompt cache, and until when."""

from attrs import define, field

from tokenwise.routing.health import Seat
from tokenwise.simulation.workload import Asked

__all__ = ["Caches"]


@define(eq=False)
class Caches:
    """Of each session, how many tokens each seller's model keeps, and until when, in virtual ms."""

    _kept: dict[str, dict[Seat, tuple[int, int]]] = field(factory=dict)

    def read(self, asked: Asked, seat: Seat, at_ms: int) -> int:
        """How many of this request's tokens are read from there."""
        tokens, until_ms = self._kept.get(asked.session, {}).get(seat, (0, 0))
        return min(tokens, asked.prefix) if at_ms < until_ms else 0

    def keep(self, asked: Asked, seat: Seat, at_ms: int, lasts_ms: int) -> None:
        """All of this request's input is there from now on. Sessions of which nothing is left are forgotten."""
        kept = self._kept.pop(asked.session, {})
        left = {where: (min(tokens, asked.prefix), until) for where, (tokens, until) in kept.items() if at_ms < until}
        self._kept[asked.session] = {**left, seat: (asked.input.expected, at_ms + lasts_ms)}
        while all(until_ms <= at_ms for _, until_ms in next(iter(self._kept.values())).values()):
            del self._kept[next(iter(self._kept))]
