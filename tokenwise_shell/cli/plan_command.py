"""`tw plan`: a task cut into steps, with a model for each within the budget; with `-x`, carried out at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from attrs import frozen

from tokenwise.plan import MAX_STEPS
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import read_text
from tokenwise_shell.cli.options import Common, Flags, Spending, count, one_of, refuse_both, refuse_unwritable
from tokenwise_shell.workspace import Workspace

__all__ = ["Cutting", "Drawing", "plan"]


@spread
@frozen(kw_only=True)
class Cutting:
    """How the task is cut into steps."""

    max_steps: Annotated[str | None, Parameter(metavar="N", help="At most so many steps; without it 12.")] = None
    planner: Annotated[
        str, Parameter(metavar="WHO", help="llm asks a model, within the budget; rules ask nobody. Without it: llm.")
    ] = "llm"
    synthesize: Annotated[
        bool, Parameter(help="Let a last step join the results into one, instead of putting them side by side.")
    ] = False
    judge: Annotated[
        str | None, Parameter(metavar="MODEL", help="Ask this model of each result whether it does what its step asks.")
    ] = None
    tag: Annotated[
        tuple[str, ...] | None,
        Parameter(metavar="TAG", help="Book it under this tag, whose limits apply. May be given again."),
    ] = None


@spread
@frozen(kw_only=True)
class Drawing:
    """How the plan is shown, besides as text."""

    mermaid: Annotated[bool, Parameter(help="Print the plan as a Mermaid flow chart.")] = False
    svg: Annotated[Path | None, Parameter(metavar="FILE", help="Draw the plan into this file, as SVG.")] = None


_COMMON = Common()
_CUTTING = Cutting()
_SPENDING = Spending()
_DRAWING = Drawing()


def plan(
    task: Annotated[str, Parameter(help="What is to be done. `-` reads it from standard input.")],
    /,
    *,
    out: Annotated[Path | None, Parameter(metavar="FILE", help="Save the plan to this file, for `tw run`.")] = None,
    execute: Annotated[bool, Parameter(name=("--execute", "-x"), help="Run the plan.")] = False,
    drawing: Drawing = _DRAWING,
    cutting: Cutting = _CUTTING,
    spending: Spending = _SPENDING,
    common: Common = _COMMON,
) -> int:
    """Plan, show or save the plan, and run it if asked to. A run's result goes to stdout, all else then to stderr."""
    flags = Flags()
    text = flags.of(read_text, task, "TASK")
    max_steps = flags.of(count, cutting.max_steps, "--max-steps", most=MAX_STEPS)
    planner = flags.of(one_of, cutting.planner, ("llm", "rules"), "--planner")
    flags.of(refuse_unwritable, out, "--out")
    flags.of(refuse_unwritable, drawing.svg, "--svg")
    flags.of(refuse_both, {"--mermaid": drawing.mermaid, "--json": common.json})
    tags = ",".join(cutting.tag) if cutting.tag else None
    workspace = flags.of(common.workspace, {**spending.flags, "tags": tags})
    flags.check()
    judge = cutting.judge and _judge(cutting.judge, workspace)
    from tokenwise_shell.cli.plan_work import Work, perform  # loads the client, which wrong options need not wait for
    from tokenwise_shell.client import Extras

    work = Work(
        task=text,
        max_steps=max_steps,
        planner=planner,
        extras=Extras(cutting.synthesize, judge or ""),
        out=out,
        svg=drawing.svg,
        run=execute,
        mermaid=drawing.mermaid,
        as_json=common.json,
    )
    return perform(workspace, work)


def _judge(name: str, workspace: Workspace) -> str:
    from tokenwise_shell.cli.naming import model_called  # few plans are judged

    return model_called(name, workspace, "--judge")
