"""Tokens: what a provider reported, and how many an input can be at most before anybody has counted it.

The bound is sound, not a guess. A byte-level BPE tokenizer emits at most one token per UTF-8 byte, so the bytes of the
text bound its tokens in every script. Some tokenizers first normalise to Unicode NFC, under which a few dozen
characters grow; the text's bound includes that growth. What the bound cannot know is a provider's own hidden framing:
`MESSAGE_FRAME`, `REPLY_FRAME`, `FORMAT_FRAME`, `TOOLS_FRAME` and `CALL_FRAME` cover the common ones and are margins,
not proofs. What is attached to a conversation has no text to count; see `attachments`.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from attrs import frozen

__all__ = [
    "CALL_FRAME",
    "FORMAT_FRAME",
    "MESSAGE_FRAME",
    "REPLY_FRAME",
    "TOOLS_FRAME",
    "TokenCount",
    "Usage",
    "count_messages",
    "count_text",
    "text_bound",
]

MESSAGE_FRAME: Final = 8
"""Tokens a chat template adds around one message, at most, in the templates tried."""

REPLY_FRAME: Final = 16
"""Tokens that open the reply and the conversation, likewise."""

_OPENING: Final = REPLY_FRAME // 4
_FRAMED: Final = MESSAGE_FRAME // 2

FORMAT_FRAME: Final = 600
"""Tokens of the hidden prompt a provider may add to ask for a format; Anthropic's page names 159 to 530 for tools."""

TOOLS_FRAME: Final = 1000
"""Tokens of the hidden prompt that explains tools: twice what Anthropic's page names, since later models add more."""

CALL_FRAME: Final = 32
"""Tokens around one tool, one call of it, or one result, which each vendor frames in its own way."""

# Characters whose NFC form takes more UTF-8 bytes than they do: the composition exclusions and singletons of Unicode,
# fixed for ever by its stability policy. Given as blocks, so a neighbour that does not grow is counted as if it did.
_GROWS_BY_3: Final = (
    "[\u0344\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0fb9\u2adc\ufa6c\ufacf-\ufad7\ufb1d-\ufb4e]"
)
_PIECE: Final = 65_536  # characters: a millisecond or two

_GROWS_BY_8: Final = "[\U0001d15e-\U0001d1c0]"


@frozen
class TokenCount:
    """How many tokens an input is: `expected` for choosing between models, `bound` for holding money."""

    expected: int
    bound: int

    # One check in place of a validator per field: an input is counted for every request.
    def __attrs_post_init__(self) -> None:
        if self.expected < 0:
            raise ValueError(f"expected {self.expected} tokens, which is less than none")
        if self.expected > self.bound:
            raise ValueError(f"expected {self.expected} tokens, above their own bound {self.bound}")

    def __add__(self, other: "TokenCount") -> "TokenCount":
        return TokenCount(self.expected + other.expected, self.bound + other.bound)


@frozen
class Usage:
    """What one call consumed, in disjoint classes of tokens that sum; `reasoning_tokens` are part of the output.

    `cache_write_5m_tokens` were written to a cache for five minutes, as far as the answer says so; all other writes are
    `cache_write_tokens`, which are priced at the dearest write that the vendor sells.

    Providers differ on whether their prompt count includes cached tokens; each adapter subtracts once, here nobody
    does. Names follow OpenTelemetry's GenAI conventions.
    """

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cache_write_5m_tokens: int = 0

    # One check in place of a validator per field: there is a usage for every call.
    def __attrs_post_init__(self) -> None:
        inputs = self.input_tokens < 0 or self.cache_read_tokens < 0
        writes = self.cache_write_tokens < 0 or self.cache_write_5m_tokens < 0
        if inputs or writes or self.output_tokens < 0 or self.reasoning_tokens < 0:
            raise ValueError(f"a number of tokens is negative: {self!r}")
        if self.reasoning_tokens > self.output_tokens:
            raise ValueError(f"{self.reasoning_tokens} reasoning tokens exceed {self.output_tokens} output tokens")

    @property
    def prompt_tokens(self) -> int:
        """All input, cached or not: what the long-context price tiers look at."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.cache_write_5m_tokens

    @property
    def written_tokens(self) -> int:
        """What was written to a cache, for however long."""
        return self.cache_write_tokens + self.cache_write_5m_tokens


def count_text(text: str) -> TokenCount:
    """Count one text without a vocabulary: bytes / 4 expected (right within 22 % on mixed corpora), bytes at most.

    >>> count_text("naïve")
    TokenCount(expected=2, bound=6)
    """
    size = text_bound(text)
    return TokenCount(-(-size // 4), size)


def count_messages(texts: Iterable[str]) -> TokenCount:
    """Count a conversation: each message's text and frame, and the frame that opens the reply.

    >>> count_messages(["hello"])
    TokenCount(expected=10, bound=29)
    """
    expected, bound = _OPENING, REPLY_FRAME
    for text in texts:
        size = text_bound(text)
        expected += -(-size // 4) + _FRAMED
        bound += size + MESSAGE_FRAME
    return TokenCount(expected, bound)


def text_bound(text: str) -> int:
    """The bound alone: at most so many tokens are in a text."""
    return len(text) if text.isascii() else _bytes_after_nfc(text)


def _bytes_after_nfc(text: str) -> int:
    if len(text) <= _PIECE:
        return _bytes_of_piece(text)
    # A search holds the interpreter until it has gone through all of what it is given.
    return sum(_bytes_of_piece(text[place : place + _PIECE]) for place in range(0, len(text), _PIECE))


def _bytes_of_piece(text: str) -> int:
    size = len(text.encode("utf-8", "surrogatepass"))
    return size + 3 * len(_compiled(_GROWS_BY_3).findall(text)) + 8 * len(_compiled(_GROWS_BY_8).findall(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed, which most texts never do."""
    return re.compile(pattern)
