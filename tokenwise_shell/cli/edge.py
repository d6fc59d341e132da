"""Where a command meets the outside: exit codes, standard streams, and what becomes of an exception.

Results go to stdout through `write` and `write_json`, everything else to stderr through `tell`. The one place that
catches everything is `main`, which asks `answer_to` what to say.
"""

import enum
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, TextIO

from tokenwise.errors import InputError, Problem

__all__ = [
    "AS_IF",
    "STDIN",
    "Exit",
    "OutputUnwritable",
    "answer_to",
    "columns",
    "flush",
    "harmless",
    "read_text",
    "show",
    "tell",
    "without_credentials",
    "write",
    "write_json",
]

STDIN: Final = "/dev/stdin"
"""What the argument "-" is turned into: the parser takes a lone hyphen for an option without a name."""

AS_IF: Final = "decisions are shown as if every provider could be called"
"""Where there is none, and something is shown all the same."""

_DEBUG: Final = "TOKENWISE_DEBUG"

_ISSUES: Final = "this is a bug in tokenwise; please report it, with what TOKENWISE_DEBUG=1 adds to this message"


class Exit(enum.IntEnum):
    """What a command ends with. The table is in docs/cli.md."""

    DONE = 0
    UNSUCCESSFUL = 1
    BAD_INPUT = 2
    OVER_BUDGET = 3
    RISK = 4
    OUT_OF_REACH = 5
    BUG = 70
    INTERRUPTED = 130


class OutputUnwritable(Exception):  # noqa: N818 -- named for what is the case
    """Standard output takes nothing more: its reader has gone (`quiet`), or the disk behind it is full."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"standard output cannot be written: {cause.strerror}")
        self.quiet = isinstance(cause, BrokenPipeError)


# --- streams ----------------------------------------------------------------------------------------------------------


def write(text: str) -> None:
    """Put text on stdout: as it is into a file or a pipe, without what moves a terminal. Raises OutputUnwritable."""
    try:
        sys.stdout.write(_for(sys.stdout, text))
    except OSError as error:
        raise OutputUnwritable(error) from error


def write_json(document: object) -> None:
    """Put one JSON document and a newline on stdout. Raises OutputUnwritable."""
    import orjson  # it brings the standard json with it, which people's own output never needs

    write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def flush() -> None:
    """Make sure that stdout has arrived. Raises OutputUnwritable."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputUnwritable(error) from error


def tell(*lines: str) -> None:
    """Say something on stderr, each line with the program's name before it."""
    for line in lines:
        show(f"tw: {line}\n")


def show(text: str) -> None:
    """Put text on stderr, likewise, and without credentials in an address: it may be kept in a log.

    That nobody listens there is no reason to give up a run that is being paid for.
    """
    with suppress(OSError):
        sys.stderr.write(_for(sys.stderr, without_credentials(text)))


def _for(stream: TextIO, text: str) -> str:
    return harmless(text) if stream.isatty() else text


def harmless(text: str) -> str:
    r"""A text without the characters by which it could steer a terminal, or be shown in another order than it has.

    Those below U+0020 are shown by their pictures, save the tab and the end of a line; the rest as U+FFFD.

    >>> harmless("a\x1b]0;b\x07c\n")
    'a␛]0;b␇c\n'
    """
    return text.translate(_HARMLESS)


# Unicode's Cc, and the controls of direction (Trojan Source, CVE-2021-42574). Joiners stay: words and emoji need them.
_HARMLESS: Final = {
    **{code: code + 0x2400 for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029), 0xFFFD),
}


def without_credentials(text: str) -> str:
    """A text in which no address has a user or a password.

    >>> without_credentials("no connection to http://user:word@proxy.example:3128/x")
    'no connection to http://…@proxy.example:3128/x'
    """
    return re.sub(_CREDENTIALS, r"\1…@", text) if "@" in text else text


# As greedy as addresses are read: up to the last @ before the path.
_CREDENTIALS: Final = r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/?#'\"<>]+@"


def columns() -> int | None:
    """How wide stdout's terminal is; None where stdout is no terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil  # brings archivers along, which few commands need

    return shutil.get_terminal_size().columns


def read_text(argument: str, name: str) -> str:
    """The text of an argument, or standard input where the argument is "-". Raises InputError for what is no text."""
    piped = argument in ("-", STDIN)
    raw = sys.stdin.buffer.read() if piped else argument.encode("utf-8", "surrogateescape")
    where = f"{name} (standard input)" if piped else name
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(Problem(where, f"is not UTF-8 text: {error.reason} at byte {error.start}")) from None
    if "\0" in text:
        raise InputError(Problem(where, f"is binary data: there is a zero byte at character {text.index(chr(0))}"))
    if not text.strip():
        raise InputError(Problem(where, "is empty; expected some text"))
    return text


# --- exceptions -------------------------------------------------------------------------------------------------------


def answer_to(error: BaseException) -> Exit:
    """Say on stderr what went wrong, and give the exit code for it. A group is answered by its gravest member."""
    return max(map(_answer, _leaves(error)))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _answer(error: BaseException) -> Exit:
    match error:
        case KeyboardInterrupt():
            return Exit.INTERRUPTED
        case InputError(problems=problems):
            tell(*map(str, problems))
            return Exit.BAD_INPUT
        case OutputUnwritable(quiet=quiet):
            _give_up_stdout()
            tell(*() if quiet else (str(error),))
            return Exit.UNSUCCESSFUL
        case BrokenPipeError():
            _give_up_stdout()
            return Exit.UNSUCCESSFUL
        case OSError():
            tell(f"{error.filename}: {error.strerror}" if error.filename else str(error))
            return Exit.BAD_INPUT
        case _:
            return _bug(error)


def _give_up_stdout() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not complain when it ends."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())
    os.close(descriptor)


def _bug(error: BaseException) -> Exit:
    if os.environ.get(_DEBUG) == "1":
        import traceback

        show("".join(traceback.format_exception(error)))
    tell(f"{type(error).__name__}: {error}", _ISSUES)
    return Exit.BUG
