"""Calls added up, and how much of the sum rests on what."""

from attrs import define

from tokenwise.audit.pricing import Costing, Grounds
from tokenwise.audit.records import Call

__all__ = ["Sum"]


@define
class Sum:
    """So many calls and tokens, and their cost in nano-dollars.

    `cost` is all that is known: `assumed` and `as_recorded` are parts of it, `unpriced` calls are in none. `recorded`
    is what logs themselves say, of `told` calls, and `repriced` what the same calls cost here.
    """

    calls: int = 0
    unpriced: int = 0
    cost: int = 0
    assumed: int = 0
    as_recorded: int = 0
    told: int = 0
    recorded: int = 0
    repriced: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    written_tokens: int = 0
    output_tokens: int = 0

    def add(self, call: Call, costing: Costing) -> None:
        """Count one call."""
        self.calls += 1
        if usage := call.usage:
            self.input_tokens += usage.input_tokens
            self.cache_read_tokens += usage.cache_read_tokens
            self.written_tokens += usage.written_tokens
            self.output_tokens += usage.output_tokens
        cost = costing.cost
        if cost is None:
            self.unpriced += 1
            return
        self.cost += cost
        if costing.grounds is Grounds.ASSUMED:
            self.assumed += cost
        if costing.grounds is Grounds.RECORDED:
            self.as_recorded += cost
        if call.recorded is not None:
            self.told += 1
            self.recorded += call.recorded
            self.repriced += cost

    def merge(self, other: "Sum") -> None:
        """Count all that the other one has."""
        for name in Sum.__slots__:
            if not name.startswith("__"):
                setattr(self, name, getattr(self, name) + getattr(other, name))
