"""Every way in which a request can fail, as data: status, type and code, and the words that say what to do.

The types are OpenAI's. What an upstream provider said keeps its status where that concerns the request; where it
concerns the proxy's own account with the provider (a bad key, no credit), the client is told that the upstream failed.
"""

from collections.abc import Mapping
from typing import Final, assert_never

import orjson
from attrs import evolve

from tokenwise.faults import Fault
from tokenwise.money import format_usd
from tokenwise.routing.choosing import Refusal, Refused
from tokenwise.routing.fitting import Lack
from tokenwise.routing.verdicts import Failure
from tokenwise.scenario.risk import Blocked
from tokenwise_shell.budgets.answers import NotHeld, told
from tokenwise_shell.providers.fields import as_fields, as_json
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.proxy.fronts import Trouble

__all__ = [
    "BY_FAULT",
    "INTERNAL_ERROR",
    "OFFLINE_REMEDY",
    "REMEDY",
    "bad_request",
    "blocked",
    "budget_exceeded",
    "discreet",
    "method_not_allowed",
    "not_found",
    "not_passed",
    "openai_error",
    "refused",
    "shortened",
    "too_large",
    "too_slow",
    "trailing_bytes",
    "unauthorized",
    "unknown_model",
    "unknown_response",
    "unsupported_encoding",
    "untold",
    "upstream",
    "without_money",
]

_INVALID: Final = "invalid_request_error"
_RATE: Final = "rate_limit_error"
_SERVER: Final = "server_error"

INTERNAL_ERROR: Final = Trouble(500, _SERVER, "internal_error", "a bug in tokenwise; its log has the traceback")
"""The answer to what nobody has thought of."""

_OWN_BUDGET: Final = "the request's budget (`x-tokenwise-budget`, `default_budget`)"

# As much of a client's own words as a message needs for it to know them again.
_LONGEST_QUOTE: Final = 120


def shortened(text: str) -> str:
    """A text to be quoted in a message, cut where it is long."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}[...]"


def bad_request(message: str, param: str | None = None, code: str | None = None) -> Trouble:
    """The request itself is at fault."""
    return Trouble(400, _INVALID, code, message, param)


def unauthorized(message: str) -> Trouble:
    """No key, or none that is known here."""
    return Trouble(401, _INVALID, "invalid_api_key", message)


def not_found(method: str, path: str) -> Trouble:
    """Nothing answers at this path."""
    return Trouble(404, _INVALID, "unknown_url", f"nothing answers {method} {shortened(path)}")


def not_passed(method: str, path: str, why: str) -> Trouble:
    """A provider might answer at this path, and is not asked."""
    message = f"{method} {shortened(path)} is not passed on to a provider: {why}"
    return Trouble(403, "permission_error", "not_passed", message)


def method_not_allowed(method: str, path: str, allowed: str) -> Trouble:
    """The path is known, and takes other methods."""
    message = f"{shortened(path)} does not take {method}; it takes {allowed}"
    return Trouble(405, _INVALID, "method_not_allowed", message)


OFFLINE_REMEDY: Final = (
    "give the name a model or `auto` under `aliases` in the configuration, or describe the model under `models`"
)
"""What can be done where a name means nothing, and nobody is to be asked."""

REMEDY: Final = f"{OFFLINE_REMEDY}, or fetch the list of models anew with `tw models --refresh`"
"""The same for those who may use the network."""


def unknown_model(name: str, hint: str = "") -> Trouble:
    """No such model in the catalogue, or none that this client may use."""
    message = f"the model {shortened(name)!r} does not exist or cannot be used here{hint and f'; {hint}'}"
    return Trouble(404, _INVALID, "model_not_found", message, "model")


def unknown_response(param: str | None, why: str = "it is not known here") -> Trouble:
    """No such response, or none that this client asked for."""
    return Trouble(404, _INVALID, "response_not_found", f"no such response: {why}", param)


def too_slow(within_ms: int) -> Trouble:
    """The request did not arrive in time."""
    return Trouble(408, _INVALID, "request_timeout", f"the request was not complete within {within_ms} ms")


def too_large(limit_bytes: int) -> Trouble:
    """The body is longer than is read here."""
    told = f"the body is longer than {limit_bytes} bytes (proxy.max_body_bytes and, for JSON, proxy.max_json_bytes)"
    return Trouble(413, _INVALID, "request_too_large", told)


def unsupported_encoding(encoding: str, limit_bytes: int = 0) -> Trouble:
    """The body is compressed in a way that is not read here, or is not what it says within this limit."""
    expected = f"whole, and at most {limit_bytes} bytes when inflated" if limit_bytes else "gzip, deflate or neither"
    message = f"the body's content-encoding is {shortened(encoding)}; expected {expected}"
    return Trouble(415, _INVALID, "unsupported_encoding", message)


def trailing_bytes(encoding: str) -> Trouble:
    """Bytes stand behind the end of the compressed body, so it may not be what was meant."""
    message = f"bytes stand behind the end of the {encoding} body that are no part of it; send the body alone"
    return Trouble(400, _INVALID, "trailing_bytes", message)


def budget_exceeded(message: str, tokens: int = 0, where: str = _OWN_BUDGET) -> Trouble:
    """The money for this request is spent, or its own budget too small. The message says what would do.

    `tokens` is how much output what is left pays, and `where` what would have to be raised.
    """
    shorter = f"set max_tokens to at most {tokens}, or " if tokens else ""
    return Trouble(402, "insufficient_quota", "budget_exceeded", f"{message}; {shorter}raise {where}")


def without_money(why: str, lack: Lack | None, refusal: NotHeld | None) -> Trouble:
    """A run that ended for want of money: its own, or of a budget beyond it, now, at all, or with nobody to ask."""
    tokens = lack.tokens if lack else 0
    if refusal is None:
        return budget_exceeded(why, tokens)
    refusal = refusal.for_want_of(lack.least) if lack else refusal
    if refusal.unreachable:
        return Trouble(503, _SERVER, refusal.code, told(refusal), retry_after_s=refusal.retry_after_s)
    if refusal.busy:
        return Trouble(429, _RATE, refusal.code, told(refusal), retry_after_s=refusal.retry_after_s)
    enough = "" if refusal.would_do is None else f" to at least {format_usd(refusal.would_do)}"
    return budget_exceeded(told(refusal), tokens, f"that limit{enough}")


def blocked(verdict: Blocked) -> Trouble:
    """The risk gate has stopped the request."""
    return Trouble(422, _INVALID, "risk_gate", verdict.message)


def refused(refusal: Refused, obstacle: str = "") -> Trouble:
    """No model was chosen, and why. `obstacle` is what hinders the model that the request names."""
    match refusal.code:
        case Refusal.BUDGET:
            return budget_exceeded(refusal.message, refusal.tokens)
        case Refusal.NO_CAPABLE_MODEL:
            return bad_request(obstacle or refusal.message, code="no_capable_model")
        case Refusal.UNPRICED:
            return bad_request(refusal.message, refusal.detail.partition(" ")[0], "unpriced")
        case Refusal.NO_PROVIDER:
            return Trouble(503, _SERVER, "no_provider", refusal.message)
        case _:
            assert_never(refusal.code)


BY_FAULT: Final[Mapping[Fault, tuple[int, str, str]]] = {
    Fault.RATE_LIMITED: (429, _RATE, "rate_limit_exceeded"),
    Fault.OVERLOADED: (503, _SERVER, "upstream_overloaded"),
    Fault.SERVER_ERROR: (502, _SERVER, "upstream_error"),
    Fault.UNREACHABLE: (502, _SERVER, "upstream_unreachable"),
    Fault.MISDIRECTED: (502, _SERVER, "upstream_misdirected"),
    Fault.DISCONNECTED: (502, _SERVER, "upstream_disconnected"),
    Fault.TIMED_OUT: (504, _SERVER, "upstream_timeout"),
    # The provider complains about the proxy's account there. As 401 or 402 it would read as the client's.
    Fault.UNAUTHORIZED: (502, _SERVER, "upstream_unauthorized"),
    Fault.QUOTA: (502, _SERVER, "upstream_quota"),
    Fault.MODEL_MISSING: (502, _INVALID, "model_not_found"),
    Fault.REJECTED: (400, _INVALID, "upstream_rejected"),
    Fault.UNSUPPORTED: (400, _INVALID, "unsupported_by_provider"),
    Fault.CONTENT_FILTERED: (400, _INVALID, "content_filter"),
    Fault.CONTEXT_TOO_LONG: (400, _INVALID, "context_length_exceeded"),
    Fault.BOOKS_UNWRITABLE: (503, _SERVER, "books_unwritable"),
    Fault.MALFORMED: (502, _SERVER, "upstream_malformed"),
    Fault.CUT_STREAM: (502, _SERVER, "upstream_cut_stream"),
    # What `verdict` finds. Replies pass the proxy unjudged, so these stand here for the table to be total.
    Fault.EMPTY: (502, _SERVER, "upstream_empty"),
    Fault.TRUNCATED: (502, _SERVER, "upstream_truncated"),
    Fault.REFUSED: (502, _SERVER, "upstream_refused"),
    Fault.CHECK_FAILED: (502, _SERVER, "upstream_unacceptable"),
    Fault.DISPUTED: (502, _SERVER, "upstream_unacceptable"),
}
"""Status, type and code for the fault that a request ended with. Total."""

# Faults that are the request's, for which the provider's own status is kept where it says so too ...
_THEIRS: Final = frozenset(
    (Fault.REJECTED, Fault.CONTENT_FILTERED, Fault.CONTEXT_TOO_LONG, Fault.MODEL_MISSING, Fault.UNAUTHORIZED)
)
# What Groq says where the output of the model it asked did not parse. The machine takes it for a failure of the model,
# and asks again; but the client is promised this status and code, and what the model wrote.
_OF_THE_MODEL: Final = frozenset(("tool_use_failed", "json_validate_failed"))
# ... but not where it speaks of the proxy's own account.
_OURS: Final = frozenset((401, 402, 407))


def upstream(failure: Failure) -> Trouble:
    """A request that failed upstream. What the provider said of it is kept, where it is the request's fault.

    >>> upstream(Failure(Fault.REJECTED, "at most 2", status=422, code="too_high", param="temperature"))
    Trouble(status=422, type='invalid_request_error', code='too_high', message='at most 2', param='temperature', \
retry_after_s=None, beside='')
    """
    status, type_, code = BY_FAULT[failure.fault]
    message = failure.message or failure.fault.value
    theirs = failure.fault in _THEIRS or failure.code in _OF_THE_MODEL
    if theirs and 400 <= failure.status < 500 and failure.status not in _OURS:
        kind = _INVALID if failure.code in _OF_THE_MODEL else type_
        said = failure.code or code, message, failure.param or None
        return Trouble(failure.status, kind, *said, beside=failure.beside)
    pause_ms = failure.retry_after_ms
    return Trouble(status, type_, code, message, retry_after_s=None if pause_ms is None else -(-pause_ms // 1000))


def untold(problem: Untranslatable) -> Trouble:
    """The answer came, and cannot be told in the format that it was asked for in."""
    status, type_, code = BY_FAULT[Fault.MALFORMED]
    return Trouble(status, type_, code, f"the model's answer cannot be told: {problem}")


_DISCREET: Final[Mapping[Fault, str]] = {
    Fault.UNREACHABLE: "the provider cannot be reached",
    Fault.MISDIRECTED: "the provider cannot be reached",
    Fault.DISCONNECTED: "the connection to the provider broke off",
    Fault.UNAUTHORIZED: "the provider does not accept this proxy's key",
    Fault.QUOTA: "the provider wants money of this proxy's owner",
}


def discreet(failure: Failure) -> Failure:
    """The failure as somebody may hear of it who is not the owner: without the provider's host, or his account there.

    >>> discreet(Failure(Fault.UNREACHABLE, "no connection to gpu.internal.example")).message
    'the provider cannot be reached'
    """
    return evolve(failure, message=_DISCREET.get(failure.fault, failure.message))


def openai_error(trouble: Trouble) -> bytes:
    """The body of an error as OpenAI writes it."""
    said = {"message": trouble.message, "type": trouble.type, "param": trouble.param, "code": trouble.code}
    beside = as_fields(as_json(trouble.beside.encode())) if trouble.beside else {}
    return orjson.dumps({"error": {**beside, **said}})
