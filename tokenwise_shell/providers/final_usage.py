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

__all__ = [
    "CONTRADICTED",
    "NOTHING_REPORTED",
    "Report",
    "beside_output",
    "billed",
    "has_output",
]


@frozen
class Report:
    """What an answer says of its bill: the usage, the provider's own figure, and what is wrong with either.

    `tier` is the tier of service that answered, in the provider's word. `hosted` is how often tools were called that
    the provider runs, by their kinds; None where this is not told.
    """

    usage: Usage | None = None
    cost: Nanodollars | None = None
    notice: str = ""
    tier: str = ""
    hosted: tuple[tuple[str, int], ...] | None = None

    @property
    def counts(self) -> bool:
        """Whether it says more than the tier, which every event of a stream may say."""
        return self.usage is not None or self.cost is not None or bool(self.notice)


NOTHING_REPORTED: Final = Report()

CONTRADICTED: Final = "the usage reported contradicts itself: a part of it is larger than the whole"


def billed(outcome: Reply | Failure, report: Report) -> Reply | Failure:
    """The outcome with what was reported of its bill."""
    cost, tier = report.cost, report.tier.strip().lower()
    if isinstance(outcome, Reply):  # nearly always, and `evolve` takes several times as long
        return Reply(
            text=outcome.text,
            finish=outcome.finish,
            usage=report.usage,
            calls_tools=outcome.calls_tools,
            findings=outcome.findings,
            served_model=outcome.served_model,
            reported_cost=cost,
            notice=report.notice,
            agrees=outcome.agrees,
            tier=tier,
            hosted=report.hosted,
        )
    return evolve(
        outcome, usage=report.usage, reported_cost=cost, notice=report.notice, tier=tier, hosted=report.hosted
    )


def has_output(reply: Reply) -> bool:
    """Whether there is something in the reply that a model must have written."""
    return bool(reply.text) or reply.calls_tools


def beside_output(report: Report, *, wrote: bool) -> Report:
    """The report of an answer that has written something, or nothing.

    >>> beside_output(Report(Usage()), wrote=True)
    Report(usage=None, cost=None, notice='no output counted, where there is some')
    """
    if wrote and report.usage and not report.usage.output_tokens:
        return evolve(report, usage=None, notice="no output counted, where there is some")
    return report
