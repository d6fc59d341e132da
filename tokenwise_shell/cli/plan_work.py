"""What `tw plan` does once its options are read: plan, show or save, run. Loads the client."""

from functools import partial
from pathlib import Path

from attrs import frozen

from tokenwise.scenario.risk import Blocked
from tokenwise_shell.cli.edge import AS_IF, Exit, columns, show, tell, write, write_json
from tokenwise_shell.cli.plan_files import write_plan
from tokenwise_shell.cli.running import during_planning, execute, refuse, report, unreachable, with_client
from tokenwise_shell.client import MAX_STEPS, Client, Extras
from tokenwise_shell.config.private import write_private
from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
from tokenwise_shell.show.plan import mermaid_text, planned_text
from tokenwise_shell.show.svg import svg_text
from tokenwise_shell.workspace import Workspace

__all__ = ["Work", "perform"]

_Result = Planned | Unplanned | Blocked | Execution


@frozen(kw_only=True)
class Work:
    """What is to be done, checked. `max_steps` None is the usual number."""

    task: str
    max_steps: int | None
    planner: str
    extras: Extras
    out: Path | None
    svg: Path | None
    run: bool
    mermaid: bool
    as_json: bool


def perform(workspace: Workspace, work: Work) -> Exit:
    """Do it, show what came of it, and give the exit code."""
    if work.run and unreachable(workspace, as_json=work.as_json, task=work.task, steps=[]):
        return Exit.OUT_OF_REACH
    if not workspace.providers:
        tell(AS_IF)
    result = with_client(workspace, partial(_planned, work=work))
    return Exit.INTERRUPTED if result is None else _told(result, work)


async def _planned(client: Client, work: Work) -> _Result:
    planned = await during_planning(
        lambda listener: client.plan(
            work.task,
            max_steps=work.max_steps or MAX_STEPS,
            planner=work.planner,
            extras=work.extras,
            listener=listener,
        )
    )
    if not isinstance(planned, Planned):
        return planned
    if work.svg is not None:
        write_private(work.svg, svg_text(planned).encode())
        tell(f"drawn into {work.svg}")
    if work.out is not None:
        write_plan(work.out, planned)
        tell(f"saved to {work.out}")
    if not work.run:
        return planned
    show(_shown(planned, work) + "\n")
    return await execute(client, planned)


def _told(result: _Result, work: Work) -> Exit:
    match result:
        case Execution():
            return report(result, as_json=work.as_json)
        case Unplanned():
            return refuse(result, as_json=work.as_json)
        case Planned():
            if work.as_json:
                write_json(result.as_json())
            else:
                write(_shown(result, work))
            return Exit.DONE
        case Blocked(code=code, message=message):
            refusal = {"code": code, "message": message}
            if work.as_json:
                write_json({"task": work.task, "steps": [], "within_budget": False, "refusal": refusal})
            else:
                tell(f"refused: {message}")
            return Exit.RISK


def _shown(planned: Planned, work: Work) -> str:
    return mermaid_text(planned) if work.mermaid else planned_text(planned, width=columns())
