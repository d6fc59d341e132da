"""A log audited, call by call: each is priced, tried under every policy, looked at for waste, and forgotten.

What is kept grows with models, days and subscriptions, and with sessions only up to a bound, so that a log may be
larger than memory. Calls may come in any order; what two calls in a row say of each other needs them to follow in their
session.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from attrs import define, field, frozen

from tokenwise.audit.choices import Trial, Would
from tokenwise.audit.holdings import Holding
from tokenwise.audit.pricing import Costing, Prices
from tokenwise.audit.records import MAIN, Call
from tokenwise.audit.sessions import Session, Sessions
from tokenwise.audit.sums import Sum
from tokenwise.audit.timelines import Timeline
from tokenwise.audit.waste import KINDS, Last, again, cold, lone
from tokenwise.budgets.limit import Account
from tokenwise.budgets.windows import UTC, Zone, day_of

__all__ = ["SUB_AGENTS", "Audit", "Tried", "Used"]

SUB_AGENTS: Final = "sub-agents"
_HALF_HOUR_MS: Final = 1_800_000
_HOUR_MS: Final = 3_600_000
_MOST_NAMES: Final = 1000
_OTHERS: Final = "others"

# A window's end is told to the second and differs by a few between calls.
_SAME_END_S: Final = 300


@define
class Used:
    """A window of a subscription: how much of it was used when first and last seen, in percent, and at what cost."""

    first: float
    last: float
    cost: int = 0


@define
class Tried:
    """What a trial came to over all calls of which it can speak: `base` is what they did cost."""

    calls: int = 0
    base: int = 0
    alike: int = 0
    easy: int = 0
    cold: int = 0
    refused: int = 0
    refused_cost: int = 0
    models: Counter[str] = field(factory=Counter)

    def add(self, would: Would, cost: int) -> None:
        """Count one call."""
        self.calls += 1
        self.base += cost
        self.alike += would.alike
        self.easy += would.easy
        self.cold += would.cold
        self.models[would.model] += 1
        if would.refused:
            self.refused += 1
            self.refused_cost += cost


@frozen
class _Try:
    trial: Trial
    tried: Tried
    holdings: tuple[tuple[Holding, Holding], ...]  # what was paid, and what the policy would have paid


def _try(trial: Trial, zone: Zone) -> _Try:
    variant = trial.variant
    limits = (*(one.limit_of_runs for one in variant.allowances), *variant.limits)
    return _Try(trial, Tried(), tuple((Holding(limit, zone), Holding(limit, zone)) for limit in limits))


@define(eq=False)
class Audit:
    """All that is known of the calls so far. The last of the `trials` says what an easy request is worth."""

    prices: Prices
    trials: Sequence[Trial]
    zone: Zone = UTC
    total: Sum = field(factory=Sum)
    by_model: dict[str, Sum] = field(factory=dict)
    by_day: dict[str, Sum] = field(factory=dict)
    by_agent: dict[str, Sum] = field(factory=dict)
    nothing: dict[str, list[int]] = field(factory=lambda: {kind: [0, 0] for kind in KINDS})
    undated: int = 0
    unordered: int = 0
    hours: Timeline = field(factory=lambda: Timeline(most=65_536, width_ms=_HALF_HOUR_MS))
    allotments: dict[tuple[str, int, int], Used] = field(factory=dict)
    tries: tuple[_Try, ...] = field(init=False)
    sessions: Sessions = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tries = tuple(_try(trial, self.zone) for trial in self.trials)
        self.sessions = Sessions(len(self.tries))

    def add(self, call: Call) -> None:
        """Count one call."""
        costing = self.prices.costing(call)
        name = costing.model.id if costing.model else call.model
        for sums, key in ((self.by_model, name), (self.by_agent, call.agent if call.agent == MAIN else SUB_AGENTS)):
            _of(sums, key).add(call, costing)
        self.total.add(call, costing)
        session = self._session(call)
        session.sum.add(call, costing)
        session.of(call.agent).add(call, costing)
        if call.at_ms is None:
            self.undated += 1
        else:
            _of(self.by_day, day_of(call.at_ms, self.zone), most=100_000).add(call, costing)
            session.seen(call.at_ms, costing.cost or 0)
            self.hours.add(call.at_ms, costing.cost or 0)
        self._allot(call, costing.cost or 0)
        easy = self._try(call, costing, session)
        self._look(call, costing, session, easy)

    def _session(self, call: Call) -> Session:
        """Calls of no session belong together by the hour and whoever made them."""
        if call.session:
            return self.sessions.of(call.session)
        return self.sessions.of(f" {call.key} {call.user} {(call.at_ms or 0) // _HOUR_MS}", named=False)

    def _try(self, call: Call, costing: Costing, session: Session) -> int | None:
        easy = None
        for place, one in enumerate(self.tries):
            would = one.trial.would(call, costing)
            if would is None:
                continue
            assert costing.cost is not None
            one.tried.add(would, costing.cost)
            self._hold(one, call, costing, would)
            if not would.refused:  # what was refused is no saving
                row = (costing.cost, would.alike, would.easy, would.cold)
                session.trials[place] = [sum(pair) for pair in zip(session.trials[place], row, strict=True)]
                easy = would.easy
        return easy

    def _hold(self, one: _Try, call: Call, costing: Costing, would: Would) -> None:
        if not one.holdings or call.at_ms is None or costing.model is None:
            return
        account = Account(call.key, (), (("session", call.session or "none"), ("user", call.user or "none")))
        for paid, instead in one.holdings:
            paid.spend(account, costing.model.id, call.at_ms, costing.cost or 0)
            if not would.refused:
                instead.spend(account, would.model, call.at_ms, would.alike)

    def _look(self, call: Call, costing: Costing, session: Session, easy: int | None) -> None:
        """Look for what bought nothing, here and beside the call before."""
        easy_below = self.trials[-1].variant.policy.mid_from
        if found := lone(call, costing, easy, easy_below):
            self._wasted(session, *found)
        if not session.named or call.at_ms is None:
            return
        now, before = Last(call, costing), session.before.get(call.agent)
        if len(session.before) < 64 or before:
            session.before[call.agent] = now
        if before is None:
            return
        if (before.call.at_ms or 0) > call.at_ms:  # an export may begin with the newest
            self.unordered += 1
            before, now = now, before
        for kind, nano in (("asked again", again(before, now)), ("cold cache", cold(before, now))):
            if nano:
                self._wasted(session, kind, nano)

    def _wasted(self, session: Session, kind: str, nano: int) -> None:
        self.nothing[kind][0] += 1
        self.nothing[kind][1] += nano
        session.wasted += nano

    def _allot(self, call: Call, cost: int) -> None:
        for one in call.allotments:
            key = (one.name, one.minutes, round(one.resets_at_s / _SAME_END_S))
            used = self.allotments.get(key)
            if used is None:
                if len(self.allotments) < _MOST_NAMES:
                    self.allotments[key] = Used(one.used, one.used)
                continue  # what the first call cost is in the percentage that it saw
            used.first, used.last = min(used.first, one.used), max(used.last, one.used)
            used.cost += cost


def _of(sums: dict[str, Sum], name: str, most: int = _MOST_NAMES) -> Sum:
    if name not in sums and len(sums) >= most:
        name = _OTHERS
    return sums.setdefault(name, Sum())
