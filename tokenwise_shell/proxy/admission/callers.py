"""Whether a request may come from where it says that it comes from: no web page spends the owner's money.

A browser sends what any page tells it to, to this machine too, and says truly on whose behalf (`Origin`,
`Sec-Fetch-Site`), to whom (`Host`), and what it carries (`Content-Type`); a page can change none of that without a
browser's asking first (a preflight). Programs that are no browsers say nothing of the kind, and are not held up.
Sources: the Fetch standard, and Fetch Metadata Request Headers, both as of 2026-11.
"""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.troubles import shortened

__all__ = ["cors_headers", "foreign_caller", "preflight_headers", "unreadable_type"]

_DENIED: Final = "permission_error"

# What a page may read of an answer beside its body, and for how many seconds a browser need not ask again.
_SHOWN: Final = "*"
_REMEMBERED_S: Final = 600


@frozen
class _Place:
    """A host and the port as it was written; None is the scheme's own."""

    host: str
    port: int | None


def foreign_caller(headers: Mapping[str, str], settings: ProxySettings, *, keyless: bool) -> Trouble | None:
    """Why a request with these headers (names in lower case) is not let in; None where it may be.

    A host's name is looked at while no key is asked for: with a name of his own that leads to this machine, somebody
    else's page would be of the proxy's own origin. Where keys are asked for, such a page has none.
    """
    host, origin = headers.get("host", ""), headers.get("origin", "")
    if keyless and host and not _is_ours(host, settings.host, settings.hosts):
        message = f"the host {shortened(host)!r} is none of this proxy's; name it in proxy.hosts if it is"
        return Trouble(403, _DENIED, "host_not_allowed", message)
    if (not origin and "sec-fetch-site" not in headers) or _may_call(origin, settings):
        return None
    if origin and _place(origin.partition("://")[2]) != _place(host):
        message = f"pages of {shortened(origin)!r} may not call this proxy; name it in proxy.origins if they should"
        return Trouble(403, _DENIED, "origin_not_allowed", message)
    if headers.get("sec-fetch-site", "").lower() == "cross-site":
        message = "pages of other sites may not call this proxy; see proxy.origins"
        return Trouble(403, _DENIED, "origin_not_allowed", message)
    return None


def unreadable_type(headers: Mapping[str, str]) -> Trouble | None:
    """What is wrong with a body that is not said to be JSON. Anything else a page may send without asking first.

    >>> unreadable_type({"content-type": "application/json; charset=utf-8"}), unreadable_type({}).status
    (None, 415)
    """
    said = headers.get("content-type", "")
    if said == "application/json":
        return None
    kind = said.partition(";")[0].strip().lower()
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        return None
    stated = f"is {shortened(said)!r}" if said else "is missing"
    message = f"the header content-type {stated}; expected application/json"
    return Trouble(415, "invalid_request_error", "unsupported_media_type", message)


def cors_headers(headers: Mapping[str, str], settings: ProxySettings) -> dict[str, str]:
    """What lets a page of an allowed origin read the answer. Nothing, unless origins are configured."""
    if not settings.origins:
        return {}
    allowed = headers.get("origin", "")
    told = {"access-control-allow-origin": allowed, "access-control-expose-headers": _SHOWN}
    return {"vary": "origin"} | (told if _may_call(allowed, settings) else {})


def preflight_headers(headers: Mapping[str, str], settings: ProxySettings, methods: str) -> dict[str, str]:
    """What an allowed page's browser hears when it asks first. Whatever it wants to send, it may."""
    if not _may_call(headers.get("origin", ""), settings):
        return {}
    asked = {
        "access-control-allow-methods": methods,
        "access-control-allow-headers": headers.get("access-control-request-headers", ""),
        "access-control-max-age": str(_REMEMBERED_S),
    }
    if headers.get("access-control-request-private-network") == "true":
        asked["access-control-allow-private-network"] = "true"
    return {name: value for name, value in asked.items() if value}


def _may_call(origin: str, settings: ProxySettings) -> bool:
    return bool(origin) and origin.lower() in settings.origins


# The same few, with each request.
@lru_cache(maxsize=256)
def _is_ours(host: str, own: str, others: tuple[str, ...]) -> bool:
    """Whether this cannot be a name that somebody else made lead here. An address is nobody's name."""
    name = _place(host).host
    if name == "localhost" or name.endswith(".localhost") or name in (own.lower(), *others):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _place(host: str) -> _Place:
    """A host as `Host` and `Origin` write it. One that cannot be read, or names a user as well, has no name."""
    try:
        found = urlsplit(f"//{host.strip()}" if "@" not in host else "")
        return _Place((found.hostname or "").lower(), found.port)
    except ValueError:
        return _Place("", None)
