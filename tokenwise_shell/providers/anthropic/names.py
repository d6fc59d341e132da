"""What Anthropic's models differ in, as data. Looked at in November 2026; ids are Anthropic's own."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

__all__ = ["EFFORTS", "THINKING_SHARES", "plain_id", "sent_id", "thinks_by_budget"]

EFFORTS: Final[Mapping[str, str]] = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "max": "max",
}
"""OpenAI's `reasoning_effort` as Anthropic's `output_config.effort`."""

THINKING_SHARES: Final[Mapping[str, int]] = {
    "minimal": 10,
    "low": 20,
    "medium": 50,
    "high": 80,
    "xhigh": 95,
    "max": 95,
}
"""Per cent of the output cap that may go into thinking, where a model wants a budget: OpenRouter's shares."""

# Models that think by a budget of tokens; all later ones by an effort, and they refuse a budget.
_BY_BUDGET: Final = ("claude-3*", "claude-*-4", "claude-*-4-[015]", "claude-*-4-[015]-2*", "claude-*-4-2*")

_SENDABLE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED: Final = "twx-"


def thinks_by_budget(native_id: str) -> bool:
    """Whether this model is told how long to think in tokens."""
    return any(fnmatchcase(native_id, ids) for ids in _BY_BUDGET)


def sent_id(id_: str) -> str:
    """The id of a call as Anthropic takes it: letters, digits, `_` and `-`. Others are written in hexadecimal.

    >>> sent_id("call_1"), plain_id(sent_id("functions.f:0"))
    ('call_1', 'functions.f:0')
    """
    if _SENDABLE_ID.fullmatch(id_) and not id_.startswith(_ESCAPED):
        return id_
    return _ESCAPED + id_.encode("utf-8", "surrogatepass").hex()


def plain_id(id_: str) -> str:
    """The id that `sent_id` was given."""
    if not id_.startswith(_ESCAPED):
        return id_
    try:
        return bytes.fromhex(id_.removeprefix(_ESCAPED)).decode("utf-8", "surrogatepass")
    except ValueError:
        return id_
