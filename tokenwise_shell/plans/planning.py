"""A task becomes a plan within a budget: ask a model, read its answer, ask once more if it is malformed, or use rules.

The planning call is a job like any other: it has a share of the budget as its own limit, is reserved, charged and
written down, and what it cost is subtracted from what the steps may spend.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import orjson
from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.machine.run import Choice, Ended, Job, Outcome, Run
from tokenwise.money import Nanodollars
from tokenwise.plan import Check, CheckKind, Plan, Step
from tokenwise.planner.decompose import (
    PLAN_SCHEMA,
    Malformed,
    json_candidates,
    planning_messages,
    read_answer,
    repair_messages,
)
from tokenwise.planner.decompose_step import Json
from tokenwise.planner.rules.splitting import decompose_by_rules
from tokenwise.policy import Policy, Strategy
from tokenwise.prompt import Message, count_prompt
from tokenwise.routing.bid import Need
from tokenwise.traits import Capability

__all__ = ["Decomposition", "Planner", "PlannerReport", "RunJob", "by_rules"]

RunJob = Callable[[Job, tuple[Message, ...]], Awaitable[Run]]
"""Carries out a job whose conversation is given."""

# A plan is worth at most a quarter of what doing it may cost.
_SHARE: Final = 4

# A plan of a dozen steps takes about 900 tokens of JSON, one of four about 300.
_LONGEST_PLAN: Final = 2000
_SHORTEST_PLAN: Final = 300

# The schema is a wish: prose around the JSON is tolerated, so nothing is judged by it.
_STEP: Final = Step(
    "planner",
    "Decompose the task",
    output_tokens=900,
    max_output_tokens=_LONGEST_PLAN,
    reply_format=Check(CheckKind.JSON_SCHEMA, orjson.dumps(PLAN_SCHEMA).decode()),
)

# After three failures the rules' plan, for nothing, is the better bargain.
_ATTEMPTS: Final = 3


@frozen
class PlannerReport:
    """Where a plan came from: `source` "llm" or "rules", which model, what it cost, and what went wrong on the way."""

    source: str
    model: str | None = None
    cost_nano: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- a NewType of int
    overrun_nano: Nanodollars = Nanodollars(0)  # noqa: RUF009 -- likewise
    problem: str | None = None

    def as_json(self) -> dict[str, object]:
        """The document, with the names of the interface."""
        return {"source": self.source, "model": self.model, "cost_nano": self.cost_nano, "problem": self.problem}


@frozen
class Decomposition:
    """A plan and how it was come by."""

    plan: Plan
    report: PlannerReport

    def after(self, problem: str) -> "Decomposition":
        """The rules' plan, which stands in where this went wrong, and after whatever else did."""
        problems = filter(None, (self.report.problem, problem))
        return evolve(self, report=evolve(self.report, source="rules", problem="; then ".join(problems)))


@frozen
class _Round:
    """One answer of the planner: the plan or what is wrong with it, the text, and what it cost."""

    read: Plan | Malformed | None
    text: str
    run: Run

    @property
    def problem(self) -> str:
        match self.read:
            case Malformed():
                return "; ".join(map(str, self.read.problems))
            case None:
                state = self.run.steps[0].state
                return state.why if isinstance(state, Ended) and state.why else "the planner did not answer"
            case Plan():
                return ""


@frozen
class Planner:
    """Asks `model`, or what the money can pay instead, for plans of at most `max_steps` steps."""

    model: str
    catalog: Catalog
    policy: Policy
    max_steps: int
    run: RunJob

    async def decompose(
        self, task: str, *, run_id: str, limit: Nanodollars, spare: Nanodollars | None = None
    ) -> Decomposition:
        """A plan for a task that may cost `limit` in all; the rules' plan where no model gave one.

        Asking costs `spare` at most, where that is less than its share.
        """
        messages = planning_messages(task, budget=limit, capabilities=_offered(self.catalog), max_steps=self.max_steps)
        share = Nanodollars(min(limit // _SHARE, limit if spare is None else spare))
        first = await self._ask(task, messages, run_id=f"{run_id}/planner", limit=share)
        rounds = [first]
        if isinstance(first.read, Malformed):
            left = Nanodollars(max(0, share - first.run.books.spent))
            again = repair_messages(messages, answer=first.text, problems=first.read.problems)
            rounds.append(await self._ask(task, again, run_id=f"{run_id}/repair/planner", limit=left))
        return _concluded(task, rounds, self.max_steps)

    async def _ask(self, task: str, messages: tuple[Message, ...], *, run_id: str, limit: Nanodollars) -> _Round:
        done = await self.run(self._job(task, messages, run_id, limit), messages)
        state = done.steps[0].state
        if not isinstance(state, Ended) or state.outcome is not Outcome.OK:
            return _Round(None, "", done)
        documents = tuple(_parsed(json_candidates(state.text)))
        return _Round(read_answer(documents, task=task, max_steps=self.max_steps), state.text, done)

    def _job(self, task: str, messages: tuple[Message, ...], run_id: str, limit: Nanodollars) -> Job:
        step = _STEP
        need = Need(
            capabilities=Capability.GENERAL,
            input=count_prompt(step, messages),
            max_output_tokens=_LONGEST_PLAN,
            output_tokens=step.output_tokens,
        )
        return Job(
            id=run_id,
            plan=Plan(task, (step,)),
            choices=(Choice(self.model, limit, Nanodollars(0)),),
            catalog=self.catalog,
            policy=evolve(
                self.policy, strategy=Strategy.CHEAPEST, min_output_tokens=_SHORTEST_PLAN, max_attempts=_ATTEMPTS
            ),
            limit=limit,
            request=need,
        )


def by_rules(task: str, *, max_steps: int, problem: str | None = None) -> Decomposition:
    """The rules' plan, for nothing."""
    return Decomposition(decompose_by_rules(task, max_steps=max_steps), PlannerReport("rules", problem=problem))


def _concluded(task: str, rounds: list[_Round], max_steps: int) -> Decomposition:
    last = rounds[-1]
    cost = Nanodollars(sum(each.run.books.spent for each in rounds))
    overrun = Nanodollars(sum(each.run.books.overrun for each in rounds))
    model = last.run.steps[0].model or None
    problem = "; then ".join(each.problem for each in rounds if each.problem) or None
    if isinstance(last.read, Plan):
        return Decomposition(last.read, PlannerReport("llm", model, cost, overrun, problem))
    return Decomposition(
        decompose_by_rules(task, max_steps=max_steps), PlannerReport("rules", model, cost, overrun, problem)
    )


def _parsed(candidates: tuple[str, ...]) -> Iterator[Json]:
    for candidate in candidates:
        try:
            yield orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue


def _offered(catalog: Catalog) -> Capability:
    offered = Capability(0)
    for model in catalog.models:
        offered |= model.capabilities
    return offered
