"""Which fault an answer is: the tables from error codes, statuses and broken connections to `Fault`.

A code says more than a status, and a status more than the words of a message; each is asked in this order. Every
status has a row or falls into its class, so the table is total.
"""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from tokenwise.faults import Fault
from tokenwise_shell.transport.exchange import Headers, TroubleKind

__all__ = ["BY_CODE", "BY_STATUS", "BY_TROUBLE", "fault_of", "retry_after_ms"]

BY_CODE: Final[Mapping[str, Fault]] = {
    "context_length_exceeded": Fault.CONTEXT_TOO_LONG,
    "context_window_exceeded": Fault.CONTEXT_TOO_LONG,
    "exceed_context_size_error": Fault.CONTEXT_TOO_LONG,  # llama.cpp
    "model_not_found": Fault.MODEL_MISSING,
    "model_decommissioned": Fault.MODEL_MISSING,  # Groq
    "DeploymentNotFound": Fault.MODEL_MISSING,  # Azure
    "insufficient_quota": Fault.QUOTA,
    "billing_hard_limit_reached": Fault.QUOTA,
    "billing_not_active": Fault.QUOTA,
    "invalid_api_key": Fault.UNAUTHORIZED,
    "API_KEY_INVALID": Fault.UNAUTHORIZED,  # Google, with status 400
    "account_deactivated": Fault.UNAUTHORIZED,
    "invalid_organization": Fault.UNAUTHORIZED,
    "rate_limit_exceeded": Fault.RATE_LIMITED,
    "content_filter": Fault.CONTENT_FILTERED,  # Azure
    "content_policy_violation": Fault.CONTENT_FILTERED,
    "moderation_blocked": Fault.CONTENT_FILTERED,
    "invalid_prompt": Fault.CONTENT_FILTERED,  # OpenAI's reasoning models, for prompts against its usage policy
    "overloaded": Fault.OVERLOADED,
    "engine_overloaded": Fault.OVERLOADED,
    "server_is_overloaded": Fault.OVERLOADED,
    "slow_down": Fault.OVERLOADED,
    # Groq answers 400 where the model's own output did not parse: the model's failure, not the caller's.
    "json_validate_failed": Fault.MALFORMED,
    "tool_use_failed": Fault.MALFORMED,
}
"""Codes and types of errors that say more than a status, as providers of OpenAI's format write them.

Types that go with many statuses (`server_error`, `invalid_request_error`) are not among them.
"""

BY_STATUS: Final[Mapping[int, Fault]] = {
    401: Fault.UNAUTHORIZED,
    402: Fault.QUOTA,
    403: Fault.UNAUTHORIZED,
    # Wrong path or unknown model: either way it is not to be had here, and somebody else may have it.
    404: Fault.MODEL_MISSING,
    405: Fault.MODEL_MISSING,
    410: Fault.MODEL_MISSING,
    # The gateway gave up on a model that may still be writing, so this may be billed.
    408: Fault.TIMED_OUT,
    504: Fault.TIMED_OUT,
    524: Fault.TIMED_OUT,  # Cloudflare
    409: Fault.SERVER_ERROR,  # OpenAI's clients retry a conflict
    425: Fault.SERVER_ERROR,
    413: Fault.CONTEXT_TOO_LONG,
    429: Fault.RATE_LIMITED,
    451: Fault.UNAUTHORIZED,  # not for sale in this country
    498: Fault.OVERLOADED,  # Groq: no capacity in the flexible tier
    503: Fault.OVERLOADED,
    529: Fault.OVERLOADED,  # Anthropic, and whoever passes its errors on
}
"""Statuses that differ from the rest of their class."""

# By the hundreds. A redirection is not followed, with a key in the request: the base URL is wrong, so nothing was asked
# and somebody else may be.
_BY_CLASS: Final[Mapping[int, Fault]] = {
    3: Fault.MODEL_MISSING,
    4: Fault.REJECTED,
    5: Fault.SERVER_ERROR,
}

BY_TROUBLE: Final[Mapping[TroubleKind, Fault]] = {
    TroubleKind.UNREACHABLE: Fault.UNREACHABLE,
    TroubleKind.MISDIRECTED: Fault.MISDIRECTED,
    TroubleKind.DISCONNECTED: Fault.DISCONNECTED,
    TroubleKind.TIMED_OUT: Fault.TIMED_OUT,
    TroubleKind.TOO_LARGE: Fault.MALFORMED,
}

# Servers that give no code: vLLM, DeepSeek and OpenRouter ("maximum context length"), older llama.cpp ("available
# context size"), LM Studio ("context overflows"), Anthropic ("prompt is too long", "exceed context limit", "credit
# balance"), Google ("maximum number of tokens allowed"), OpenRouter's moderation ("input was flagged").
_BY_WORDS: Final = (
    ("maximum context length", Fault.CONTEXT_TOO_LONG),
    ("available context size", Fault.CONTEXT_TOO_LONG),
    ("context overflows", Fault.CONTEXT_TOO_LONG),
    ("prompt is too long", Fault.CONTEXT_TOO_LONG),
    ("exceed context limit", Fault.CONTEXT_TOO_LONG),
    ("maximum number of tokens allowed", Fault.CONTEXT_TOO_LONG),
    ("credit balance is too low", Fault.QUOTA),
    ("input was flagged", Fault.CONTENT_FILTERED),
)

# A pause longer than a week is a mistake of somebody's, and a number too long for a log line.
_LONGEST_PAUSE_MS: Final = 7 * 86_400_000


def fault_of(status: int, *codes: str, message: str = "") -> Fault:
    """The fault of an answer with this status, these codes (the most telling first) and this message."""
    for code in codes:
        if code in BY_CODE:
            return BY_CODE[code]
    said = message.lower()
    for words, fault in _BY_WORDS:
        if words in said:
            return fault
    # Success that is none, and statuses that do not exist, are answers that cannot be understood.
    return BY_STATUS.get(status) or _BY_CLASS.get(status // 100, Fault.MALFORMED)


def retry_after_ms(headers: Headers, *, now_ms: int) -> int | None:
    """The pause that an answer asks for: `retry-after-ms`, else `Retry-After` in seconds or as a date. At most a week.

    `now_ms` is Unix time. None where the answer asks for nothing that can be understood.
    """
    given = dict(headers)
    pause = _number(given.get("retry-after-ms", ""))
    if pause is None and (seconds := _number(given.get("retry-after", ""))) is not None:
        pause = 1000 * seconds
    if pause is None:
        pause = _until(given.get("retry-after", ""), now_ms)
    return None if pause is None else int(min(max(pause, 0), _LONGEST_PAUSE_MS))


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return None if number != number else number  # noqa: PLR0124 -- NaN is the one number that is not itself


def _until(date: str, now_ms: int) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        # A date without a zone is Greenwich's, as HTTP has it.
        at_s = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return at_s * 1000 - now_ms
