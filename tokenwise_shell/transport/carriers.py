"""What carries a request to a server and its answer back: the pool's own connections, or httpx through a proxy."""

from collections.abc import Callable
from typing import Protocol

from tokenwise_shell.transport.exchange import Headers, HttpRequest

__all__ = ["Carrier", "Incoming", "fields_of"]


class Incoming(Protocol):
    """An answer whose head is there."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """The answer's headers, names in lower case."""
        ...

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportTrouble."""
        ...

    async def finish(self, *, wait_s: float, rest: bool = False) -> None:
        """Keep the connection if the rest of the answer comes in this time, else close it. Cannot be cancelled.

        With `rest`, it is not used again before it has stood still for a moment.
        """
        ...


class Carrier(Protocol):
    """Somebody who carries requests. None is ever sent twice."""

    async def ask(self, request: HttpRequest, *, keep: bool, leaving: Callable[[], None]) -> Incoming:
        """Send the request, and give its answer's head. Raises TransportTrouble; cancelling closes the connection.

        `leaving` is called when the connection stands, before the first byte leaves. Without `keep` the server is told
        that the connection ends with this answer.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection, used or not."""
        ...


def fields_of(request: HttpRequest, *, keep: bool) -> list[tuple[str, str]]:
    """The headers of a request as they are sent, besides its host and its length."""
    asked = {name.lower() for name, _ in request.headers}
    # A compressed answer would have to be decoded before it can be measured, and is not worth it at these sizes.
    ours = (("accept-encoding", "identity"), ("user-agent", "tokenwise"), *(() if keep else (("connection", "close"),)))
    return [*request.headers, *((name, value) for name, value in ours if name not in asked)]
