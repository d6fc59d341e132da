"""How providers of OpenAI's format put the content of a message and the reason why it ended."""

from collections.abc import Mapping
from typing import Final

from tokenwise.routing.verdicts import FinishReason
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text

__all__ = ["FINISH_REASONS", "calls_in", "ended_by", "ending", "finish_of", "text_of", "texts_of"]

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    **{reason.value: reason for reason in FinishReason if reason is not FinishReason.OTHER},
    "function_call": FinishReason.TOOL_CALLS,  # OpenAI before 2024
    "eos": FinishReason.STOP,  # Together
    "end_turn": FinishReason.STOP,
    "model_length": FinishReason.LENGTH,  # Mistral: the window is full
    "max_tokens": FinishReason.LENGTH,
    "safety": FinishReason.CONTENT_FILTER,
}


# How absence is written where a field may not be missing.
_ABSENT: Final = frozenset(("", "null", "none", "nil", "undefined"))


def ending(choice: Fields) -> str:
    """The word for why this choice has ended, "" while it goes on."""
    reason = choice.get("finish_reason")
    said = reason if isinstance(reason, str) else "unknown" if reason else ""
    return "" if said.strip().lower() in _ABSENT else said


def finish_of(value: object) -> FinishReason:
    """Why the model stopped, OTHER for what nobody has heard of or was not said."""
    return FINISH_REASONS.get(text(value).lower(), FinishReason.OTHER)


def ended_by(finish: FinishReason, *, calls: bool, declined: bool = False) -> FinishReason:
    """Why an answer ended that says so. Some servers say `stop` beside calls, and all say it of a refusal.

    >>> ended_by(FinishReason.STOP, calls=True), ended_by(FinishReason.LENGTH, calls=True)
    (<FinishReason.TOOL_CALLS: 'tool_calls'>, <FinishReason.LENGTH: 'length'>)
    """
    if finish is not FinishReason.STOP:
        return finish
    return FinishReason.TOOL_CALLS if calls else FinishReason.REFUSAL if declined else finish


def calls_in(message: Fields) -> list[Fields]:
    """The calls in a message, or in a piece of one; one function was called otherwise before 2024.

    >>> calls_in({"function_call": {"name": "look_up", "arguments": "{}"}})
    [{'function': {'name': 'look_up', 'arguments': '{}'}}]
    """
    calls = list(map(as_fields, entries(message.get("tool_calls"))))
    old = as_fields(message.get("function_call"))
    return [{"function": old}] if old and not calls else calls


def text_of(content: object) -> str:
    """The text of a message's content, in one piece."""
    return "".join(texts_of(content))


def texts_of(content: object) -> tuple[str, ...]:
    """The texts of a message's content: a string, or parts of which the texts count (Mistral's reasoning models)."""
    if isinstance(content, str):
        return (content,)
    parts = map(as_fields, entries(content))
    return tuple(text(part.get("text")) for part in parts if part.get("type", "text") == "text")
