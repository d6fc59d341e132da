"""What carries a request to a server and its answer back: the pool's own connections, or httpx through a proxy."""

from collections.abc import Awaitable
from typing import Protocol

from tokenwise_shell.transport.exchange import Headers, HttpRequest
from tokenwise_shell.transport.flowing import Take

__all__ = ["Carrier", "Flows", "Incoming", "Waiting", "fields_of"]


class Waiting(Protocol):
    """Whoever waits for an answer's head, and how long depends on what it waits for."""

    def connecting(self) -> None:
        """A connection has to be made first. Not called where an idle one is used."""

    def leaving(self) -> None:
        """The connection stands, and the first byte leaves."""


class Flows(Protocol):
    """Has the body of an answer taken as it comes."""

    async def __call__(self, take: Take, *, patience_s: float) -> Awaitable[None] | None:
        """As `HttpStream.flow` says. Raises TransportTrouble.

        It raises Late once nothing has come for so long, or when it is not to last any longer.
        """
        ...


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

    @property
    def watched(self) -> bool:
        """Whether it is to be told how long to wait; what is not is to be cancelled."""
        ...

    @property
    def flows(self) -> Flows | None:
        """What has its body taken as it comes; None where it can only be received."""
        ...

    def expect(self, until: float) -> None:
        """Let `receive` raise Late once it has waited until then, in trio's time."""
        ...

    def lasts(self, until: float) -> None:
        """Let none of its body be waited for beyond that, in trio's time, where it `flows`."""
        ...

    def whole(self) -> bytes | None:
        """The rest of its body, as `taken` gives it, where all of it has come; None where it has not."""
        ...

    def taken(self) -> bytes:
        """What has come of the body and `receive` has not given; then it gives none of that."""
        ...

    async def receive(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportTrouble."""
        ...

    @property
    def came_at(self) -> float:
        """When anything came of it last, in trio's time."""
        ...

    def kept(self) -> bool:
        """Keep the connection, where that needs no waiting and the answer is whole; False where it is to `finish`."""
        ...

    async def finish(self, *, wait_s: float, rest: bool = False) -> None:
        """Keep the connection if the rest of the answer comes in this time, else close it. Cannot be cancelled.

        With `rest`, it is not used again before it has stood still for a moment.
        """
        ...


class Carrier(Protocol):
    """Somebody who carries requests. None is ever sent twice."""

    async def ask(self, request: HttpRequest, *, keep: bool, waiting: Waiting) -> Incoming:
        """Send the request, and give its answer's head. Raises TransportTrouble; cancelling closes the connection.

        Without `keep` the server is told that the connection ends with this answer.
        """
        ...

    def ask_again(self, request: HttpRequest, *, now: float, until: float) -> Awaitable[Incoming] | None:
        """As `ask`, over a connection that is at hand and `watched`; None where there is none. Raises Late too.

        Times are trio's.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection, used or not."""
        ...


def fields_of(headers: Headers, *, keep: bool) -> list[tuple[str, str]]:
    """The headers of a request as they are sent, besides its host and its length."""
    asked = {name.lower() for name, _ in headers}
    # A compressed answer would have to be decoded before it can be measured, and is not worth it at these sizes.
    ours = (("accept-encoding", "identity"), ("user-agent", "tokenwise"), *(() if keep else (("connection", "close"),)))
    return [*headers, *((name, value) for name, value in ours if name not in asked)]
