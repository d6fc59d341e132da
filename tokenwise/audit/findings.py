"""What an audit comes to: figures for people and programs, each with what it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from tokenwise.audit.audits import Audit, Used
from tokenwise.audit.choices import EQUALS
from tokenwise.audit.holdings import Refusals
from tokenwise.audit.intervals import Share, share_of
from tokenwise.audit.sessions import Session
from tokenwise.audit.sums import Sum
from tokenwise.budgets.windows import day_of
from tokenwise.simulation.tally import percentile

__all__ = ["Findings", "FiveHours", "Policied", "Stop", "Wasted", "Window", "findings"]

_NANO: Final = 1_000_000_000
_FIVE_HOURS: Final = 10  # half hours
_MOST_MODELS: Final = 5

# Of a hundred sessions or days, a limit that these would have kept to is one that people can live with.
_USUAL_PER_MILLE: Final = 950

# A percentage is told in whole ones, so a change of fewer says little about the price of one.
_LEAST_CHANGE: Final = 5


@frozen
class Policied:
    """What a policy would have spent on the `calls` of which it can speak, `base` being what they did cost.

    `alike`, `easy` and `cold` are sums under the assumptions of `choices`; `saved` is the share saved as by `alike`,
    with its interval for more sessions of the kind. `limits` are those of the policy, each by itself: what it refuses
    of what was paid, and of what the policy would have paid.
    """

    name: str
    calls: int
    base: int
    alike: int
    easy: int
    cold: int
    refused: int
    refused_cost: int
    saved: Share | None
    models: tuple[tuple[str, int], ...]
    limits: tuple[tuple[Refusals, Refusals], ...]


@frozen
class Stop:
    """A limit that most keep to, and what it would have kept the worst of its kind from spending.

    `kind` is "session" or "day", `name` the worst one, which spent `spent`; `at_ms` is when it would have been stopped.
    `touched` of `of` would have met it.
    """

    kind: str
    amount: int
    name: str
    spent: int
    at_ms: int | None
    touched: int
    of: int


@frozen
class Window:
    """What a whole window of a subscription is worth at the prices of its calls, between two bounds."""

    name: str
    minutes: int
    seen: int
    cost: int
    least: int
    most: int


@frozen
class Wasted:
    """How many times something bought nothing, and what it cost."""

    times: int
    cost: int


@frozen
class FiveHours:
    """The dearest five hours, to the half hour."""

    began_ms: int
    cost: int


@frozen
class Findings:
    """Everything, in the order in which it is told."""

    total: Sum
    by_model: Mapping[str, Sum]
    by_day: Mapping[str, Sum]
    by_agent: Mapping[str, Sum]
    sessions: int
    dearest: tuple[Session, ...]
    policies: tuple[Policied, ...]
    nothing: Mapping[str, Wasted]
    stops: tuple[Stop, ...]
    windows: tuple[Window, ...]
    five_hours: FiveHours | None
    undated: int
    unordered: int


def findings(audit: Audit) -> Findings:
    """The conclusions. Nothing is to be added to the audit after it."""
    audit.sessions.close()
    return Findings(
        total=audit.total,
        by_model=dict(sorted(audit.by_model.items(), key=lambda row: (-row[1].cost, row[0]))),
        by_day=dict(sorted(audit.by_day.items())),
        by_agent=dict(sorted(audit.by_agent.items())),
        sessions=sum(audit.sessions.costs.values()),
        dearest=tuple(audit.sessions.dearest),
        policies=tuple(_policied(audit, place) for place in range(len(audit.tries))),
        nothing={kind: Wasted(*counted) for kind, counted in audit.nothing.items()},
        stops=tuple(_stops(audit)),
        windows=tuple(_windows(audit.allotments)),
        five_hours=_five_hours(audit.hours.slots) if audit.hours.width_ms == 1_800_000 else None,
        undated=audit.undated,
        unordered=audit.unordered,
    )


def _policied(audit: Audit, place: int) -> Policied:
    one = audit.tries[place]
    variant, tried = one.trial.variant, one.tried
    kept = share_of(list(audit.sessions.pairs(place, 1)))
    models = [(name, calls) for name, calls in tried.models.most_common() if name]
    return Policied(
        name=variant.name,
        calls=tried.calls,
        base=tried.base,
        alike=tried.alike,
        easy=tried.easy,
        cold=tried.cold,
        refused=tried.refused,
        refused_cost=tried.refused_cost,
        saved=kept and _rest(kept),
        models=tuple(models[:_MOST_MODELS]) if variant.name != EQUALS else (),
        limits=tuple((paid.refusals(), instead.refusals()) for paid, instead in one.holdings),
    )


def _rest(share: Share) -> Share:
    if share.low is None or share.high is None:
        return Share(1 - share.share)
    return Share(1 - share.share, 1 - share.high, 1 - share.low)


def _stops(audit: Audit) -> Iterator[Stop]:
    if audit.sessions.dearest and (worst := audit.sessions.dearest[0]).sum.cost:
        amount = _amount(percentile(audit.sessions.costs, _USUAL_PER_MILLE) or 0, worst.sum.cost)
        touched = sum(number for cost, number in audit.sessions.costs.items() if cost > amount)
        if worst.sum.cost > amount:
            many = sum(audit.sessions.costs.values())
            yield Stop("session", amount, worst.name, worst.sum.cost, worst.line.reached(amount), touched, many)
    costs = {day: its.cost for day, its in audit.by_day.items()}
    if costs and max(costs.values()):
        day = max(sorted(costs), key=lambda one: costs[one])
        amount = _amount(percentile(_counted(list(costs.values())), _USUAL_PER_MILLE - 50) or 0, costs[day])
        if costs[day] > amount:
            touched = sum(cost > amount for cost in costs.values())
            yield Stop("day", amount, day, costs[day], _reached(audit, day, amount), touched, len(costs))


def _reached(audit: Audit, day: str, amount: int) -> int | None:
    total = 0
    for slot in sorted(audit.hours.slots):
        at_ms = slot * audit.hours.width_ms
        if day_of(at_ms, audit.zone) == day:
            total += audit.hours.slots[slot]
            if total >= amount:
                return at_ms + audit.hours.width_ms
    return None


def _counted(values: Sequence[int]) -> dict[int, int]:
    return {value: values.count(value) for value in values}


def _amount(usual: int, worst: int) -> int:
    """An amount that people set, and where the worst would keep to that, as much as is usual and a little more."""
    amount = _round_usd(usual)
    unit = 10 ** max(0, len(str(usual)) - 2)
    return amount if amount < worst else -(-usual // unit) * unit


def _round_usd(nano: int) -> int:
    """Up to an amount that people set, a cent at least.

    >>> [_round_usd(nano) // 10_000_000 for nano in (0, 3_100_000_000, 15_000_000)]
    [1, 500, 2]
    """
    unit = _NANO // 100
    while nano > 10 * unit:
        unit *= 10
    return next(tenths * unit // 10 for tenths in (10, 20, 30, 50, 70, 100) if 10 * nano <= tenths * unit)


def _windows(allotments: Mapping[tuple[str, int, int], Used]) -> Iterator[Window]:
    by_kind: dict[tuple[str, int], list[Used]] = {}
    for (name, minutes, _), used in sorted(allotments.items()):
        by_kind.setdefault((name, minutes), []).append(used)
    for (name, minutes), seen in by_kind.items():
        change = sum(used.last - used.first for used in seen)
        cost = sum(used.cost for used in seen)
        slack = len(seen)  # one percent either way for each window's two readings, half of it at either end
        if change >= _LEAST_CHANGE and change > 2 * slack:
            low, high = (int(100 * cost / (change + off)) for off in (slack, -slack))
            yield Window(name, minutes, len(seen), cost, low, high)


def _five_hours(slots: Mapping[int, int]) -> FiveHours | None:
    if not slots:
        return None
    sums = {slot: sum(slots.get(slot + after, 0) for after in range(_FIVE_HOURS)) for slot in slots}
    first = max(sorted(sums), key=lambda slot: sums[slot])
    return FiveHours(first * 1_800_000, sums[first])
