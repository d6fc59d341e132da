"""A plan by rules, for when no model is asked: clauses become steps, and their words say what waits for what.

Reads English. Sequence words, numbered points and references make a step wait; clauses and bullet points without any
run side by side; a step that compares, combines, decides or summarises waits for every branch that is still open. What
the rules cannot read, another language or a task of one clause, becomes a plan of one step. The same text always gives
the same plan. Nothing here chooses a model or spends anything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve, field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.plan import MAX_STEPS, Plan, Step
from tokenwise.planner.rules.clauses import READ_CHARS, Clause, Link, read_clauses
from tokenwise.planner.rules.lexicon import ASK, VERBS, Work
from tokenwise.planner.rules.objects import Listing, deliverables, for_each_of, head, listing
from tokenwise.scenario.detector import detect

__all__ = ["decompose_by_rules"]


@frozen
class _Draft:
    """A step before it has an id. `parents` are positions of drafts above it."""

    text: str
    work: Work
    slug: str
    clause: Clause
    parents: frozenset[int] = field(factory=frozenset)


def decompose_by_rules(task: str, *, max_steps: int = 12) -> Plan:
    """Cut a task into 1 to `max_steps` steps, each with what the detector makes of its words.

    Raises InputError where the task holds no character but spaces, or `max_steps` is below 1.

    >>> plan = decompose_by_rules("Research Redis, then write a summary and a Python example")
    >>> [(step.id, step.after) for step in plan.steps]
    [('research', ()), ('summary', ('research',)), ('example', ('research',))]
    """
    _refuse_unusable(task, max_steps)
    limit = min(max_steps, MAX_STEPS)
    clauses = _few(read_clauses(task), _CLAUSES_PER_STEP * limit)
    drafts = _drafts(clauses, taken_apart=True)
    if len(drafts) > limit:
        drafts = _folded(_drafts(clauses, taken_apart=False), limit)
    steps = tuple(_steps(drafts if len(drafts) > 1 else [_whole(task, clauses)]))
    return Plan(task, steps)


_DESCRIPTION_CHARS: Final = 2_000  # every step is given the whole task as well
_CLAUSES_PER_STEP: Final = 4  # what joins a clause to earlier ones takes quadratic time; more is folded away anyhow
_TOKENS_PER_WORD: Final = 1.4  # English prose in the vocabularies of 2024 and later is near 1.3
_NUMBER: Final = re.compile(r"\d+")
_ASKED_WORDS: Final = re.compile(r"\b(\d{2,4})[- ]words?\b")
_SENTENCES: Final = re.compile(r"[.!?]\s")
_STEP_REFERENCE: Final = re.compile(
    r"\b(?:steps?|points?|items?) (\d{1,2}(?:(?:\s*,\s*|\s+and\s+|\s*&\s*)\d{1,2})*)", re.IGNORECASE
)
_PLURAL: Final = re.compile(
    r"\b(?:them|they|their|these|those|both|each|everything|which (?:one|of)|all (?:the|these|this|that|findings|of)|"
    r"the (?:results?|findings|answers|data|options|outputs|above|differences|previous|best|winner))\b",
    re.IGNORECASE,
)
_SINGULAR: Final = re.compile(
    r"\b(?:it|its|the (?:result|output|draft|text))\b|\bthis(?=\W*$| (?:in|to|as|for|with)\b)", re.IGNORECASE
)
_INTRODUCES: Final = re.compile(r"\b(?:an?|some|\d+) ((?:[\w-]+\s*){1,5})", re.IGNORECASE)
_REFERS: Final = re.compile(r"\b(?:the|this|that|these|those|your) ((?:[\w-]+\s*){1,3})", re.IGNORECASE)
_TOPIC: Final = re.compile(r"\b(?:of|about|on|from|regarding)\b", re.IGNORECASE)
_CONTENT_WORD: Final = re.compile(r"[a-z]{4,}")
_GATHERING_THINGS: Final = frozenset({"summary", "report", "recommendation", "conclusion", "comparison", "overview"})


def _refuse_unusable(task: str, max_steps: int) -> None:
    problems = []
    if not task.strip():
        problems.append(Problem("task", "is empty; say what is to be done"))
    if max_steps < 1:
        problems.append(Problem("max_steps", f"{max_steps} leaves no room for a step; expected 1 or more"))
    if problems:
        raise InputError(*problems)


# Clauses into drafts.


def _few(clauses: Sequence[Clause], limit: int) -> Sequence[Clause]:
    if len(clauses) <= limit:
        return clauses
    rest = " ".join(clause.text for clause in clauses[limit - 1 :])
    return (*clauses[: limit - 1], evolve(clauses[limit - 1], text=rest))


def _drafts(clauses: Iterable[Clause], *, taken_apart: bool) -> list[_Draft]:
    drafts: list[_Draft] = []
    for clause in clauses:
        parents = _parents(clause, drafts)
        drafts += _pieces(clause, parents, len(drafts)) if taken_apart else [_draft(clause, parents)]
    return drafts


def _draft(clause: Clause, parents: frozenset[int]) -> _Draft:
    work = VERBS.get(clause.verb, ASK)
    text = f"{clause.text}: {', '.join(clause.things)}" if clause.things else clause.text
    unknown = "" if clause.verb in ("", *VERBS) else clause.verb
    slug = unknown or work.slug or (work.makes and head(clause.body.partition(" ")[2])) or clause.verb
    return _Draft(text, work, slug, clause, parents)


def _pieces(clause: Clause, parents: frozenset[int], base: int) -> list[_Draft]:
    """The drafts of one clause, the first of which will stand at position `base`."""
    whole = _draft(clause, parents)
    if whole.work.makes and len(made := deliverables(clause)) > 1:
        return _made(whole, made, base)
    if whole.work.slug == "compare" and not parents and (found := listing(clause, compared=True)):
        return _compared(whole, found, base)
    orders = for_each_of(clause) or (_orders(clause) if whole.work.each else ())
    return [evolve(whole, text=order, slug=f"{whole.slug} {thing}") for thing, order in orders] or [whole]


def _orders(clause: Clause) -> Sequence[tuple[str, str]]:
    found = listing(clause)
    return tuple(zip(found.things, found.each(clause.verb), strict=True)) if found and found.separable else ()


def _compared(whole: _Draft, found: Listing, base: int) -> list[_Draft]:
    """Each thing is looked at by itself, side by side, and then all of them are compared."""
    looked_at = zip(found.things, found.each("examine"), strict=True)
    drafts = [evolve(whole, text=order, work=VERBS["examine"], slug=thing) for thing, order in looked_at]
    return [*drafts, evolve(whole, parents=frozenset(range(base, base + len(drafts))))]


def _made(whole: _Draft, made: Sequence[str], base: int) -> list[_Draft]:
    """One draft per thing to be made; one that speaks of "it" waits for the one above."""
    return [
        evolve(
            whole,
            text=f"{whole.clause.verb} {thing}",
            slug=head(thing),
            parents=frozenset({base + index - 1}) if index and _SINGULAR.search(thing) else whole.parents,
        )
        for index, thing in enumerate(made)
    ]


# What waits for what.


def _parents(clause: Clause, drafts: Sequence[_Draft]) -> frozenset[int]:
    """The drafts above that this clause has to wait for. The first rule that says anything decides."""
    if not drafts:
        return frozenset()
    beside = [index for index, draft in enumerate(drafts) if draft.clause.sentence == clause.sentence]
    last = _last_made(drafts)
    if named := _named_steps(clause, drafts):
        return named
    if clause.link is Link.BESIDE:
        return _beside(clause, drafts)
    if clause.link is Link.THEN or (_gathers(clause) and _relates(clause, drafts, bool(beside))):
        return _open(drafts)
    if VERBS.get(clause.verb, ASK).follows and _relates(clause, drafts, bool(beside)):
        return last
    if _PLURAL.search(clause.body):
        return _open(drafts, beside)
    if _SINGULAR.search(clause.body):
        return last
    if beside:
        return _open(drafts, beside) if _builds_on(clause, drafts[-1]) else _outside(drafts)
    return _introduced(clause, drafts)


def _open(drafts: Sequence[_Draft], among: Sequence[int] = ()) -> frozenset[int]:
    """The drafts that nothing waits for yet."""
    awaited = frozenset[int]().union(*(draft.parents for draft in drafts))
    return frozenset(among or range(len(drafts))) - awaited


def _last_made(drafts: Sequence[_Draft]) -> frozenset[int]:
    """What the clause before this one came down to: its open drafts."""
    return _open(drafts, [index for index, draft in enumerate(drafts) if draft.clause == drafts[-1].clause])


def _outside(drafts: Sequence[_Draft]) -> frozenset[int]:
    """What the clause before it waits for: "A, then B and C" has C wait for A as B does."""
    return next(draft.parents for draft in drafts if draft.clause == drafts[-1].clause)


def _beside(clause: Clause, drafts: Sequence[_Draft]) -> frozenset[int]:
    """What the neighbour waits for: the clause before it, or the first clause of the sentence before it."""
    neighbour = drafts[-1].clause
    if neighbour.sentence == clause.sentence:
        return _outside(drafts)
    return next(draft.parents for draft in drafts if draft.clause.sentence == neighbour.sentence)


def _named_steps(clause: Clause, drafts: Sequence[_Draft]) -> frozenset[int]:
    """The drafts of "step 2", by the task's own numbers where it has them, else by their order."""
    found = _NUMBER.findall(" ".join(found[1] for found in _STEP_REFERENCE.finditer(clause.text)))
    numbered = any(draft.clause.point for draft in drafts)
    if not numbered:
        return frozenset(int(number) - 1 for number in found if 0 < int(number) <= len(drafts))
    return frozenset[int]().union(*(_made_by_point(int(number), drafts) for number in found))


def _made_by_point(number: int, drafts: Sequence[_Draft]) -> frozenset[int]:
    made = {index for index, draft in enumerate(drafts) if draft.clause.point == number}
    return frozenset(made.difference(*(drafts[index].parents for index in made)))


def _gathers(clause: Clause) -> bool:
    work = VERBS.get(clause.verb, ASK)
    return work.gathers or (work.makes and head(clause.body.partition(" ")[2]) in _GATHERING_THINGS)


def _relates(clause: Clause, drafts: Sequence[_Draft], same_sentence: bool) -> bool:
    """Whether a clause that could take up earlier work does so, and is no matter of its own."""
    if same_sentence or _PLURAL.search(clause.body) or _SINGULAR.search(clause.body):
        return True
    if not _TOPIC.search(clause.body):
        return True
    mine = set(_CONTENT_WORD.findall(clause.body.lower())) - VERBS.keys()
    return any(mine & set(_CONTENT_WORD.findall(draft.text.lower())) for draft in drafts)


def _builds_on(clause: Clause, earlier: _Draft) -> bool:
    return earlier.work.gathers or earlier.work.follows or VERBS.get(clause.verb, ASK).stage > earlier.work.stage


def _introduced(clause: Clause, drafts: Sequence[_Draft]) -> frozenset[int]:
    """The last draft that introduced "a schema", where this clause speaks of "the schema"."""
    referred = {word for found in _REFERS.finditer(clause.body) for word in found[1].lower().split()}
    for index in reversed(range(len(drafts))):
        if referred & {head(found[1]) for found in _INTRODUCES.finditer(drafts[index].text)}:
            return frozenset({index})
    return frozenset()


# Drafts into steps.


def _folded(drafts: Sequence[_Draft], limit: int) -> list[_Draft]:
    """At most `limit` drafts: those beyond it become one, which waits for whatever any of them waited for."""
    if len(drafts) <= limit:
        return list(drafts)
    kept, rest = drafts[: limit - 1], drafts[limit - 1 :]
    parents = frozenset[int]().union(*(draft.parents for draft in rest)) & frozenset(range(limit - 1))
    return [*kept, evolve(rest[-1], text="; ".join(draft.text.removesuffix(".") for draft in rest), parents=parents)]


def _whole(task: str, clauses: Sequence[Clause]) -> _Draft:
    """The task as one step, which is asked as the user put it, and named for its first verb."""
    first = clauses[0] if clauses else Clause("", "", "")
    return evolve(_draft(first, frozenset()), text=task)


def _steps(drafts: Sequence[_Draft]) -> Iterator[Step]:
    ids = _ids(drafts)
    for draft, name in zip(drafts, ids, strict=True):
        description = _description(draft) if len(drafts) > 1 else draft.text
        scenario = detect(description[:READ_CHARS])
        tokens = _output_tokens(draft)
        yield Step(
            name,
            description,
            scenario.capabilities,
            after=tuple(ids[parent] for parent in sorted(draft.parents)),
            difficulty=scenario.difficulty,
            output_tokens=tokens,
            max_output_tokens=max(2_000, 3 * tokens),
            guessed=True,
        )


def _ids(drafts: Sequence[_Draft]) -> list[str]:
    """Short words people can read, made unique by a number."""
    ids: list[str] = []
    for draft in drafts:
        name = "-".join(re.findall(r"[a-z0-9]+", draft.slug.lower()))[:32].strip("-") or "step"
        again = sum(
            known == name or (known.startswith(f"{name}-") and known[len(name) + 1 :].isdecimal()) for known in ids
        )
        ids.append(f"{name}-{again + 1}" if again else name)
    return ids


def _description(draft: _Draft) -> str:
    text = draft.text.strip()
    if len(text) > _DESCRIPTION_CHARS:
        text = f"{text[:_DESCRIPTION_CHARS].rstrip()} …"
    elif not _SENTENCES.search(text):
        text = text.removesuffix(".") if draft.clause.verb == "answer" else text.rstrip(".?")
    return text[0].upper() + text[1:]


def _output_tokens(draft: _Draft) -> int:
    asked = _ASKED_WORDS.search(draft.text[:READ_CHARS])
    return round(int(asked[1]) * _TOKENS_PER_WORD) + 1 if asked else draft.work.output_tokens
