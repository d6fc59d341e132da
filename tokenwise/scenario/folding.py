"""One spelling for every way to write the same letters: small ones, without accents on Latin letters, and ё as е."""

import re
from functools import cache
from typing import Final

__all__ = ["fold"]

_PLAIN: Final = {
    "a": "áàâãäåāăą",
    "ae": "æ",
    "c": "çćĉċč",
    "d": "ďđð",
    "e": "éèêëēĕėęě",
    "g": "ĝğġģ",
    "h": "ĥħ",
    "i": "íìîïĩīĭįı",
    "j": "ĵ",
    "k": "ķ",
    "l": "ĺļľŀł",
    "n": "ñńņňŉ",
    "o": "óòôõöøōŏő",
    "oe": "œ",
    "r": "ŕŗř",
    "s": "śŝşš",
    "ss": "ß",
    "t": "ţťŧ",
    "th": "þ",
    "u": "úùûüũūŭůűų",
    "w": "ŵ",
    "y": "ýÿŷ",
    "z": "źżž",
    "е": "ё",
    "'": "\u2019\u2018",
    "": "\u0300\u0301\u0302\u0303\u0307\u0308\u030c\u0327",
}
_TABLE: Final = str.maketrans({accented: plain for plain, row in _PLAIN.items() for accented in row})


def fold(text: str) -> str:
    """The same for a text in capitals, in small letters and as it was typed."""
    if text.isascii() or not _compiled(_CASED).search(text):
        return text.lower()
    # Capitals have no ß and small letters no ẞ: only after all three steps do all ways to write a word read the same.
    text = text.lower().upper().lower()
    return text.translate(_TABLE) if _compiled(_ACCENTED).search(text) else text


# Where letters that have capitals stand, beyond ASCII; and the letters of the table.
_CASED: Final = "[\x80-\u2eff\ua640-\uabff\ufb00-\ufb17\uff21-\uff5a\U00010400-\U0001ffff]"
_ACCENTED: Final = "[" + "".join(map(chr, sorted(_TABLE))) + "]"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed, so that importing costs nothing."""
    return re.compile(pattern)
