"""Reads a command line and calls the command. The commands' own modules load when they are called."""

from typing import Final

from cyclopts import App, CycloptsError, Parameter
from cyclopts.exceptions import UnknownCommandError, UnusedCliTokensError

from tokenwise_shell.cli.commands import COMMANDS, GROUPS, HELP
from tokenwise_shell.cli.edge import Exit, tell
from tokenwise_shell.cli.version import version
from tokenwise_shell.config.values import nearest

__all__ = ["run"]

_BELOW: Final = {
    ("ledger", "reconcile"): ("reconcile_command:reconcile_export", "Compare with a provider's export of costs."),
    ("ledger", "correct"): ("correct_command:correct", "Put a wrong charge right, by one more line."),
    ("limits", "raise"): ("limits_command:raise_one", "Raise one budget until its window ends."),
}


def run(tokens: list[str]) -> int:
    """Run one command and give its exit code; what cannot be read as a command is complained of on stderr."""
    if tuple(tokens[:2]) in _BELOW:
        tokens = ["-".join(tokens[:2]), *tokens[2:]]
    try:
        result = _build()(tokens, print_error=False, exit_on_error=False, result_action="return_value")
    except CycloptsError as error:
        command = " ".join(("tw", *(error.command_chain or ())))
        tell(_complaint(error), f"`{command} --help` shows what it takes")
        return Exit.BAD_INPUT
    return result if isinstance(result, int) else Exit.DONE


def _build() -> App:
    # Docstrings are written for us; help is written here, as plain text that needs no parser of markup.
    quiet = Parameter(negative=(), show_default=False)
    built = App(
        name="tw",
        help=HELP,
        version=version,
        help_format="plaintext",
        default_parameter=quiet,
        suppress_keyboard_interrupt=False,
    )
    for name, (place, summary) in COMMANDS.items():
        built.command(f"tokenwise_shell.cli.{place}", name=name, help=summary)
    # A command below one that is itself a command would load both for every line; so it is one of its own.
    for names, (place, summary) in _BELOW.items():
        built.command(f"tokenwise_shell.cli.{place}", name="-".join(names), help=summary, show=False)
    for group, (summary, commands) in GROUPS.items():
        inner = App(name=group, help=summary, default_parameter=quiet)
        for name, (place, meaning) in commands.items():
            inner.command(f"tokenwise_shell.cli.{place}", name=name, help=meaning)
        built.command(inner)
    return built


def _complaint(error: CycloptsError) -> str:
    match error:
        case UnknownCommandError(unused_tokens=[name, *_]):
            # The parser's own words would cost loading every command there is.
            group = error.command_chain[0] if error.command_chain else ""
            names = tuple(GROUPS[group][1]) if group else (*COMMANDS, *GROUPS)
            return f"{name!r} is not a command; expected one of {', '.join(names)}{nearest(name, names)}"
        case UnusedCliTokensError(unused_tokens=[*words]):
            given = " ".join(map(repr, words))
            return f"not expected: {given}; a text of several words needs quotes around it"
        case _:
            return str(error)
