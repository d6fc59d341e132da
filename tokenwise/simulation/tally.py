"""What has become of a simulation's requests, as sums: one `Handled` per request, added to a `Tally` and forgotten.

A tally is a set of counters, histograms and maxima. Merging two adds and compares, so it does not matter in which order
or on which machine the parts were counted. Times and amounts in histograms are rounded down to seven binary digits
(less than 1.6 %); sums are exact.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import define, field, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.nested import Closed
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.propose import wanting
from tokenwise.machine.run import Ended, Outcome, Run
from tokenwise.planner.assignment import Unassignable
from tokenwise.routing.choosing import Refused
from tokenwise.simulation.brief import Brief, BriefPlan, Ready, Retold, entries_of, refusal_of
from tokenwise.simulation.workload import Asked
from tokenwise.traits import Tier

__all__ = [
    "Handled",
    "Path",
    "Tally",
    "coarse",
    "handled",
    "handled_briefly",
    "handled_smoothly",
    "merge",
    "percentile",
    "turned_away",
]

_HOUR_MS: Final = 3_600_000
_DIGITS: Final = 7
_EXHAUSTED: Final = Outcome.BUDGET_EXHAUSTED.value
_TIERS: Final = tuple(tier.name.lower() for tier in Tier)


@frozen(kw_only=True)
class Handled:
    """What became of one request: how it ended, what it cost, and what its run wrote into the books.

    `outcome` is "completed", "failed", "exhausted", "cancelled" or "refused"; `reason` says why, where it is not the
    first. `latency_ms` is from its arrival to its end; `quality` in thousandths, 0 where there is no answer.
    `noted` are its entries, of a common story (see `brief`) only the charges: the others follow from what was `ready`.
    """

    asked: Asked
    outcome: str
    reason: str = ""
    why: str = ""
    noted: tuple[ledger.Entry, ...] = ()
    ready: Ready | Retold | None = None
    spent: int = 0
    overrun: int = 0
    ended_ms: int = 0
    quality: int = 0

    @property
    def entries(self) -> tuple[ledger.Entry, ...]:
        """What its run wrote into the books, in order."""
        if self.ready is None:
            return self.noted
        if isinstance(self.ready, Retold):
            return tuple(self.ready.entries())
        (charged,) = self.noted
        assert isinstance(charged, ledger.Charged)
        return tuple(entries_of(self.ready, charged))

    @property
    def latency_ms(self) -> int:
        """From the arrival to the end, in virtual ms."""
        return self.ended_ms - self.asked.at_ms


def turned_away(asked: Asked, refusal: Refused | Unassignable) -> Handled:
    """A request that never became a run, since no model could be given to it."""
    if isinstance(refusal, Refused):
        code, why = refusal.code.value, refusal.message
    else:
        code = "no_capable_model" if refusal.smallest_limit is None else "budget_exceeded"
        why = (
            f"no model for the steps {', '.join(refusal.steps)}" if refusal.steps else "the steps do not fit the limit"
        )
    return Handled(asked=asked, outcome="refused", reason=code, why=why, ended_ms=asked.at_ms)


def handled(asked: Asked, run: Run, entries: tuple[ledger.Entry, ...], quality: Mapping[AttemptId, int]) -> Handled:
    """A run that has finished. A plan is as good as the results that nothing waits for are on average.

    `quality` is that of each answer, in thousandths.
    """
    last = entries[-1]
    assert isinstance(last, ledger.Finished)
    bad = None if last.status == "completed" else _first_bad(run)
    accepted = {end.by.step: quality.get(end.by, 0) for end in run.endings if end.by}
    sinks = [accepted.get(step.id, 0) for step in run.job.plan.sinks] if bad is None else [0]
    return Handled(
        asked=asked,
        outcome=last.status,
        reason=bad.outcome.value if bad else "",
        why=bad.why if bad else "",
        noted=entries,
        spent=last.spent,
        overrun=last.overrun,
        ended_ms=run.now_ms,
        quality=sum(sinks) // len(sinks),
    )


def handled_briefly(brief: Brief, cost: int | None, ended_ms: int) -> Handled:
    """A common story that is over, or was turned away by a budget that it shares."""
    asked, short = brief.world.asked, brief.short
    if cost is None:
        assert short is not None  # that is what turns it away
        why = wanting(*short)
        noted = refusal_of(brief.ready, why)
        return Handled(asked=asked, outcome="exhausted", reason=_EXHAUSTED, why=why, noted=noted, ended_ms=ended_ms)
    return Handled(
        asked=asked,
        outcome="completed",
        noted=(brief.charged,),
        ready=brief.ready,
        spent=cost,
        overrun=max(0, cost - brief.ready.bid.amount),
        ended_ms=ended_ms,
        quality=brief.quality,
    )


def handled_smoothly(asked: Asked, plan: BriefPlan, quality: Mapping[AttemptId, int]) -> Handled:
    """A plan whose story was the common one, and is over."""
    told = plan.told
    sinks = [quality.get(part.id, 0) for part in told.outline.parts if not part.children]
    return Handled(
        asked=asked,
        outcome="completed",
        noted=tuple(plan.charges),
        ready=plan.retold,
        spent=told.spent,
        overrun=told.overrun,
        ended_ms=told.now_ms,
        quality=sum(sinks) // len(sinks),
    )


def _first_bad(run: Run) -> Ended:
    """The step that the others' ends follow from: in plan order the first that ended badly by itself."""
    return next(end for end in run.endings if end.outcome not in (Outcome.OK, Outcome.UPSTREAM_FAILED))


Path = tuple[str, ...]
"""The name of a counter, such as ("model", "openai/gpt-6-sol", "spent_nano")."""


def _counters() -> defaultdict[Path, int]:
    return defaultdict(int)


def _histograms() -> defaultdict[str, dict[int, int]]:
    return defaultdict(dict)


@define
class Tally:
    """Counters, histograms and maxima (each with the name of what reached it). `merge` puts tallies together."""

    sums: defaultdict[Path, int] = field(factory=_counters)
    spreads: defaultdict[str, dict[int, int]] = field(factory=_histograms)
    peaks: dict[Path, tuple[int, str]] = field(factory=dict)

    def add(self, one: Handled, catalog: Catalog) -> None:
        """Count one request."""
        sums, asked = self.sums, one.asked
        sums["requests",] += 1
        sums["outcome", one.outcome] += 1
        sums["quality",] += one.quality
        sums["spent_nano",] += one.spent
        if one.overrun:
            sums["overrun_nano",] += one.overrun
            sums["overruns",] += 1
        if one.reason:
            sums["reason", one.reason] += 1
        self._add_entries(one, catalog)
        self.spread("spend_by_hour", one.ended_ms // _HOUR_MS, one.spent)
        self.spread("cost_nano", coarse(one.spent))
        self.peak(("cost_nano",), one.spent, asked.id)
        if one.outcome == "completed":
            self.spread("latency_ms", coarse(one.latency_ms))
            self.peak(("latency_ms",), one.latency_ms, asked.id)

    def _add_entries(self, one: Handled, catalog: Catalog) -> None:
        sums, climbed = self.sums, False
        for entry in one.noted:
            match entry:
                case ledger.Charged():
                    self._add_call(one, entry, catalog, wasted=entry.outcome != "ok")
                    if entry.outcome != "ok":
                        sums["fault", entry.outcome] += 1
                    if entry.reported is not None:
                        sums["unbooked_nano",] += entry.reported - entry.amount
                case ledger.Abandoned():
                    self._add_call(one, entry, catalog, wasted=True)
                case ledger.Escalated():
                    sums["escalations",] += 1
                    climbed = True
                case ledger.Retried():
                    sums["retries",] += 1
                case ledger.Downgraded():
                    sums["downgrades",] += 1
                case _:
                    pass
        if climbed:
            sums["escalated",] += 1

    def _add_call(
        self, one: Handled, entry: ledger.Charged | ledger.Abandoned, catalog: Catalog, *, wasted: bool
    ) -> None:
        sums, model = self.sums, catalog[entry.model]
        sums["calls",] += 1
        sums["model", entry.model, "calls"] += 1
        sums["model", entry.model, "spent_nano"] += entry.amount
        sums["provider", entry.provider, "calls"] += 1
        sums["tier", _TIERS[model.tier], "calls"] += 1
        if wasted:
            sums["wasted_nano",] += entry.amount
        if isinstance(entry, ledger.Abandoned) or entry.estimated:
            sums["estimated_nano",] += entry.amount
        if one.asked.outcomes:
            sums["recorded" if entry.model in one.asked.outcomes else "unrecorded",] += 1
        required = one.asked.plan[entry.attempt.step] if one.asked.plan else one.asked
        # The flags' numbers, since a new flag for each call takes a microsecond.
        if not required.guessed and required.capabilities._value_ & ~model.capabilities._value_:
            sums["misplaced",] += 1

    def add_window(self, closed: Closed) -> None:
        """Count a window of a shared budget that is over. Its peak is the most used, in thousandths of the limit."""
        name, budget = closed.owner, closed.budget
        for what, amount in (("limit", budget.limit), ("spent", budget.spent), ("overrun", budget.overrun)):
            self.sums["scope", name, f"{what}_nano"] += amount
        self.sums["scope", name, "windows"] += 1
        number = closed.window if closed.window.isdigit() else "0"  # one that lasts for ever is its own first
        self.peak(("scope", name), 1000 * budget.spent // max(1, budget.limit), number.rjust(9, "0"))

    def spread(self, name: str, value: int, weight: int = 1) -> None:
        """Put a value into a histogram."""
        histogram = self.spreads[name]
        histogram[value] = histogram.get(value, 0) + weight

    def peak(self, path: Path, value: int, name: str) -> None:
        """Remember the greatest value of its kind; of equal ones the one that comes first by name."""
        known = self.peaks.get(path)
        if known is None or value > known[0] or (value == known[0] and name < known[1]):
            self.peaks[path] = (value, name)

    def below(self, *path: str) -> dict[str, int]:
        """The counters one level below a path, by their last name, sorted."""
        size = len(path)
        found = {where[size]: value for where, value in self.sums.items() if where[:size] == path and len(where) > size}
        return dict(sorted(found.items()))

    def names(self, kind: str) -> list[str]:
        """The names that have counters of this kind, sorted."""
        return sorted({path[1] for path in self.sums if path[0] == kind and len(path) > 1})


def merge(tallies: Iterable[Tally]) -> Tally:
    """All of these put together. Associative and commutative: parts may be merged as they come."""
    whole = Tally()
    for tally in tallies:
        for path, amount in tally.sums.items():
            whole.sums[path] += amount
        for name, histogram in tally.spreads.items():
            for value, weight in histogram.items():
                whole.spread(name, value, weight)
        for path, (value, reached) in tally.peaks.items():
            whole.peak(path, value, reached)
    return whole


def coarse(value: int) -> int:
    """A value with all but its seven highest binary digits cleared: exact below 128, then up to 1.6 % too low.

    >>> coarse(1003)
    1000
    """
    surplus = max(0, value.bit_length() - _DIGITS)
    return value >> surplus << surplus


def percentile(histogram: Mapping[int, int], per_mille: int) -> int | None:
    """The least value that so many thousandths of all do not exceed; None of nothing.

    >>> percentile({10: 1, 20: 2, 900: 1}, 500)
    20
    """
    wanted = -(-sum(histogram.values()) * per_mille // 1000)
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return value
    return None
