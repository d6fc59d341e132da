"""A streamed chat completion, read event by event."""

from typing import Final

from attrs import define, evolve, field

from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text
from tokenwise_shell.providers.names import served_name
from tokenwise_shell.providers.openai.errors import ProviderError, read_error
from tokenwise_shell.providers.openai.usage import parse_cost, parse_usage
from tokenwise_shell.providers.openai.words import finish_of, text_of
from tokenwise_shell.providers.status import BY_TROUBLE
from tokenwise_shell.transport.exchange import TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["OpenAiStream"]

_DONE: Final = b"[DONE]"


@define
class OpenAiStream:
    """The stream so far. Of several choices the first one is the reply; the others are billed all the same.

    The stream is whole once it has said why the model stopped, or `[DONE]`; a connection that breaks after that has
    taken nothing with it but perhaps the usage.
    """

    native_id: str
    begun: bool = field(default=False, init=False)
    chunks: tuple[SseEvent, ...] = field(default=(), init=False)
    closing: tuple[SseEvent, ...] = field(default=(), init=False)
    _said: list[str] = field(factory=list, init=False)
    _refused: list[str] = field(factory=list, init=False)
    _calls_tools: bool = field(default=False, init=False)
    _finish: FinishReason | None = field(default=None, init=False)
    _done: bool = field(default=False, init=False)
    _answered: bool = field(default=False, init=False)
    _unreadable: int = field(default=0, init=False)
    _error: ProviderError | None = field(default=None, init=False)
    _usage: Usage | None = field(default=None, init=False)
    _cost: Nanodollars | None = field(default=None, init=False)
    _served: str = field(default="", init=False)

    @property
    def over(self) -> bool:
        """Whether the stream has said `[DONE]`, or that it failed."""
        return self._done or self._error is not None

    def feed(self, event: SseEvent) -> str:
        """Take an event; the text it adds to the reply. What comes once the stream is over is not looked at."""
        if self.over:
            self.chunks = ()
            return ""
        self.chunks = (event,)
        if event.data.strip() == _DONE:
            self._done = True
            return ""
        chunk = as_json(event.data)
        self._error = read_error(chunk)
        fields = as_fields(chunk)
        if not fields:
            self.chunks = ()  # no client could read it either
            self._unreadable += self._error is None
            return ""
        self._account(fields)
        return "".join([self._take(choice) for choice in map(as_fields, entries(fields.get("choices")))])

    def end(self, trouble: TransportTrouble | None = None) -> Reply | Failure:
        """The reply, or what kept it from being one. `trouble` is how the connection ended, None for properly."""
        if failure := self._failure(trouble):
            return evolve(failure, usage=self._usage)
        said, refusal = "".join(self._said), "".join(self._refused)
        finish = self._finish or FinishReason.OTHER
        return Reply(
            text=said or refusal,
            finish=FinishReason.REFUSAL if refusal and not said and finish is FinishReason.STOP else finish,
            usage=self._usage,
            calls_tools=self._calls_tools,
            served_model=self._served,
            reported_cost=self._cost,
        )

    def _account(self, fields: Fields) -> None:
        if usage := parse_usage(fields.get("usage")):
            self._usage = usage
            self._cost = parse_cost(fields.get("usage"))
        self._served = served_name(self.native_id, fields.get("model")) or self._served

    def _take(self, choice: Fields) -> str:
        self._answered = True
        delta = as_fields(choice.get("delta"))
        said, refusal = text_of(delta.get("content")), text(delta.get("refusal"))
        calls = bool(entries(delta.get("tool_calls")) or as_fields(delta.get("function_call")))
        # Reasoning too is output that reaches a client, under a name of each vendor's own.
        self.begun |= any(value for name, value in delta.items() if name != "role")
        if choice.get("index", 0) != 0:
            return ""
        self._said.append(said)
        self._refused.append(refusal)
        self._calls_tools |= calls
        if choice.get("finish_reason") is not None:
            self._finish = finish_of(choice.get("finish_reason"))
        return said

    def _failure(self, trouble: TransportTrouble | None) -> Failure | None:
        if self._error:
            # A model that has begun to write is billed for what it wrote, whatever became of it then.
            fault = Fault.CUT_STREAM if self.begun else self._error.fault(200)
            return Failure(fault, self._error.message)
        if self._unreadable:
            return Failure(Fault.MALFORMED, f"{self._unreadable} events of the stream were not JSON objects")
        if self._answered and (self._finish or self._done):
            return None
        if trouble:
            broke = trouble.kind is TroubleKind.DISCONNECTED
            return Failure(Fault.CUT_STREAM if broke else BY_TROUBLE[trouble.kind], trouble.message)
        if self._answered:
            return Failure(Fault.CUT_STREAM, "the stream ended before the reply did")
        return Failure(Fault.MALFORMED, "the stream held no chat completion")
