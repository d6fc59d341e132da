"""An answer that is passed on as it came: whole once its cost is known, or as a stream of bytes."""

from typing import Final

from attrs import define, field

from tokenwise_shell.proxy.answer.bill import Bill
from tokenwise_shell.proxy.answer.delivery import Delivery, refuse
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import Headers
from tokenwise_shell.transport.exchange import Headers as Told
from tokenwise_shell.transport.exchange import HttpResponse

__all__ = ["PassedDelivery"]

# Of an answer's headers, those that say what it is; who served it, and under which account, is nobody's affair.
_CARRIED: Final = ("content-type", "content-disposition")

# What a provider says is never taken for a page of this proxy's own.
_NO_PAGE: Final = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}

_NO_HEADERS: Final[Headers] = {}


def _told(headers: Told) -> dict[str, str]:
    """The headers that a client gets of a provider's."""
    return {name: value for name, value in headers if name in _CARRIED} | _NO_PAGE


@define(eq=False)
class PassedDelivery(Delivery):
    """The answer to one request that is passed on."""

    _given: HttpResponse | None = field(default=None, init=False)

    def attempt(self, facts: Headers) -> None:
        """The one attempt begins, of which these headers tell."""
        self._facts = facts

    def take(self, response: HttpResponse) -> None:
        """Take a whole answer."""
        self._given = response

    async def stream(self, headers: Told) -> None:
        """Begin an answer that comes in pieces."""
        self.begun = True
        await self.answer.begin(200, {"cache-control": "no-cache", **_told(headers), **self._facts})

    async def piece(self, data: bytes) -> None:
        """Pass a piece of it on."""
        await self.answer.send(data)

    async def finish(self, bill: Bill) -> None:
        """End an answer that went well."""
        await self.finish_free(bill.headers)

    async def finish_free(self, headers: Headers = _NO_HEADERS) -> None:
        """End one that costs nothing."""
        if self.answer.status:
            await self.answer.end()
        elif self._given is not None:
            said = {**_told(self._given.headers), **self._facts, **headers}
            await self.answer.whole(self._given.status, said, self._given.body)

    async def fail(self, trouble: Trouble, bill: Bill) -> None:
        """End an answer that did not go well."""
        await self.fail_free(trouble, bill.headers)

    async def fail_free(self, trouble: Trouble, headers: Headers = _NO_HEADERS) -> None:
        """End one that costs nothing: with an event where it has begun, and a status where it has not."""
        if self.answer.status:
            self.answer.error = trouble.code or trouble.type
            await self.answer.send(b"event: error\ndata: " + self.front.error(trouble) + b"\n\n")
            await self.answer.end()
        else:
            await refuse(self.answer, self.front, trouble, {**self._facts, **headers})
