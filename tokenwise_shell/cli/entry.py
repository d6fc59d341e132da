"""The `tw` command: its outermost edge. What there is to run is in `commands`, how a line is read in `parser`."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tokenwise_shell.cli.commands import overview
from tokenwise_shell.cli.declared import plain
from tokenwise_shell.cli.edge import STDIN, Exit, answer_to, columns, flush, write
from tokenwise_shell.cli.version import version

__all__ = ["main"]

# Asked for most often by somebody who wants to see something at once: no parser is loaded for them.
_OVERVIEW: Final[tuple[list[str], ...]] = ([], ["--help"], ["-h"])


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. `argv` is what follows the program's name; None takes sys.argv.

    No exception leaves this, whatever it is; `edge.answer_to` has what is said instead.
    """
    tokens = list(_tokens(sys.argv[1:] if argv is None else argv))
    _mend_streams()
    code: int = Exit.DONE
    try:
        code = _run(tokens)
        flush()
    except* Exception as group:  # noqa: BLE001 -- the outermost edge of a command
        code = answer_to(group)
    except* KeyboardInterrupt as group:
        code = answer_to(group)
    return code


def _tokens(words: Sequence[str]) -> Iterator[str]:
    """The words of a command line; a lone hyphen of a command that is to be run stays its own."""
    handed = False
    for word in words:
        yield STDIN if word == "-" and not handed else word
        handed = handed or (word == "--" and words[0] in ("guard", "completion"))


def _run(tokens: list[str]) -> int:
    if tokens in _OVERVIEW:
        write(overview(columns() or 80))
        return Exit.DONE
    if tokens == ["--version"]:
        write(f"{version()}\n")
        return Exit.DONE
    if (call := plain(tokens)) is not None:
        return call()
    from tokenwise_shell.cli.parser import run

    return run(tokens)


def _mend_streams() -> None:
    """Let what is closed be empty, and a terminal that lacks a character show its code instead of failing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 -- the process has it
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a test may have put something simpler in its place
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # see above
