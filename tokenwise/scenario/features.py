"""What a text shows, before anybody says what it is worth: its signs, its words, and the pairs of both.

Every feature is a name and a level, a small whole number: how often something occurs, on a scale of doublings (1, 2-3,
4-7, ...), so that the tenth bracket says less than the first. `detector` turns levels into points, and the script that
learned the points reads texts through this module too, so that both see the same.

`length` alone goes on, in quarters of a doubling: it says nothing of the kind of work, and something of its difficulty.

Only what is asked is read (see `wrapping`), and of that no more than `HEAD + TAIL` characters: a request stands at its
beginning or at its end. Capitals say nothing: people write as they like.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from attrs import frozen

from tokenwise.scenario.lexicon import KINDS, false_friends, terms_by_kind, terms_by_word
from tokenwise.scenario.signs import SIGNS, counts_of_signs, levels_of
from tokenwise.scenario.vocabulary import STEM, Vocabulary
from tokenwise.scenario.wrapping import request_in

__all__ = ["FEATURES", "LONGEST", "WORTH", "Reading", "known", "read"]

# Words in any script: runs of letters that are written without spaces, or of what is neither space, digit, ASCII sign
# nor one of the punctuation blocks of Unicode. A class of letters would cut Devanagari and Bengali at every vowel sign.
_SPACELESS: Final = r"\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD: Final = (
    rf"[{_SPACELESS}]+|[^{_SPACELESS}"
    r"\x00-@\[-`{-\xbf\xd7\xf7\u060c\u061b\u061f\u0964\u0965\u2000-\u206f\u20a0-\u22ff\u3000-\u3020\uff00-\uff20]+(?:\+\+|#)?"
)
_ASCII_WORD: Final = r"[a-z]+(?:\+\+|#)?"  # the same for ASCII, and a third faster
_LETTERS_ALONE: Final = bytes(place if chr(place).islower() else ord(" ") for place in range(128)) + bytes(128)
WORTH: Final = 200
"""Bits that the worth of a text's terms may take, its sign included."""

_LETTERS: Final = frozenset("bcdefghjklmnpqrstvwxyz")
_AUXILIARIES: Final = frozenset(
    """
    is are was were do does did can could would will has have had should may might
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)
_ERRORS: Final = ("error", "exception", "err")

# Feature: the lower of two levels; what either side says alone is weaker than what both say together.
_BOTH: Final[tuple[tuple[str, str], ...]] = (
    ("quantity question", "number"),
    ("measure", "number"),
    ("question mark", "number"),
    ("math act", "number"),
    ("math act", "algebra"),
    ("math name", "algebra"),
    ("math name", "math act"),
    ("code maybe", "code name"),
    ("code maybe", "code thing"),
    ("code maybe", "prose"),
    ("code maybe", "world"),
    ("code maybe", "parenthesis"),
    ("code thing", "code name"),
    ("code thing", "prose"),
    ("code thing", "number"),
    ("code name", "prose"),
    ("math name", "prose"),
    ("math name", "world"),
    ("prose", "world"),
    ("service", "world"),
    ("service", "question mark"),
    ("logic", "question mark"),
    ("logic", "relation"),
    ("logic", "sentence"),
    ("relation", "question mark"),
    ("relation", "number"),
    ("judgement", "option list"),
    ("world", "option list"),
    ("question mark", "option list"),
    ("math name", "option list"),
    ("number", "option list"),
    ("judgement", "question mark"),
    ("fact question", "question mark"),
    ("LaTeX command", "dollar sign"),
    ("brace", "LaTeX command"),
    ("line ends in ;", "indented line"),
    ("measure", "sentence"),
    ("short", "algebra"),
    ("short", "number"),
    ("code maybe", "measure"),
    ("person", "number"),
    ("support", "number"),
    ("health", "number"),
    ("calendar", "number"),
    ("calendar", "question mark"),
    ("person", "question mark"),
    ("person", "world"),
    ("person", "code maybe"),
    ("person", "device"),
    ("device", "code maybe"),
    ("device", "code thing"),
    ("who and when", "question mark"),
    ("who and when", "number"),
    ("who and when", "sentence"),
    ("why", "question mark"),
    ("why", "world"),
    ("why", "logic"),
    ("opens with auxiliary", "question mark"),
    ("opens with auxiliary", "sentence"),
    ("sum", "question mark"),
    ("measure", "question mark"),
    ("relation", "sentence"),
    ("sentence", "question mark"),
    ("money", "quantity question"),
    ("clock", "world"),
    ("support", "device"),
    ("quantity question", "sentence"),
    ("world", "question mark"),
    ("code thing", "world"),
    ("code maybe", "number"),
    ("year", "question mark"),
    ("logic", "parenthesis"),
    ("edit", "quotation"),
    ("edit", "colon"),
    ("edit", "sentence"),
    ("edit", "question mark"),
    ("logic", "calendar"),
    ("relation", "calendar"),
    ("support", "question mark"),
    ("health", "question mark"),
    ("code thing", "question mark"),
    ("code thing", "device"),
)

# Feature of the first pair that counts only where the second is missing.
_ONE: Final[tuple[tuple[str, str], ...]] = (
    ("number", "question mark"),
    ("code maybe", "code thing"),
    ("code maybe", "service"),
    ("math name", "number"),
    ("math act", "number"),
    ("relation", "number"),
    ("logic", "number"),
    ("quantity question", "number"),
    ("question mark", "option list"),
    ("brace", "LaTeX command"),
    ("world", "number"),
    ("judgement", "option list"),
    ("logic", "person"),
    ("number", "person"),
    ("code maybe", "world"),
    ("question mark", "world"),
    ("relation", "person"),
    ("sentence", "person"),
    ("measure", "person"),
    ("why", "person"),
    ("math name", "person"),
)

_PAIRS: Final = tuple((a, b, f"{a} & {b}") for a, b in _BOTH)
_ALONE: Final = tuple((a, b, f"{a} without {b}") for a, b in _ONE)
_PARTNERS: Final = {
    first: tuple(tuple((b, name) for a, b, name in rows if a == first) for rows in (_PAIRS, _ALONE))
    for first, _, _ in (*_PAIRS, *_ALONE)
}

# What a term counts for stands above what it is worth, a column for each: its kinds, whether it is a single letter,
# whether it is a false friend. No text has 4,096 terms.
_COUNTED: Final = (*KINDS, "single letter", "false friend")
_COLUMN: Final = 12
_COLUMNS: Final = {name: WORTH + place * _COLUMN for place, name in enumerate(_COUNTED)}
_FRIENDS: Final = _COLUMNS["false friend"]  # the last of them
_HALF: Final = 1 << WORTH - 1

# Words; a text's place among these bounds is its length as a level.
_LENGTHS: Final = (4, 8, 16, 32, 64, 128, 256)

# Length in quarters of a doubling of words. An exercise is the harder the longer it is; a text that is to be written,
# put into other words or summed up is not, beyond some sixteen words.
_WORKED_OVER: Final = frozenset({"service", "prose", "easy", "edit"})
_ENOUGH: Final = 17
LONGEST: Final = 44
"""The highest level of `length`, which is that of two thousand words."""

FEATURES: Final[tuple[str, ...]] = (
    *SIGNS,
    *("error name", "opens with auxiliary", "single letter", "short", "long", "length"),
    *KINDS,
    *(both for _, _, both in _PAIRS),
    *(alone for _, _, alone in _ALONE),
)
"""Every structural feature by name. Words are features too; they are named by themselves."""


@frozen
class Reading:
    """What is asked, as features. `terms` are its words and pairs of words, false friends struck out; `size` its words.

    The first word is a term once more, behind a "^": it tells an order from a question. `worth` is the sum of what the
    terms are worth to whoever made the vocabulary.
    """

    levels: Mapping[str, int]
    terms: set[str]
    size: int
    worth: int = 0


_SILENT: Final = Reading({}, set(), 0)


def read(text: str, vocabulary: Vocabulary | None = None) -> Reading:
    """Read what a text asks: its first 1,000 and last 500 characters, without what is wrapped around it.

    With a `vocabulary` (see `known`) only its terms are found, in half the time.
    """
    text = request_in(text)
    if not text:
        return _SILENT
    words, runs = _words_and_runs(text)
    counts = counts_of_signs(text)
    if vocabulary is None:
        terms, worth = _all_terms(words, runs), 0
        _count_terms(counts, terms)
    else:
        terms, worth = _known_terms(counts, words, runs, vocabulary)
    if words and words[0] in _AUXILIARIES:
        counts["opens with auxiliary"] = 1
    if ("err" in text or "exception" in text) and (errors := sum([word.endswith(_ERRORS) for word in words])):
        counts["error name"] = errors
    size = len(words) + (sum(map(len, runs)) // 2 if runs else 0)
    return Reading(_levels(counts, size), terms, size, worth)


def known(worth: Mapping[str, int]) -> Vocabulary:
    """What to look for where only these terms count: them, and all that features are made of. Below 2**150 each."""
    rows = dict(worth)
    counted = {**terms_by_kind(), "single letter": _LETTERS, "false friend": false_friends()}
    for name, terms in counted.items():
        once = 1 << _COLUMNS[name]
        for term in terms:
            rows[term] = rows.get(term, 0) + once
    return Vocabulary.of(rows)


def _levels(counts: Mapping[str, int], size: int) -> dict[str, int]:
    levels = levels_of(counts)
    levels["short"], levels["long"], length = _lengths(size)
    levels["length"] = length if length <= _ENOUGH or _WORKED_OVER.isdisjoint(levels) else _ENOUGH
    _combine(levels)
    return levels


@cache
def _lengths(size: int) -> tuple[int, int, int]:
    """The levels of `short`, `long` and `length` at so many words, of which a text has no more than 1,501."""
    place = bisect_left(_LENGTHS, size)
    return max(0, 4 - place), max(0, place - 3), min((size**4).bit_length(), LONGEST)


def _words_and_runs(text: str) -> tuple[list[str], list[str]]:
    """Words; and runs of characters of scripts that put no space between words."""
    if text.isascii():
        if "#" in text or "++" in text:
            return _compiled(_ASCII_WORD).findall(text), []
        return text.encode().translate(_LETTERS_ALONE).decode().split(), []
    words = _compiled(_WORD).findall(text)
    runs = [word for word in words if "\u3040" < word[0] < "\ud7a4"]
    return [word for word in words if not "\u3040" < word[0] < "\ud7a4"] if runs else words, runs


def _known_terms(
    counts: dict[str, int], words: list[str], runs: list[str], vocabulary: Vocabulary
) -> tuple[set[str], int]:
    """Those of the vocabulary, and what they are worth; what they count for is added to `counts`."""
    row_of = vocabulary.rows.__getitem__
    terms = vocabulary.among(words)
    total = sum(map(row_of, terms))
    if (total + _HALF) >> _FRIENDS:
        terms = _without_false_friends(terms)
        total = sum(map(row_of, terms))
    if runs and (more := set(vocabulary.in_a_row("\n".join(runs))) - terms):
        terms |= more
        total += sum(map(row_of, more))
    above = (total + _HALF) >> WORTH
    worth = total - (above << WORTH)
    while above:
        place = (above.bit_length() - 1) // _COLUMN
        count = counts[_COUNTED[place]] = above >> place * _COLUMN
        above -= count << place * _COLUMN
    return terms, worth


def _all_terms(words: list[str], runs: list[str]) -> set[str]:
    stems = [f"{word[:STEM]}-" for word in words if len(word) > STEM]
    first = [f"^{word}" for word in words[:1]]
    terms = _without_false_friends({*words, *map(" ".join, pairwise(words)), *stems, *first})
    terms.update(run[start : start + size] for run in runs for size in (1, 2, 3) for start in range(len(run)))
    return terms


def _without_false_friends(terms: set[str]) -> set[str]:
    for friend in terms & false_friends():
        terms.difference_update((friend, *friend.split()))
    return terms


def _count_terms(counts: dict[str, int], terms: set[str]) -> None:
    kinds = terms_by_word()
    for term in terms & kinds.keys():
        for kind in kinds[term]:
            counts[kind] = counts.get(kind, 0) + 1
    if letters := terms & _LETTERS:
        counts["single letter"] = len(letters)


def _combine(levels: dict[str, int]) -> None:
    for a, level in [*levels.items()]:
        if not (partners := _PARTNERS.get(a)):
            continue
        both, alone = partners
        for b, name in both:
            if b in levels:
                levels[name] = min(level, levels[b])
        for b, name in alone:
            if b not in levels:
                levels[name] = level


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: importing costs nothing, and a class this wide is slow to compile."""
    return re.compile(pattern)
