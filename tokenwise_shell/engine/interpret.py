"""Performs what the machine asks for. No decision about models, money or order is taken here.

One nursery per run of several steps, one cancel scope per call. Events arrive in an inbox; each is given to `step`, and
the commands it returns are performed in order. Every command is started or done before the next event is taken, and
none is awaited.

A `request` whose story is the common one (`machine.straight`) needs none of that.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Final, Protocol, assert_never

import trio
from attrs import define, evolve, field
from attrs.setters import NO_OP

from tokenwise.budgets.ledger import Charged, Entry
from tokenwise.catalog.models import Catalog
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.books import charge, reservation
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    AbandonCall,
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    Event,
    Finish,
    FirstToken,
    Left,
    Lost,
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
from tokenwise.machine.run import Attempt, BackingOff, Calling, Job, Reserving, Run, Streaming
from tokenwise.machine.straight import ANSWERED, begin, call_of, opening, share_of
from tokenwise.money import Nanodollars
from tokenwise.prompt import Message
from tokenwise.routing.bid import Bid
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.budgets.answers import Answer, Granted, NotHeld
from tokenwise_shell.engine.agreement import compared
from tokenwise_shell.engine.watch import CoolingList, Watch
from tokenwise_shell.ledger.jsonl import LinesUnwritable

__all__ = ["Books", "BriefListener", "CommonStory", "Interpreter", "Listener", "Money", "PlaceCall", "died_with"]

_NOTHING: Final = Nanodollars(0)


class PlaceCall(Protocol):
    """Whatever makes a call. It returns what came back, whatever that is, and lets nothing but cancellation escape."""

    async def __call__(self, call: CallModel, /, *, first_token: Callable[[], None]) -> Reply | Failure:
        """Send the call and wait for its end. `first_token` is called once if output reaches a client before that."""
        ...


class Money(Protocol):
    """The budgets outside a run's own limit."""

    def reserve(
        self,
        run_id: str,
        attempt: AttemptId,
        amount: Nanodollars,
        answer: Answer,
        *,
        share: int = 1,
        model: str = "",
        patient: bool = False,
    ) -> None:
        """Hold the amount in every budget that applies to a call of this model, or in none.

        `answer` is called once, at once or later. It may be at most one part in `share` of what each has left. Where it
        is `patient`, a limit that may be raised is waited for, and a refusal is then the last.
        """
        ...

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the hold at this cost. A reserve that has not been answered is withdrawn: nothing stays held."""
        ...


class Books(Protocol):
    """Where entries are written."""

    def append(self, run_id: str, *entries: Entry) -> None:
        """Write entries as one batch, without waiting. What cannot be written now is kept and tried again."""
        ...

    def hold(self, run_id: str, attempt: Attempt, catalog: Catalog) -> None:
        """Write what stands before the call of a common story: `straight.opening`, and `books.reservation`."""
        ...

    def pay(self, run_id: str, attempt: Attempt, charged: Charged) -> None:
        """Write what stands at its end: the entries of `straight.closing`."""
        ...

    async def durable(self) -> None:
        """Wait until what has been appended is as durable as the configuration promises. Raises LinesUnwritable."""
        ...


Listener = Callable[[Moment], None]
"""Hears every event and the commands it caused, right after they were performed."""


@define
class Interpreter:
    """Drives runs. The clock is wall time in ms, read nowhere else; everything it needs is given to it.

    `left` says what is known of a run's calls when the run is cancelled.
    """

    place_call: PlaceCall
    money: Money
    books: Books
    watch: Watch
    now_ms: Callable[[], int]
    left: Callable[[], tuple[Left, ...]] = tuple

    def known_cooling(self, job: Job) -> Job:
        """The job with what is known of everybody's health now, which is part of what its run is decided from."""
        if not self.watch.health.seats and not job.cooling:  # nearly always
            return job
        cooling = self.watch.cooling(self.now_ms())
        return job if cooling == job.cooling else evolve(job, cooling=cooling)

    async def run(
        self,
        job: Job,
        *,
        at_ms: int | None = None,
        given: tuple[Message, ...] = (),
        listener: Listener | None = None,
    ) -> Run:
        """Carry a job out and return the finished run. Cancelling this lets go of all money and calls, then re-raises.

        `at_ms` is when it starts, if that has been written down; `given` is the conversation of a job whose request
        arrived already written.
        """
        run, commands = start(job, at_ms=self.now_ms() if at_ms is None else at_ms)
        return await self.drive(_Live(self, run, given, listener), Moment(run.now_ms, None, commands))

    def request(
        self, job: Job, brief: "BriefListener", *, decided: Bid | None = None, listener: Listener | None = None
    ) -> Awaitable[Run | None]:
        """Carry out the job of a request that arrived already written, as `run` does.

        A common story is told to `brief` when it is over, and gives None; `listener` hears all the moments of any
        other. `decided` is the bid by which it was routed (see `straight.begin`), which need not be worked out again.
        """
        attempt = begin(job, decided)
        if attempt is None:
            return self.run(job, listener=listener)
        return CommonStory(self, job, attempt, brief, listener, self.now_ms()).carry_out()

    async def resume(
        self, run: Run, booked: Mapping[AttemptId, Nanodollars], *, listener: Listener | None = None
    ) -> Run:
        """Go on with a run that another process left unfinished; `run` is what its recorded events lead to.

        `booked` is what the ledger has charged for its attempts. That process may have got further than it recorded.
        """
        nothing = Moment(self.now_ms(), None, ())
        lost = tuple(died_with(run, booked, self.now_ms()))
        return await self.drive(_Live(self, run, (), listener), nothing, lost)

    async def drive(self, live: "_Live", first: Moment | None, lost: tuple[Event, ...] = ()) -> Run:
        """Go on with a run until it has finished."""
        self.watch.listeners[live.hear] = None
        try:
            if len(live.told.job.choices) == 1:
                return await live.drive(first, lost)
            async with trio.open_nursery() as nursery:
                live.nursery = nursery
                run = await live.drive(first, lost)
                nursery.cancel_scope.cancel()  # leftover pauses
        finally:
            del self.watch.listeners[live.hear]
        return run


@define(eq=False, on_setattr=NO_OP)
class CommonStory:
    """A request whose story is the common one so far: each thing is done where the one before it ends.

    So nothing waits in an inbox, and nobody listens for what cools, which concerns another story alone. Such a one is
    gone on with by `_Live`, from the events so far. `charged` is there once it is over.
    """

    shell: Interpreter
    job: Job
    attempt: Attempt
    brief: "BriefListener"
    listener: Listener | None
    started_ms: int
    reply: Reply | None = field(default=None, init=False)
    charged: Charged | None = field(default=None, init=False)
    _answer: Granted | NotHeld | None = field(default=None, init=False)
    _reserved_ms: int | None = field(default=None, init=False)
    _first_token_ms: int | None = field(default=None, init=False)
    _answered_ms: int = field(default=0, init=False)
    _written: bool = field(default=False, init=False)
    _sent: bool = field(default=False, init=False)
    _live: "_Live | None" = field(default=None, init=False)

    async def carry_out(self) -> Run | None:
        """See `Interpreter.request`."""
        shell = self.shell
        try:
            call = self._asked()
            if call is not None:
                outcome: Reply | Failure
                try:
                    await shell.books.durable()
                except LinesUnwritable as problem:
                    outcome = Failure(Fault.BOOKS_UNWRITABLE, str(problem))
                else:
                    self._sent = True
                    outcome = await shell.place_call(call, first_token=self._first_token)
                if isinstance(outcome, Reply):
                    self._paid(outcome)
                    return None
                self._another().post(call_ended(call.attempt, shell.now_ms(), outcome))
        except BaseException:  # as in `_Live.drive`
            if self.charged is None:
                self._another().let_go()
            raise
        return await shell.drive(self._another(), None)

    def _asked(self) -> CallModel | None:
        """Hold the money, and write that down; None where it becomes another story."""
        shell, job, attempt = self.shell, self.job, self.attempt
        bid = attempt.bid
        shell.money.reserve(job.id, attempt.id, bid.amount, self._answered, share=share_of(job), model=bid.model)
        if not isinstance(self._answer, Granted):
            if self._answer is None:
                self._another().write_down()
            return None
        at_ms = shell.now_ms()
        call = call_of(job, attempt, started_ms=self.started_ms, at_ms=at_ms)
        if call is None:
            self._another().take(Reserved(attempt.id, at_ms))
            return None
        self._reserved_ms = at_ms
        shell.books.hold(job.id, attempt, job.catalog)
        self._written = True
        return call

    def _answered(self, told: Granted | NotHeld) -> None:
        if self._live is not None:
            self._live.answered(self.attempt.id, told)
        else:
            self._answer = told

    def _first_token(self) -> None:
        if self._first_token_ms is None:
            self._first_token_ms = self.shell.now_ms()

    def _paid(self, reply: Reply) -> None:
        """The answer is there: say so in the books, and give back what it did not take."""
        shell, run_id, attempt = self.shell, self.job.id, self.attempt
        self._answered_ms = at_ms = shell.now_ms()
        shell.watch.learn((attempt.bid.provider, attempt.bid.model), None, at_ms=at_ms)
        charged = charge(self.job.catalog, attempt, ANSWERED, reply)
        self.reply, self.charged = reply, charged
        shell.books.pay(run_id, attempt, charged)
        shell.money.settle(run_id, attempt.id, charged.amount)
        self.brief(self)

    def moments(self) -> list[Moment]:
        """What has happened so far, with the commands that the machine gives for it."""
        return self._retold()[1]

    @property
    def _events(self) -> Iterator[Event]:
        name = self.attempt.id
        if self._reserved_ms is not None:
            yield Reserved(name, self._reserved_ms)
        if self._first_token_ms is not None:
            yield FirstToken(name, self._first_token_ms)
        if self.reply is not None:
            yield CallSucceeded(name, self._answered_ms, self.reply)

    def _retold(self) -> tuple[Run, list[Moment]]:
        run, commands = start(self.job, at_ms=self.started_ms)
        moments = [Moment(run.now_ms, None, commands)]
        for event in self._events:
            run, commands = step(run, event)
            moments.append(Moment(run.now_ms, event, commands))
        return run, moments

    def _another(self) -> "_Live":
        """Who goes on where the story is not the common one any more."""
        if self._live is None:
            run, moments = self._retold()
            self._live = live = _Live(self.shell, run, (), self.listener)
            if self.listener is not None:
                for each in moments:
                    self.listener(each)
            if not self._written:
                live.noted.append(opening(self.job.catalog, self.attempt))
                if self._reserved_ms is not None:
                    live.noted.append(reservation(self.attempt))
            if (cooling := self.shell.watch.cooling(self.shell.now_ms())) != self.job.cooling:
                live.hear(cooling)
            if self._reserved_ms is not None:
                name, bid = self.attempt.id, self.attempt.bid
                live.seats[name] = (bid.provider, bid.model)
                if not self._sent:  # until the books are safe
                    live.unsent.add(name)
            if isinstance(self._answer, NotHeld):
                live.answered(self.attempt.id, self._answer)
        return self._live


BriefListener = Callable[[CommonStory], None]
"""Hears of a common story when it is over: how the call was answered, and what it cost."""


@define(eq=False)
class _Live:
    """One run under way. Events wait in `inbox`.

    With a nursery, calls and pauses are tasks. A run of one step has at most one of either at a time, so it needs no
    tasks: what is `due` is done in place, which spares each request a nursery, a channel and two changes of task.
    """

    shell: Interpreter
    told: Run
    given: tuple[Message, ...]
    listener: Listener | None
    nursery: trio.Nursery | None = None
    inbox: deque[Event] = field(factory=deque)
    due: deque[Callable[[], Awaitable[None]]] = field(factory=deque)
    noted: list[Entry] = field(factory=list)
    settled: list[Settle] = field(factory=list)
    arrived: trio.Event = field(factory=trio.Event)
    away: bool = False
    scopes: dict[AttemptId, trio.CancelScope] = field(factory=dict)
    unsent: set[AttemptId] = field(factory=set)
    seats: dict[AttemptId, tuple[str, str]] = field(factory=dict)

    @property
    def run_id(self) -> str:
        return self.told.job.id

    async def drive(self, first: Moment | None, lost: tuple[Event, ...]) -> Run:
        try:
            if first is not None:
                self.perform_all(first)
            for event in lost:  # before anything can cancel this run, which would let go of what it does not hold
                self.take(event)
            while not self.told.finished:
                if self.inbox:
                    self.take_all()
                elif self.due:
                    self.away = True
                    await self.due.popleft()()
                    self.away = False
                else:
                    self.arrived = trio.Event()
                    await self.arrived.wait()
        except BaseException:  # cancelled, or the books cannot be written: either way nothing may stay held
            self.let_go()
            raise
        return self.told

    def let_go(self) -> None:
        unsent = [Left(attempt, 0, 0, unsent=True) for attempt in self.unsent]
        self.take(Cancelled(self.shell.now_ms(), (*self.shell.left(), *unsent)))

    def take_all(self) -> None:
        while self.inbox and not self.told.finished:
            event = self.inbox.popleft()
            self.learn(event)
            self.take(event)

    def take(self, event: Event) -> None:
        self.told, commands = step(self.told, event)
        self.perform_all(Moment(self.told.now_ms, event, commands))

    def post(self, event: Event) -> None:
        self.inbox.append(event)
        if self.away:  # within a call in place: that its output has begun must not wait for its end
            self.away = False
            self.take_all()
            self.away = True
        else:
            self.arrived.set()

    def begin(self, work: Callable[[], Awaitable[None]]) -> None:
        if self.nursery is not None:
            self.nursery.start_soon(work)
        else:
            self.due.append(work)

    def hear(self, cooling: CoolingList) -> None:
        self.post(ModelsCooling(self.shell.now_ms(), cooling))

    def learn(self, event: Event) -> None:
        """Let the watch see how a call ended, before the machine does: what cools is then known to every run."""
        match event:
            case CallSucceeded(attempt=attempt, at_ms=at_ms):
                self.shell.watch.learn(self.seats[attempt], None, at_ms=at_ms)
            case CallFailed(attempt=attempt, at_ms=at_ms, fault=fault, retry_after_ms=retry_after_ms):
                self.shell.watch.learn(self.seats[attempt], fault, at_ms=at_ms, retry_after_ms=retry_after_ms)
            case _:
                pass

    def perform_all(self, moment: Moment) -> None:
        """Perform one event's commands. Their entries reach the books together, and before any call leaves.

        Those of a request, which has no journal of its own, wait for the call if nothing else comes before it.

        Money is given back once the books say what became of it: a process that dies between the two then leaves it
        held, and never spent in the books and free for others.
        """
        for command in moment.commands:
            kind = type(command)
            if isinstance(command, Record):
                self.noted.append(command.entry)
            elif isinstance(command, Settle):
                self.settled.append(command)
            elif kind is not Finish:
                if kind is CallModel or (kind is Reserve and self.settled):
                    self.write_down()
                self.perform(command)
        # Where money is answered for at once, the call is next: what stands before it is then written with it.
        if not self.inbox or self.told.finished or self.told.job.request is None:
            self.write_down()
        if self.listener:
            self.listener(moment)

    def write_down(self) -> None:
        if self.noted:
            self.shell.books.append(self.run_id, *self.noted)
            self.noted.clear()
        for each in self.settled:
            self.shell.money.settle(self.run_id, each.attempt, each.cost)
        self.settled.clear()

    def perform(self, command: Reserve | CallModel | AbandonCall | Wait | Finish) -> None:
        match command:
            case Reserve(attempt=attempt, amount=amount):
                heard = partial(self.answered, attempt)
                share, model, patient = command.share, command.model, command.patient
                self.shell.money.reserve(self.run_id, attempt, amount, heard, share=share, model=model, patient=patient)
            case AbandonCall(attempt=attempt):
                if scope := self.scopes.get(attempt):
                    scope.cancel(reason="the run no longer wants this call")
            case Wait(attempt=attempt, ms=ms):
                self.begin(partial(self.wait, attempt, ms))
            case CallModel(attempt=attempt):
                self.unsent.add(attempt)  # and stays so until the books are safe
                self.begin(partial(self.call, command))
            case Finish():
                pass
            case _:
                assert_never(command)

    def answered(self, attempt: AttemptId, told: Granted | NotHeld) -> None:
        match told:
            case Granted():
                self.post(Reserved(attempt, self.shell.now_ms()))
            case NotHeld(available=available, held=held, models=models, pauses=pauses, limit=whole):
                self.post(ReserveRefused(attempt, self.shell.now_ms(), available, held, models, pauses, whole))
            case _:
                assert_never(told)

    async def call(self, call: CallModel) -> None:
        self.seats[call.attempt] = (call.provider, call.model)
        if self.nursery is None:  # only the end of the whole run abandons its one call, and that has ended this already
            outcome = await self.outcome_of(call)
            self.post(call_ended(call.attempt, self.shell.now_ms(), outcome))
            return
        with trio.CancelScope() as scope:
            self.scopes[call.attempt] = scope
            outcome = await self.outcome_of(call)
            self.post(call_ended(call.attempt, self.shell.now_ms(), outcome))
        del self.scopes[call.attempt]

    async def outcome_of(self, call: CallModel) -> Reply | Failure:
        """Send the call, once its reservation is as durable as was promised; without that, nothing is sent."""
        try:
            await self.shell.books.durable()
        except LinesUnwritable as problem:
            return Failure(Fault.BOOKS_UNWRITABLE, str(problem))
        self.unsent.discard(call.attempt)
        written = evolve(call, prompt=self.given) if call.prompt is None and self.given else call
        outcome = await self.shell.place_call(written, first_token=lambda: self.first_token(call.attempt))
        return compared(call, outcome)

    def first_token(self, attempt: AttemptId) -> None:
        self.post(FirstToken(attempt, self.shell.now_ms()))

    async def wait(self, attempt: AttemptId, ms: int) -> None:
        await trio.sleep(ms / 1000)
        self.post(Woke(attempt, self.shell.now_ms()))


def died_with(run: Run, booked: Mapping[AttemptId, Nanodollars], at_ms: int) -> Iterator[Event]:
    """What the machine must hear of the process that had this run before: which attempts died with it, at what cost.

    `booked` is what the ledger has charged for the run's attempts; a call that is not there has cost nothing.
    """
    for each in run.steps:
        match each.state:
            case Reserving(attempt):  # booked if it was answered and called, which was still to be recorded
                yield Lost(attempt.id, at_ms, booked.get(attempt.id))
            case Calling(attempt) | Streaming(attempt):
                yield Lost(attempt.id, at_ms, booked.get(attempt.id, _NOTHING))
            case BackingOff(attempt=attempt):
                yield Woke(attempt.id, at_ms)
            case _:
                pass
