"""What is left of a budget, told to the model at the very end of a request: `tell_budget`.

At the end, since a prompt cache keeps beginnings: the line stands behind the last mark for a cache, and behind all that
comes again with the next turn, which does not have it. In the system prompt it would be another beginning each time. It
is part of the last turn and no turn of its own, which the templates of some models refuse.
"""

from typing import Final

from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.answers import Left
from tokenwise_shell.providers.fields import Fields, as_fields
from tokenwise_shell.providers.own import TURNS, Own, OwnFormat

__all__ = ["line_for", "own_with", "with_line"]

_SAID: Final = frozenset({"user", "tool"})
_CENT: Final = 10_000_000


def line_for(left: Left) -> str:
    """The line that the model reads: in whole cents, from ten of them on.

    >>> line_for(Left("session:5f3a total", Nanodollars(3_209_999_999), Nanodollars(5_000_000_000)))
    '[budget session:5f3a: $3.20 of $5.00 is left]'
    """
    owner, _, _ = left.scope.rpartition(" ")
    rest = left.available - left.available % _CENT if left.available >= 10 * _CENT else left.available
    return f"[budget {owner}: {format_usd(Nanodollars(rest))} of {format_usd(left.limit)} is left]"


def with_line(fields: Fields, line: str, turns: str = "messages", kind: str = "text") -> Fields:
    """The request with this line at the end of its last turn; as it was, where that is the model's own, or no text."""
    said = fields.get(turns)
    if not isinstance(said, list) or not said:
        return fields
    last = as_fields(said[-1])
    match last.get("content"):
        case _ if last.get("role") not in _SAID:
            return fields
        case str(content):
            more: object = f"{content}\n\n{line}"
        case list(content):
            more = [*content, {"type": kind, "text": line}]
        case _:
            return fields
    return {**fields, turns: [*said[:-1], {**last, "content": more}]}


def own_with(own: Own, line: str) -> Own:
    """The same of a request as its client wrote it."""
    body, turns = own.body, TURNS[own.format]
    if own.format is OwnFormat.RESPONSES:
        said = body.get(turns)
        if isinstance(said, str):
            return Own(own.format, {**body, turns: f"{said}\n\n{line}"}, own.alone)
        if isinstance(said, list) and said and as_fields(said[-1]).get("type") == "function_call_output":
            return Own(own.format, {**body, turns: [*said, {"role": "user", "content": line}]}, own.alone)
    kind = "input_text" if own.format is OwnFormat.RESPONSES else "text"
    return Own(own.format, with_line(body, line, turns, kind), own.alone)
