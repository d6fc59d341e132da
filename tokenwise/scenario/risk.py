"""The risk gate: whether a conversation asks for something that cannot be undone, or for nothing in particular.

Off unless a policy turns it on. It reads text with patterns, so it is a seat belt and not a guard: who wants past it
gets past it. Known limits are listed in docs/scenario.md; the main ones are that it knows six languages, that it takes
the user's words for what they say (a script that a user asks to be *written* is not *run*), and that it judges neither
the system prompt nor what a tool returned, which are not the user's requests.

Two rules keep talk about danger apart from danger. A request is an imperative: a sentence that opens with a question
word, or that asks for an explanation or a text, asks for words. And "yes" is a request for whatever was proposed.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, le

from tokenwise.prompt import Message

__all__ = ["Blocked", "Judgement", "Passed", "RiskGate", "judge"]


@frozen
class RiskGate:
    """The settings `risk_gate.*`. Blocks what is more ambiguous than the threshold (0 to 1; at 1 nothing is)."""

    enabled: bool = False
    irreversible_block: bool = True
    ambiguity_threshold: float = field(default=0.9, validator=[ge(0.0), le(1.0)])


@frozen
class Passed:
    """Nothing in the conversation stops it."""


@frozen
class Blocked:
    """The gate stops this request: a code for programs, a message for people, and the words that were matched."""

    code: Literal["irreversible", "ambiguous"]
    message: str
    signals: tuple[str, ...]


Judgement: TypeAlias = Passed | Blocked

_PASSED: Final = Passed()


def judge(conversation: str | Sequence[Message], gate: RiskGate) -> Judgement:
    """Let a conversation pass or block it. A text is one user message. Irreversible comes before ambiguous.

    >>> judge("Drop the production database", RiskGate(enabled=True)).code
    'irreversible'
    >>> judge("What does rm -rf do?", RiskGate(enabled=True))
    Passed()
    """
    if not gate.enabled:
        return _PASSED
    from tokenwise.scenario.risk_reading import ambiguity, irreversible, vague_words  # the gate is usually off

    if gate.irreversible_block and (found := irreversible(conversation)):
        return Blocked("irreversible", f"this cannot be undone: {', '.join(found)}. A person should do it.", found)
    if (score := ambiguity(conversation)) > gate.ambiguity_threshold:
        message = f"it is not clear what is asked for (ambiguity {score:.2f}); say what should be done, and to what"
        return Blocked("ambiguous", message, vague_words(conversation))
    return _PASSED
