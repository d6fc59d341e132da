"""What a guarded command has spent: by model, and by agent where the harness tells its agents apart.

Heard from the runs themselves, as they write their books. Nothing here decides anything.
"""

from collections.abc import Mapping
from typing import Final

from attrs import define, field

from tokenwise.budgets.ledger import Abandoned, Charged, Overran, Reservation
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Record
from tokenwise.machine.run import Job
from tokenwise.money import Nanodollars
from tokenwise.simulation.simulation import Moment
from tokenwise.usage import Usage
from tokenwise_shell.engine.interpret import Listener
from tokenwise_shell.plans.decision import as_usd

__all__ = ["MAIN", "Part", "Tally", "agent_of"]

MAIN: Final = ""
"""The agent that is no other's: the one that was started."""

# Who tells its agents apart, and by which header (as of 2026-11): Claude Code since 2.1 an id for each that another
# started; Codex what kind of agent it is, for all but the first.
_AGENT_HEADERS: Final = ("x-claude-code-agent-id", "x-openai-subagent")
_LONGEST_AGENT: Final = 60

_FOR_WANT_OF_MONEY: Final = ("budget_exceeded", "budget_busy")


def agent_of(headers: Mapping[str, str]) -> str:
    """Which agent of the command's is asking, by what it says itself; `MAIN` where it does not.

    >>> agent_of({"x-claude-code-agent-id": "a1b2"}), agent_of({"accept": "*/*"})
    ('a1b2', '')
    """
    said = next((headers[name] for name in _AGENT_HEADERS if headers.get(name)), MAIN)
    return "".join(char for char in said if char.isprintable())[:_LONGEST_AGENT]


@define
class Part:
    """Sums of one model, or of one agent. Tokens are as the provider reported them."""

    calls: int = 0
    spent: int = 0
    estimated: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    output_tokens: int = 0

    def add(self, amount: int, usage: Usage | None, *, estimated: bool) -> None:
        """Count one call."""
        self.calls += 1
        self.spent += amount
        self.estimated += amount if estimated else 0
        if usage is not None:
            self.input_tokens += usage.prompt_tokens
            self.cached_tokens += usage.cache_read_tokens
            self.written_tokens += usage.written_tokens
            self.output_tokens += usage.output_tokens

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "calls": self.calls,
            "spent_nano": self.spent,
            "spent_usd": as_usd(Nanodollars(self.spent)),
            "estimated_nano": self.estimated,
            "input_tokens": self.input_tokens,
            "cached_input_tokens": self.cached_tokens,
            "cache_write_tokens": self.written_tokens,
            "output_tokens": self.output_tokens,
        }


@define
class Tally:
    """One guard's sums. `refused` counts requests that ended for want of money, `failed` all others by their error."""

    total: Part = field(factory=Part)
    models: dict[str, Part] = field(factory=dict)
    agents: dict[str, Part] = field(factory=dict)
    held: dict[tuple[str, AttemptId], int] = field(factory=dict)
    overrun: int = 0
    refused: int = 0
    failed: dict[str, int] = field(factory=dict)
    last_error: str = ""

    def turned_away(self, error: str) -> None:
        """Count a request that was answered with this error."""
        if error in _FOR_WANT_OF_MONEY:
            self.refused += 1
        else:
            self.failed[error] = self.failed.get(error, 0) + 1

    def listener(self, agent: str, job: Job) -> Listener:
        """Hears one run of this agent's."""

        def hear(moment: Moment) -> None:
            for command in moment.commands:
                if isinstance(command, Record):
                    self._enter(agent, job.id, command)

        return hear

    def _enter(self, agent: str, run: str, record: Record) -> None:
        match record.entry:
            case Reservation(attempt=attempt, amount=amount):
                self.held[run, attempt] = amount
            case Charged(attempt=attempt, model=model, amount=amount, usage=usage, estimated=estimated):
                self.held.pop((run, attempt), None)
                self._add(agent, model, amount, usage, estimated=estimated)
            case Abandoned(attempt=attempt, model=model, amount=amount):
                self.held.pop((run, attempt), None)
                self._add(agent, model, amount, None, estimated=True)
            case Overran(amount=amount):
                self.overrun += amount
            case _:
                pass

    def _add(self, agent: str, model: str, amount: int, usage: Usage | None, *, estimated: bool) -> None:
        for part in (
            self.total,
            self.models.setdefault(model, Part()),
            self.agents.setdefault(agent, Part()),
        ):
            part.add(amount, usage, estimated=estimated)
