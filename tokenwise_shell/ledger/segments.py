"""A ledger's files: the one being written, and those that were set aside when they had grown long enough.

    ledger.jsonl           is being written
    ledger.jsonl.000001    was set aside first
    ledger.jsonl.lock      is locked by whoever opens the ledger, sets a file aside or looks at all of it at once

A process that has not noticed yet goes on appending to a file that was set aside; nothing is concluded from which file
a line stands in. The lock is held for moments: to find out who lives and how long each file is, so that what is then
read is the ledger as it was at one instant.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen

from tokenwise_shell.ledger.jsonl import Line, LineFile, LinesUnwritable, read_lines
from tokenwise_shell.ledger.writers import Position, take_roll

__all__ = ["Snapshot", "locked", "naming", "numbered", "or_closed", "read_from", "read_ledger", "set_aside", "snapshot"]

_DIGITS: Final = 6  # a million files of the default size are more than a disk


def numbered(ledger: Path) -> dict[int, Path]:
    """The ledger's files by number, in order. The one being written is the last, whether it exists yet or not."""
    name = re.compile(re.escape(ledger.name) + rf"\.(\d{{{_DIGITS}}})")
    found = ((name.fullmatch(path.name), path) for path in ledger.parent.glob(f"{ledger.name}.*"))
    aside = {int(match[1]): path for match, path in found if match}
    return {**dict(sorted(aside.items())), max(aside, default=0) + 1: ledger}


def set_aside(ledger: Path) -> None:
    """Give the file being written its number. To be called under the lock. Raises OSError."""
    number = max(numbered(ledger))
    ledger.rename(ledger.with_name(f"{ledger.name}.{number:0{_DIGITS}d}"))


@contextmanager
def locked(ledger: Path, *, wait: bool = True) -> Iterator[None]:
    """Keep others from opening the ledger meanwhile; those that have it open go on appending.

    Raises BlockingIOError where somebody has the lock and this is not to wait, OSError where there can be none.
    """
    ledger.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(_lock_of(ledger), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)  # gives the lock back


def _lock_of(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".lock")


@contextmanager
def _looking_at(ledger: Path) -> Iterator[None]:
    """The lock for one who only looks, and may not be allowed to write here."""
    try:
        descriptor = os.open(_lock_of(ledger), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield  # nobody has opened this ledger since it came here
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@frozen
class Snapshot:
    """The ledger at one instant: who was alive, who died and was not recovered yet, and each file with its length.

    `dead` is None where nobody is known: everybody in a ledger that was copied here is dead.
    """

    living: frozenset[str]
    parts: tuple[tuple[Path, int], ...]
    dead: frozenset[str] | None = frozenset()

    def died(self, writer: str) -> bool:
        """Whether what this writer left open is still to be closed by whoever opens the ledger next."""
        return self.dead is None or writer in self.dead

    def lines(self, notice: Callable[[str], None]) -> Iterator[Line]:
        """Every line that was there. Raises OSError."""
        for path, size in self.parts:
            yield from read_lines(path, notice, stop=size)


def snapshot(ledger: Path) -> Snapshot:
    """Look at the whole ledger at once. Raises OSError.

    Whoever wrote a line of it is known to live, or has closed what it reserved, or is dead: nobody comes while the lock
    is held, and the living are asked before the lengths.
    """
    with _looking_at(ledger):
        roll = take_roll(ledger)
        parts = tuple((path, path.stat().st_size) for path in numbered(ledger).values() if path.exists())
    known = roll.living or roll.dead or roll.start is None
    return Snapshot(roll.living, parts, frozenset(writer.name for writer in roll.dead) if known else None)


def read_ledger(ledger: Path, notice: Callable[[str], None]) -> Iterator[Line]:
    """The lines of all the ledger's files, oldest file first. Raises OSError."""
    yield from read_from(ledger, Position(0, 0), notice)


def read_from(ledger: Path, position: Position, notice: Callable[[str], None]) -> Iterator[Line]:
    """The lines from a position on; all of them where its file is no longer there. Raises OSError."""
    files = numbered(ledger)
    known = position.number in files
    for number, path in files.items():
        if (number >= position.number or not known) and path.exists():
            start = position.offset if number == position.number else 0
            yield from read_lines(path, notice, start=start, stop=path.stat().st_size)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Say which ledger it is whose files cannot be worked with."""
    try:
        yield
    except LinesUnwritable:
        raise
    except OSError as error:
        raise LinesUnwritable(path, error, 0) from error


@contextmanager
def or_closed(file: LineFile) -> Iterator[None]:
    """Close the file if this fails."""
    try:
        yield
    except OSError:
        os.close(file.descriptor)
        raise
