"""Money by time in a bounded number of slots, whatever the order in which it is told, so that two may be added."""

from typing import Final

from attrs import define, field

__all__ = ["Timeline"]

_MINUTE_MS: Final = 60_000


@define
class Timeline:
    """Slots of equal length, a minute at first; where there would be more than `most`, two become one."""

    most: int = 48
    width_ms: int = _MINUTE_MS
    slots: dict[int, int] = field(factory=dict)

    def add(self, at_ms: int, nano: int) -> None:
        """Count an amount at its time."""
        slot = at_ms // self.width_ms
        self.slots[slot] = self.slots.get(slot, 0) + nano
        while len(self.slots) > self.most:
            self._widen()

    def merge(self, other: "Timeline") -> None:
        """Count all that the other one has, as exactly as the coarser of the two tells."""
        while self.width_ms < other.width_ms:
            self._widen()
        for slot, nano in other.slots.items():
            self.add(slot * other.width_ms, nano)

    def reached(self, nano: int) -> int | None:
        """When the slot ends in which the sum first comes to so much; None where it never does.

        >>> line = Timeline()
        >>> line.add(120_000, 5), line.add(0, 5), line.reached(6), line.reached(11)
        (None, None, 180000, None)
        """
        total = 0
        for slot in sorted(self.slots):
            total += self.slots[slot]
            if total >= nano:
                return (slot + 1) * self.width_ms
        return None

    def _widen(self) -> None:
        wider: dict[int, int] = {}
        for slot, nano in self.slots.items():
            wider[slot // 2] = wider.get(slot // 2, 0) + nano
        self.slots, self.width_ms = wider, self.width_ms * 2
