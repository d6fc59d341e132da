"""The health of providers and models, shared by all the runs of a process.

`tokenwise.routing.health` decides what cools and for how long; this module keeps its value and tells the runs.
"""

from collections.abc import Callable

from attrs import define, field

from tokenwise.faults import Fault
from tokenwise.routing.health import Health, Seat, cooling_seats, observe

__all__ = ["CoolingList", "Watch"]

CoolingList = tuple[tuple[Seat, int], ...]
"""Seats, and until when (ms) each is left alone."""


@define
class Watch:
    """What is known about everybody's health. One per process."""

    health: Health = field(factory=Health)
    listeners: dict[Callable[[CoolingList], None], None] = field(factory=dict)

    def cooling(self, at_ms: int) -> CoolingList:
        """What is to be left alone at this moment."""
        return cooling_seats(self.health, at_ms=at_ms)

    def learn(self, seat: Seat, fault: Fault | None, *, at_ms: int, retry_after_ms: int | None = None) -> None:
        """Take the end of one call into account, and tell every listener if that changes what is left alone."""
        if fault is None and not self.health.seats:  # nearly always
            return
        before = self.cooling(at_ms)
        self.health = observe(self.health, seat, fault, at_ms=at_ms, retry_after_ms=retry_after_ms)
        if (after := self.cooling(at_ms)) != before:
            for listener in tuple(self.listeners):
                listener(after)
