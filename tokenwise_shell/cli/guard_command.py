"""`tw guard`: any command under a hard cap on what its calls to models may cost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, parse_usd
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import tell
from tokenwise_shell.cli.options import STRATEGIES, Common, Flags, one_of, refuse_unwritable

__all__ = ["Allowing", "Telling", "guard"]

_NOT_FOUND: Final = 127


@spread
@frozen(kw_only=True)
class Allowing:
    """What the command may do with the money."""

    budget: Annotated[
        str | None, Parameter(metavar="USD", help="The most that all its calls together may cost, in US dollars.")
    ] = None
    on_limit: Annotated[
        str,
        Parameter(
            metavar="WHAT",
            help="refuse; pause (a call waits for `tw limits raise`); or ask (on the terminal). Without it: refuse.",
        ),
    ] = "refuse"
    models: Annotated[
        tuple[str, ...],
        Parameter(metavar="GLOB", help="Only models that match this pattern, such as openai/*. May be repeated."),
    ] = ()
    route: Annotated[
        bool, Parameter(help="Choose a model for each call by the strategy, whichever the command names.")
    ] = False
    strategy: Annotated[
        str | None,
        Parameter(
            metavar="S",
            help=f"How to choose where the command asks for auto, or with --route: one of {STRATEGIES}.",
        ),
    ] = None
    keep: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help="Hand on this variable although there is a real key in it. May be repeated."),
    ] = ()


@spread
@frozen(kw_only=True)
class Telling:
    """What is written down, and what simulated models are to play."""

    summary: Annotated[Path | None, Parameter(metavar="FILE", help="Write what was spent to this file, as JSON.")] = (
        None
    )
    save: Annotated[
        Path | None,
        Parameter(
            metavar="FILE", help="Write its requests to this file, a workload for tw simulate; without any words."
        ),
    ] = None
    faults: Annotated[
        Path | None,
        Parameter(metavar="FILE", help="Faults for the simulated models to play, as docs/embedded.md describes them."),
    ] = None


_COMMON = Common()
_ALLOWING = Allowing()
_TELLING = Telling()


def guard(
    *command: Annotated[str, Parameter(help="The command and its arguments, behind `--`.", allow_leading_hyphen=True)],
    allowing: Allowing = _ALLOWING,
    telling: Telling = _TELLING,
    common: Common = _COMMON,
) -> int:
    """Run a command whose calls to models never cost more than the budget. The exit code is the command's."""
    flags = Flags()
    budget = flags.of(_budget, allowing.budget, command)
    on_limit = flags.of(one_of, allowing.on_limit, ("refuse", "pause", "ask"), "--on-limit")
    flags.of(_refuse_json, json=common.json)
    flags.of(refuse_unwritable, telling.summary, "--summary")
    flags.of(refuse_unwritable, telling.save, "--save")
    flags.check()
    program = shutil.which(command[0])
    if program is None:
        tell(f"{command[0]}: {_why_not(command[0])}")
        return _NOT_FOUND if not Path(command[0]).exists() else 126
    from tokenwise_shell.cli.guard_work import Work, perform

    work = Work(
        command=command,
        program=str(Path(program).absolute()),
        budget=budget,
        on_limit=on_limit,
        models=allowing.models,
        route=allowing.route,
        keep=allowing.keep,
        summary=telling.summary,
        save=telling.save,
        faults=telling.faults,
    )
    return perform(work, common, allowing.strategy, os.environ)


def _budget(text: str | None, command: tuple[str, ...]) -> Nanodollars:
    """The cap. Raises InputError, also where there is no command."""
    missing = []
    if text is None:
        missing.append(Problem("--budget", "missing; say how many US dollars the command may spend, such as 5"))
    if not command:
        missing.append(Problem("COMMAND", "missing; say what to run behind `--`: tw guard --budget 5 -- claude"))
    elif command[0].startswith("-"):
        missing.append(Problem(command[0], "is no option of tw guard; `tw guard --help` shows which there are"))
    if missing or text is None:
        raise InputError(*missing)
    return parse_usd(text, path="--budget")


def _refuse_json(*, json: bool) -> None:
    if json:
        raise InputError(Problem("--json", "stdout is the command's own; --summary FILE has the document"))


def _why_not(name: str) -> str:
    if Path(name).is_dir():
        return "is a folder, and no command"
    if Path(name).exists() and os.sep in name:
        return "may not be executed"
    return "no such command; it is looked for in PATH"
