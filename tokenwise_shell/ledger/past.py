"""What the ledger knows of a run that is gone on with: the truth about what it has cost, whatever else was recorded."""

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from tokenwise.budgets.limits import Account
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.ledger.booking import account_of
from tokenwise_shell.ledger.proof import CLOSINGS, what_is_wrong
from tokenwise_shell.ledger.segments import read_ledger

__all__ = ["Past", "past_of"]


@frozen
class Past:
    """A run's lines so far: the number of its next, under whom it is booked, and what each attempt has cost.

    `account` is None where there are no lines.
    """

    next_seq: int = 0
    account: Account | None = None
    booked: Mapping[AttemptId, Nanodollars] = field(factory=dict)


def past_of(ledger: Path, run_id: str) -> Past:
    """Read it. To be called once the dead have been recovered, so that no attempt is open. Raises OSError."""
    lines = [line for line in read_ledger(ledger, _unheard) if line.get("run") == run_id and not what_is_wrong(line)]
    if not lines:
        return Past()
    closings = [line for line in lines if line["type"] in CLOSINGS]
    return Past(
        1 + max(line["seq"] for line in lines),
        account_of(lines[-1]),
        {AttemptId(line["step"], line["attempt"]): Nanodollars(line["amount_nano"]) for line in closings},
    )


def _unheard(_: str) -> None:
    """For notices that opening the ledger has given already."""
