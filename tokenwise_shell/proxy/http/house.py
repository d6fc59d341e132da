"""The connections that are open, whichever implementation they are on, and how serving them ends."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import trio
from attrs import define, field

__all__ = ["LINGER_S", "Application", "Guest", "House"]

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""Anything that speaks ASGI."""

LINGER_S: Final = 2
"""How long a client that is still sending gets to read that it need not."""


class Guest(Protocol):
    """An open connection."""

    def rest(self) -> None:
        """Begin the pause between two requests, if none is under way: none at all where the house is `ending`."""


@define(eq=False)
class House:
    """Who is there. Whoever is `ending` accepts nobody; what is idle leaves at once, and what is not within a grace."""

    guests: set[Guest] = field(factory=set)
    ending: bool = False

    async def keep_open(
        self, accept: Callable[[trio.Nursery], Awaitable[None]], stop: trio.Event, *, grace_s: float
    ) -> None:
        """Accept connections, as tasks of the nursery that `accept` is given, until `stop` is set, and see them off.

        What is left after the grace is cancelled. `accept` closes what it accepts from when it is cancelled.
        """
        async with trio.open_nursery() as connections:
            async with trio.open_nursery() as accepting:
                accepting.start_soon(accept, connections)
                await stop.wait()
                self.ending = True
                accepting.cancel_scope.cancel(reason="nothing more is accepted")
            for guest in tuple(self.guests):
                guest.rest()
            connections.cancel_scope.deadline = trio.current_time() + grace_s
