"""What Google's models differ in, as data. Looked at in November 2026; ids are Google's own."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

__all__ = ["BUDGETS", "LEVELS", "UNSIGNED", "thinks_by_budget", "wants_signatures"]

BUDGETS: Final[Mapping[str, int]] = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24_576}
"""OpenAI's `reasoning_effort` as a budget in tokens, for Gemini 2.5: the figures of Google's OpenAI-compatible door.

`minimal` is 1024 there as well; half of it keeps the two apart on the way back.
"""

LEVELS: Final[Mapping[str, str]] = {
    "none": "minimal",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
}
"""The same as a level, for Gemini 3 and later, whose thinking cannot be switched off."""

UNSIGNED: Final = "skip_thought_signature_validator"
"""Stands for the signature of a call that Google's model did not make: Google's own word for it."""


def thinks_by_budget(native_id: str) -> bool:
    """Whether this model is told how long to think in tokens."""
    return any(fnmatchcase(native_id, ids) for ids in ("gemini-2*", "gemini-1*", "gemini-robotics-er-1*"))


def wants_signatures(native_id: str) -> bool:
    """Whether this model refuses a conversation in which a call of its own comes back without its signature."""
    return fnmatchcase(native_id, "gemini-[3-9]*")
