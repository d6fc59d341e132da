"""`tw run`: a saved plan carried out, or a run that was interrupted gone on with."""

from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tokenwise.errors import InputError, Problem
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
        str | None, Parameter(help="Go on with this run, or `last`; what is done is not paid again.")
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Run a plan, or the rest of one. Its result goes to stdout, all else to stderr."""
    if (plan_file is None) == (resume is None):
        raise InputError(
            Problem("PLAN_FILE", "expected one of the two: a file with a plan, or --resume and a run's id")
        )
    workspace = common.workspace()
    if plan_file is not None:
        return _run(plan_file, workspace, as_json=common.json)
    assert resume is not None
    return _resume(resume, workspace, as_json=common.json)


def _run(plan_file: Path, workspace: Workspace, *, as_json: bool) -> int:
    from tokenwise_shell.cli import running
    from tokenwise_shell.cli.plan_files import read_plan
    from tokenwise_shell.plans.planned import Unplanned

    planned = read_plan(plan_file, workspace)
    if isinstance(planned, Unplanned):
        return running.refuse(planned, as_json=as_json)
    if running.unreachable(workspace):
        return Exit.OUT_OF_REACH
    execution = running.with_client(workspace, partial(running.execute, planned=planned))
    return Exit.INTERRUPTED if execution is None else running.report(execution, as_json=as_json)


def _resume(run_id: str, workspace: Workspace, *, as_json: bool) -> int:
    from tokenwise_shell.cli import running
    from tokenwise_shell.engine.recent import run_called

    run_id = run_called(workspace.settings.ledger_path, run_id)
    if running.unreachable(workspace):
        return Exit.OUT_OF_REACH
    execution = running.with_client(workspace, partial(running.resume, run_id=run_id))
    return Exit.INTERRUPTED if execution is None else running.report(execution, as_json=as_json)
