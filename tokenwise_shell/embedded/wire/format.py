"""What a wire format is: the functions by which the server understands a request and words an answer.

A format is one module that ends in a `WireFormat`, with others beside it for the parts. It decides nothing about the
content of a reply, and does no I/O. The answering, the faults and the billing do not know which format is spoken.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias

from attrs import frozen

from tokenwise_shell.embedded.chat import BadRequest, ChatRequest, Reply
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = [
    "Completion",
    "Embeddings",
    "ModelList",
    "OneModel",
    "StreamEvent",
    "TokenCount",
    "Wanted",
    "WireFormat",
]


@frozen
class StreamEvent:
    """One or more events of a stream as bytes, sent together, and how many output tokens they carry."""

    data: bytes
    output_tokens: int = 0


@frozen
class Completion:
    """An answer to a conversation."""


@frozen
class TokenCount:
    """How many input tokens a conversation has, and how this format words the answer."""

    render: Callable[[int], bytes]


@frozen
class Embeddings:
    """Vectors of texts. Only OpenAI's format has them here."""


@frozen
class ModelList:
    """The models there are."""


@frozen
class OneModel:
    """One model."""

    id: str


Wanted: TypeAlias = Completion | TokenCount | Embeddings | ModelList | OneModel
"""What a request asks for, by its method and path."""


@frozen(kw_only=True)
class WireFormat:
    """A vendor's wire format: the functions by which it is understood and worded."""

    recognises: Callable[[HttpRequest], bool]
    """Whether a request, understood or not, is to be answered in this format."""

    admit: Callable[[HttpRequest, Collection[str]], None]
    """Check the key, no keys at all admitting every key, and what else the vendor demands of a request's head.

    Raises BadRequest.
    """

    wanted: Callable[[HttpRequest], Wanted | None]
    """What is asked for; None where there is no such address."""

    parse_request: Callable[[HttpRequest], ChatRequest]
    """Read a request for a completion or a count. Raises BadRequest."""

    render_reply: Callable[[Reply, ChatRequest], bytes]
    """The body of an answer that is not streamed."""

    render_stream: Callable[[Reply, ChatRequest], Iterator[StreamEvent]]
    """The events of a streamed answer, the closing one included."""

    render_models: Callable[[Iterable[str]], bytes]
    """The body of the list of models."""

    render_model: Callable[[str], bytes]
    """The body of one model."""

    context_too_long: Callable[[int, int], BadRequest]
    """The error for a conversation of so many tokens, beyond a context window of so many, in the vendor's words."""

    render_error: Callable[[BadRequest], bytes]
    """The body of an error."""

    render_error_event: Callable[[BadRequest], bytes]
    """An error that strikes when the stream is already running, as one event."""
