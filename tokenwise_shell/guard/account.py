"""What a guard says at its end: a document for programs, and a few lines for people."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tokenwise.money import Nanodollars
from tokenwise_shell.guard.scopes import Scope
from tokenwise_shell.guard.tally import MAIN
from tokenwise_shell.plans.decision import as_usd
from tokenwise_shell.show.render import counted, one_line, table, thousands, usd

__all__ = ["account_of", "account_text"]

# As many agents as a screen has room for; the document has all of them.
_MOST_AGENTS: Final = 12
_LONGEST_ERROR: Final = 300


def account_of(scope: Scope) -> dict[str, Any]:
    """What was spent under this guard so far. Amounts `…_nano` are integers; `…_usd` are for people."""
    tally, budget = scope.tally, scope.budget
    left = max(0, budget - tally.total.spent - sum(tally.held.values()))
    return {
        "guard": scope.terms.name,
        "budget_nano": budget,
        "budget_usd": as_usd(budget),
        "held_nano": sum(tally.held.values()),
        "left_nano": left,
        "left_usd": as_usd(Nanodollars(left)),
        "overrun_nano": tally.overrun,
        "refused": tally.refused,
        "failed": dict(tally.failed),
        "last_error": tally.last_error,
        **tally.total.as_json(),
        "models": {name: part.as_json() for name, part in _dearest(tally.models)},
        "agents": {name or "main": part.as_json() for name, part in _dearest(tally.agents)},
    }


def _dearest(parts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(parts.items(), key=lambda pair: (-pair[1].spent, pair[0]))


def account_text(account: Mapping[str, Any], width: int | None = None) -> str:
    """The account for people: one line, then a table by model, and one by agent where there are several."""
    return "".join(_lines(account, width))


def _lines(account: Mapping[str, Any], width: int | None) -> Iterator[str]:
    calls, refused = account["calls"], account["refused"]
    spent = f"{usd(account['spent_nano'])} of {usd(account['budget_nano'])} spent in {counted(calls, 'call')}"
    turned_away = f"; {counted(refused, 'request')} refused for want of money" if refused else ""
    yield f"tw guard: {spent}{turned_away}\n"
    if account["overrun_nano"]:
        yield f"tw guard: billed {usd(account['overrun_nano'])} above what was held\n"
    if account["estimated_nano"]:
        yield f"tw guard: {usd(account['estimated_nano'])} of it is estimated: those calls were let go of\n"
    if failed := account["failed"]:
        told = ", ".join(f"{number} × {one_line(error)}" for error, number in sorted(failed.items()))
        yield f"tw guard: {counted(sum(failed.values()), 'request')} failed: {told}\n"
        yield f"tw guard: the last was told: {one_line(account['last_error'])[:_LONGEST_ERROR]}\n"
    if not calls and not refused and not failed:
        yield "tw guard: no call came through the guard; docs/guard.md says what else the command may have called by\n"
        return
    if calls:
        yield "\n" + _table("model", account["models"], width)
    agents = {name if name == "main" else f"agent {name}": part for name, part in account["agents"].items()}
    if len(agents) > 1 or (agents and MAIN not in agents and "main" not in agents):
        yield "\n" + _table("agent", dict(list(agents.items())[:_MOST_AGENTS]), width)


def _table(heading: str, parts: Mapping[str, Any], width: int | None) -> str:
    rows = [
        (
            one_line(name),
            str(part["calls"]),
            usd(part["spent_nano"]),
            thousands(part["input_tokens"]),
            thousands(part["cached_input_tokens"]),
            thousands(part["output_tokens"]),
        )
        for name, part in parts.items()
    ]
    return table([(heading, "calls", "spent", "in", "cached", "out"), *rows], right=(1, 2, 3, 4, 5), width=width)
