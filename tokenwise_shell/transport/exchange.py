"""What goes over HTTP and what can go wrong with it, in our own types: neither a client's nor a provider's.

Headers may hold keys and bodies hold what people wrote, so neither shows in a `repr`.
"""

import enum
import re
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen

from tokenwise.errors import TokenwiseError

__all__ = [
    "Envelope",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "TransportTrouble",
    "TroubleKind",
    "check_headers",
    "check_url",
    "known_name",
]

Headers = tuple[tuple[str, str], ...]
"""Names and values. Of an answer, the names are in lower case."""

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?")


@lru_cache(maxsize=256)
def known_name(raw: bytes) -> str:
    """A header's name as it came, in lower case. They are few, and the same each time."""
    return raw.decode("latin-1").lower()


def check_headers(_: object, __: object, headers: Headers) -> None:
    """Refuse what HTTP cannot carry, without repeating the value: a client's own complaint would show the key."""
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} cannot be sent: expected visible ASCII without surrounding blanks")


def check_url(_: object, __: object, url: str) -> None:
    """Refuse what is no absolute http or https URL, without repeating it: it may hold a secret."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise ValueError("not a URL that can be called; expected http:// or https://, a host, and ASCII only")


_PORTS: Final = {"http": 80, "https": 443}


@frozen(cache_hash=True)
class Envelope:
    """All of a request but its body, checked once: many requests have the same."""

    method: str
    url: str = field(validator=check_url, repr=False)
    headers: Headers = field(validator=check_headers, repr=False)

    @cached_property
    def host(self) -> str:
        """The host as the URL names it, with its port if that does."""
        return urlsplit(self.url).netloc

    @cached_property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        url = urlsplit(self.url)
        return url.scheme, url.hostname or "", url.port or _PORTS[url.scheme]


_enveloped: Final = lru_cache(maxsize=64)(Envelope)
"""The same few addresses and headers go with every request."""


@frozen(init=False)
class HttpRequest:
    """One request, with its body in pieces. Its length is stated by the transport."""

    envelope: Envelope
    pieces: tuple[bytes, ...] = field(repr=False)

    def __init__(self, method: str, url: str, headers: Headers, *pieces: bytes) -> None:
        self.__attrs_init__(_enveloped(method, url, headers), pieces)

    @classmethod
    def within(cls, envelope: Envelope, *pieces: bytes) -> "HttpRequest":
        """The request with these pieces of a body."""
        request = cls.__new__(cls)
        request.__attrs_init__(envelope, pieces)
        return request

    @property
    def body(self) -> bytes:
        """Its body."""
        return b"".join(self.pieces)

    @property
    def method(self) -> str:
        """Its method."""
        return self.envelope.method

    @property
    def url(self) -> str:
        """Its address, with the query."""
        return self.envelope.url

    @property
    def headers(self) -> Headers:
        """Its headers, those of the transport's own aside."""
        return self.envelope.headers


@frozen
class HttpResponse:
    """One answer, read to its end."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


class TroubleKind(enum.Enum):
    """What became of a request that got no whole answer."""

    UNREACHABLE = "unreachable"  # nothing was sent
    MISDIRECTED = "misdirected"  # nothing was sent, and asking again will not change that: a name or a certificate
    DISCONNECTED = "disconnected"  # the request had left, at least in part; what came back is no whole HTTP answer
    TIMED_OUT = "timed_out"  # likewise, and the time allowed is over
    TOO_LARGE = "too_large"  # the answer is longer than anybody should read


class TransportTrouble(TokenwiseError):  # noqa: N818 -- named for what happened, like trio's and h11's
    """No whole answer. The message names the host at most: no path, no header, nothing of the client's own error."""

    def __init__(self, kind: TroubleKind, message: str) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message

    def __str__(self) -> str:
        return self.message
