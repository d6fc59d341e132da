"""The file behind the ledger's name: followed where it was moved, and set aside once it is long."""

import logging
import os
from contextlib import suppress
from typing import Final

from attrs import define, field

from tokenwise_shell.ledger.jsonl import LineFile, LinesUnwritable, sync_directory
from tokenwise_shell.ledger.segments import locked, numbered, set_aside
from tokenwise_shell.ledger.writers import Position, Registered

__all__ = ["ROTATE_BYTES", "Rotation"]

ROTATE_BYTES: Final = 1 << 28
"""A file of this length is set aside: about a million lines, which a reader goes through in some seconds."""

# Batches of lines between two trials to set a long file aside.
_TRY_EVERY: Final = 64

_LOG: Final = logging.getLogger("tokenwise.ledger")


@define(eq=False)
class Rotation:
    """Which file one process writes. `lost` is what kept the old file's last lines from being made durable."""

    file: LineFile
    place: Registered
    rotate_bytes: int
    lost: LinesUnwritable | None = None
    _tries: int = 0
    _name: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._name = os.fspath(self.file.path)

    def before_writing(self) -> None:
        """Go on in the file of that name if this one no longer has it: set aside by another process, moved or deleted.

        What is written to a file that has no name is lost with the process, so for such a one the lock is waited for.
        A file that is long enough is set aside. What keeps that from being done (no room for a new file, say) shows
        when lines are written; it is tried again.
        """
        try:
            found = os.stat(self._name)  # noqa: PTH116 -- `Path.stat` takes twice as long
            moved, long = found.st_ino != self.file.inode, found.st_size >= self.rotate_bytes
        except FileNotFoundError:
            moved, long = True, False
        except OSError:
            return  # it shows when lines are written
        if moved or (long and self._is_time()):
            with suppress(OSError):
                wait = moved and os.fstat(self.file.descriptor).st_nlink == 0
                with locked(self.file.path, wait=wait):
                    self._change_files()

    def _is_time(self) -> bool:
        self._tries += 1
        return self._tries % _TRY_EVERY == 1

    def _change_files(self) -> None:
        path = self.file.path
        try:
            self.file.sync()  # of what is in the old file, nobody will ask again
        except OSError as error:
            self.lost = LinesUnwritable(path, error, 0)
            return
        if not self._moved():
            set_aside(path)
        taken = self._taken_away()
        self.file.go_on_in(path)
        sync_directory(path.parent)
        if taken:
            _LOG.warning("%s was moved or deleted while it was being written; a new file of this name goes on", path)
            self.place.move(Position(max(numbered(path)), 0))

    def _taken_away(self) -> bool:
        """Whether the file being written is none of the ledger's any more, under any of their names."""
        return self.file.inode not in {
            file.stat().st_ino for file in numbered(self.file.path).values() if file.exists()
        }

    def _moved(self) -> bool:
        try:
            return os.stat(self._name).st_ino != self.file.inode  # noqa: PTH116 -- `Path.stat` takes twice as long
        except FileNotFoundError:
            return True
