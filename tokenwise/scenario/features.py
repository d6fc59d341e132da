"""What a text shows, before anybody says what it is worth: its words, its symbols and the pairs of both.

Every feature is a name and a level, a small whole number: how often something occurs, on a scale of doublings (1, 2-3,
4-7, ...), so that the tenth bracket says less than the first. `scenario` turns levels into points, and the script that
learned the points reads texts through this module too, so that both see the same.

Nothing here looks at more than `HEAD + TAIL` characters of a text: a request stands at its beginning or at its end.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from attrs import frozen

from tokenwise.scenario.lexicon import FALSE_FRIENDS, KINDS, TERMS

__all__ = ["FEATURES", "HEAD", "MAX_LEVEL", "TAIL", "Reading", "read"]

HEAD: Final = 1000
TAIL: Final = 500
"""Characters read at the beginning and at the end of one text."""

MAX_LEVEL: Final = 4
"""Eight and more of anything are as good as eight."""

# Words in any script: runs of what is neither space, digit, ASCII sign nor one of the punctuation blocks of Unicode. A
# class of letters would cut Devanagari and Bengali words at every vowel sign.
_WORD: Final = re.compile(
    r"[^\x00-@\[-`{-\xbf\xd7\xf7\u060c\u061b\u061f\u0964\u0965\u2000-\u206f\u20a0-\u22ff\u3000-\u3020\uff00-\uff20]+(?:\+\+|#)?"
)
_ASCII_WORD: Final = re.compile(r"[A-Za-z]+(?:\+\+|#)?")  # the same for ASCII, and a third faster
_IDEOGRAPHS: Final = r"\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"

# Feature: the substrings that are counted for it.
_COUNTED: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("code fence", ("```",)),
    ("backtick", ("`",)),
    ("brace", ("{",)),
    ("bracket", ("[",)),
    ("parenthesis", ("(",)),
    ("line ends in ;", (";\n", "{\n", "):\n")),
    ("equals sign", ("=",)),
    ("double sign", ("==", "!=", "&&", "||", "=>", "->", "::", "//", "+=")),
    ("LaTeX command", ("\\",)),
    ("dollar sign", ("$",)),
    ("power sign", ("^", "²", "³", "√", "∫", "∑", "≤", "≥")),
    ("underscore", ("_",)),
    ("gap to fill", (" _ ", "___")),
    ("pipe", ("|",)),
    ("tag", ("</", "/>")),
    ("indented line", ("\n    ", "\n\t")),
    ("docstring", ('"""', "'''", ">>>")),
    ("quotation", ('"', "“", "«", "「")),
    ("percent sign", ("%", "٪")),
    ("arithmetic sign", (" + ", " * ", " - ", " / ", "×", "÷", "+ ", "* ")),
    ("path", ("*.", "~/", "./", "/*", " -")),
    ("question mark", ("?", "？", "؟")),
    ("exclamation", ("!", "！")),
    ("line", ("\n",)),
    ("sentence", (". ", "。", "। ")),
    ("colon", (": ", "：", ":\n")),
    (
        "option list",
        ("\nA)", "\nB)", "\nC)", "\nA.", "\nB.", "\n(A)", "\n(B)", "\n- ", " (A) ", " (B) ", "\nb)", "\nB:"),
    ),
    ("choice", ("\nOptions", "\noptions", "Choices:", "\nAnswer", "Question:")),
)


def _by_sign() -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """The table above by a sign without which a part cannot occur: a line end, or else its first that is no letter."""
    table: dict[str, dict[str, list[str]]] = {}
    for name, parts in _COUNTED:
        for part in parts:
            table.setdefault(_sign_of(part), {}).setdefault(name, []).append(part)
    return {sign: tuple((name, tuple(parts)) for name, parts in rows.items()) for sign, rows in table.items()}


def _sign_of(part: str) -> str:
    return "\n" if "\n" in part else next(sign for sign in part if not sign.isspace() and not sign.isalpha())


_BY_SIGN: Final = _by_sign()

# Feature: signs without any of which its pattern cannot match (a quick way to say no), and the pattern.
_DIGITS: Final = frozenset("0123456789٠١٢٣٤٥٦٧٨٩०१२३४५६७८९০১২৩৪৫৬৭৮৯")
_PATTERNS: Final[tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]] = (
    (
        "algebra",
        frozenset("-+*/^=<>"),
        re.compile(r"(?:\d|\b[a-zA-Z]\b|\)) ?[-+*/^=<>] ?(?:\d|\b[a-zA-Z]\b|\()"),
    ),
    ("call", frozenset("("), re.compile(r"[\w.\]]\(")),
    ("flag", frozenset("-"), re.compile(r" --?[a-zA-Z]")),
    ("equation", frozenset("="), re.compile(r"[\w)}] ?= ?[-\w(\\]")),
    ("snake case", frozenset("_"), re.compile(r"[a-z]_[a-z]")),
    (
        "statement",
        frozenset("\n=(:;<$#@*"),
        re.compile(
            r"(?m)^\s*(?:def |class |import |from \w+ import|for \w+ in |for ?\(|if ?\(|while ?\(|return\b|public "
            r"|private |static |function |const |let \w+ =|var |fn |func |SELECT |INSERT |UPDATE |CREATE |#include"
            r"|package |using |\$ |sudo |<\w+|print\(|elif |else:|try:|switch ?\(|async |@\w)"
        ),
    ),
)
_NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_DOTTED: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("dotted name", re.compile(r"[a-z_]\.[a-z_]")),
    (
        "file name",
        re.compile(r"[\w*]\.(?:py|js|ts|java|txt|csv|json|log|sh|html|css|go|rs|cpp|c|h|sql|ya?ml|md|gz|xml)\b"),
    ),
)
_LETTERS: Final = frozenset("bcdefghjklmnpqrstuvwxyz")

# What premises open with. A list of words, as a text, since it is only ever read by eye.
_QUANTIFIERS: Final = frozenset(
    """
    All No Some Every If Either None Any Only Each Neither Alle Wenn Kein Keine Einige Jeder Tous Toutes Aucun Chaque
    Todos Todas Ningún Algunos Nenhum Tutti Nessun Все Если Некоторые Каждый
    """.split()  # noqa: SIM905 -- forty quoted strings would be harder to read
)

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
    ("relation", "proper name"),
    ("relation", "question mark"),
    ("relation", "number"),
    ("judgement", "option list"),
    ("world", "option list"),
    ("question mark", "option list"),
    ("math name", "option list"),
    ("number", "option list"),
    ("judgement", "question mark"),
    ("fact question", "proper name"),
    ("fact question", "question mark"),
    ("LaTeX command", "dollar sign"),
    ("brace", "LaTeX command"),
    ("line ends in ;", "indented line"),
    ("measure", "sentence"),
    ("proper name", "number"),
    ("short", "algebra"),
    ("short", "number"),
    ("code maybe", "measure"),
    ("code thing", "world"),
    ("code maybe", "number"),
    ("year", "question mark"),
    ("year", "proper name"),
    ("logic", "parenthesis"),
    ("quantified sentence", "sentence"),
    ("quantified sentence", "logic"),
    ("proper name", "question mark"),
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
    ("proper name", "number"),
    ("quantity question", "number"),
    ("question mark", "option list"),
    ("brace", "LaTeX command"),
    ("world", "number"),
    ("judgement", "option list"),
)

_PAIRS: Final = tuple((a, b, f"{a} & {b}") for a, b in _BOTH)
_ALONE: Final = tuple((a, b, f"{a} without {b}") for a, b in _ONE)

# Words; a text's place among these bounds is its length as a level.
_LENGTHS: Final = (4, 8, 16, 32, 64, 128, 256)

FEATURES: Final[tuple[str, ...]] = (
    *(name for name, _ in _COUNTED),
    *(name for name, _, _ in _PATTERNS),
    *(name for name, _ in _DOTTED),
    *("number", "year", "camel case", "proper name", "quantified sentence", "single letter", "short", "long"),
    *KINDS,
    *(both for _, _, both in _PAIRS),
    *(alone for _, _, alone in _ALONE),
)
"""Every structural feature by name. Words are features too; they are named by themselves."""


@frozen
class Reading:
    """One text as features. `terms` are its words and pairs of words, false friends struck out; `size` its words."""

    levels: Mapping[str, int]
    terms: set[str]
    size: int


def read(text: str) -> Reading:
    """Read a text, or its first 1,000 and last 500 characters if it is longer."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    grams, text = _ideographs(text)
    marked = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
    words = [word.lower() for word in marked]
    levels = _signs(text)
    _count_capitals(levels, [word for word, lowered in zip(marked, words, strict=True) if word != lowered])
    terms = _terms(words)
    terms.update(grams)
    _count_kinds(levels, terms)
    size = len(words) + len(grams) // 4
    place = bisect_left(_LENGTHS, size)
    levels["short"], levels["long"] = max(0, 4 - place), max(0, place - 3)
    _combine(levels)
    return Reading(levels, terms, size)


def _ideographs(text: str) -> tuple[set[str], str]:
    """Two and three characters in a row where a script has no spaces, and the rest of the text without them."""
    if text.isascii() or not _compiled(f"[{_IDEOGRAPHS}]").search(text):
        return set(), text
    threes = _compiled(f"(?=([{_IDEOGRAPHS}]{{2,3}}))").findall(text)
    return {gram for three in threes for gram in (three, three[:2])}, _compiled(f"[{_IDEOGRAPHS}]").sub(" ", text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: a class this wide takes longer to compile than all other patterns together."""
    return re.compile(pattern)


def _signs(text: str) -> dict[str, int]:
    """Levels of everything that is found by signs. A sign that does not occur costs one look, not one search."""
    counts: dict[str, int] = {}
    present = set(text)
    for sign in present & _BY_SIGN.keys():
        for name, parts in _BY_SIGN[sign]:
            for part in parts:
                if found := text.count(part):
                    counts[name] = counts.get(name, 0) + found
    for name, needed, pattern in _PATTERNS:
        if not needed.isdisjoint(present):
            counts[name] = len(pattern.findall(text))
    if not _DIGITS.isdisjoint(present):
        numbers = _NUMBER.findall(text)
        counts["number"], counts["year"] = len(numbers), sum(map(_is_year, numbers))
    if "." in present and text.count(".") > counts.get("sentence", 0) + text.endswith("."):
        for name, pattern in _DOTTED:
            counts[name] = len(pattern.findall(text))
    return {name: _level(count) for name, count in counts.items() if count}


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.isdecimal() and "1000" <= number < "2100"


def _level(count: int) -> int:
    return min(count.bit_length(), MAX_LEVEL)


def _count_capitals(levels: dict[str, int], marked: list[str]) -> None:
    """Names are capitals beyond those that open sentences; a capital after a small letter is a programmer's.

    A sentence that opens with "all", "no" or "if" is a premise more often than not.
    """
    inner = [word for word in marked if not word.istitle() and not word.isupper()]
    names = len(marked) - len(inner) - 1 - levels.get("sentence", 0)
    if quantified := sum([word in _QUANTIFIERS for word in marked]):
        levels["quantified sentence"] = _level(quantified)
    if inner:
        levels["camel case"] = _level(len(inner))
    if names > 0:
        levels["proper name"] = _level(names)


def _terms(words: list[str]) -> set[str]:
    terms = set(map(" ".join, pairwise(words)))
    friends = () if FALSE_FRIENDS.isdisjoint(terms) else terms & FALSE_FRIENDS
    terms.update(words, [word[:5] + "-" for word in words if len(word) > 5])
    for friend in friends:
        terms.difference_update((friend, *friend.split()))
    return terms


def _count_kinds(levels: dict[str, int], terms: set[str]) -> None:
    found: dict[str, int] = {}
    for term in terms & TERMS.keys():
        for kind in TERMS[term]:
            found[kind] = found.get(kind, 0) + 1
    for kind, count in found.items():
        levels[kind] = _level(count)
    if letters := terms & _LETTERS:
        levels["single letter"] = _level(len(letters))


def _combine(levels: dict[str, int]) -> None:
    for a, b, both in _PAIRS:
        if a in levels and b in levels:
            levels[both] = min(levels[a], levels[b])
    for a, b, alone in _ALONE:
        if a in levels and b not in levels:
            levels[alone] = levels[a]
