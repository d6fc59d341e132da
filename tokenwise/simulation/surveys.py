"""A workload under variants, seed by seed: every request through the machine, against a world, into a tally.

    simulate     one variant, one seed, requests as they come: a tally per group, in memory that does not grow
    trace        the same, giving each request's own story as soon as it is over

A request is decided and forgotten. Runs meet each other only through the money and the health they share.
"""

import functools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import define, field, frozen
from attrs.validators import in_, min_len

from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Account
from tokenwise.budgets.nested import Closed
from tokenwise.budgets.windows import UTC, Zone
from tokenwise.catalog.models import Catalog, WorkedOut
from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import Record
from tokenwise.machine.run import Job, Run
from tokenwise.machine.smooth import Outline, outline_of
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan
from tokenwise.planner.assignment import Assigned, Unassignable
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Refused, Routed
from tokenwise.simulation.answers import Plain
from tokenwise.simulation.brief import Brief, BriefPlan, Ready, ready_of
from tokenwise.simulation.conversations.recall import Conversations
from tokenwise.simulation.facing import Facing, Servers
from tokenwise.simulation.sheet import Sheet
from tokenwise.simulation.simulation import Arrival, Driver, Moment
from tokenwise.simulation.tally import (
    Handled,
    Tally,
    handled,
    handled_briefly,
    handled_smoothly,
    turned_away,
)
from tokenwise.simulation.workload import Asked, Variant, admit, assign_all, decide, job_of, need_of, planned
from tokenwise.simulation.worlds import ModelledWorld
from tokenwise.traits import Capability

__all__ = ["EVERYTHING", "Group", "Setting", "simulate", "trace"]


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
    """What stays the same for all variants and seeds: the catalogue, the world, and which groups are counted apart.

    By `calendar` the windows of limits begin: a zone's clocks since the workload's beginning (`Zone.since`).
    """

    catalog: Catalog
    world: ModelledWorld = field(factory=ModelledWorld)
    groups: tuple[Group, ...] = ()
    calendar: Zone = UTC


def simulate(
    workload: Iterable[Asked], variant: Variant, setting: Setting, *, seed: int = 0, at_length: bool = False
) -> dict[Group | None, Tally]:
    """What becomes of a workload, in order of arrival, under one variant in one world. EVERYTHING is all of it.

    `at_length` takes every request through the machine, with the same result: see `brief`.
    Raises InputError where a request arrives before the one above it, or has the id of one under way.
    """
    tallies: dict[Group | None, Tally] = {EVERYTHING: Tally(), **{group: Tally() for group in setting.groups}}
    sheets: dict[Group | None, Sheet] = {group: Sheet() for group in tallies}
    for one in _told(workload, _Desk(variant, setting, seed, at_length, sheets)):
        if isinstance(one, Closed):
            tallies[EVERYTHING].add_window(one)
            continue
        for group, tally in tallies.items():
            if group is None or one.asked in group:
                tally.add(one, setting.catalog)
    return {group: sheets[group].into(tally, setting.catalog) for group, tally in tallies.items()}


def trace(
    workload: Iterable[Asked], variant: Variant, setting: Setting, *, seed: int = 0, at_length: bool = False
) -> Iterator[Handled | Closed]:
    """Each request's story in the order in which they end, and each window of a shared budget that is over."""
    return _told(workload, _Desk(variant, setting, seed, at_length))


def _told(workload: Iterable[Asked], desk: "_Desk") -> Iterator[Handled | Closed]:
    for asked in workload:
        desk.receive(asked)
        if desk.has_news:
            yield from desk.over()
    desk.close()
    yield from desk.over()


# As many decisions as are remembered: requests that are decided alike come again and again, or not at all.
_REMEMBERED: Final = 4096
_PLANS: Final = 256

_Decided = tuple[Need, Routed | Refused, Ready | None]


@define(eq=False)
class _Desk:
    """Where requests become runs, and runs stories. `at_length` where every one is to go through the machine.

    Common stories go on the `sheets`, where there are any, in place of being told.
    """

    variant: Variant
    setting: Setting
    seed: int
    at_length: bool
    sheets: Mapping[Group | None, Sheet] = field(factory=dict)
    _entries: dict[str, list[ledger.Entry]] = field(factory=dict)
    _over: deque[Handled | Closed] = field(factory=deque)
    _accounts: dict[str, Account] = field(factory=dict)
    _decided: WorkedOut = field(factory=lambda: WorkedOut(_REMEMBERED))
    _assigned: WorkedOut = field(factory=lambda: WorkedOut(_PLANS))
    _conversations: Conversations = field(factory=Conversations)
    _now_ms: int = 0
    _servers: Servers = field(init=False)
    _driver: Driver = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._servers = Servers(self.setting.world, self.setting.catalog, self.seed)
        self._driver = Driver(self._hear, self._hear_brief, self._hear_plan)
        self._driver.limits.zone = self.setting.calendar
        for limit in (*(allowance.limit_of_runs for allowance in self.variant.allowances), *self.variant.limits):
            self._driver.limits.add(limit)

    def receive(self, asked: Asked) -> None:
        """Let a request arrive. Raises InputError where it comes too early, or under a name that is taken."""
        if asked.at_ms < self._now_ms:
            early = f"arrives at {asked.at_ms} ms, before the one above it at {self._now_ms} ms; sort by at_ms"
            raise InputError(Problem(asked.id, early))
        if asked.id in self._driver:
            raise InputError(Problem(asked.id, "is the id of a request that is still under way; ids must differ"))
        self._now_ms = asked.at_ms
        if asked.plan:
            self._begin_plan(asked, asked.plan)
            return
        if self.at_length and not asked.session:
            self._begin(asked, admit(asked, self.variant, self.setting.catalog, seed=self.seed))
            return
        need, routed, ready = self._decide_continued(asked) if asked.session else self._decide(asked)
        if isinstance(routed, Refused):
            self._over.append(turned_away(asked, routed))
            return
        facing = Facing(self._servers, asked)
        if ready is None or self.at_length or facing.leaves_ms is not None:
            self._begin(asked, self._job(asked, need, routed))
            return
        self._driver.admit_brief(Brief(asked.id, asked.at_ms, ready, facing, self._account(asked), self._job_of))

    def _job(self, asked: Asked, need: Need, routed: Routed) -> Job:
        return job_of(asked, need, routed, self.variant, self.setting.catalog, self.seed)

    def _job_of(self, brief: Brief) -> Job:
        return self._job(brief.world.asked, brief.ready.stated, brief.ready.routed)

    def close(self) -> None:
        """No more requests: let everything end."""
        self._driver.finish()
        self._over.extend(self._driver.budgets.finish())

    def _begin(self, asked: Asked, job: Job | Refused | Unassignable) -> None:
        if not isinstance(job, Job):
            self._over.append(turned_away(asked, job))
            return
        facing = Facing(self._servers, asked)
        account, leaves_ms = self._account(asked), facing.leaves_ms
        self._driver.admit(Arrival(job, asked.at_ms, world=facing, account=account, leaves_ms=leaves_ms))

    def _begin_plan(self, asked: Asked, plan: Plan) -> None:
        """Equal plans for equal money are assigned once."""
        variant, catalog = self.variant, self.setting.catalog
        assigned, outline = self._assigned.of((plan, asked.limit), lambda: self._assign(asked, plan))
        job = planned(asked, plan, assigned, variant, catalog, self.seed)
        facing = Facing(self._servers, asked)
        if self.at_length or not isinstance(job, Job) or facing.leaves_ms is not None:
            self._begin(asked, job)
            return
        self._driver.admit_plan(Arrival(job, asked.at_ms, world=facing, account=self._account(asked)), outline)

    def _assign(self, asked: Asked, plan: Plan) -> tuple[Assigned | Unassignable, Outline | None]:
        """Which models get the steps, and what is known of the story then."""
        assigned = assign_all(asked, plan, self.variant, self.setting.catalog)
        if self.at_length or not isinstance(assigned, Assigned):
            return assigned, None
        return assigned, outline_of(plan, assigned.choices, self.setting.catalog, self.variant.policy)

    def _decide(self, asked: Asked) -> _Decided:
        """What is decided alike for all requests that say the same, worked out once."""
        alike = (
            asked.input.expected,
            asked.input.bound,
            asked.difficulty,
            asked.capabilities._value_,
            asked.guessed,
            asked.features._value_,
            asked.max_output_tokens,
            asked.model,
            asked.streamed,
            asked.limit,
        )
        return self._decided.of(alike, lambda: self._decide_anew(asked, need_of(asked, self.variant.policy)))

    def _decide_continued(self, asked: Asked) -> _Decided:
        """What is decided of one in a session, by what is warm once all has happened that comes before it."""
        self._driver.go_to(asked.at_ms)
        need = need_of(asked, self.variant.policy)
        return self._decide_anew(asked, self._conversations.recalled(asked, need, asked.at_ms))

    def _decide_anew(self, asked: Asked, need: Need) -> _Decided:
        variant, catalog = self.variant, self.setting.catalog
        routed = decide(asked, need, variant, catalog)
        if isinstance(routed, Refused):
            return need, routed, None
        return need, routed, ready_of(routed, need, catalog, variant.policy)

    def _account(self, asked: Asked) -> Account:
        """Made once: a million requests under one key share it."""
        if asked.tags or asked.marks:
            return Account(asked.key, asked.tags, asked.marks)
        return self._accounts.get(asked.key) or self._accounts.setdefault(asked.key, Account(asked.key))

    @property
    def has_news(self) -> bool:
        """Whether anything may have ended since `over` was last asked."""
        return bool(self._over or self._driver.budgets.closed)

    def over(self) -> Iterator[Handled | Closed]:
        """What has ended since this was last asked."""
        if self._driver.budgets.closed:
            self._over.extend(self._driver.budgets.drain())
        while self._over:
            yield self._over.popleft()

    def _hear(self, arrival: Arrival, run: Run, moment: Moment) -> None:
        entries = self._entries.setdefault(arrival.job.id, [])
        new = [command.entry for command in moment.commands if isinstance(command, Record)]
        entries += new
        facing, need = arrival.world, arrival.job.request
        assert isinstance(facing, Facing)
        if facing.asked.session and need is not None:
            for entry in new:
                if isinstance(entry, ledger.Charged):
                    self._learn(facing.asked, need, entry, moment.at_ms)
        if run.finished:
            del self._entries[arrival.job.id]
            self._over.append(handled(facing.asked, run, tuple(entries), facing.quality))

    def _hear_brief(self, brief: Brief, cost: Nanodollars | None) -> None:
        asked, now_ms = brief.world.asked, self._driver.now_ms
        if self.sheets and (cost is None or isinstance(brief.answer, Plain)):
            for group, sheet in self.sheets.items():
                if group is None or asked in group:
                    sheet.add(brief, cost, now_ms)
            return
        if asked.session and cost is not None:
            self._learn(asked, brief.ready.need, brief.charged, now_ms)
        self._over.append(handled_briefly(brief, cost, now_ms))

    def _hear_plan(self, plan: BriefPlan) -> None:
        facing = plan.world
        assert isinstance(facing, Facing)
        self._over.append(handled_smoothly(facing.asked, plan, facing.quality))

    def _learn(self, asked: Asked, need: Need, charged: ledger.Charged, at_ms: int) -> None:
        self._conversations.learn(asked, need, self.setting.catalog, charged, at_ms)
