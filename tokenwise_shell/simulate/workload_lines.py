"""One line of a workload as a request: our own format, and rows of recorded outcomes. See docs/simulate.md.

{"id": "a1", "at_ms": 1500, "key": "web", "labels": ["chat"], "prompt": "…", "max_output_tokens": 500}
{"id": "a2", "at_ms": 1700, "input_tokens": 900, "capabilities": ["code"], "difficulty": 0.6, "output_tokens": 300}
{"id": "a3", "plan": {"task": "…", "steps": [{"id": "s", "description": "…"}]}, "budget": 0.40}
{"id": "a4", "prompt": "…", "outcomes": {"openai/gpt-5.5": 1, "mini": {"quality": 0.4, "output_tokens": 80}}}
{"id": "mmlu/1", "bench": "mmlu", "group": "law", "prompt": "…", "q": {"gpt-4-1106-preview": 1, "mixtral": 0}}
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from attrs import evolve, field, frozen

from tokenwise.budgets.limit import NONE, shown_value
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.prompt import Message, Role
from tokenwise.routing.request import Wishes
from tokenwise.simulation.workload import Asked, Recorded, asked_in_words
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount
from tokenwise_shell.config.values import nearest

__all__ = ["Manner", "asked_of_line", "asked_of_row"]

_BYTES_PER_TOKEN: Final = 4  # the bound of an input that is only counted: as loose as English text's
_CAPABILITIES: Final = {str(one.name).lower(): one for one in Capability}
_FEATURES: Final = {str(one.name).lower(): one for one in Feature if one}

_Line = Mapping[str, object]


@frozen
class Manner:
    """How lines are to be read: ms between two that do not say when they come, and names of recorded models.

    `marks` are the columns by whose values limits hold requests; a line without one counts under "none".
    """

    pace_ms: int = 100
    recorded_as: Mapping[str, str] = field(factory=dict)
    marks: tuple[str, ...] = ()


class _Bad(Exception):  # noqa: N818 -- raised and caught within this module alone
    """A field cannot be used: which, and what was expected."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(name, expected)
        self.name, self.expected = name, expected


def asked_of_line(line: _Line, number: int, manner: Manner) -> Asked:
    """The request of one line of our own format; `number` counts requests from 0. Raises InputError."""
    try:
        return _asked(line, number, manner)
    except _Bad as bad:
        raise InputError(Problem(bad.name, f"{line.get(bad.name)!r:.60}: expected {bad.expected}")) from bad
    except ValueError as error:  # what a value of the core would not be
        raise InputError(Problem("", str(error))) from error


def asked_of_row(line: _Line, number: int, manner: Manner) -> Asked | None:
    """The request of one row of recorded outcomes: `q` holds each model's score from 0 to 1. None if contaminated."""
    if line.get("contaminated"):
        return None
    scores = line.get("q")
    kept = {name: line[name] for name in ("id", "prompt", "at_ms", "key") if name in line}
    labels = [str(line[name]) for name in ("bench", "group") if name in line]
    return asked_of_line({**kept, "labels": labels, "outcomes": scores}, number, manner)


def _asked(line: _Line, number: int, manner: Manner) -> Asked:
    strange = line.keys() - _KNOWN.keys() - {*manner.marks}
    if slips := sorted(name for name in strange if _slip(name)):
        raise _Bad(slips[0], f"a known name{_slip(slips[0])}")
    values: dict[str, Any] = {
        name: read(name, line[name]) for name, read in _KNOWN.items() if line.get(name) is not None
    }
    if manner.marks:
        values["marks"] = tuple((name, _mark(line.get(name))) for name in manner.marks)
    prompt: str | None = values.pop("prompt", None)
    messages: tuple[Message, ...] | None = values.pop("messages", None)
    asked = _numbers(values, number, manner)
    words = messages or prompt
    if words is None:
        return asked
    stated = asked.capabilities if "capabilities" in values else None
    read_off = asked_in_words(asked, words, Wishes(capabilities=stated))
    return evolve(read_off, difficulty=asked.difficulty) if "difficulty" in values else read_off


def _numbers(values: dict[str, Any], number: int, manner: Manner) -> Asked:
    """A request from the fields of its line, without its words."""
    values.setdefault("id", f"r{number}")
    values.setdefault("at_ms", number * manner.pace_ms)
    if "input_tokens" in values or "input_tokens_bound" in values:
        bound = values.pop("input_tokens_bound", None)
        expected = values.pop("input_tokens", None)
        expected = -(-bound // _BYTES_PER_TOKEN) if expected is None else expected
        values["input"] = TokenCount(expected, _BYTES_PER_TOKEN * expected if bound is None else bound)
    for name in ("budget", "budget_nano"):
        if name in values:
            values["limit"] = values.pop(name)
    if renamed := manner.recorded_as:
        values["outcomes"] = {renamed.get(name, name): one for name, one in values.get("outcomes", {}).items()}
    return Asked(**values)


def _mark(raw: object) -> str:
    return shown_value(str(raw)) if isinstance(raw, str | int) else NONE


# --- fields -----------------------------------------------------------------------------------------------------------

_Field = Callable[[str, object], object]


def _text(name: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise _Bad(name, "text")
    return raw


def _whole(name: str, raw: object) -> int:
    if type(raw) is not int or raw < 0:
        raise _Bad(name, "a whole number from 0")
    return raw


def _share(name: str, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1:
        raise _Bad(name, "a number from 0 to 1")
    return float(raw)


def _truth(name: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _Bad(name, "true or false")
    return raw


def _labels(name: str, raw: object) -> tuple[str, ...]:
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return tuple(raw)
    raise _Bad(name, "a list of texts")


def _flags(
    members: Mapping[str, Capability] | Mapping[str, Feature], raw: object, name: str
) -> list[Capability | Feature]:
    names = [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]
    if not names or not all(one in members for one in names):
        raise _Bad(name, f"some of {', '.join(members)}")
    return [members[one] for one in names]


def _capabilities(name: str, raw: object) -> Capability:
    found = Capability(0)
    for one in _flags(_CAPABILITIES, raw, name):
        found |= one  # type: ignore[operator] # members of the one table
    return found


def _features(name: str, raw: object) -> Feature:
    found = Feature.NONE
    for one in _flags(_FEATURES, raw, name):
        found |= one  # type: ignore[operator] # likewise
    return found


def _usd(name: str, raw: object) -> Nanodollars:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise _Bad(name, "US dollars such as 0.50")
    try:
        return parse_usd(raw if isinstance(raw, str) else repr(raw))
    except InputError:
        raise _Bad(name, "US dollars such as 0.50, from 0") from None


def _nano(name: str, raw: object) -> Nanodollars:
    return Nanodollars(_whole(name, raw))


def _conversation(name: str, raw: object) -> tuple[Message, ...]:
    rows = raw if isinstance(raw, list) and raw else [None]
    turns = [_turn(row) if isinstance(row, dict) else None for row in rows]
    whole = tuple(turn for turn in turns if turn)
    if len(whole) < len(turns):
        raise _Bad(name, 'a list of {"role", "content"}, each content a text')
    return whole


_ROLES: Final = {role.value: role for role in Role} | {"developer": Role.SYSTEM}


def _turn(row: _Line) -> Message | None:
    role, content = str(row.get("role")), row.get("content")
    return Message(_ROLES[role], content) if role in _ROLES and isinstance(content, str) else None


def _plan(name: str, raw: object) -> Plan:
    from tokenwise_shell.plans.codec import plan_from_json  # cattrs, which workloads of requests do without

    return plan_from_json(raw, name).plan


def _outcomes(name: str, raw: object) -> dict[str, Recorded]:
    if not isinstance(raw, dict):
        raise _Bad(name, "a mapping of model ids to scores from 0 to 1")
    return {model: _recorded(f"{name}.{model}", one) for model, one in raw.items()}


def _recorded(name: str, raw: object) -> Recorded:
    if isinstance(raw, dict):
        length = raw.get("output_tokens")
        tokens = None if length is None else _whole(f"{name}.output_tokens", length)
        answer = "" if raw.get("answer") is None else _text(f"{name}.answer", raw["answer"])
        return Recorded(round(1000 * _share(f"{name}.quality", raw.get("quality"))), tokens, answer)
    return Recorded(round(1000 * _share(name, int(raw) if isinstance(raw, bool) else raw)))


_KNOWN: Final[Mapping[str, _Field]] = {
    "id": _text,
    "at_ms": _whole,
    "key": _text,
    "labels": _labels,
    "tags": _labels,
    "prompt": _text,
    "messages": _conversation,
    "input_tokens": _whole,
    "input_tokens_bound": _whole,
    "capabilities": _capabilities,
    "difficulty": _share,
    "max_output_tokens": _whole,
    "output_tokens": _whole,
    "features": _features,
    "model": _text,
    "budget": _usd,
    "budget_nano": _nano,
    "plan": _plan,
    "judged": _truth,
    "streamed": _truth,
    "outcomes": _outcomes,
    "session": _text,
    "prefix_tokens": _whole,
}


@lru_cache(maxsize=256)
def _slip(name: str) -> str:
    """Whether an unknown name looks like a known one misspelt. Others are the user's own columns, and none of ours."""
    return nearest(name, _KNOWN)
