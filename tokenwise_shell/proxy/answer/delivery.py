"""What the client gets of one request, and when.

Nothing leaves before an attempt has output: until then another may take its place, and the status is still open. From
then on every chunk goes as it comes, at the client's pace. The last words of a stream (usage, `[DONE]`) wait until the
books are settled, since the cost belongs into them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from attrs import define, field

from tokenwise_shell.providers.fields import as_fields, as_json, text
from tokenwise_shell.providers.openai.responses import PENDING
from tokenwise_shell.providers.openai.streams.chunks import DONE
from tokenwise_shell.providers.openai.usage import is_usage_alone
from tokenwise_shell.providers.own import OwnFormat
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.proxy import troubles
from tokenwise_shell.proxy.answer.bill import Bill
from tokenwise_shell.proxy.answer.chunks import chunks_of, is_done, is_error, usage_alone, with_bill, without_usage
from tokenwise_shell.proxy.answer.own_answers import OWN_ANSWERS
from tokenwise_shell.proxy.fronts import Front, Trouble, Writer
from tokenwise_shell.proxy.http.asgi import JSON, SSE, Answer, Headers
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.transport.sse import SseEvent, SseRun

__all__ = ["Delivery", "refuse"]

# Events before any output say little and are few. A provider that sends them without end fills no memory here.
_MOST_WAITING: Final = 1000


@define(eq=False)
class Delivery:
    """The answer to one request in the making. `begun` once an attempt has output, which closes the way to others.

    `own` is the format in which the attempt's answer passes as it is, None where it is written by the door. `made` is
    told the id of a response that its provider keeps, and `pending` is that of one which is yet to be made. An answer
    is `handed_over` where it has gone out before the end of its run, and `unheard` where its client has left.
    """

    front: Front
    asked: Asked
    answer: Answer
    begun: bool = field(default=False, init=False)
    own: OwnFormat | None = field(default=None, init=False)
    made: Callable[[str], None] = field(default=lambda _: None, init=False)
    pending: str = field(default="", init=False)
    handed_over: bool = field(default=False, init=False)
    unheard: bool = field(default=False, init=False)
    _facts: Headers = field(factory=dict, init=False)
    _writer: Writer = field(init=False)
    _waiting: list[SseEvent | SseRun] = field(factory=list, init=False)
    _head: SseEvent | None = field(default=None, init=False)
    _usage: SseEvent | None = field(default=None, init=False)
    _completion: bytes | None = field(default=None, init=False)
    _last: list[SseEvent] = field(factory=list, init=False)

    def attempt(self, facts: Headers) -> None:
        """Another attempt begins, of which these headers tell; what the one before left unsent is forgotten."""
        self._facts = facts
        if self.asked.stream:
            self._writer = self.front.open_stream(self.asked.fields)
        self._waiting, self._last = [], []
        self._head = self._usage = self._completion = None
        self.pending = ""

    def keep(self, completion: bytes) -> None:
        """Take a whole answer."""
        self._completion = completion
        if self.own is None:
            return
        fields = as_fields(as_json(completion))
        # A stream that came where a whole answer was asked for has been put together as a chat completion.
        if fields.get("object") == "chat.completion":
            self.own = None
        elif self.own is OwnFormat.RESPONSES:
            self.made(text(fields.get("id")))
            self.pending = text(fields.get("id")) if fields.get("status") in PENDING else ""

    async def hand_over(self) -> None:
        """Let a whole answer go out now, though its run goes on."""
        assert self._completion is not None
        await self.answer.whole(200, {"content-type": JSON, **self._facts}, self._completion)
        self.handed_over = True

    def relay(self, events: Sequence[tuple[SseEvent | SseRun, str]]) -> Awaitable[None] | None:
        """Take the chunks of a streamed answer that came together, and pass them on if the answer has begun.

        Gives what is left to wait for.
        """
        if self.unheard:
            return None
        if len(events) == 1 and self.answer.status and isinstance(events[0][0], SseRun):  # nearly always
            return self._send((events[0][0],))
        kept = list[SseEvent | SseRun]()
        for event, _ in events:
            if isinstance(event, SseRun) or (self._head is not None and self.own is None and _is_usual(event.data)):
                kept.append(event)
            elif one := self._kept(event):
                kept.append(one)
        if self.begun:
            return self._send(kept) if kept else None
        self._waiting += kept[: max(0, _MOST_WAITING - len(self._waiting))]
        return None

    def _kept(self, event: SseEvent) -> SseEvent | None:
        """What of an event is passed on now."""
        if self.own is not None:
            return self._kept_as_it_is(event, self.own)
        if is_done(event) or is_error(event):
            return None  # the run hears of it too, and its end says it: once for all, and in this proxy's words
        self._head = self._head or event
        if is_usage_alone(event.data):
            self._usage = event
            return None
        if self._wants_it_last and (parted := without_usage(event)):
            event, self._usage = parted
        return event

    def _kept_as_it_is(self, event: SseEvent, own: OwnFormat) -> SseEvent | None:
        """The event, unless it is the last word or behind it: those wait until the books are settled."""
        if own is OwnFormat.RESPONSES and event.name == "response.created":
            self.made(text(as_fields(as_fields(as_json(event.data)).get("response")).get("id")))
        if not self._last and not OWN_ANSWERS[own].is_last(event):
            return event
        self._last.append(event)
        return None

    async def finish(self, bill: Bill) -> None:
        """End an answer that went well."""
        if self.handed_over or self.unheard:
            return
        if not self.asked.stream:
            assert self._completion is not None  # a reply that was not streamed has come whole
            try:
                body = self._completion if self.own is not None else self.front.answer(self._completion)
            except Untranslatable as problem:
                await self.fail(troubles.untold(problem), bill)
                return
            await self.answer.whole(200, {"content-type": JSON, **self._facts, **bill.headers}, body)
            return
        if self._completion is not None:
            self.own = None
            chunks = chunks_of(self._completion, usage=self.asked.wants_usage)
            if (rest := self.relay([(event, "") for event in chunks])) is not None:
                await rest
        if not self.answer.status:
            await self._open()
        waited, self._waiting = self._waiting, []
        await self.answer.end(self._written([*waited, *self._closing(bill)]))

    async def fail(self, trouble: Trouble, bill: Bill) -> None:
        """End an answer that did not, with an event where it has begun and a status where it has not."""
        if self.handed_over or self.unheard:
            return
        if self.answer.status:
            trouble = self.answer.reword(trouble)
            self.answer.error = trouble.code or trouble.type
            await self.answer.end(self._last or self._failed(trouble))
        else:
            await refuse(self.answer, self.front, trouble, {**self._facts, **bill.headers})

    def _failed(self, trouble: Trouble) -> Sequence[SseEvent]:
        """The events that tell a failure; in a stream that passed as it came, nothing that would begin it again."""
        events = self._writer.failed(trouble)
        return events if self.own is None else [event for event in events if event.name == "error"]

    def _send(self, events: Sequence[SseEvent | SseRun]) -> Awaitable[None] | None:
        return self.answer.events(self._written(events)) if self.answer.status else self._begin(events)

    async def _begin(self, events: Sequence[SseEvent | SseRun]) -> None:
        """Begin the answer, with what has waited for that and these events."""
        await self._open()
        waited, self._waiting = self._waiting, []
        if (rest := self._send([*waited, *events])) is not None:
            await rest

    async def _open(self) -> None:
        await self.answer.begin(200, {"content-type": SSE, "cache-control": "no-cache", **self._facts})

    def _written(self, events: Sequence[SseEvent | SseRun]) -> Sequence[SseEvent | SseRun]:
        """The events as the client's format has them."""
        if self.own is not None or self._writer.as_it_is:
            return events
        return [written for event in events for each in event.events for written in self._writer.write(each)]

    @property
    def _wants_it_last(self) -> bool:
        """Whether usage was asked for as OpenAI tells it, and not in every chunk, as vLLM does on demand."""
        options = as_fields(self.asked.fields.get("stream_options"))
        return self.asked.wants_usage and not options.get("continuous_usage_stats")

    def _closing(self, bill: Bill) -> list[SseEvent]:
        """The usage, with the bill in it, if it was told or asked for, and the very last word in any case."""
        if self.own is not None:
            return [OWN_ANSWERS[self.own].billed(event, bill.fields) for event in self._last]
        usage = self._usage
        if usage is None and self.asked.wants_usage and self._head:
            usage = usage_alone(self._head, None)
        return [*([SseEvent(with_bill(usage.data, bill.fields))] if usage else []), DONE]


def _is_usual(data: bytes) -> bool:
    """Whether a chunk says neither how the stream ended nor what it cost, as nearly all do."""
    return data.startswith(b"{") and b'"usage"' not in data and b'"error"' not in data


class _WritesErrors(Protocol):
    def error(self, trouble: Trouble) -> bytes: ...


async def refuse(answer: Answer, front: _WritesErrors, trouble: Trouble, headers: Headers | None = None) -> None:
    """Answer with an error, in the door's own format."""
    trouble = answer.reword(trouble)
    answer.error = trouble.code or trouble.type
    pause = {} if trouble.retry_after_s is None else {"retry-after": str(trouble.retry_after_s)}
    await answer.whole(trouble.status, {"content-type": JSON, **pause, **(headers or {})}, front.error(trouble))
