"""A request as a few numbers, by which a deployment's own outcomes can tell its hard requests from its easy ones.

They are counts and levels, never words: what is logged of a request is these, and no text can be read off them.
`calibration` fits a weight for each; a policy that has such weights judges difficulty by them (`difficulty_by`).
"""

import math
from collections.abc import Sequence
from typing import Final

from tokenwise.policy import Calibration
from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import Scenario
from tokenwise.scenario.features import read

__all__ = ["NUMBERS", "chance_by", "difficulty_by", "numbers_of"]

# Signs and kinds of words that say something of most requests; with more of them, some hundred outcomes say nothing.
_LEVELS: Final = (
    "number",
    "option list",
    "question mark",
    "sentence",
    "measure",
    "relation",
    "logic",
    "why",
    "prose",
    "service",
    "code name",
    "code thing",
    "math name",
    "math act",
    "LaTeX command",
    "parenthesis",
    "world",
    "fact question",
    "algebra",
    "indented line",
)
_MOST: Final = 4

NUMBERS: Final[tuple[str, ...]] = ("difficulty", "words", "characters", "code", "math", "reasoning", *_LEVELS)
"""The names of the numbers, in their order. Words and characters are counted in doublings."""


def numbers_of(conversation: str | Sequence[Message], scenario: Scenario) -> tuple[float, ...]:
    """The numbers of a request, whose scenario is known: its difficulty and kinds, and what its last words show."""
    text = _last_words(conversation)
    reading, kinds = read(text), scenario.capabilities.names
    return (
        scenario.difficulty,
        round(math.log2(1 + reading.size), 3),
        round(math.log2(1 + len(text)), 3),
        *(float(kind in kinds) for kind in ("code", "math", "reasoning")),
        *(float(min(_MOST, reading.levels.get(name, 0))) for name in _LEVELS),
    )


def difficulty_by(calibration: Calibration, conversation: str | Sequence[Message], scenario: Scenario) -> float:
    """How likely a cheap answer is bad, by a deployment's own weights: the difficulty of its requests, from 0 to 1."""
    return chance_by(calibration, numbers_of(conversation, scenario))


def chance_by(calibration: Calibration, numbers: Sequence[float]) -> float:
    """The same of a request whose numbers are known. Rounded to six digits, so that it is the same everywhere."""
    values = dict(zip(NUMBERS, numbers, strict=True))
    score = calibration.intercept + math.fsum(weight * values.get(name, 0.0) for name, weight in calibration.weights)
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))), 6)


def _last_words(conversation: str | Sequence[Message]) -> str:
    if isinstance(conversation, str):
        return conversation
    spoken = [message.text for message in conversation if message.role is Role.USER and message.text.strip()]
    return spoken[-1] if spoken else ""
