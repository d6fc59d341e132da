"""A workload under variants, seed by seed: every request through the machine, against a world, into a tally.

    survey       one variant, one seed, requests as they come: a tally per group, in memory that does not grow with them
    trace        the same, giving each request's own story as soon as it is over

A request is decided and forgotten. Runs meet each other only through the money and the health they share.
"""

import functools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, field, frozen
from attrs.validators import in_, min_len

from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Account
from tokenwise.budgets.nested import Closed
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import Record
from tokenwise.machine.run import Job, Run
from tokenwise.simulation.simulation import Arrival, Driver, Moment
from tokenwise.simulation.tally import Handled, Tally, handled, turned_away
from tokenwise.simulation.workload import Asked, Variant, admit
from tokenwise.simulation.worlds import Facing, ModelledWorld, Servers
from tokenwise.traits import Capability

__all__ = ["EVERYTHING", "Group", "Setting", "survey", "trace"]


@frozen
class Group:
    """Some of the requests: those with a label, under a key, or that require a capability (a lower-case name)."""

    kind: str = field(validator=in_(("label", "key", "capability")))
    name: str = field(validator=min_len(1))

    def __contains__(self, asked: object) -> bool:
        assert isinstance(asked, Asked)
        match self.kind:
            case "label":
                return self.name in asked.labels
            case "key":
                return self.name == asked.key
            case _:
                return bool(_capabilities(asked) & Capability[self.name.upper()])

    def __str__(self) -> str:
        return f"{self.kind}={self.name}"


EVERYTHING: Final = None
"""Stands for the group of all requests."""


def _capabilities(asked: Asked) -> Capability:
    if asked.plan is None:
        return asked.capabilities
    return functools.reduce(Capability.__or__, (step.capabilities for step in asked.plan.steps))


@frozen(kw_only=True)
class Setting:
    """What stays the same for all variants and seeds: the catalogue, the world, and which groups are counted apart."""

    catalog: Catalog
    world: ModelledWorld = field(factory=ModelledWorld)
    groups: tuple[Group, ...] = ()


def survey(
    workload: Iterable[Asked], variant: Variant, setting: Setting, *, seed: int = 0
) -> dict[Group | None, Tally]:
    """What becomes of a workload, in order of arrival, under one variant in one world. EVERYTHING is all of it.

    Raises InputError where a request arrives before the one above it, or has the id of one under way.
    """
    tallies: dict[Group | None, Tally] = {EVERYTHING: Tally(), **{group: Tally() for group in setting.groups}}
    for one in trace(workload, variant, setting, seed=seed):
        if isinstance(one, Closed):
            tallies[EVERYTHING].add_window(one)
            continue
        for group, tally in tallies.items():
            if group is None or one.asked in group:
                tally.add(one, setting.catalog)
    return tallies


def trace(
    workload: Iterable[Asked], variant: Variant, setting: Setting, *, seed: int = 0
) -> Iterator[Handled | Closed]:
    """Each request's story in the order in which they end, and each window of a shared budget that is over."""
    desk = _Desk(variant, setting, seed)
    for asked in workload:
        desk.receive(asked)
        if desk.has_news:
            yield from desk.over()
    desk.close()
    yield from desk.over()


@define(eq=False)
class _Open:
    """A request under way: the world as it meets it, and what its run has written."""

    facing: Facing
    entries: list[ledger.Entry] = field(factory=list)


@define(eq=False)
class _Desk:
    """Where requests become runs, and runs stories."""

    variant: Variant
    setting: Setting
    seed: int
    _open: dict[str, _Open] = field(factory=dict)
    _over: deque[Handled | Closed] = field(factory=deque)
    _accounts: dict[str, Account] = field(factory=dict)
    _now_ms: int = 0
    _servers: Servers = field(init=False)
    _driver: Driver = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._servers = Servers(self.setting.world, self.setting.catalog, self.seed)
        self._driver = Driver(self._hear)
        for limit in (*(allowance.limit_of_runs for allowance in self.variant.allowances), *self.variant.limits):
            self._driver.limits.add(limit)

    def receive(self, asked: Asked) -> None:
        """Let a request arrive. Raises InputError where it comes too early, or under a name that is taken."""
        if asked.at_ms < self._now_ms:
            early = f"arrives at {asked.at_ms} ms, before the one above it at {self._now_ms} ms; sort by at_ms"
            raise InputError(Problem(asked.id, early))
        if asked.id in self._open:
            raise InputError(Problem(asked.id, "is the id of a request that is still under way; ids must differ"))
        self._now_ms = asked.at_ms
        job = admit(asked, self.variant, self.setting.catalog, seed=self.seed)
        if not isinstance(job, Job):
            self._over.append(turned_away(asked, job))
            return
        facing = Facing(self._servers, asked)
        self._open[asked.id] = _Open(facing)
        self._driver.admit(Arrival(job, asked.at_ms, world=facing, account=self._account(asked)))

    def close(self) -> None:
        """No more requests: let everything end."""
        self._driver.finish()
        self._over.extend(self._driver.budgets.finish())

    def _account(self, asked: Asked) -> Account:
        """Made once: a million requests under one key share it."""
        if asked.tags or asked.marks:
            return Account(asked.key, asked.tags, asked.marks)
        return self._accounts.get(asked.key) or self._accounts.setdefault(asked.key, Account(asked.key))

    @property
    def has_news(self) -> bool:
        """Whether anything may have ended since `over` was last asked."""
        return bool(self._over) or self.variant.shares_money

    def over(self) -> Iterator[Handled | Closed]:
        """What has ended since this was last asked."""
        if self.variant.shares_money:
            self._over.extend(self._driver.budgets.drain())
        while self._over:
            yield self._over.popleft()

    def _hear(self, arrival: Arrival, run: Run, moment: Moment) -> None:
        one = self._open[arrival.job.id]
        one.entries += [command.entry for command in moment.commands if isinstance(command, Record)]
        if run.finished:
            del self._open[arrival.job.id]
            self._over.append(handled(one.facing.asked, run, tuple(one.entries), one.facing.quality))
