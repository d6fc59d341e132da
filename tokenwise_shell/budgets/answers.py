"""What becomes of a reserve: the amount is held, or some budget says no; and how that is told to people."""

from collections.abc import Callable, Mapping
from statistics import median_low
from typing import ClassVar, Final, TypeVar

from attrs import define, evolve, field, frozen

from tokenwise.budgets.budget import Budget, Hold, Short
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.nested import Place
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.ledger.jsonl import iso

__all__ = [
    "UNREACHABLE", "Alert", "Alerts", "Answer", "Granted", "Left", "NotHeld", "Refusals", "Since", "keep", "near_in",
    "told",
]  # fmt: skip

UNREACHABLE: Final = "budget_store"
"""The scope that a refusal names where the store of budgets could not be asked."""

# Refusals nobody has asked for yet: runs that wait their turn, and ended well after all.
_REMEMBERED: Final = 1024

K = TypeVar("K")
V = TypeVar("V")

# A client that is told to wait longer than this has gone to somebody else.
_LONGEST_WAIT_S: Final = 30


@frozen
class Alert:
    """Something about a limit that people want to know: it is "near", "spent", or a call is "paused" by it."""

    what: str
    scope: str
    left: Nanodollars
    percent: int = 100

    @property
    def event(self) -> str:
        """Its name in the ledger and to programs."""
        return f"limit_{self.what}"

    @property
    def fields(self) -> dict[str, object]:
        """The rest of it."""
        return {"scope": self.scope, "percent": self.percent, "left_nano": self.left}


def near_in(budgets: Mapping[str, Budget]) -> tuple[Alert, ...]:
    """Those of these budgets of which four fifths are spent.

    >>> near_in({"process total": Budget(Nanodollars(100), spent=Nanodollars(83))})[0].percent
    83
    """
    return tuple(
        Alert("near", scope, one.available, 100 * one.spent // one.limit)
        for scope, one in budgets.items()
        if one.limit and 5 * one.spent >= 4 * one.limit
    )


@frozen
class Left:
    """What the tightest budget of a call has left, of how much."""

    scope: str
    available: Nanodollars
    limit: Nanodollars


@frozen
class Granted:
    """The amount is held in every scope named; where not `governed`, in none: no store could be asked, by policy.

    `near` are those of which four fifths are spent.
    """

    granted: ClassVar[bool] = True
    hold: Hold
    governed: bool = True
    near: tuple[Alert, ...] = field(default=(), eq=False)


@frozen
class NotHeld:
    """Nothing is held. `scope` is the budget that said no, with what it has left and what others hold of it.

    `ends_ms` is when its window ends and the limit is renewed (Unix time), None where that will not be. `age_ms` is for
    how long the calls of this process have been under way, at the median. `models` is the glob of those that it
    limits, "" for all; where it `pauses`, somebody may raise it. `aside` of what is held is what vouchers keep,
    which no call gives back. `limit` and `spent` are as the budget stands; None where nobody could be asked.
    """

    granted: ClassVar[bool] = False
    scope: str
    needed: Nanodollars
    available: Nanodollars
    held: Nanodollars
    ends_ms: int | None = None
    age_ms: int = 0
    models: str = ""
    pauses: bool = False
    aside: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- a NewType of int
    limit: Nanodollars | None = field(default=None, eq=False)
    spent: Nanodollars | None = field(default=None, eq=False)

    @classmethod
    def of(cls, short: Short, ends_ms: int | None) -> "NotHeld":
        """What the core says of the tightest budget, which is renewed at this time."""
        return cls(
            short.scope, short.needed, short.available, short.held, ends_ms, limit=short.limit, spent=short.spent
        )

    @classmethod
    def unasked(cls, amount: Nanodollars) -> "NotHeld":
        """Nobody could be asked whether there is so much."""
        return cls(UNREACHABLE, amount, Nanodollars(0), Nanodollars(0))

    def under(self, limit: Limit | None) -> "NotHeld":
        """The same, with what is known of the limit that said no."""
        return evolve(self, models=limit.model or "", pauses=limit.pauses) if limit else self

    def for_want_of(self, least: Nanodollars) -> "NotHeld":
        """The same refusal of the least that would have done, where more was asked for."""
        return evolve(self, needed=min(self.needed, least))

    @property
    def would_do(self) -> Nanodollars | None:
        """The least limit of which so much could be held once all calls under way are over, if they cost nothing."""
        return None if self.spent is None else Nanodollars(self.spent + self.aside + self.needed)

    @property
    def retry_after_s(self) -> int:
        """When it is worth asking again: calls that have taken so long may well take as long again."""
        return min(max(1, -(-self.age_ms // 1000)), _LONGEST_WAIT_S)

    @property
    def busy(self) -> bool:
        """Whether waiting may help: with the others' holds given back in full, this budget would say yes."""
        return self.available + self.held >= self.needed

    @property
    def code(self) -> str:
        """The refusal's name for programs."""
        if self.unreachable:
            return "budget_unavailable"
        return "budget_busy" if self.busy else "budget_exceeded"

    @property
    def unreachable(self) -> bool:
        """Whether nobody could be asked, so that nothing is known of the money."""
        return self.scope == UNREACHABLE


Answer = Callable[[Granted | NotHeld], None]
"""Hears what became of a reserve, once."""


@define(eq=False)
class Refusals:
    """The last refusal of each run, for whoever has to say why it came to nothing. Some are never asked for."""

    _last: dict[str, NotHeld] = field(factory=dict)

    def keep(self, run_id: str, refused: NotHeld) -> None:
        """Remember it, and forget the oldest where there are too many."""
        keep(self._last, run_id, refused)

    def take(self, run_id: str) -> NotHeld | None:
        """The last refusal of this run, which is forgotten with that; None where it was refused nothing."""
        return self._last.pop(run_id, None)


@define(eq=False)
class Alerts:
    """Says each thing about a budget once, to all who listen; and remembers of which a run comes near the end."""

    listeners: list[Callable[[Alert], None]] = field(factory=list)
    _said: dict[tuple[str, str], None] = field(factory=dict)
    _near: dict[str, tuple[Alert, ...]] = field(factory=dict)

    def heard(self, run_id: str, told: "Granted | NotHeld") -> None:
        """Take notice of what became of a reserve."""
        if isinstance(told, Granted):
            if told.near:
                keep(self._near, run_id, told.near)
                for alert in told.near:
                    self.say(alert)
        elif not told.busy and not told.unreachable:
            self.say(Alert("spent", told.scope, told.available))

    def near(self, run_id: str) -> str:
        """The budget that this run has come nearest the end of, in words for a header; "" where that is far."""
        if not self._near:
            return ""
        most = max(self._near.get(run_id, ()), key=lambda alert: alert.percent, default=None)
        return f"{most.scope} {most.percent}%" if most else ""

    def say(self, alert: Alert) -> None:
        """Tell all who listen, unless they have heard it of this budget."""
        if (alert.what, alert.scope) not in self._said:
            keep(self._said, (alert.what, alert.scope), None)
            for listener in self.listeners:
                listener(alert)


def keep(known: dict[K, V], key: K, value: V, most: int = _REMEMBERED) -> None:
    """Remember it, and forget the oldest where there are too many."""
    known.pop(key, None)
    known[key] = value
    if len(known) > most:
        del known[next(iter(known))]


@define(eq=False)
class Since:
    """Since when each call has held its money, Unix ms."""

    _began: dict[Place, int] = field(factory=dict)

    def begin(self, place: Place, at_ms: int) -> None:
        """A call holds money from now on."""
        self._began[place] = at_ms

    def end(self, place: Place) -> None:
        """It holds none any more."""
        self._began.pop(place, None)

    def dated(self, refused: NotHeld | None, at_ms: int) -> NotHeld | None:
        """The refusal with what is known of the others' calls."""
        if refused is None or not self._began:
            return refused
        return evolve(refused, age_ms=max(0, at_ms - median_low(self._began.values())))


def told(refused: NotHeld) -> str:
    """A refusal in words: which limit, what was needed, what is left, what others hold, and when the window ends.

    >>> told(NotHeld("key:alice 2026-11", Nanodollars(50_000_000), Nanodollars(10_000_000), Nanodollars(0)))
    'the budget key:alice 2026-11 has $0.01 left of the $0.05 needed'
    """
    under_way = Nanodollars(refused.held - refused.aside)
    needed, left, calls, aside = map(format_usd, (refused.needed, refused.available, under_way, refused.aside))
    if refused.unreachable:
        return f"the shared budgets cannot be reached, so the {needed} needed cannot be held; see `budget_store`"
    parts = [f"the budget {refused.scope} has {left} left of the {needed} needed"]
    if refused.aside:
        parts.append(f"{aside} of it is held by vouchers")
    if under_way:
        enough = refused.available + under_way >= refused.needed
        parts.append(f"{calls} of it is held by calls under way" + (", so waiting may help" if enough else ""))
    if refused.ends_ms is not None:
        parts.append(f"it is renewed at {iso(refused.ends_ms)}")
    return "; ".join(parts)
