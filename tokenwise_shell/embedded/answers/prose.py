"""The text of a simulated answer: a few sentences that say they are simulated and reflect what was asked."""

import re
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise_shell.embedded.chat import ChatRequest
from tokenwise_shell.embedded.draws import Draw

__all__ = ["LABEL", "excerpt", "musing", "pieces_of", "prose"]

LABEL: Final = "[simulated by the embedded provider]"
"""Every text of this provider begins so; nobody is to take it for a model's work."""

# A stand-in for a tokenizer: a space belongs to the word after it and long words are cut. Every character is in
# exactly one piece, so pieces never outnumber the characters, and so never the bytes.
_PIECE: Final = re.compile(r"\s?\w{1,6}|\s?[^\w\s]{1,3}|\s")

# Below this a target is no answer at all; above it nobody reads a simulated text.
_SHORTEST, _LONGEST = 48, 160

_SENTENCES: Final = (
    "The conclusion would come first, in one sentence.",
    "The main points would follow, the weightiest of them at the top.",
    "One worked example would make them concrete.",
    "Where the request leaves something open, the assumption would be named.",
    "Whatever speaks against the conclusion would be said as plainly.",
    "Figures would stand with their source and their date.",
    "A short table would hold what is easier seen than read.",
    "The last lines would say what to do next.",
)


def prose(request: ChatRequest, draw: Draw) -> str:
    """Whole sentences up to a drawn length, from 48 to 160 pieces, and within four fifths of the cap if above 48.

    So only a cap below 48, or below the opening sentence, cuts an answer.
    """
    asked = request.messages[-1]
    target = _target(request.max_output_tokens, draw)
    said = [_opening(request.model, asked)]
    left = target - len(pieces_of(said[0]))
    first = draw.below(len(_SENTENCES), "first")
    for turn in range(len(_SENTENCES)):
        sentence = _SENTENCES[(first + turn) % len(_SENTENCES)]
        left -= len(pieces_of(f" {sentence}"))
        if left < 0:
            break
        said.append(sentence)
    return " ".join(said)


def musing(request: ChatRequest) -> str:
    """What a model that reasons shows of it."""
    asked = excerpt(request.messages[-1].text)
    return f'{LABEL} It would first settle what "{asked}" asks for, then what an answer needs, then check its answer.'


def excerpt(text: str, *, length: int = 80) -> str:
    """The beginning of a text on one line, with an ellipsis where it was cut."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def pieces_of(text: str) -> tuple[str, ...]:
    """The tokens of a text, as this provider counts them. Joined, they are the text."""
    return tuple(_PIECE.findall(text))


def _target(cap: int | None, draw: Draw) -> int:
    longest = _LONGEST if cap is None else max(_SHORTEST, min(_LONGEST, cap * 4 // 5))
    return _SHORTEST + draw.below(longest - _SHORTEST + 1, "length")


def _opening(model: str, asked: Message) -> str:
    if asked.role is Role.TOOL:
        return f'{LABEL} {model} would go on from the tool\'s result "{excerpt(asked.text)}".'
    return f'{LABEL} Here {model} would answer "{excerpt(_request_in(asked.text))}".'


def _request_in(text: str) -> str:
    """What is asked in the end: the last paragraph, without the line that says which step of a plan it is."""
    last = text.rstrip().rpartition("\n\n")[2]
    return last.partition("\n")[2] or last if last.startswith("Your step (") else last
