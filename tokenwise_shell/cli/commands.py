"""Which commands there are, and the overview that `tw --help` prints, without loading what parses a command."""

import textwrap
from collections.abc import Iterator
from typing import Final

__all__ = ["COMMANDS", "CONFIG_COMMANDS", "HELP", "overview"]

HELP: Final = """Get this done, for at most this much: route, plan and run LLM calls within a budget.

Without a network or a key, add --offline: models are then simulated, and everything else is as it will be."""

COMMANDS: Final = {
    "route": ("route_command:route", "Choose a model for a query, and say why and what it may cost. Calls nobody."),
    "plan": ("plan_command:plan", "Cut a task into steps, give each a model within the budget; run it with -x."),
    "run": ("run_command:run", "Run a saved plan, or go on with a run that was interrupted."),
    "replay": ("replay_command:replay", "Decide a recorded run again, and compare; or under another policy."),
    "models": ("models_command:models", "List the models with prices, capabilities, and who would serve each."),
    "ledger": ("ledger_command:ledger", "Show what was spent, and prove that the books balance."),
    "simulate": (
        "simulate_command:simulate",
        "Try policies on a workload in virtual time: cost, success, latency. Calls nobody.",
    ),
    "serve": ("serve_command:serve", "Serve simulated models in OpenAI's format (with --offline)."),
    "doctor": ("doctor_command:doctor", "Look for what would keep tokenwise from working here."),
}

CONFIG_COMMANDS: Final = {
    "show": "Show the settings in force, and where each comes from.",
    "check": "Check every setting, and name every problem.",
    "init": "Write a configuration file in which every key is explained.",
}

_INDENT: Final = 13


def overview(width: int) -> str:
    """What the program is for, and each command with its summary, in the order in which they are usually needed."""
    parts = [f"Usage: tw COMMAND ...\n\n{_paragraphs(width)}\n\nCommands:"]
    parts += _rows(width)
    parts.append("\n`tw COMMAND --help` shows what a command takes; `tw --version` the version.\n")
    return "\n".join(parts)


def _paragraphs(width: int) -> str:
    return "\n\n".join(textwrap.fill(paragraph, width) for paragraph in HELP.split("\n\n"))


def _rows(width: int) -> Iterator[str]:
    for name, (_, summary) in COMMANDS.items():
        yield textwrap.fill(f"  {name:<{_INDENT - 2}}{summary}", width, subsequent_indent=" " * _INDENT)
    yield f"  {'config':<{_INDENT - 2}}Show, check or write the settings."
