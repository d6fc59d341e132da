"""A last step that makes one result of a plan's several: on request, since joining them verbatim costs nothing."""

from typing import Final

from attrs import evolve

from tokenwise.plan import MAX_STEPS, Plan, Step
from tokenwise.traits import Capability

__all__ = ["SYNTHESIS", "synthesized"]

SYNTHESIS: Final = "synthesis"
"""The last step's id, unless a step has it already; then a number is put behind it."""

_DESCRIPTION: Final = (
    "Join the results above into one answer to the whole task. Keep everything that the task asks for, in an order "
    "that serves its reader; say nothing twice; add nothing that the results do not have."
)


def synthesized(plan: Plan) -> Plan:
    """The plan with a step that waits for all its sinks; as it is where there is one sink, or no room for a step."""
    sinks = plan.sinks
    if len(sinks) == 1 or len(plan.steps) == MAX_STEPS:
        return plan
    last = Step(
        _free_id(plan),
        _DESCRIPTION,
        Capability.GENERAL,
        after=tuple(sink.id for sink in sinks),
        difficulty=max(sink.difficulty for sink in sinks),
        output_tokens=sum(sink.output_tokens for sink in sinks),
        max_output_tokens=sum(sink.max_output_tokens for sink in sinks),
    )
    return evolve(plan, steps=(*plan.steps, last))


def _free_id(plan: Plan) -> str:
    names = (SYNTHESIS, *(f"{SYNTHESIS}-{number}" for number in range(2, len(plan.steps) + 2)))
    return next(name for name in names if name not in plan.position)
