"""What an answer in no vendor's terms amounts to, whole or streamed."""

from collections.abc import Callable, Iterable

from attrs import define, evolve, field, frozen

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, as_json
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.chunks import ChunkWriter
from tokenwise_shell.providers.openai.errors import ProviderError
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.providers.translate.deltas import (
    Argues,
    Broke,
    Calls,
    Counted,
    Delta,
    Opened,
    Over,
    Stopped,
    Thinks,
    Wrote,
)
from tokenwise_shell.providers.translate.terms import Answer
from tokenwise_shell.transport.exchange import TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["DeltaStream", "Dialect", "reply_of"]


def reply_of(answer: Answer, *, native_id: str) -> Reply | Failure:
    """A whole answer as the machine hears of it."""
    if answer.broke:
        return Failure(answer.broke.fault, answer.broke.message, answer.usage)
    said = answer.choices[0]
    return Reply(
        text=said.text,
        finish=said.finish,
        usage=answer.usage,
        calls_tools=bool(said.calls),
        served_model=served_name(native_id, answer.model),
    )


@frozen
class Dialect:
    """How one format streams: what an event adds, and the error it may be. `what` names a whole answer."""

    read: Callable[[Fields], Iterable[Delta]]
    error: Callable[[object], ProviderError | None]
    what: str


@define
class DeltaStream:
    """The stream so far. Of several alternatives the first is the reply; the others are billed all the same.

    The stream is whole once it has said why the model stopped. What it counts before that is a count so far and no
    bill, so it is not taken for one.
    """

    native_id: str
    dialect: Dialect
    writer: ChunkWriter
    begun: bool = field(default=False, init=False)
    _last: tuple[Delta, ...] = field(default=(), init=False)
    _said: list[str] = field(factory=list, init=False)
    _calls_tools: bool = field(default=False, init=False)
    _finishes: dict[int, FinishReason] = field(factory=dict, init=False)
    _open: set[int] = field(factory=set, init=False)
    _done: bool = field(default=False, init=False)
    _answered: bool = field(default=False, init=False)
    _unreadable: int = field(default=0, init=False)
    _error: ProviderError | None = field(default=None, init=False)
    _broke: Broke | None = field(default=None, init=False)
    _usage: Usage | None = field(default=None, init=False)
    _served: str = field(default="", init=False)

    @property
    def over(self) -> bool:
        """Whether the stream has said its last word, or that it failed."""
        return self._done or self._error is not None

    @property
    def chunks(self) -> tuple[SseEvent, ...]:
        """The event last fed, as events of OpenAI's format."""
        if self._error:
            return (self.writer.failed(self._error.message),)
        return tuple(chunk for delta in self._last for chunk in self.writer.write(delta))

    @property
    def closing(self) -> tuple[SseEvent, ...]:
        """What ends the stream in OpenAI's format, once it is over and whole."""
        return self.writer.end(self._usage) if self._failure(None) is None else ()

    def feed(self, event: SseEvent) -> str:
        """Take an event; the text it adds to the reply. What comes once the stream is over is not looked at."""
        self._last = ()
        if self.over:
            return ""
        answer = as_json(event.data)
        self._error = self.dialect.error(answer)
        fields = as_fields(answer)
        if self._error or not fields:
            self._unreadable += self._error is None
            return ""
        self._last = tuple(self.dialect.read(fields))
        return "".join([self._take(delta) for delta in self._last])

    def end(self, trouble: TransportTrouble | None = None) -> Reply | Failure:
        """The reply, or what kept it from being one. `trouble` is how the connection ended, None for properly."""
        usage = None if self._open else self._usage
        if failure := self._failure(trouble):
            return evolve(failure, usage=usage)
        return Reply(
            text="".join(self._said),
            finish=self._finishes.get(0, FinishReason.OTHER),
            usage=usage,
            calls_tools=self._calls_tools,
            served_model=self._served,
        )

    def _take(self, delta: Delta) -> str:
        match delta:
            case Opened(model=model):
                self._answered = True
                self._served = served_name(self.native_id, model) or self._served
                self._open.add(0)
            case Wrote(text=said, choice=choice):
                return self._wrote(said, choice)
            case Calls(choice=choice) | Argues(choice=choice):
                self.begun = True
                self._calls_tools |= choice == 0
                self._open.add(choice)
            case Thinks(text=said, signature=signature, sealed=sealed, choice=choice):
                self.begun |= bool(said or signature or sealed)
                self._open.add(choice)
            case Stopped(finish=finish, choice=choice):
                self._finishes.setdefault(choice, finish)
                self._open.discard(choice)
            case Counted(usage=usage):
                self._usage = usage
            case Broke():
                self._broke = delta
                self._open.clear()
            case Over():
                self._done = True
        return ""

    def _wrote(self, said: str, choice: int) -> str:
        self._open.add(choice)
        self.begun |= bool(said)
        if choice:
            return ""
        self._said.append(said)
        return said

    def _failure(self, trouble: TransportTrouble | None) -> Failure | None:
        if self._error:
            # A model that has begun to write is billed for what it wrote, whatever became of it then.
            fault = Fault.CUT_STREAM if self.begun else self._error.fault(200)
            return Failure(fault, self._error.message)
        if self._unreadable:
            return Failure(Fault.MALFORMED, f"{self._unreadable} events of the stream were not JSON objects")
        if self._broke:
            return Failure(self._broke.fault, self._broke.message)
        if 0 in self._finishes:
            return None
        if trouble:
            broke = trouble.kind is TroubleKind.DISCONNECTED
            return Failure(Fault.CUT_STREAM if broke else BY_TROUBLE[trouble.kind], trouble.message)
        if self._answered:
            return Failure(Fault.CUT_STREAM, "the stream ended before the reply did")
        return Failure(Fault.MALFORMED, f"the stream held no {self.dialect.what}")
