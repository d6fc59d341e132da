"""Sockets of which something is to be heard: one task hears it for all of them, from one epoll of the kernel's.

A socket is registered once for as long as it is watched. trio's own waits register it anew each time, and wake a task
each time, which for a short event of a stream costs more than all that is done with it.
"""

import select
from collections.abc import Callable
from typing import Final

import trio
from attrs import define, field

__all__ = ["COMING", "GONE", "HEARS", "LEAVING", "Watching"]

HEARS: Final = hasattr(select, "epoll")
"""Whether this system can tell, as Linux does."""

COMING: Final = getattr(select, "EPOLLIN", 0)
"""Something has come, or the connection has ended."""

GONE: Final = getattr(select, "EPOLLHUP", 0) | getattr(select, "EPOLLERR", 0)

LEAVING: Final = getattr(select, "EPOLLRDHUP", 0) | GONE | getattr(select, "EPOLLET", 0)
"""The other end will say nothing more, or is `GONE`. Each is told once."""


@define(eq=False)
class Watching:
    """Sockets by their descriptors, each with what to call, which is told what has happened."""

    _told: dict[int, Callable[[int], None]] = field(factory=dict)
    _epoll: "select.epoll" = field(factory=lambda: select.epoll())  # noqa: PLW0108 -- not every system has one

    def watch(self, descriptor: int, news: int, tell: Callable[[int], None]) -> None:
        """From now on, until `forget`."""
        self._told[descriptor] = tell
        self._epoll.register(descriptor, news)

    def forget(self, descriptor: int) -> None:
        """Before the socket is closed, since its number may then be another's."""
        if self._told.pop(descriptor, None) and not self._epoll.closed:
            self._epoll.unregister(descriptor)

    async def listen(self, hearing: Callable[[], None] = lambda: None) -> None:
        """Hear for as long as this is not cancelled. An epoll is itself something to wait for.

        `hearing` is called first whenever there is something to tell.
        """
        try:
            while True:
                await trio.lowlevel.wait_readable(self._epoll.fileno())
                hearing()
                for descriptor, what in self._epoll.poll(0):
                    if tell := self._told.get(descriptor):
                        tell(what)
        finally:
            trio.lowlevel.notify_closing(self._epoll.fileno())
            self._epoll.close()
