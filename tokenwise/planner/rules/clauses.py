"""Cutting an English task into clauses that each ask for one thing. What waits for what is decided in `rules`.

Lists are cut at their points and prose at sentence ends and at joints: a comma or a connective before a verb that
gives an order. Code, quotations, brackets and addresses are covered up first, so that nothing inside them is read.
Only the first `READ_CHARS` characters are looked at: instructions stand at the top, pasted material below.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve, frozen

from tokenwise.planner.rules.lexicon import ALSO_NOUNS, DETERMINERS, GERUNDS, TELLS, UNKNOWN_ORDER, VERBS

__all__ = ["READ_CHARS", "Clause", "Link", "cover", "read_clauses"]

READ_CHARS: Final = 8_000


class Link(enum.Enum):
    """How a clause is tied to what stands before it: not at all, after it, or beside it."""

    NONE = "none"
    THEN = "then"
    BESIDE = "beside"


@frozen
class Clause:
    """One thing asked for. `text` is the task's own words; `body` begins at the verb, with opaque parts covered up.

    `sentence` numbers the sentence or list point it came from, `point` is the number that a list gave it (0: none).
    `verb` has the form of an order; "" asks for nothing. `things` are the bare points that the clause is to be done
    for. `opener` is the "before", "after" or "while" that it began with.
    """

    text: str
    body: str
    verb: str
    link: Link = Link.NONE
    sentence: int = 0
    point: int = 0
    things: tuple[str, ...] = ()
    opener: str = ""


@frozen
class _Part:
    """A stretch of the task, and the number that it has in its list or among the sentences."""

    start: int
    end: int
    number: int = 0


_OPAQUE: Final = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]{0,400}`|\"[^\"\n]{0,400}\"|“[^”]{0,400}”|\((?!\d{1,2}\))[^()\n]{0,400}\)|https?://\S+",
    re.DOTALL,
)
_LINE_POINT: Final = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:step[ \t]+)?\(?(\d{1,2})[.):][ \t]+|[-*•–▪][ \t]+|\(?[a-h]\)[ \t]+)(?:\[[ x]\][ \t]+)?",
    re.IGNORECASE | re.MULTILINE,
)
_INLINE_POINT: Final = re.compile(
    r"(?:^|(?<=\s))(?<!\bchapter\s)(?<!\bversion\s)(?<!\bpart\s)(?<!\bsection\s)(?<!\bphase\s)(?<!\bquestion\s)"
    r"(?:step\s+)?\(?(\d{1,2})[.:)]\s*(?=[a-z])",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)(?<!\bDr\.)(?<!\bNo\.)(?<=[.!?])\s+|;\s+|\n\s*\n\s*|\n(?=[A-Z])"
)
_THEN: Final = (
    r"then|finally|lastly|next|afterwards?|subsequently|after (?:that|this|which)|once (?:(?:that|this|it) is )?done|"
    r"followed by|before|from there|in the end|at the end|as a last step|second(?:ly)?|third(?:ly)?|fourth(?:ly)?"
)
_USING: Final = (
    r"(?:based on|using|with|from) (?:that|this|those|these|them|it|(?:the|your|these|those) (?:results?|findings))"
)
_BESIDE: Final = (
    r"meanwhile|in parallel|simultaneously|at the same time|while|whilst|separately|independently|in addition|"
    r"additionally"
)
_NEUTRAL: Final = r"and|but|so|also|first(?:ly)?|first of all|to begin|to start|now|last|please|kindly"
_POLITE: Final = (
    r"(?:can|could|would|will) you|i (?:want|need|would like|'d like) (?:you )?to|i'd like (?:you )?to|help me(?: to)?|"
    r"let's|let us|you (?:should|must|need to)|your (?:task|job) is to|we (?:need to|should|want to)"
)
_LINKS: Final = rf"(?:{_THEN}|{_USING}|{_BESIDE}|{_NEUTRAL}|after(?= \w+ing\b))"
# Without a comma only these begin a clause: "write a list from it and …" goes on with the list.
_STARTERS: Final = r"(?:and|but|so|also|then|while|whilst|before|followed by|after(?= \w+ing\b))"
_LEAD: Final = re.compile(rf"\s*(?:{_LINKS}|{_POLITE})\b[,:]?\s+", re.IGNORECASE)
_JOINT: Final = re.compile(
    rf"(?:(?P<comma>\s*(?:[,:–—]|\s-)\s+)(?:{_LINKS}\b,?\s+)*|\s+{_STARTERS}\b,?\s+(?:{_LINKS}\b,?\s+)*)"
    r"(?:[a-z]+ly\s+)?(?P<verb>[a-z]+)\b(?=(?:\s+(?P<next>[\w'-]+))?)",
    re.IGNORECASE,
)
_IS_THEN: Final = re.compile(rf"\b(?:{_THEN}|{_USING})\b", re.IGNORECASE)
_IS_BESIDE: Final = re.compile(rf"\b(?:{_BESIDE})\b", re.IGNORECASE)
_TRAILING_BESIDE: Final = re.compile(r"\b(?:in parallel|simultaneously|at the same time)\W*$", re.IGNORECASE)
_TAKES_GERUND: Final = re.compile(r"\b(?:before|after|while|whilst|followed by|by)\b", re.IGNORECASE)
_WAITS: Final = re.compile(r"\s*(?:once|when|after|as soon as|having|for each(?! of))\b", re.IGNORECASE)
_ADVERBIAL: Final = re.compile(r"(?:for|in|on|with|using|if|once|when|after|given|from)\b[^,]*$", re.IGNORECASE)
_INFINITIVE: Final = re.compile(r"\b(?:to|can|could|should|will|would|must|may)(?: not)? ([a-z]+)")
_INFINITIVE_END: Final = re.compile(rf"{_INFINITIVE.pattern}(?:,? \w+)?$")
_QUESTION: Final = re.compile(
    r"\s*(?:(?:what|how|why|who|which)\b|(?:when|where|whose|is|are|do|does|did|should|can|could|will)\b.{0,400}\?$)",
    re.IGNORECASE | re.DOTALL,
)
_POINTS_BELOW: Final = re.compile(r":\s*$|\b(?:following|below|these|as follows)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\s*([A-Za-z']+)")
_ADVERB: Final = re.compile(r"([A-Za-z]+ly)\s+([A-Za-z]+)\b")
_OPENER: Final = re.compile(r"\b(?:before|after|while|whilst)\b", re.IGNORECASE)
_TRAILING_AND: Final = re.compile(r"[,;]?\s+and\W*$", re.IGNORECASE)
_LIST_END: Final = re.compile(r"\n[ \t]*\n(?=\S)|\n(?=[A-Z])")
_LISTED: Final = READ_CHARS  # more sentences than can be read, so the numbers of points and sentences differ
_STOPS: Final = (".", "!", "?", ":", "…", "\n", "```")
_EDGES: Final = " \t\r\n,;:-–—"


def read_clauses(task: str) -> tuple[Clause, ...]:
    """Everything that the task asks for, in the order in which it is to be done; empty where no verb is known."""
    shown = task[:READ_CHARS]
    covered = cover(shown)
    parts = _parts(covered)
    if len(parts) > 1:
        return tuple(_read_list(shown, covered, parts))
    return tuple(_glued(_sentences(shown, covered, parts[0])))


def cover(text: str) -> str:
    """The text with code, quotations, brackets and addresses replaced by as many letters x."""
    return _OPAQUE.sub(lambda found: "x" * len(found[0]), text)


# Lists.


def _parts(covered: str) -> tuple[_Part, ...]:
    """What stands before a list, its points, and what stands after it; one part where there is no list."""
    marks, gap = _line_marks(covered), _LIST_END
    if len(marks) < 2 and (inline := _inline_marks(covered)):
        marks, gap = inline, _SENTENCE_END
    if not marks:
        return (_Part(0, len(covered)),)
    last = gap.search(covered, marks[-1].end())
    ends = [mark.start() for mark in marks[1:]] + [last.start() if last else len(covered)]
    points = (_Part(mark.end(), end, _number(mark)) for mark, end in zip(marks, ends, strict=True))
    return (_Part(0, marks[0].start()), *points, _Part(ends[-1], len(covered)))


def _line_marks(covered: str) -> list[re.Match[str]]:
    """Where the points of a list begin; points indented below the first belong to the point above them."""
    marks = list(_LINE_POINT.finditer(covered))
    return [mark for mark in marks if len(mark["indent"]) <= len(marks[0]["indent"]) + 1]


def _inline_marks(covered: str) -> list[re.Match[str]]:
    """Points inside running text, which count only as 1, 2, 3 … in that order."""
    marks: list[re.Match[str]] = []
    for mark in _INLINE_POINT.finditer(covered):
        if _number(mark) == len(marks) + 1:
            marks.append(mark)
    return marks if len(marks) > 1 else []


def _number(mark: re.Match[str]) -> int:
    return int(next((group for group in mark.groups("") if group.isdecimal()), 0))


def _read_list(shown: str, covered: str, parts: Sequence[_Part]) -> Iterator[Clause]:
    before = list(_glued(_sentences(shown, covered, parts[0])))
    after = _renumbered(_sentences(shown, covered, parts[-1]))
    read = (_point(shown, covered, part, _LISTED + index) for index, part in enumerate(parts[1:-1]))
    points = [point for point in read if any(map(str.isalnum, point.text))]
    intro = before.pop() if before and (len(before) == 1 or _POINTS_BELOW.search(before[-1].text)) else None
    if any(point.verb for point in points):
        yield from (*before, *points[:-1], *_glued((points[-1], *after)))
    elif intro and intro.verb and _once_per_point(intro.verb):
        yield from (*before, evolve(intro, things=tuple(point.text for point in points)), *_glued(after))
    else:
        yield from _glued((*before, *([intro] if intro else []), *points, *after))


def _once_per_point(verb: str) -> bool:
    return VERBS[verb].each or VERBS[verb].gathers


def _renumbered(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Sentences below a list, numbered after its points."""
    return (evolve(clause, sentence=clause.sentence + 2 * _LISTED) for clause in clauses)


def _point(shown: str, covered: str, part: _Part, sentence: int) -> Clause:
    """A point of a list is one clause, however many sentences it has. Numbers say in which order points are done."""
    whole = _clause(shown, covered, part.start, part.end, sentence)
    inside = (fragment for fragment in _fragments(shown, covered, part) if fragment.verb)
    told = whole if whole.verb else next(inside, whole)
    clause = evolve(whole, verb=told.verb, body=told.body)
    ordered = part.number > 1 and clause.link is Link.NONE and clause.verb and not _QUESTION.match(clause.body)
    return evolve(clause, link=Link.THEN if ordered else clause.link, point=part.number)


# Sentences and their clauses.


def _sentences(shown: str, covered: str, part: _Part) -> Iterator[Clause]:
    start, number = part.start, 0
    for end, resume in _sentence_ends(covered, part):
        if covered[start:end].strip(_EDGES):
            yield from _in_order(_fragments(shown, covered, _Part(start, end, number)))
        number += not covered.startswith(";", end)  # a semicolon ends a clause, and the sentence goes on
        start = resume


def _sentence_ends(covered: str, part: _Part) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _SENTENCE_END.finditer(covered, part.start, part.end))
    yield part.end, part.end


def _fragments(shown: str, covered: str, part: _Part) -> list[Clause]:
    starts = [part.start]
    for joint in _JOINT.finditer(covered, part.start, part.end):
        if _opens_clause(joint, covered[starts[-1] : joint.start()]):
            starts.append(joint.start())
    if len(starts) > 2 and covered.startswith(":", starts[1]):
        del starts[0]  # "build a shop: design …, write …": the aim is no step beside its own parts
    ends = [*starts[1:], part.end]
    return [_clause(shown, covered, start, end, part.number) for start, end in zip(starts, ends, strict=True)]


def _opens_clause(joint: re.Match[str], before: str) -> bool:
    """Whether a verb after a comma or connective begins a new thing to do, rather than going on with `before`."""
    verb = joint["verb"].lower()
    before = _after_lead(before)
    if verb in GERUNDS:
        return bool(_TAKES_GERUND.search(joint[0]))
    if _unknown_order(joint, before):
        return True
    if verb not in VERBS or " " not in before:
        return False  # as in "read and summarise the article", where a verb shares the next one's object
    if _IS_THEN.search(joint[0]) or _IS_BESIDE.search(joint[0]):
        return True
    if verb in ALSO_NOUNS and (joint["next"] or "").lower() not in DETERMINERS and not _ADVERBIAL.match(before):
        return False
    return verb == _verb_of(before) or not _in_infinitive(before, at_its_end=bool(joint["comma"]))


def _unknown_order(joint: re.Match[str], before: str) -> bool:
    """Whether ", then mix them" is an order though its verb is unknown: after an order that tells no story itself."""
    if not UNKNOWN_ORDER.match(joint.string, joint.start()):
        return False
    return _first_word(before) in VERBS and not TELLS.search(before)


def _in_infinitive(before: str, *, at_its_end: bool) -> bool:
    """Whether a further verb would rather go on with "how to install …": anywhere, or only as the last words."""
    pattern = _INFINITIVE_END if at_its_end else _INFINITIVE
    return any(found[1] in VERBS for found in pattern.finditer(before))


def _after_lead(text: str) -> str:
    text = f"{text.rstrip(_EDGES)} "
    return text[_lead_end(text, 0, len(text)) :].rstrip()


def _clause(shown: str, covered: str, start: int, end: int, sentence: int) -> Clause:
    at = _lead_end(covered, start, end)
    lead, body = covered[start:at], covered[at:end].rstrip(_EDGES)
    verb = _verb_of(body)
    if not verb and (order := UNKNOWN_ORDER.match(covered, start)):
        verb = order["verb"].lower()
    opener = _OPENER.search(lead) if _first_word(body) in GERUNDS else None
    text = _TRAILING_AND.sub("", shown[at if verb else start : end].strip(_EDGES))
    return Clause(
        text=_WORD.sub(verb, text, count=1) if opener else text,
        body=body,
        verb=verb,
        link=_link(lead, body),
        sentence=sentence,
        opener=opener[0].lower() if opener else "",
    )


def _lead_end(covered: str, start: int, end: int) -> int:
    """Where the clause proper begins, after connectives, politeness and adverbs of manner."""
    at = end - len(covered[start:end].lstrip(_EDGES))
    while lead := _LEAD.match(covered, at, end):
        at = lead.end()
    adverb = _ADVERB.match(covered, at, end)
    return adverb.end(1) + 1 if adverb and adverb[2].lower() in VERBS and adverb[1].lower() not in VERBS else at


def _verb_of(body: str) -> str:
    """The verb in the form of an order; a question is answered; "" where nothing is asked."""
    word = _first_word(body)
    if word in VERBS:
        return word
    return "answer" if _QUESTION.match(body) else GERUNDS.get(word, "")


def _first_word(body: str) -> str:
    found = _WORD.match(body)
    return found[0].strip().lower() if found else ""


def _link(lead: str, body: str) -> Link:
    if _IS_BESIDE.search(lead) or _TRAILING_BESIDE.search(body):
        return Link.BESIDE
    return Link.THEN if _IS_THEN.search(lead) else Link.NONE


def _in_order(found: list[Clause]) -> list[Clause]:
    """The clauses of one sentence as they are to be done: "before writing B, read A" reads A first."""
    match found:
        case [Clause(opener="before") as later, sooner, *rest]:
            return [sooner, evolve(later, link=Link.THEN), *rest]
        case [Clause(opener="after") as sooner, later, *rest]:
            return [evolve(sooner, link=Link.NONE), evolve(later, link=Link.THEN), *rest]
        case [later, Clause(opener="after") as sooner, *rest]:
            return [evolve(sooner, link=later.link), evolve(later, link=Link.THEN), *rest]
        case [Clause(opener="while" | "whilst"), beside, *rest]:
            return [found[0], evolve(beside, link=Link.BESIDE), *rest]
        case [Clause(verb="") as opening, clause, *rest]:
            link = Link.THEN if _WAITS.match(opening.text) else clause.link
            return [evolve(clause, text=f"{opening.text}, {clause.text}", link=link), *rest]
        case _:
            return found


def _glued(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Remarks that ask for nothing join the clause before them, or the first one where none stands before them."""
    held: Clause | None = None
    for clause in clauses:
        if held is None:
            held = clause
        elif clause.verb and held.verb:
            yield held
            held = clause
        else:
            stop = "" if held.text.endswith(_STOPS) else "."
            joined = f"{held.text}{stop} {clause.text[:1].upper()}{clause.text[1:]}"
            held = evolve(held, text=joined) if held.verb else evolve(clause, text=joined)
    if held is not None:
        yield held
