"""The common story of a plan told smoothly is what the machine does, over plans, money and orders of events by seed."""

from random import Random

from attrs import evolve
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from property_tests.seeded import seeded_job
from tokenwise.budgets.ledger import Charged
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    CallFailed,
    CallModel,
    CallSucceeded,
    Cancelled,
    Finish,
    FirstToken,
    Lost,
    ModelsCooling,
    Record,
    Reserve,
    Reserved,
    ReserveRefused,
)
from tokenwise.machine.smooth import Smooth, outline_of
from tokenwise.money import Nanodollars
from tokenwise.plan import Check, CheckKind
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.usage import Usage

SCHEMA = Check(CheckKind.JSON_SCHEMA, '{"type": "object"}')
COOLING = ((("direct", "vendor/m0"), 9_000), (("openrouter", "vendor/m5"), 9_000))


def drawn_job(random):
    """A job as planning makes them, or one that is odd in one way."""
    limit = random.choice([10**8, 10**9, 10**10, 10**12])
    job = seeded_job(random.randrange(10**6), size=random.randint(1, 8), limit=limit)
    match random.choice([*[""] * 8, "cascade", "pinned", "floors", "cooling", "unjudged", "formats", "nobody"]):
        case "cascade":
            cascade = Cascade("vendor/m0", "vendor/m8", Nanodollars(0))
            return evolve(job, choices=(*job.choices[:-1], evolve(job.choices[-1], cascade=cascade)))
        case "pinned":
            return with_steps(job, model="vendor/m4")
        case "floors":
            return evolve(job, choices=tuple(evolve(each, floor=Nanodollars(10**7)) for each in job.choices))
        case "cooling":
            return evolve(job, cooling=COOLING)
        case "unjudged":
            return evolve(job, judged=False)
        case "formats":
            return with_steps(job, checks=(SCHEMA,), reply_format=SCHEMA)
        case "nobody":
            return evolve(job, choices=(evolve(job.choices[0], model="nobody/knows"), *job.choices[1:]))
        case _:
            return job


def with_steps(job, **changes):
    return evolve(job, plan=evolve(job.plan, steps=tuple(evolve(each, **changes) for each in job.plan.steps)))


def drawn_reply(random):
    usage = Usage(input_tokens=random.randint(0, 500), output_tokens=random.randint(0, 1500))
    reply = Reply(random.choice(["some words", "日本" * 400, "word" * 3_000]), FinishReason.STOP, usage)
    match random.choice([""] * 20 + ["dear", "unreported", "empty", "cut", "bad"]):
        case "dear":
            return evolve(reply, reported_cost=Nanodollars(10**9))
        case "unreported":
            return evolve(reply, usage=None)
        case "empty":
            return evolve(reply, text=" ")
        case "cut":
            return evolve(reply, finish=FinishReason.LENGTH)
        case "bad":
            return evolve(reply, findings=("not what was asked for",))
        case _:
            return reply


def answered(command, random, at_ms):
    """What comes back for a command, nearly always something good."""
    ill, attempt = random.random() < 0.02, command.attempt
    match command:
        case Reserve():
            return ReserveRefused(attempt, at_ms, Nanodollars(5), Nanodollars(0)) if ill else Reserved(attempt, at_ms)
        case CallModel():
            return (
                CallFailed(attempt, at_ms, Fault.OVERLOADED)
                if ill
                else CallSucceeded(attempt, at_ms, drawn_reply(random))
            )


def unasked(command, random, at_ms):
    """What comes without having been asked for: most often a first token."""
    attempt = command.attempt
    strange = [Reserved(attempt, at_ms), Reserved(AttemptId("nobody", 0), at_ms), FirstToken(attempt, at_ms)]
    strange += [CallSucceeded(attempt, at_ms, drawn_reply(random)), Lost(attempt, at_ms), Cancelled(at_ms)]
    strange += [ModelsCooling(at_ms, COOLING)]
    first = isinstance(command, CallModel) and random.random() < 0.9
    return FirstToken(attempt, at_ms) if first else random.choice(strange)


def begun(job, at_ms):
    """The story and the attempts it opens with; None where it is not the common one."""
    outline = outline_of(job.plan, job.choices, job.catalog, job.policy)
    if job.cooling or outline is None:
        return None
    told = Smooth(job, outline, at_ms)
    opened = told.opening()
    return None if opened is None else (told, opened)


def smoothly(told, event):
    """The attempts that an event opens, the call it makes, what it charges; None where it is not in the story."""
    match event:
        case Reserved():
            return (call := told.calling(event)) and ((), call, None)
        case FirstToken():
            return ((), None, None) if told.streaming(event) else None
        case CallSucceeded():
            return (paid := told.paying(event)) and (paid.attempts, None, paid.charged)


def commanded(commands):
    """The same of what the machine commands, which says what to send as well."""
    asked = [command for command in commands if isinstance(command, Reserve)]
    call = next((evolve(command, prompt=None) for command in commands if isinstance(command, CallModel)), None)
    records = [command.entry for command in commands if isinstance(command, Record)]
    return asked, call, next((entry for entry in records if isinstance(entry, Charged)), None)


class TestTheSmoothWay:
    """'The machine tells it from its beginning, by the events that there were'."""

    @given(st.integers(0, 10**9))
    def test_is_the_machines_own(self, seed):
        random = Random(seed)
        job, at_ms, waiting, events = drawn_job(random), random.randint(0, 3_000), [], 0
        (run, commands), opened = start(job, at_ms=at_ms), begun(job, at_ms)
        told, now = (opened[0], (opened[1], None, None)) if opened else (None, None)
        while now:
            attempts, call, charged = now
            asked = [Reserve(each.id, each.bid.amount, 1, each.bid.model) for each in attempts]
            assert (asked, call, charged) == commanded(commands)
            books = run.books
            assert (told.spent, told.held, told.overrun) == (books.spent, books.held, books.overrun)
            assert (told.over, told.now_ms) == (run.finished, run.now_ms)
            waiting += [command for command in commands if isinstance(command, Reserve | CallModel)]
            if run.finished:
                assert commands[-1] == Finish("completed", commands[-1].outcomes, told.spent, told.overrun)
                break
            at_ms += random.choice([0, 0, 10, 900, 2_000])
            command = random.choice(waiting)
            if random.random() < 0.08:
                event = unasked(command, random, at_ms)
            else:
                waiting.remove(command)
                event = answered(command, random, at_ms)
            now, events = smoothly(told, event), events + 1
            if now:
                run, commands = step(run, event)
        noted(f"smooth to the end: {bool(now)}, events: {min(events, 8)} or more")
