"""Plans on disk: what `tw plan --out` saves and `tw run` reads. The names are those of `tw plan --json`."""

import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import orjson
from attrs import evolve, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise.planner.assignment import Unassignable, as_chosen, assign
from tokenwise.policy import Policy, Strategy
from tokenwise_shell.cli.naming import model_called
from tokenwise_shell.config.private import write_private
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.runs import new_run_id
from tokenwise_shell.plans.codec import PlanFile, plan_from_json, plan_to_json
from tokenwise_shell.plans.judging import Judging
from tokenwise_shell.plans.planned import Planned, Unplanned
from tokenwise_shell.plans.planning import PlannerReport
from tokenwise_shell.workspace import Workspace

__all__ = ["MAX_BYTES", "read_plan", "write_plan"]

MAX_BYTES: Final = 1 << 24
"""A plan is a task and some steps: the longest window that a model has is half of this in text."""


def write_plan(path: Path, planned: Planned) -> None:
    """Save a plan with its models, readable by its owner alone: it holds task text. Raises OSError."""
    shown = planned.as_json()
    written = plan_to_json(PlanFile(planned.plan, planned.budget_nano, planned.assigned.choices))
    steps = [{**more, **row} for more, row in zip(_rows(shown), _rows(written), strict=True)]
    document = {**shown, **written, "strategy": planned.policy.strategy.value, "steps": steps}
    write_private(path, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_plan(path: Path, workspace: Workspace, *, budget: Nanodollars | None = None) -> Planned | Unplanned:
    """A saved plan, ready to be run anew, within `budget` or the file's own; `-` reads standard input.

    Its models stand where all were chosen, and fit a budget that was asked for; else they are chosen now. What its
    planning has cost counts against its budget. Raises InputError with every problem, an unreadable file too.
    """
    document = _parsed(path)
    file = _meant(plan_from_json(document), workspace)
    terms = _Terms(
        policy=workspace.policy(_strategy(document)),
        budget=workspace.budget(file.budget if budget is None else budget),
        report=_planner(document),
        run_id=new_run_id(wall_ms(), os.urandom(8)),
        judging=_judging(document, workspace),
    )
    fits = budget is None or sum(choice.worst for choice in file.choices or ()) <= terms.limit
    assigned = (
        as_chosen(file.plan, file.choices, workspace.reachable)
        if file.choices is not None and fits
        else assign(file.plan, workspace.reachable, terms.policy, terms.limit)
    )
    if isinstance(assigned, Unassignable):
        return Unplanned(file.plan, assigned, terms.budget, terms.report, terms.run_id, terms.kept, saved=True)
    given = (terms.policy, terms.budget, terms.report, terms.run_id, terms.judging)
    return Planned(file.plan, assigned, workspace.reachable, *given)


@frozen(kw_only=True)
class _Terms:
    """Under what a plan of a file runs."""

    policy: Policy
    budget: Nanodollars
    report: PlannerReport
    run_id: str
    judging: Judging | None

    @property
    def kept(self) -> Nanodollars:
        return self.judging.kept if self.judging else Nanodollars(0)

    @property
    def limit(self) -> Nanodollars:
        return Nanodollars(max(0, self.budget - self.report.cost_nano - self.kept))


def _meant(file: PlanFile, workspace: Workspace) -> PlanFile:
    """The plan with the ids of the models that its steps name. Raises InputError for each name that means none."""
    problems: list[Problem] = []

    def meant(name: str, index: int) -> str:
        try:
            return model_called(name, workspace, f"steps[{index}].model") if name else ""
        except InputError as error:
            problems.extend(error.problems)
            return name

    steps = tuple(evolve(step, model=meant(step.model, index)) for index, step in enumerate(file.plan.steps))
    choices = file.choices and tuple(
        evolve(choice, model=meant(choice.model, index)) for index, choice in enumerate(file.choices)
    )
    if problems:
        raise InputError(*dict.fromkeys(problems))
    return evolve(file, plan=evolve(file.plan, steps=steps), choices=choices)


def _parsed(path: Path) -> Mapping[str, object]:
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as source:
            raw = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    if len(raw) > MAX_BYTES:
        raise InputError(Problem(str(path), f"is longer than {MAX_BYTES} bytes; no plan is"))
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InputError(Problem(str(path), f"is not JSON: {error}")) from error
    if not isinstance(document, dict):
        raise InputError(Problem(str(path), "expected an object with `task` and `steps`"))
    return document


def _strategy(document: Mapping[str, object]) -> Strategy | None:
    raw = document.get("strategy")
    known = {strategy.value: strategy for strategy in Strategy}
    if raw is None:
        return None
    if raw not in known:
        raise InputError(Problem("strategy", f"{raw!r} is none of {', '.join(known)}"))
    return known[str(raw)]


def _planner(document: Mapping[str, object]) -> PlannerReport:
    raw = document.get("planner")
    if not isinstance(raw, Mapping):
        return PlannerReport("file")
    source, model, cost = raw.get("source"), raw.get("model"), raw.get("cost_nano", 0)
    if type(cost) is not int or cost < 0:
        raise InputError(Problem("planner.cost_nano", f"{cost!r} is not an amount"))
    return PlannerReport(str(source or "file"), str(model) if model else None, Nanodollars(cost))


def _judging(document: Mapping[str, object], workspace: Workspace) -> Judging | None:
    raw = document.get("judge")
    if not isinstance(raw, Mapping):
        return None
    model, kept = raw.get("model"), raw.get("kept_cost_nano")
    if type(kept) is not int or kept < 0:
        raise InputError(Problem("judge.kept_cost_nano", f"{kept!r} is not an amount"))
    return Judging(model_called(str(model), workspace, "judge.model"), Nanodollars(kept))


def _rows(document: Mapping[str, object]) -> list[dict[str, object]]:
    rows = document["steps"]
    assert isinstance(rows, list)
    return rows
