"""The faults this provider can be told to commit, a closed union of frozen classes.

A fault is a description; `alterations` and `delivery` carry it out. Counts of chunks are counts of what is sent after
the head: in a stream the events (the first opens the answer and has no text), in a plain answer the one body.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import and_, ge, in_, instance_of, le, matches_re

from tokenwise_shell.embedded.faults.fields import HeaderPairs, check_headers, count, latin1, pairs, text

__all__ = [
    "FAULT_NAMES",
    "BlockedPrompt",
    "ContentFilter",
    "ContextTooLong",
    "CutStream",
    "Dribble",
    "EmptyReply",
    "ErrorEventMidStream",
    "GarbageBytes",
    "Hang",
    "InsteadOfAnswer",
    "MalformedJson",
    "MalformedSse",
    "NoUsage",
    "OfContent",
    "OfDelivery",
    "Redirect",
    "Refusal",
    "ReportUsage",
    "Reset",
    "ScriptedFault",
    "SlowFirstByte",
    "Stall",
    "Status",
    "Truncated",
    "WrongModel",
    "name_of",
]


@frozen
class Status:
    """An error instead of an answer: this status, these headers, in the format's own shape unless `body` is given."""

    code: int = field(default=500, validator=and_(instance_of(int), ge(400), le(599)))
    message: str = text("")
    headers: HeaderPairs = field(default=(), converter=pairs, validator=check_headers)
    body: str = text("")


@frozen
class Redirect:
    """A redirection, which nobody should follow with a key in the request."""

    location: str = field(default="http://127.0.0.1:9/elsewhere", validator=matches_re(r"[\x21-\x7e]+"))
    code: int = field(default=307, validator=in_((301, 302, 303, 307, 308)))


@frozen
class ContextTooLong:
    """The conversation is said to be longer than the model's window, in the vendor's own words."""

    tokens: int = count(200_001)
    limit: int = count(200_000)


@frozen
class Reset:
    """The connection is reset before the first byte of an answer."""


@frozen
class Hang:
    """Nothing is sent for `ms` milliseconds; then the connection closes."""

    ms: int = count(600_000)


@frozen
class GarbageBytes:
    """These bytes, in Latin-1 where given as text, instead of an HTTP answer; then the connection closes."""

    data: bytes = field(default=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", converter=latin1)


@frozen
class SlowFirstByte:
    """The answer begins `ms` milliseconds later than it would."""

    ms: int = count(2000)


@frozen
class Stall:
    """After this many chunks nothing moves for `ms` milliseconds; then the answer goes on."""

    after_chunks: int = count(2)
    ms: int = count(2000)


@frozen
class CutStream:
    """The connection ends after this many chunks, properly closed or, with `reset`, reset.

    A plain answer ends in the middle of its body however many chunks are named.
    """

    after_chunks: int = count(2)
    reset: bool = field(default=False, validator=instance_of(bool))


@frozen
class Dribble:
    """The body comes in writes of `size` bytes, each an HTTP chunk of its own, so events straddle reads."""

    size: int = count(7, least=1)


@frozen
class ErrorEventMidStream:
    """After this many chunks the stream carries an error and ends. A plain answer is an error 500 instead."""

    after_chunks: int = count(2)
    message: str = text("The server had an error while processing your request.")


@frozen
class MalformedJson:
    """Framing is sound, the JSON in it is cut in half: the body, or every event of a stream."""


@frozen
class MalformedSse:
    """A stream whose events lack their field name and their blank lines. A plain answer is as with MalformedJson."""


@frozen
class EmptyReply:
    """A sound answer without text or calls, finished as if all were well."""


@frozen
class Truncated:
    """The answer is cut in half and ends for length, although it was within the cap."""


@frozen
class ContentFilter:
    """The answer is cut in half by a content filter."""


@frozen
class BlockedPrompt:
    """A filter stops the prompt itself: no content, and only the input is billed."""


@frozen
class Refusal:
    """The model declines. OpenAI's format has a field for it, Anthropic's a reason to stop, Google's plain text."""


@frozen
class NoUsage:
    """The answer does not say what it billed. It is billed all the same."""


@frozen
class ReportUsage:
    """These figures are reported and billed, whatever was generated: 0, or more than was ever asked for."""

    prompt_tokens: int = count(0)
    completion_tokens: int = count(0)


@frozen
class WrongModel:
    """Another model serves the request, says so in `model`, and is billed."""

    name: str = text("embedded/another-model")


InsteadOfAnswer: TypeAlias = Status | Redirect | ContextTooLong | Reset | Hang | GarbageBytes
"""No answer is made, so nothing is billed."""

OfDelivery: TypeAlias = SlowFirstByte | Stall | CutStream | Dribble | ErrorEventMidStream | MalformedJson | MalformedSse
"""A sound answer is made and billed, and comes across badly."""

OfContent: TypeAlias = (
    EmptyReply | Truncated | ContentFilter | BlockedPrompt | Refusal | NoUsage | ReportUsage | WrongModel
)
"""The answer itself is not as it should be."""

ScriptedFault: TypeAlias = InsteadOfAnswer | OfDelivery | OfContent

FAULT_NAMES: Final[Mapping[str, type[ScriptedFault]]] = {
    "status": Status,
    "redirect": Redirect,
    "context-too-long": ContextTooLong,
    "reset": Reset,
    "hang": Hang,
    "garbage-bytes": GarbageBytes,
    "slow-first-byte": SlowFirstByte,
    "stall": Stall,
    "cut-stream": CutStream,
    "dribble": Dribble,
    "error-event-mid-stream": ErrorEventMidStream,
    "malformed-json": MalformedJson,
    "malformed-sse": MalformedSse,
    "empty-reply": EmptyReply,
    "truncated": Truncated,
    "content-filter": ContentFilter,
    "blocked-prompt": BlockedPrompt,
    "refusal": Refusal,
    "no-usage": NoUsage,
    "report-usage": ReportUsage,
    "wrong-model": WrongModel,
}
"""Each fault by its name, in the order in which the documentation lists them."""

_NAMES: Final = {kind: name for name, kind in FAULT_NAMES.items()}


def name_of(fault: ScriptedFault) -> str:
    """The name of a fault as files have it."""
    return _NAMES[type(fault)]
