"""A process that runs plans within shared limits, driven by hand: what happens when is the test's choice.

The machine, the store, the limits and the ledger are the real ones. Only the performing is here, as one loop, so
that a test can stop between any two commands, kill the process there, and go on with what the disk has. An `Auditor`
listens to what is granted and settled and keeps books of its own, in a few lines that share nothing with the project.
"""

import os
from collections import defaultdict

from attrs import define, field, frozen

from tokenwise.budgets.windows import Window, span_of
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    AbandonCall,
    CallModel,
    Cancelled,
    Finish,
    Record,
    Reserve,
    Reserved,
    ReserveRefused,
    Settle,
    Wait,
)
from tokenwise.simulation.replaying import replay
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.holder import holder_for
from tokenwise_shell.budgets.limits import limits_for
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.engine.interpret import died_with
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import ms_of
from tokenwise_shell.ledger.recovery import past_of
from tokenwise_shell.ledger.segments import read_ledger

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # where folders of a moment need no disk
BEGIN_MS = ms_of("2026-11-29T21:00:00.000Z")  # a Sunday evening at the end of a month: every window is about to end


class Died(BaseException):
    """The process ended between two commands. Nothing of it goes on."""


@define
class Scope:
    """A budget as the auditor counts it."""

    limit: int
    spent: int = 0
    held: int = 0
    overrun: int = 0

    def check(self, name):
        assert self.spent + self.held <= self.limit + self.overrun, f"{name}: {self}"


@frozen
class Held:
    """One hold, the budgets that it is in, and the day on which it was made."""

    amount: int
    scopes: tuple
    account: object
    day: str


@define
class Auditor:
    """Books kept by listening. `limits` are those in force; `closed` has each closed hold, by place, and its cost."""

    limits: dict
    scopes: dict = field(factory=dict)
    holds: dict = field(factory=dict)
    closed: dict = field(factory=dict)

    def applying(self, account, at_ms):
        """The names of the budgets that must hold a call of this account now."""
        owners = {"process", f"key:{account.key}", *(f"tag:{tag}" for tag in account.tags)}
        for limit in self.limits.values():
            if limit.owner in owners:
                name = limit.scope(span_of(limit.window, at_ms))
                self.scopes.setdefault(name, Scope(limit.amount))
                yield name

    def granted(self, place, amount, account, at_ms):
        assert place not in self.holds, f"{place} is held twice"
        names = tuple(self.applying(account, at_ms))
        self.holds[place] = Held(amount, names, account, span_of(Window.DAY, at_ms).label)
        self.book(self.holds[place], amount, 0)
        self.check()

    def settled(self, place, cost):
        if place not in self.holds:
            assert not cost, f"{place} was paid for without a hold"
            return
        hold = self.holds.pop(place)
        self.closed[place] = (hold, cost)
        self.book(hold, -hold.amount, cost)
        for name in hold.scopes:
            self.scopes[name].overrun += max(0, cost - hold.amount)
        self.check()

    def book(self, hold, held, spent):
        for name in hold.scopes:
            self.scopes[name].held += held
            self.scopes[name].spent += spent

    def changed(self, limit, at_ms):
        self.limits[limit.owner, limit.window] = limit
        scope = self.scopes.get(limit.scope(span_of(limit.window, at_ms)))
        if scope:
            scope.limit = limit.amount
            scope.overrun = max(scope.overrun, scope.spent + scope.held - limit.amount)

    def died(self, left):
        """The process is gone. What it has reserved in writing may be billed, and what it only held is free again.

        What it had settled, and not written down, nobody knows any more: that counts in full too.
        """
        unwritten = left & self.closed.keys()
        for place, hold in tuple(self.holds.items()):
            self.settled(place, hold.amount if place in left else 0)
        for place in unwritten:
            hold, cost = self.closed[place]
            self.book(hold, 0, hold.amount - cost)
            self.closed[place] = (hold, hold.amount)
        self.check()

    def check(self):
        for name, scope in self.scopes.items():
            scope.check(name)

    def sums(self):
        """What was spent by key and by tag, each by day."""
        keys, tags = defaultdict(int), defaultdict(int)
        for hold, cost in self.closed.values():
            keys[hold.account.key, hold.day] += cost
            for tag in hold.account.tags:
                tags[tag, hold.day] += cost
        return tuple({name: nano for name, nano in sums.items() if nano} for sums in (keys, tags))


@define(eq=False)
class Live:
    """A run under way: what it has recorded, and what may happen to it next."""

    job: object
    account: object
    at_ms: int
    run: object = None
    recorded: list = field(factory=list)
    inbox: list = field(factory=list)
    calls: dict = field(factory=dict)
    waits: list = field(factory=list)


@define(eq=False, slots=False)
class House:
    """One ledger, the process that works on it now, and the runs that it has in hand."""

    path: object
    limits: tuple
    now: int = BEGIN_MS
    dies_after: int | None = None
    dies_unrecorded: bool = False
    runs: dict = field(factory=dict)
    deaths: int = 0
    auditor: Auditor = field(init=False)

    def __attrs_post_init__(self):
        self.auditor = Auditor({(limit.owner, limit.window): limit for limit in self.limits})
        self.open()

    def now_ms(self):
        return self.now

    def open(self):
        self.journal = Journal.open(self.path, now_ms=self.now_ms, sync=LedgerSync.NEVER)
        self.store = ProcessStore()
        self.limits = limits_for(self.journal, self.store, self.auditor.limits.values())
        self.holder = holder_for(self.journal, self.store, self.limits)

    # --- a process's work ---------------------------------------------------------------------------------------------

    def begin(self, job, account):
        live = self.runs[job.id] = Live(job, account, self.now)
        self.journal.enrol(job.id, key=account.key, tags=account.tags)
        run, commands = start(job, at_ms=self.now)
        self.took(live, run, commands, None)

    def deliver(self, live, event):
        run, commands = step(live.run, event)
        self.took(live, run, commands, event)

    def took(self, live, run, commands, event):
        """Perform what one event has caused, as `interpret` does: the run's own journal learns of it last."""
        live.run = run
        entries = []
        try:
            for command in commands:
                self.come_closer()
                self.perform(live, command, entries)
            self.write(live, entries)
            if self.dies_unrecorded:
                self.dies_after = 0
                self.come_closer()
        except Died:
            self.die()
            return
        if event is not None:
            live.recorded.append(event)
        if run.finished:
            del self.runs[live.job.id]

    def come_closer(self):
        """To the process's death, if one is planned."""
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise Died

    def perform(self, live, command, entries):
        run_id = live.job.id
        match command:
            case Record(entry=entry):
                entries.append(entry)
            case CallModel(attempt=attempt):
                self.write(live, entries)
                live.calls[attempt] = command
            case Reserve(attempt=attempt, amount=amount, share=share, model=model):

                def heard(told):
                    self.answered(live, attempt, amount, told)

                self.holder.reserve(run_id, attempt, amount, heard, share=share, model=model)
            case Settle(attempt=attempt, cost=cost):
                self.holder.settle(run_id, attempt, cost)
                self.auditor.settled((run_id, attempt), cost)
            case Wait(attempt=attempt):
                live.waits.append(attempt)
            case AbandonCall(attempt=attempt):
                live.calls.pop(attempt, None)
            case Finish():
                pass

    def answered(self, live, attempt, amount, told):
        if isinstance(told, Granted):
            self.auditor.granted((live.job.id, attempt), amount, live.account, self.now)
            live.inbox.append(Reserved(attempt, self.now))
        else:
            live.inbox.append(ReserveRefused(attempt, self.now, told.available, told.held))

    def write(self, live, entries):
        self.journal.append(live.job.id, *entries)
        entries.clear()

    # --- its death, and who comes after it ----------------------------------------------------------------------------

    def die(self):
        """Lose the process's memory, and go on with another process and every run that was not over."""
        self.deaths += 1
        self.dies_after, self.dies_unrecorded = None, False
        os.close(self.journal.file.descriptor)
        os.close(self.journal.rotation.place.descriptor)
        lines = list(read_ledger(self.path, lambda _: None))
        closed = {place_of(line) for line in lines if line["type"] in ("charged", "abandoned")}
        self.auditor.died({place_of(line) for line in lines if line["type"] == "reserved"} - closed)
        self.open()
        for live in tuple(self.runs.values()):
            self.resume(live)

    def resume(self, live):
        before = replay(live.job, live.at_ms, live.recorded)
        past = past_of(self.path, live.job.id)
        self.journal.enrol(live.job.id, key=live.account.key, tags=live.account.tags, seq=past.next_seq)
        live.run, live.inbox, live.calls, live.waits = before.resumable, [], {}, []
        for event in died_with(live.run, past.booked, self.now):
            self.deliver(live, event)

    def cancel(self, live):
        self.deliver(live, Cancelled(self.now))

    def settle_inboxes(self):
        """Let every answer that is there be heard, before time passes."""
        while waiting := [live for live in self.runs.values() if live.inbox]:
            for live in waiting:
                if live.inbox:
                    self.deliver(live, live.inbox.pop(0))


def place_of(line):
    from tokenwise.ids import AttemptId

    return line["run"], AttemptId(line["step"], line["attempt"])
