"""Requests in their client's own words, for a provider that speaks the client's format: they pass as they are.

Only the model, the cap and the streaming are set; the answer comes back as it came, and is read here only for what
the machine and the books must know. A translation would lose what has no word in between, and lose it in silence.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from attrs import define, field, frozen

from tokenwise.catalog.tool_fees import DEFAULT_CALLS, kind_of
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.anthropic import messages
from tokenwise_shell.providers.anthropic.names import sent_id
from tokenwise_shell.providers.anthropic.writing import takes_thinking
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.openai import responses
from tokenwise_shell.providers.openai.streams.answer import AnswerStream
from tokenwise_shell.providers.openai.strict import is_openais_own
from tokenwise_shell.providers.turns import over
from tokenwise_shell.providers.wire import Ask, Endpoint, WireFormat
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse, TransportTrouble
from tokenwise_shell.transport.sse import SseEvent

__all__ = [
    "OWN",
    "SEAL",
    "TURNS",
    "AsItCame",
    "Own",
    "OwnFormat",
    "OwnWire",
    "bounded_tools",
    "is_sound",
    "most_tool_calls",
    "own_wire",
    "speaks",
]


class OwnWire(WireFormat, Protocol):
    """A format in which requests pass as they are."""

    def fits(self, body: Fields, *, native_id: str, cap: int) -> bool:
        """Whether this model takes the request as it is."""
        ...


class OwnFormat(enum.Enum):
    """A door's format that some providers speak too, and that is not the one in between."""

    MESSAGES = "messages"
    RESPONSES = "responses"


@frozen
class Own:
    """A request as its client wrote it. `alone` where no translation of it can be had."""

    format: OwnFormat
    body: Fields = field(repr=False)
    alone: bool = False


def speaks(endpoint: Endpoint, format_: OwnFormat) -> bool:
    """Whether this provider takes requests of this format."""
    match format_:
        case OwnFormat.MESSAGES:
            return endpoint.kind is ProviderKind.ANTHROPIC
        case OwnFormat.RESPONSES:
            known = is_openais_own(urlsplit(endpoint.base_url).hostname or "")
            has_them = known if endpoint.responses is None else endpoint.responses
            return endpoint.kind is ProviderKind.OPENAI and has_them


def own_wire(endpoint: Endpoint, own: Own | None, *, native_id: str, cap: int) -> WireFormat | None:
    """The format in which this request passes as it is; None where it must be translated for this provider.

    What a model would not take so (an effort where it wants a budget of tokens) is translated, if that can be done.
    """
    if own is None or not speaks(endpoint, own.format):
        return None
    wire = OWN[own.format]
    return wire if own.alone or wire.fits(own.body, native_id=native_id, cap=cap) else None


def is_sound(body: Fields) -> bool:
    """Whether Anthropic takes these messages as they are.

    Some are of other models' making, and have to be mended: reasoning that nobody signed, ids of calls with other
    letters, blank texts. What only ends in blanks is not mended, but for others to be asked.
    """
    takeable, said, answers = over(entries(body.get("messages")), _with_sound, _SOUND)
    last = said if answers else ""
    marks = [mark for mark in entries(body.get("stop_sequences")) if isinstance(mark, str)]
    return takeable and last == last.rstrip() and all(mark.strip() for mark in marks)


_Sound = tuple[bool, str, bool]
"""Whether all blocks of some turns can be taken, what the last of them says, and whether the last turn answers."""

_SOUND: Final[_Sound] = (True, "", False)


def _with_sound(before: _Sound, turns: Sequence[object]) -> _Sound:
    """With these turns."""
    takeable, said, answers = before
    for turn in map(as_fields, turns):
        blocks, answers = list(map(as_fields, _blocks(turn.get("content")))), turn.get("role") == "assistant"
        takeable, said = takeable and all(map(_is_takeable, blocks)), text(blocks[-1].get("text")) if blocks else said
    return takeable, said, answers


def _blocks(content: object) -> list[object]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else entries(content)


def _is_takeable(block: Fields) -> bool:
    match block.get("type"):
        case "text":
            return bool(text(block.get("text")).strip())
        case "thinking":
            return bool(block.get("signature"))
        case "tool_use":
            return sent_id(text(block.get("id"))) == block.get("id")
        case "tool_result":
            return sent_id(text(block.get("tool_use_id"))) == block.get("tool_use_id")
        case _:
            return True


class _Messages:
    """Anthropic's Messages as they are."""

    def fits(self, body: Fields, *, native_id: str, cap: int) -> bool:
        """Whether the model takes what is said of thinking as it is said."""
        return takes_thinking(body, native_id=native_id, cap=cap)

    def build(self, endpoint: Endpoint, ask: Ask) -> HttpRequest:
        """The request, with the model and the cap of this call."""
        body = {name: value for name, value in ask.own.items() if name not in _OURS}
        body |= {"model": ask.native_id, "max_tokens": ask.max_output_tokens, **bounded_tools(body)}
        if ask.stream:
            body["stream"] = True
        return messages.request(endpoint, _thinking_within(body, ask.max_output_tokens), betas=ask.betas)

    def parse(self, response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
        """See `messages.parse`."""
        return messages.parse(response, native_id=native_id, now_ms=now_ms)

    def completion(self, body: bytes, *, created_s: int) -> bytes:
        """The message as it came."""
        del created_s
        return body

    def open_stream(self, *, native_id: str, now_ms: int = 0, choices: int = 1) -> "AsItCame":
        """A reader that passes every event on as it came."""
        del choices  # this format has one answer
        return AsItCame(messages.open_stream(native_id=native_id, now_ms=now_ms))


def bounded_tools(body: Fields) -> Fields:
    """The tools of a request to Anthropic: each that Anthropic runs for a fee says how often it may be called."""
    tools = entries(body.get("tools"))
    if not any(_is_unbounded(as_fields(tool)) for tool in tools):
        return {}
    return {"tools": [{**as_fields(t), "max_uses": DEFAULT_CALLS} if _is_unbounded(as_fields(t)) else t for t in tools]}


def _is_unbounded(tool: Fields) -> bool:
    return bool(kind_of(text(tool.get("type")))) and count(tool.get("max_uses")) is None


def _declared(body: Fields) -> list[object]:
    """All tools of a Responses request, those of its input too."""
    within = (entries(as_fields(item).get("tools")) for item in entries(body.get("input")))
    return [*entries(body.get("tools")), *(tool for tools in within for tool in tools)]


def most_tool_calls(body: Fields) -> int:
    """How often OpenAI may call tools of its own, all together: what the request says, else our default."""
    stated = count(body.get("max_tool_calls"))
    return DEFAULT_CALLS if stated is None else stated


# Set here whatever the request said; the last is the proxy's own.
_OURS: Final = ("stream", "tokenwise")

_LEAST_THINKING: Final = 1024


def _thinking_within(body: dict[str, object], cap: int) -> Fields:
    """The request with a budget of thinking that a shorter cap leaves room for; without one where it does not."""
    budget = count(as_fields(body.get("thinking")).get("budget_tokens"))
    if budget is None or budget < cap:
        return body
    if cap <= _LEAST_THINKING:
        return {name: value for name, value in body.items() if name != "thinking"}
    return {**body, "thinking": {**as_fields(body["thinking"]), "budget_tokens": cap - 1}}


class _Responses:
    """OpenAI's Responses as they are."""

    def fits(self, body: Fields, *, native_id: str, cap: int) -> bool:
        """They always do: OpenAI knows its own models."""
        del body, native_id, cap
        return True

    def build(self, endpoint: Endpoint, ask: Ask) -> HttpRequest:
        """The request, with the model and the cap of this call, without what was sealed here for other models."""
        body = {name: value for name, value in ask.own.items() if name not in _OURS}
        body |= {"model": ask.native_id, "max_output_tokens": ask.max_output_tokens}
        if any(kind_of(text(as_fields(tool).get("type"))) for tool in _declared(body)):
            body["max_tool_calls"] = most_tool_calls(body)
        if isinstance(items := body.get("input"), list):
            body["input"] = [item for item in items if not _is_sealed(as_fields(item))]
        if ask.stream:
            body["stream"] = True
        return responses.request(endpoint, body)

    def parse(self, response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
        """See `responses.parse`."""
        return responses.parse(response, native_id=native_id, now_ms=now_ms)

    def completion(self, body: bytes, *, created_s: int) -> bytes:
        """The response as it came; of a stream that was not asked for, the one in its last event."""
        del created_s
        return responses.in_last_event(body)

    def open_stream(self, *, native_id: str, now_ms: int = 0, choices: int = 1) -> "AsItCame":
        """A reader that passes every event on as it came."""
        del choices  # this format has one answer
        del now_ms
        return AsItCame(responses.open_stream(native_id=native_id))


SEAL: Final = "tw1."
"""What sealed reasoning of other providers' models begins with, which their clients hold for them."""


def _is_sealed(item: Fields) -> bool:
    return item.get("type") == "reasoning" and text(item.get("encrypted_content")).startswith(SEAL)


TURNS: Final[Mapping[OwnFormat, str]] = {OwnFormat.MESSAGES: "messages", OwnFormat.RESPONSES: "input"}
"""The field in which each format has its turns."""

OWN: Final[Mapping[OwnFormat, OwnWire]] = {
    OwnFormat.MESSAGES: _Messages(),
    OwnFormat.RESPONSES: _Responses(),
}
"""How a request of each format passes as it is."""


@define
class AsItCame:
    """A stream that is read for its reply, and whose events go on as they came."""

    read: AnswerStream
    _event: SseEvent | None = field(default=None, init=False)

    @property
    def begun(self) -> bool:
        """Whether output has come."""
        return self.read.begun

    @property
    def heard_tokens(self) -> int:
        """At most so many tokens of output have come."""
        return self.read.heard_tokens

    @property
    def thinks(self) -> bool:
        """Whether any of it was reasoning."""
        return self.read.thinks

    @property
    def counted(self) -> Usage | None:
        """What has been counted so far."""
        return self.read.counted

    @property
    def over(self) -> bool:
        """Whether the stream has said its last word."""
        return self.read.over

    @property
    def owes_nothing(self) -> bool:
        """Whether everything is there that can be expected."""
        return self.read.owes_nothing

    @property
    def chunks(self) -> tuple[SseEvent, ...]:
        """The event last fed."""
        return () if self._event is None or self.read.failed else (self._event,)

    @property
    def closing(self) -> tuple[SseEvent, ...]:
        """Nothing: a stream that passes as it is ends as it does."""
        return ()

    @property
    def has_runs(self) -> bool:
        """Whether the format has events that add a text and nothing else."""
        return bool(self.read.dialect.text)

    def alike(self, said: Sequence[bytes]) -> tuple[int, str]:
        """See `AnswerStream.alike`."""
        return self.read.alike(said)

    def feed(self, event: SseEvent) -> str:
        """Take an event; the text it adds."""
        self._event = event
        if said := self.read.feed(event):
            self.read.repeats(event, said)
        return said

    def end(self, trouble: TransportTrouble | None = None) -> Reply | Failure:
        """What the stream amounts to."""
        return self.read.end(trouble)
