"""A streamed chat completion as the typed events of a Responses stream."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

import orjson
from attrs import define, field

from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.openai.blocks import BlockEvent
from tokenwise_shell.providers.openai.streams.chunk_reader import ChunkReader
from tokenwise_shell.proxy.doors.responses.answer import Head, cut_reason, suffix_of, write_response
from tokenwise_shell.proxy.doors.responses.items import Items, Told
from tokenwise_shell.proxy.doors.responses.tools import declared_in
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["ResponseWriter"]

# The closed list of codes that OpenAI gives for a response that failed has these two for what is not the request's.
_FAILED: Final = "server_error"
_LIMITED: Final = "rate_limit_exceeded"


@define
class ResponseWriter:
    """Writes the first choice of a stream as one response to what was `asked`.

    Events are numbered from 0. The last is `response.completed`, `response.incomplete`, or `response.failed` behind an
    `error`; nothing follows it. What a failure cuts short is not said to be done, since clients act upon what is done.
    """

    as_it_is: ClassVar[bool] = False
    asked: Fields
    _reader: ChunkReader = field(factory=ChunkReader, init=False)
    _head: Head | None = field(default=None, init=False)
    _items: Items = field(factory=lambda: Items(""), init=False)
    _next: int = field(default=0, init=False)
    _over: bool = field(default=False, init=False)

    def write(self, chunk: SseEvent) -> list[SseEvent]:
        """The events that say what this chunk says."""
        if self._over:
            return []
        told = self._reader.read(chunk)
        if self._reader.error is not None:
            return self._fail(_FAILED, self._reader.error)
        opening = self._opening() if self._reader.opened or self._reader.done else ()
        events = [*opening, *self._tell(told)]
        if self._reader.done:
            self._over = True
            events.append(self._ended())
        return self._numbered(events)

    def failed(self, trouble: Trouble) -> list[SseEvent]:
        """The events that end a stream which cannot go on."""
        code = _LIMITED if trouble.status == 429 else _FAILED
        return self._fail(code, trouble.message, trouble)

    def _fail(self, code: str, message: str, trouble: Trouble | None = None) -> list[SseEvent]:
        if self._over:
            return []
        self._over = True
        said = {
            "code": trouble.code if trouble else code,
            "message": message,
            "param": trouble.param if trouble else None,
        }
        # OpenAI documents these fields beside the type and sends them within `error`, where its clients look for them.
        error = ("error", {**said, "error": {"type": trouble.type if trouble else _FAILED, **said}})
        ended = self._response("failed", error={"code": code, "message": message})
        return self._numbered([*self._opening(), error, ("response.failed", {"response": ended})])

    def _opening(self) -> Iterator[Told]:
        if self._head is not None:
            return
        read = self._reader
        suffix = suffix_of(read.id)
        self._head = Head(suffix, read.model, read.created_s, read.service_tier)
        self._items = Items(suffix, declared_in(self.asked))
        for name in ("response.created", "response.in_progress"):
            yield name, {"response": self._response("in_progress")}

    def _tell(self, told: list[BlockEvent]) -> Iterator[Told]:
        return self._items.tell(told, cut=self._reader.done and bool(cut_reason(self._reader.finish)))

    def _ended(self) -> Told:
        cut = cut_reason(self._reader.finish)
        status = "incomplete" if cut else "completed"
        bill = {"tokenwise": self._reader.bill} if self._reader.bill else {}
        return f"response.{status}", {"response": {**self._response(status, cut=cut), **bill}}

    def _response(self, status: str, *, cut: str = "", error: Fields | None = None) -> Fields:
        head = self._head or Head(suffix_of(self._reader.id), self._reader.model, self._reader.created_s)
        usage = None if status == "in_progress" else self._reader.usage
        output = list(self._items.output)
        return write_response(head, self.asked, status=status, output=output, usage=usage, cut=cut, error=error)

    def _numbered(self, events: Iterable[Told]) -> list[SseEvent]:
        numbered = []
        for kind, fields in events:
            numbered.append(SseEvent(orjson.dumps({"type": kind, "sequence_number": self._next, **fields}), kind))
            self._next += 1
        return numbered
