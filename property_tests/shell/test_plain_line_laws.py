"""A line that `tw` reads without its parser means what it means to the parser."""

import inspect
import shlex

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tokenwise_shell.cli.commands import BELOW, EXAMPLES, PLACES
from tokenwise_shell.cli.declared import options_of, plain
from tokenwise_shell.cli.parser import _build

OPTIONS = {name: options_of(list(name)) for name in PLACES}
APP = _build()

VALUES = st.sampled_from(
    ["a", "0.01", "none", "null", "true", "no", "a b", "a=b", "/dev/stdin", "x.yaml", "[1]", "é,ü"]
)
ODD = st.sampled_from(["", "-", "--", "-x", "-x=1", "--no-json", "--jso", "--help", "--version", "=", "-1", "--=a"])


@st.composite
def lines(draw):
    """A command with options that it has, and values, rarely something else, in any order."""
    name = draw(st.sampled_from(list(OPTIONS)))
    option = st.sampled_from(OPTIONS[name] or ("--none",))
    pieces = st.one_of(
        option.map(lambda flag: [flag]),
        st.tuples(option, VALUES).map(list),
        st.tuples(option, VALUES).map(lambda two: ["=".join(two)]),
        VALUES.map(lambda value: [value]),
        *([ODD.map(lambda word: [word])] if draw(st.integers(0, 3)) == 0 else []),
    )
    return [*name, *(word for piece in draw(st.lists(pieces, max_size=4)) for word in piece)]


def arguments(command, args, kwargs):
    bound = inspect.signature(command).bind(*args, **kwargs)
    bound.apply_defaults()
    return command.__qualname__, bound.arguments


def is_plain(line):
    """Whether it is read without the parser; then as the parser does, which must be able to."""
    if (call := plain(line)) is None:
        return False
    words = [" ".join(line[:2]), *line[2:]] if tuple(line[:2]) in BELOW else line
    command, bound, _ = APP.parse_args(words, print_error=False, exit_on_error=False)
    assert arguments(call.func, call.args, call.keywords) == arguments(command, bound.args, bound.kwargs)
    return True


class TestPlainLines:
    """`What plain reads, it reads as the parser would` (`cli/declared`)."""

    @given(lines())
    def test_it_binds_what_the_parser_binds(self, line):
        event("plain" if is_plain(line) else "for the parser")

    def test_so_it_does_with_each_option_by_itself(self):
        lines = [[*name, "a", flag, "7"] for name, flags in OPTIONS.items() for flag in flags]
        assert sum(map(is_plain, lines)) > 20  # of others not every argument is there, or one too many

    @pytest.mark.parametrize("name", ["route", "ask", "plan", "run", "keys create"])
    def test_the_lines_that_help_shows_are_plain(self, name):
        assert plain(shlex.split(EXAMPLES[name][0])[1:]) is not None
