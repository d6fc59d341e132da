"""The common story of a plan told without its runs and commands: each step asked, held, called, answered, paid.

As long as every step gets the model that was planned for it, or an upgrade that others' savings pay, with all that its
parents found, and is called once, `opening`, `calling`, `streaming` and `paying` lead from state to state, and make a
tenth of the values that `start` and `step` make. Where one of them says None, the machine goes on with the run as it
stands, so nothing is decided here that it does not decide.

That both ways are one, at every event, is a law, in `property_tests/machine/test_smooth_laws.py`.
"""

from typing import Final

from attrs import frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import First
from tokenwise.machine.books import charge
from tokenwise.machine.machine import call_within
from tokenwise.machine.messages import CallModel, CallSucceeded, FirstToken, Reserved
from tokenwise.machine.propose import first_need, planned_bid, upgrade_of
from tokenwise.machine.run import (
    Attempt,
    Calling,
    Ended,
    Intent,
    Job,
    Outcome,
    Pending,
    Reserving,
    Run,
    State,
    StepRun,
    Streaming,
)
from tokenwise.money import Nanodollars
from tokenwise.prompt import Finding
from tokenwise.routing.health import Seat
from tokenwise.routing.verdicts import verdict

__all__ = ["Opened", "Paid", "Smooth", "calling", "opening", "paying", "streaming"]

_OK: Final = Outcome.OK.value
_NOTHING: Final = Nanodollars(0)
_PENDING: Final = Pending()

_Event = Reserved | FirstToken | CallSucceeded

_Place = Pending | Reserving | Calling | Streaming | StepRun
"""Where a step is; one that is over as it stands in the run at the end."""


@frozen
class Smooth:
    """A plan under way that has met nothing but what the common story has.

    `pending` are the places of the steps that have not begun, `busy` is how many are under way; the rest are the books.
    """

    job: Job
    started_ms: int
    now_ms: int
    steps: tuple[_Place, ...]
    pending: tuple[int, ...]
    busy: int = 0
    spent: int = 0
    held: int = 0
    overrun: int = 0

    @property
    def over(self) -> bool:
        """Whether every step is over, and so the run."""
        return not self.busy and not self.pending

    @property
    def run(self) -> Run:
        """The same as the machine has it; finished where all is over."""
        job, tiers = self.job, self.job.catalog
        books = Budget(job.limit, Nanodollars(self.spent), Nanodollars(self.held), Nanodollars(self.overrun))
        steps = tuple([_step_run(place, tiers) for place in self.steps])
        return Run(job, books, steps, started_ms=self.started_ms, now_ms=self.now_ms, finished=self.over)

    @property
    def seats(self) -> dict[AttemptId, Seat]:
        """Who is asked, or to be asked, in the attempts under way."""
        under_way = [place.attempt for place in self.steps if not isinstance(place, (Pending, StepRun))]
        return {attempt.id: (attempt.bid.provider, attempt.bid.model) for attempt in under_way}

    def turned(
        self, index: int, place: _Place, at_ms: int, *, ended: int = 0, spent: int = 0, released: int = 0
    ) -> "Smooth":
        """One step elsewhere, and so much spent in place of what was released."""
        return Smooth(
            self.job,
            self.started_ms,
            max(self.now_ms, at_ms),
            (*self.steps[:index], place, *self.steps[index + 1 :]),
            self.pending,
            self.busy - ended,
            self.spent + spent,
            self.held - released,
            self.overrun + max(0, spent - released),
        )


def _step_run(place: _Place, catalog: Catalog) -> StepRun:
    match place:
        case StepRun():
            return place
        case Pending():
            return StepRun()
        case _:
            return _first_run(place, place.attempt, catalog, calls=0 if isinstance(place, Reserving) else 1)


def _first_run(
    state: State, attempt: Attempt, catalog: Catalog, *, calls: int, spent: Nanodollars = _NOTHING
) -> StepRun:
    """A step with its first attempt, in this state."""
    bid = attempt.bid
    return StepRun(
        state=state,
        ordinals=1,
        calls=calls,
        spent=spent,
        model=bid.model,
        base=catalog[bid.model].tier,
        tried=frozenset(((bid.provider, bid.model),)),
    )


@frozen
class Opened:
    """The story after some steps have asked for their money, and those of them that did so last, in plan order."""

    told: Smooth
    attempts: tuple[Attempt, ...] = ()


@frozen
class Paid:
    """The story after an answer was taken, and what that cost."""

    opened: Opened
    charged: ledger.Charged


def opening(job: Job, at_ms: int) -> Opened | None:
    """The story begun; None where its beginning is not the common one."""
    if job.request is not None or job.cooling or any(choice.cascade for choice in job.choices):
        return None
    size = len(job.choices)
    return _advanced(Smooth(job, at_ms, at_ms, (_PENDING,) * size, tuple(range(size))))


def calling(told: Smooth, event: Reserved) -> tuple[Smooth, CallModel] | None:
    """The story once this money is held; None where there is no time left, or nobody has asked for it."""
    index, place = _under_way(told, event)
    if not isinstance(place, Reserving):
        return None
    attempt, at_ms = place.attempt, max(told.now_ms, event.at_ms)
    call = call_within(told.job, index, attempt, started_ms=told.started_ms, at_ms=at_ms)
    return None if call is None else (told.turned(index, Calling(attempt), at_ms), call)


def streaming(told: Smooth, event: FirstToken) -> Smooth | None:
    """The story once somebody reads this answer; None where that cannot be."""
    index, place = _under_way(told, event)
    return told.turned(index, Streaming(place.attempt), event.at_ms) if isinstance(place, Calling) else None


def paying(told: Smooth, event: CallSucceeded) -> Paid | None:
    """The story once this answer is taken; None where it is not, or what follows is not the story."""
    index, place = _under_way(told, event)
    reply, catalog = event.reply, told.job.catalog
    if isinstance(place, Calling):
        if told.job.judged and verdict(reply) is not None:
            return None
    elif not isinstance(place, Streaming):
        return None
    attempt = place.attempt
    charged = charge(catalog, attempt, _OK, reply)
    ended = Ended(Outcome.OK, reply.text, by=attempt.id)
    over = _first_run(ended, attempt, catalog, calls=1, spent=charged.amount)
    later = told.turned(index, over, event.at_ms, ended=1, spent=charged.amount, released=attempt.bid.amount)
    opened = _advanced(later)
    return None if opened is None else Paid(opened, charged)


def _under_way(told: Smooth, event: _Event) -> tuple[int, _Place]:
    """Where the attempt of this event is, pending if it is not under way."""
    index = told.job.plan.position.get(event.attempt.step, -1)
    place = told.steps[index] if index >= 0 else _PENDING
    current = not isinstance(place, (Pending, StepRun)) and place.attempt.id == event.attempt
    return index, place if current else _PENDING


def _advanced(told: Smooth) -> Opened | None:
    """Open every step that can be, in plan order; None where one of them would be opened otherwise."""
    parents, most = told.job.plan.parents, told.job.policy.parallelism
    steps, waiting, busy, held = list(told.steps), list(told.pending), told.busy, told.held
    attempts: list[Attempt] = []
    for index in told.pending:
        if busy >= most:
            break
        if any([not isinstance(steps[parent], StepRun) for parent in parents[index]]):  # noqa: C419 -- the quicker way
            continue
        waiting.remove(index)
        attempt = _first_attempt(told, index, waiting, told.job.limit - told.spent - held)
        if attempt is None:
            return None
        attempts.append(attempt)
        steps[index] = Reserving(attempt)
        busy, held = busy + 1, held + attempt.bid.amount
    if not attempts:
        return Opened(told)
    left = tuple(waiting)
    later = Smooth(told.job, told.started_ms, told.now_ms, tuple(steps), left, busy, told.spent, held, told.overrun)
    return Opened(later, tuple(attempts))


def _first_attempt(told: Smooth, index: int, waiting: list[int], left: int) -> Attempt | None:
    """What the step asks money for, if that is what was planned for it, or an upgrade. So much money is `left`."""
    job, spec, choice = told.job, told.job.plan.steps[index], told.job.choices[index]
    prompt, need = first_need(job, index, [_finding(told, parent) for parent in spec.after])
    preferred = spec.model or choice.model
    intent = Intent(need, prompt, First(preferred, choice.upgrades))
    bid = None
    if choice.upgrades:
        bid = upgrade_of(job, intent, left - sum([job.choices[place].worst for place in waiting]))
    if bid is None:
        bid = planned_bid(job, preferred, need, left - sum([job.choices[place].floor for place in waiting]))
    return None if bid is None else Attempt(AttemptId(spec.id, 0), bid, intent)


def _finding(told: Smooth, parent: str) -> Finding:
    place = told.steps[told.job.plan.position[parent]]
    assert isinstance(place, StepRun)
    assert isinstance(place.state, Ended)
    return Finding(parent, place.state.text)
