"""Refusals as errors, for the faces that people program against. Inside, a refusal is a value.

TokenwiseError
└── RefusedError         nothing was done, and why; a ValueError too, and `refusal` is the value
    ├── BudgetExceeded   no model or plan fits the money: `needed` would have done, `available` was there
    ├── NoCapableModel   nobody in reach can do it, or nobody with a known price, or nobody is in reach
    └── RiskGateBlocked  the risk gate stopped it
"""

from decimal import Decimal

from tokenwise.errors import TokenwiseError
from tokenwise.money import Nanodollars
from tokenwise.routing.choosing import Refusal, Refused
from tokenwise.scenario.risk import Blocked
from tokenwise_shell.plans.decision import Decision, in_usd
from tokenwise_shell.plans.planned import Unplanned

__all__ = ["BudgetExceeded", "NoCapableModel", "RefusedError", "RiskGateBlocked", "raised"]


class RefusedError(TokenwiseError, ValueError):
    """What was asked is refused, and nothing was spent on it. `refusal` says all that is known of why."""

    def __init__(self, message: str, refusal: Decision | Unplanned | Blocked | Refused) -> None:
        super().__init__(message, refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return str(self.args[0])


class NoCapableModel(RefusedError):  # noqa: N818 -- named for what happened, like the core's ProtocolViolation
    """No model in reach can do this, or none whose price is known, or no provider can be called at all."""


class RiskGateBlocked(RefusedError):  # noqa: N818 -- likewise
    """The risk gate stopped this; it is off unless the configuration asks for it."""


class BudgetExceeded(RefusedError):  # noqa: N818 -- likewise
    """The cheapest that would do costs `needed` US dollars at most, and `available` were there."""

    def __init__(
        self, message: str, refusal: Decision | Unplanned, needed: Nanodollars, available: Nanodollars
    ) -> None:
        super().__init__(message, refusal)
        self.args = (message, refusal, needed, available)
        self.needed: Decimal = in_usd(needed)
        self.available: Decimal = in_usd(available)


def raised(refusal: Decision | Unplanned | Blocked | Refused) -> RefusedError:
    """The error that says what this refusal says."""
    match refusal:
        case Blocked(message=message):
            return RiskGateBlocked(message, refusal)
        case Refused(message=message):  # nobody can be called, whatever is asked
            return NoCapableModel(message, refusal)
        case Unplanned(smallest_budget_nano=None):
            return NoCapableModel(refusal.message, refusal)
        case Unplanned(smallest_budget_nano=needed, budget_nano=budget) if needed is not None:
            return BudgetExceeded(refusal.message, refusal, needed, budget)
        case Decision(outcome=Blocked(message=message)):
            return RiskGateBlocked(message, refusal)
        case Decision(outcome=Refused(code=Refusal.BUDGET) as refused):
            return BudgetExceeded(refused.message, refusal, refused.needed, refused.available)
        case Decision(outcome=Refused(message=message)):
            return NoCapableModel(message, refusal)
        case _:
            raise AssertionError(f"{refusal!r} refuses nothing")
