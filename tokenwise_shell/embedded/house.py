"""The connections of a server, so that its end finds the idle ones."""

import trio
from attrs import define, field

from tokenwise_shell.embedded.wire.connection import Connection
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = ["House", "next_request"]


@define
class House:
    """The open connections: which of them only wait for a request, and whether the server is about to stop."""

    waiting: set[trio.CancelScope] = field(factory=set, init=False)
    closing: bool = field(default=False, init=False)

    def close(self) -> None:
        """Let nobody wait for another request."""
        self.closing = True
        for scope in self.waiting:
            scope.cancel()


async def next_request(connection: Connection, house: House) -> HttpRequest | None:
    """The next request, unless the server stops first. A request that is half read then is not answered."""
    with trio.CancelScope() as scope:
        house.waiting.add(scope)
        try:
            return None if house.closing else await connection.next_request()
        finally:
            house.waiting.discard(scope)
    return None
