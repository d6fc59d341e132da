"""Sessions as they go by: few are under way at a time, so few are remembered, and the dearest are kept."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from attrs import define, field

from tokenwise.audit.records import MAIN
from tokenwise.audit.sums import Sum
from tokenwise.audit.timelines import Timeline
from tokenwise.audit.waste import Last
from tokenwise.simulation.tally import coarse

__all__ = ["Session", "Sessions"]

_UNDER_WAY: Final = 2048
_DEAREST: Final = 20
_AGENTS: Final = 64
_OTHERS: Final = "others"

# More sessions than this are pooled, which is still a sample of pools: the interval holds, and no name is kept.
_CLUSTERS: Final = 2048


@define
class Session:
    """One session: its sum, also by agent, when it spent what, and for each trial what was paid and would have been."""

    name: str
    named: bool = True
    sum: Sum = field(factory=Sum)
    agents: dict[str, Sum] = field(factory=dict)
    line: Timeline = field(factory=Timeline)
    first_ms: int | None = None
    last_ms: int | None = None
    wasted: int = 0
    trials: list[list[int]] = field(factory=list)
    before: dict[str, Last] = field(factory=dict)

    def of(self, agent: str) -> Sum:
        """The sum of one agent; beyond so many, of all others together."""
        known = agent in self.agents or agent == MAIN or len(self.agents) < _AGENTS
        return self.agents.setdefault(agent if known else _OTHERS, Sum())

    def seen(self, at_ms: int, nano: int) -> None:
        """Count money at its time."""
        self.first_ms = at_ms if self.first_ms is None else min(self.first_ms, at_ms)
        self.last_ms = at_ms if self.last_ms is None else max(self.last_ms, at_ms)
        self.line.add(at_ms, nano)

    def merge(self, other: "Session") -> None:
        """Count what came of it after it was taken for ended."""
        self.sum.merge(other.sum)
        self.line.merge(other.line)
        self.wasted += other.wasted
        for agent, its in other.agents.items():
            self.of(agent).merge(its)
        times = [at for one in (self, other) for at in (one.first_ms, one.last_ms) if at is not None]
        self.first_ms, self.last_ms = min(times, default=None), max(times, default=None)


@define(eq=False)
class Sessions:
    """Those under way by name, the one heard of last at the end; sums of pairs by cluster; the dearest; their costs."""

    trials: int
    count: int = 0
    dearest: list[Session] = field(factory=list)
    costs: Counter[int] = field(factory=Counter)
    _under_way: dict[str, Session] = field(factory=dict)
    _clusters: list[list[list[int]]] = field(factory=list)

    def of(self, name: str, *, named: bool = True) -> Session:
        """The session of this name. One that is not `named` only says which calls belong together."""
        session = self._under_way.pop(name, None)
        if session is None:
            session = Session(name, named, trials=[[0, 0, 0, 0] for _ in range(self.trials)])
            if len(self._under_way) >= _UNDER_WAY:
                self._end(self._under_way.pop(next(iter(self._under_way))))
        self._under_way[name] = session
        return session

    def close(self) -> None:
        """Nothing more will come."""
        for session in self._under_way.values():
            self._end(session)
        self._under_way.clear()

    def pairs(self, trial: int, column: int) -> Iterator[tuple[int, int]]:
        """What was paid and what a trial would have paid, by cluster."""
        for cluster in self._clusters:
            yield cluster[trial][0], cluster[trial][column]

    def _end(self, session: Session) -> None:
        if len(self._clusters) < _CLUSTERS:
            self._clusters.append(session.trials)
        else:
            # By turns: which session comes next depends on none of what it costs.
            pool = self._clusters[self.count % _CLUSTERS]
            for sums, own in zip(pool, session.trials, strict=True):
                sums[:] = [one + other for one, other in zip(sums, own, strict=True)]
        self.count += 1
        if session.named:
            self._rank(session)

    def _rank(self, session: Session) -> None:
        session.before.clear()
        self.costs[coarse(session.sum.cost)] += 1
        if known := next((one for one in self.dearest if one.name == session.name), None):
            known.merge(session)
        else:
            self.dearest.append(session)
        self.dearest.sort(key=lambda one: (-one.sum.cost, one.name))
        del self.dearest[_DEAREST:]
