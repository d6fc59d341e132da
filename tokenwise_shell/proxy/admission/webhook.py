"""What is said by POST to whoever wants to hear of limits: `limit_webhook`.

A message is the event in JSON and holds no secret. Nobody waits for it: a hundred may be due, and what comes
then is dropped; each is tried three times. What becomes of it is only logged.
"""

import logging
from typing import Final

import orjson
import trio
from attrs import define, field

from tokenwise_shell.budgets.answers import Alert
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.transport.client import Transport
from tokenwise_shell.transport.exchange import HttpRequest, TransportTrouble

__all__ = ["Webhook"]

_MOST_DUE: Final = 100
_TRIES: Final = 3
_PAUSE_S: Final = 1.0
_TIMEOUT_MS: Final = 5_000
_TAKEN: Final = range(200, 300)

_LOG: Final = logging.getLogger("tokenwise.limits")


@define(eq=False)
class Webhook:
    """One address. Run `deliver` beside it."""

    url: str
    transport: Transport
    _send: trio.MemorySendChannel[bytes] = field(init=False)
    _due: trio.MemoryReceiveChannel[bytes] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._send, self._due = trio.open_memory_channel[bytes](_MOST_DUE)

    def say(self, alert: Alert) -> None:
        """Have this said soon, or dropped where too much is due."""
        message = orjson.dumps({**alert.fields, "event": alert.event, "at": iso(wall_ms())})
        try:
            self._send.send_nowait(message)
        except trio.WouldBlock:
            _LOG.warning("%s of %s is not told to the webhook: too much is due", alert.event, alert.scope)

    async def deliver(self) -> None:
        """Say what is due, one after the other, for as long as this runs."""
        async for message in self._due:
            for attempt in range(_TRIES):
                if await self._said(message):
                    break
                await trio.sleep(_PAUSE_S * (attempt + 1))
            else:
                _LOG.warning("the webhook does not answer; a message to it is dropped")

    async def _said(self, message: bytes) -> bool:
        request = HttpRequest("POST", self.url, (("content-type", "application/json"),), message)
        try:
            return (await self.transport.send(request, timeout_ms=_TIMEOUT_MS)).status in _TAKEN
        except TransportTrouble:
            return False
