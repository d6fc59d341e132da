"""What every wire format is to the rest of the shell: a way to build a request, and two to read an answer.

A format is a module of pure functions. Requests come in as OpenAI's chat fields, which is what the proxy receives and
what a step's prompt is written as here; another format translates them.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import urlsplit, urlunsplit

from attrs import field, frozen
from attrs.validators import instance_of

from tokenwise.prompt import Message
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.transport.exchange import (
    Headers,
    HttpRequest,
    HttpResponse,
    TransportTrouble,
    check_headers,
    check_url,
)
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["Ask", "Endpoint", "StreamParse", "WireFormat", "chat_fields", "url_below"]

# Local servers take any key, and people write "x" or "ollama". Hiding such words in messages would garble them.
_SHORTEST_SECRET: Final = 8

_VERSION: Final = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?")


def _check_key(_: object, __: object, key: str) -> None:
    check_headers(None, None, (("api_key", key),))


@frozen(cache_hash=True)  # asked for with every call
class Endpoint:
    """Where a provider is and how to speak to it.

    `cap_field` names the field that carries the output cap, "" for the usual one of that host and model. Where
    `stream_usage` is false, usage is not asked for in streams, since this server refuses the question.
    `responses` is whether it has OpenAI's `/responses`, and `stops` whether it makes no more of a stream that nobody
    listens to; None for what is known of that host.
    """

    kind: ProviderKind
    base_url: str = field(validator=check_url, repr=False)
    api_key: str = field(default="", validator=_check_key, repr=False)
    headers: Headers = field(default=(), validator=check_headers, repr=False)
    cap_field: str = field(default="", validator=instance_of(str))
    stream_usage: bool = True
    responses: bool | None = None
    stops: bool | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not show in any message: the key, and the values of headers that were configured."""
        values = (self.api_key, *(value for _, value in self.headers))
        return tuple(sorted({value for value in values if len(value) >= _SHORTEST_SECRET}, key=len, reverse=True))


@frozen
class Ask:
    """One request to one model: OpenAI's chat fields, of which the model, the cap and the streaming are set here.

    `own` is the request in its client's words, for a format in which it passes as it is. `betas` are the names of
    Anthropic's features in beta that the client has asked for, with commas between.
    """

    native_id: str
    fields: Mapping[str, object] = field(repr=False)
    max_output_tokens: int
    stream: bool = False
    own: Mapping[str, object] = field(factory=dict, repr=False)
    betas: str = ""

    # One check in place of a validator per field: there is one for every call.
    def __attrs_post_init__(self) -> None:
        if not self.native_id or self.max_output_tokens < 1:
            raise ValueError(f"a request needs a model and an output of at least one token: {self!r}")


class StreamParse(Protocol):
    """A streamed answer being read."""

    @property
    def begun(self) -> bool:
        """Whether output has come: text, reasoning, or a call of a tool. From then on nobody else may be asked."""
        ...

    @property
    def heard_tokens(self) -> int:
        """At most so many tokens of output have come, in all alternatives, tools' arguments included."""
        ...

    @property
    def thinks(self) -> bool:
        """Whether any of it was reasoning, which may be shown in short."""
        ...

    @property
    def counted(self) -> Usage | None:
        """What the provider has counted so far, its input at least; None where it has said nothing of it."""
        ...

    @property
    def over(self) -> bool:
        """Whether the stream has said its last word, so that nobody need wait for the connection to end."""
        ...

    @property
    def owes_nothing(self) -> bool:
        """Whether all is there that was to be expected, though the last word may be missing."""
        ...

    @property
    def chunks(self) -> Sequence[SseEvent]:
        """The event last fed as events of OpenAI's format, which is what a client hears."""
        ...

    @property
    def closing(self) -> Sequence[SseEvent]:
        """What a client has yet to hear once a stream has ended well."""
        ...

    @property
    def has_runs(self) -> bool:
        """Whether `alike` may find any from now on."""
        ...

    def alike(self, said: Sequence[bytes]) -> tuple[int, str]:
        """How many of these events, from the first, need not be read, and the text they add. Then it has taken them.

        An event is its lines, without the blank one.
        """
        ...

    def feed(self, event: SseEvent) -> str:
        """Take an event; the text it adds."""
        ...

    def end(self, trouble: TransportTrouble | None = None) -> Reply | Failure:
        """What the stream amounts to, now that it is over, properly or by this trouble."""
        ...


class WireFormat(Protocol):
    """A module that speaks one format. Nothing in it raises, whatever a provider answers."""

    def build(self, endpoint: Endpoint, ask: Ask) -> HttpRequest:
        """The request that asks this. Raises Untranslatable where this format has no words for it."""
        ...

    def parse(self, response: HttpResponse, *, native_id: str, now_ms: int) -> Reply | Failure:
        """The answer to a request that asked for `native_id`. `now_ms` is Unix time, for dates in `Retry-After`.

        `served_model` is the provider's own name of the model that answered, where it is another one.
        """
        ...

    def completion(self, body: bytes, *, created_s: int) -> bytes:
        """The body of a whole answer that gave a Reply, as OpenAI's chat completion. `created_s` is Unix time."""
        ...

    def open_stream(self, *, native_id: str, now_ms: int = 0, choices: int = 1) -> StreamParse:
        """A reader for the stream that a request for `native_id` is answered with. `now_ms` is Unix time.

        `choices` are how many answers were asked for: until so many have ended, no count is the bill.
        """
        ...


@lru_cache(maxsize=256)
def url_below(base: str, path: str, *, version: str = "") -> str:
    """The path below the base URL, before its query: Azure's `?api-version=` belongs to every path.

    `version` stands between them unless the base ends in one already: people write both.

    >>> url_below("https://api.anthropic.com", "messages", version="v1")
    'https://api.anthropic.com/v1/messages'
    >>> url_below("http://127.0.0.1:8000/v1/", "messages", version="v1")
    'http://127.0.0.1:8000/v1/messages'
    """
    parts = urlsplit(base)
    root = parts.path.rstrip("/")
    if version and not _VERSION.fullmatch(root.rpartition("/")[2]):
        root = f"{root}/{version}"
    return urlunsplit(parts._replace(path=f"{root}/{path}", fragment=""))


def chat_fields(messages: Sequence[Message]) -> Mapping[str, object]:
    """A conversation of the core's as OpenAI's chat fields.

    A lone surrogate, which a command line or a file name can bring along, is no character and cannot be sent; each
    becomes a question mark.
    """
    return {"messages": [{"role": message.role.value, "content": _sendable(message.text)} for message in messages]}


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
