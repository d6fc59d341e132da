"""Reading one step of a planner's answer: every field that can be read, and a problem for each that cannot.

What is tolerated, because its meaning is certain: synonyms of a field's name and of a capability, an id that is a whole
number, a capability that is no list, null or nothing where a field has a default. What is not: numbers as text, true
and false as numbers, NaN, anything out of range.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, TypeGuard, TypeVar

from tokenwise.errors import Problem
from tokenwise.plan import Step
from tokenwise.traits import Capability

__all__ = ["MAX_ID_CHARS", "MAX_OUTPUT_TOKENS", "Json", "joined", "kind_of", "read_step", "unknown_fields"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What a JSON document becomes in Python."""

MAX_OUTPUT_TOKENS: Final = 200_000
"""More than any model puts out in one reply (128,000 in November 2026)."""

_T = TypeVar("_T")
# A value and what is wrong with it; where something is, the value stands in, so that the rest can be read too.
_Read: TypeAlias = tuple[_T, tuple[Problem, ...]]

_NAMES: Final = {
    "id": ("id", "step_id"),
    "description": ("description", "task", "instruction"),
    "after": ("after", "depends_on", "dependencies", "dependsOn", "requires", "prerequisites", "needs"),
    "capabilities": ("capabilities", "capability"),
    "difficulty": ("difficulty",),
    "output_tokens": ("output_tokens", "expected_output_tokens"),
}
_KNOWN: Final = frozenset(name for names in _NAMES.values() for name in names)

_CAPABILITIES: Final = {
    word: capability
    for capability, words in {
        Capability.GENERAL: "general text language writing creative research summarization summarisation translation",
        Capability.CODE: "code coding programming",
        Capability.REASONING: "reasoning logic analysis",
        Capability.MATH: "math maths mathematics arithmetic",
    }.items()
    for word in words.split()
}

_DEFAULT_DIFFICULTY: Final = 0.5
_DEFAULT_OUTPUT_TOKENS: Final = 600
_LEAST_CAP_TOKENS: Final = 2_000
MAX_ID_CHARS: Final = 64
"""No planner's name for a step is longer."""

_SHOWN_CHARS: Final = 40


def read_step(raw: Json, path: str) -> _Read[Step]:
    """The step that an object describes, and its problems. What is wrong has a stand-in in the step."""
    if not isinstance(raw, dict):
        return Step(path, "?"), (Problem(path, f"expected an object, not {kind_of(raw)}"),)
    step_id, bad_id = _id(*_field(raw, "id", path), path)
    description, bad_description = _description(*_field(raw, "description", path))
    capabilities, bad_capabilities = _capabilities(*_field(raw, "capabilities", path))
    after, bad_after = _after(*_field(raw, "after", path))
    difficulty, bad_difficulty = _difficulty(*_field(raw, "difficulty", path))
    tokens, bad_tokens = _output_tokens(*_field(raw, "output_tokens", path))
    cap = max(_LEAST_CAP_TOKENS, 3 * tokens)
    step = Step(
        step_id,
        description,
        capabilities,
        after=after,
        difficulty=difficulty,
        output_tokens=tokens,
        max_output_tokens=cap,
    )
    bad = (*bad_id, *bad_description, *bad_capabilities, *bad_after, *bad_difficulty, *bad_tokens)
    return step, (*_given_twice(raw, path), *bad)


def unknown_fields(raw: Json) -> Iterator[tuple[str, Json]]:
    """The fields of a step that are not read."""
    if isinstance(raw, dict):
        yield from ((name, value) for name, value in raw.items() if name not in _KNOWN)


def kind_of(value: Json) -> str:
    """What a value is, in words for a message; long ones are cut, and a number of any length is safe to show.

    >>> kind_of(True), kind_of("7"), kind_of(10**9), kind_of([])
    ('true', "the text '7'", 'the number 1000000000', 'a list')
    """
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int() if abs(value) >= 10**_SHOWN_CHARS:
            return "a number of more than 40 digits"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value[:_SHOWN_CHARS]!r}{'…' if len(value) > _SHOWN_CHARS else ''}"
        case list():
            return "a list"
        case dict():
            return f"an object with {joined(list(value)) or 'no fields'}"


def joined(names: Sequence[str]) -> str:
    """Some names for a message: five at most, each cut."""
    shown = ", ".join(repr(name[:_SHOWN_CHARS]) for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _field(raw: dict[str, Json], field: str, path: str) -> tuple[Json, str]:
    """A field's value under the first of its names that is there, and its path; null where none is."""
    name = next((name for name in _NAMES[field] if raw.get(name) is not None), field)
    return raw.get(name), f"{path}.{name}"


def _given_twice(raw: dict[str, Json], path: str) -> Iterator[Problem]:
    """Dependencies under two names. A "task" beside a "description" is common and changes nothing in the plan."""
    given = {name: _flat(raw[name]) for name in _NAMES["after"] if raw.get(name) is not None}
    if len(set(given.values())) > 1:
        yield Problem(f"{path}.after", f"is given differently as {joined(list(given))}; expected only 'after'")


def _flat(value: Json) -> tuple[str | None, ...]:
    return tuple(map(_as_id, value if isinstance(value, list) else [value]))


def _id(value: Json, where: str, path: str) -> _Read[str]:
    text = _as_id(value)
    if text is None:
        return path, (Problem(where, f"expected a short name, not {kind_of(value)}"),)
    if not 1 <= len(text) <= MAX_ID_CHARS:
        return path, (Problem(where, f"expected 1 to {MAX_ID_CHARS} characters, not {kind_of(value)}"),)
    return text, ()


def _as_id(value: Json) -> str | None:
    match value:
        case str():
            return value.strip()
        case int() if not isinstance(value, bool) and abs(value) < 10**MAX_ID_CHARS:
            return str(value)
        case _:
            return None


def _description(value: Json, where: str) -> _Read[str]:
    if isinstance(value, str) and value.strip():
        return value.strip(), ()
    return "?", (Problem(where, f"expected a text that says what to do, not {kind_of(value)}"),)


def _capabilities(value: Json, where: str) -> _Read[Capability]:
    words = value if isinstance(value, list) else [] if value is None else [value]
    known, problems = Capability(0), []
    for index, word in enumerate(words):
        named = _CAPABILITIES.get(word.strip().lower()) if isinstance(word, str) else None
        known |= named or Capability(0)
        if named is None:
            place = f"{where}[{index}]" if isinstance(value, list) else where
            problems.append(Problem(place, f"expected one of general, code, reasoning, math, not {kind_of(word)}"))
    return known or Capability.GENERAL, tuple(problems)


def _after(value: Json, where: str) -> _Read[tuple[str, ...]]:
    if value is None:
        return (), ()
    if not isinstance(value, list):
        return (), (Problem(where, f"expected a list of step ids, not {kind_of(value)}"),)
    ids = [_as_id(item) for item in value]
    wrong = (
        Problem(f"{where}[{index}]", f"expected the id of a step, not {kind_of(item)}")
        for index, (item, read) in enumerate(zip(value, ids, strict=True))
        if not read
    )
    return tuple(read for read in ids if read), tuple(wrong)


def _difficulty(value: Json, where: str) -> _Read[float]:
    if value is None:
        return _DEFAULT_DIFFICULTY, ()
    if _is_number(value) and 0 <= value <= 1:
        return float(value), ()
    return _DEFAULT_DIFFICULTY, (Problem(where, f"expected a number from 0 to 1, not {kind_of(value)}"),)


def _output_tokens(value: Json, where: str) -> _Read[int]:
    if value is None:
        return _DEFAULT_OUTPUT_TOKENS, ()
    if _is_number(value) and 1 <= value <= MAX_OUTPUT_TOKENS and value == int(value):
        return int(value), ()
    message = f"expected a whole number of tokens from 1 to {MAX_OUTPUT_TOKENS}, not {kind_of(value)}"
    return _DEFAULT_OUTPUT_TOKENS, (Problem(where, message),)


def _is_number(value: Json) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
