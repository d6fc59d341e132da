"""A decision summarised as TokenWise 0.5 did, for programs that were written for it."""

import enum
from decimal import Decimal

from attrs import frozen

from tokenwise.traits import Tier
from tokenwise_shell.plans.decision import Decision

__all__ = ["RoutingTrace", "TerminationState", "trace_of"]


class TerminationState(enum.Enum):
    """How a routing session ended. What 0.5 reported as `exhausted` or `no_go` is an error here."""

    COMPLETED = "completed"


@frozen
class RoutingTrace:
    """Which model, for how much at most (`budget_used`, US dollars), and what would be left of the budget."""

    request_id: str
    initial_model: str
    initial_tier: Tier
    final_model: str
    final_tier: Tier
    budget_used: Decimal
    budget_remaining: Decimal
    termination_state: TerminationState = TerminationState.COMPLETED


def trace_of(decision: Decision) -> RoutingTrace:
    """The trace of a decision that has not been carried out: nobody has been climbed to."""
    model, worst = decision.model, decision.worst_cost
    return RoutingTrace(
        request_id=decision.decision_id,
        initial_model=model.id,
        initial_tier=model.tier,
        final_model=model.id,
        final_tier=model.tier,
        budget_used=worst,
        budget_remaining=decision.budget - worst,
    )
