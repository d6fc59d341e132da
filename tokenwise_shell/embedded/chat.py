"""What is asked and what is answered, whatever the wire format: the types between parsing, answering and rendering.

Parsing makes a `ChatRequest` of bytes, answering a `Reply` of that, and rendering bytes again. Nothing here knows HTTP
or JSON, and nothing knows which vendor's format is spoken.
"""

import enum
from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.prompt import Message
from tokenwise.usage import Usage

__all__ = [
    "BadRequest",
    "ChatRequest",
    "Choice",
    "EmbeddingRequest",
    "Finish",
    "Reply",
    "Tool",
    "ToolCall",
]


class BadRequest(Exception):  # noqa: N818 -- named for what it is on the wire
    """A request that gets an error for an answer: the status, and what the client is told."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.param = param
        self.code = code


@frozen
class Tool:
    """A function the model may call, and the JSON schema of its arguments."""

    name: str
    schema: Mapping[str, object]
    description: str = ""


@frozen
class ChatRequest:
    """One request for a completion.

    `content` is what was asked, in bytes that are equal for equal requests, whatever format they came in: every draw
    starts there (`as_asked`). `tools` holds the tools that may be called now, so it is empty where the choice is none;
    `overhead_bytes` counts the JSON declared beside the messages. `attachments` are the addresses of pictures,
    documents and the like, `data:` addresses where the bytes came along. `schema` is None for text and `{}` for any
    JSON object. `thinking_cap` is in tokens. `cacheable_tokens` is the length of the prefix that the client marked for
    caching, 0 where it marked none; None leaves caching to the provider.
    """

    model: str
    messages: tuple[Message, ...]
    content: bytes
    overhead_bytes: int = 0
    attachments: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    must_call: bool = False
    may_call_several: bool = True
    schema: Mapping[str, object] | None = None
    max_output_tokens: int | None = None
    choices: int = field(default=1, validator=ge(1))
    stop: tuple[str, ...] = ()
    reasons: bool = False
    thinking_cap: int | None = None
    shows_thoughts: bool = False
    cacheable_tokens: int | None = None
    caches_for_an_hour: bool = False
    logprobs: bool = False
    stream: bool = False
    stream_usage: bool = False


@frozen
class EmbeddingRequest:
    """One request for embeddings. An input given as token ids is text here: the ids, with spaces between."""

    model: str
    texts: tuple[str, ...]
    input_tokens: int
    dimensions: int
    base64: bool


class Finish(enum.Enum):
    """Why a choice ended; BLOCKED is a prompt that the provider would not answer at all."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    BLOCKED = "blocked"


@frozen
class ToolCall:
    """A call of one tool; `pieces` are the tokens of its arguments, and its name counts as one more."""

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments as JSON, torn where a cap or a fault cut them."""
        return "".join(self.pieces)

    @property
    def output_tokens(self) -> int:
        """Tokens billed for this call."""
        return 1 + len(self.pieces)


@frozen
class Choice:
    """One of the alternatives of a reply; `pieces` are the tokens of its text (a refusal's text if `refused`).

    `stopped_at` is the stop mark that ended it, "" where none did. `thought` is what may be shown of the reasoning; the
    usage of the reply says how long it took.
    """

    pieces: tuple[str, ...]
    finish: Finish
    calls: tuple[ToolCall, ...] = ()
    refused: bool = False
    stopped_at: str = ""
    thought: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.pieces)

    @property
    def output_tokens(self) -> int:
        """Tokens billed for this choice, reasoning aside."""
        return len(self.pieces) + sum(call.output_tokens for call in self.calls)


@frozen
class Reply:
    """What the model said, and what it bills. With `reports_usage` false the client is not told the latter.

    `id`, like the ids of calls, is bare: each format puts its vendor's prefix before it.
    """

    id: str
    model: str
    choices: tuple[Choice, ...]
    usage: Usage
    reports_usage: bool = True
