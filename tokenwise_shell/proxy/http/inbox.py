"""What a client says to the application that serves it: pieces of a body, and that it has left.

Hypercorn's own channel holds so many of either, and waits where nobody reads. An application that answers without
reading a long body is then never told that its client has left, nor is the connection ever free again.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, cast

import trio
from attrs import define, field
from hypercorn.config import Config
from hypercorn.trio.task_group import TaskGroup

if TYPE_CHECKING:
    from hypercorn.typing import AppWrapper, ASGIReceiveEvent, ASGISendEvent, Scope

__all__ = ["Tasks"]

# Pieces of a body that may wait to be read.
_PIECES: Final = 8


class Tasks(TaskGroup):
    """Hypercorn's tasks of one connection, with an inbox of ours for each request."""

    async def spawn_app(
        self,
        app: "AppWrapper",
        config: Config,
        scope: "Scope",
        send: "Callable[[ASGISendEvent | None], Awaitable[None]]",
    ) -> "Callable[[ASGIReceiveEvent], Awaitable[None]]":
        """Run the application on one request, and give what hands it the client's words."""
        inbox = _Inbox()

        async def until_done(of: Any, _: Any, *rest: Any) -> None:  # noqa: ANN401 -- passed on as it is
            try:
                await app(of, inbox.receive, *rest)
            finally:
                inbox.close()

        await super().spawn_app(cast("AppWrapper", until_done), config, scope, send)
        return inbox.feed


@define(eq=False)
class _Inbox:
    """What a client says to one application. A piece of a body waits for room; that the client has left needs none.

    Once the application is done, what comes is dropped.
    """

    over: bool = False
    room: trio.Semaphore = field(factory=lambda: trio.Semaphore(_PIECES))
    waiting: "deque[ASGIReceiveEvent]" = field(factory=deque)
    filled: trio.Event = field(factory=trio.Event)

    async def feed(self, event: "ASGIReceiveEvent") -> None:
        if event["type"] == "http.request" and not self.over:
            await self.room.acquire()
        if not self.over:
            self.waiting.append(event)
            self.filled.set()

    async def receive(self) -> "ASGIReceiveEvent":
        while not self.waiting:
            self.filled = trio.Event()
            await self.filled.wait()
        event = self.waiting.popleft()
        if event["type"] == "http.request":
            self.room.release()
        return event

    def close(self) -> None:
        self.over = True
        self.room.release()  # for whoever waits to put something into it
