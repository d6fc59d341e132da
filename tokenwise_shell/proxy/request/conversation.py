"""The words of a request, as the core reads them: every turn, the system's and the tools' too.

What a message carries beside words (calls, images) is weighed by `providers.counting` and is not read here.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise.scenario.detector import MAX_REQUESTS
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.openai.words import texts_of
from tokenwise_shell.providers.turns import opening_of

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
        return tuple([_turn(as_fields(turn)) for turn in turns])
    return tuple(reversed(list(_last(turns)))) or conversation_in(fields)


def _last(turns: list[object]) -> Iterator[Message]:
    """Newest first. Nothing, where no user speaks: then everything is a request."""
    waiting, others, behind = MAX_REQUESTS, set[Role](), list[Message]()
    opening = opening_of(turns)
    before = opening.state(_with_speakers, _with_speakers(_NOBODY, turns[:1]))
    for place, turn in enumerate(map(as_fields, reversed(turns)), start=1):
        if place > len(turns) - opening.size and not waiting and before <= others:
            break  # before this nobody speaks who has not been heard
        role = _role(turn)
        if role in others or (role is Role.USER and not waiting):
            continue
        message = _turn(turn)
        if not message.text or message.text.isspace():
            continue
        if role is Role.USER:
            waiting -= 1
        else:
            others.add(role)
        behind.append(message)
    if waiting < MAX_REQUESTS:
        yield from behind


_NOBODY: Final = frozenset[Role]()


def _with_speakers(before: frozenset[Role], turns: Sequence[object]) -> frozenset[Role]:
    """Who speaks beside the user, in these turns too."""
    return before | {_role(as_fields(turn)) for turn in turns} - {Role.USER}


def _turn(turn: Fields) -> Message:
    content = turn.get("content")
    if isinstance(content, str):
        return Message(_role(turn), content)
    texts = texts_of(content)
    begins = tuple(accumulate(map(len, texts[:-1]), initial=0))
    return Message(_role(turn), "".join(texts), begins if len(texts) > 1 else ())


def _role(turn: Fields) -> Role:
    return _ROLES.get(text(turn.get("role")), Role.USER)


def plain_texts(fields: Fields) -> tuple[str, ...]:
    """The contents that are one text each, as they are sent: a tokenizer may count these, since nothing is added."""
    contents = [as_fields(turn).get("content") for turn in entries(fields.get("messages"))]
    return tuple(content for content in contents if isinstance(content, str))
