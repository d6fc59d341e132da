"""What a running proxy has done, in figures for Prometheus.

Figures about money and calls are taken from the entries that each run writes into the books, so the two cannot differ.
How many series there can be is bounded. Endpoints, statuses, outcomes and reasons come from tables of ours, providers
and windows from the configuration; models and keys are counted by name up to `MOST_NAMES` of each, and all others
together as "other", since an upstream may answer with any model's name.

Money is nano-dollars: a counter is a double, exact up to 2**53 of them, nine million dollars.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Final

from attrs import define, field
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tokenwise.budgets import ledger
from tokenwise.budgets.windows import lasting
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Record
from tokenwise.routing.bid import Bid
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.engine.watch import CoolingList

__all__ = ["CONTENT_TYPE", "MOST_NAMES", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

MOST_NAMES: Final = 1000
"""So many models, and so many keys, have series of their own: about a catalogue's worth."""

# From a cached answer on loopback to the longest stream that `proxy.request_timeout_s` lets through.
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)

_TOOK: Final = ("tokenwise_request_seconds", "Time from a request's head to the end of its answer.")

_OTHER: Final = "other"

_SEAT: Final = ("provider", "model")

# What nearly every run writes too, and no counter has to do with.
_UNCOUNTED: Final = frozenset((ledger.Routed, ledger.Released, ledger.StepEnded, ledger.Finished))

# Every counter by its name behind `tokenwise_`: what it means, and its labels.
_COUNTERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "requests": ("Requests answered.", ("endpoint", "status")),
    "refusals": ("Requests answered by an error.", ("reason",)),
    "attempts": ("Calls made, by how they ended.", (*_SEAT, "outcome")),
    "tokens": ("Tokens reported, in disjoint classes; reasoning is part of output.", (*_SEAT, "class")),
    "bound_tokens": ("Input tokens held for at most, of calls whose tokens were reported.", _SEAT),
    "cost_nanodollars": ("What calls cost, in nano-dollars.", _SEAT),
    "key_cost_nanodollars": ("What calls cost by access key, in nano-dollars.", ("key",)),
    "estimated_nanodollars": ("The part of the cost that no provider has confirmed.", ()),
    "recoveries": ("Failed calls gone on from, by a retry, a failover (same model) or an escalation.", ("kind",)),
    "overruns": ("Calls for which a provider billed more than was held.", ()),
    "overrun_nanodollars": ("What was billed above what was held.", ()),
    "ungoverned": ("Requests served though no budget could hold them: the store was away, or no price is known.", ()),
}


@define
class _Names:
    """Label values from outside, by their own name until there are too many."""

    _known: set[str] = field(factory=set)

    def of(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= MOST_NAMES:
                return _OTHER
            self._known.add(name)
        return name


class _Now(Collector):
    """What is read when it is asked for: budgets, and who is being left alone."""

    def __init__(self, budgets: Callable[[], Iterable[Standing]], cooling: Callable[[], CoolingList]) -> None:
        self._budgets = budgets
        self._cooling = cooling

    def collect(self) -> Iterator[Metric]:
        """The families as they are now."""
        standing = tuple(self._budgets())
        for name, meaning in (
            ("amount", "Limits in force, in nano-dollars."),
            ("spent", "Spent within each limit's present window, in nano-dollars."),
            ("held", "Held for calls under way and for the ledger's leases, in nano-dollars."),
        ):
            of = "limit" if name == "amount" else name
            family = GaugeMetricFamily(f"tokenwise_budget_{of}_nanodollars", meaning, labels=("scope", "window"))
            for one in standing:
                family.add_metric((one.limit.owner, lasting(one.limit.window)), getattr(one, name))
            yield family
        left_alone = "Models that are left alone after faults, * for all of a provider's."
        cooling = GaugeMetricFamily("tokenwise_cooling", left_alone, labels=_SEAT)
        for (provider, model), _ in self._cooling():
            cooling.add_metric((provider, model), 1)
        yield cooling


class _Took(Collector):
    """How long requests took, by endpoint: how many fell between each two bounds, and the seconds of all."""

    def __init__(self) -> None:
        self.fell: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(_SECONDS) + 1))
        self.sums_s: defaultdict[str, float] = defaultdict(float)

    def observe(self, endpoint: str, seconds: float) -> None:
        """Count one request."""
        self.fell[endpoint][bisect_left(_SECONDS, seconds)] += 1
        self.sums_s[endpoint] += seconds

    def collect(self) -> Iterator[Metric]:
        """The histogram as it is now: of each bound, how many took no longer."""
        family = HistogramMetricFamily(*_TOOK, labels=("endpoint",))
        bounds = (*map(str, map(float, _SECONDS)), "+Inf")
        for endpoint, fell in self.fell.items():
            family.add_metric((endpoint,), list(zip(bounds, accumulate(fell), strict=True)), self.sums_s[endpoint])
        yield family


@define
class _Calls:
    """What the calls to one seat that ended alike come to, as far as the library has not been told."""

    made: int = 0
    cost: int = 0
    bound: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


class Metrics:
    """The counters of one process. `budgets` and `cooling` are asked whenever the figures are.

    `folder` is where several processes count together: then any of them gives the sums of all. It must stand in the
    environment as PROMETHEUS_MULTIPROC_DIR before this module is first imported. A process by itself adds up, and tells
    the library when it is asked: that has a lock for each series, and takes longer to count than to say so.
    """

    def __init__(
        self,
        budgets: Callable[[], Iterable[Standing]] = tuple,
        cooling: Callable[[], CoolingList] = tuple,
        folder: Path | None = None,
    ) -> None:
        # Else each counter has a second series, of when it was first counted.
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library has no types for it
        self.registry = registry = CollectorRegistry()
        self._folder, self._now = folder, _Now(budgets, cooling)
        self._models, self._keys = _Names(), _Names()
        self._sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
        self._series: dict[tuple[str, ...], Counter] = {}
        self._in_flight = 0
        self._calls: dict[tuple[str, str, str], _Calls] = {}
        self._counters = {
            name: Counter(f"tokenwise_{name}", meaning, labels, registry=registry)
            for name, (meaning, labels) in _COUNTERS.items()
        }
        self._serving = Gauge(
            "tokenwise_requests_in_flight", "Requests being served.", registry=registry, multiprocess_mode="livesum"
        )
        if folder is None:
            took = _Took()
            for each in (took, self._now):
                registry.register(each)
            ProcessCollector(registry=registry)
            self._observe = took.observe
        else:
            shared = Histogram(*_TOOK, ("endpoint",), buckets=_SECONDS, registry=registry)
            self._observe = lambda endpoint, seconds: shared.labels(endpoint).observe(seconds)

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request. `endpoint` is a row of the table of endpoints, "" for none; status 0: the client left."""
        place = endpoint or _OTHER
        self._in_flight -= 1
        self._sums["requests", place, str(status) if status else "gone"] += 1
        self._observe(place, seconds)
        if self._folder is not None:
            self._tell()

    def begun(self) -> None:
        """Count a request as being served, until it is `answered`."""
        self._in_flight += 1
        if self._folder is not None:
            self._tell()

    def refused(self, reason: str) -> None:
        """Count an error that a client was given, by its code."""
        self._sums["refusals", reason] += 1

    def ungoverned(self) -> None:
        """Count a request of which a call was made while the budget store could not be asked."""
        self._sums["ungoverned",] += 1

    def paid(self, key: str, held: Bid, charged: ledger.Charged) -> None:
        """Count the call of a common story under this key, as `listener` does from its entries."""
        named, over = self._keys.of(key), charged.amount - held.amount
        self._charged(charged, named, held.input_tokens)
        if over > 0:
            self._overran(over)

    def listener(self, key: str) -> Callable[[Moment], None]:
        """Counts what a run under this key writes into the books, for the interpreter."""
        named, bounds = self._keys.of(key), dict[AttemptId, int]()

        def hear(moment: Moment) -> None:
            for command in moment.commands:
                if type(command) is Record and type(command.entry) not in _UNCOUNTED:
                    self._booked(command.entry, named, bounds)

        return hear

    def exposition(self) -> bytes:
        """Everything counted, in Prometheus' text format."""
        self._tell()
        if self._folder is None:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, str(self._folder))  # type: ignore[no-untyped-call] # likewise
        together.register(self._now)
        return generate_latest(together)

    def _tell(self) -> None:
        """Tell the library what has been counted."""
        self._serving.set(self._in_flight)
        self._add_up()
        while self._sums:
            place, by = self._sums.popitem()
            if place not in self._series:
                counter = self._counters[place[0]]
                self._series[place] = counter.labels(*place[1:]) if place[1:] else counter
            self._series[place].inc(by)

    def _add_up(self) -> None:
        sums = self._sums
        while self._calls:
            (provider, model, outcome), calls = self._calls.popitem()
            sums["attempts", provider, model, outcome] += calls.made
            sums["cost_nanodollars", provider, model] += calls.cost
            if calls.bound:
                sums["bound_tokens", provider, model] += calls.bound
            for name in ("input", "cache_read", "cache_write", "output", "reasoning"):
                if tokens := getattr(calls, name):
                    sums["tokens", provider, model, name] += tokens

    def _booked(self, entry: ledger.Entry, key: str, bounds: dict[AttemptId, int]) -> None:
        sums = self._sums
        match entry:
            case ledger.Reservation(attempt=attempt, input_tokens=tokens):
                bounds[attempt] = tokens
            case ledger.Charged():
                self._charged(entry, key, bounds.pop(entry.attempt, 0))
            case ledger.Abandoned(model=model, provider=provider, amount=amount):
                calls = self._calls_at(provider, model, "abandoned")
                calls.made += 1
                calls.cost += amount
                sums["key_cost_nanodollars", key] += amount
                sums["estimated_nanodollars",] += amount
            case ledger.Overran(amount=amount):
                self._overran(amount)
            case ledger.Retried():
                sums["recoveries", "retry"] += 1
            case ledger.Escalated(model=model, to=to):
                sums["recoveries", "failover" if model == to else "escalation"] += 1
            case _:
                pass

    def _charged(self, entry: ledger.Charged, key: str, bound: int) -> None:
        """Count a call, which was held for at most so many input tokens."""
        place, amount = (entry.provider, entry.model, entry.outcome), entry.amount
        calls = self._calls.get(place) or self._calls_at(*place)
        calls.made += 1
        calls.cost += amount
        self._sums["key_cost_nanodollars", key] += amount
        if entry.estimated:
            self._sums["estimated_nanodollars",] += amount
        if (usage := entry.usage) is not None:
            calls.bound += bound
            calls.input += usage.input_tokens
            calls.cache_read += usage.cache_read_tokens
            calls.cache_write += usage.cache_write_tokens + usage.cache_write_5m_tokens
            calls.output += usage.output_tokens
            calls.reasoning += usage.reasoning_tokens

    def _calls_at(self, provider: str, model: str, outcome: str) -> _Calls:
        """The calls of this kind. Models beyond the bound are in one place, and found by this alone."""
        place = provider, self._models.of(model), outcome
        return self._calls.get(place) or self._calls.setdefault(place, _Calls())

    def _overran(self, amount: int) -> None:
        self._sums["overruns",] += 1
        self._sums["overrun_nanodollars",] += amount
