"""The proof that the books balance, and what each line means for it.

Conservation, per attempt: reserved + overran = charged + released, or reserved = abandoned, exactly once; the law of
`tokenwise.budgets.ledger.check`, read off the lines themselves, since a million of them should take seconds. Per run:
lines are numbered from 0 without a gap, and what `finished` says was spent is the sum of the charges before it. Per
correction: it names a charge, and goes on from what was stated of that before. Corrections are few, so they are kept,
and what they correct is looked up in a second reading. Per voucher: it was minted, by that which it is cut from, and no
more was spent of it than its amount and what was overrun.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Final

from attrs import define, field, frozen

from tokenwise.budgets.limit import Account
from tokenwise.budgets.voucher import lineage
from tokenwise.errors import Problem
from tokenwise_shell.ledger.booking import MINTED, RETURNED, account_of, voucher_of
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, CORRECTIONS, Chain, overrun_by, spent_by
from tokenwise_shell.ledger.jsonl import Line

__all__ = ["EFFECTS", "Balance", "Verified", "name_of", "verify", "what_is_wrong"]

EFFECTS: Final[Mapping[str, int]] = {"reserved": 1, "overran": 1, "charged": -1, "abandoned": -1, "released": -1}
"""What a line's amount does to its attempt's balance, which must end at 0."""

_ENVELOPE: Final = (("v", int), ("at", str), ("run", str), ("seq", int), ("type", str), ("key", str))
_MONEY: Final = (*_ENVELOPE, ("step", str), ("attempt", int), ("amount_nano", int))
_NEEDS: Final[Mapping[str, tuple[tuple[str, type], ...]]] = {
    **dict.fromkeys(EFFECTS, _MONEY),
    "reserved": (*_MONEY, ("model", str), ("provider", str)),
    "charged": (*_MONEY, ("model", str), ("provider", str), ("outcome", str), ("estimated", bool)),
    "abandoned": (*_MONEY, ("model", str), ("provider", str)),
    CORRECTED: (
        *_MONEY,
        *((name, int) for name in ("was_nano", "reserved_nano", "corrects")),
        *((name, str) for name in ("model", "provider", "charged_at", "reserved_at", "outcome", "why")),
        ("estimated", bool),
    ),
    "finished": (*_ENVELOPE, ("status", str), ("spent_nano", int), ("overrun_nano", int)),
    "leased": (*_ENVELOPE, ("writer", str), ("lease", int), ("amount_nano", int)),
    "lease_ended": (*_ENVELOPE, ("writer", str), ("lease", int)),
    "limit_raised": (*_ENVELOPE, ("scope", str), ("amount_nano", int)),
    MINTED: (*_ENVELOPE, ("voucher", str), ("amount_nano", int), ("expires_at", str), ("models", list)),
    RETURNED: (*_ENVELOPE, ("voucher", str)),
}
_WORDS: Final = {int: "a whole number", str: "a text", bool: "true or false", list: "a list"}


def what_is_wrong(line: Line) -> str:
    """Why sums cannot count this line, "" if they can. Fields that no sum reads are not looked at."""
    for name, kind in _NEEDS.get(str(line.get("type")), _ENVELOPE):
        if type(line.get(name)) is not kind:
            return f"field {name!r} is {line.get(name)!r:.40}, expected {_WORDS[kind]}"
    if "each" in line and not _is_text_by_name(line["each"]):
        return f"field 'each' is {line['each']!r:.40}, expected texts by name"
    if "tags" in line and not _are_texts(line["tags"]):
        return f"field 'tags' is {line['tags']!r:.40}, expected a list of texts"
    if line.get("type") == MINTED and not _is_voucher(line):
        return "it says no voucher that could be"
    amounts = ("amount_nano", "was_nano", "reserved_nano") if line.get("type") == CORRECTED else ("amount_nano",)
    return "a negative amount" if any(line.get(name, 0) < 0 for name in amounts) else ""


def _is_voucher(line: Line) -> bool:
    try:
        return voucher_of(line).parent == account_of(line).voucher
    except (TypeError, ValueError):
        return False


def _is_text_by_name(value: object) -> bool:
    return isinstance(value, dict) and _are_texts([*value.values()])


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def name_of(line: Line) -> str:
    """A line's name in notices and problems."""
    return f"run {line.get('run')!r}, seq {line.get('seq')!r}"


@define
class Balance:
    """One attempt's lines so far. `nano` is what is held: reserved + overran - charged - released - abandoned."""

    nano: int = 0
    reserved: int = 0
    closed: int = 0
    writer: str = ""
    charged_at: int = -1

    def add(self, line: Line) -> None:
        """Count one line of a type in `EFFECTS`."""
        kind = line["type"]
        self.nano += EFFECTS[kind] * line["amount_nano"]
        if kind == "reserved":
            self.reserved += 1
            self.writer = line.get("writer", "")
        elif kind in CLOSINGS:
            self.closed += 1
            self.charged_at = line["seq"]

    @property
    def settled(self) -> bool:
        """Whether the attempt is over and nothing of it is missing or double."""
        return self.reserved == self.closed == 1 and not self.nano

    def problems(self) -> Iterator[str]:
        """What is wrong, as `tokenwise.budgets.ledger.check` says it."""
        if self.reserved != 1:
            yield f"reserved {self.reserved} times, expected once"
        if self.closed != 1:
            yield f"closed {self.closed} times, expected once"
        elif self.nano:
            yield f"{self.nano} nano-dollars unaccounted for"


@frozen
class Verified:
    """What the proof came to. `held_nano` is reserved by processes that live; no problems means: the books balance.

    `left_attempts` were left open by processes that died, and cost `left_nano` at most: so much is booked for them when
    the ledger is opened next. That is no problem; nothing is missing, but that somebody opens it.
    """

    problems: tuple[Problem, ...]
    lines: int
    runs: int
    spent_nano: int
    overrun_nano: int
    held_nano: int
    left_attempts: int = 0
    left_nano: int = 0


@define
class _RunBooks:
    """One run's lines from `first` on, until all of them are there and balance; `spent` is what the earlier cost."""

    first: int = 0
    spent: int = 0
    last: int = -1
    seqs: set[int] = field(factory=set)
    attempts: defaultdict[tuple[str, int], Balance] = field(factory=lambda: defaultdict(Balance))
    charges: list[tuple[int, int]] = field(factory=list)
    finished: list[tuple[int, int]] = field(factory=list)

    def add(self, line: Line) -> bool:
        """Count one line; False if its number has been seen."""
        seq, kind = line["seq"], line["type"]
        if seq < self.first or seq in self.seqs:
            return False
        self.seqs.add(seq)
        self.last = max(self.last, seq)
        if kind in EFFECTS:
            self.attempts[line["step"], line["attempt"]].add(line)
            if kind in CLOSINGS:
                self.charges.append((seq, line["amount_nano"]))
        elif kind == "finished":
            self.finished.append((seq, line["spent_nano"]))
        return True

    @property
    def complete(self) -> bool:
        """Whether the last line says finished and nothing is missing or wrong, so that only two numbers need be kept.

        A run that was resumed has several such lines; each says what the run had cost by then.
        """
        return (
            bool(self.finished)
            and max(self.finished)[0] == self.last
            and len(self.seqs) == self.last + 1 - self.first
            and all(balance.settled for balance in self.attempts.values())
            and not any(self.wrong_sums())
        )

    def wrong_sums(self) -> Iterator[str]:
        for seq, spent in sorted(self.finished):
            charged = self.spent + sum(amount for at, amount in self.charges if at < seq)
            if charged != spent:
                yield f"finished at seq {seq} with {spent} nano-dollars spent, its charges sum to {charged}"

    def missing(self) -> Iterator[str]:
        expected = set(range(self.first, self.last + 1))
        for start, stop in _stretches(sorted(expected - self.seqs)):
            yield f"seq {start} is missing" if start == stop else f"seq {start} to {stop} are missing"

    def held(self, living: Container[str]) -> int:
        """Reserved by a process that still works on it. The rest of what is not closed is a problem."""
        return sum(
            balance.nano for balance in self.attempts.values() if not balance.closed and self._open(balance, living)
        )

    def left(self, died: Callable[[str], bool]) -> tuple[Balance, ...]:
        """What processes that died have left open. A run that says it has finished had nothing open any more."""
        return tuple(balance for balance in self.attempts.values() if self._left(balance, died))

    def problems(self, living: Container[str], died: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        for message in (*self.missing(), *self.wrong_sums()):
            yield "", message
        for (step, ordinal), balance in sorted(self.attempts.items()):
            if not self._open(balance, living) and not self._left(balance, died):
                yield from ((f"{step}#{ordinal}", message) for message in balance.problems())

    def _open(self, balance: Balance, living: Container[str]) -> bool:
        """Whether what is missing may still be written by a living process.

        That is the end of a call, or the difference that stands right behind a charge, if that is the run's last line.
        """
        return self._awaits_an_end(balance) and balance.writer in living

    def _left(self, balance: Balance, died: Callable[[str], bool]) -> bool:
        over = bool(self.finished) and max(self.finished)[0] == self.last
        return not over and not balance.settled and self._awaits_an_end(balance) and died(balance.writer)

    def _awaits_an_end(self, balance: Balance) -> bool:
        ends = not balance.closed or (balance.closed == 1 and balance.charged_at == self.last)
        return balance.reserved == 1 and ends


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for _, group in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        stretch = [number for _, number in group]
        yield stretch[0], stretch[-1]


def _nobody_died(_: str) -> bool:
    return False


def verify(
    lines: Iterable[Line],
    *,
    living: Container[str] = (),
    died: Callable[[str], bool] = _nobody_died,
    again: Callable[[], Iterable[Line]] | None = None,
) -> Verified:
    """Prove that every reserved amount is charged, released or abandoned exactly once, and each run's sum is right.

    Whatever the order of the lines, the answer is the same (of different lines with one number, the first counts).
    `living` are the writers whose processes run: what they
    reserved and have not closed is held, not lost. What those left who `died`, and for whom nothing was booked yet, is
    counted apart. Memory grows by two numbers per run that is over and in order, and
    by all the lines of the others. `again` gives the same lines once more, where they are corrected; without it `lines`
    must be what can be gone through twice.
    """
    proof = _Proof()
    for line in lines:
        proof.add(line)
    if proof.corrections:
        proof.look_up(again() if again else lines)
    return proof.result(living, died)


@define
class _Voucher:
    """What was set aside under one name, and spent of it. Nothing, for calls that no voucher pays."""

    amounts: list[int] = field(factory=list)
    spent: int = 0
    overrun: int = 0

    def problems(self) -> Iterator[str]:
        if len(self.amounts) > 1 or (self.spent and not self.amounts):
            yield f"minted {len(self.amounts)} times, expected once"
        elif self.amounts and self.spent > self.amounts[0] + self.overrun:
            yield f"{self.spent} nano-dollars spent of {self.amounts[0]}, and {self.overrun} overrun"


@define
class _Proof:
    """The fold behind `verify`."""

    open: dict[str, _RunBooks] = field(factory=dict)
    over: dict[str, tuple[int, int]] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    lines: int = 0
    spent_nano: int = 0
    overrun_nano: int = 0
    leases: dict[str, dict[tuple[str, Account], int]] = field(factory=lambda: {"leased": {}, "lease_ended": {}})
    corrections: defaultdict[tuple[str, int], Chain] = field(factory=lambda: defaultdict(Chain))

    vouchers: defaultdict[str, _Voucher] = field(factory=lambda: defaultdict(_Voucher))

    def add(self, line: Line) -> None:
        self.lines += 1
        if wrong := what_is_wrong(line):
            self.problems.append(Problem(name_of(line), wrong))
            return
        run = line["run"]
        if not run:
            self._add_lease(line)
            if line["type"] == MINTED:
                self.vouchers[line["voucher"]].amounts.append(line["amount_nano"])
            return
        books = self.open.get(run)
        if books is None:
            books = self.open[run] = _RunBooks(*self.over.pop(run, (0, 0)))
        if not books.add(line):
            self.problems.append(Problem(name_of(line), "stands twice; a run's lines are numbered once each"))
        self._count(line)
        if books.finished and books.complete:
            self.over[run] = (books.last + 1, books.spent + sum(amount for _, amount in books.charges))
            del self.open[run]

    def _add_lease(self, line: Line) -> None:
        """Of one writer and account, the last lease line must have an end; the numbers tell which is the last."""
        if (kind := line["type"]) in self.leases:
            place, numbers = (line["writer"], account_of(line)), self.leases[kind]
            numbers[place] = max(line["lease"], numbers.get(place, 0))

    def _count(self, line: Line) -> None:
        self.spent_nano += spent_by(line)
        self.overrun_nano += overrun_by(line)
        if "each" in line:
            for name in lineage(account_of(line).voucher):
                self.vouchers[name].spent += spent_by(line)
                self.vouchers[name].overrun += overrun_by(line)
        if line["type"] == CORRECTED:
            self._add_correction(line)

    def _add_correction(self, line: Line) -> None:
        if not line["run"].endswith(CORRECTIONS):
            self.problems.append(Problem(name_of(line), f"a correction's run ends in {CORRECTIONS!r}"))
            return
        of = line["run"].removesuffix(CORRECTIONS)
        self.corrections[of, line["corrects"]].corrections.setdefault(line["seq"], line)

    def look_up(self, lines: Iterable[Line]) -> None:
        """Find what is corrected, by a second reading, and what its corrections say wrongly."""
        runs = {run for run, _ in self.corrections}
        reservations: dict[tuple[str, str, int], Line] = {}
        for line in lines:
            if line.get("run") not in runs or what_is_wrong(line):
                continue
            if line["type"] == "reserved":
                reservations.setdefault((line["run"], line["step"], line["attempt"]), line)
            elif line["type"] in CLOSINGS and (chain := self.corrections.get((line["run"], line["seq"]))):
                chain.closing = chain.closing or line
        for (run, _), chain in self.corrections.items():
            if chain.closing is not None:
                chain.reservation = reservations.get((run, chain.closing["step"], chain.closing["attempt"]))
            self.problems += [Problem(name_of(line), message) for line, message in chain.problems()]

    def result(self, living: Container[str], died: Callable[[str], bool]) -> Verified:
        for run, books in self.open.items():
            for attempt, message in books.problems(living, died):
                self.problems.append(Problem(f"run {run!r}" + (f", attempt {attempt}" if attempt else ""), message))
        for (writer, account), number in self.leases["leased"].items():
            if (
                writer not in living
                and not died(writer)
                and self.leases["lease_ended"].get((writer, account), 0) < number
            ):
                whose = f"writer {writer!r}, key {account.key!r}" + "".join(f", tag {tag!r}" for tag in account.tags)
                self.problems.append(Problem(whose, f"lease {number} has no end"))
        for name, voucher in self.vouchers.items():
            self.problems += [Problem(f"voucher {name!r}", message) for message in voucher.problems()]
        left = [balance for books in self.open.values() for balance in books.left(died)]
        return Verified(
            problems=tuple(sorted(self.problems, key=str)),
            lines=self.lines,
            runs=sum(not run.endswith(CORRECTIONS) for run in self.open) + len(self.over),
            spent_nano=self.spent_nano,
            overrun_nano=self.overrun_nano,
            held_nano=sum(books.held(living) for books in self.open.values()),
            left_attempts=len(left),
            left_nano=sum(balance.nano for balance in left if not balance.closed),
        )
