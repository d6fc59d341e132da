"""How an answer travels: the acts that a connection performs. Nothing is sent here."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import ge

from tokenwise.usage import Usage
from tokenwise_shell.embedded.chat import BadRequest, ChatRequest, Reply
from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.faults.faults import (
    ContextTooLong,
    GarbageBytes,
    Hang,
    InsteadOfAnswer,
    Redirect,
    Reset,
    Status,
)
from tokenwise_shell.embedded.wire.format import WireFormat

__all__ = [
    "Act",
    "Bill",
    "Chunk",
    "Close",
    "Head",
    "Pace",
    "Pause",
    "Raw",
    "instead",
    "plain",
    "refusal",
    "streamed",
    "whole_body",
]


@frozen
class Pause:
    """Wait, in microseconds: a token takes less than a millisecond here."""

    us: int


@frozen
class Head:
    """The status line and the headers. Without a content-length the body is chunked, or ends with the connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Chunk:
    """A part of the body."""

    data: bytes


@frozen
class Raw:
    """Bytes past HTTP altogether."""

    data: bytes


@frozen
class Bill:
    """From here on the call is billed with this usage; `whole` once the last token is on its way."""

    usage: Usage
    whole: bool = False


@frozen
class Close:
    """The connection ends here, finished or not; with `reset`, by a TCP reset where there is TCP."""

    reset: bool = False


Act: TypeAlias = Pause | Head | Chunk | Raw | Bill | Close

_SSE_HEAD: Final = Head(200, (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")))


@frozen
class Pace:
    """How fast this provider is: the typical time to the first byte, and the time per output token.

    The time to the first byte is drawn per request between a quarter and the double of `latency_ms`, so 5 to 40 ms by
    default. A plain answer waits for all of its tokens. `Pace(0, 0)` waits for nothing.
    """

    latency_ms: int = field(default=20, validator=ge(0))
    token_us: int = field(default=250, validator=ge(0))

    def first_byte_us(self, reply_id: str) -> int:
        """The time to the first byte of this reply, in microseconds."""
        return self.latency_ms * (250 + Draw.of(0, reply_id.encode()).below(1751))


def plain(reply: Reply, request: ChatRequest, wire: WireFormat, pace: Pace) -> Iterator[Act]:
    """An answer in one piece. It is billed when it is begun: nothing stops its generation."""
    yield Bill(reply.usage)
    yield Pause(pace.first_byte_us(reply.id) + pace.token_us * reply.usage.output_tokens)
    yield Bill(reply.usage, whole=True)
    yield from whole_body(200, wire.render_reply(reply, request))


def streamed(reply: Reply, request: ChatRequest, wire: WireFormat, pace: Pace) -> Iterator[Act]:
    """An answer as a stream, billed token by token; the reasoning is done before the first of them.

    The usage of the reply is billed with the last token, so that a script may report something else than was sent.
    """
    events = list(wire.render_stream(reply, request))
    tokens = sum(event.output_tokens for event in events)
    sent = reply.usage.reasoning_tokens
    yield Bill(evolve(reply.usage, output_tokens=sent))
    yield Pause(pace.first_byte_us(reply.id))
    yield _SSE_HEAD
    for event in events:
        if event.output_tokens:
            yield Pause(pace.token_us * event.output_tokens)
            sent, tokens = sent + event.output_tokens, tokens - event.output_tokens
        yield Bill(evolve(reply.usage, output_tokens=sent)) if tokens else Bill(reply.usage, whole=True)
        yield Chunk(event.data)


def whole_body(status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Iterator[Act]:
    """A body with its length; it is JSON unless the headers say otherwise."""
    fixed = {"content-type": "application/json", "content-length": str(len(body))}
    yield Head(status, tuple((fixed | {name.lower(): value for name, value in headers}).items()))
    yield Chunk(body)


def refusal(problem: BadRequest, wire: WireFormat, headers: Iterable[tuple[str, str]] = ()) -> Iterator[Act]:
    """An error in the format of the request."""
    yield from whole_body(problem.status, wire.render_error(problem), headers)


def instead(fault: InsteadOfAnswer, wire: WireFormat) -> Iterator[Act]:
    """What comes instead of an answer."""
    match fault:
        case Status(code=code, message=message, headers=headers, body=body):
            problem = BadRequest(message or f"scripted fault {code}", status=code, code=_CODES.get(code))
            yield from whole_body(code, body.encode(), headers) if body else refusal(problem, wire, headers)
        case ContextTooLong(tokens=tokens, limit=limit):
            yield from refusal(wire.context_too_long(tokens, limit), wire)
        case Redirect(location=location, code=code):
            yield from whole_body(code, b"{}", (("location", location),))
        case Reset():
            yield Close(reset=True)
        case Hang(ms=ms):
            yield Pause(1000 * ms)
            yield Close()
        case GarbageBytes(data=data):
            yield Raw(data)
            yield Close()
        case _:
            assert_never(fault)


_CODES: Final = {
    401: "invalid_api_key",
    402: "insufficient_quota",
    404: "model_not_found",
    429: "rate_limit_exceeded",
    503: "overloaded",
}
