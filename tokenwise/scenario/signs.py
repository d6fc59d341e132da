"""What a text shows by its signs, before a word of it is read: brackets, operators, lines, and what numbers are of.

A sign that does not occur costs one look, not one search. A number by itself says little: most numbers that people
write are dates, prices, doses and order numbers, so what stands around a number says what it is counted as.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

__all__ = ["MAX_LEVEL", "SIGNS", "counts_of_signs", "levels_of"]

MAX_LEVEL: Final = 4
"""Eight and more of anything are as good as eight."""

_MANY: Final = 1 << (MAX_LEVEL - 1)

# Feature: the substrings that are counted for it.
_COUNTED: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("code fence", ("```",)),
    ("backtick", ("`",)),
    ("brace", ("{",)),
    ("bracket", ("[",)),
    ("parenthesis", ("(",)),
    ("line ends in ;", (";\n", "{\n", "):\n")),
    ("equals sign", ("=",)),
    ("double sign", ("==", "!=", "&&", "||", "=>", "->", "::", "//", "+=", "<-", ":=")),
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
        ("\na)", "\nb)", "\nc)", "\na.", "\nb.", "\n(a)", "\n(b)", " (a) ", " (b) ", "\nb:"),
    ),
    ("choice", ("\noptions", "choices:", "\nanswer", "question:")),
)


def _by_sign() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The table above by a sign without which a part cannot occur: a line end, or else its first that is no letter."""
    table: dict[str, list[tuple[str, str]]] = {}
    for name, parts in _COUNTED:
        for part in parts:
            table.setdefault(_sign_of(part), []).append((name, part))
    return {sign: tuple(rows) for sign, rows in table.items()}


def _sign_of(part: str) -> str:
    return "\n" if "\n" in part else next(sign for sign in part if not sign.isspace() and not sign.isalpha())


_BY_SIGN: Final = _by_sign()

_DIGITS: Final = frozenset("0123456789٠١٢٣٤٥٦٧٨٩०१२३४५६७८९০১২৩৪৫৬৭৮৯")

# Feature: signs without any of which its pattern cannot match (a quick way to say no), and the pattern.
_PATTERNS: Final[tuple[tuple[str, frozenset[str], str], ...]] = (
    ("flag", frozenset("-"), r" --?[a-z]"),
    ("snake case", frozenset("_"), r"[a-z]_[a-z]"),
    ("piped command", frozenset("|"), r"\| ?[a-z]+ ?"),
    ("style rule", frozenset("{"), r": ?[^:;{}\n]{1,40};"),
    (
        "statement",
        frozenset("\n=(:;<$#@*{"),
        (
            r"(?m)^\s*(?:def |class |import |from \w+ import|from [\w:.-]+ as |for \w+ in |for ?\(|if ?\(|while ?\("
            r"|return\b|public |private |static |function |const |let \w+ =|var |val \w+|fn |fun |func |pub |impl "
            r"|struct |enum |namespace |module |package |using |select .{1,60} from |insert into |update \w+ set "
            r"|create (?:table|index|view) |#include|#!/|\$ |sudo |<\w+|<\?php|\(def|print\(|puts |echo |elif |else:"
            r"|try:|end$|switch ?\(|async |@\w)"
        ),
    ),
)
_DOTTED: Final[tuple[tuple[str, str], ...]] = (
    ("dotted name", r"[a-z_]\.[a-z_]"),
    ("file name", r"[\w*]\.(?:py|js|ts|java|txt|csv|json|log|sh|html|css|go|rs|cpp|c|h|sql|ya?ml|md|gz|xml)\b"),
)

# An operation: its sign and what stands behind. What stands before is looked at by hand, which is faster.
_OPERATION: Final = r"[-+*/^=<>] ?(?:\d|[a-z]\b|\()"
_OPERATORS: Final = frozenset("-+*/^=<>")

# A number: its digits, what makes it a rank, and the word or the sign behind it; the signs that may stand before it.
_NUMBER: Final = r"(\d+(?:[.,:/-]\d+)*)(st|nd|rd|th)?\.? ?([^\W\d_]+|[-%€$£¥₽×÷^*/=+]?)"
_BEFORE: Final = frozenset("#$€£¥₽")
_MOST_NUMBERS: Final = 24
_CLOCK: Final = frozenset(["am", "pm", "uhr", "h", "ч", "час", "часа", "часов", "点", "點", "時", "시"])
_MONTHS: Final = frozenset(
    """
    jan feb mar apr may jun jul aug sep oct nov dec mai okt dez fev avr jui aou ene abr ago dic gen mag giu lug set ott
    янв фев мар апр мая июн июл авг сен окт ноя дек 月 日 号
    """.split()  # noqa: SIM905 -- forty quoted strings would be harder to read
)
_MONEY: Final = frozenset(
    """
    € $ £ ¥ ₽ euro euros eur usd dollar dollars bucks pounds cents рубль рубля рублей руб 元 块 円 ド 원
    """.split()  # noqa: SIM905 -- as above
)
_SUMS: Final = frozenset(
    """
    - + * / × ÷ ^ = % percent prozent times minus plus squared mal fois por процентов процента パ
    """.split()  # noqa: SIM905 -- as above
)
# What an opening bracket or an equals sign stands in that opens no call and states nothing.
_NO_CALL: Final = (" (", "((", "\n(", "$(")
_NO_EQUATION: Final = ("==", "==", "=>", "<=", ">=", "!=", "+=")
_NUMERIC: Final = ("number", "year", "clock", "date", "money", "long number", "sum")
_SCRIPTS_WITHOUT_SPACES: Final = "\u3040"

_TELLING: Final = _DIGITS.union("(=.", _BEFORE, _OPERATORS, _BY_SIGN, *[needed for _, needed, _ in _PATTERNS])
_ANY_TELLING: Final = f"[{re.escape(''.join(sorted(_TELLING)))}]"
_NO_DIGITS: Final = "".join(_TELLING - _DIGITS)
_SILENT: Final = bytes(place for place in range(128) if chr(place) not in _TELLING)
# Without any of these only digits, dots and what is counted by its sign are to be looked at: so most texts are.
_OPENING: Final = _OPERATORS.union("(=", *[needed for _, needed, _ in _PATTERNS])

SIGNS: Final[tuple[str, ...]] = (
    *(name for name, _ in _COUNTED),
    *(name for name, _, _ in _PATTERNS),
    *(name for name, _ in _DOTTED),
    *("algebra", "call", "equation"),
    *_NUMERIC,
)
"""Every feature that signs alone show."""


def counts_of_signs(text: str) -> dict[str, int]:
    """How often everything occurs that a folded text shows by signs, as far as it does."""
    telling = _telling(text)
    present = set(telling)
    counts: dict[str, int] = {}
    for sign in present:
        for name, part in _BY_SIGN.get(sign, ()):
            if count := text.count(part):
                counts[name] = counts.get(name, 0) + count
    if not _OPENING.isdisjoint(present):
        _count_patterns(counts, text, present)
    if not _DIGITS.isdisjoint(present):
        start = text.find(telling.lstrip(_NO_DIGITS)[0]) if text.isascii() else 0
        _count_numbers(counts, text, start, signed=not _BEFORE.isdisjoint(present))
    if "." in present and text.count(".") > counts.get("sentence", 0) + text.endswith("."):
        start = max(0, text.find(".") - 1)
        for name, pattern in _DOTTED:
            counts[name] = len(_compiled(pattern).findall(text, start))
    return counts


def _telling(text: str) -> str:
    """The signs of a text that say something."""
    if text.isascii():
        return text.encode().translate(None, _SILENT).decode()
    return "".join(_compiled(_ANY_TELLING).findall(text))


def _count_patterns(counts: dict[str, int], text: str, present: set[str]) -> None:
    if "(" in present:
        counts["call"] = text.count("(") - sum(map(text.count, _NO_CALL))
    if "=" in present:
        counts["equation"] = text.count("=") - sum(map(text.count, _NO_EQUATION))
    if not _OPERATORS.isdisjoint(present):
        counts["algebra"] = _operations(text)
    for name, needed, pattern in _PATTERNS:
        if not needed.isdisjoint(present):
            counts[name] = len(_compiled(pattern).findall(text))


def levels_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts above 0 on a scale of doublings: 1, 2-3, 4-7, and 8 or more."""
    return {name: count.bit_length() if count < _MANY else MAX_LEVEL for name, count in counts.items() if count > 0}


def _operations(text: str) -> int:
    return sum([_is_operand(text, found.start()) for found in _compiled(_OPERATION).finditer(text)])


def _is_operand(text: str, end: int) -> bool:
    """Whether a digit, a bracket or a single letter ends here, or one space before."""
    before = text[max(0, end - 3) : end].removesuffix(" ")
    return before[-1:] in tuple("0123456789)") or (before[-1:].isalpha() and not before[-2:-1].isalnum())


def _count_numbers(counts: dict[str, int], text: str, start: int, *, signed: bool) -> None:
    """Numbers from the first digit on, by what they are of."""
    numbers = list(_compiled(_NUMBER).finditer(text, start))
    counts["number"] = len(numbers)
    for found in numbers[:_MOST_NUMBERS]:
        digits, rank, behind = found.groups("")
        for kind in _kinds_of(_sign_before(text, found.start()) if signed else "", digits, rank, behind):
            counts[kind] = counts.get(kind, 0) + 1


def _sign_before(text: str, start: int) -> str:
    before = text[max(0, start - 2) : start].rstrip()[-1:]
    return before if before in _BEFORE else ""


def _kinds_of(before: str, digits: str, rank: str, behind: str) -> Iterator[str]:
    """What a number is one of: a time of day, a date, a sum, money, a number that names something, a year."""
    if behind[:1] > _SCRIPTS_WITHOUT_SPACES:
        behind = behind[0]
    plain = digits.isdecimal()
    if ":" in digits or behind in _CLOCK:
        yield "clock"
    if rank or behind[:3] in _MONTHS or (not plain and 2 in (digits.count("-"), digits.count("/"))):
        yield "date"
    if behind in _SUMS or "/" in digits:
        yield "sum"
    if before not in ("", "#") or behind in _MONEY:
        yield "money"
    if before == "#" or "-" in digits or (plain and len(digits) > 4):
        yield "long number"
    if plain and len(digits) == 4 and "1000" <= digits < "2100":
        yield "year"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed, so that importing costs nothing."""
    return re.compile(pattern)
