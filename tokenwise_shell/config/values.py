"""How one setting is written: what is accepted, how text becomes a value and a value text, and what may be shown.

Every setting arrives as text, from a flag, from the environment or from a file whose scalars are kept as they were
typed; so money reaches Decimal digit by digit, and `false` never means true.
"""

import enum
import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit

from attrs import frozen

from tokenwise.budgets.windows import UTC
from tokenwise.errors import InputError
from tokenwise.money import Nanodollars, format_usd, parse_usd

__all__ = [
    "ALONE",
    "CAP_FIELD",
    "FLAG",
    "GUARD",
    "HIDDEN",
    "HOST",
    "HOSTS",
    "LOCAL",
    "ORIGINS",
    "PATH",
    "SECRET",
    "STORE",
    "TAG",
    "TAGS",
    "TEXT",
    "URL",
    "USD",
    "ZONE",
    "Form",
    "choice",
    "fraction",
    "header_problem",
    "looks_secret",
    "mask",
    "nearest",
    "shown",
    "shown_name",
    "span_ms",
    "whole",
]

T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

_MOST_SHOWN: Final = 60

HIDDEN: Final = "a value not shown here"
"""What stands in a message in place of what may be a secret."""

# Enough of a key to tell two of them apart, and too little to be of use: an issued key has 39 characters or more.
_LEAST_MASKED: Final = 16

# How issued keys look: a vendor's prefix, or a long run in which letters and digits mix. It also hides a hash or a
# long id, which costs a reader of an error message little.
_LIKE_A_SECRET: Final = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|ghp|key|tok)[-_]\w{4,}|AIza\w{4,}|(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{24,}"
)
_WORDS_OF_SECRETS: Final = re.compile(r"key|token$|secret|passw|credential|auth|bearer", re.IGNORECASE)

_TRUTHS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,63}")
"""A tag as it may be written: no comma, which separates tags, and no dot, which separates the parts of a setting."""

LOCAL: Final = "local"
"""The budget store of one machine: whoever writes the same ledger shares its limits."""

ALONE: Final = "none"
"""No budget store: each process keeps budgets of its own."""

GUARD: Final = "guard."
"""What the name of every guard begins with, which is the tag of its calls."""

_UNITS_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
_LONGEST_MS: Final = 10 * 366 * 86_400_000

_CAP_FIELDS: Final = ("max_tokens", "max_completion_tokens")

_STORES: Final = {"redis": 6379, "rediss": 6379, "valkey": 6379, "valkeys": 6379}


@frozen
class Form(Generic[T]):
    """How one kind of value is written. `read` raises ValueError for what is not accepted; `show` is its inverse.

    `names` are the accepted words, if the value is one of a few. `is_text` where a bare number, `true` or the like in
    the file is a slip rather than a value; `is_path` where text is a path, to be expanded before it is read.
    """

    accepts: str
    read: Callable[[str], T]
    show: Callable[[T], str] = str
    names: tuple[str, ...] = ()
    is_text: bool = False
    is_path: bool = False


def choice(kind: type[E], aliases: Mapping[str, E] | None = None) -> Form[E]:
    """One of an enum's values, in any case, with `-` for `_` if the user likes. Aliases are accepted, never shown."""
    words: dict[str, E] = {str(member.value): member for member in kind} | dict(aliases or {})

    def read(text: str) -> E:
        try:
            return words[text.strip().lower().replace("-", "_")]
        except KeyError as error:
            raise ValueError(text) from error

    return Form(f"one of {', '.join(words)}", read, lambda member: str(member.value), tuple(words))


def whole(least: int, most: int = 10**12) -> Form[int]:
    """A whole number in decimal digits, `_` between them if the user likes; both bounds are accepted."""

    def read(text: str) -> int:
        # The bound on digits keeps int() from labouring over a page of them.
        number = int(text) if re.fullmatch(r"\s*[0-9_]{1,20}\s*", text) else -1
        if not least <= number <= most:
            raise ValueError(text)
        return number

    upper = f" to {most}" if most < 10**12 else " up"
    return Form(f"a whole number from {least}{upper}", read)


def fraction(least: float, most: float) -> Form[float]:
    """A decimal number; both bounds are accepted. Not for money."""

    def read(text: str) -> float:
        number = float(text) if len(text) <= 40 else math.nan
        if not least <= number <= most:  # false for NaN too
            raise ValueError(text)
        return number

    return Form(f"a number from {least:g} to {most:g}", read, repr)


def _truth(text: str) -> bool:
    try:
        return _TRUTHS[text.strip().lower()]
    except KeyError as error:
        raise ValueError(text) from error


def _usd(text: str) -> Nanodollars:
    try:
        return parse_usd(text)
    except InputError as error:
        raise ValueError(text) from error


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(text)
    return text.strip()


def _cap_field(text: str) -> str:
    if text.strip() not in _CAP_FIELDS:
        raise ValueError(text)
    return text.strip()


def _host(text: str) -> str:
    host = text.strip().removeprefix("[").removesuffix("]")
    if not re.fullmatch(r"[\w.:%-]+", host):
        raise ValueError(text)
    return host


def _path(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    return Path(text)


def _url(text: str) -> str:
    """A base URL to which paths are appended, so it ends without a slash and has nothing after the path."""
    url = urlsplit(_text(text))
    bare = url.username is None and not url.query and not url.fragment
    if url.scheme not in ("http", "https") or not url.hostname or not bare or " " in text.strip() or url.port == 0:
        raise ValueError(text)
    return url.geturl().rstrip("/")


def _store(text: str) -> str:
    if text in (LOCAL, ALONE):
        return text
    url = urlsplit(_text(text))
    if url.scheme not in _STORES or not url.hostname or url.port == 0:
        raise ValueError(text)
    return url.geturl()


def _show_store(text: str) -> str:
    """The store's place alone: a password may stand before the host or among the parameters."""
    if text in (LOCAL, ALONE):
        return text
    url = urlsplit(text)
    _, at, place = url.netloc.rpartition("@")
    return f"{url.scheme}://{'…@' if at else ''}{place}{url.path}{'?…' if url.query else ''}"


def _secret(text: str) -> str:
    """A key goes into a header as it is: whatever a header cannot carry is a slip of copying."""
    key = text.strip()
    if not re.fullmatch(r"[!-~]+", key):
        raise ValueError
    return key


def mask(secret: str) -> str:
    """Enough to recognise a key by: `sk-…abcd`; of a short one nothing at all.

    >>> mask("sk-or-v1-0123456789abcd")
    'sk-…abcd'
    """
    return f"{secret[:3]}…{secret[-4:]}" if len(secret) >= _LEAST_MASKED else "…" * bool(secret)


USD: Final = Form("US dollars such as 0.50, from 0 to 1000000000", _usd, lambda usd: format_usd(usd).removeprefix("$"))
FLAG: Final = Form("true or false", _truth, lambda value: str(value).lower(), tuple(_TRUTHS))
TEXT: Final = Form("text", _text, is_text=True)
CAP_FIELD: Final = Form("max_tokens or max_completion_tokens", _cap_field, names=_CAP_FIELDS)
HOST: Final = Form("a host name or an address such as 127.0.0.1", _host)
PATH: Final = Form("a path", _path, is_text=True, is_path=True)
URL: Final = Form("a URL such as https://host/v1, without credentials, query or fragment", _url, is_text=True)
STORE: Final = Form(
    "local, none, or a URL such as redis://host:6379/0 or valkey://host:6379/0", _store, _show_store, is_text=True
)
SECRET: Final = Form("a key: printable ASCII without spaces", _secret, mask, is_text=True)


def header_problem(name: str, value: str) -> str:
    """What keeps this from being an HTTP header, without showing its value; "" where nothing does."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        return "not a header's name; expected letters, digits and hyphens"
    if not re.fullmatch(r"[\t -~]*", value):
        return "its value has characters that a header cannot carry; expected printable ASCII"
    return ""


def shown(text: str, key: str = "") -> str:
    """A user's text as a message may quote it: cut to 60 characters, and hidden if it, or its key, looks secret."""
    if _WORDS_OF_SECRETS.search(key.rpartition(".")[2]) or looks_secret(text):
        return HIDDEN
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…")


def looks_secret(text: str) -> bool:
    """Whether the part of a text that would be quoted looks like an issued key, or like a URL with a password in it."""
    start = text[: 2 * _MOST_SHOWN]
    return "@" in start or bool(_LIKE_A_SECRET.search(start))


def shown_name(dotted: str) -> str:
    """A key as a message may name it. One that looks secret is one: `api_key:sk-…`, without the space, is a key."""
    safe = itertools.takewhile(lambda part: not looks_secret(part), dotted.split("."))
    name = ".".join(safe)
    return name if name == dotted else f"{name}{'.' if name else ''}(a name not shown here)"


def nearest(name: str, names: Iterable[str], *, at_least: float = 0.6) -> str:
    """`; did you mean 'x'?` where a known name is close to this one (by difflib's ratio), else ""."""
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(name.strip().lower().replace("-", "_"), tuple(names), n=1, cutoff=at_least)
    return f"; did you mean {near[0]!r}?" if near else ""


def _zone(text: str) -> str:
    if text != UTC.name:
        from tokenwise_shell.config.zones import zone_named  # few have another

        zone_named(text)
    return text


ZONE: Final = Form("a time zone such as UTC or Europe/Berlin", _zone, is_text=True)


def _read_tags(text: str) -> tuple[str, ...]:
    tags = tuple(tag.strip() for tag in text.split(",") if tag.strip())
    if not all(map(TAG.fullmatch, tags)):
        raise ValueError(text)
    return tags


TAGS: Final = Form("tags of up to 64 of A-Z, a-z, 0-9, _, : and -, with commas between", _read_tags, ",".join)
"""Names under which calls are booked."""


# `null` is every page in a frame without rights, and `*` every page there is: neither names anybody.
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.:_\[\]-]+")


def _read_origins(text: str) -> tuple[str, ...]:
    origins = tuple(one.strip().lower().rstrip("/") for one in text.split(",") if one.strip())
    if not all(map(_ORIGIN.fullmatch, origins)):
        raise ValueError(text)
    return origins


def _read_hosts(text: str) -> tuple[str, ...]:
    return tuple(_host(one).lower() for one in text.split(",") if one.strip())


ORIGINS: Final = Form("origins such as https://chat.example.org, with commas between", _read_origins, ",".join)
"""Pages that may call."""

HOSTS: Final = Form("names of hosts, without ports, with commas between", _read_hosts, ",".join)
"""Names by which clients know a machine."""


def span_ms(text: str) -> int | None:
    """How long something lasts, of at most ten years; None for what says no such time.

    >>> span_ms("90m"), span_ms("2 hours")
    (5400000, None)
    """
    found = re.fullmatch(r"([1-9]\d{0,5})([mhdw])", text.strip())
    lasts_ms = int(found[1]) * _UNITS_MS[found[2]] if found else 0
    return lasts_ms if 0 < lasts_ms <= _LONGEST_MS else None
