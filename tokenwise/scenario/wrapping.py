"""What is asked, without what stands around it: one reading for a request however politely it comes.

Takes off layer after layer from both ends until none is left, so that what remains is the same with any of them and
without: context blocks and copies (`blocks`), greetings, thanks, signatures and wishes for the form (`courtesies`).
"""

from typing import Final

from tokenwise.scenario.blocks import unwrapped, without_marks
from tokenwise.scenario.courtesies import LOOSE, PHRASE, is_courtesy, without_beginning, without_end
from tokenwise.scenario.folding import fold

__all__ = ["HEAD", "TAIL", "request_in"]

HEAD: Final = 1000
TAIL: Final = 500
"""Characters read at the beginning and at the end of one request."""

# What is looked at for context blocks; and for courtesies, which may take this much more than is read in the end.
_BLOCKS: Final = (48_000, 16_000)
_ENDS: Final = (HEAD + 600, TAIL + 600)
_ROUNDS: Final = 24


def request_in(text: str) -> str:
    """What is asked, folded; empty where nothing is said but a courtesy. Never longer than 1,501 characters."""
    text = unwrapped(_clipped(text, *_BLOCKS).replace("\r\n", "\n"))
    if len(text) > HEAD + TAIL:
        text = _clipped(text, *_ENDS)
    text = without_marks(fold(text)).strip().rstrip(LOOSE)
    for _ in range(_ROUNDS):
        shorter = without_end(without_beginning(unwrapped(text)))
        if shorter == text:
            break
        text = shorter
    if len(text) <= PHRASE and is_courtesy(text):
        return ""
    return _clipped(text, HEAD, TAIL) if len(text) > HEAD + TAIL else text


def _clipped(text: str, head: int, tail: int) -> str:
    return text if len(text) <= head + tail else f"{text[:head]}\n{text[-tail:]}"
