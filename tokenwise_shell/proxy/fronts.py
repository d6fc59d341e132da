"""What a front door is: how one format's requests are read, and its answers, streams and errors written.

Between the doors and the engine everything is OpenAI's chat fields and chunks, which is what providers are asked in;
a door of another format translates. Doors are pure: they read and write bytes, and decide nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from tokenwise.errors import TokenwiseError
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.own import Own
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["BadRequest", "Front", "OnlyAsItIs", "Trouble", "Writer"]


@frozen
class Trouble:
    """Why a request is not answered as its client hoped. `type` and `code` are in OpenAI's words.

    `param` names what is at fault in the request. `retry_after_s` says when trying again may help. `beside` is
    what a provider's error has beside these, as the JSON of an object; "" for nothing.
    """

    status: int
    type: str
    code: str | None
    message: str
    param: str | None = None
    retry_after_s: int | None = None
    beside: str = ""


class BadRequest(TokenwiseError):  # noqa: N818 -- named for the status that it becomes
    """The request cannot be understood. `param` names the field at fault."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code

    @property
    def trouble(self) -> Trouble:
        """The answer to it."""
        return Trouble(400, "invalid_request_error", self.code, self.message, self.param)


class OnlyAsItIs(BadRequest):
    """The request has no translation. `fields` are chat fields that weigh what it weighs, and are sent to nobody."""

    def __init__(self, problem: BadRequest, fields: Fields) -> None:
        super().__init__(problem.message, problem.param, problem.code)
        self.fields = fields


class Writer(Protocol):
    """Writes one streamed answer in the door's format. One that changes nothing need not be asked: it is `as_it_is`."""

    @property
    def as_it_is(self) -> bool:
        """See above."""
        ...

    def write(self, chunk: SseEvent) -> Sequence[SseEvent]:
        """The events that say what this chunk of a chat completion says; its data may be `[DONE]`."""
        ...

    def failed(self, trouble: Trouble) -> Sequence[SseEvent]:
        """The events that end a stream which has begun and cannot go on."""
        ...


class Front(Protocol):
    """One format's door."""

    def read(self, body: Fields) -> Fields:
        """The request as OpenAI's chat fields, `model` and `stream` among them.

        Raises BadRequest; OnlyAsItIs where only a provider of this door's format can be asked.
        """
        ...

    def own(self, body: Fields) -> Own | None:
        """The request as it is, where a provider of this door's format could take it so."""
        ...

    def answer(self, completion: bytes) -> bytes:
        """A whole chat completion as this door's body."""
        ...

    def open_stream(self, asked: Fields) -> Writer:
        """A writer for the stream that answers these chat fields."""
        ...

    def error(self, trouble: Trouble) -> bytes:
        """This door's body for an error."""
        ...
