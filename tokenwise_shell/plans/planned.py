"""A plan with its models, and a run of it, as documents: the JSON of `tw plan`, `tw run` and the Python API."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from tokenwise.budgets.ledger import Downgraded, Entry, Escalated, Upgraded
from tokenwise.catalog.models import Catalog
from tokenwise.machine.run import Ended, Job, Outcome, Run, StepRun
from tokenwise.money import Nanodollars, format_usd
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, Unassignable, as_chosen
from tokenwise.planner.scheduling import schedule
from tokenwise.policy import Policy
from tokenwise_shell.plans.decision import in_usd
from tokenwise_shell.plans.judging import Judging, judging_of
from tokenwise_shell.plans.pages import page
from tokenwise_shell.plans.planning import PlannerReport

__all__ = ["Execution", "Planned", "Refusal", "Unplanned", "escalations", "planned_again"]

_FOR_WANT_OF_MONEY: Final = (Outcome.BUDGET_EXHAUSTED, Outcome.FAILED)


@frozen(repr=False)
class Planned:
    """A task, its steps, a model for each, and what all of it may cost. `budget_nano` is what the user gave.

    The steps may spend `limit_nano`: the budget less what the planning call has cost and what is kept for judging.
    """

    plan: Plan
    assigned: Assigned
    catalog: Catalog
    policy: Policy
    budget_nano: Nanodollars
    planner: PlannerReport
    run_id: str
    judging: Judging | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The plan's steps, in its order."""
        return self.plan.steps

    @property
    def total_estimated_cost(self) -> Decimal:
        """What planning and all steps will probably cost, in US dollars."""
        return in_usd(Nanodollars(self.planner.cost_nano + sum(self.assigned.expected)))

    @property
    def budget(self) -> Decimal:
        """What was given, in US dollars."""
        return in_usd(self.budget_nano)

    @property
    def worst_cost(self) -> Decimal:
        """`worst_cost_nano` in US dollars."""
        return in_usd(self.worst_cost_nano)

    def _repr_html_(self) -> str:
        rows = (
            (step.id, step.description, choice.model, format_usd(choice.worst), ", ".join(step.after))
            for step, choice in zip(self.steps, self.assigned.choices, strict=True)
        )
        caption = f"{format_usd(self.worst_cost_nano)} at most, the budget is {format_usd(self.budget_nano)}"
        return page(caption, rows, heads=("step", "what", "model", "at most", "after"))

    def __repr__(self) -> str:
        """In short; `as_json` has the rest."""
        steps = ", ".join(step.id for step in self.steps)
        most, budget = format_usd(self.worst_cost_nano), format_usd(self.budget_nano)
        return f"<Planned: {steps}; {most} at most of {budget}, run {self.run_id}>"

    @property
    def kept_nano(self) -> Nanodollars:
        """What is kept for judging the replies."""
        return self.judging.kept if self.judging else Nanodollars(0)

    @property
    def limit_nano(self) -> Nanodollars:
        """What the steps may spend."""
        return Nanodollars(
            max(0, self.budget_nano - self.planner.cost_nano + self.planner.overrun_nano - self.kept_nano)
        )

    @property
    def worst_cost_nano(self) -> Nanodollars:
        """The most that planning and all steps together cost, if no step needs a second attempt."""
        return Nanodollars(self.planner.cost_nano + self.assigned.worst + self.kept_nano)

    @property
    def critical_path(self) -> tuple[str, ...]:
        """The chain of steps that takes longest, taking a step's expected output as its time."""
        return schedule(self.plan, {step.id: step.output_tokens for step in self.plan.steps}).critical_path

    def beside(self) -> dict[str, object]:
        """What `planned_again` needs of it besides the job of its run."""
        report = {**self.planner.as_json(), "overrun_nano": self.planner.overrun_nano}
        judging = {"judging": self.judging.as_json()} if self.judging else {}
        return {"planner": report, "budget_nano": self.budget_nano, **judging}

    def as_json(self) -> dict[str, object]:
        """The document, with the names of the interface."""
        return {
            "task": self.plan.task,
            "run_id": self.run_id,
            "budget_nano": self.budget_nano,
            "planner": self.planner.as_json(),
            "judge": self.judging and self.judging.as_json(),
            "steps": self._steps(),
            "worst_cost_nano": self.worst_cost_nano,
            "expected_cost_nano": self.planner.cost_nano + sum(self.assigned.expected),
            "within_budget": self.worst_cost_nano <= self.budget_nano,
            "optimality_gap_nano": self.assigned.optimality_gap,
            "on_the_best": self._on_the_best(),
            "critical_path": list(self.critical_path),
        }

    def _on_the_best(self) -> dict[str, object] | None:
        if (best := self.assigned.on_the_best) is None:
            return None
        return {
            "models": list(best.models),
            "expected_cost_nano": self.planner.cost_nano + best.expected,
            "worst_cost_nano": self.planner.cost_nano + best.worst + self.kept_nano,
        }

    def _steps(self) -> list[dict[str, object]]:
        before = {downgrade.menu: downgrade.from_key for downgrade in self.assigned.downgrades}
        rows = zip(self.plan.steps, self.assigned.choices, self.assigned.expected, strict=True)
        return [
            {
                "id": step.id,
                "description": step.description,
                "capabilities": list(step.capabilities.names),
                "after": list(step.after),
                "difficulty": step.difficulty,
                "output_tokens": step.output_tokens,
                "max_output_tokens": step.max_output_tokens,
                "cap_tokens": choice.max_output_tokens or step.max_output_tokens,
                "model": choice.model,
                "tier": self.catalog[choice.model].tier.name.lower(),
                "cascade": choice.cascade
                and {"second": choice.cascade.second or None, "strong": choice.cascade.strong},
                "worst_cost_nano": choice.worst,
                "expected_cost_nano": expected,
                "downgraded_from": before.get(index),
            }
            for index, (step, choice, expected) in enumerate(rows)
        ]


@frozen(repr=False)
class Unplanned:
    """No plan fits: why, what the planning has cost all the same, and the least budget that would have done.

    `kept_nano` is what judging the replies would have needed besides. A `saved` plan counts its planning as spent.
    """

    plan: Plan
    reason: Unassignable
    budget_nano: Nanodollars
    planner: PlannerReport
    run_id: str
    kept_nano: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- a NewType of int
    saved: bool = False

    @property
    def smallest_budget_nano(self) -> Nanodollars | None:
        """The smallest feasible budget; None where no budget helps.

        What asking for a plan has cost is no part of it, save where the plan is kept and the cost with it: the next
        asking costs another amount, and none where the money is short.
        """
        if self.reason.smallest_limit is None:
            return None
        paid = self.planner.cost_nano if self.saved else 0
        return Nanodollars(self.reason.smallest_limit + self.kept_nano + paid)

    @property
    def smallest_budget(self) -> Decimal | None:
        """`smallest_budget_nano` in US dollars."""
        return None if self.smallest_budget_nano is None else in_usd(self.smallest_budget_nano)

    def __repr__(self) -> str:
        """In short; `as_json` has the rest."""
        return f"<Unplanned: {self.message}>"

    @property
    def message(self) -> str:
        """The refusal as a sentence."""
        if self.smallest_budget_nano is None:
            return f"no model in reach can do {', '.join(self.reason.steps) or 'this'}"
        return (
            f"the cheapest plan may cost {format_usd(self.smallest_budget_nano)}, which is the smallest feasible "
            f"budget; {format_usd(self.budget_nano)} was given"
        )

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "task": self.plan.task,
            "run_id": self.run_id,
            "budget_nano": self.budget_nano,
            "planner": self.planner.as_json(),
            "steps": [],
            "within_budget": False,
            "refusal": {
                "code": "no_capable_model" if self.smallest_budget_nano is None else "budget_exceeded",
                "message": self.message,
                "smallest_budget_nano": self.smallest_budget_nano,
            },
        }


@frozen
class Refusal:
    """Why a budget outside the run said no: which limit, what was needed, what is left; `code` is for programs."""

    code: str
    message: str


@frozen(repr=False)
class Execution:
    """A finished run of a plan. `opinions_nano` is what judging it has cost, `unjudged` how many had no opinion.

    `refusal` is the last that it met in budgets outside its own; `governed` is False where calls of it were made while
    the store of shared budgets could not be asked.
    """

    planned: Planned
    run: Run
    entries: tuple[Entry, ...]
    opinions_nano: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- a NewType of int
    unjudged: int = 0
    refusal: Refusal | None = None
    governed: bool = True

    @property
    def status(self) -> str:
        """`completed`, `failed`, `exhausted` or `cancelled`."""
        return self.run.status or "unfinished"

    @property
    def success(self) -> bool:
        """Whether every step has succeeded."""
        return self.status == "completed"

    @property
    def total_cost(self) -> Decimal:
        """Planning, all steps and all opinions together, in US dollars."""
        return in_usd(self.spent_nano)

    @property
    def budget_remaining(self) -> Decimal:
        """What is left of the budget, in US dollars; 0 where a provider billed more than it was allowed to."""
        return max(Decimal(0), self.planned.budget - self.total_cost)

    def _repr_html_(self) -> str:
        rows = (
            (step.id, each["status"], each["model"] or "", format_usd(run.spent), each["why"])
            for step, run in zip(self.planned.steps, self.run.steps, strict=True)
            for each in [self._step(step.id, run)]
        )
        caption = f"{self.status}, {format_usd(self.spent_nano)} of {format_usd(self.planned.budget_nano)} spent"
        return page(caption, rows, heads=("step", "status", "model", "spent", "why"), text=self.output)

    def __repr__(self) -> str:
        """In short; `as_json` has the rest."""
        return f"<Execution: {self.status}, {format_usd(self.spent_nano)}, run {self.planned.run_id}>"

    @property
    def spent_nano(self) -> Nanodollars:
        """Planning, all steps and all opinions together."""
        return Nanodollars(self.planned.planner.cost_nano + self.run.books.spent + self.opinions_nano)

    @property
    def overrun_nano(self) -> Nanodollars:
        """What providers billed above their reservations."""
        return Nanodollars(self.planned.planner.overrun_nano + self.run.books.overrun)

    @property
    def output(self) -> str:
        """The result: what the steps that nothing waits for came up with, whole, in plan order."""
        return "\n\n".join(text for text in (self.text(step.id) for step in self.planned.plan.sinks) if text)

    def text(self, step_id: str) -> str:
        """One step's reply, "" where it has none."""
        state = self.run.steps[self.planned.plan.position[step_id]].state
        return state.text if isinstance(state, Ended) else ""

    def why(self, each: StepRun) -> str:
        """Why a step ended as it did, with the words of the limit that it came up against outside the run."""
        told = each.state.why if isinstance(each.state, Ended) else ""
        if self.refusal is None or not each.refusals or _outcome(each) not in _FOR_WANT_OF_MONEY:
            return told
        return "; ".join(filter(None, (told, self.refusal.message)))

    def as_json(self) -> dict[str, object]:
        """The plan's document with the run in it."""
        return {**self.planned.as_json(), "run": self.run_json()}

    def run_json(self) -> dict[str, object]:
        """The run alone."""
        steps = self.planned.plan.steps
        return {
            "run_id": self.planned.run_id,
            "status": self.status,
            "spent_nano": self.spent_nano,
            "overrun_nano": self.overrun_nano,
            "judge_nano": self.opinions_nano,
            "unjudged": self.unjudged,
            "remaining_nano": max(0, self.planned.budget_nano - self.spent_nano),
            "refusal": self.refusal and {"code": self.refusal.code, "message": self.refusal.message},
            "governed": self.governed,
            "steps": [self._step(step.id, each) for step, each in zip(steps, self.run.steps, strict=True)],
            "output": self.output,
        }

    def _step(self, step_id: str, each: StepRun) -> dict[str, object]:
        outcome = _outcome(each)
        return {
            "id": step_id,
            "status": outcome.value if outcome else "unfinished",
            "model": each.model or None,
            "attempts": each.calls,
            "spent_nano": each.spent,
            "output": self.text(step_id),
            "why": self.why(each),
            "escalations": escalations(step_id, self.entries),
        }


def escalations(step_id: str, entries: Sequence[Entry]) -> list[dict[str, object]]:
    """Each time that a step got another model or seller than before, and why."""
    moves: list[dict[str, object]] = []
    for entry in entries:
        match entry:
            case Escalated(attempt=attempt) if attempt.step == step_id:
                moves.append({"from": entry.model, "to": entry.to, "provider": entry.provider, "why": entry.why})
            case Downgraded(step=step) | Upgraded(step=step) if step == step_id:
                moves.append({"from": entry.model, "to": entry.to, "provider": None, "why": entry.why})
            case _:
                pass
    return moves


def _outcome(each: StepRun) -> Outcome | None:
    return each.state.outcome if isinstance(each.state, Ended) else None


def planned_again(job: Job, beside: Mapping[str, object]) -> Planned:
    """The plan that a recorded job was made from, with what stands beside it. Raises InputError where that is no such.

    An older journal says nothing of what planning cost, which then counts as nothing.
    """
    assigned, judging = as_chosen(job.plan, job.choices, job.catalog), judging_of(beside.get("judging"))
    planner, budget = PlannerReport("journal"), job.limit + (judging.kept if judging else 0)
    match beside:
        case {
            "planner": {
                "source": str(source),
                "model": str() | None as model,
                "cost_nano": int(cost),
                "overrun_nano": int(over),
                "problem": str() | None as problem,
            },
            "budget_nano": int(budget),
        }:
            planner = PlannerReport(source, model, Nanodollars(cost), Nanodollars(over), problem)
        case _:
            pass
    return Planned(job.plan, assigned, job.catalog, job.policy, Nanodollars(budget), planner, job.id, judging)
