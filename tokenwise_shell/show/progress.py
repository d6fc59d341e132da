"""A run as it happens: what has been spent, which step is where, and the display of it on stderr.

On a terminal the display is a table that is drawn anew; elsewhere it is one line for each thing that happens.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Self

from attrs import define, field

from tokenwise.budgets.ledger import (
    Abandoned,
    Charged,
    ContextCut,
    Downgraded,
    Entry,
    Escalated,
    Overran,
    Reservation,
    Retried,
    Seconded,
    StepEnded,
    Upgraded,
)
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel, Command, Record
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.show.render import one_line, usd

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

__all__ = ["LineDisplay", "LiveDisplay", "Tally", "happenings"]


@define
class Tally:
    """What a run has come to so far: money spent and held, and for each step a word and its model."""

    spent: int = 0
    held: dict[AttemptId, int] = field(factory=dict)
    words: dict[str, str] = field(factory=dict)
    models: dict[str, str] = field(factory=dict)
    costs: dict[str, int] = field(factory=dict)

    def hear(self, moment: Moment) -> None:
        """Take one moment into account."""
        for command in moment.commands:
            match command:
                case CallModel(attempt=attempt, model=model):
                    self.words[attempt.step], self.models[attempt.step] = "asking", model
                case Record(entry=entry):
                    self._enter(entry)
                case _:
                    pass

    def _enter(self, entry: Entry) -> None:
        match entry:
            case Reservation(attempt=attempt, amount=amount):
                self.held[attempt] = amount
            case Charged(attempt=attempt, amount=amount) | Abandoned(attempt=attempt, amount=amount):
                self.held.pop(attempt, None)
                self.spent += amount
                self.costs[attempt.step] = self.costs.get(attempt.step, 0) + amount
            case Retried(attempt=attempt):
                self.words[attempt.step] = "pausing"
            case StepEnded(step=step, outcome=outcome):
                self.words[step] = outcome
            case _:
                pass

    @property
    def money(self) -> str:
        """Spent and held, for people."""
        held = sum(self.held.values())
        return f"{usd(self.spent)} spent" + (f", {usd(held)} held" if held else "")


def happenings(moment: Moment) -> Iterator[str]:
    """What is worth telling of a moment, as lines."""
    for command in moment.commands:
        if told := _told(command):
            yield one_line(told)


def _told(command: Command) -> str:
    match command:
        case CallModel(attempt=attempt, model=model, provider=provider):
            return f"{attempt.step}: asking {model} at {provider}"
        case Record(entry=Retried(attempt=attempt, after_ms=after_ms, why=why)):
            return f"{attempt.step}: {why}; asking again in {after_ms / 1000:.1f} s"
        case Record(entry=Escalated(attempt=attempt, to=to, provider=provider, why=why)):
            return f"{attempt.step}: {why}; going on to {to} at {provider}"
        case Record(entry=Seconded(attempt=attempt, to=to, provider=provider)):
            return f"{attempt.step}: a second opinion from {to} at {provider}"
        case Record(entry=Downgraded(step=step, model=model, to=to, why=why)):
            return f"{step}: {to} instead of {model}: {why}"
        case Record(entry=Upgraded(step=step, model=model, to=to, why=why)):
            return f"{step}: {to} instead of {model}: {why}"
        case Record(entry=ContextCut(step=step, whole=whole, kept=kept)):
            return f"{step}: what it builds on was cut from {whole} to {kept} characters, to fit"
        case Record(entry=Overran(attempt=attempt, amount=amount)):
            return f"{attempt.step}: billed {usd(amount)} above what was reserved"
        case Record(entry=StepEnded(step=step, outcome=outcome, spent=spent, why=why)):
            return f"{step}: {outcome}, {usd(spent)}{f' ({why})' if why else ''}"
        case _:
            return ""


@define
class LineDisplay:
    """One line for each thing that happens, with the seconds since the start. `say` puts it where people see it."""

    tally: Tally
    say: Callable[[str], None]
    started: float = field(factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, moment: Moment) -> None:
        """Show one moment."""
        self.tally.hear(moment)
        for line in happenings(moment):
            self.say(f"{time.monotonic() - self.started:6.1f} s  {line}")


@define(eq=False)
class LiveDisplay:
    """A table on a terminal's stderr, drawn anew several times a second, gone when the run is over."""

    plan: Plan
    budget: Nanodollars
    tally: Tally
    started: float = field(factory=time.monotonic)
    _live: "Live | None" = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._live = Live(console=console, get_renderable=self.table, refresh_per_second=8, transient=True)
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._live is not None
        self._live.stop()

    def hear(self, moment: Moment) -> None:
        """Take one moment into account; the next drawing shows it."""
        self.tally.hear(moment)

    def table(self) -> "Table":
        """The steps, and under them time and money."""
        from rich.table import Table
        from rich.text import Text

        shown = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        for heading in ("step", "", "model"):
            shown.add_column(heading, no_wrap=True, overflow="ellipsis")
        shown.add_column("spent", justify="right")
        for step in self.plan.steps:
            word = self.tally.words.get(step.id, "waiting")
            cost = self.tally.costs.get(step.id)
            cells = (one_line(step.id), word, one_line(self.tally.models.get(step.id, "")), usd(cost) if cost else "")
            shown.add_row(*map(Text, cells), style=_STYLES.get(word, ""))
        elapsed = f"{time.monotonic() - self.started:.1f} s"
        shown.add_row(
            Text(elapsed), Text(""), Text(f"{self.tally.money} of {usd(self.budget)}"), Text(""), style="bold"
        )
        return shown


# Beside the word, never instead of it.
_STYLES: Final = {"waiting": "dim", "ok": "green", "asking": "", "pausing": "yellow"}
