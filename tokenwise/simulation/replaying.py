"""A recorded run, decided again: the same job and the same events give the same run, on every machine.

A journal holds what happened, not what was decided; the decisions follow. What the books say of the run shows whether
the machine that recorded it decided as this one does.

A run that was cancelled can be gone on with. Its events then stand behind the cancellation: what that wrote into the
books stays written, and the run goes on from before it.

Of another job (another price, another limit) the record tells as much as it can: as long as an event answers what is
commanded now too, it is delivered as it was. From there on time is virtual: money is held at once, who was asked in the
record answers as it did then, and who was not says what the step's last answer said, in as many tokens, read from no
cache. That is an assumption, and `departs` says where it begins.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets.ledger import Entry
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    Event,
    FirstToken,
    Lost,
    ModelsCooling,
    Record,
    Reserve,
    Reserved,
    ReserveRefused,
    Wait,
    Woke,
)
from tokenwise.machine.run import Job, Run
from tokenwise.routing.health import Seat
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.simulation.simulation import Moment
from tokenwise.usage import Usage

__all__ = ["Altered", "Divergence", "Replayed", "altered", "first_divergence", "replay"]


_BYTES_PER_TOKEN: Final = 4  # of a prompt of which only the bound is known, as with English text


@frozen
class Replayed:
    """Where the events lead, and what was commanded on the way; `runs` is the run after each moment.

    `resumable` is the run without a last cancellation.
    """

    moments: tuple[Moment, ...]
    runs: tuple[Run, ...]
    resumable: Run

    @property
    def run(self) -> Run:
        """The run at its end."""
        return self.runs[-1]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the run wrote into the books, in order."""
        commands = (command for moment in self.moments for command in moment.commands)
        return tuple(command.entry for command in commands if isinstance(command, Record))


@frozen
class Altered:
    """A recorded run under another job. From the moment at `departs` on it is assumed; None where none of it is."""

    replayed: Replayed
    departs: int | None


@frozen
class Divergence:
    """The first place where the books and the replay differ. None stands for an entry that one of them lacks."""

    place: int
    recorded: Entry | None
    derived: Entry | None


def replay(job: Job, at_ms: int, events: Iterable[Event]) -> Replayed:
    """Decide a recorded run again. Raises ProtocolViolation where an event cannot follow, as in a cut journal."""
    story = _Story.begun(job, at_ms)
    for event in events:
        story.deliver(event)
    return story.told()


def first_divergence(recorded: Sequence[Entry], derived: Sequence[Entry]) -> Divergence | None:
    """The first entry that differs between the books and a replay; None if the two are identical."""
    for place in range(max(len(recorded), len(derived))):
        ours = recorded[place] if place < len(recorded) else None
        theirs = derived[place] if place < len(derived) else None
        if ours != theirs:
            return Divergence(place, ours, theirs)
    return None


def altered(job: Job, record: Replayed) -> Altered:
    """Carry out another job with what is recorded of one: the same plan with other prices, limits, choices.

    Ends where the record does if that has no end.
    """
    story, memory = _Story.begun(job, record.moments[0].at_ms), _Memory.of(record, job)
    memory.hear(story.moments[-1])
    events = deque(moment.event for moment in record.moments if moment.event is not None)
    while events and not story.run.finished and memory.applies(events[0]):
        memory.hear(story.deliver(memory.priced(events.popleft())))
    if not events and (story.run.finished or not record.run.finished):
        return Altered(story.told(), None)
    departs = len(story.moments)
    memory.go_on(events, story.run.now_ms)
    while memory.coming and not story.run.finished:
        memory.hear(story.deliver(heapq.heappop(memory.coming)[2]), assuming=True)
    return Altered(story.told(), departs)


@define(eq=False)
class _Story:
    """Moments as they are told, and the run that the next event meets."""

    moments: list[Moment]
    runs: list[Run]
    resumable: Run

    @classmethod
    def begun(cls, job: Job, at_ms: int) -> "_Story":
        run, commands = start(job, at_ms=at_ms)
        return cls([Moment(at_ms, None, commands)], [run], run)

    @property
    def run(self) -> Run:
        return self.runs[-1]

    def deliver(self, event: Event) -> Moment:
        run, commands = step(self.resumable, event)
        self.runs.append(run)
        self.moments.append(Moment(run.now_ms, event, commands))
        if not isinstance(event, Cancelled):
            self.resumable = run
        return self.moments[-1]

    def told(self) -> Replayed:
        return Replayed(tuple(self.moments), tuple(self.runs), self.resumable)


_Asked = tuple[str, Seat]
"""A step, and who was asked for it."""


@define(eq=False)
class _Memory:
    """What a record says of each call, what is commanded now and not yet answered, and what is to come of it."""

    job: Job
    same_prices: bool
    seats: dict[AttemptId, Seat]  # of the record's calls
    answers: dict[_Asked, deque[tuple[int, CallSucceeded | CallFailed]]]  # how long each took, and what it came to
    said: dict[str, tuple[int, Reply]]  # the last whole reply to each step
    open: dict[AttemptId, tuple[int, Reserve | CallModel | Wait]] = field(factory=dict)
    coming: list[tuple[int, int, Event]] = field(factory=list)
    _sequence: int = 0

    @classmethod
    def of(cls, record: Replayed, job: Job) -> "_Memory":
        memory = cls(job, record.run.job.catalog == job.catalog, {}, defaultdict(deque), {})
        since: dict[AttemptId, int] = {}
        for moment in record.moments:
            if isinstance(event := moment.event, CallSucceeded | CallFailed) and event.attempt in since:
                step_id, took_ms = event.attempt.step, event.at_ms - since[event.attempt]
                memory.answers[step_id, memory.seats[event.attempt]].append((took_ms, event))
                if isinstance(event, CallSucceeded):
                    memory.said[step_id] = took_ms, event.reply
            for command in moment.commands:
                if isinstance(command, CallModel):
                    memory.seats[command.attempt], since[command.attempt] = _seat(command), moment.at_ms
        return memory

    def hear(self, moment: Moment, *, assuming: bool = False) -> None:
        """Remember what was commanded; where the record is left, let it be answered."""
        if moment.event is not None and not isinstance(moment.event, FirstToken | ModelsCooling | Cancelled):
            self._forget(moment.event.attempt)
        for command in moment.commands:
            if isinstance(command, Reserve | CallModel | Wait):
                self.open[command.attempt] = moment.at_ms, command
                if assuming:
                    self._answer(command, moment.at_ms, moment.at_ms)

    def _forget(self, attempt: AttemptId) -> None:
        """An answer is given once; so to whoever asks again, the next of the record."""
        _, command = self.open.pop(attempt, (0, None))
        if isinstance(command, CallModel) and (known := self.answers.get((attempt.step, _seat(command)))):
            known.popleft()

    def applies(self, event: Event) -> bool:
        """Whether this event of the record answers what is commanded now."""
        if isinstance(event, ModelsCooling | Cancelled):
            return True
        _, command = self.open.get(event.attempt, (0, None))
        match event, command:
            case Reserved(), Reserve(model=model):
                return self.seats.get(event.attempt, ("", model))[1] == model
            case ReserveRefused(available=available), Reserve(amount=amount):
                return amount > available
            case Woke(), Wait():
                return True
            case CallSucceeded(reply=Reply(usage=usage)), CallModel(max_output_tokens=most):
                return self._alike(command) and (usage is None or usage.output_tokens <= most)
            case FirstToken() | CallFailed(), CallModel():
                return self._alike(command)
            case Lost(), Reserve() | CallModel():
                return True
            case _:
                return False

    def _alike(self, call: CallModel) -> bool:
        return self.seats.get(call.attempt) == _seat(call)

    def priced(self, event: Event) -> Event:
        """The event without what its provider billed, where prices are others."""
        if self.same_prices or not isinstance(event, CallSucceeded | CallFailed):
            return event
        if isinstance(event, CallFailed):
            return evolve(event, reported_cost=None)
        return evolve(event, reply=evolve(event.reply, reported_cost=None))

    def go_on(self, left: Iterable[Event], now_ms: int) -> None:
        """Leave the record: what came from outside still comes, and all that is open is answered."""
        for event in left:
            if isinstance(event, ModelsCooling | Cancelled):
                self._post(event.at_ms, event)
        for since_ms, command in tuple(self.open.values()):
            self._answer(command, since_ms, now_ms)

    def _answer(self, command: Reserve | CallModel | Wait, since_ms: int, now_ms: int) -> None:
        match command:
            case Reserve(attempt=attempt):
                self._post(now_ms, Reserved(attempt, now_ms))
            case Wait(attempt=attempt, ms=ms):
                at_ms = max(now_ms, since_ms + ms)
                self._post(at_ms, Woke(attempt, at_ms))
            case CallModel(attempt=attempt, timeout_ms=timeout_ms):
                took_ms, event = self._said_to(command)
                at_ms = max(now_ms, since_ms + min(took_ms, timeout_ms))
                late = CallFailed(attempt, at_ms, Fault.TIMED_OUT)
                self._post(at_ms, late if took_ms > timeout_ms else self.priced(evolve(event, at_ms=at_ms)))

    def _said_to(self, call: CallModel) -> tuple[int, CallSucceeded | CallFailed]:
        attempt, known = call.attempt, self.answers.get((call.attempt.step, _seat(call)))
        if known:
            took_ms, event = known[0]
            event = evolve(event, attempt=attempt)
            return took_ms, evolve(event, reply=_cut(event.reply, call)) if isinstance(event, CallSucceeded) else event
        took_ms, reply = self.said.get(attempt.step, (0, None))
        if reply is None:
            tokens = self.job.request.output_tokens if self.job.request else self.job.plan[attempt.step].output_tokens
            sent = -(-call.input_tokens // _BYTES_PER_TOKEN)
            reply = Reply("assumed", FinishReason.STOP, Usage(input_tokens=sent, output_tokens=tokens))
        elif reply.usage:
            usage = Usage(input_tokens=reply.usage.prompt_tokens, output_tokens=reply.usage.output_tokens)
            reply = evolve(reply, usage=usage, reported_cost=None)
        reply = evolve(reply, agrees=None if call.beside is None else True)  # it is the same answer
        return took_ms, CallSucceeded(attempt, 0, _cut(reply, call))

    def _post(self, at_ms: int, event: Event) -> None:
        self._sequence += 1
        heapq.heappush(self.coming, (at_ms, self._sequence, event))


def _seat(call: CallModel) -> Seat:
    return call.provider, call.model


def _cut(reply: Reply, call: CallModel) -> Reply:
    """The reply within the cap of this call."""
    usage, most = reply.usage, call.max_output_tokens
    if usage is None or usage.output_tokens <= most:
        return reply
    shorter = evolve(usage, output_tokens=most, reasoning_tokens=min(most, usage.reasoning_tokens))
    return evolve(reply, finish=FinishReason.LENGTH, usage=shorter)
