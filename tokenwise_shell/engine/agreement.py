r"""Whether two answers say the same, observed on their texts. `machine.machine` decides what follows.

    both are JSON             equal values, whatever their spaces, key order or the way a number is written
    each ends in a result     equal results: what stands in the last \boxed{}, behind the last "answer:" or "####"
    both are short            equal texts, without marks and the stop at the end

Numbers are compared as numbers ("1,200.0", "$1200" and "1200" are one), words without capitals and articles, an option
by its letter. Everything else, prose above all, does not agree: an agreement that is wrong costs more than one that is
missed. Nothing is executed and no model is asked.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

import orjson
from attrs import evolve

from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, Reply

__all__ = ["agree", "compared", "result_of"]

_SHORT: Final = 120
"""Characters of the longest text that is a result by itself: a word, a name, a line of code; no sentence of reasons."""

_MOST_CHARS: Final = 262_144

# The word for what was asked for, before a colon or a verb, in the languages that the detector knows best.
_ANSWER: Final = re.compile(
    r"(?:\b(?:final\s+answer|answer|result|antwort|ergebnis|réponse|résultat|respuesta|resultado|resposta|risposta|"
    r"risultato)\b|ответ|результат|答案|結果|答え)\W{0,4}(?:\s*(?:is|ist|est|es|è|é|equals|lautet|:|：|=|为|是|は))\s*[:：=]?",
    re.IGNORECASE,
)
_MARKED: Final = re.compile(r"^\s*####\s*(.+)$", re.MULTILINE)
_FENCED: Final = re.compile(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*", re.DOTALL)
_WRAPPING: Final = "`*_\"'“”‘’«»「」 \t"
_ARTICLES: Final = re.compile(r"^(?:the|a|an|der|die|das|le|la|les|el|los|las|il|lo)\s+", re.IGNORECASE)
_MATHS: Final = re.compile(
    r"\\(?:left|right|displaystyle|,|;|!|\s)|\\(?:text|mathrm|mathbf)\{([^{}]*)\}|\$|\\\(|\\\)|\\\[|\\\]"
)
_OPTION: Final = re.compile(r"\(?([A-J])(?:[).:]\s|\)$)")
_WORDS: Final = re.compile(r"[^\W\d_][^\W\d_'’ -]*(?:['’ -]+[^\W\d_]+)*\s*")
_NUMBER: Final = re.compile(r"([-+−]?)\s*(?:[$€£¥]\s*)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(?:%|°|[$€£¥])?")


def compared(call: CallModel, outcome: Reply | Failure) -> Reply | Failure:
    """What came back from a call, with whether it agrees with what it was to be compared with."""
    if call.beside is None or isinstance(outcome, Failure):
        return outcome
    return evolve(outcome, agrees=not outcome.calls_tools and agree(call.beside, outcome.text))


def agree(one: str, other: str) -> bool:
    r"""Whether two answers say the same, by the rules above.

    >>> agree("So 3 x 400 = 1200.\nThe answer is 1,200.", "We need\n#### 1200"), agree('{"a": 1.0}', ' {"a":1}')
    (True, True)
    >>> agree("Paris", "paris."), agree("It depends on the weather, mostly.", "Mostly it depends on the weather.")
    (True, False)
    """
    if len(one) > _MOST_CHARS or len(other) > _MOST_CHARS:
        return False
    values = _json(one), _json(other)
    if values[0] is not None and values[1] is not None:
        return _same(*values)
    results = result_of(one), result_of(other)
    return bool(results[0]) and results[0] == results[1]


def result_of(text: str) -> str:
    """What an answer comes to, in a form that equal results share; "" where it is not said in so many words."""
    text = _unfenced(text).strip()
    if boxed := _boxed(text):
        return _normal(boxed)
    if marked := _MARKED.findall(text):
        return _normal(marked[-1])
    if stated := list(_ANSWER.finditer(text)):
        rest = text[stated[-1].end() :].strip()
        line = rest.partition("\n")[0]
        return _normal(line) if len(line) <= _SHORT else ""
    return _normal(text) if len(text) <= _SHORT and "\n" not in text else ""


def _boxed(text: str) -> str:
    r"""What stands in the last `\boxed{…}`, braces within it included."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return ""
    depth, begin = 0, start + len("\\boxed{")
    for place in range(begin - 1, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[begin:place]
    return ""


def _normal(text: str) -> str:
    plain = _MATHS.sub(lambda found: found[1] or "", unicodedata.normalize("NFKC", text)).strip().strip("*_").strip()
    bare = plain.rstrip(".。!").strip(_WRAPPING).rstrip(".。!").strip()
    if number := _NUMBER.fullmatch(bare):
        return _number("-" if number[1] in ("-", "−") else "", number[2].replace(",", ""), number[3] or "")
    if option := _OPTION.match(bare):
        return option[1].lower()
    spaced = " ".join(bare.split())
    # Capitals mean something in code and in formulas, and in whatever was put between quotation marks.
    return _ARTICLES.sub("", spaced.casefold()) if _WORDS.fullmatch(plain.rstrip(".。!")) else spaced


def _number(sign: str, whole: str, part: str) -> str:
    try:
        value = Decimal(f"{sign}{whole}{part}")
    except InvalidOperation:  # more digits than a number has
        return f"{sign}{whole}{part}"
    return format(value.normalize() + 0, "f")


def _json(text: str) -> object:
    """The value of a text that is JSON and more than one number or word; None for any other text."""
    plain = _unfenced(text).strip()
    if plain[:1] not in ("{", "["):
        return None
    try:
        value: object = orjson.loads(plain)
    except orjson.JSONDecodeError:
        return None
    return value


def _same(one: object, other: object) -> bool:
    """Equality of JSON values, where `true` is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _unfenced(text: str) -> str:
    fenced = _FENCED.fullmatch(text)
    return fenced[1] if fenced and "```" not in fenced[1] else text
