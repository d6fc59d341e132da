"""What a running proxy has done, in figures for Prometheus.

Figures about money and calls are taken from the entries that each run writes into the books, so the two cannot differ.
How many series there can be is bounded. Endpoints, statuses, outcomes and reasons come from tables of ours, providers
and windows from the configuration; models and keys are counted by name up to `MOST_NAMES` of each, and all others
together as "other", since an upstream may answer with any model's name.

Money is nano-dollars: a counter is a double, exact up to 2**53 of them, nine million dollars.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tokenwise.budgets import ledger
from tokenwise.budgets.windows import lasting
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Record
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid
from tokenwise.simulation.simulation import Moment
from tokenwise.usage import Usage
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.engine.watch import CoolingList

__all__ = ["CONTENT_TYPE", "MOST_NAMES", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

MOST_NAMES: Final = 1000
"""So many models, and so many keys, have series of their own: about a catalogue's worth."""

# From a cached answer on loopback to the longest stream that `proxy.request_timeout_s` lets through.
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)

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
        self._timed: dict[str, Histogram] = {}
        self._counters = {
            name: Counter(f"tokenwise_{name}", meaning, labels, registry=registry)
            for name, (meaning, labels) in _COUNTERS.items()
        }
        self._seconds = Histogram(
            "tokenwise_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("endpoint",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._serving = Gauge(
            "tokenwise_requests_in_flight", "Requests being served.", registry=registry, multiprocess_mode="livesum"
        )
        if folder is None:
            registry.register(self._now)
            ProcessCollector(registry=registry)

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request. `endpoint` is a row of the table of endpoints, "" for none; status 0: the client left."""
        place = endpoint or _OTHER
        self._in_flight -= 1
        self._sums["requests", place, str(status) if status else "gone"] += 1
        if place not in self._timed:
            self._timed[place] = self._seconds.labels(place)
        self._timed[place].observe(seconds)
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
        while self._sums:
            place, by = self._sums.popitem()
            if place not in self._series:
                counter = self._counters[place[0]]
                self._series[place] = counter.labels(*place[1:]) if place[1:] else counter
            self._series[place].inc(by)

    def _booked(self, entry: ledger.Entry, key: str, bounds: dict[AttemptId, int]) -> None:
        sums = self._sums
        match entry:
            case ledger.Reservation(attempt=attempt, input_tokens=tokens):
                bounds[attempt] = tokens
            case ledger.Charged():
                self._charged(entry, key, bounds.pop(entry.attempt, 0))
            case ledger.Abandoned(model=model, provider=provider, amount=amount):
                seat = provider, self._models.of(model)
                sums["attempts", *seat, "abandoned"] += 1
                self._charge(seat, key, amount, estimated=True)
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
        provider, model = entry.provider, self._models.of(entry.model)
        self._sums["attempts", provider, model, entry.outcome] += 1
        self._charge((provider, model), key, entry.amount, estimated=entry.estimated)
        if (usage := entry.usage) is not None:
            self._use((provider, model), usage)
            self._sums["bound_tokens", provider, model] += bound

    def _overran(self, amount: int) -> None:
        self._sums["overruns",] += 1
        self._sums["overrun_nanodollars",] += amount

    def _charge(self, seat: tuple[str, str], key: str, amount: Nanodollars, *, estimated: bool) -> None:
        sums = self._sums
        sums["cost_nanodollars", *seat] += amount
        sums["key_cost_nanodollars", key] += amount
        if estimated:
            sums["estimated_nanodollars",] += amount

    def _use(self, seat: tuple[str, str], usage: Usage) -> None:
        classes = (
            ("input", usage.input_tokens),
            ("cache_read", usage.cache_read_tokens),
            ("cache_write", usage.written_tokens),
            ("output", usage.output_tokens),
            ("reasoning", usage.reasoning_tokens),
        )
        for name, tokens in classes:
            if tokens:
                self._sums["tokens", *seat, name] += tokens
