"""The words of a request, as the core reads them: every turn, the system's and the tools' too.

What a message carries beside words (calls, images) is weighed by `providers.counting` and is not read here.
"""

from collections.abc import Mapping
from itertools import accumulate
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.openai.words import texts_of

__all__ = ["conversation_in", "plain_texts"]

_ROLES: Final[Mapping[str, Role]] = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}


def conversation_in(fields: Fields) -> tuple[Message, ...]:
    """The turns of these chat fields, in order. A role that nobody knows is read as a user's."""
    return tuple(map(_turn, map(as_fields, entries(fields.get("messages")))))


def _turn(turn: Fields) -> Message:
    texts = texts_of(turn.get("content"))
    begins = tuple(accumulate(map(len, texts[:-1]), initial=0))
    return Message(_ROLES.get(text(turn.get("role")), Role.USER), "".join(texts), begins if len(texts) > 1 else ())


def plain_texts(fields: Fields) -> tuple[str, ...]:
    """The contents that are one text each, as they are sent: a tokenizer may count these, since nothing is added."""
    contents = [as_fields(turn).get("content") for turn in entries(fields.get("messages"))]
    return tuple(content for content in contents if isinstance(content, str))
