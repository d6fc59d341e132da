"""What `tw ask` does once its options are read: ask, show the answer, say the cost. Loads the client."""

import sys
from functools import partial
from pathlib import Path

from attrs import frozen

from tokenwise.routing.choosing import Refused
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import Blocked
from tokenwise_shell.cli.edge import Exit, flush, tell, write, write_json
from tokenwise_shell.cli.route_command import exit_of as exit_of_decision
from tokenwise_shell.cli.running import exit_of, saying_what_was_spent, unreachable, with_client
from tokenwise_shell.client import Client
from tokenwise_shell.config.private import write_private
from tokenwise_shell.plans.completion import Completion, Hear
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.show.progress import Tally
from tokenwise_shell.show.render import line_ended, usd
from tokenwise_shell.workspace import Workspace

__all__ = ["Work", "perform"]


@frozen
class Work:
    """What is to be asked, checked. `out` takes the answer in place of stdout."""

    conversation: Conversation
    wishes: Wishes
    out: Path | None
    as_json: bool


def perform(workspace: Workspace, work: Work) -> Exit:
    """Ask, show what came of it, and give the exit code."""
    if unreachable(workspace, as_json=work.as_json):
        return Exit.OUT_OF_REACH
    # A pipe gets the answer whole, so that one that is of no use can still be asked for elsewhere.
    aloud = _Printer() if sys.stdout.isatty() and not work.as_json and work.out is None else None
    answer = with_client(workspace, partial(_asked, work=work, hear=aloud.hear if aloud else None))
    match answer:
        case None:
            return Exit.INTERRUPTED
        case Decision():
            return _refused(answer, work)
        case Completion():
            return _told(answer, work, aloud)


async def _asked(client: Client, work: Work, hear: Hear | None) -> Completion | Decision:
    tally = Tally()
    with saying_what_was_spent(tally):
        return await client.complete(work.conversation, wishes=work.wishes, hear=hear, listener=tally.hear)


class _Printer:
    """Puts the text on the terminal as it comes."""

    last = ""

    async def hear(self, text: str) -> None:
        write(text)
        flush()
        self.last = text

    def end(self) -> None:
        if self.last and not self.last.endswith("\n"):
            write("\n")
        flush()


def _refused(decision: Decision, work: Work) -> Exit:
    if work.as_json:
        write_json(decision.as_json())
    match decision.outcome:
        case Refused(message=message) | Blocked(message=message):
            model = work.wishes.model
            look = f"`tw models --explain {model}` shows its prices" if model else "`tw route` shows why"
            tell(f"refused: {message}", f"{look}; the budget is {usd(decision.budget_nano)}")
        case _:
            raise AssertionError("a decision that was routed has been carried out")
    return exit_of_decision(decision.outcome)


def _told(answer: Completion, work: Work, aloud: _Printer | None) -> Exit:
    if aloud:
        aloud.end()
    if work.out is not None:
        write_private(work.out, line_ended(answer.output).encode())
    if work.as_json:
        write_json(answer.as_json())
    elif work.out is None and aloud is None:
        write(line_ended(answer.output))
    flush()
    if answer.status != "completed":
        tell(f"{answer.status}: {answer.why}")
    where = f" at {answer.provider}" if answer.provider else ""
    cost = f"{usd(answer.spent_nano)} spent, {usd(answer.held_nano)} held at most"
    tell(f"{answer.model}{where}: {cost}; run {answer.run_id}")
    return exit_of(answer)
