"""What people say before and after a request: greetings, thanks, signatures, wishes for the form of the answer.

A courtesy is recognised by its words, not by a list of sentences: a part between two stops at either end of a text is
dropped if every word of it is one that people wrap around requests, whatever these are about, and one of them is
nothing but that. All texts here are folded.
"""

import re
from functools import cache
from itertools import repeat
from typing import Final

from tokenwise.scenario.phrases import (
    BEHIND,
    CLOSING,
    CLOSING_FILL,
    CORE,
    FILL,
    GREETING,
    IN_LANGUAGE,
    LEADING,
    OPENERS,
    ORDERS,
    SMALL_TALK,
    SPACELESS_CORE,
    SPACELESS_FILL,
    SPACELESS_LEADING,
    SPACELESS_TRAILING,
)

__all__ = ["LOOSE", "PHRASE", "is_courtesy", "without_beginning", "without_end"]

PHRASE: Final = 140
"""Characters: no courtesy is longer."""

_SHORT: Final = 24
_SIGNED: Final = 240
_THANKS: Final = 48
_DEVICE: Final = 40
_DEVICES: Final = ("sent from my", "von meinem", "envoye de mon")
_NAME: Final = 60
_STOPS: Final = ".!?:;,\n。！？：，、；…"
_SPEECHLESS: Final = frozenset('"{}[]=<>\\|`$^_#')
_FULL_STOPS: Final = frozenset(_STOPS) - {","}
LOOSE: Final = " \t\n.,;:!。！，、；：…-–—*¡¿"
_DASHES: Final = (" - ", " – ", " — ")
_WORD: Final = r"[^\W_]+"
_WORDS_ALONE: Final = bytes(place if chr(place).isalnum() else ord(" ") for place in range(128)) + bytes(128)
_STOPPED: Final = rf"[{_STOPS}]+\s*"
_STOPLESS: Final = bytes(place for place in range(128) if chr(place) not in f"{_STOPS}-")
_DASHED: Final = r"\s[-–—]+\s+"
_ASIDE: Final = r"[(\[]([^)\]]{0,60})[)\]]\s*"
_LEADS: Final = rf"{LEADING}(?![\w'])[ ,]*(?=\w|[^\w\s])"
_LEADS_SPACELESS: Final = rf"{SPACELESS_LEADING}[\s，,、。！!：:]*"
_BEHIND: Final = rf"(?:[ ,]+(?:{BEHIND}))+\Z"
_IN_LANGUAGE: Final = rf"[ ,(]+(?:{IN_LANGUAGE})\)?\Z"
_THANKED: Final = f"{BEHIND}|{IN_LANGUAGE}"
_TRAILING: Final = rf"[\s，,、。]*{SPACELESS_TRAILING}\Z"
_SPACELESS: Final = rf"(?:{SPACELESS_CORE}|{SPACELESS_FILL}|\s)+"
# What a phrase that is dropped is made of.
_COURTEOUS: Final = FILL.union(*map(str.split, SMALL_TALK))
_NAMELESS: Final = frozenset({"world", "in", "a", "an", "the", "to", "for", "of", "my", "is", "and"})
_KANA: Final = "\u3040"
"""The first letter of the scripts that put no space between words."""


def without_beginning(text: str) -> str:
    """Without the courtesy that stands first, if one does."""
    opening = _compiled(_WORD).search(text, 0, 40)
    if not opening:
        return text
    if text[0] in "([" and (aside := _compiled(_ASIDE).match(text)) and is_courtesy(aside[1]):
        return text[aside.end() :]
    word = opening[0]
    spaceless = word > _KANA
    if (spaceless or word in FILL) and (stop := _first_stop(text)):
        first = text[: stop.start()]
        if is_courtesy(first) or _is_address(first, text):
            return text[stop.end() :]
    if spaceless:
        return _compiled(_LEADS_SPACELESS).sub("", text, count=1)
    if word in _words_of(LEADING) and not text.startswith("hello world"):
        if len(text) <= PHRASE and is_courtesy(text):
            return ""
        leading = _compiled(_LEADS).match(text)
        return text[leading.end() :] if leading else text
    return text


def without_end(text: str) -> str:
    """Without the courtesy that stands last, if one does, and without the stop or the comma before it."""
    text = _without_signature(text.rstrip(LOOSE))
    last = _words_in(text[-40:].rstrip(_STOPS))[-1:]
    if not last:
        return text
    if last[0][-1] > _KANA:
        shorter = _without_spaceless(text)
        return shorter.rstrip() if shorter != text else _without_last_part(text)
    if last[0] not in FILL and last[0] not in _words_of(IN_LANGUAGE):
        return text
    if len(text) <= PHRASE and is_courtesy(text):
        return ""
    shorter = _without_last_part(text)
    if shorter == text:
        shorter = _without_wish(_without_thanks(text) if last[0] in _words_of(_THANKED) else text)
    return shorter.rstrip() if shorter != text else text


def is_courtesy(phrase: str) -> bool:
    """Whether a part between two stops says nothing of what is asked."""
    words = _words_in(phrase)
    if not words:
        return not phrase.strip(" #*")
    if _COURTEOUS.issuperset(words):
        said = " ".join(words)
        if said in SMALL_TALK:
            return True
        if FILL.issuperset(words):
            return not CORE.isdisjoint(words)
    if phrase.isascii() or words[0][0] not in _spaceless_beginnings():
        return False
    return bool(_compiled(_SPACELESS).fullmatch(phrase)) and bool(_compiled(SPACELESS_CORE).search(phrase))


def _first_stop(text: str) -> re.Match[str] | None:
    """The stop, or the dash between spaces, that a courtesy which stands first would end at."""
    if text.isascii() and not text.encode().translate(None, _STOPLESS):  # in a fifth of the time
        return None
    found = _compiled(_STOPPED).search(text)
    if "-" in text or "–" in text or "—" in text:
        dash = _compiled(_DASHED).search(text)
        if dash and not (found and found.start() <= dash.start()):
            found = dash
    return found if found and found.start() <= PHRASE else None


def _is_address(phrase: str, text: str) -> bool:
    """Whether this is a greeting with somebody's name, of up to three words where a line ends behind it."""
    words = phrase.split()
    if not words or words[0] not in GREETING or len(words) > 4 or not _NAMELESS.isdisjoint(words):
        return False
    if not all(word.replace("-", "").isalpha() for word in words):
        return False
    sign = text[len(phrase) : len(phrase) + 2]
    return len(words) <= 2 or sign[:1] == "\n" or sign in (",\n", "!\n", ".\n", ":\n", ", ")


def _without_thanks(text: str) -> str:
    """Without "please" or "thank you" behind the last word, and without "in German" before it."""
    tail = _compiled(_BEHIND).sub("", text[-_THANKS:])
    return text[:-_THANKS] + _compiled(_IN_LANGUAGE).sub("", tail)


def _without_spaceless(text: str) -> str:
    start = max(map(text.rfind, " .?!,:;\n"))
    if is_courtesy(text[start + 1 :]):
        return text[: start + 1]
    return text[:-_SHORT] + _compiled(_TRAILING).sub("", text[-_SHORT:])


def _without_last_part(text: str) -> str:
    bare = text.rstrip(_STOPS)
    tail = bare[-PHRASE:]
    start = max(map(tail.rfind, _STOPS)) + 1 or max(map(tail.rfind, _DASHES)) + 1
    if tail[start:].startswith(("- ", "(")):
        return text  # a point of a list
    if start and _SPEECHLESS.isdisjoint(tail[start:]) and is_courtesy(tail[start:].lstrip(LOOSE)):
        return text[: len(bare) - len(tail) + start].rstrip(LOOSE)
    return text


def _without_wish(text: str) -> str:
    """Without "answer in JSON" or "many thanks for your help" behind a request that no stop ends.

    It begins with the first order among its last words of courtesy ("give me only ..."), or else with the last word
    that such a phrase may open with ("... in JSON").
    """
    if text[-1:] in _FULL_STOPS:
        return text
    tail = text[-PHRASE:]
    end, core, begins = len(tail), False, 0
    for word in reversed(list(_compiled(_WORD).finditer(tail))[-16:]):
        if not _FULL_STOPS.isdisjoint(tail[word.end() : end]) or not (word[0] in FILL or word[0] in ORDERS):
            break
        end, core = word.start(), core or word[0] in CORE
        if core and end and (word[0] in ORDERS or (not begins and word[0] in OPENERS)):
            begins = end
    return text[: len(text) - len(tail) + begins].rstrip(" ,(") if begins else text


def _without_signature(text: str) -> str:
    """Without "Best regards, Anna", without what follows a line of dashes, and without the name of a device."""
    lines = "\n" in text
    if lines and (mark := text.rfind("\n--", max(0, len(text) - 300))) >= 0 and text.count("\n", mark) <= 5:
        return text[:mark].rstrip()
    last = max(1, len(text) - _DEVICE)
    if text.find(" m", last) >= 0 and (sent := max(map(text.rfind, _DEVICES, repeat(last)))) >= 0:
        return text[:sent].rstrip()
    if text.endswith("\na"):
        return text[:-2].rstrip()
    if lines:
        text = _without_closing_lines(text)
    start = max(map(text.rfind, "\n,.!")) + 1
    return _without_name(text) if start and _is_name(text[start : start + _NAME]) else text


def _without_closing_lines(text: str) -> str:
    """Without a line that says goodbye and the few short lines of name, office and number below it."""
    start = max(0, len(text) - _SIGNED)
    if text.count("\n", start) < 2 or not _SPEECHLESS.isdisjoint(text[text.rfind("\n") + 1 :]):
        return text
    for end in _compiled(r"\n([^\n]{1,40}?),?[ \t]*\n").finditer(text, start):
        words = _words_in(end[1])
        below = text[end.end() :].strip().split("\n")
        closing = words and CLOSING_FILL.issuperset(words) and not CLOSING.isdisjoint(words)
        if closing and len(below) <= 5 and all(len(line) <= _NAME and "?" not in line for line in below):
            return text[: end.start()].rstrip()
    return text


def _without_name(text: str) -> str:
    parts = _compiled(r"[\n,.!]").split(text[-_SIGNED:])
    for back in range(2, min(len(parts), 5) + 1):
        words = _words_in(parts[-back])
        closing = words and CLOSING_FILL.issuperset(words) and not CLOSING.isdisjoint(words)
        if closing and all(map(_is_name, parts[-back + 1 :])):
            return text[: len(text) - sum(map(len, parts[-back:])) - back + 1].rstrip()
    return text


def _is_name(part: str) -> bool:
    words = part.split()
    return len(words) <= 3 and all(word.replace("-", "").isalpha() for word in words)


@cache
def _spaceless_beginnings() -> frozenset[str]:
    return frozenset(part[0] for part in f"{SPACELESS_CORE}|{SPACELESS_FILL}".split("|"))


def _words_in(text: str) -> list[str]:
    if text.isascii():  # four times as fast
        return text.encode().translate(_WORDS_ALONE).decode().split()
    return _compiled(_WORD).findall(text)


@cache
def _words_of(pattern: str) -> frozenset[str]:
    return frozenset(re.findall(_WORD, pattern))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed, so that importing costs nothing."""
    return re.compile(pattern)
