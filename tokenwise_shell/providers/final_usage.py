"""What an answer says of its bill, and which counts are none: the guards that every reader asks.

Some servers send the usage so far with every chunk; that it is a bill only with or behind the end of every alternative
is `AnswerStream`'s affair. A count of no output beside output is none either: it is how some servers say that they have
not counted.
"""

from typing import Final

from attrs import evolve, frozen

from tokenwise.money import Nanodollars
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import text

__all__ = [
    "CONTRADICTED",
    "LISTED_TIERS",
    "NOTHING_REPORTED",
    "Report",
    "beside_output",
    "billed",
    "has_output",
    "tier_notice",
]


@frozen
class Report:
    """What an answer says of its bill: the usage, the provider's own figure, and what is wrong with either."""

    usage: Usage | None = None
    cost: Nanodollars | None = None
    notice: str = ""


NOTHING_REPORTED: Final = Report()

# Tiers of service at the listed price or below it. What another costs, no table here says.
LISTED_TIERS: Final = frozenset(
    {"", "auto", "default", "standard", "standard_only", "flex", "batch", "on_demand", "on_demand_flex"}
)

CONTRADICTED: Final = "the usage reported contradicts itself: a part of it is larger than the whole"


def tier_notice(tier: object) -> str:
    """That another tier of service answered than is priced, "" where it is the listed one.

    >>> tier_notice("priority")
    "served at the tier 'priority', and priced at the listed one"
    """
    word = text(tier)
    return "" if word.lower() in LISTED_TIERS else f"served at the tier {word[:40]!r}, and priced at the listed one"


def billed(outcome: Reply | Failure, report: Report, *more: str) -> Reply | Failure:
    """The outcome with what was reported of its bill, and with more notices, of which some may be empty."""
    notice = "; ".join(filter(None, (report.notice, *more)))
    return evolve(outcome, usage=report.usage, reported_cost=report.cost, notice=notice)


def has_output(reply: Reply) -> bool:
    """Whether there is something in the reply that a model must have written."""
    return bool(reply.text) or reply.calls_tools


def beside_output(report: Report, *, wrote: bool) -> Report:
    """The report of an answer that has written something, or nothing.

    >>> beside_output(Report(Usage()), wrote=True)
    Report(usage=None, cost=None, notice='no output counted, where there is some')
    """
    if wrote and report.usage and not report.usage.output_tokens:
        return Report(None, report.cost, "no output counted, where there is some")
    return report
