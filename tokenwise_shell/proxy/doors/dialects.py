"""Whose client is asking, where one path is both vendors': what it sends tells.

Anthropic's clients send `anthropic-version` with everything, and their key as `x-api-key`; nobody else's do.
"""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.fronts import Front

__all__ = ["front_for", "is_anthropics"]

_OPENAI: Final = Chat()
_ANTHROPIC: Final = MessagesFront()


def is_anthropics(headers: Mapping[str, str]) -> bool:
    """Whether a client of Anthropic's sent these headers, whose names are in lower case."""
    return "anthropic-version" in headers or ("x-api-key" in headers and "authorization" not in headers)


def front_for(headers: Mapping[str, str]) -> Front:
    """The door whose errors the client of these headers understands."""
    return _ANTHROPIC if is_anthropics(headers) else _OPENAI
