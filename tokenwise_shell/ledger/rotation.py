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

# Batches of lines between two looks at the file's length. Its name is looked at before each.
_LOOK_EVERY: Final = 64

_LOG: Final = logging.getLogger("tokenwise.ledger")


@define(eq=False)
class Rotation:
    """Which file one process writes. `lost` is what kept the old file's last lines from being made durable."""

    file: LineFile
    place: Registered
    rotate_bytes: int
    lost: LinesUnwritable | None = None
    _batches: int = 0
    _name: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._name = os.fspath(self.file.path)

    def before_writing(self) -> None:
        """Go on in the file of that name if this one no longer has it: set aside by another process, moved or deleted.

        What is written to a file that has no name is lost with the process, so for such a one the lock is waited for.
        """
        try:
            if self._moved():
                with locked(self.file.path, wait=os.fstat(self.file.descriptor).st_nlink == 0):
                    self._change_files()
        except OSError:
            pass  # it shows when lines are written

    def after_writing(self) -> None:
        """Set the file aside if it is long enough, which is looked at now and then.

        What keeps this from being done (no room for a new file, say) shows when lines are written. It is tried again.
        """
        self._batches += 1
        if self._batches % _LOOK_EVERY:
            return
        with suppress(OSError):
            if self.file.size >= self.rotate_bytes:
                with locked(self.file.path, wait=False):
                    self._change_files()

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
