"""Asking a model to cut a task into steps, and reading what it answers: a `Plan`, or `Malformed` with every reason.

The prompt is data; who sends it and what that may cost is decided elsewhere. The answer is read strictly: a shape is
accepted only where its meaning is certain, and nothing is reordered, guessed or dropped to make a plan of it. The core
has no JSON parser: `json_candidates` says which parts of an answer may be the document, the caller parses them, and
`read_answer` takes what they became.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import field, frozen
from attrs.validators import min_len

from tokenwise.errors import Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise.plan import MAX_STEPS, Plan, Step, problems_of
from tokenwise.planner.decompose_step import MAX_ID_CHARS, Json, joined, kind_of, read_step, unknown_fields
from tokenwise.prompt import Message, Role
from tokenwise.traits import Capability

__all__ = [
    "PLANNER_MARK",
    "PLAN_SCHEMA",
    "Malformed",
    "json_candidates",
    "planning_messages",
    "read_answer",
    "read_plan",
    "repair_messages",
]

PLANNER_MARK: Final = "tokenwise-planner-v1"
"""First line of the system part. Its version changes with the schema, so a recorded prompt tells how to be read."""

PLAN_SCHEMA: Final[Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["steps"],
    "properties": {
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                # All are required: some vendors' strict modes refuse optional properties.
                "required": ["id", "description", "capabilities", "after", "difficulty", "output_tokens"],
                "properties": {
                    "id": {"type": "string"},
                    "description": {"type": "string"},
                    "capabilities": {
                        "type": "array",
                        "items": {"type": "string", "enum": ["general", "code", "reasoning", "math"]},
                    },
                    "after": {"type": "array", "items": {"type": "string"}},
                    "difficulty": {"type": "number"},
                    "output_tokens": {"type": "integer"},
                },
            },
        },
    },
}
"""The JSON schema of an answer, for models with structured output."""


@frozen
class Malformed:
    """An answer that is no plan, with everything that is wrong with it."""

    problems: tuple[Problem, ...] = field(validator=min_len(1))


# The prompt.

_INSTRUCTIONS: Final = """{mark}
You plan work for language models. Cut the task into the fewest steps that let each be done well by one model call; \
a task that one call can do well is one step. Steps that do not need each other's results run side by side.

max_steps: {max_steps}
budget: {budget} for all steps together; a smaller budget calls for fewer and shorter steps.
capabilities: {capabilities}

Answer with one JSON object and nothing else: {{"steps": [step, ...]}}. Each step is an object with
  "id": a short name of lower-case letters, digits and hyphens, different for each step;
  "description": what to do, complete in itself; its doer also sees the task and the results of the steps in "after";
  "capabilities": a list of what a model needs for it, from the capabilities above;
  "after": the ids of the steps whose results it needs, all of which stand above it in the list; [] if it needs none;
  "difficulty": from 0 (trivial) to 1 (very hard);
  "output_tokens": how long its result will be, in tokens."""

_REPAIR: Final = """An earlier answer to the task below could not be read as a plan.
<answer>
{answer}
</answer>
What is wrong with it:
{problems}
Answer again, with the whole corrected JSON object and nothing else.

{asked}"""

_SHOWN_ANSWER_CHARS: Final = 8_000  # twice a plan of a dozen steps; the rest of a longer answer would only cost
_SHOWN_PROBLEMS: Final = 30


def planning_messages(
    task: str, *, budget: Nanodollars, capabilities: Capability, max_steps: int
) -> tuple[Message, ...]:
    """The prompt for a plan. The last user message holds the task between the lines `<task>` and `</task>`."""
    system = _INSTRUCTIONS.format(
        mark=PLANNER_MARK,
        max_steps=max_steps,
        budget=format_usd(budget),
        capabilities=", ".join(capabilities.names) or "general",
    )
    return Message(Role.SYSTEM, system), Message(Role.USER, f"<task>\n{task}\n</task>")


def repair_messages(messages: Sequence[Message], *, answer: str, problems: Sequence[Problem]) -> tuple[Message, ...]:
    """The prompt for one more try: the first prompt with the answer and its problems put before the task.

    The task is not sent twice, so a repair costs about what the first try did. An answer is cut at 8,000 characters.
    """
    *before, asked = messages
    lines = [f"- {problem}" for problem in problems[:_SHOWN_PROBLEMS]]
    if unsaid := len(problems) - len(lines):
        lines.append(f"- and {unsaid} more")
    text = _REPAIR.format(answer=answer[:_SHOWN_ANSWER_CHARS], problems="\n".join(lines), asked=asked.text)
    return *before, Message(Role.USER, text)


# The answer as text.

_MARKS: Final = re.compile(r'\\.|["{}\[\]]', re.DOTALL)
_OPENED_BY: Final = {"}": "{", "]": "["}
_MOST_CANDIDATES: Final = 8
_MOST_SCANS: Final = 4


def json_candidates(text: str) -> tuple[str, ...]:
    r"""The parts of an answer that may be its JSON document, likeliest first: at most eight, none inside another.

    Looks past `<think>` blocks, prose and code fences, in a time linear in the text. What stands in a fence comes
    first, then the longest.

    >>> json_candidates('<think>[1]</think>Sure! ```json\n{"steps": []}\n``` See [2].')
    ('{"steps": []}', '[2]')
    """
    text = _without_thoughts(text)
    spans = sorted(_balanced(text), key=lambda span: (not _fenced(text, span[0]), span[0] - span[1], span[0]))
    return tuple(dict.fromkeys(text[start:end] for start, end in spans[:_MOST_CANDIDATES]))


def _without_thoughts(text: str) -> str:
    """The text after its `<think>` blocks; some servers leave the opening mark out, cut answers the closing one."""
    kept = []
    while (start := text.find("<think>")) >= 0 and (end := text.find("</think>", start)) >= 0:
        kept.append(text[:start])
        text = text[end + len("</think>") :]
    return "".join(kept) + text.rpartition("</think>")[2]


def _fenced(text: str, start: int) -> bool:
    return text[max(0, start - 12) : start].lower().rstrip().endswith(("```", "```json"))


def _balanced(text: str) -> list[tuple[int, int]]:
    """Where brackets open and close again, outermost only. A bracket of the prose that never closes is passed over."""
    spans, inner, start = list[tuple[int, int]](), list[tuple[int, int]](), 0
    for _ in range(_MOST_SCANS):
        found, unclosed = _scan(text, start)
        if unclosed is None:
            return spans + found
        spans += [span for span in found if span[1] <= unclosed]
        inner = [span for span in found if span[0] > unclosed]
        start = unclosed + 1  # its quotation marks may have hidden what follows: read that again without it
    return spans + inner


def _scan(text: str, start: int) -> tuple[list[tuple[int, int]], int | None]:
    """The outermost balanced stretches from `start` on, and where the first bracket stands that is left open."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    in_string = False
    for mark in _MARKS.finditer(text, start):
        match mark[0]:
            case '"' if opened:
                in_string = not in_string
            case "{" | "[" if not in_string:
                opened.append(mark.start())
            case "}" | "]" if opened and not in_string:
                _close(text, mark, opened, spans)
    return spans, opened[0] if opened else None


def _close(text: str, mark: re.Match[str], opened: list[int], spans: list[tuple[int, int]]) -> None:
    start = opened.pop()
    if text[start] != _OPENED_BY[mark[0]]:
        opened.clear()
        return
    while spans and spans[-1][0] > start:
        spans.pop()
    spans.append((start, mark.end()))


# The answer as data.

_EDGE_FIELDS: Final = ("after", "dependencies", "depends_on", "edges", "graph", "links")
"""Beside the steps these would say what waits for what in a way that is not read here, so they are refused."""


def read_answer(documents: Sequence[Json], *, task: str, max_steps: int) -> Plan | Malformed:
    """The plan, if exactly one of the documents found in an answer is one; the same plan twice is one plan."""
    readings = [read_plan(document, task=task, max_steps=max_steps) for document in documents]
    plans = list(dict.fromkeys(reading for reading in readings if isinstance(reading, Plan)))
    if len(plans) == 1:
        return plans[0]
    if plans:
        return Malformed(tuple(_says_which(number, plan) for number, plan in enumerate(plans, start=1)))
    malformed = [reading for reading in readings if isinstance(reading, Malformed)]
    return min(malformed, key=_is_no_plan_at_all, default=Malformed((_NO_DOCUMENT,)))


_NO_DOCUMENT: Final = Problem("", "the answer holds no JSON document; expected one object with a list of steps")
_NO_STEPS: Final = 'expected an object with a list "steps"'


def _says_which(number: int, plan: Plan) -> Problem:
    ids = joined([step.id for step in plan.steps])
    return Problem("", f"the answer holds two plans or more, expected one; plan {number} has the steps {ids}")


def _is_no_plan_at_all(malformed: Malformed) -> bool:
    return malformed.problems[0].message.startswith(_NO_STEPS)


def read_plan(document: Json, *, task: str, max_steps: int) -> Plan | Malformed:
    """The plan that a parsed document is, or everything that keeps it from being one. Never raises for a document.

    Accepted beside {"steps": [...]}: the list alone, and {"plan": either of them}. A step's own fields are read by
    `decompose_step`.
    """
    found = _steps_in(document)
    if isinstance(found, Problem):
        return Malformed((found,))
    read = [read_step(raw, f"steps[{index}]") for index, raw in enumerate(found)]
    steps = tuple(step for step, _ in read)
    problems = (
        *_wrong_number(found, min(max_steps, MAX_STEPS)),
        *_edges_beside(document),
        *(problem for _, problems in read for problem in problems),
        *(problem for problem in problems_of(steps) if problem.path != "steps"),
        *_hidden_edges(found, steps),
    )
    return Malformed(problems) if problems else Plan(task, steps)


def _steps_in(document: Json) -> list[Json] | Problem:
    match document:
        case list():
            return document
        case {"steps": _, "plan": _}:
            return Problem("", 'both "steps" and "plan" are given; expected only "steps"')
        case {"steps": list(steps)}:
            return steps
        case {"plan": list() | {"steps": list()} as plan}:
            return _steps_in(plan)
        case _:
            return Problem("", f"{_NO_STEPS}, not {kind_of(document)}")


def _wrong_number(steps: Sequence[Json], most: int) -> Iterator[Problem]:
    if not 1 <= len(steps) <= most:
        yield Problem("steps", f"there are {len(steps)} steps; expected 1 to {most}")


def _edges_beside(document: Json) -> Iterator[Problem]:
    if isinstance(document, dict):
        for name in _EDGE_FIELDS:
            if document.get(name):
                yield Problem(name, 'is not read; name what a step waits for in its own "after"')
        yield from _edges_beside(document.get("plan"))


_SAYS_WHAT_FOR: Final = re.compile(
    "after|block|depend|deps|follow|from|inputs|need|parent|predecess|prereq|previous|requir|upstream|wait",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"(?:step[ _-]?|#)?([0-9]{1,3})", re.IGNORECASE)


def _hidden_edges(raws: Sequence[Json], steps: Sequence[Step]) -> Iterator[Problem]:
    """Fields that are not known and name other steps: ignoring them might drop a dependency.

    A step is named by its id or its description; by its number where the field is called so, or has a "step" in it.
    """
    for index, (raw, step) in enumerate(zip(raws, steps, strict=True)):
        others = {name.lower() for other in steps for name in (other.id, other.description)}
        others -= {step.id.lower(), step.description.lower()}
        for name, value in unknown_fields(raw):
            waits = _SAYS_WHAT_FOR.search(name) is not None
            told = list(dict.fromkeys(_texts([value] if waits else value)))
            waits |= any(text.lower().startswith("step") for text in told)
            named = [text for text in told if text.lower() in others or (waits and _is_number_of(text, steps))]
            if named:
                message = f'names {joined(named)}, but is not read; name what a step waits for in "after"'
                yield Problem(f"steps[{index}].{name}", message)


def _is_number_of(text: str, steps: Sequence[Step]) -> bool:
    found = _NUMBERED.fullmatch(text)
    return found is not None and int(found[1]) <= len(steps)


def _texts(value: Json) -> Iterator[str]:
    """Every text in a value that may be a step's id, however deep it stands; within lists and objects, numbers too."""
    left: list[tuple[Json, bool]] = [(value, False)]
    while left:
        item, within = left.pop()
        match item:
            case str():
                yield item.strip()
            case bool() | None | float():
                continue
            case int():
                yield from (str(item),) if within and abs(item) < 10**MAX_ID_CHARS else ()
            case list():
                left += [(each, True) for each in reversed(item)]
            case dict():
                left += [(each, True) for pair in reversed(item.items()) for each in reversed(pair)]
