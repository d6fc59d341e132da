"""What a conversation asks for that cannot be undone, and how much of its last request names nothing.

This finds words; whether they stop a request is for `risk` to say.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from tokenwise.prompt import Message, Role
from tokenwise.scenario.risk_lexicon import (
    AFFIRMATIVE,
    ANYWHERE,
    BY_OPENER,
    COMMANDS,
    DEEDS,
    DOUBTS,
    LESSONS,
    NEGATIONS,
    OPENERS,
    POLITE,
    PROPOSALS,
    RUNNERS,
    TALK,
    Deed,
)

__all__ = ["ambiguity", "irreversible", "vague_words"]

# A message longer than this is content to be worked on, and an imperative deep inside it is not addressed to us. Only
# its beginning and its end are read.
_HEAD, _TAIL = 1000, 500

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_CLAUSE: Final = re.compile(
    r",(?!\d)|[;:，；：]|\s(?:and then|and|then|und dann|und|dann|et puis|et|puis|y luego|y|e poi|e)\s|然后|并且"
)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|„[^“]*“|「[^」]*」|‘[^’]*’")
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_WORD_START: Final = re.compile(r"[^\W_]+")


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that stand for a thing or a deed without naming it, and small words that count for neither side.
_VAGUE: Final = _words_of("""
    thing things stuff it that this them those these something anything whatever somehow one ones thingy same
    usual do make fix handle change improve go run finish continue help start try proceed yes ok okay sure y yep
    again now ding dinge zeug sache sachen das es dies etwas irgendwas irgendwie mach mache machen tu ändern ja
    nochmal chose choses truc trucs ça cela ceci le quelque fais fait faire oui encore cosa cosas eso esto ello
    algo haz hacer cambia sí otra cose questo quello qualcosa fai fare sì ancora
    """)
_SMALL: Final = _words_of("""
    the a an with to for of and or in on at by is be as me my you your please can could would just some so up out
    how like we us i der die den dem ein eine mit für und oder zu bitte mir dir du kannst mal la les un une avec
    pour et ou de des plaît peux tu moi el los las una con para y o por favor puedes il lo gli per e di
    """)
_VAGUE_IDEOGRAPHS: Final = re.compile(
    "那个|这个|东西|那些|这些|弄一下|搞一下|处理|弄|搞|一下|它|做|是的|好的|继续|あれ|それ|これ|やって"
)

# Nobody uses this many characters to name nothing.
_MAX_VAGUE: Final = 200

# A confirmation is short. "Yes, but what would that do to the replicas?" is a question.
_MAX_CONFIRMATION: Final = 6


def irreversible(conversation: str | Sequence[Message]) -> tuple[str, ...]:
    """The deeds that are asked for and cannot be undone, each once, with the words that ask for them."""
    return tuple(dict.fromkeys(_irreversible(_turns(conversation))))


def vague_words(conversation: str | Sequence[Message]) -> tuple[str, ...]:
    """The words of the last request that name nothing."""
    return tuple(_vague_words(_turns(conversation)[-1].text))


def ambiguity(conversation: str | Sequence[Message]) -> float:
    """How little the last request says by itself: the share of its words that name nothing, 0 to 1.

    With anything said before it, 0: "yes" and "do it again" mean what the conversation makes them mean. An empty text
    is 0, since its content may be an image, and so is one of more than 200 characters.

    >>> ambiguity("do the thing with the stuff")
    1.0
    """
    turns = _turns(conversation)
    if len(turns) != 1 or len(turns[0].text) > _MAX_VAGUE:
        return 0.0
    words = _words(_VAGUE_IDEOGRAPHS.sub(" ", turns[-1].text))
    naming = [word for word in words if word not in _VAGUE and word not in _SMALL]
    vague = len(_vague_words(turns[-1].text))
    return vague / (vague + len(naming)) if vague else 0.0


def _vague_words(text: str) -> list[str]:
    return _VAGUE_IDEOGRAPHS.findall(text) + [word for word in _words(text) if word in _VAGUE]


def _turns(conversation: str | Sequence[Message]) -> tuple[Message, ...]:
    """What was said, up to and with the user's last message. A tool's results and the system prompt are not said."""
    if isinstance(conversation, str):
        conversation = (Message(Role.USER, conversation),)
    said = [m for m in conversation if m.role in (Role.USER, Role.ASSISTANT) and m.text and not m.text.isspace()]
    while said and said[-1].role is not Role.USER:
        said.pop()
    return tuple(said)


def _irreversible(turns: Sequence[Message]) -> Iterator[str]:
    if not turns:
        return
    request = _cut(turns[-1].text)
    yield from _requested(request)
    proposal = turns[-2] if len(turns) > 1 and turns[-2].role is Role.ASSISTANT else None
    if proposal is not None and _confirms(request):
        yield from _proposed(_cut(proposal.text))
        if _compiled(DOUBTS).search(proposal.text) and len(turns) > 2:
            yield from _requested(_cut(turns[-3].text))


def _requested(text: str) -> Iterator[str]:
    """Deeds that a user's text asks for. What follows the colon of a request for words is material, not a request."""
    for sentence in _SENTENCE.split(text):
        plain = _opening(sentence)
        if _is_talk(plain):
            if ":" in sentence or "：" in sentence:
                return
            continue
        if sentence.rstrip().endswith(("?", "？")) and not _compiled(POLITE).match(_openings_cut(sentence)):
            continue
        for clause in _CLAUSE.split(_QUOTED.sub(" ", sentence)):
            yield from _deeds(_opening(clause))
        yield from _commands(sentence)


def _is_talk(opened: str) -> bool:
    return _compiled(TALK).match(opened) is not None


def _opening(clause: str) -> str:
    """A clause without what stands before an imperative: "ok, now could you please delete" opens with "delete"."""
    return _compiled(POLITE).sub("", _openings_cut(clause), count=1).strip()


def _openings_cut(clause: str) -> str:
    return _compiled(OPENERS).sub("", clause.strip().lower().lstrip("¿¡ "), count=1).strip()


def _deeds(clause: str) -> Iterator[str]:
    for deed in _candidates(clause):
        if (
            (found := _compiled(deed.asked).search(clause))
            and not _compiled(NEGATIONS).search(clause)
            and not _compiled(TALK).match(clause)
        ):
            yield from _named(deed.name, found)


def _candidates(clause: str) -> Iterator[Deed]:
    if first := _WORD_START.match(clause):
        yield from BY_OPENER.get(first.group(), ())
    yield from (deed for deed in ANYWHERE if any(verb in clause for verb in deed.verbs))


def _commands(sentence: str) -> Iterator[str]:
    """Commands that stand bare, or after a word that says to run them."""
    bare = _openings_cut(sentence).lstrip("$#>` ").removeprefix("sudo ")
    if _compiled(COMMANDS).match(bare) or _compiled(RUNNERS).match(_opening(sentence)):
        yield from _named("destructive command", _compiled(COMMANDS).search(sentence.lower()))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _named(deed: str, found: re.Match[str] | None) -> Iterator[str]:
    if found:
        yield f"{deed} ({found.group().strip()})"


def _confirms(request: str) -> bool:
    return (
        len(_words(request)) <= _MAX_CONFIRMATION and _compiled(AFFIRMATIVE).match(request.strip().lower()) is not None
    )


def _proposed(text: str) -> Iterator[str]:
    """Deeds that an assistant's text offers to do; what it merely explains or declines is no proposal."""
    for sentence in _SENTENCE.split(text.lower()):
        if _compiled(NEGATIONS).search(sentence) or _compiled(LESSONS).search(sentence):
            continue
        if _compiled(PROPOSALS).search(sentence):
            yield from _named("destructive command", _compiled(COMMANDS).search(sentence))
            for deed in DEEDS:
                yield from _named(deed.name, _compiled(deed.offered).search(sentence))
        else:  # a step of a list, in the imperative
            yield from _deeds(_opening(sentence))


def _cut(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
