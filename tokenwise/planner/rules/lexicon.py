"""The English words that the rule-based decomposer knows: verbs by kind of work, and things that a reply can be.

Data only; how the words are used is decided in `clauses` (where a clause begins) and `splitting` (what waits for
what). What a step needs and how hard it is, the detector says. A verb that is missing here is not an error: its clause stays part of the step before it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

__all__ = [
    "ALSO_NOUNS",
    "ASK",
    "DELIVERABLES",
    "DETERMINERS",
    "GERUNDS",
    "PREPOSITIONS",
    "TELLS",
    "UNKNOWN_ORDER",
    "VERBS",
    "Work",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@frozen
class Work:
    """One kind of work: what its steps are called, how long its reply tends to be, and how it joins a plan.

    `slug` "" is the verb, or what is made.
    Within a sentence, work of a later `stage` builds on what earlier stages made. `gathers` waits for every open
    branch; `follows` acts on the step before it; `each` is done once per item of a list; `makes` has things as objects.
    """

    slug: str
    stage: int
    output_tokens: int
    gathers: bool = False
    follows: bool = False
    each: bool = False
    makes: bool = False


_RESEARCH: Final = Work("research", 0, 800, each=True)
_LIST: Final = Work("", 2, 300)
_EXTRACT: Final = Work("", 0, 400)
_CALCULATE: Final = Work("", 2, 500)
_ANALYSE: Final = Work("analysis", 1, 800, each=True)
_COMPARE: Final = Work("compare", 2, 700, gathers=True)
_PLAN: Final = Work("design", 1, 900, makes=True)
_PROVE: Final = Work("proof", 3, 1200)
_EXPLAIN: Final = Work("explain", 3, 600, each=True)
_TRANSLATE: Final = Work("translate", 3, 600, each=True)
_WRITE: Final = Work("", 3, 1000, makes=True)
_CODE: Final = Work("code", 3, 1200, makes=True)
_TEST: Final = Work("", 4, 800, follows=True)
_REVISE: Final = Work("", 4, 800, follows=True)
_DECIDE: Final = Work("", 5, 400, gathers=True)
_SUMMARY: Final = Work("summary", 5, 500, gathers=True)
ASK: Final = Work("answer", 3, 500)
"""A question, or a task without a verb that is known."""

_BY_WORK: Final = (
    (_RESEARCH, "research investigate study explore survey search"),
    (_LIST, "list enumerate brainstorm suggest name identify"),
    (_EXTRACT, "find collect gather extract read parse scrape classify categorise categorize label tag clean remove filter sort group load download fetch"),
    (_CALCULATE, "calculate compute estimate solve derive integrate differentiate simplify count multiply divide subtract fit"),
    (_ANALYSE, "analyse analyze evaluate assess examine benchmark measure interpret diagnose audit inspect profile"),
    (_COMPARE, "compare contrast rank rate score"),
    (_PLAN, "plan design outline sketch architect model structure define propose"),
    (_PROVE, "prove disprove"),
    (_EXPLAIN, "explain describe discuss teach clarify illustrate"),
    (ASK, "answer"),
    (_TRANSLATE, "translate convert transcribe"),
    (_WRITE, "write draft compose create produce prepare generate make provide give develop build plot chart visualise\
 visualize draw invent show tell"),
    (_CODE, "implement code program refactor migrate port containerise containerize automate train script"),
    (_TEST, "test debug deploy run validate verify fix optimise optimize document"),
    (_REVISE, "review edit proofread polish refine improve revise critique rewrite shorten format publish finalise\
 finalize add update correct check send post extend"),
    (_DECIDE, "decide choose select pick recommend prioritise prioritize vote"),
    (_SUMMARY, "summarise summarize combine merge synthesise synthesize consolidate conclude report present compile\
 aggregate"),
)  # fmt: skip

VERBS: Final[Mapping[str, Work]] = {verb: work for work, verbs in _BY_WORK for verb in verbs.split()}
"""Verbs in the form that gives an order, and the work they ask for."""


def _gerunds(verb: str) -> Iterator[str]:
    yield f"{verb.removesuffix('e')}ing"
    yield f"{verb}{verb[-1]}ing"


GERUNDS: Final[Mapping[str, str]] = {form: verb for verb in VERBS for form in _gerunds(verb)}
"""`planning` → `plan`. Holds a few forms that are no English; nobody writes them, so they do no harm."""

ALSO_NOUNS: Final = _words(
    """
    research study survey search list name estimate count benchmark profile rank plan design outline sketch
    model structure answer draft plot chart code program port script test run fix document review edit format
    post check report present vote audit tag label update load download show make build contrast critique
    measure rate score sort group fit filter
    """
)
"""Verbs that are as often nouns: between clauses they count as verbs only before a determiner or after "then"."""

DETERMINERS: Final = _words(
    """
    a an the its their your my our his her this these those that each every all any both some it them how what
    which why whether where who if one two three four five six seven eight nine ten several me us for on against
    everything
    """
)

PREPOSITIONS: Final = _words(
    """
    about of for with between on in from to that which using by into as at under over per versus via based
    against regarding covering comparing describing explaining showing who where when whose without considering
    if so and terms during including through within
    """
)
"""Words at which a noun phrase ends."""

DELIVERABLES: Final = _words(
    """
    recommendation example summary report essay article post email letter poem story haiku script function
    program test tests examples table diagram chart plan outline presentation slides proposal guide tutorial
    documentation docs readme memo checklist conclusion introduction abstract blog tweet speech review brief
    overview analysis query schema api client endpoint class module prototype quiz answers faq translation
    glossary slogan tagline timeline budget dockerfile snippet implementation comparison dashboard newsletter
    announcement spreadsheet itinerary recipe song joke limerick sonnet caption bio headline
    """
)
"""Things that one reply can be: two of them after one verb are two steps."""

UNKNOWN_ORDER: Final = re.compile(
    r",\s+(?:and\s+)?then\s+(?P<verb>(?!(?:all|both|at|by|for|from|in|into|of|on|to|with|when|while|if|as)\b)[a-z]{3,}"
    r"(?<![^s]s)(?<!ed)(?<!ing))\s+(?:the|them|it|each|both|all|your|their|its)\b",
    re.IGNORECASE,
)
"""", then mix them": what comes after another order though its verb is unknown. An object follows at once; forms in -s,
-ed and -ing tell what something does or did, and order nothing.
"""

TELLS: Final = re.compile(
    r"\b(?:to|how|who|which|that|where|when|whose|why|if|because|about|as|what|story|tale|poem|by)\b|:",
    re.IGNORECASE,
)
"""Words of what is told rather than ordered."""
