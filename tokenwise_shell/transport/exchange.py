"""What goes over HTTP and what can go wrong with it, in our own types: neither a client's nor a provider's.

Headers may hold keys and bodies hold what people wrote, so neither shows in a `repr`.
"""

import enum
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen

from tokenwise.errors import TokenwiseError

__all__ = ["Headers", "HttpRequest", "HttpResponse", "TransportTrouble", "TroubleKind", "check_headers", "check_url"]

Headers = tuple[tuple[str, str], ...]
"""Names and values. Of an answer, the names are in lower case."""

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?")


def check_headers(_: object, __: object, headers: Headers) -> None:
    """Refuse what HTTP cannot carry, without repeating the value: a client's own complaint would show the key."""
    _check_headers(headers)


# The same few headers and addresses are sent with every request.
@lru_cache(maxsize=64)
def _check_headers(headers: Headers) -> None:
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} cannot be sent: expected visible ASCII without surrounding blanks")


def check_url(_: object, __: object, url: str) -> None:
    """Refuse what is no absolute http or https URL, without repeating it: it may hold a secret."""
    _check_url(url)


@lru_cache(maxsize=64)
def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise ValueError("not a URL that can be called; expected http:// or https://, a host, and ASCII only")


@frozen
class HttpRequest:
    """One request. Its length is stated by the transport."""

    method: str
    url: str = field(validator=check_url, repr=False)
    headers: Headers = field(validator=check_headers, repr=False)
    body: bytes = field(default=b"", repr=False)


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
