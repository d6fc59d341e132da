"""The embedded provider: which request gets which answer, what it is billed, and which fault it meets."""

from collections import deque
from collections.abc import Collection, Iterable
from functools import partial
from typing import Final, assert_never

import orjson
import trio
from attrs import define, field, frozen

from tokenwise.errors import InputError
from tokenwise.usage import Usage
from tokenwise_shell.embedded.answers.answers import answer, embed_all
from tokenwise_shell.embedded.answers.counting import count_input
from tokenwise_shell.embedded.anthropic.format import ANTHROPIC
from tokenwise_shell.embedded.billing import Billed, Tab
from tokenwise_shell.embedded.chat import BadRequest, ChatRequest, EmbeddingRequest, Reply
from tokenwise_shell.embedded.faults.alterations import altered
from tokenwise_shell.embedded.faults.faults import InsteadOfAnswer, OfContent, OfDelivery, ScriptedFault, name_of
from tokenwise_shell.embedded.faults.script_files import read_header_fault
from tokenwise_shell.embedded.faults.scripts import Playback, Script
from tokenwise_shell.embedded.google.format import GOOGLE
from tokenwise_shell.embedded.house import House, next_request
from tokenwise_shell.embedded.openai import embeddings
from tokenwise_shell.embedded.openai.format import OPENAI
from tokenwise_shell.embedded.wire.connection import Connection, Limits
from tokenwise_shell.embedded.wire.delivery import (
    Act,
    Bill,
    Pace,
    Pause,
    instead,
    plain,
    refusal,
    streamed,
    whole_body,
)
from tokenwise_shell.embedded.wire.disturbance import disturbed
from tokenwise_shell.embedded.wire.format import (
    Completion,
    Embeddings,
    ModelList,
    OneModel,
    TokenCount,
    Wanted,
    WireFormat,
)
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = ["EmbeddedProvider", "Received"]

_FAULT_HEADER: Final = "x-tokenwise-fault"

# The first that recognises a request answers it; OpenAI's takes what is left, so it stands last.
_FORMATS: Final = (ANTHROPIC, GOOGLE, OPENAI)

# What a list of models holds where every model is accepted.
_ANY_MODEL: Final = "embedded/any-name-will-do"

# Requests kept for tests to look at; the oldest fall out.
_KEPT_REQUESTS: Final = 1000


@frozen
class Received:
    """A request that came in, as a test wants to see it."""

    ordinal: int
    request: HttpRequest
    fault: ScriptedFault | None = None


@define
class EmbeddedProvider:
    """A provider of simulated answers. Equal requests under one seed get equal bytes.

    `models` None accepts every model name; `keys` empty accepts every key. `billed` and `received` grow as calls come.
    """

    seed: int = 0
    models: tuple[str, ...] | None = None
    keys: Collection[str] = frozenset()
    script: Script = field(factory=Script)
    pace: Pace = field(factory=Pace)
    limits: Limits = field(factory=Limits)
    billed: list[Billed] = field(factory=list, init=False)
    received: deque[Received] = field(init=False, factory=partial(deque[Received], maxlen=_KEPT_REQUESTS))
    _ordinal: int = field(default=0, init=False)
    _playback: Playback = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._playback = Playback(self.script, self.seed)

    async def converse(self, stream: trio.abc.Stream, house: House | None = None) -> None:
        """Answer the requests of one connection until it ends, and close it."""
        house = house or House()
        connection = Connection(stream, self.limits)
        async with stream:
            try:
                while (request := await next_request(connection, house)) is not None:
                    acts, tab = self.respond(request)
                    if not await connection.answer(acts, tab):
                        break
            except BadRequest as problem:
                await connection.refuse(refusal(problem, OPENAI, (("connection", "close"),)))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

    def respond(self, request: HttpRequest) -> tuple[Iterable[Act], Tab | None]:
        """The acts that answer a request, and the tab they are billed on, if it is billed.

        A bug in here ends the server with its traceback: a test must not take it for a provider's error 500.
        """
        self._ordinal += 1
        wire = _format_of(request)
        try:
            return self._routed(request, wire)
        except BadRequest as problem:
            return refusal(problem, wire), None

    def reply(self, asked: ChatRequest) -> Reply:
        """What is answered to a chat, before any fault. A provider with other habits overrides it."""
        return answer(asked, seed=self.seed)

    def _routed(self, request: HttpRequest, wire: WireFormat) -> tuple[Iterable[Act], Tab | None]:
        if (request.method, request.path) == ("GET", "/embedded/billed"):
            OPENAI.admit(request, self.keys)
            return whole_body(200, orjson.dumps({"billed": [entry.as_json() for entry in self.billed]})), None
        wire.admit(request, self.keys)
        if (wanted := wire.wanted(request)) is None:
            raise BadRequest(f"nothing answers {request.method} {request.path}", status=404, code="unknown_url")
        return self._wanted(wanted, request, wire)

    def _wanted(self, wanted: Wanted, request: HttpRequest, wire: WireFormat) -> tuple[Iterable[Act], Tab | None]:
        match wanted:
            case Completion():
                return self._chat(request, wire.parse_request(request), wire)
            case TokenCount(render=render):
                asked = wire.parse_request(request)
                self._known(asked.model)
                return whole_body(200, render(count_input(asked))), None
            case Embeddings():
                return self._embeddings(request, embeddings.parse_request(request.body), wire)
            case ModelList():
                return whole_body(200, wire.render_models(self.models or (_ANY_MODEL,))), None
            case OneModel(id=model):
                return whole_body(200, wire.render_model(self._known(model))), None
            case _:
                assert_never(wanted)

    def _chat(self, request: HttpRequest, asked: ChatRequest, wire: WireFormat) -> tuple[Iterable[Act], Tab | None]:
        fault = self._fault(request, self._known(asked.model))
        if isinstance(fault, InsteadOfAnswer):
            return instead(fault, wire), None
        reply = self.reply(asked)
        reply = altered(reply, fault) if isinstance(fault, OfContent) else reply
        acts = (streamed if asked.stream else plain)(reply, asked, wire, self.pace)
        return _delivered(acts, fault, wire, stream=asked.stream), self._tab(reply.model, fault)

    def _embeddings(
        self, request: HttpRequest, asked: EmbeddingRequest, wire: WireFormat
    ) -> tuple[Iterable[Act], Tab | None]:
        fault = self._fault(request, self._known(asked.model))
        if isinstance(fault, InsteadOfAnswer):
            return instead(fault, wire), None
        body = embeddings.render_reply(asked, embed_all(asked, seed=self.seed))
        usage = Usage(input_tokens=asked.input_tokens)
        acts = (Bill(usage), Pause(1000 * self.pace.latency_ms), Bill(usage, whole=True), *whole_body(200, body))
        return _delivered(acts, fault, wire, stream=False), self._tab(asked.model, fault)

    def _known(self, model: str) -> str:
        if self.models is not None and model not in self.models:
            raise BadRequest(f"the model {model!r} does not exist", status=404, param="model", code="model_not_found")
        return model

    def _fault(self, request: HttpRequest, model: str) -> ScriptedFault | None:
        """The fault a call asks for by its header, which the script then does not count, or the script's next."""
        asked = request.header(_FAULT_HEADER)
        try:
            fault = self._playback.next_fault(model) if asked is None else read_header_fault(asked)
        except InputError as error:
            raise BadRequest(str(error), param=_FAULT_HEADER, code="unknown_fault") from None
        self.received.append(Received(self._ordinal, request, fault))
        return fault

    def _tab(self, model: str, fault: ScriptedFault | None) -> Tab:
        return Tab(self.billed, Billed(self._ordinal, model, Usage(), name_of(fault) if fault else ""))


def _format_of(request: HttpRequest) -> WireFormat:
    return next(wire for wire in _FORMATS if wire.recognises(request))


def _delivered(acts: Iterable[Act], fault: ScriptedFault | None, wire: WireFormat, *, stream: bool) -> tuple[Act, ...]:
    # Rendered here and now: whatever is wrong with a request shows before the first byte of its answer.
    return tuple(disturbed(acts, fault, wire, stream=stream) if isinstance(fault, OfDelivery) else acts)
