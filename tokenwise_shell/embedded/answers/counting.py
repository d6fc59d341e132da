"""Input tokens as this provider counts them: plausible, no vendor's, and below the bound of `count_messages`.

UTF-8 bytes / 4, three tokens of framing per message and three to open the reply: OpenAI's own account of its template.
"""

import math
from collections.abc import Iterable
from typing import Final

from tokenwise.prompt import Message
from tokenwise_shell.embedded.chat import ChatRequest

__all__ = ["count_input", "count_prefix"]

_FRAME: Final = 3
# One image at OpenAI's low detail, the only figure that does not need the picture's size.
_ATTACHMENT_TOKENS: Final = 85


def count_input(request: ChatRequest) -> int:
    """The input tokens of a request."""
    return count_prefix(request, len(request.messages)) + _FRAME + _ATTACHMENT_TOKENS * len(request.attachments)


def count_prefix(request: ChatRequest, messages: int) -> int:
    """The tokens of what is declared beside the messages and of so many messages, attachments aside."""
    return math.ceil(request.overhead_bytes / 4) + _of_messages(request.messages[:messages])


def _of_messages(messages: Iterable[Message]) -> int:
    return sum(_FRAME + math.ceil(len(message.text.encode()) / 4) for message in messages)
