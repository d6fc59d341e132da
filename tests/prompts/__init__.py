"""Prompts to measure with, which the detector never learned from, and how a file of them is read.

A file `*.txt` here holds a prompt a line: `label language<TAB>prompt`. A label is a capability in small letters, or
several with a slash between them where each is right; what they mean is in docs/scenario.md. A backslash and an "n"
stand for a line end, a line that begins with "# " for nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

__all__ = ["Asked", "asked"]


@frozen
class Asked:
    """A prompt, its language, and the labels that are right: the first of them is the best."""

    text: str
    lang: str
    labels: tuple[str, ...]


def asked(pattern: str = "*.txt") -> Iterator[Asked]:
    """The prompts of every file whose name fits, in the order of names and lines."""
    for file in sorted(Path(__file__).parent.glob(pattern)):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("# "):
                head, text = line.split("\t", 1)
                label, lang = head.split()
                yield Asked(text=text.replace("\\n", "\n"), lang=lang, labels=tuple(label.split("/")))
