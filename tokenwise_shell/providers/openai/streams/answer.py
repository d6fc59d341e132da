"""What an answer in no vendor's terms amounts to, whole or streamed."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Final

import orjson
from attrs import define, field, frozen

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage, text_bound
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, first_text
from tokenwise_shell.providers.final_usage import NOTHING_REPORTED, Report, beside_output, billed
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.errors import ProviderError, beside_message, code_and_param
from tokenwise_shell.providers.openai.streams.chunks import DONE, ChunkWriter
from tokenwise_shell.providers.openai.streams.heard import tokens_said
from tokenwise_shell.providers.openai.words import ended_by, finish_of
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.providers.translate.deltas import (
    Argues,
    Broke,
    Calls,
    Counted,
    Declined,
    Delta,
    Opened,
    Over,
    Shows,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.providers.translate.terms import Answer
from tokenwise_shell.transport.exchange import TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["AnswerStream", "Dialect", "reply_of"]


def reply_of(answer: Answer, *, native_id: str) -> Reply | Failure:
    """A whole answer as the machine hears of it. What it says of its bill is read apart (see `final_usage`)."""
    if answer.broke:
        return Failure(answer.broke.fault, answer.broke.message)
    said = answer.choices[0]
    return Reply(
        text=said.text,
        finish=said.finish,
        usage=None,
        calls_tools=bool(said.calls),
        served_model=served_name(native_id, answer.model),
    )


@frozen
class Dialect:
    """How one format streams: what an event adds, and the error it may be. `what` names a whole answer.

    `names` are those of events that have something to say; an event of another name is a sign of life. `plain` gives
    the model, the text and the word for the end of an event that says nothing else of the first choice, None for any
    other. `text` names the field in which an event has a text that is all it adds, "" where none is known by its shape.
    """

    read: Callable[[Fields], Iterable[Delta]]
    error: Callable[[object], ProviderError | None]
    what: str
    names: frozenset[str] = frozenset(("", "message"))
    plain: Callable[[object], tuple[str, str, str] | None] | None = None
    text: str = ""


@frozen
class _Shape:
    """What stands around the text of an event's lines: before it, behind it, and at their end.

    `padding` may stand before the end: OpenAI pads its events with letters that say nothing, so that their lengths do
    not tell what is in them.
    """

    first: bytes
    last: bytes
    padded: bool = False
    end: bytes = b""


@define
class AnswerStream:
    """The stream so far. Of several alternatives the first is the reply; the others are billed all the same.

    The stream is whole once it has said why the model stopped, or `[DONE]`; a connection that breaks after that has
    taken nothing with it but perhaps the usage. What is counted before every alternative has stopped, and as many as
    `choices` were asked for, is a count so far and no bill, so it is not taken for one. Without a `writer` the events
    go on as they came, in OpenAI's format.
    """

    native_id: str
    dialect: Dialect
    writer: ChunkWriter | None = None
    choices: int = 1
    begun: bool = field(default=False, init=False)
    heard_tokens: int = field(default=0, init=False)
    thinks: bool = field(default=False, init=False)
    counted: Usage | None = field(default=None, init=False)
    _event: tuple[SseEvent, ...] = field(default=(), init=False)
    _last: tuple[Delta, ...] = field(default=(), init=False)
    _said: list[str] = field(factory=list, init=False)
    _declined: list[str] = field(factory=list, init=False)
    _calls_tools: bool = field(default=False, init=False)
    _finishes: dict[int, FinishReason] = field(factory=dict, init=False)
    _open: set[int] = field(factory=set, init=False)
    _done: bool = field(default=False, init=False)
    _closed: bool = field(default=False, init=False)
    _answered: bool = field(default=False, init=False)
    _unreadable: int = field(default=0, init=False)
    _error: ProviderError | None = field(default=None, init=False)
    _complaint: bytes = field(default=b"", init=False)
    _broke: Broke | None = field(default=None, init=False)
    _bill: Counted | None = field(default=None, init=False)
    _counted: Counted | None = field(default=None, init=False)
    _served: str = field(default="", init=False)
    _tokens: int = field(default=0, init=False)
    _model: str | None = field(default=None, init=False)
    _shape: _Shape | None = field(default=None, init=False)

    @property
    def over(self) -> bool:
        """Whether the stream has said its last word, or that it failed."""
        return self._closed or self._error is not None or (self._done and self._has_ended and self._bill is not None)

    @property
    def owes_nothing(self) -> bool:
        """Whether everything is there that can be expected, though it may not have been the last word.

        `[DONE]` has been seen too early, and has been seen to be missing.
        """
        return self._done or (self._has_ended and self._bill is not None)

    @property
    def failed(self) -> bool:
        """Whether the event last fed said that the stream has failed."""
        return self._error is not None

    @property
    def chunks(self) -> tuple[SseEvent, ...]:
        """The event last fed, as events of OpenAI's format."""
        if self.writer is None:
            return self._event
        if self._error:
            return (self.writer.failed(self._error.message),)
        return tuple(chunk for delta in self._last for chunk in self.writer.write(delta))

    @property
    def closing(self) -> tuple[SseEvent, ...]:
        """What ends the stream in OpenAI's format, once it is over and whole."""
        if self._failure(None) is not None:
            return ()
        return (DONE,) if self.writer is None else self.writer.end(self._report.usage)

    @property
    def has_runs(self) -> bool:
        """Whether `alike` may ever find any: in OpenAI's chunks, which are not written anew."""
        return self.writer is None and self.dialect.plain is not None

    def repeats(self, event: SseEvent, said: str) -> None:
        """Let `alike` find what is like this event, which was fed last and added this text, if it did nothing else."""
        if self.dialect.text and self._last == (Wrote(said),) and self._tokens == text_bound(said):
            self._shape = _around(event, said, self.dialect.text)

    def alike(self, said: Sequence[bytes]) -> tuple[int, str]:
        """How many of these events, from the first, differ from the one fed last in nothing but text.

        Each is its lines without the blank one. With them comes their text: what `feed` would make of them is known.
        """
        if self._shape is None or not said[0].startswith(self._shape.first):
            return 0, ""
        texts = _texts_in(said, self._shape)
        text = _read_together(texts)
        if not text:
            texts = list(takewhile(_is_text, texts))
            text = _read_together(texts)
        if text:
            self._said.append(text)
            self.heard_tokens += text_bound(text)
        return len(texts), text

    def feed(self, event: SseEvent) -> str:
        """Take an event; the text it adds to the reply. What comes once the stream is over is not looked at."""
        self._last = self._event = ()
        self._shape = None
        if self.over:
            return ""
        if event.data.strip() == DONE.data:
            self._done = True
            return ""
        answer = as_json(event.data)
        # Nearly all events, and a fourth of what the long way costs: what it would find is known.
        if not event.name and self.has_runs and self.dialect.plain and (plain := self.dialect.plain(answer)):
            return self._goes_on(event, *plain)
        self._error = self.dialect.error(answer) or (_unnamed_error(event, answer) if event.name == "error" else None)
        fields = as_fields(answer)
        self._unreadable += answer is None and self._error is None and self._may_hold_text(event)
        if self._error:
            self._complaint = event.data
        if fields or self._error:
            self._event = (event,)
        # What cannot be read may be output as well.
        self._tokens = tokens_said(fields) if fields else len(event.data)
        self.heard_tokens += self._tokens
        if self._error or not fields:
            return ""
        self._last = tuple(self.dialect.read(fields))
        return "".join([self._take(delta) for delta in self._last])

    def _goes_on(self, event: SseEvent, model: str, said: str, ended: str) -> str:
        """Take an event that says no more than this of the first choice."""
        self._event = (event,)
        if model != self._model:
            self._take(Opened("", model))
        else:
            self._go_on(0)
        if said:
            self.begun = True
            self._said.append(said)
            self.heard_tokens += text_bound(said)
        if ended:
            self._take(Stopped(finish_of(ended)))
        elif said:
            self._shape = _around(event, said, "content")
        return said

    def end(self, trouble: TransportTrouble | None = None) -> Reply | Failure:
        """The reply, or what kept it from being one. `trouble` is how the connection ended, None for properly."""
        return billed(self._failure(trouble) or self._reply(), self._report)

    def _reply(self) -> Reply:
        said, declined = "".join(self._said), "".join(self._declined)
        finish = self._finishes.get(0, FinishReason.OTHER)
        return Reply(
            text=said or declined,
            finish=ended_by(finish, declined=bool(declined and not said), calls=self._calls_tools),
            usage=None,
            calls_tools=self._calls_tools,
            served_model=self._served,
        )

    @property
    def _report(self) -> Report:
        """The bill, or why there is none. What a provider took so far, it took."""
        if bill := self._bill or self._as_few_as_came:
            return beside_output(Report(bill.usage, bill.cost, bill.notice, bill.tier, bill.hosted), wrote=self.begun)
        if self._counted:
            early = "the last count came before the end of the answer"
            return Report(None, self._counted.cost, early, self._counted.tier)
        return NOTHING_REPORTED

    @property
    def _as_few_as_came(self) -> Counted | None:
        """The last count, where the stream is said to be done with fewer answers than were asked for: some give one."""
        return self._counted if self._done and self._finishes and not self._open else None

    @property
    def _has_ended(self) -> bool:
        return len(self._finishes) >= self.choices and not self._open

    def _may_hold_text(self, event: SseEvent) -> bool:
        """Whether an event that cannot be read may have held what is now lost: every chunk is an object."""
        return event.name in self.dialect.names and b"{" in event.data

    def _take(self, delta: Delta) -> str:
        match delta:
            case Opened(model=model, counted=counted):
                self._answered, self._model = True, model
                self.counted = counted or self.counted
                self._served = served_name(self.native_id, model) or self._served
                self._go_on(0)
            case Wrote() | Declined():
                return self._wrote(delta)
            case Calls() | Argues() | Thinks() | Shows():
                self._go_on(delta.choice)
                self.begun |= delta != Thinks(choice=delta.choice)
                self.thinks |= isinstance(delta, Thinks) and delta != Thinks(choice=delta.choice)
                self._calls_tools |= delta.choice == 0 and isinstance(delta, Calls | Argues)
            case Stopped(finish=finish, choice=choice):
                self._finishes.setdefault(choice, finish)
                self._open.discard(choice)
            case Counted():
                unfinished = self._open or (self._finishes and len(self._finishes) < self.choices)
                self._bill, self._counted = None if unfinished else delta, delta
                self.counted = delta.usage or self.counted
            case Broke():
                self._broke = delta
                self._open.clear()
            case Over():
                self._closed = True
        return ""

    def _go_on(self, choice: int) -> None:
        """More of a choice has come, so that no count from before it is the bill."""
        if choice not in self._finishes:
            self._open.add(choice)
            self._bill, self._done = None, False

    def _wrote(self, delta: Wrote | Declined) -> str:
        self._go_on(delta.choice)
        self.begun |= bool(delta.text)
        if delta.choice:
            return ""
        (self._declined if isinstance(delta, Declined) else self._said).append(delta.text)
        return "" if isinstance(delta, Declined) else delta.text

    def _failure(self, trouble: TransportTrouble | None) -> Failure | None:
        if self._error:
            # A model that has begun to write is billed for what it wrote, whatever became of it then.
            fault = Fault.CUT_STREAM if self.begun else self._error.fault(200)
            code, param = code_and_param(self._complaint)
            beside = beside_message(self._complaint)
            return Failure(fault, self._error.message, status=self._error.status, code=code, param=param, beside=beside)
        if self._unreadable:
            return Failure(Fault.MALFORMED, f"{self._unreadable} events of the stream were not JSON objects")
        if self._broke:
            return Failure(self._broke.fault, self._broke.message)
        if self._answered and (0 in self._finishes or self._done):
            return None
        if trouble:
            broke = trouble.kind is TroubleKind.DISCONNECTED
            return Failure(Fault.CUT_STREAM if broke else BY_TROUBLE[trouble.kind], trouble.message)
        if self._answered:
            return Failure(Fault.CUT_STREAM, "the stream ended before the reply did")
        return Failure(Fault.MALFORMED, f"the stream held no {self.dialect.what}")


# It is seldom in a text, and no half of a character or of an escape is made whole by it.
_MARK: Final = "\x7f"
_MARKED: Final = _MARK.encode()

_VALUES: Final = {name: re.compile(name + rb': ?"((?:[^"\\]|\\.)*)"') for name in (b'"content"', b'"text"')}
_PADDING: Final = re.compile(rb'(.*"obfuscation": ?")([A-Za-z0-9]*)("[ }]*)', re.DOTALL)


def _texts_in(said: Sequence[bytes], shape: _Shape) -> list[bytes]:
    """What stands where the text does in these events, up to the first that is of another shape."""
    texts, before, behind = list[bytes](), len(shape.first), len(shape.last)
    for line in said:
        if not line.startswith(shape.first):
            break
        if not shape.padded:
            if not line.endswith(shape.last):
                break
            text = line[before:-behind]
        else:
            text, found, padding = line[before:].partition(shape.last)
            if not found or not padding.endswith(shape.end) or not (padding[: -len(shape.end)] or b"a").isalnum():
                break
        if not text:
            break
        texts.append(text)
    return texts


def _read_together(texts: Sequence[bytes]) -> str:
    """What these inner parts of JSON's texts say; "" where one of them is none."""
    marked = _MARKED.join(texts)
    try:
        said: str = orjson.loads(b'"%b"' % marked)
    except orjson.JSONDecodeError:
        return ""
    marks = len(texts) - 1
    return said.replace(_MARK, "") if marked.count(_MARKED) == marks == said.count(_MARK) else ""


def _is_text(said: bytes) -> bool:
    return bool(_read_together((said,)))


def _around(event: SseEvent, said: str, name: str) -> _Shape | None:
    """What stands around a text in the event that holds it in a field of this name; None where that cannot be told."""
    data, named = event.data, b'"%b"' % name.encode()
    if data.count(named) != 1 or b"\n" in data or not (found := _VALUES[named].search(data)):
        return None
    if _read_together((found[1],)) != said:
        return None
    label = b"event: %b\n" % event.name.encode() if event.name else b""
    first, last = b"%bdata: %b" % (label, data[: found.start(1)]), data[found.end(1) :]
    padded = _PADDING.fullmatch(last)
    return _Shape(first, padded[1], padded=True, end=padded[3]) if padded else _Shape(first, last)


def _unnamed_error(event: SseEvent, answer: object) -> ProviderError:
    """An error that only the event's name calls one."""
    fields = as_fields(answer)
    said = first_text(fields.get("message"), fields.get("detail"), answer, event.data.decode("utf-8", "replace"))
    return ProviderError(said[:1000] or "the provider reported an error and did not say which")
