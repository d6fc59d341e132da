"""The same machine without a shell: a virtual clock, a world that answers, and budgets as plain variables.

Events are delivered in order of time; at the same instant arrivals come first, then everything in the order in which
it was caused. Nothing is decided here: `start` and `step` decide, `budgets` and `health` keep their values, and this
module carries messages between them. A run is forgotten once it has finished, so there may be any number of them.
"""

import heapq
from collections import deque
from collections.abc import Callable
from typing import assert_never

from attrs import Factory, define, evolve, field, frozen

from tokenwise.budgets.budget import Short
from tokenwise.budgets.limit import NOBODY, Account
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    AbandonCall,
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    Command,
    Event,
    Finish,
    FirstToken,
    ModelsCooling,
    Record,
    Reserve,
    Reserved,
    ReserveRefused,
    Settle,
    Wait,
    Woke,
    call_ended,
)
from tokenwise.machine.run import Job, Run
from tokenwise.machine.smooth import Attempts, Outline, Smooth
from tokenwise.money import Nanodollars
from tokenwise.routing.health import Health, Seat, cooling_seats, observe
from tokenwise.routing.verdicts import Failure
from tokenwise.simulation.answers import Answer, World
from tokenwise.simulation.brief import ATTEMPT, Brief, BriefPlan, Retold

__all__ = ["Arrival", "BriefListener", "Driver", "Listener", "Moment", "PlanListener"]


@frozen
class Arrival:
    """A job and when it comes.

    `cancel_after` cancels it right after so many of its events (0: at once), `leaves_ms` so long after it came, before
    whatever else happens then. `world` answers this job's calls in place of the common one; `account` says which limits
    hold it beside its own.
    """

    job: Job
    at_ms: int = 0
    cancel_after: int | None = None
    world: World | None = None
    account: Account = NOBODY
    leaves_ms: int | None = None


@frozen
class Moment:
    """One event (None for the start), when it was delivered, and the commands it caused."""

    at_ms: int
    event: Event | None
    commands: tuple[Command, ...]


@define(eq=False)
class _Live:
    """A run under way and what its driver remembers of it."""

    arrival: Arrival
    run: Run
    world: World
    seats: dict[AttemptId, Seat] = field(factory=dict)
    events: int = 0


Listener = Callable[[Arrival, Run, Moment], None]
"""Hears every event with the commands it caused, and the run after them, right after they were performed."""

BriefListener = Callable[[Brief, Nanodollars | None], None]
"""Hears of every common story when it is over, and what its call cost; None of one that was turned away."""

PlanListener = Callable[[BriefPlan], None]
"""Hears of every plan whose story was the common one, when it is over."""


def _deaf(*_: object) -> None:
    """For drivers that are told no common stories."""


@define(eq=False)
class Driver:
    """The event loop of a simulation. What happens is told to `hear`, common stories to the others; nothing is kept."""

    hear: Listener
    hear_brief: BriefListener = _deaf
    hear_plan: PlanListener = _deaf
    budgets: Budgets = field(factory=lambda: Budgets(closed=[]))
    limits: Limits = field(default=Factory(lambda self: Limits(self.budgets), takes_self=True))
    health: Health = field(factory=Health)
    now_ms: int = 0
    _lives: dict[str, _Live | Brief | BriefPlan] = field(factory=dict)
    # By time and causation; what happens at once stands in `_soon`, after all that is here for this very instant.
    _later: list[tuple[int, int, _Live | Brief | BriefPlan, Event | None]] = field(factory=list)
    _soon: deque[tuple[_Live | Brief | BriefPlan, Event | None]] = field(factory=deque)
    _sequence: int = 0

    def __contains__(self, run_id: object) -> bool:
        """Whether a run of this id is under way."""
        return run_id in self._lives

    def admit(self, arrival: Arrival) -> None:
        """Let a job start once all has happened that comes before it. Raises ValueError if time would run backwards."""
        self.go_to(arrival.at_ms)
        if arrival.world is None:
            raise ValueError(f"{arrival.job.id} has no world")
        cooling = self._cooling()
        job = arrival.job if cooling == arrival.job.cooling else evolve(arrival.job, cooling=cooling)
        run, commands = start(job, at_ms=self.now_ms)
        live = self._lives[job.id] = _Live(arrival, run, arrival.world)
        self._perform(live, None, commands)
        if arrival.leaves_ms is not None:
            leaves_at_ms = self.now_ms + arrival.leaves_ms
            self._post(live, leaves_at_ms, Cancelled(leaves_at_ms))
        if arrival.cancel_after == 0 and not live.run.finished:
            self._deliver(live, Cancelled(self.now_ms))

    def admit_brief(self, brief: Brief) -> None:
        """Let a request start that is expected to go as nearly all do, or as a job where it cannot."""
        self.go_to(brief.at_ms)
        brief.cooling = self._cooling()
        cools = bool(brief.cooling) and brief.cools
        refused = None if cools or not (self.limits or brief.account.marks) else self._refused(brief)
        if cools or (refused and not brief.refused(refused)):
            self.admit(Arrival(brief.job(), brief.at_ms, world=brief.world, account=brief.account))
            return
        self._lives[brief.id] = brief
        self._soon.append((brief, None))

    def admit_plan(self, arrival: Arrival, outline: Outline | None) -> None:
        """The same of a plan, by what is known of its common story, if that can be its own."""
        self.go_to(arrival.at_ms)
        job, world = arrival.job, arrival.world
        waits = arrival.cancel_after is None and arrival.leaves_ms is None
        if outline is not None and world is not None and waits and not self._cooling():
            plan = BriefPlan(job.id, arrival.at_ms, Smooth(job, outline, self.now_ms), world, arrival.account)
            if (opened := plan.told.opening()) is not None:
                self._lives[job.id] = plan
                self._ask(plan, opened)
                return
        self.admit(arrival)

    def finish(self) -> None:
        """Go on until everything has ended."""
        self._catch_up(None)

    def go_to(self, at_ms: int) -> None:
        """Let everything happen that comes before this moment. Raises ValueError if time would run backwards."""
        self._catch_up(at_ms)
        if at_ms < self.now_ms:
            raise ValueError(f"an arrival at {at_ms} ms, and it is {self.now_ms} ms now")
        self.now_ms = at_ms

    def _catch_up(self, until_ms: int | None) -> None:
        """Deliver everything that happens before `until_ms`; None: everything."""
        later, soon = self._later, self._soon
        while later or soon:
            if soon and not (later and later[0][0] <= self.now_ms):
                if until_ms is not None and self.now_ms >= until_ms:
                    return
                self._turn(*soon.popleft())
            elif until_ms is not None and later[0][0] >= until_ms:
                return
            else:
                self.now_ms, _, live, event = heapq.heappop(later)
                self._turn(live, event)

    def _turn(self, live: _Live | Brief | BriefPlan, event: Event | None) -> None:
        if event is None:
            assert isinstance(live, Brief)  # only what is brief has a turn without one
            self._turn_brief(live)
            return
        told = live if isinstance(live, _Live) else self._lives.get(live.id)  # as a job, if it has become one
        if isinstance(told, _Live) and not told.run.finished:
            self._deliver(told, event)
            told.events += 1
            if told.arrival.cancel_after == told.events and not told.run.finished:
                self._deliver(told, Cancelled(self.now_ms))
        elif isinstance(told, BriefPlan) and told is live:
            self._turn_plan(told, event)

    def _turn_brief(self, brief: Brief) -> None:
        """Its call, whose answer may be one for the machine; or its end."""
        if brief.short:
            del self._lives[brief.id]
            self.hear_brief(brief, None)
            return
        if brief.answer is not None:
            self._learn((brief.ready.bid.provider, brief.ready.bid.model), None)
            cost = brief.cost
            if brief.holds:
                self.budgets.settle(brief.id, ATTEMPT, cost)
            del self._lives[brief.id]
            self.hear_brief(brief, cost)
            return
        if isinstance(answer := brief.ask(self.now_ms), int):
            self._post(brief, self.now_ms + answer, None)
        else:
            self._tell_at_length(brief, answer)

    def _turn_plan(self, plan: BriefPlan, event: Event) -> None:
        """What follows an event, or all of it again for the machine."""
        told = plan.told
        if isinstance(event, Reserved) and (call := told.calling(event)) is not None:
            self._await(plan, call, plan.world.answer(plan.id, call, self.now_ms))
        elif isinstance(event, CallSucceeded) and (paid := told.paying(event)) is not None:
            plan.charges.append(charged := paid.charged)
            self._learn((charged.provider, charged.asked), None)
            if self.limits:
                self.budgets.settle(plan.id, charged.attempt, charged.amount)
            self._ask(plan, paid.attempts)
        elif not isinstance(event, FirstToken) or not told.streaming(event):
            self._deliver(self._retell(plan, plan.retold), event)
            return
        plan.events.append(event)
        if told.over:
            del self._lives[plan.id]
            self.hear_plan(plan)

    def _ask(self, plan: BriefPlan, attempts: Attempts) -> None:
        for attempt in attempts:
            said: Reserved | ReserveRefused = Reserved(attempt.id, self.now_ms)
            if self.limits:
                command = Reserve(attempt.id, attempt.bid.amount, 1, attempt.bid.model)
                said = self._reserve(plan.id, plan.account, command)
            self._soon.append((plan, said))

    def _tell_at_length(self, brief: Brief, answer: Answer) -> None:
        """Make it a job, as far as it has come: its money is held, and the answer is under way."""
        call = brief.ready.call
        live = self._retell(brief, Retold(brief.job(), self.now_ms, (Reserved(call.attempt, self.now_ms),)))
        self._await(live, call, answer)

    def _retell(self, brief: Brief | BriefPlan, story: Retold) -> _Live:
        """Make it a job, by all that it has met."""
        arrival = Arrival(story.job, brief.at_ms, world=brief.world, account=brief.account)
        live = self._lives[brief.id] = _Live(arrival, Run.of(story.job, story.at_ms), brief.world)
        for event, live.run, commands in story.moments():
            calls = [command for command in commands if isinstance(command, CallModel)]
            live.seats |= {call.attempt: (call.provider, call.model) for call in calls}
            self.hear(arrival, live.run, Moment(live.run.now_ms, event, commands))
        return live

    def _deliver(self, live: _Live, event: Event) -> None:
        if isinstance(event, CallSucceeded):
            self._learn(live.seats[event.attempt], None)
        elif isinstance(event, CallFailed):
            self._learn(live.seats[event.attempt], event.fault, event.retry_after_ms)
        live.run, commands = step(live.run, event)
        self._perform(live, event, commands)

    def _perform(self, live: _Live, event: Event | None, commands: tuple[Command, ...]) -> None:
        run_id = live.arrival.job.id
        for command in commands:
            match command:
                case Record() | AbandonCall():
                    pass  # entries are read off the moments; an abandoned call's answer comes too late
                case Reserve():
                    self._soon.append((live, self._reserve(run_id, live.arrival.account, command)))
                case CallModel():
                    self._await(live, command, live.world.answer(run_id, command, self.now_ms))
                case Settle(attempt=attempt, cost=cost):
                    self.budgets.settle(run_id, attempt, cost)
                case Wait(attempt=attempt, ms=ms):
                    self._post(live, self.now_ms + ms, Woke(attempt, self.now_ms + ms))
                case Finish():
                    del self._lives[run_id]
                case _:
                    assert_never(command)
        self.hear(live.arrival, live.run, Moment(self.now_ms, event, commands))

    def _post(self, live: _Live | Brief | BriefPlan, at_ms: int, event: Event | None) -> None:
        if at_ms <= self.now_ms:
            self._soon.append((live, event))
            return
        self._sequence += 1
        heapq.heappush(self._later, (at_ms, self._sequence, live, event))

    def _reserve(self, run_id: str, account: Account, command: Reserve) -> Reserved | ReserveRefused:
        attempt, at_ms = command.attempt, self.now_ms
        scopes = self.limits.scopes(account, at_ms, command.model)
        refused = self._hold(run_id, attempt, command.amount, command.share, scopes) if scopes else None
        return refused or Reserved(attempt, at_ms)

    def _hold(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, share: int, scopes: tuple[str, ...]
    ) -> ReserveRefused | None:
        """What the budgets say that have too little left; if they have enough, it is held."""
        short = self.budgets.reserve(run_id, attempt, amount, scopes, share=share)
        if isinstance(short, Short):
            models = self.limits.models_of(short.scope)
            return ReserveRefused(attempt, self.now_ms, short.available, short.held, models, whole=short.limit)
        return None

    def _refused(self, brief: Brief) -> ReserveRefused | None:
        """The same of its call."""
        ready = brief.ready
        scopes = self.limits.scopes(brief.account, self.now_ms, ready.bid.model)
        refused = self._hold(brief.id, ATTEMPT, ready.bid.amount, ready.share, scopes) if scopes else None
        brief.holds = bool(scopes) and refused is None
        return refused

    def _await(self, live: _Live | BriefPlan, call: CallModel, answer: Answer) -> None:
        """Let the answer come when it comes, or be given up before."""
        if isinstance(live, _Live):
            live.seats[call.attempt] = (call.provider, call.model)
        late = call.timeout_ms < answer.after_ms
        after_ms = call.timeout_ms if late else answer.after_ms
        if (first_ms := answer.first_token_ms) is not None and first_ms <= after_ms and not call.held:
            self._post(live, self.now_ms + first_ms, FirstToken(call.attempt, self.now_ms + first_ms))
        at_ms = self.now_ms + after_ms
        outcome = Failure(Fault.TIMED_OUT) if late else answer.outcome
        self._post(live, at_ms, call_ended(call.attempt, at_ms, outcome))

    def _cooling(self) -> tuple[tuple[Seat, int], ...]:
        return cooling_seats(self.health, at_ms=self.now_ms) if self.health.seats else ()

    def _learn(self, seat: Seat, fault: Fault | None, retry_after_ms: int | None = None) -> None:
        """Let health see how a call ended, and every run hear of what cools now."""
        before = self.health
        if fault is not None or before.seats:  # hardly ever
            self.health = observe(before, seat, fault, at_ms=self.now_ms, retry_after_ms=retry_after_ms)
        if self.health is before:
            return
        after = cooling_seats(self.health, at_ms=self.now_ms)
        if after != cooling_seats(before, at_ms=self.now_ms):
            self._soon.extend((live, ModelsCooling(self.now_ms, after)) for live in self._lives.values())
