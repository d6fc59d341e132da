"""The objects of a clause: the things that its verb is done to one by one, and the several things that it makes.

A list is taken apart only where that is safe: "compare A, B and C", "research" of named things or of three and more,
"write a poem and a summary" where both are things that one reply can be. Anything else stays one piece of work.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from tokenwise.planner.rules.clauses import Clause, cover
from tokenwise.planner.rules.lexicon import DELIVERABLES, PREPOSITIONS

__all__ = ["Listing", "deliverables", "for_each_of", "head", "listing"]


@frozen
class Listing:
    """Things named one after the other, with the words before and after that apply to each of them."""

    things: tuple[str, ...]
    before: str = ""
    after: str = ""

    def each(self, verb: str) -> Iterator[str]:
        """One order per thing, with the words that apply to all of them."""
        return (" ".join(f"{verb} {self.before} {thing} {self.after}".split()) for thing in self.things)

    @property
    def separable(self) -> bool:
        """Whether these are things of their own: three and more, or all with a capital letter or a digit in them."""
        named = all(any(char.isupper() or char.isdigit() for char in thing) for thing in self.things)
        return named or (len(self.things) >= 3 and not self.before)


_BETWEEN: Final = re.compile(r"\s*,\s*(?:and\s+|or\s+|&\s+)?|\s+(?:and|&|vs\.?|versus)\s+", re.IGNORECASE)
_BETWEEN_COMPARED: Final = re.compile(rf"{_BETWEEN.pattern}|\s+(?:with|to|against)\s+(?=[A-Z])", re.IGNORECASE)
_PREPOSITION: Final = re.compile(rf"(?:^|\s)(?:{'|'.join(sorted(PREPOSITIONS - {'and', 'versus'}))})\b", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\(((?!e\.g|i\.e|such|like)[^(),]{1,60}(?:,[^(),]{1,60})+)\)")
_FOR_EACH_OF: Final = re.compile(r"(?:for|in) each of (?:the following:? )?(.+), (?=[a-z]+)", re.IGNORECASE)
_LETTER: Final = re.compile(r"^\s*\(?[a-h1-9]\)\s+")
_REMARK: Final = re.compile(r"(?<=[.!?])\s")
_NEXT_MADE: Final = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"(?:a|an|the|some|one|two|three|four|five|\d+)\s", re.IGNORECASE)
_TOPIC: Final = re.compile(r"(?:about|on|for) (?!it\b|them\b)")
_REFERS_BACK: Final = re.compile(r"\b(?:it|its|them|their)\b")
_PHRASE_END: Final = re.compile(r"[.,:;!?](?:\s|$)|\s+and\s")
_NO_THINGS: Final = frozenset(
    {"what", "how", "why", "when", "where", "who", "which", "whether", "it", "them", "then", "me", "us"}
)
_MAX_WORDS: Final = 6  # longer "things" are clauses in disguise


def listing(clause: Clause, *, compared: bool = False) -> Listing | None:
    """The things that the clause names one after the other: two at least, or None."""
    if clause.things:
        return Listing(clause.things)
    text = _REMARK.split(_object(clause), maxsplit=1)[0].rstrip(".?! ")
    if inside := _BRACKETED.search(text):
        return _checked(_BETWEEN.split(inside[1]))
    text, _, below = text.partition(": ")
    if found := _checked(_BETWEEN.split(below)):
        return found
    between = _BETWEEN_COMPARED if compared else _BETWEEN
    first, rest = _cut(text)
    preposition, _, others = rest.partition(" ")
    if preposition.lower() == "between" and not compared:
        return None  # "the difference between A and B" is one thing
    second, after = _cut(others)
    return _checked(between.split(first), after=rest) or _checked(
        between.split(second), before=f"{first} {preposition}", after=after
    )


def for_each_of(clause: Clause) -> tuple[tuple[str, str], ...]:
    """Each thing of "for each of A, B and C, …" with its own order: ("A", "For A, …"); empty for other clauses."""
    found = _FOR_EACH_OF.match(clause.text)
    things = _checked(_BETWEEN.split(found[1])) if found else None
    if not found or not things:
        return ()
    return tuple((thing, f"For {thing}, {clause.text[found.end() :]}") for thing in things.things)


def deliverables(clause: Clause) -> tuple[str, ...]:
    """The several things that a verb of making has as its objects, each with the words that follow it.

    "write a report on X and a Python script" makes two things; "write a story about a dog and a cat" makes one. The
    topic of the last thing is the topic of those that name none.
    """
    text = _object(clause)
    starts, ends = [0], [len(text)]
    for joint in _NEXT_MADE.finditer(cover(text)):
        if _makes_another(text[starts[-1] : joint.start()], text[joint.end() :]):
            ends.insert(-1, joint.start())
            starts.append(joint.end())
    made = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    _, topic = _cut(made[-1])
    return tuple(f"{one} {topic}" if _TOPIC.match(topic) and not _cut(one)[1] else one for one in made)


def head(phrase: str) -> str:
    """The noun that a phrase is about: its last word before a preposition, in lower case.

    >>> head("a short Python example for beginners")
    'example'
    """
    first, _ = _cut(_PHRASE_END.split(cover(phrase.strip()), maxsplit=1)[0])
    words = [word for word in re.findall(r"[\w+#-]+", first) if word.lower() not in _NO_THINGS]
    return words[-1].lower() if words else ""


def _object(clause: Clause) -> str:
    """What follows the verb; a clause that begins otherwise ("For the report, collect …") is searched for it."""
    found = re.search(rf"\b{clause.verb}\b\s*", clause.text, re.IGNORECASE)
    return clause.text[found.end() :] if found else ""


def _cut(text: str) -> tuple[str, str]:
    found = _PREPOSITION.search(cover(text))
    return (text[: found.start()].strip(), text[found.start() :].strip()) if found else (text.strip(), "")


def _checked(things: list[str], before: str = "", after: str = "") -> Listing | None:
    things = [_LETTER.sub("", thing).strip() for thing in things if thing.strip()]
    if len(things) < 2 or not all(map(_is_thing, things)):
        return None
    return Listing(tuple(things), before, after)


def _is_thing(text: str) -> bool:
    words = text.lower().split()
    return len(words) <= _MAX_WORDS and words[0] not in _NO_THINGS


def _makes_another(made: str, rest: str) -> bool:
    """Whether `rest` begins with one more thing to make, after `made` which is one as well.

    Without an article ("… and unit tests") it does so only where nothing else could own the words.
    """
    if head(made) not in DELIVERABLES or head(rest) not in DELIVERABLES:
        return False
    return bool(_ARTICLE.match(rest) or _REFERS_BACK.search(rest) or not _cut(made)[1])
