"""Until when each of many may wait, looked after by one task: a scope for each would cost more than the waits do.

Nothing has to be told that a wait is over, or that it may last longer; only one that ends sooner than all others wakes
the task.
"""

import math
from typing import Protocol

import trio
from attrs import define, field

__all__ = ["Deadlines", "Waiter"]


class Waiter(Protocol):
    """Somebody who waits now and then, in trio's time `until` then."""

    until: float

    def late(self) -> None:
        """The time has come. One who waits for nothing at this moment leaves it at that."""


@define(eq=False)
class Deadlines:
    """Those who may be late. To be used by one task at a time."""

    waiting: set[Waiter] = field(factory=set)
    _next: float = math.inf
    _pause: trio.CancelScope | None = None

    def expect(self, waiter: Waiter, until: float) -> None:
        """From now on this one may wait until then, and no longer."""
        waiter.until = until
        self.waiting.add(waiter)
        if until < self._next:
            self._next = until
            if self._pause is None:
                self._pause = trio.CancelScope()
                trio.lowlevel.spawn_system_task(self._look)
            self._pause.deadline = until

    async def _look(self) -> None:
        while self.waiting and self._pause is not None:
            with self._pause:
                await trio.sleep_forever()
            now = trio.current_time()
            for waiter in tuple(self.waiting):
                if waiter.until <= now:
                    waiter.until = math.inf
                    waiter.late()
            self._next = min((waiter.until for waiter in self.waiting), default=math.inf)
            self._pause = trio.CancelScope(deadline=self._next)
        self._next, self._pause = math.inf, None
