"""What people are shown of a plan and of its run: text, and the graph for Mermaid. Prints nothing.

Steps' names and descriptions may come from a model, so they are put on one line and freed of control characters; the
run's output is nobody's business here, and is printed as it is.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from tokenwise.machine.run import Ended, Outcome
from tokenwise.money import Nanodollars
from tokenwise.plan import Step
from tokenwise.planner.scheduling import levels
from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
from tokenwise_shell.plans.planning import PlannerReport
from tokenwise_shell.show.render import about, counted, facts, line_ended, one_line, usd

__all__ = ["execution_text", "mermaid_text", "missed", "next_text", "planned_text", "result_text", "unplanned_text"]


# --- the plan ---------------------------------------------------------------------------------------------------------


def planned_text(planned: Planned, *, width: int | None = None) -> str:
    """Steps by level with model, tier, cost and parents; then the sums, the critical path, and who planned."""
    depths = levels(planned.plan)
    downgraded = {downgrade.menu: downgrade.from_key for downgrade in planned.assigned.downgrades}
    lines = []
    for level in range(max(depths) + 1):
        lines.append(f"level {level + 1}\n")
        for index, step in enumerate(planned.plan.steps):
            if depths[index] == level:
                lines += [_titled(step, width), _costs(planned, index, downgraded.get(index), width)]
    return f"{''.join(lines)}\n{facts(_sums(planned), width)}"


def _titled(step: Step, width: int | None) -> str:
    text = f"  {one_line(step.id)}: {one_line(step.description)}"
    return f"{text if width is None or len(text) <= width else f'{text[: width - 1]}…'}\n"


def _costs(planned: Planned, index: int, before: str | None, width: int | None) -> str:
    step, choice = planned.plan.steps[index], planned.assigned.choices[index]
    tier = planned.catalog[choice.model].tier.name.lower()
    expected = planned.assigned.expected[index]
    room = choice.max_output_tokens // step.max_output_tokens
    roomy = f", {room} times the room" if room > 1 else ""
    said = f"{choice.model} ({tier}), {usd(choice.worst)} at most, about {about(expected)}{roomy}"
    if choice.cascade:
        beside = f" and {choice.cascade.second}" if choice.cascade.second else ""
        said = f"cascade: {choice.model}{beside}, else {choice.cascade.strong}{said.removeprefix(choice.model)}"
    after = f"; after {', '.join(map(one_line, step.after))}" if step.after else ""
    downgrade = f"; downgraded from {before} to fit the budget" if before else ""
    return facts([("  ", said + after + downgrade)], width)


# From here on what is missed is a tier, a rating or room, which have prices that no answer reaches (see routing.worth).
_NO_COST: Final = 100 * 10**9


def missed(gap: Nanodollars) -> str:
    """How much better another choice could be, in words where it is not a matter of cost."""
    if gap < _NO_COST:
        return f"another choice of models could be worth {usd(gap)} more at most"
    return "another choice of models could suit the strategy better, by a tier, a rating or room for some step"


def _sums(planned: Planned) -> Iterator[tuple[str, str]]:
    expected = planned.planner.cost_nano + sum(planned.assigned.expected)
    steps = len(planned.plan.steps)
    yield "steps", f"{steps} on {counted(max(levels(planned.plan)) + 1, 'level')}"
    worst, budget = usd(planned.worst_cost_nano), usd(planned.budget_nano)
    yield "cost", f"{worst} at most, about {about(expected)} expected; the budget is {budget}"
    if best := planned.assigned.on_the_best:
        whole = usd(Nanodollars(planned.planner.cost_nano + best.worst + planned.kept_nano))
        likely = about(Nanodollars(planned.planner.cost_nano + best.expected))
        yield "on the best", f"{whole} at most, about {likely} expected, with {_named(best.models)} throughout"
    if gap := planned.assigned.optimality_gap:
        yield "gap", f"not proven best: {missed(gap)}"
    rows = zip(planned.plan.steps, planned.assigned.choices, strict=True)
    if better := ", ".join(one_line(step.id) for step, choice in rows if choice.upgrades):
        yield "upgrades", f"what other steps leave of their money may buy a better model for {better}"
    yield "critical path", " → ".join(map(one_line, planned.critical_path))
    yield from _planner(planned.planner)
    if planned.judging:
        yield "judged by", f"{planned.judging.model}, with {usd(planned.judging.kept)} of the budget kept for it"
    yield "run id", planned.run_id


def _named(models: Sequence[str]) -> str:
    return models[0] if len(models) == 1 else "the strongest model for each step"


def _planner(report: PlannerReport) -> Iterator[tuple[str, str]]:
    if report.source == "llm":
        yield "planned by", f"{report.model}, for {usd(report.cost_nano)}"
    else:
        paid = f", after {report.model} had cost {usd(report.cost_nano)}" if report.cost_nano else ""
        yield "planned by", f"{one_line(report.source)}{paid}"
    if report.problem:
        yield "problem", one_line(report.problem)


def unplanned_text(unplanned: Unplanned, *, width: int | None = None) -> str:
    """Why there is no plan, and what asking for one has cost."""
    return f"refused: {unplanned.message}\n\n{facts(_planner(unplanned.planner), width)}"


def mermaid_text(planned: Planned) -> str:
    """The steps as a Mermaid flow chart, each with its model and the most that it may cost."""
    lines = ["flowchart TD"]
    for index, (step, choice) in enumerate(zip(planned.plan.steps, planned.assigned.choices, strict=True)):
        label = f"{_quoted(step.id)}<br/>{_quoted(choice.model)}<br/>≤ {usd(choice.worst)}"
        lines.append(f'    s{index}["{label}"]')
    for index, parents in enumerate(planned.plan.parents):
        lines += [f"    s{parent} --> s{index}" for parent in parents]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text inside a Mermaid label, where quotes, brackets and hashes mean something."""
    return "".join(char if char.isalnum() or char in " -_./:," else f"#{ord(char)};" for char in one_line(text))


# --- the run ----------------------------------------------------------------------------------------------------------


def execution_text(execution: Execution, elapsed_ms: int) -> str:
    """How a run ended, in one line, and a line for each step that did not end well."""
    spent, budget = usd(execution.spent_nano), usd(execution.planned.budget_nano)
    over = f", {usd(execution.overrun_nano)} of it above what was reserved" if execution.overrun_nano else ""
    steps = counted(len(execution.planned.plan.steps), "step")
    lines = [f"{execution.status}: {_ended_well(execution)} of {steps}, {spent} of {budget} spent{over}"]
    lines[0] += f", {elapsed_ms / 1000:.1f} s, run {execution.planned.run_id}"
    if execution.planned.judging:
        lines.append(
            f"  {execution.planned.judging.model} judged for {usd(execution.opinions_nano)}{_unjudged(execution)}"
        )
    return "\n".join((*lines, *_failures(execution)))


def result_text(execution: Execution) -> str:
    """What a run came up with, verbatim; under a heading each where several steps end it."""
    found = [(step.id, text) for step in execution.planned.plan.sinks if (text := execution.text(step.id))]
    if len(found) < 2:
        return "".join(line_ended(text) for _, text in found)
    return "\n".join(f"## {one_line(name)}\n\n{line_ended(text)}" for name, text in found)


def next_text(execution: Execution, *, offline: bool) -> str:
    """Commands that lead on from a run."""
    run, flag = execution.planned.run_id, " --offline" if offline else ""
    ways = {
        f"tw ledger --summary{flag}": "what was spent, on what",
        f"tw replay {run}{flag}": "the run decided again, and whether it comes out the same",
        f"tw serve{flag}": "the same budgets for any SDK or agent",
    }
    wide = max(map(len, ways))
    return "\n".join(
        f"{'next:' if not at else '     '} {way:{wide}}  {what}" for at, (way, what) in enumerate(ways.items())
    )


def _unjudged(execution: Execution) -> str:
    replies = counted(execution.unjudged, "reply", "replies")
    return f"; {replies} passed without an opinion" if execution.unjudged else ""


def _ended_well(execution: Execution) -> int:
    states = (each.state for each in execution.run.steps)
    return sum(isinstance(state, Ended) and state.outcome is Outcome.OK for state in states)


def _failures(execution: Execution) -> Iterator[str]:
    for step, each in zip(execution.planned.plan.steps, execution.run.steps, strict=True):
        if isinstance(each.state, Ended) and each.state.outcome is not Outcome.OK:
            told = execution.why(each)
            why = f": {one_line(told)}" if told else ""
            yield f"  {one_line(step.id)} ended {each.state.outcome.value}{why}"
