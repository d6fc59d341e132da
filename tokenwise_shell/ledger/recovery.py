"""What processes that died have left open in a ledger, and the lines that close it.

A reservation without an end is abandoned, in full: the provider may have answered and billed. A charge whose difference
to the reservation was cut off gets its `released` or `overran`. A lease without an end is ended; where lines may have
been lost with the power, what of it is not accounted for by the reservations that survived is charged first, as one
more call that was abandoned. Nothing is written here; `journal` does that, under a lock, when it opens the ledger.

What the ledger knows of a run that is gone on with, `past_of` reads once that is done: the truth about what the run has
cost, whatever else was recorded. Corrections are not in it, since they change no run's own books.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from tokenwise.budgets.limit import Account
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.ledger.booking import account_of, booking_of
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.jsonl import VERSION, Line, unheard
from tokenwise_shell.ledger.proof import EFFECTS, Balance, what_is_wrong
from tokenwise_shell.ledger.segments import read_from, read_ledger
from tokenwise_shell.ledger.writers import Roll

__all__ = ["LOST", "Past", "Recovered", "closings_for", "past_of", "summed"]

LOST: Final = "lost"
"""Model and provider of what was charged for reservations that a power loss may have taken: nobody knows whose."""


@frozen
class Recovered:
    """What was booked for processes that died: how many attempts, and the sum that counts as spent, as an estimate."""

    attempts: int = 0
    nano: int = 0


def closings_for(roll: Roll, ledger: Path, notice: Callable[[str], None], *, at: str, boot: str) -> Iterator[Line]:
    """Lines that close what the dead have left open, dated `at`; `boot` is which start of the machine this is.

    One process writes all the lines of an attempt, so they stand in order, and what is settled can be forgotten.
    Raises OSError where the ledger cannot be read.
    """
    if roll.start is None:
        return
    found = _Found()
    for line in read_from(ledger, roll.start, notice):
        if not what_is_wrong(line):  # else nothing can be concluded from it; `verify` reports it
            found.add(line)
    for one in found.left.values():
        if one.balance.writer not in roll.living and one.balance.closed <= 1:
            yield _closing(one, found.next_seq(one.reservation["run"]), at)
    for lease in found.leases.values():
        if lease.line["writer"] not in roll.living:
            lost = not roll.was_killed(lease.line["writer"], boot)
            yield from _lease_closings(lease, at, found.next_seq(_run_of(lease.line)) if lost else None)


def summed(closings: Iterable[Line]) -> Recovered:
    """What these lines come to."""
    booked = [line["amount_nano"] for line in closings if line["type"] == "abandoned"]
    return Recovered(len(booked), sum(booked))


@define
class _Left:
    """What is open of one attempt while the ledger is read: its reservation's line, and its balance."""

    reservation: Line
    balance: Balance


@define
class _OpenLease:
    """The last line of a lease without an end, and what was reserved within it since and has survived."""

    line: Line
    reserved: int = 0


@define
class _Found:
    """What is open after the lines read so far."""

    left: dict[tuple[str, str, int], _Left] = field(factory=dict)
    leases: dict[tuple[str, Account], _OpenLease] = field(factory=dict)
    last: dict[str, int] = field(factory=dict)

    def add(self, line: Line) -> None:
        kind = line["type"]
        self.last[line["run"]] = max(line["seq"], self.last.get(line["run"], -1))
        if kind in EFFECTS:
            self._add_effect(line)
        elif kind == "leased":
            self.leases[line["writer"], account_of(line)] = _OpenLease(line)
        elif kind == "lease_ended":
            self.leases.pop((line["writer"], account_of(line)), None)

    def _add_effect(self, line: Line) -> None:
        place = (line["run"], line["step"], line["attempt"])
        if line["type"] == "reserved":
            self.left[place] = _Left(line, Balance())
            if lease := self._lease_of(line):
                lease.reserved += line["amount_nano"]
        if one := self.left.get(place):
            one.balance.add(line)
            if one.balance.settled:
                del self.left[place]

    def _lease_of(self, line: Line) -> _OpenLease | None:
        """The lease that a reservation was made within: that of its key, and of those of its tags that had limits.

        What a voucher pays was made within none.
        """
        if account_of(line).voucher:
            return None
        writer, key, tags = line.get("writer", ""), line["key"], line.get("tags", ())
        if not tags:
            return self.leases.get((writer, Account(key)))
        within = [
            account
            for owner, account in self.leases
            if owner == writer and account.key == key and set(account.tags) <= set(tags)
        ]
        return self.leases[writer, max(within, key=lambda account: len(account.tags))] if within else None

    def next_seq(self, run: str) -> int:
        """The number of the run's next line."""
        self.last[run] = self.last.get(run, -1) + 1
        return self.last[run]


def _run_of(lease: Line) -> str:
    """The run under which a lost lease is charged: one for each, so that its numbers are its own."""
    return "-".join(("lease", lease["writer"], str(lease["lease"]), lease["key"], *lease.get("tags", ())))


def _lease_closings(lease: _OpenLease, at: str, seq: int | None) -> Iterator[Line]:
    """The end of a lease. With a number to begin with, power was lost, and what it may have covered is charged.

    A number above 0 means that a recovery before this one was itself cut short after it had charged it.
    """
    told = lease.line
    rest = told["amount_nano"] - lease.reserved
    if seq == 0 and rest > 0:
        call = {"step": "lease", "attempt": 0, "model": LOST, "provider": LOST, "amount_nano": rest, "recovered": True}
        head = {"v": VERSION, "at": told["at"], "run": _run_of(told), **booking_of(account_of(told))}
        reserved = {"seq": 0, "type": "reserved", "writer": told["writer"]}
        yield {**head, **reserved, **call, "input_tokens": 0, "max_output_tokens": 0}
        yield {**head, "at": at, "seq": 1, "type": "abandoned", **call, "estimated": True}
    ended = {"v": VERSION, "at": at, "run": "", "seq": 0, "type": "lease_ended", **booking_of(account_of(told))}
    yield {**ended, "writer": told["writer"], "lease": told["lease"], "recovered": True}


def _closing(one: _Left, seq: int, at: str) -> Line:
    """The line that was still to come: what became of an open call, or of the difference to one that was charged."""
    nano = one.balance.nano
    kind = "abandoned" if not one.balance.closed else "released" if nano > 0 else "overran"
    told = one.reservation
    line = {"v": VERSION, "at": at, "run": told["run"], "seq": seq, "type": kind, **booking_of(account_of(told))}
    line |= {"step": told["step"], "attempt": told["attempt"], "amount_nano": abs(nano), "recovered": True}
    if kind == "abandoned":
        line |= {"model": told["model"], "provider": told["provider"], "estimated": True}
    return line


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
    lines = [line for line in read_ledger(ledger, unheard) if line.get("run") == run_id and not what_is_wrong(line)]
    if not lines:
        return Past()
    closings = [line for line in lines if line["type"] in CLOSINGS]
    return Past(
        1 + max(line["seq"] for line in lines),
        account_of(lines[-1]),
        {AttemptId(line["step"], line["attempt"]): Nanodollars(line["amount_nano"]) for line in closings},
    )
