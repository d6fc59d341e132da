"""Bodies that flow: what comes of them is taken where the kernel is heard, and wakes no task for each piece."""

from collections.abc import Awaitable, Callable, Generator

import trio
from attrs import define, field

from tokenwise_shell.transport.watching import COMING, Watching

__all__ = ["Arrivals", "Flow", "Nothing", "Take"]

Take = Callable[[bytes], Awaitable[None] | None]
"""Takes the next bytes of a body, without waiting. It gives what is to be waited for before there are more of them."""


class Nothing:
    """There is nothing to wait for, and yet something else than more of the body comes next."""

    def __await__(self) -> Generator[None]:
        """Be done."""
        yield from ()


@define(eq=False)
class Arrivals:
    """What comes over sockets, heard by one task that begins with the first of them. `now` is when it heard last."""

    now: float = 0.0
    _watching: Watching | None = None
    _scope: trio.CancelScope = field(factory=trio.CancelScope)

    def watch(self, descriptor: int, came: Callable[[int], None]) -> None:
        """Call this whenever something has come, until `forget`."""
        if self._watching is None:
            self._watching = Watching()
            trio.lowlevel.spawn_system_task(self._listen, self._watching)
        self._watching.watch(descriptor, COMING, came)

    def forget(self, descriptor: int) -> None:
        """Call it no more."""
        if self._watching is not None:
            self._watching.forget(descriptor)

    def close(self) -> None:
        """Hear no more."""
        self._scope.cancel(reason="nothing more is waited for")

    async def _listen(self, watching: Watching) -> None:
        with self._scope:
            await watching.listen(self._heard)

    def _heard(self) -> None:
        self.now = trio.current_time()


@define(eq=False)
class Flow:
    """The wait of one task, while what comes over a socket is dealt with by `step`.

    That gives None to go on, and else what the wait is to end with; what it raises is raised to who waits.
    """

    arrivals: Arrivals
    descriptor: int
    step: Callable[[], Awaitable[None] | None]
    _task: trio.lowlevel.Task | None = field(init=False, default=None)
    _said: Awaitable[None] | None = field(init=False, default=None)
    _error: Exception | None = field(init=False, default=None)

    async def wait(self) -> Awaitable[None] | None:
        """Wait for the end."""
        self._task = trio.lowlevel.current_task()
        self.arrivals.watch(self.descriptor, self._came)
        await trio.lowlevel.wait_task_rescheduled(self._aborted)
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # else it and the frames that it came through would hold each other
        return self._said

    def end(self, said: Awaitable[None] | None = None, error: Exception | None = None) -> None:
        """Wake whoever waits, once."""
        if (task := self._task) is not None:
            self._said, self._error, self._task = said, error, None
            self.arrivals.forget(self.descriptor)
            trio.lowlevel.reschedule(task)

    def _came(self, _: int) -> None:
        try:
            said = self.step()
        except Exception as error:  # noqa: BLE001 -- it is not this task's: whoever waits hears of it
            self.end(error=error)
        else:
            if said is not None:
                self.end(said)

    def _aborted(self, _: object) -> trio.lowlevel.Abort:
        self._task = None
        self.arrivals.forget(self.descriptor)
        return trio.lowlevel.Abort.SUCCEEDED
