"""The same machine without a shell: a virtual clock, a world that answers, and budgets as plain variables.

Events are delivered in order of time; at the same instant arrivals come first, then everything in the order in which
it was caused. Nothing is decided here: `start` and `step` decide, `budgets` and `health` keep their values, and this
module carries messages between them. A run is forgotten once it has finished, so there may be any number of them.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, assert_never

from attrs import Factory, define, evolve, field, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget, Short
from tokenwise.budgets.limit import NOBODY, Account
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId, jitter
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
from tokenwise.routing.health import Health, cooling_seats, observe
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage

__all__ = [
    "Answer",
    "Arrival",
    "Driver",
    "Listener",
    "Moment",
    "RandomWorld",
    "ScriptedWorld",
    "Simulated",
    "Simulation",
    "World",
    "only",
    "simulate",
]


@frozen
class Answer:
    """What a world makes of one call: after how many ms it ends and how; when the first token is out, if streamed."""

    after_ms: int
    outcome: Reply | Failure
    first_token_ms: int | None = None


class World(Protocol):
    """Whatever answers calls. Must be a function of its arguments, or simulations would not repeat."""

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:
        """The answer to one call that leaves at `at_ms`."""
        ...


@frozen
class ScriptedWorld:
    """Answers by attempt, then by model, then by default. For tests and transcripts."""

    default: Answer
    by_model: Mapping[str, Answer] = field(factory=dict)
    by_attempt: Mapping[AttemptId, Answer] = field(factory=dict)

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:  # noqa: ARG002 -- the World protocol
        """See `World`."""
        return self.by_attempt.get(call.attempt) or self.by_model.get(call.model) or self.default


@frozen
class RandomWorld:
    """Replies of plausible length, and faults at given rates per thousand calls. All drawn from the seed.

    `outages` are seats (a model id or a provider name) that answer UNREACHABLE whatever the draw.
    """

    seed: int
    rates_per_mille: Mapping[Fault, int] = field(factory=dict)
    least_ms: int = 200
    most_ms: int = 4000
    outages: frozenset[str] = frozenset()

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:  # noqa: ARG002 -- the World protocol
        """See `World`."""
        if not self.outages.isdisjoint((call.model, call.provider)):
            return Answer(self.least_ms, Failure(Fault.UNREACHABLE))
        after_ms = self.least_ms + self._draw(run_id, call, "latency", self.most_ms - self.least_ms)
        fault = self._fault(self._draw(run_id, call, "fault", 999))
        return Answer(after_ms, self._reply(run_id, call) if fault is None else self._failure(fault, run_id, call))

    def _fault(self, draw: int) -> Fault | None:
        for fault, rate in self.rates_per_mille.items():
            draw -= rate
            if draw < 0:
                return fault
        return None

    def _reply(self, run_id: str, call: CallModel) -> Reply:
        tokens = 1 + self._draw(run_id, call, "length", call.max_output_tokens - 1)
        usage = Usage(input_tokens=max(1, call.input_tokens // 4), output_tokens=tokens)
        agrees = None if call.beside is None else bool(self._draw(run_id, call, "agreement", 1))
        return Reply(f"Simulated reply of {tokens} tokens.", FinishReason.STOP, usage, agrees=agrees)

    def _failure(self, fault: Fault, run_id: str, call: CallModel) -> Reply | Failure:
        """Faults of the reply arrive as replies, so that `verdict` is what finds them."""
        reply = self._reply(run_id, call)
        match fault:
            case Fault.TRUNCATED:
                return Reply(reply.text, FinishReason.LENGTH, reply.usage)
            case Fault.EMPTY:
                return Reply("", FinishReason.STOP, reply.usage)
            case Fault.REFUSED:
                return Reply(reply.text, FinishReason.REFUSAL, reply.usage)
            case Fault.CHECK_FAILED:
                return Reply(reply.text, FinishReason.STOP, reply.usage, findings=("not what was asked for",))
            case _:
                return Failure(fault)

    def _draw(self, run_id: str, call: CallModel, what: str, upto: int) -> int:
        return jitter(self.seed, AttemptId(f"{run_id}/{call.attempt.step}/{what}", call.attempt.ordinal), max(0, upto))


@frozen
class Arrival:
    """A job and when it comes. `cancel_after` cancels it right after so many of its events (0: at once).

    `world` answers this job's calls in place of the common one; `account` says which limits hold it beside its own.
    """

    job: Job
    at_ms: int = 0
    cancel_after: int | None = None
    world: World | None = None
    account: Account = NOBODY


@frozen
class Moment:
    """One event (None for the start), when it was delivered, and the commands it caused."""

    at_ms: int
    event: Event | None
    commands: tuple[Command, ...]


@frozen
class Simulated:
    """One job's whole story and where it ended."""

    run: Run
    moments: tuple[Moment, ...]

    @property
    def entries(self) -> tuple[ledger.Entry, ...]:
        """What the run wrote into the books, in order."""
        commands = (command for moment in self.moments for command in moment.commands)
        return tuple(command.entry for command in commands if isinstance(command, Record))


@frozen
class Simulation:
    """All the jobs' stories by run id, the shared budget's end, and the virtual time it took."""

    runs: Mapping[str, Simulated]
    budget: Budget | None
    ended_ms: int


def simulate(arrivals: Iterable[Arrival], world: World, *, budget: Budget | None = None) -> Simulation:
    """Run these jobs against this world. They share health and, if one is given, a budget outside their own limits.

    Repeats exactly for equal arguments. Raises ProtocolViolation only for a bug in the machine.
    """
    told: dict[str, tuple[Run, list[Moment]]] = {}

    def hear(arrival: Arrival, run: Run, moment: Moment) -> None:
        _, moments = told.get(arrival.job.id, (run, []))
        told[arrival.job.id] = (run, moments)
        moments.append(moment)

    driver, shared = Driver(hear), ""
    if budget is not None:
        shared = driver.limits.adopt("shared", budget)
    for arrival in sorted(arrivals, key=lambda arrival: arrival.at_ms):
        driver.admit(evolve(arrival, world=arrival.world or world))
    driver.finish()
    stories = {run_id: Simulated(run, tuple(moments)) for run_id, (run, moments) in told.items()}
    return Simulation(stories, driver.budgets[shared] if budget else None, driver.now_ms)


@define(eq=False)
class _Live:
    """A run under way and what its driver remembers of it."""

    arrival: Arrival
    run: Run
    world: World
    seats: dict[AttemptId, tuple[str, str]] = field(factory=dict)
    events: int = 0


Listener = Callable[[Arrival, Run, Moment], None]
"""Hears every event with the commands it caused, and the run after them, right after they were performed."""


@define(eq=False)
class Driver:
    """The event loop of a simulation. What has happened is told to `hear`, and kept nowhere."""

    hear: Listener
    budgets: Budgets = field(factory=lambda: Budgets(closed=[]))
    limits: Limits = field(default=Factory(lambda self: Limits(self.budgets), takes_self=True))
    health: Health = field(factory=Health)
    now_ms: int = 0
    _lives: dict[str, _Live] = field(factory=dict)
    # By time and causation; what happens at once stands in `_soon`, after all that is here for this very instant.
    _later: list[tuple[int, int, _Live, Event]] = field(factory=list)
    _soon: deque[tuple[_Live, Event]] = field(factory=deque)
    _sequence: int = 0

    def admit(self, arrival: Arrival) -> None:
        """Let a job start once all has happened that comes before it. Raises ValueError if time would run backwards."""
        self._catch_up(arrival.at_ms)
        if arrival.at_ms < self.now_ms or arrival.world is None:
            raise ValueError(f"{arrival.job.id} at {arrival.at_ms} ms: it is {self.now_ms} ms now, or it has no world")
        self.now_ms = arrival.at_ms
        cooling = cooling_seats(self.health, at_ms=self.now_ms) if self.health.seats else ()
        job = arrival.job if cooling == arrival.job.cooling else evolve(arrival.job, cooling=cooling)
        run, commands = start(job, at_ms=self.now_ms)
        live = self._lives[job.id] = _Live(arrival, run, arrival.world)
        self._perform(live, None, commands)
        if arrival.cancel_after == 0 and not live.run.finished:
            self._deliver(live, Cancelled(self.now_ms))

    def finish(self) -> None:
        """Go on until everything has ended."""
        self._catch_up(None)

    def _catch_up(self, until_ms: int | None) -> None:
        """Deliver everything that happens before `until_ms`; None: everything."""
        while self._later or self._soon:
            if self._soon and not (self._later and self._later[0][0] <= self.now_ms):
                if until_ms is not None and self.now_ms >= until_ms:
                    return
                self._turn(*self._soon.popleft())
            elif until_ms is not None and self._later[0][0] >= until_ms:
                return
            else:
                self.now_ms, _, live, event = heapq.heappop(self._later)
                self._turn(live, event)

    def _turn(self, live: _Live, event: Event) -> None:
        if live.run.finished:
            return
        self._deliver(live, event)
        live.events += 1
        if live.arrival.cancel_after == live.events and not live.run.finished:
            self._deliver(live, Cancelled(self.now_ms))

    def _deliver(self, live: _Live, event: Event) -> None:
        if isinstance(event, (CallSucceeded, CallFailed)):
            self._learn(live.seats[event.attempt], event)
        live.run, commands = step(live.run, event)
        self._perform(live, event, commands)

    def _perform(self, live: _Live, event: Event | None, commands: tuple[Command, ...]) -> None:
        for command in commands:
            match command:
                case Record() | AbandonCall():
                    pass  # entries are read off the moments; an abandoned call's answer comes too late
                case Reserve():
                    self._soon.append((live, self._reserve(live, command)))
                case CallModel():
                    self._call(live, command)
                case Settle(attempt=attempt, cost=cost):
                    self.budgets.settle(live.arrival.job.id, attempt, cost)
                case Wait(attempt=attempt, ms=ms):
                    self._post(live, self.now_ms + ms, Woke(attempt, self.now_ms + ms))
                case Finish():
                    del self._lives[live.arrival.job.id]
                case _:
                    assert_never(command)
        self.hear(live.arrival, live.run, Moment(self.now_ms, event, commands))

    def _post(self, live: _Live, at_ms: int, event: Event) -> None:
        if at_ms <= self.now_ms:
            self._soon.append((live, event))
            return
        self._sequence += 1
        heapq.heappush(self._later, (at_ms, self._sequence, live, event))

    def _reserve(self, live: _Live, command: Reserve) -> Event:
        attempt, at_ms = command.attempt, self.now_ms
        if scopes := self.limits.scopes(live.arrival.account, at_ms, command.model):
            short = self.budgets.reserve(live.arrival.job.id, attempt, command.amount, scopes, share=command.share)
            if isinstance(short, Short):
                return ReserveRefused(attempt, at_ms, short.available, short.held, self.limits.models_of(short.scope))
        return Reserved(attempt, at_ms)

    def _call(self, live: _Live, call: CallModel) -> None:
        live.seats[call.attempt] = (call.provider, call.model)
        answer = live.world.answer(live.arrival.job.id, call, self.now_ms)
        late = call.timeout_ms < answer.after_ms
        after_ms = call.timeout_ms if late else answer.after_ms
        if (first_ms := answer.first_token_ms) is not None and first_ms <= after_ms and not call.held:
            self._post(live, self.now_ms + first_ms, FirstToken(call.attempt, self.now_ms + first_ms))
        at_ms = self.now_ms + after_ms
        outcome = Failure(Fault.TIMED_OUT) if late else answer.outcome
        self._post(live, at_ms, call_ended(call.attempt, at_ms, outcome))

    def _learn(self, seat: tuple[str, str], event: CallSucceeded | CallFailed) -> None:
        """Let health see how a call ended, and every run hear of what cools now."""
        fault, pause = (event.fault, event.retry_after_ms) if isinstance(event, CallFailed) else (None, None)
        before = self.health
        self.health = observe(before, seat, fault, at_ms=self.now_ms, retry_after_ms=pause)
        if self.health is before:
            return
        after = cooling_seats(self.health, at_ms=self.now_ms)
        if after != cooling_seats(before, at_ms=self.now_ms):
            self._soon.extend((live, ModelsCooling(self.now_ms, after)) for live in self._lives.values())


def only(simulation: Simulation) -> Simulated:
    """The story of the one job that was simulated."""
    (story,) = simulation.runs.values()
    return story
