"""The findings as people read them in a terminal. Gives text and prints nothing."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tokenwise.audit.findings import Findings, Policied, Stop
from tokenwise.audit.records import MAIN
from tokenwise.audit.sessions import Session
from tokenwise.audit.sums import Sum
from tokenwise_shell.audit.opening import Intake
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.show.render import about, counted, facts, table, thousands, usd

__all__ = [
    "ASSUMPTIONS",
    "NOTHING",
    "findings_text",
    "limit_lines",
    "minute",
    "saved",
    "spent_facts",
    "stop_facts",
]

_MOST_ROWS: Final = 10
_MOST_DAYS: Final = 14

ASSUMPTIONS: Final = (
    "alike: each request deserves the tier of the model it got, and caches go on as they were",
    "easy: every request is an easy one, so the policy may take its cheapest choice",
    "cold: as alike, but a call that goes to another model finds no cache there and writes its input anew",
    "all three: as many tokens as recorded, any model is as good as its tier and rating say, today's prices",
    "saved: as by alike; in brackets where 95 of 100 such intervals hold the share of more sessions like these",
)
"""What the columns of the policies rest on, a line each."""


def findings_text(found: Findings, intake: Intake, *, width: int | None = None) -> str:
    """All of it: what was spent, on what, by whom, what policies would have, what bought nothing, what stops it."""
    parts = [
        facts(spent_facts(found, intake), width),
        _models(found.by_model, width),
        _sessions(found.dearest, width) if found.dearest else "",
        _days(found.by_day, width) if len(found.by_day) > 1 else "",
        _policies(found.policies, width),
        facts(_nothing(found), width),
        facts(stop_facts(found), width),
    ]
    return "\n".join(part for part in parts if part)


def spent_facts(found: Findings, intake: Intake) -> Iterator[tuple[str, str]]:
    """What was spent in all, and what that rests on, each under a name."""
    total = found.total
    read = ", ".join(f"{calls:,} of {name}" for name, calls in sorted(intake.calls.items()))
    yield "calls", f"{total.calls:,} ({read})" + _if(intake.repeated, "{:,} repeated ones left out", "; ")
    yield "spent", usd(total.cost) + _if(total.unpriced, "{:,} calls of unknown price or tokens", ", and ")
    yield "assumed", _unless_zero(total.assumed, "of it, at prices that are known for another day, tier or seller only")
    yield "as logged", _unless_zero(total.as_recorded, "of it, of calls that cannot be priced here, as their log says")
    if total.told:
        own = f"{usd(total.recorded)} by the logs' own prices"
        yield "recorded", f"{own}, for {counted(total.told, 'call')} that cost {usd(total.repriced)} here"
    agents = {name: one for name, one in found.by_agent.items() if name != MAIN}
    yield "sub-agents", ", ".join(f"{usd(one.cost)} of it in {counted(one.calls, 'call')}" for one in agents.values())
    if (dearest := found.five_hours) and dearest.cost:
        yield "five hours", f"the dearest cost {usd(dearest.cost)}, from {minute(dearest.began_ms)}"
    for one in found.windows:
        hours = f"{one.minutes // 60} hours" if one.minutes < 2880 else f"{one.minutes // 1440} days"
        worth = f"a whole window of {hours} is worth {about(one.least)} to {about(one.most)} at list prices"
        yield one.name, f"{worth}, by {counted(one.seen, 'window')}"
    yield "undated", _if(found.undated, "{:,} calls have no date")


def _if(number: int, text: str, before: str = "") -> str:
    """A text about a number of things; nothing where there are none."""
    return f"{before}{text.format(number)}" if number else ""


def _unless_zero(nano: int, what: str) -> str:
    return f"{usd(nano)} {what}" if nano else ""


def _row(name: str, one: Sum) -> tuple[str, ...]:
    cost = "?" if one.unpriced == one.calls else f"{about(one.cost)}{'+?' if one.unpriced else ''}"
    tokens = (one.input_tokens, one.cache_read_tokens, one.written_tokens, one.output_tokens)
    return (name or "(none)", f"{one.calls:,}", cost, *map(thousands, tokens))


_TOKENS: Final = ("in", "cache read", "written", "out")


def _models(sums: Mapping[str, Sum], width: int | None) -> str:
    rows = [_row(name, one) for name, one in list(sums.items())[:_MOST_ROWS]]
    return table((("model", "calls", "cost", *_TOKENS), *rows), right=range(1, 7), width=width) + _more(len(sums))


def _more(number: int) -> str:
    return f"and {number - _MOST_ROWS} more\n" if number > _MOST_ROWS else ""


def _sessions(dearest: Sequence[Session], width: int | None) -> str:
    rows = []
    for one in dearest[:_MOST_ROWS]:
        began = "" if one.first_ms is None else minute(one.first_ms)
        helpers = len(one.agents.keys() - {MAIN})
        others = sum(its.cost for name, its in one.agents.items() if name != MAIN)
        share = f"{about(others)} by {helpers}" if helpers else ""
        rows.append((one.name, began, f"{one.sum.calls:,}", about(one.sum.cost), share, about(one.wasted)))
    heads = ("dearest sessions", "from (UTC)", "calls", "cost", "sub-agents", "for nothing")
    return table((heads, *rows), right=(2, 3, 4, 5), width=width)


def _days(sums: Mapping[str, Sum], width: int | None) -> str:
    rows = [_row(day, one) for day, one in list(sums.items())[-_MOST_DAYS:]]
    return table((("day", "calls", "cost", *_TOKENS), *rows), right=range(1, 7), width=width)


def _policies(policies: Sequence[Policied], width: int | None) -> str:
    spoken = [one for one in policies if one.calls]
    if not spoken:
        return ""
    rows = [
        (
            one.name,
            about(one.base - one.refused_cost),
            about(one.alike),
            about(one.easy),
            about(one.cold),
            saved(one),
            _refused(one),
        )
        for one in spoken
    ]
    text = table(
        (("policy", "was", "alike", "easy", "cold", "saved", "refused"), *rows), right=range(1, 5), width=width
    )
    notes: list[str] = []
    for one in spoken:
        if one.models:
            notes.append(f"{one.name}: mostly {', '.join(f'{name} ({calls:,})' for name, calls in one.models)}")
        notes += [f"{one.name}: {line}" for line in limit_lines(one)]
    return text + "".join(f"{_wrapped(line, width)}\n" for line in (*notes, *ASSUMPTIONS))


def _wrapped(line: str, width: int | None) -> str:
    if width is None:
        return f"  {line}"
    return textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def limit_lines(one: Policied) -> Iterator[str]:
    """What each of a policy's limits refuses, of what was paid and of what the policy would pay."""
    for paid, instead in one.limits:
        first = "" if paid.first_ms is None else f", the first at {minute(paid.first_ms)}"
        over = f"in {paid.over:,} of {counted(paid.windows, 'window')}{first}"
        refused = f"refuses {_range(paid.least, paid.most)} of what was paid {over}"
        yield f"{paid.limit} {usd(paid.amount)} {refused}; and {_range(instead.least, instead.most)} of this"


def saved(one: Policied) -> str:
    """The share that a policy saves, with its interval."""
    if one.saved is None:
        return ""
    low, high = one.saved.low, one.saved.high
    span = "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})"
    return f"{100 * one.saved.share:.1f} %{span}"


def _refused(one: Policied) -> str:
    return f"{one.refused:,} ({about(one.refused_cost)})" if one.refused else ""


def _range(least: int, most: int) -> str:
    return about(least) if least == most else f"{about(least)} to {about(most)}"


NOTHING: Final = {
    "failed": "calls that ended in an error and were charged",
    "abandoned": "answers that nobody waited for",
    "asked again": "first answers to what was asked again at once",
    "cold cache": "writing again what had gone from a cache in a pause",
    "trivial": "a flagship where an easy model does",
}
"""What each kind of spending that bought nothing is, in words."""


def _nothing(found: Findings) -> Iterator[tuple[str, str]]:
    for kind, one in found.nothing.items():
        yield kind, f"{usd(one.cost)} bought nothing: {NOTHING[kind]}, {one.times:,} times" if one.times else ""
    if found.unordered:
        yield "order", f"{found.unordered:,} calls are told before an earlier one of their session"


def stop_facts(found: Findings) -> Iterator[tuple[str, str]]:
    """Which limits would have stopped the worst, and when."""
    for stop in found.stops:
        yield f"each {stop.kind}", _stop(stop)


def _stop(stop: Stop) -> str:
    when = "" if stop.at_ms is None else f" by {minute(stop.at_ms)}"
    least = f"a budget of {usd(stop.amount)} would have stopped {stop.name}{when}, which went on to {about(stop.spent)}"
    return f"{least}; {stop.touched:,} of {counted(stop.of, stop.kind)} would have met it"


def minute(at_ms: int) -> str:
    """A moment to the minute, in UTC."""
    return iso(at_ms)[:16].replace("T", " ")
