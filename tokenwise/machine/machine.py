"""The decision machine: start(job) -> (run, commands), step(run, event) -> (run, commands).

It sequences the leaf decisions (`fit`, `verdict`, `climb`) and keeps the run's books; it holds no policy of its own.
One request is a plan of one step. Same job and same events give the same commands, byte for byte, on every machine.

    Pending ──▶ Reserving ──▶ Calling ──▶ (Streaming) ──▶ Ended
                  │   ▲          │
                  ▼   │          ▼
                Parked └──── BackingOff

`docs/machine.md` shows the whole diagram, generated from `TRANSITIONS`, and transcripts of runs.
"""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from tokenwise.budgets import ledger
from tokenwise.catalog.reply_formats import format_for
from tokenwise.errors import ProtocolViolation
from tokenwise.faults import RULES, Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import Again, Onward
from tokenwise.machine.books import abandon, end, pay, reservation, withdraw, write_off
from tokenwise.machine.messages import (
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
    Reserved,
    ReserveRefused,
    Settle,
    Wait,
    Woke,
)
from tokenwise.machine.onward import ahead
from tokenwise.machine.opinions import beside, disputed, second, tentative, wants_second
from tokenwise.machine.propose import first_intent, propose
from tokenwise.machine.refused import refused
from tokenwise.machine.run import (
    Attempt,
    BackingOff,
    Calling,
    Commands,
    Ended,
    Job,
    Outcome,
    Parked,
    Pending,
    Reserving,
    Run,
    State,
    Streaming,
    Transition,
)
from tokenwise.money import Nanodollars
from tokenwise.routing.ladder import Climb, Failed, Retry, Stop
from tokenwise.routing.verdicts import Reply, verdict

__all__ = ["TRANSITIONS", "call_within", "start", "step"]

# Which states may follow which, per event that concerns the step itself. Every other pair of a current attempt's state
# and an event is a ProtocolViolation. Cancelled leads from every state to Ended and is left out.
TRANSITIONS: Final[Mapping[tuple[type[State], type[Event]], tuple[type[State], ...]]] = {
    (Reserving, Reserved): (Calling, Ended),
    (Reserving, ReserveRefused): (Reserving, Parked, BackingOff, Ended),
    (Reserving, Lost): (BackingOff, Reserving, Parked, Ended),
    (Calling, FirstToken): (Streaming,),
    (Calling, CallSucceeded): (Ended, Reserving, Parked),
    (Calling, CallFailed): (BackingOff, Reserving, Parked, Ended),
    (Calling, Lost): (BackingOff, Reserving, Parked, Ended),
    (Streaming, CallSucceeded): (Ended,),
    (Streaming, CallFailed): (Ended,),
    (Streaming, Lost): (Ended,),
    (BackingOff, Woke): (Reserving, Parked, Ended),
}


def start(job: Job, *, at_ms: int = 0) -> Transition:
    """Begin a run: every step without parents asks for its money."""
    return _advance(Run.of(job, at_ms))


def step(run: Run, event: Event) -> Transition:
    """Take one event. Raises ProtocolViolation for an event that cannot follow; ignores one that comes too late."""
    if run.finished:
        return run, ()
    run = run.at(event.at_ms)
    match event:
        case Cancelled(left=left):
            return _cancel(run, {each.attempt: each for each in left})
        case ModelsCooling(until_ms=cooling):
            return evolve(run, cooling=cooling), ()
        case _:
            return _step_of(run, event)


_StepEvent = Reserved | ReserveRefused | FirstToken | CallSucceeded | CallFailed | Lost | Woke


def _step_of(run: Run, event: _StepEvent) -> Transition:
    index = run.job.plan.position.get(event.attempt.step, -1)
    if index < 0 or event.attempt.ordinal >= run.steps[index].ordinals:
        raise ProtocolViolation(run.steps[index].state if index >= 0 else None, event)
    state = run.steps[index].state
    if isinstance(state, (Ended, Parked, Pending)) or state.attempt.id != event.attempt:
        return run, ()  # late: the attempt has been settled, and something else is under way
    if isinstance(state, BackingOff) and not isinstance(event, Woke):
        return run, ()  # likewise: what it was reserved and called for is over
    return _react(run, index, state, event)


def _react(run: Run, index: int, state: State, event: _StepEvent) -> Transition:
    match state, event:
        case Reserving(attempt), Reserved():
            return _call(run, index, attempt)
        case Reserving(attempt), ReserveRefused():
            return _refused(run, index, attempt, event)
        case Calling(attempt), FirstToken():  # no other answer can take the place of one that is being read
            return run.put(index, evolve(run.steps[index], state=Streaming(attempt), opinion=None)), ()
        case Calling(attempt), CallSucceeded(reply=reply):
            return _judge(run, index, attempt, reply)
        case Calling(attempt), CallFailed():
            return _fail(run, index, attempt, event)
        case Streaming(attempt), CallSucceeded(reply=reply):
            return _accept(run, index, attempt, reply)
        case Streaming(attempt), CallFailed():
            return _break_off(run, index, attempt, event)
        case ((Reserving() | Calling() | Streaming()), Lost(cost=cost)):
            return _lose(run, index, state, cost)
        case BackingOff(intent=intent), Woke():
            return _then_advance(*propose(run, index, intent))
        case _:
            raise ProtocolViolation(state, event)


# --- opening and closing steps ---------------------------------------------------------------------------------------


def _advance(run: Run) -> Transition:
    """Let every step move that can, in plan order: orphans end, parked ones wake, ready ones open. Then finish."""
    out: Commands = ()
    for index in range(len(run.steps)):
        run, commands = _move(run, index)
        out += commands
    return _finish(run, out)


def _move(run: Run, index: int) -> Transition:
    match run.steps[index].state:
        case Parked(intent) if run.busy < run.job.policy.parallelism:
            return propose(run, index, intent)
        case Pending():
            return _open(run, index)
        case _:
            return run, ()


def _open(run: Run, index: int) -> Transition:
    parents = [run.steps[parent].state for parent in run.job.plan.parents[index]]
    if any(isinstance(parent, Ended) and parent.outcome is not Outcome.OK for parent in parents):
        return end(run, index, Outcome.UPSTREAM_FAILED, "a step it builds on did not succeed")
    if not all(isinstance(parent, Ended) for parent in parents) or run.busy >= run.job.policy.parallelism:
        return run, ()
    intent, cut = first_intent(run, index)
    run, commands = propose(run, index, intent)
    return run, (*cut, *commands)


def _finish(run: Run, out: Commands) -> Transition:
    if run.finished or (status := run.status) is None:
        return run, out
    books = run.books
    pairs = zip(run.job.plan.steps, run.endings, strict=True)
    outcomes = tuple([(spec.id, ending.outcome.value) for spec, ending in pairs])
    last = Record(ledger.Finished(status, books.spent, books.overrun))
    return run.closed(), (*out, last, Finish(status, outcomes, books.spent, books.overrun))


def _cancel(run: Run, left: Mapping[AttemptId, Left]) -> Transition:
    """Let go of everything, at once: abandoned calls are charged what they may still be billed, in doubt in full."""
    out: Commands = ()
    for index, each in enumerate(run.steps):
        match each.state:
            case Reserving(attempt):
                run = withdraw(run, index, attempt)
                out += (Settle(attempt.id, Nanodollars(0)),)
            case Calling(attempt) | Streaming(attempt):
                run, commands = abandon(run, index, attempt, left.get(attempt.id))
                out += commands
            case _:
                pass
        if not isinstance(each.state, Ended):
            run, commands = end(run, index, Outcome.CANCELLED)
            out += commands
    return _finish(run, out)


def _refused(run: Run, index: int, attempt: Attempt, event: ReserveRefused) -> Transition:
    run, out = refused(run, index, attempt, event)
    # To advance now would ask again at once, for a parked step.
    return (run, out) if isinstance(run.steps[index].state, Parked) else _then_advance(run, out)


# --- calling and what comes of it ------------------------------------------------------------------------------------


def _call(run: Run, index: int, attempt: Attempt) -> Transition:
    left = run.left_ms()
    if left is not None and left <= 0:
        run = withdraw(run, index, attempt)
        run, ended = end(run, index, Outcome.DEADLINE_PASSED, "the deadline had passed before the call could be made")
        return _then_advance(run, (Settle(attempt.id, Nanodollars(0)), *ended))
    timeout = run.job.policy.timeout_ms if left is None else min(run.job.policy.timeout_ms, left)
    run = run.put(index, run.steps[index].turned(Calling(attempt), calls=1))
    held, other = tentative(run, index, attempt.bid), beside(run, index, attempt)
    return run, (Record(reservation(attempt)), _call_command(run.job, index, attempt, timeout, held=held, other=other))


def call_within(job: Job, index: int, attempt: Attempt, *, started_ms: int, at_ms: int) -> CallModel | None:
    """The command to make the call of a run that began then; None where its deadline has passed by now."""
    policy = job.policy
    timeout_ms = policy.timeout_ms
    if policy.deadline_ms:
        timeout_ms = min(timeout_ms, started_ms + policy.deadline_ms - at_ms)
    return _call_command(job, index, attempt, timeout_ms) if timeout_ms > 0 else None


def _call_command(
    job: Job, index: int, attempt: Attempt, timeout_ms: int, *, held: bool = False, other: str | None = None
) -> CallModel:
    """The command to make an attempt's call. `held` and `other` are its `held` and `beside`."""
    bid, spec = attempt.bid, job.plan.steps[index]
    return CallModel(
        attempt=attempt.id,
        model=bid.model,
        provider=bid.provider,
        native_id=bid.native_id,
        prompt=attempt.intent.prompt,
        checks=spec.checks,
        input_tokens=bid.input_tokens,
        max_output_tokens=bid.max_output_tokens,
        timeout_ms=timeout_ms,
        reply_format=format_for(spec, job.catalog[bid.model]),
        held=held,
        beside=other,
    )


def _judge(run: Run, index: int, attempt: Attempt, reply: Reply) -> Transition:
    cheap = tentative(run, index, attempt.bid)
    fault = verdict(reply) if run.job.judged or cheap else None
    if fault is None and not reply.agrees and beside(run, index, attempt) is not None:
        fault = Fault.DISPUTED  # what a driver does not say is not so
    if fault is None:
        return _hesitate(run, index, attempt, reply) if cheap else _accept(run, index, attempt, reply)
    run, paid = pay(run, index, attempt, fault.value, reply)
    if fault is Fault.DISPUTED:
        run = disputed(run, index, attempt, reply)
    failure = CallFailed(attempt.id, run.now_ms, fault, "; ".join(reply.findings))
    return _after_failure(run, index, attempt, failure, paid)


def _hesitate(run: Run, index: int, attempt: Attempt, reply: Reply) -> Transition:
    """Take a cheap answer once another one agrees with it, where the cascade asks for that."""
    if not wants_second(run, index):
        return _accept(run, index, attempt, reply)
    run, paid = pay(run, index, attempt, "ok", reply)
    if asked := second(run, index, attempt, reply):
        return _then_advance(asked[0], (*paid, *asked[1]))
    alone = CallFailed(attempt.id, run.now_ms, Fault.DISPUTED, "nobody could give a second opinion")
    return _after_failure(disputed(run, index, attempt, reply), index, attempt, alone, paid)


def _accept(run: Run, index: int, attempt: Attempt, reply: Reply) -> Transition:
    run, paid = pay(run, index, attempt, "ok", reply)
    run, ended = end(run, index, Outcome.OK, text=reply.text, by=attempt.id)
    return _then_advance(run, (*paid, *ended))


def _fail(run: Run, index: int, attempt: Attempt, event: CallFailed) -> Transition:
    run, paid = pay(run, index, attempt, event.fault.value, event)
    return _after_failure(run, index, attempt, event, paid)


def _break_off(run: Run, index: int, attempt: Attempt, event: CallFailed) -> Transition:
    """A stream that broke after text was out: nobody else may continue it."""
    run, paid = pay(run, index, attempt, event.fault.value, event)
    run, ended = end(run, index, Outcome.FAILED, _because(event))
    return _then_advance(run, (*paid, *ended))


def _lose(run: Run, index: int, state: Reserving | Calling | Streaming, cost: Nanodollars | None) -> Transition:
    """Go on after the death of a process. Its call may have been billed in full, and the ledger says so already."""
    attempt = state.attempt
    if isinstance(state, Reserving) and cost is None:
        return _then_advance(*propose(withdraw(run, index, attempt), index, attempt.intent))
    if isinstance(state, Reserving):  # it was answered and called, and the process died before it could record that
        run = run.put(index, run.steps[index].turned(Calling(attempt), calls=1))
    run = write_off(run, index, attempt, cost)
    failure = CallFailed(attempt.id, run.now_ms, Fault.DISCONNECTED, "the process ended during the call")
    if isinstance(state, Streaming):
        return _then_advance(*end(run, index, Outcome.FAILED, _because(failure)))
    return _after_failure(run, index, attempt, failure, ())


def _after_failure(run: Run, index: int, attempt: Attempt, failure: CallFailed, paid: Commands) -> Transition:
    if not RULES[failure.fault].of_seat:
        run = run.put(index, run.steps[index].turned(run.steps[index].state, answered=1))
    found = ahead(run, index, attempt, failure)
    match found.next:
        case Retry(after_ms=after_ms):
            run, out = _back_off(run, index, attempt, after_ms, found.failed)
        case Climb(bids=bids):
            run, out = propose(run, index, evolve(found.intent, aim=Onward(bids, found.failed)))
        case Stop(reason=reason):
            run, out = end(run, index, Outcome.FAILED, _because(failure, reason))
    return _then_advance(run, (*paid, *out))


def _back_off(run: Run, index: int, attempt: Attempt, after_ms: int, failed: Failed) -> Transition:
    left = run.left_ms()
    if left is not None and after_ms >= left:
        return end(run, index, Outcome.DEADLINE_PASSED, f"{failed.fault.value}, and no time for another try")
    intent = evolve(attempt.intent, aim=Again(attempt.bid, failed.retries + 1))
    run = run.with_state(index, BackingOff(attempt, intent))
    return run, (Record(ledger.Retried(attempt.id, after_ms, failed.fault.value)), Wait(attempt.id, after_ms))


def _because(failure: CallFailed, reason: str = "") -> str:
    return ": ".join(part for part in (reason or failure.fault.value, failure.message) if part)


def _then_advance(run: Run, commands: Commands) -> Transition:
    run, more = _advance(run)
    return run, (*commands, *more)
