"""What `tw plan` and `tw run` share: a client to work with, a run before somebody's eyes, and what its end means.

Imported by the commands when they have read their options: it loads the client, and with it trio and httpx.
"""

import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from tokenwise.machine.run import Ended, Outcome
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.interruption import until_signal
from tokenwise_shell.client import Client
from tokenwise_shell.engine.interpret import Listener
from tokenwise_shell.opening import open_client
from tokenwise_shell.plans.completion import Completion
from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
from tokenwise_shell.show.plan import execution_text, next_text, result_text, unplanned_text
from tokenwise_shell.show.progress import LineDisplay, LiveDisplay, Tally
from tokenwise_shell.show.render import usd
from tokenwise_shell.workspace import Workspace

__all__ = [
    "during_planning",
    "execute",
    "exit_of",
    "refuse",
    "report",
    "resume",
    "saying_what_was_spent",
    "unreachable",
    "with_client",
]

T = TypeVar("T")


def unreachable(workspace: Workspace, *, as_json: bool = False, **known: object) -> bool:
    """Whether nothing can be run because nobody can be called, which is then said; to programs with what is `known`."""
    if workspace.providers:
        return False
    told = "nothing can be run without a provider"
    tell(told)
    if as_json:
        write_json({**known, "refusal": {"code": "no_provider", "message": told}})
    return True


def with_client(workspace: Workspace, work: Callable[[Client], Awaitable[T]]) -> T | None:
    """Open a client and do this with it. None, and a word about it, where Ctrl-C or SIGTERM ended it."""
    import trio

    result, _ = trio.run(until_signal, partial(_worked, workspace, work), _interrupted)
    return result


def _interrupted(signal: int) -> None:
    tell(f"interrupted by signal {signal}; what was spent is in the ledger")


async def _worked(workspace: Workspace, work: Callable[[Client], Awaitable[T]]) -> T:
    async with open_client(workspace) as client:
        before = client.notices
        tell(*(notice for notice in before if notice not in workspace.notices))
        result = await work(client)
        tell(*client.notices[len(before) :])
        return result


# --- runs -------------------------------------------------------------------------------------------------------------


async def execute(client: Client, planned: Planned) -> Execution:
    """Run a plan and show how it goes."""
    tally = Tally(spent=planned.planner.cost_nano)
    display = LiveDisplay(planned.plan, planned.budget_nano, tally) if _animated() else LineDisplay(tally, tell)
    return await _displayed(client, display, planned.run_id, partial(client.execute, planned))


async def resume(client: Client, run_id: str) -> Execution:
    """Go on with a run and show how it goes. The sums while it lasts are of what it costs from now on."""
    display = LineDisplay(Tally(), tell)
    return await _displayed(client, display, run_id, partial(client.resume, run_id), " after it was resumed")


async def during_planning(work: Callable[[Listener], Awaitable[T]]) -> T:
    """Plan; if something ends that early, what asking a model has cost is said before it goes on its way."""
    tally = Tally()
    with saying_what_was_spent(tally, doing=" while planning"):
        return await work(tally.hear)


@contextmanager
def saying_what_was_spent(tally: Tally, *, doing: str = "", run: str = "", more: str = "") -> Iterator[None]:
    """Whatever ends work on models early, what it has cost is said before that goes on its way."""
    try:
        yield
    except BaseException:
        if tally.words:
            tell(f"stopped{doing}: {usd(tally.spent)} was spent, and is in the ledger{run}")
        tell(*filter(None, (more,)))
        raise


async def _displayed(
    client: Client,
    display: LineDisplay | LiveDisplay,
    run_id: str,
    work: Callable[..., Awaitable[Execution]],
    doing: str = "",
) -> Execution:
    """Show how it goes. Where something ends it early, how to go on is said as well."""
    offline = client.workspace.settings.offline
    more = f"go on with: tw run --resume {run_id}{' --offline' if offline else ''}"
    with saying_what_was_spent(display.tally, doing=doing, run=f"; run {run_id}", more=more), display:
        execution = await work(listener=display.hear)
    tell(*execution_text(execution, round(1000 * (time.monotonic() - display.started))).splitlines())
    tell(*next_text(execution, offline=offline).splitlines())
    return execution


def _animated() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and sys.stderr.isatty() and not plain


# --- ends -------------------------------------------------------------------------------------------------------------


def report(execution: Execution, *, as_json: bool) -> Exit:
    """Put the result on stdout, verbatim, or the whole document, and give the exit code."""
    if as_json:
        write_json(execution.as_json())
    else:
        write(result_text(execution))
    return exit_of(execution)


def refuse(unplanned: Unplanned, *, as_json: bool) -> Exit:
    """Say why there is no plan, and give the exit code."""
    if as_json:
        write_json(unplanned.as_json())
    else:
        tell(*unplanned_text(unplanned, width=columns()).rstrip("\n").splitlines())
    return Exit.OUT_OF_REACH if unplanned.smallest_budget_nano is None else Exit.OVER_BUDGET


def exit_of(execution: Execution | Completion) -> Exit:
    """The exit code for how a run ended. One that a signal ended never gets here."""
    outcomes = {each.state.outcome for each in execution.run.steps if isinstance(each.state, Ended)}
    unspent = not execution.run.books.spent
    match execution.status:
        case "completed":
            return Exit.DONE
        case "exhausted" if unspent:
            return Exit.OVER_BUDGET
        case "failed" if unspent and outcomes <= {Outcome.NO_MODEL, Outcome.UPSTREAM_FAILED}:
            return Exit.OUT_OF_REACH
        case _:
            return Exit.UNSUCCESSFUL
