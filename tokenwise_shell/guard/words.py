"""What a guarded command is told when its cap is reached: agents show an error's message to whoever can act on it."""

import shlex
from pathlib import PurePath
from typing import Final

from attrs import evolve

from tokenwise_shell.guard.scopes import Scope
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.show.render import usd

__all__ = ["going_on", "reworded"]

_SPENT: Final = "budget_exceeded"
_HELD: Final = "budget_busy"

# What a refusal by a limit begins with, whereas one by the request's own budget, which is the cap, names none.
_OTHERS: Final = "the budget "

# How agents take up the session that they had (as of 2026-11).
_SESSIONS: Final = {
    "claude": "claude --continue",
    "codex": "codex resume --last",
    "opencode": "opencode --continue",
    "gemini": "gemini --resume",
}

_LONGEST_COMMAND: Final = 160
"""So much of a line is pasted whole; the guard around this one takes 200 characters of advice."""


def going_on(command: tuple[str, ...]) -> str:
    """The command line that goes on with more money."""
    program = PurePath(command[0]).name
    whole = shlex.join(command)
    again = whole if len(whole) <= _LONGEST_COMMAND and whole.isprintable() else "COMMAND"
    return f"tw guard --budget MORE -- {_SESSIONS.get(program, again)}"


def reworded(scope: Scope, trouble: Trouble) -> Trouble:
    """An error as the guarded command hears it: which guard's budget is reached, and how to go on."""
    if trouble.code not in (_SPENT, _HELD):
        return trouble
    guard = next((each for each in scope.line if each.terms.name in trouble.message), None)
    if guard is None and _OTHERS in trouble.message:
        return trouble  # a limit that was there before the guard: its own words name it
    detail = trouble.message
    for each in scope.line:
        detail = detail.replace(f"the budget tag:{each.terms.name} total", "the guard")
    if trouble.code == _HELD:
        return evolve(trouble, message=f"tw guard: {detail}")
    return evolve(trouble, message=_reached(guard or scope, detail))


def _reached(guard: Scope, detail: str) -> str:
    spent = usd(guard.tally.total.spent)
    said = detail.partition("; set max_tokens")[0].partition("; raise ")[0]
    remedy = f". To go on: {guard.terms.going_on}" if guard.terms.going_on else ""
    return f"tw guard: the budget of {usd(guard.budget)} is reached, {spent} is spent ({said}){remedy}"
