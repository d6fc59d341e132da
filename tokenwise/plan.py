"""A plan: a task cut into steps, each with what it needs and which steps it waits for. Acyclic by construction.

Steps stand in an order in which they could run: a step may wait only for steps above it. Anything else (a cycle, a step
that waits for itself, for an unknown step or for one further down) is refused with every problem at once, and nothing
is ever reordered silently. Which model runs a step is not part of the plan; see `assign`.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, le, max_len, min_len

from tokenwise.errors import InputError, Problem
from tokenwise.traits import Capability

__all__ = ["MAX_STEPS", "Check", "CheckKind", "Plan", "Step", "problems_of"]

MAX_STEPS: Final = 200
"""A decomposition of more steps than a person would read is a planner's accident, not a plan."""


class CheckKind(enum.Enum):
    """What a step may declare about an acceptable reply. The shell observes it; `verdict` decides."""

    JSON = "json"
    JSON_SCHEMA = "json_schema"
    REGEX = "regex"
    MIN_CHARS = "min_chars"
    CONTAINS = "contains"
    PYTHON_COMPILES = "python_compiles"


@frozen
class Check:
    """One declared check; `argument` is the schema, pattern, number or text it needs, "" where it needs none."""

    kind: CheckKind
    argument: str = ""


_NOTHING: Final = Capability(0)


@frozen
class Step:
    """One piece of work. `output_tokens` is how long its reply is expected to be, `max_output_tokens` its cap.

    `guessed` where its capabilities were read off its words, so that they order the models and exclude none. `model`
    pins the step to one catalogue id ("" lets the budget choose). `difficulty` is 0 trivial … 1 very hard.
    `reply_format` is asked of the model's interface where it has one for it; no reply is judged by it, unlike `checks`.
    """

    id: str = field(validator=[min_len(1), max_len(64)])
    description: str = field(validator=min_len(1))
    capabilities: Capability = Capability.GENERAL
    after: tuple[str, ...] = ()
    difficulty: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    output_tokens: int = field(default=600, validator=ge(1))
    max_output_tokens: int = field(default=2000, validator=ge(1))
    checks: tuple[Check, ...] = ()
    model: str = ""
    reply_format: Check | None = None
    guessed: bool = False

    @property
    def required(self) -> Capability:
        """The capabilities that a model must list."""
        return _NOTHING if self.guessed else self.capabilities

    @property
    def likely(self) -> Capability:
        """Those that it should list, since the words seem to need them."""
        return self.capabilities if self.guessed else _NOTHING

    @property
    def schema(self) -> Check | None:
        """The JSON schema that a reply should follow: the stated format, else that of a check; None without either."""
        if not self.reply_format and not self.checks:  # nearly always
            return None
        stated = (self.reply_format, *self.checks)
        return next((check for check in stated if check and check.kind is CheckKind.JSON_SCHEMA), None)


def _refuse_bad(_: object, __: object, steps: tuple[Step, ...]) -> None:
    if problems := tuple(problems_of(steps)):
        raise InputError(*problems)


@frozen(cache_hash=True)  # a simulation looks for each plan among those that were assigned
class Plan:
    """A task and its steps, in an order in which each step's parents stand above it."""

    task: str
    steps: tuple[Step, ...] = field(validator=_refuse_bad)

    def __getitem__(self, step_id: str) -> Step:
        return self.steps[self.position[step_id]]

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each step stands, by id."""
        return {step.id: index for index, step in enumerate(self.steps)}

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """For each step, the positions of the steps it waits for."""
        return tuple(tuple(self.position[parent] for parent in step.after) for step in self.steps)

    @cached_property
    def sinks(self) -> tuple[Step, ...]:
        """The steps that nothing waits for: their replies are the plan's result."""
        awaited = {parent for step in self.steps for parent in step.after}
        return tuple(step for step in self.steps if step.id not in awaited)


def problems_of(steps: Iterable[Step]) -> Iterator[Problem]:
    """Everything that keeps these steps from being a plan, each with its path."""
    steps = tuple(steps)
    if not 1 <= len(steps) <= MAX_STEPS:
        yield Problem("steps", f"a plan has 1 to {MAX_STEPS} steps, this one has {len(steps)}")
    everyone = {step.id for step in steps}
    above: set[str] = set()
    for index, step in enumerate(steps):
        if step.id in above:
            yield Problem(f"steps[{index}].id", f"{step.id!r} is already the id of a step above")
        for place, parent in enumerate(step.after):
            if parent in step.after[:place]:
                yield Problem(f"steps[{index}].after[{place}]", f"{parent!r} is named twice")
            elif parent not in above:
                yield Problem(f"steps[{index}].after[{place}]", _why_not(parent, step, everyone))
        above.add(step.id)


def _why_not(parent: str, step: Step, everyone: set[str]) -> str:
    if parent == step.id:
        return f"{step.id!r} cannot wait for itself"
    if parent in everyone:
        return f"{parent!r} stands further down; a step waits only for steps above it (this may be a cycle)"
    return f"no step has the id {parent!r}"
