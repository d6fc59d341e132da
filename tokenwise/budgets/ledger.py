"""The entries of the books: one small class per kind of line. The shell adds when, which run and which key.

Conservation, per attempt: reserved + overran = charged + released, or reserved = abandoned. `check` proves it for any
sequence of entries, in any order. A correction changes none of these: it says from which amount to which the cost of a
call is stated anew, and each goes on from what was stated before it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.errors import Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.traits import Tier
from tokenwise.usage import Usage

__all__ = [
    "LEFT",
    "Abandoned",
    "Charged",
    "ContextCut",
    "Corrected",
    "Downgraded",
    "Entry",
    "Escalated",
    "Finished",
    "Overran",
    "Released",
    "Reservation",
    "Retried",
    "Routed",
    "Seconded",
    "StepEnded",
    "Upgraded",
    "check",
]

_ZERO = Nanodollars(0)

LEFT: Final = "left"
"""The outcome of a stream that nobody waited for any more, and of which is known what it can cost at most."""


@frozen
class Routed:
    """A step got its model, and what it may cost at most."""

    attempt: AttemptId
    model: str
    provider: str
    tier: Tier
    worst: Nanodollars


@frozen
class Reservation:
    """Money is held for one call, which leaves only after this line is written."""

    attempt: AttemptId
    model: str
    provider: str
    amount: Nanodollars = field(validator=ge(_ZERO))
    input_tokens: int
    max_output_tokens: int


@frozen
class Charged:
    """A call was paid. `outcome` is "ok", a fault's name, or `LEFT`; `estimated` where the provider reported no usage.

    `model` is the one that answered; `asked` the one that was asked. `reported` is the provider's own figure, if any.
    `notice` says why a reported usage was not taken, or that another tier of service answered than is priced here.
    """

    attempt: AttemptId
    model: str
    provider: str
    amount: Nanodollars = field(validator=ge(_ZERO))
    usage: Usage | None
    outcome: str
    estimated: bool
    asked: str
    reported: Nanodollars | None = None
    notice: str = ""


@frozen
class Released:
    """What was held for a call above its cost went back."""

    attempt: AttemptId
    amount: Nanodollars = field(validator=ge(_ZERO))


@frozen
class Abandoned:
    """A call was given up while it might still be billed: its whole reservation counts as spent, as an estimate."""

    attempt: AttemptId
    model: str
    provider: str
    amount: Nanodollars = field(validator=ge(_ZERO))


@frozen
class Overran:
    """The provider billed this much above the reservation."""

    attempt: AttemptId
    amount: Nanodollars = field(validator=ge(_ZERO))


@frozen
class Corrected:
    """A call that was `Charged` or `Abandoned` counts as `amount` from now on, where it counted as `was` until now.

    `corrects` is the number of that line in its run, `charged_at` when it was written, `reserved_at` when its money was
    reserved: budgets count it then, whenever it is corrected. `reserved`, `outcome` ("" where it was abandoned)
    and `estimated` (whether `was` was an estimate) are that call's, so that every sum follows from this entry alone.
    """

    attempt: AttemptId
    model: str
    provider: str
    amount: Nanodollars = field(validator=ge(_ZERO))
    was: Nanodollars = field(validator=ge(_ZERO))
    reserved: Nanodollars = field(validator=ge(_ZERO))
    corrects: int = field(validator=ge(0))
    charged_at: str
    reserved_at: str
    outcome: str
    estimated: bool
    why: str


@frozen
class Retried:
    """The same place will be asked again after a pause."""

    attempt: AttemptId
    after_ms: int
    why: str


@frozen
class Escalated:
    """The step moved on, to the same model elsewhere or to a stronger one."""

    attempt: AttemptId
    model: str
    to: str
    provider: str
    why: str


@frozen
class Seconded:
    """A cheap answer of `model` was good as far as could be seen, and another model is asked for a second opinion."""

    attempt: AttemptId
    model: str
    to: str
    provider: str


@frozen
class Downgraded:
    """A step got another model than planned, because of money or because the planned one is cooling."""

    step: str
    model: str
    to: str
    why: str


@frozen
class Upgraded:
    """A step got a better model than planned, with money that other steps have saved."""

    step: str
    model: str
    to: str
    why: str


@frozen
class ContextCut:
    """The parents' outputs did not fit and were cut evenly, from `whole` to `kept` characters."""

    step: str
    whole: int
    kept: int


@frozen
class StepEnded:
    """A step is over. `outcome` is an `Outcome`'s value."""

    step: str
    outcome: str
    spent: Nanodollars
    why: str


@frozen
class Finished:
    """The run is over and holds nothing."""

    status: str
    spent: Nanodollars
    overrun: Nanodollars


Entry = (
    Routed
    | Reservation
    | Charged
    | Released
    | Abandoned
    | Overran
    | Corrected
    | Retried
    | Escalated
    | Seconded
    | Downgraded
    | Upgraded
    | ContextCut
    | StepEnded
    | Finished
)


def check(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Whatever keeps the entries of one run from balancing, each with its attempt. Nothing yielded: they balance."""
    balances: defaultdict[AttemptId, int] = defaultdict(int)
    reservations: defaultdict[AttemptId, int] = defaultdict(int)
    closings: defaultdict[AttemptId, int] = defaultdict(int)
    stated: defaultdict[AttemptId, Counter[Nanodollars]] = defaultdict(Counter)
    for entry in entries:
        match entry:
            case Reservation(attempt=attempt, amount=amount):
                balances[attempt] += amount
                reservations[attempt] += 1
            case Overran(attempt=attempt, amount=amount):
                balances[attempt] += amount
            case Charged(attempt=attempt, amount=amount) | Abandoned(attempt=attempt, amount=amount):
                balances[attempt] -= amount
                closings[attempt] += 1
                stated[attempt][amount] += 1
            case Released(attempt=attempt, amount=amount):
                balances[attempt] -= amount
            case Corrected(attempt=attempt, was=was, amount=amount):
                stated[attempt].subtract({was: 1})
                stated[attempt][amount] += 1
            case _:
                pass
    yield from _unbalanced(balances, reservations, closings)
    for attempt, amounts in sorted(stated.items()):
        yield from (
            Problem(str(attempt), f"a correction goes on from {was} nano-dollars, which nobody stated")
            for was, times in sorted(amounts.items())
            if times < 0
        )


def _unbalanced(
    balances: dict[AttemptId, int], reservations: dict[AttemptId, int], closings: dict[AttemptId, int]
) -> Iterator[Problem]:
    for attempt in sorted(balances):
        if reservations[attempt] != 1:
            yield Problem(str(attempt), f"reserved {reservations[attempt]} times, expected once")
        if closings[attempt] != 1:
            yield Problem(str(attempt), f"closed {closings[attempt]} times, expected once")
        elif balances[attempt]:
            yield Problem(str(attempt), f"{balances[attempt]} nano-dollars unaccounted for")
