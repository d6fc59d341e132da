"""Which processes write a ledger now: each holds a locked file in `<ledger>.writers/` for as long as it lives.

The kernel gives a lock back when its process ends, however it ends, so a lock that can be taken belongs to the dead. No
process id is trusted: those are used again. A file says from where in the ledger on its process has written, so that
recovery reads no more than that, and since which start of the machine: a process that a power loss took may have lost
lines, one that was only killed has not. It is removed when its process has closed all it reserved, or was recovered.

All of this assumes that every writer sees the others' `flock`s: one machine, or a file system that carries them.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson
from attrs import define, frozen

from tokenwise_shell.ledger.jsonl import sync_directory

__all__ = ["Position", "Registered", "Roll", "Writer", "boot_id", "take_roll"]

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@frozen(order=True)
class Position:
    """A place in a ledger: the number of one of its files, from 1, and a byte in it. See `segments`."""

    number: int
    offset: int


@frozen
class Writer:
    """One process, by the name it gave itself; the ledger's end when it came, and the machine's start it lived in."""

    name: str
    start: Position
    boot: str = ""


@frozen
class Roll:
    """Who writes and who died. `start` is from where on the dead may have left something open.

    A ledger that has lines and no directory of writers was copied or restored: then everybody in it is dead.
    """

    living: frozenset[str]
    dead: tuple[Writer, ...]
    start: Position | None

    def was_killed(self, name: str, boot: str) -> bool:
        """Whether this dead process is known to have died while the machine went on, so that no line was lost."""
        return bool(boot) and any(writer.name == name and writer.boot == boot for writer in self.dead)


def boot_id() -> str:
    """Which start of the machine this is; "" where the system does not say, which counts as another each time."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _folder(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".writers")


def take_roll(ledger: Path) -> Roll:
    """Find out who lives. Disturbs nobody. Raises OSError where the directory cannot be read."""
    folder = _folder(ledger)
    if not folder.exists():
        return Roll(frozenset(), (), Position(0, 0))
    living, dead = set(), []
    for path in sorted(folder.iterdir()):
        if _is_locked(path):
            living.add(path.name)
        else:
            dead.append(_written_in(path))
    return Roll(frozenset(living), tuple(dead), min((writer.start for writer in dead), default=None))


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:  # removed meanwhile: its process left in order
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _written_in(path: Path) -> Writer:
    """What the file says. Where its process died before it had written that, everything has to be read."""
    everything = Writer(path.name, Position(0, 0))
    try:
        match orjson.loads(path.read_bytes()):
            case {"file": int(number), "from": int(offset), "boot": str(boot)}:
                return Writer(path.name, Position(number, offset), boot)
            case _:
                return everything
    except (FileNotFoundError, orjson.JSONDecodeError):
        return everything


@define
class Registered:
    """This process's own entry in the roll."""

    path: Path
    descriptor: int
    boot: str

    @classmethod
    def register(cls, ledger: Path, writer: Writer) -> "Registered":
        """Enter a writer, durably. To be called with the ledger locked, before its first line. Raises OSError."""
        folder = _folder(ledger)
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / writer.name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, orjson.dumps(_told(writer)))
        os.fsync(descriptor)
        sync_directory(folder)
        sync_directory(ledger.parent)
        return cls(path, descriptor, writer.boot)

    def move(self, start: Position) -> None:
        """Say, durably, that before this place nothing of this process is open. Raises OSError.

        The file is written over in place, since its lock must stay: cut short, it says nothing, and all is read.
        """
        told = orjson.dumps({"pid": os.getpid(), "file": start.number, "from": start.offset, "boot": self.boot})
        os.pwrite(self.descriptor, told, 0)
        os.ftruncate(self.descriptor, len(told))
        os.fsync(self.descriptor)

    def leave(self, *, owing: bool) -> None:
        """Give the lock back. A writer that still owes closings leaves its file, so that the next one recovers it."""
        if not owing:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)

    @staticmethod
    def forget(ledger: Path, dead: Iterable[Writer]) -> None:
        """Remove those whose reservations have been closed by now."""
        for writer in dead:
            (_folder(ledger) / writer.name).unlink(missing_ok=True)


def _told(writer: Writer) -> dict[str, object]:
    return {"pid": os.getpid(), "file": writer.start.number, "from": writer.start.offset, "boot": writer.boot}
