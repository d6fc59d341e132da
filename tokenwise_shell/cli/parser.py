"""Reads a command line and calls the command. The commands' own modules load when they are called."""

from collections.abc import Iterator

from cyclopts import App, CycloptsError, Parameter
from cyclopts.exceptions import (
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from tokenwise_shell.cli.commands import BELOW, COMMANDS, EXAMPLES, GROUPS, HELP
from tokenwise_shell.cli.edge import Exit, tell
from tokenwise_shell.cli.version import version
from tokenwise_shell.config.values import nearest

__all__ = ["run"]


def run(tokens: list[str]) -> int:
    """Run one command and give its exit code; what cannot be read as a command is complained of on stderr."""
    if tuple(tokens[:2]) in BELOW:
        tokens = [" ".join(tokens[:2]), *tokens[2:]]
    app = _build()
    try:
        result = app(tokens, print_error=False, exit_on_error=False, result_action="return_value")
    except CycloptsError as error:
        command = " ".join(("tw", *(error.command_chain or ())))
        tell(*_complaints(app, tokens, error), f"`{command} --help` shows what it takes")
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
        built.command(f"tokenwise_shell.cli.{place}", name=name, help=summary, help_epilogue=_examples(name))
    # A command below one that is itself a command would load both for every line; so it is one of its own.
    for names, (place, summary) in BELOW.items():
        built.command(
            f"tokenwise_shell.cli.{place}",
            name=" ".join(names),
            help=summary,
            help_epilogue=_examples(" ".join(names)),
            show=False,
        )
    for group, (summary, commands) in GROUPS.items():
        inner = App(name=group, help=summary, default_parameter=quiet)
        for name, (place, meaning) in commands.items():
            inner.command(
                f"tokenwise_shell.cli.{place}", name=name, help=meaning, help_epilogue=_examples(f"{group} {name}")
            )
        built.command(inner)
    return built


def _examples(command: str) -> str:
    lines = (f"  {line}" for line in EXAMPLES.get(command, ()))
    return "\n".join(("Examples:", *lines)) if command in EXAMPLES else ""


def _complaints(app: App, tokens: list[str], error: CycloptsError) -> Iterator[str]:
    """What is wrong with a line: every option that there is not, or else the one thing that comes first."""
    if not isinstance(error, UnknownOptionError):
        yield _complaint(error, tokens)
        return
    left = list(tokens)
    while isinstance(error, UnknownOptionError):
        yield _complaint(error, tokens)
        said = error.token.keyword or error.token.value
        place = next((at for at, token in enumerate(left) if token.partition("=")[0] == said.partition("=")[0]), None)
        if place is None:
            return
        del left[place]
        try:
            app.parse_args(left, print_error=False, exit_on_error=False)
        except CycloptsError as another:
            error = another
        else:
            return


def _complaint(error: CycloptsError, tokens: list[str]) -> str:
    match error:
        case UnknownCommandError(unused_tokens=[name, *_]):
            # The parser's own words would cost loading every command there is.
            group = error.command_chain[0] if error.command_chain else ""
            names = tuple(GROUPS[group][1]) if group else (*COMMANDS, *GROUPS)
            return f"{name!r} is not a command; expected one of {', '.join(names)}{nearest(name, names)}"
        case UnusedCliTokensError(unused_tokens=[*words]):
            given = " ".join(map(repr, words))
            return f"not expected: {given}; a text of several words needs quotes around it"
        case MissingArgumentError(argument=argument) if argument is not None and not argument.tokens:
            name = argument.name.lstrip("-").upper() if argument.field_info.is_positional_only else argument.name
            return f"{name} {'has no value' if name in tokens else 'is missing'}: {argument.parameter.help}"
        case _:
            return str(error)
