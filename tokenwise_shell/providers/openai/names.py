"""Whether two names at a provider mean the same model."""

import re
from typing import Final

from tokenwise_shell.providers.fields import text

__all__ = ["plain_name", "served_name"]

# What providers add to a name without changing the model: the date of a snapshot (gpt-4.1-2025-04-14, gpt-4-0613,
# claude-...-20251101), and OpenRouter's variants (:free, :online).
_ADDED: Final = re.compile(r"(?:-latest|-\d{4}-\d\d-\d\d|-\d{8}|-\d{4})?(?::[a-z]+)?$")


def served_name(asked: str, answered: object) -> str:
    """The name that the answer gives for its model, "" where it means the one asked for or says nothing.

    >>> served_name("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14")
    ''
    >>> served_name("gpt-4.1", "gpt-4.1-mini-2025-04-14")
    'gpt-4.1-mini-2025-04-14'
    """
    name = text(answered)
    return "" if not name or plain_name(name) == plain_name(asked) else name


def plain_name(name: str) -> str:
    """A name without what does not make another model of it.

    >>> plain_name("openai/gpt-4.1-2025-04-14:online")
    'gpt-4.1'
    """
    # The vendor before the slash is OpenRouter's way; the vendor itself leaves it out.
    return _ADDED.sub("", name.lower().rpartition("/")[2])
