"""What vendors' documentation says of the fields that nothing is made of here: ranges, words, names, companions.

A request that breaks one of these is refused by the vendor, so a trial against this provider must see it. Looked at in
November 2026: https://platform.openai.com/docs/api-reference/chat/create,
https://platform.claude.com/docs/en/api/messages/create, https://ai.google.dev/api/generate-content.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from tokenwise_shell.embedded.chat import BadRequest

__all__ = ["ANTHROPICS", "GOOGLES", "OPENAIS", "Documented"]

_EFFORTS: Final = frozenset(("low", "medium", "high", "xhigh", "max"))


@frozen
class Documented:
    """One vendor's limits: numbers by their range, words by their list, and fields that need another beside them."""

    numbers: Mapping[str, tuple[float, float]]
    words: Mapping[str, frozenset[str]]
    needs: Mapping[str, str]
    name: str
    names_once: bool = False

    def check(self, asked: Mapping[str, object]) -> None:
        """Raises BadRequest with the first field that is beyond its limit. Null is absent."""
        given = {field: value for field, value in asked.items() if value is not None}
        for field, (least, most) in self.numbers.items():
            value = given.get(field, least)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise _beyond(field, f"a number from {least:g} to {most:g}", value)
        for field, words in self.words.items():
            if field in given and str(given[field]) not in words:
                raise _beyond(field, f"one of {', '.join(sorted(words))}", given[field])
        for field, other in self.needs.items():
            if (given.get(field) or given.get(field) is False) and not given.get(other):
                raise BadRequest(f"{field}: only allowed where {other} is specified", param=field)

    def check_names(self, names: Iterable[object], path: str = "tools") -> None:
        """The names of tools: each of the letters that the vendor takes, and where it says so, each once."""
        seen = set[str]()
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(self.name, name):
                raise _beyond(path, f"a name that matches {self.name}", name)
            if self.names_once and name in seen:
                raise BadRequest(f"{path}: Tool names must be unique.", param=path)
            seen.add(name)


def _beyond(path: str, expected: str, value: object) -> BadRequest:
    return BadRequest(f"{path}: expected {expected}, got {str(value)[:40]!r}", param=path)


OPENAIS: Final = Documented(
    numbers={
        "temperature": (0, 2),
        "top_p": (0, 1),
        "presence_penalty": (-2, 2),
        "frequency_penalty": (-2, 2),
        "top_logprobs": (0, 20),
    },
    words={
        "reasoning_effort": frozenset(("none", "minimal")) | _EFFORTS,
        "service_tier": frozenset(("auto", "default", "flex", "scale", "priority")),
        "verbosity": frozenset(("low", "medium", "high")),
    },
    needs={"top_logprobs": "logprobs", "stream_options": "stream", "parallel_tool_calls": "tools"},
    name=r"[a-zA-Z0-9_-]{1,64}",
)

ANTHROPICS: Final = Documented(
    numbers={"temperature": (0, 1), "top_p": (0, 1), "top_k": (0, float("inf"))},
    words={"service_tier": frozenset(("auto", "standard_only")), "effort": _EFFORTS},
    needs={},
    name=r"[a-zA-Z0-9_-]{1,128}",
    names_once=True,
)

GOOGLES: Final = Documented(
    numbers={"temperature": (0, 2), "topP": (0, 1), "presencePenalty": (-2, 2), "frequencyPenalty": (-2, 2)},
    words={},
    needs={"logprobs": "responseLogprobs"},
    name=r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}",
)
