"""Tables on terminals: within 60 columns where there are no more, each row on one line where there are a hundred."""

import io
import sys
from contextlib import redirect_stdout

import pytest

from tests.shell.commands import tw
from tokenwise_shell.cli import main

__all__ = ["tw"]

LIMITS = "limits: [{each: session, budget: 5}, {model: 'anthropic/*', budget: 100, window: month}]\nbudgets: {day: 3}\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(*argv):
    with redirect_stdout(Terminal()) as terminal:
        code = main([*argv, "--offline"])
    assert code == 0, argv
    return terminal.getvalue().splitlines()


@pytest.fixture
def books(tw, monkeypatch):
    """A home with runs, keys and limits; gives the options that every command is given."""
    (tw.home / "config.yaml").write_text(LIMITS)
    options = ("--config", str(tw.home / "config.yaml"))
    assert tw("ask", "What is rain?", *options).code == 0
    assert tw("plan", "Compare tea and coffee, then write a report for the board of the company", *options).code == 0
    limits = ("--budget", "12.50", "--window", "month", "--requests-per-minute", "60", "--expires", "2099-12-31")
    assert tw("keys", "create", "alice.example", *limits, *options).code == 0
    return options


COMMANDS = (
    ("limits",),
    ("runs",),
    ("keys", "list"),
    ("ledger",),
    ("ledger", "--summary"),
    ("ledger", "--summary", "--by", "run"),
    ("models", "--limit", "20"),
)


@pytest.mark.slow  # many commands
@pytest.mark.parametrize("width", [60, 100])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(tw, books, monkeypatch, width):
    for command in COMMANDS:
        monkeypatch.setenv("COLUMNS", str(width))
        lines = shown(*command, *books)
        assert lines
        assert max(map(len, lines)) <= width, command
        if command[0] != "models":  # whose capabilities `--explain` has in full
            whole = " ".join(" ".join(lines).split())
            assert "…" not in whole or command == ("runs",) or "--summary" in command, command


def test_a_hundred_columns_are_enough_for_a_row_to_be_one_line(tw, books, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    for command in (("limits",), ("runs",), ("models", "--limit", "5")):
        heading, *rows = shown(*command, *books)
        assert len(heading.split("  ")) > 4, command
        assert not any(row.startswith("  ") for row in rows), command
    assert sys.stdout.isatty() is False
