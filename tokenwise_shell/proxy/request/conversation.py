"""The words of a request, as the core reads them: every turn, the system's and the tools' too.

What a message carries beside words (calls, images) is weighed by `providers.counting` and is not read here.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import MAX_REQUESTS
from tokenwise_shell.providers.fields import Fields, as_fields, entries
from tokenwise_shell.providers.openai.words import texts_of
from tokenwise_shell.providers.turns import over

__all__ = ["conversation_in", "plain_texts"]

_ROLES: Final[Mapping[str, Role]] = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}


def conversation_in(fields: Fields, /, *, whole: bool = True) -> tuple[Message, ...]:
    """The turns of these chat fields, in order. A role that nobody knows is read as a user's.

    Where not the `whole` is wanted, only those are made that `detect` reads: the last requests, and of everybody else
    what was said last. A conversation may have thousands of others.
    """
    turns = entries(fields.get("messages"))
    if whole or len(turns) <= MAX_REQUESTS:
        return tuple([_turn(turn) for turn in turns])
    read = over(turns, _with_read, _NOTHING_READ)
    return read if any(message.role is Role.USER for message in read) else conversation_in(fields)  # all are requests


_NOTHING_READ: Final[tuple[Message, ...]] = ()


def _with_read(before: tuple[Message, ...], turns: Sequence[object]) -> tuple[Message, ...]:
    """The last requests, and of everybody else what was said last, with these turns. Nobody says blanks."""
    waiting, heard, behind = MAX_REQUESTS, list[Role](), list[Message]()  # a list finds a role without its hash
    for turn in reversed(turns):
        fields = as_fields(turn)
        role = _role(fields)
        if role in heard or (role is Role.USER and not waiting):
            continue
        message = _turn(turn)
        if not message.text or message.text.isspace():
            continue
        behind.append(message)
        if role is not Role.USER:
            heard.append(role)
        else:
            waiting -= 1
    for message in reversed(before):
        if message.role is Role.USER:
            if waiting:
                waiting -= 1
                behind.append(message)
        elif message.role not in heard:
            behind.append(message)
    behind.reverse()
    return tuple(behind)


def _turn(each: object) -> Message:
    turn = as_fields(each)
    content = turn.get("content")
    if isinstance(content, str):
        return Message(_role(turn), content)
    texts = texts_of(content)
    begins = tuple(accumulate(map(len, texts[:-1]), initial=0))
    return Message(_role(turn), "".join(texts), begins if len(texts) > 1 else ())


def _role(turn: Fields) -> Role:
    role = turn.get("role")
    return _ROLES.get(role, Role.USER) if isinstance(role, str) else Role.USER


def plain_texts(fields: Fields) -> tuple[str, ...]:
    """The contents that are one text each, as they are sent: a tokenizer may count these, since nothing is added."""
    contents = [as_fields(turn).get("content") for turn in entries(fields.get("messages"))]
    return tuple(content for content in contents if isinstance(content, str))
