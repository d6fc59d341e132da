"""Lines made durable by groups: whoever comes while the disk is busy shares the next round with all that wait."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define

from tokenwise_shell.ledger.jsonl import LineFile, LinesUnwritable

if TYPE_CHECKING:
    import trio

__all__ = ["GroupCommit"]


@define(eq=False)
class GroupCommit:
    """Syncs of one file. `synced` counts the bytes that survive a power loss, `lost` is what kept some from it.

    `prepare` writes what belongs in front of a round, and gives what is to be done in a thread behind it, if anything.
    """

    file: LineFile
    prepare: Callable[[], Callable[[], None] | None]
    committed: Callable[[int], None]
    synced: int = 0
    lost: LinesUnwritable | None = None
    _busy: "trio.Event | None" = None

    @property
    def busy(self) -> bool:
        """Whether a round is under way."""
        return self._busy is not None

    async def upto(self, position: int, check: Callable[[], LinesUnwritable | None]) -> None:
        """Return once this many bytes are safe. Raises what `check` finds before each round.

        The first task that waits does the work for all that come while the disk is busy with the round before.
        """
        while self.synced < position:
            if problem := check():
                raise problem
            if self._busy is None:
                await self.round()
            else:
                await self._busy.wait()

    async def round(self) -> None:
        """Make durable what is written by now."""
        import trio

        done, behind = trio.Event(), None
        self._busy = done
        try:
            await trio.lowlevel.checkpoint()  # whoever the round before has woken may append first, and share this one
            behind = self.prepare()
            upto = self.file.written
            await trio.to_thread.run_sync(self.file.sync)
        except OSError as error:
            # Linux drops what it could not write and reports success the next time, so there is no trying again.
            self.lost = LinesUnwritable(self.file.path, error, 0)
        else:
            self.synced = upto
            self.committed(upto)
        finally:
            self._busy = None
            done.set()
        if behind and not self.lost:
            await trio.to_thread.run_sync(behind)
