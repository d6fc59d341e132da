"""`tw run`: a saved plan carried out, or a run that was interrupted gone on with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit
from tokenwise_shell.cli.options import Common
from tokenwise_shell.workspace import Workspace

__all__ = ["run"]

_COMMON = Common()


def run(
    plan_file: Annotated[
        Path | None, Parameter(help="A plan that `tw plan --out` saved. `-` reads it from standard input.")
    ] = None,
    /,
    *,
    resume: Annotated[
        str | None, Parameter(metavar="RUN", help="Go on with this run, or `last`; what is done is not paid again.")
    ] = None,
    budget: Annotated[
        str | None,
        Parameter(metavar="USD", help="The most that the plan may cost, instead of what its file says."),
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Run a plan, or the rest of one. Its result goes to stdout, all else to stderr."""
    if (plan_file is None) == (resume is None):
        raise InputError(
            Problem("PLAN_FILE", "expected one of the two: a file with a plan, or --resume and a run's id")
        )
    if budget is not None and resume is not None:
        raise InputError(Problem("--budget", "a run goes on with the budget that it began with"))
    workspace = common.workspace({"default_budget": budget})
    if plan_file is not None:
        return _run(plan_file, workspace, own=budget is not None, as_json=common.json)
    assert resume is not None
    return _resume(resume, workspace, as_json=common.json)


def _run(plan_file: Path, workspace: Workspace, *, own: bool, as_json: bool) -> int:
    from tokenwise_shell.cli import running
    from tokenwise_shell.cli.plan_files import read_plan
    from tokenwise_shell.plans.planned import Unplanned

    planned = read_plan(plan_file, workspace, budget=workspace.settings.default_budget if own else None)
    if isinstance(planned, Unplanned):
        return running.refuse(planned, as_json=as_json)
    if running.unreachable(workspace, as_json=as_json):
        return Exit.OUT_OF_REACH
    execution = running.with_client(workspace, partial(running.execute, planned=planned))
    return Exit.INTERRUPTED if execution is None else running.report(execution, as_json=as_json)


def _resume(run_id: str, workspace: Workspace, *, as_json: bool) -> int:
    from tokenwise_shell.cli import running
    from tokenwise_shell.engine.recent import known_run

    run_id = known_run(workspace.settings.ledger_path, run_id, journal=True)
    if running.unreachable(workspace, as_json=as_json):
        return Exit.OUT_OF_REACH
    execution = running.with_client(workspace, partial(running.resume, run_id=run_id))
    return Exit.INTERRUPTED if execution is None else running.report(execution, as_json=as_json)
