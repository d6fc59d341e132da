"""Common stories that nobody hears, counted as they come: in a row for each seat, and put into a tally at the end."""

from typing import Final

from attrs import define, field

from tokenwise.catalog.models import Catalog
from tokenwise.machine.run import Outcome
from tokenwise.simulation.brief import Brief
from tokenwise.simulation.tally import Tally, coarse, merge

__all__ = ["Sheet"]

_HOUR_MS: Final = 3_600_000
_EXHAUSTED: Final = Outcome.BUDGET_EXHAUSTED.value


@define(eq=False)
class Sheet:
    """Common stories as they come, in a row for each seat that was called: `into` counts them as `Tally.add` would."""

    _calls: dict[tuple[str, str], list[int]] = field(factory=dict)
    _rest: Tally = field(factory=Tally)
    _hours: dict[int, int] = field(factory=dict)
    _costs: dict[int, int] = field(factory=dict)
    _waits: dict[int, int] = field(factory=dict)
    _quality: int = 0
    _away: int = 0
    _dearest: int = 0
    _longest: int = 0

    def add(self, brief: Brief, cost: int | None, ended_ms: int) -> None:
        """Count one whose answer was plain and cost this, or which a budget has turned away (None)."""
        spent, hour = cost or 0, ended_ms // _HOUR_MS
        rounded = coarse(spent)
        self._hours[hour] = self._hours.get(hour, 0) + spent
        self._costs[rounded] = self._costs.get(rounded, 0) + 1
        if spent >= self._dearest:
            self._dearest = spent
            self._rest.peak(("cost_nano",), spent, brief.id)
        if cost is None:
            self._away += 1
            return
        bid, asked, waited = brief.ready.bid, brief.world.asked, ended_ms - brief.at_ms
        seat = bid.model, bid.provider
        row = self._calls.get(seat)
        if row is None:
            row = self._calls[seat] = [0, 0]
        row[0] += 1
        row[1] += cost
        self._quality += brief.quality
        rounded = coarse(waited)
        self._waits[rounded] = self._waits.get(rounded, 0) + 1
        if waited >= self._longest:
            self._longest = waited
            self._rest.peak(("latency_ms",), waited, brief.id)
        if cost > bid.amount:
            self._rest.sums["overrun_nano",] += cost - bid.amount
            self._rest.sums["overruns",] += 1
        if not asked.guessed and asked.capabilities._value_ & ~brief.ready.routed.model.capabilities._value_:
            self._rest.sums["misplaced",] += 1

    def into(self, tally: Tally, catalog: Catalog) -> Tally:
        """The tally with these too."""
        if not self._costs:
            return tally
        sums, calls, spent = self._rest.sums, 0, 0
        for (model, provider), (number, amount) in self._calls.items():
            calls, spent = calls + number, spent + amount
            sums["model", model, "calls"] += number
            sums["model", model, "spent_nano"] += amount
            sums["provider", provider, "calls"] += number
            sums["tier", catalog[model].tier.name.lower(), "calls"] += number
        counted = (("outcome", "completed"), calls), (("calls",), calls)
        turned_away = (("outcome", "exhausted"), self._away), (("reason", _EXHAUSTED), self._away)
        sums.update((path, number) for path, number in (*counted, *turned_away) if number)
        sums["requests",], sums["spent_nano",], sums["quality",] = calls + self._away, spent, self._quality
        self._rest.spreads |= {"spend_by_hour": self._hours, "cost_nano": self._costs}
        if calls:
            self._rest.spreads["latency_ms"] = self._waits
        return merge((tally, self._rest))
