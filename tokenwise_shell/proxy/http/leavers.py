"""Who has left: one task hears of it for all connections, from the kernel, without reading from any of them."""

import select
import socket
from collections.abc import Callable
from typing import Final

import trio
from attrs import define, field

__all__ = ["Leavers"]

_SAID_ALL: Final = getattr(select, "EPOLLRDHUP", 0)
_GONE: Final = getattr(select, "EPOLLHUP", 0) | getattr(select, "EPOLLERR", 0)
_ONCE_EACH: Final = getattr(select, "EPOLLET", 0)


@define(eq=False)
class Leavers:
    """Sockets that are watched, each with what to call: with False where it will say nothing more, True if it is gone.

    An epoll is itself something to wait for, so this costs nothing until somebody leaves.
    """

    _told: dict[int, Callable[[bool], None]] = field(factory=dict)
    _epoll: "select.epoll" = field(factory=select.epoll)

    def watch(self, sock: socket.socket, tell: Callable[[bool], None]) -> None:
        """From now on, until `forget`."""
        self._told[sock.fileno()] = tell
        self._epoll.register(sock.fileno(), _SAID_ALL | _GONE | _ONCE_EACH)

    def forget(self, sock: socket.socket) -> None:
        """Before the socket is closed, since its number may then be another's."""
        if self._told.pop(sock.fileno(), None) and not self._epoll.closed:
            self._epoll.unregister(sock.fileno())

    async def listen(self) -> None:
        """Hear of leaving for as long as this is not cancelled."""
        try:
            while True:
                await trio.lowlevel.wait_readable(self._epoll.fileno())
                for descriptor, what in self._epoll.poll(0):
                    if tell := self._told.get(descriptor):
                        tell(bool(what & _GONE))
        finally:
            trio.lowlevel.notify_closing(self._epoll.fileno())
            self._epoll.close()
