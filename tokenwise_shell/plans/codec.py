"""Plans as files: what `tw plan --out` writes and `tw run` reads. Names are those of `tw plan --json`.

A step's `model` is the one that planning chose; `pinned` says that the task itself asked for it. Amounts are
nano-dollars. A file written by hand may leave out everything but `task` and the steps' `id` and `description`; without
a model for every step, `choices` is None and the models are still to be assigned. Some fields (`tier`,
`expected_cost_nano`, `downgraded_from` …) are for readers and are not read back; any other is a mistake. A dependency
under another name than `after` would be lost without a word, and both steps begin at once.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, fields, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.machine.run import Choice
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise_shell.codec.converter import Document
from tokenwise_shell.codec.messages import from_json, to_json
from tokenwise_shell.config.values import nearest

__all__ = ["PlanFile", "plan_from_json", "plan_to_json"]

_VERSION: Final = 1
# The fields of Choice beside its model: what the codec calls them, and what the file does.
_CHOSEN: Final = {
    "worst_nano": "worst_cost_nano",
    "floor_nano": "floor_cost_nano",
    "max_output_tokens": "cap_tokens",
    "upgrades": "upgrades",
}
_STEPS_OWN: Final = frozenset(spec.name for spec in fields(Step)) | {"pinned", "cascade", *_CHOSEN.values()}
_STEPS_SHOWN: Final = frozenset({"tier", "expected_cost_nano", "downgraded_from"})
_PLANS_OWN: Final = frozenset({"v", "task", "steps", "budget_nano", "strategy", "planner", "judge"})
_PLANS_SHOWN: Final = frozenset(
    {"run_id", "worst_cost_nano", "expected_cost_nano", "within_budget", "optimality_gap_nano", "on_the_best",
     "critical_path", "refusal", "run"}
)  # fmt: skip
_OTHERS_FOR_AFTER: Final = frozenset({"depends_on", "dependencies", "deps", "needs", "requires", "parents", "inputs"})


@frozen
class PlanFile:
    """A plan, what may be spent on it (None: not said), and the models that were assigned, in plan order."""

    plan: Plan
    budget: Nanodollars | None = None
    choices: tuple[Choice, ...] | None = None


def plan_to_json(file: PlanFile) -> Document:
    """The file's content. A caller may add the fields that are for readers to it and to its steps."""
    document = {"v": _VERSION, "budget_nano": file.budget, **to_json(file.plan)}
    choices = file.choices or (None,) * len(file.plan.steps)
    document["steps"] = [
        {**to_json(step), "model": step.model, "pinned": bool(step.model), **_chosen(choice)}
        for step, choice in zip(file.plan.steps, choices, strict=True)
    ]
    return document


def _chosen(choice: Choice | None) -> Document:
    if choice is None:
        return {}
    written = to_json(choice)
    cascade = {"cascade": written["cascade"]} if choice.cascade else {}
    return {"model": choice.model} | {key: written[name] for name, key in _CHOSEN.items()} | cascade


def plan_from_json(document: object, path: str = "") -> PlanFile:
    """Read a file's content. Raises InputError with every problem, each with its path."""
    if not isinstance(document, Mapping):
        raise InputError(Problem(path, "expected an object with `task` and `steps`"))
    if (version := document.get("v", _VERSION)) != _VERSION:
        raise InputError(Problem(path, f"version {version!r} of the plan format; this program reads {_VERSION}"))
    if problems := [*_unknown(document, _PLANS_OWN | _PLANS_SHOWN, path), *_unknown_of_steps(document, path)]:
        raise InputError(*problems)
    plan = from_json(Plan, document, path)
    rows = document["steps"]
    pins = tuple(row.get("model", "") if row.get("pinned", "worst_cost_nano" not in row) else "" for row in rows)
    steps = tuple(evolve(step, model=pin) for step, pin in zip(plan.steps, pins, strict=True))
    return PlanFile(evolve(plan, steps=steps), _budget(document, path), _choices(rows, path))


def _unknown_of_steps(document: Mapping[str, object], path: str) -> Iterator[Problem]:
    rows = document.get("steps")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, Mapping):
            yield from _unknown(row, _STEPS_OWN | _STEPS_SHOWN, f"{path}.steps[{index}]".lstrip("."))


def _unknown(document: Mapping[str, object], known: frozenset[str], path: str) -> Iterator[Problem]:
    for name in sorted(document.keys() - known):
        hint = "; did you mean 'after'?" if name in _OTHERS_FOR_AFTER else nearest(name, known)
        yield Problem(f"{path}.{name}".lstrip("."), f"no such field of a plan{hint}")


def _budget(document: Mapping[str, object], path: str) -> Nanodollars | None:
    raw = document.get("budget_nano")
    if raw is None:
        return None
    if type(raw) is not int or raw < 0:
        raise InputError(Problem(f"{path}.budget_nano" if path else "budget_nano", f"{raw!r} is not an amount"))
    return Nanodollars(raw)


def _choices(rows: list[Mapping[str, object]], path: str) -> tuple[Choice, ...] | None:
    """What planning chose; None unless it chose for every step."""
    if not all(row.get("model") and all(key in row for key in _CHOSEN.values()) for row in rows):
        return None
    named = [
        {"model": row["model"], "cascade": row.get("cascade")} | {name: row[key] for name, key in _CHOSEN.items()}
        for row in rows
    ]
    return from_json(tuple[Choice, ...], named, f"{path}.steps" if path else "steps")
