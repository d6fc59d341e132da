"""What people are shown: decisions, models and the ledger as text. Programs are shown JSON, which is made elsewhere.

Every function here gives text and prints nothing. `width` is the number of columns of a terminal; None, where there is
none, cuts and wraps nothing.
"""

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tokenwise.catalog.models import Model, Offer
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars, format_usd
from tokenwise.routing.choosing import Routed
from tokenwise.routing.losers import Rejected
from tokenwise.scenario.risk import Blocked
from tokenwise_shell.plans.decision import Decision

if TYPE_CHECKING:
    from tokenwise.routing.cascade import Forecast

__all__ = [
    "about",
    "counted",
    "decision_text",
    "facts",
    "grouped",
    "line_ended",
    "models_text",
    "one_line",
    "per_mtok",
    "table",
    "thousands",
    "usd",
]

# Between two columns of a table.
_GAP: Final = "  "

# A column is never cut below this: less than that of a name tells nobody anything.
_LEAST_CUT: Final = 12


# --- words and figures ------------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """A text on one line and without control characters, so that nothing in it can move the cursor."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(char if char.isprintable() else " " for char in line)


def line_ended(text: str) -> str:
    """A text whose last line has an end; nothing stays nothing."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number of things.

    >>> counted(1, "reply"), counted(2, "reply", "replies"), counted(0, "call")
    ('1 reply', '2 replies', '0 calls')
    """
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def about(nano: int | None) -> str:
    """An estimate of money for people, rounded up to four significant digits.

    >>> about(28_829_412)
    '$0.02883'
    """
    if nano is None:
        return "?"
    unit = 10 ** max(0, len(str(abs(nano))) - 4)
    return usd(-(-nano // unit) * unit)


def usd(nano: int) -> str:
    """Money that is a fact or a promise, exactly."""
    return format_usd(Nanodollars(nano))


def per_mtok(nano: int) -> str:
    """A price per million tokens without the trailing zeros: `0.15`, `2`."""
    text = f"{Decimal(nano) / 10**9:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def thousands(tokens: int) -> str:
    """A number of tokens as data sheets print it.

    >>> thousands(128_000), thousands(131_072), thousands(1_048_576), thousands(400)
    ('128k', '131k', '1.05M', '400')
    """
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def table(rows: Sequence[Sequence[str]], *, right: Iterable[int] = (), width: int | None = None, cut: int = 0) -> str:
    """Rows in columns, the first row being the heading; columns `right` end together.

    Where a line would be longer than `width`, the texts of column `cut` are shortened with "…". Where that is not
    enough, each row is written below its first text instead, and nothing is left out.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - (width or 10**9)
    if excess > 0:
        widths[cut] = max(min(_LEAST_CUT, widths[cut]), widths[cut] - excess)
    if width and sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        return "".join(f"{_record(rows[0], row, width)}\n" for row in rows[1:])
    ends = frozenset(right)
    return "".join(f"{_row(row, widths, ends)}\n" for row in rows)


def _record(names: Sequence[str], row: Sequence[str], width: int) -> str:
    """One row of a table that is too wide: its first text, and below it the rest by name."""
    said = ", ".join(f"{name} {text}".lstrip() for name, text in zip(names[1:], row[1:], strict=True) if text)
    lines = textwrap.wrap(said, max(width - len(_GAP), 20), break_on_hyphens=False)
    return "\n".join((_cut(row[0], width), *(f"{_GAP}{line}" for line in lines)))


def _row(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = (_cut(text, width) for text, width in zip(row, widths, strict=True))
    placed = (
        cell.rjust(width) if index in right else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join(placed).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def facts(pairs: Iterable[tuple[str, str]], width: int | None) -> str:
    """Names and what there is to say of them, wrapped beside the name."""
    pairs = [(name, text) for name, text in pairs if text]
    indent = max((len(name) for name, _ in pairs), default=0) + 4
    return "".join(f"{_wrapped(f'  {name}'.ljust(indent), text, indent, width)}\n" for name, text in pairs)


def _wrapped(start: str, text: str, indent: int, width: int | None) -> str:
    if width is None:
        return start + text
    margin = " " * indent
    whole = textwrap.fill(
        text, max(width, indent + 20), initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )
    return start + whole[indent:]


# --- decisions --------------------------------------------------------------------------------------------------------


# As many reasons as are read; programs are told all of them.
_MOST_SIGNALS: Final = 5

# As many equals as an outage is likely to take down together.
_MOST_NAMES: Final = 3


def decision_text(decision: Decision, *, verbose: bool = False, width: int | None = None) -> str:
    """A decision, why, what it may cost at most, and who lost: by reason, or each by name if `verbose`."""
    heading = _heading(decision)
    # What the risk gate stops is not a question of models.
    losers = () if isinstance(decision.outcome, Blocked) else decision.rejected()
    return f"{heading}\n\n{facts(_facts(decision), width)}{_losers(losers, width, verbose=verbose)}"


def _heading(decision: Decision) -> str:
    match decision.outcome:
        case Routed(model=model, bid=bid):
            return f"{one_line(model.id)}  ({model.tier.name.lower()} tier, from {bid.provider})"
        case refused:
            return f"refused: {refused.message}"


def _facts(decision: Decision) -> Iterable[tuple[str, str]]:
    scenario, need = decision.request.scenario, decision.request.need
    wanted = ", ".join(need.wanted.names)
    yield "scenario", f"{wanted}; {scenario.complexity.value} (difficulty {scenario.difficulty:.2f})"
    yield "because", ", ".join(f"{signal.name} {signal.points:+g}" for signal in scenario.signals[:_MOST_SIGNALS])
    yield "strategy", decision.policy.strategy.value
    if isinstance(decision.outcome, Routed):
        bid = decision.outcome.bid
        worst, expected = usd(decision.worst_cost_nano or bid.amount), about(decision.expected_cost_nano)
        yield "cost", f"{worst} at most, about {expected} expected; the budget is {usd(decision.budget_nano)}"
        yield "tokens", f"{bid.input_tokens} in at most, {bid.max_output_tokens} out at most (the cap that is sent)"
        if decision.outcome.forecast:
            yield "cascade", _cascade(decision.outcome.forecast)
        yield "ladder", " → ".join(decision.ladder) or "none: nothing capable is stronger"
        yield "equals", _some(decision.equals) or "none: only other sellers of this model"
        if decision.warmth:
            yield "cache", decision.warmth
        if decision.passed_over:
            yield "although", decision.passed_over
    else:
        yield "budget", usd(decision.budget_nano)
    yield "decision", decision.decision_id


def _cascade(forecast: "Forecast") -> str:
    if not forecast.pays:
        return f"declined: {forecast.declined}"
    evidence = f"and {forecast.second} agrees" if forecast.second else "and nothing speaks against it"
    return (
        f"{forecast.first} first, accepted if it answers {evidence} (forecast: {forecast.accept_rate:.0%}), "
        f"else {forecast.strong}; about {about(forecast.expected)}, straight up {about(forecast.straight)}"
    )


def _some(names: Sequence[str]) -> str:
    """The first of many names, in order, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return ", then ".join(names[:_MOST_NAMES]) + (f", and {more} more" if more > 0 else "")


def _losers(losers: Sequence[Rejected], width: int | None, *, verbose: bool) -> str:
    if not losers:
        return ""
    heading = f"\n{len(losers)} {'model was' if len(losers) == 1 else 'models were'} not chosen:\n"
    if verbose:
        return heading + facts(((one_line(loser.model), one_line(loser.reason)) for loser in losers), width)
    return heading + facts(((str(number).rjust(5), reason) for number, reason in grouped(losers)), width)


# A figure that stands alone: not the 5 of `gpt-5`, and with the sign of its currency.
_FIGURE: Final = re.compile(r"(?<![\w/.-])\$?[0-9]+(?:\.[0-9]+)?(?!\.?[\w-])")


def grouped(losers: Iterable[Rejected]) -> list[tuple[int, str]]:
    """Reasons with the number of models each holds for, most frequent first. What differs in figures is one reason.

    >>> grouped([Rejected("a", "costs 1.50 times as much"), Rejected("b", "costs 12.00 times as much")])
    [(2, 'costs 1.50…12.00 times as much')]
    """
    groups: defaultdict[str, list[list[str]]] = defaultdict(list)
    for loser in losers:
        reason = one_line(loser.reason)
        groups[_FIGURE.sub("\0", reason)].append(_FIGURE.findall(reason))
    counted = [(len(figures), _filled(form, figures)) for form, figures in groups.items()]
    return sorted(counted, key=lambda pair: (-pair[0], pair[1]))


def _filled(form: str, figures: Sequence[Sequence[str]]) -> str:
    """The reason with its figures again, each as the range from the least to the most."""
    parts = form.split("\0")
    ranges = (_range(column) for column in zip(*figures, strict=True))
    return "".join(part for pair in zip(parts, (*ranges, ""), strict=True) for part in pair)


def _range(figures: Sequence[str]) -> str:
    ordered = sorted(set(figures), key=lambda figure: Decimal(figure.removeprefix("$")))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}…{ordered[-1]}"


# --- models -----------------------------------------------------------------------------------------------------------

_HEADINGS: Final = ("model", "tier", "$/M in", "$/M out", "context", "provider", "capabilities", "source")

# The last column says where a price is from; a terminal narrower than this is better used for the others.
_WITH_SOURCE: Final = 132


def models_text(rows: Iterable[tuple[Model, Offer | None]], *, width: int | None = None) -> str:
    """Models as a table, each with the offer that would serve it. One that nobody serves shows its usual price."""
    # A fetched list is somebody else's text.
    lines = [_HEADINGS, *(tuple(map(one_line, _model_row(*row))) for row in rows)]
    if width is not None and width < _WITH_SOURCE:
        lines = [line[:-1] for line in lines]
    return table(lines, right=(2, 3, 4), width=width, cut=len(lines[0]) - 1)


def _model_row(model: Model, served: Offer | None) -> tuple[str, ...]:
    shown = served or next(iter(model.offers), None)
    rates = shown.price.rates if shown and isinstance(shown.price, Price) else ()
    more = "+" if len(rates) > 1 else ""  # dearer for long inputs
    return (
        model.id,
        model.tier.name.lower(),
        per_mtok(rates[0].input) + more if rates else "?",
        per_mtok(rates[0].output) + more if rates else "?",
        thousands(model.context_tokens),
        served.provider if served else "-",
        " ".join(model.capabilities.names),
        shown.source if shown else "-",
    )
