"""When each step of a plan would run, if every step took a known time: levels, finish times, the critical path.

Static: it foresees no faults and no parallelism limit. The machine never asks it; people do.
"""

from collections.abc import Mapping

from attrs import frozen

from tokenwise.plan import Plan

__all__ = ["Schedule", "levels", "schedule"]


@frozen
class Schedule:
    """Start and finish of each step in ms from the start of the plan, the whole length, and the path that sets it."""

    starts_ms: tuple[int, ...]
    finishes_ms: tuple[int, ...]
    length_ms: int
    critical_path: tuple[str, ...]


def schedule(plan: Plan, durations_ms: Mapping[str, int]) -> Schedule:
    """Let each step start the moment its own parents end.

    Ties for the critical path go to the step that stands first in the plan. Unknown steps take no time.
    """
    starts: list[int] = []
    finishes: list[int] = []
    for step, parents in zip(plan.steps, plan.parents, strict=True):
        starts.append(max((finishes[parent] for parent in parents), default=0))
        finishes.append(starts[-1] + durations_ms.get(step.id, 0))
    return Schedule(tuple(starts), tuple(finishes), max(finishes), _critical(plan, finishes))


def levels(plan: Plan) -> tuple[int, ...]:
    """For each step, how many steps stand before it on its longest chain of parents."""
    depths: list[int] = []
    for parents in plan.parents:
        depths.append(1 + max((depths[parent] for parent in parents), default=-1))
    return tuple(depths)


def _critical(plan: Plan, finishes: list[int]) -> tuple[str, ...]:
    """Walk back from the last step to finish, each time to the parent that finished last."""
    path = [max(range(len(finishes)), key=finishes.__getitem__)]
    while parents := plan.parents[path[-1]]:
        path.append(max(parents, key=finishes.__getitem__))
    return tuple(plan.steps[index].id for index in reversed(path))
