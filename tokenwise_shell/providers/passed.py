"""Requests for endpoints that nobody here knows: sent on to a provider of their format, and read for the bill alone.

Headers go along by a list of those that say what is asked; who pays and whose data it is, the provider's own key says.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.anthropic.messages import BETAS, VERSION
from tokenwise_shell.providers.fields import as_fields, as_json
from tokenwise_shell.providers.final_usage import Report, billed
from tokenwise_shell.providers.openai.errors import failure_of, no_answer, read_error
from tokenwise_shell.providers.openai.strict import is_openais_own
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.wire import Endpoint, url_below
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse

__all__ = ["Passing", "build", "counted", "is_free", "is_passable", "parse"]

# Of a request's headers, those that say what is asked. Keys, cookies, accounts and our own are not among them.
_CARRIED: Final = ("accept", "content-type", "idempotency-key", "openai-beta", BETAS)

# Plain segments, so that no base URL is left by way of dots, and nothing means one thing here and another there.
_PATH: Final = re.compile(r"(?:[A-Za-z0-9_~:@-][A-Za-z0-9._~:@-]*)(?:/[A-Za-z0-9_~:@-][A-Za-z0-9._~:@-]*)*")
_QUERY: Final = re.compile(r"[A-Za-z0-9._~:@!$'()*+,;=/?&%\[\]-]*")

_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,2000}[\x21-\x7e])?")

# What OpenAI asks no money for, by its list of prices of November 2026.
_FREE_AT_OPENAI: Final = frozenset(("moderations",))

_OF_AN_ERROR: Final = frozenset(("error", "object", "detail", "message", "type", "request_id"))

_UNPRICED: Final = "nobody knows what this endpoint costs; nothing was held for it"


@frozen
class Passing:
    """A request as it is passed on. `path` is the part below the version: "images/generations"."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def is_passable(path: str, query: str) -> bool:
    """Whether this is a path and a query that any server understands in one way only.

    >>> is_passable("files/file-1/content", "limit=2"), is_passable("../admin", ""), is_passable("a//b", "")
    (True, False, False)
    """
    return bool(_PATH.fullmatch(path)) and bool(_QUERY.fullmatch(query))


def is_free(endpoint: Endpoint, path: str) -> bool:
    """Whether a request to this endpoint costs nothing, whatever model it names."""
    return is_openais_own(urlsplit(endpoint.base_url).hostname or "") and path in _FREE_AT_OPENAI


def build(endpoint: Endpoint, passing: Passing) -> HttpRequest:
    """The request on its way. The provider's key is in a header and nowhere else."""
    version = "v1" if endpoint.kind is ProviderKind.ANTHROPIC else ""
    url = url_below(endpoint.base_url, passing.path, version=version)
    asked = f"{'&' if '?' in url else '?'}{passing.query}" if passing.query else ""
    return HttpRequest(passing.method, url + asked, tuple(_headers(endpoint, passing)), passing.body)


def _headers(endpoint: Endpoint, passing: Passing) -> Iterator[tuple[str, str]]:
    configured = {name.lower() for name, _ in endpoint.headers}
    yield from (
        (name, passing.headers[name]) for name in _CARRIED if name in passing.headers and name not in configured
    )
    if endpoint.kind is ProviderKind.ANTHROPIC:
        if "anthropic-version" not in configured:
            yield "anthropic-version", VERSION
        if endpoint.api_key:
            yield "x-api-key", endpoint.api_key
    elif endpoint.api_key:
        yield "authorization", f"Bearer {endpoint.api_key}"
    yield from endpoint.headers


def parse(response: HttpResponse, *, now_ms: int, priced: bool) -> Reply | Failure:
    """What an answer is to the books: its usage and the provider's own figure, if it tells them.

    Where it tells no usage, its price is for the request (`priced`), or nobody knows it, and that is said.
    """
    answer = as_json(response.body)
    if not 200 <= response.status < 300:
        return failure_of(response.status, response.headers, response.body, now_ms=now_ms)
    if response.body.lstrip()[:1] == b"<" and "html" in dict(response.headers).get("content-type", ""):
        return no_answer(response, "an answer")
    # An object may have a field of this name for what went wrong with it; an error has nothing else.
    if (error := read_error(answer)) and set(as_fields(answer)) <= _OF_AN_ERROR:
        return Failure(error.fault(response.status), error.message)
    return counted(read_report(as_fields(answer)), priced=priced)


def counted(report: Report, *, priced: bool) -> Reply:
    """An answer with this report of its bill."""
    notice = report.notice or ("" if report.usage or priced else _UNPRICED)
    reply = billed(Reply("", FinishReason.STOP, None), evolve(report, usage=report.usage or Usage(), notice=notice))
    assert isinstance(reply, Reply)
    return reply
