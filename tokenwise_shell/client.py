"""TokenWise put together: one object that plans and executes, for programs and for the `tw` command alike.

`opening` makes one and closes it again; `plans/executing` runs what is planned here.
"""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, frozen

from tokenwise.budgets.limit import Limit
from tokenwise.money import Nanodollars
from tokenwise.planner.assignment import Unassignable, assign
from tokenwise.planner.synthesis import synthesized
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.choosing import Routed
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import Blocked, judge
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.interpret import Interpreter, Listener
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.runs import new_run_id
from tokenwise_shell.plans.completion import Aloud, Completion, Hear, job_of, messages_of
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.executing import PlanExecutor
from tokenwise_shell.plans.judging import judge_named, judging_by
from tokenwise_shell.plans.outcomes import describe, describe_steps
from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
from tokenwise_shell.plans.planning import Decomposition, Planner, by_rules
from tokenwise_shell.workspace import Workspace

if TYPE_CHECKING:
    from tokenwise_shell.budgets.shared import SharedHolder

__all__ = ["MAX_STEPS", "Client", "Extras"]

MAX_STEPS = 12
"""How many steps a plan has at most, unless the caller says otherwise."""


@frozen
class Extras:
    """What a plan may have besides its steps: a last step that joins the results, and a model that judges each."""

    synthesize: bool = False
    judge: str = ""


_NO_EXTRAS: Final = Extras()


@frozen
class _Terms:
    """Under what a plan gets its models."""

    run_id: str
    budget: Nanodollars
    policy: Policy
    extras: Extras


@define
class Client:
    """Plans and executes within budgets. Get one from `opening.open_client`."""

    workspace: Workspace
    interpreter: Interpreter
    journal: Journal
    caller: Caller
    holder: "Holder | SharedHolder"
    limits: InForce
    _said: list[str]

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know. More may come while the client works."""
        return tuple(self._said)

    @property
    def state_dir(self) -> Path:
        """Where this machine's ledger and run journals are."""
        return self.workspace.settings.ledger_path.parent

    @property
    def _executor(self) -> PlanExecutor:
        tags = self.workspace.settings.tags
        return PlanExecutor(self.interpreter, self.journal, self.holder, self.state_dir, tags, self._said.append)

    @property
    def ungoverned(self) -> int:
        """How many calls were made while the store of shared budgets could not be asked."""
        return self.holder.ungoverned

    async def limit_keys(self, limits: Iterable[Limit]) -> None:
        """From now on these are the limits of keys, and no others, with what the ledger says was spent under each."""
        await self.limits.prepare()
        self.limits.limit_keys(limits)

    def route(
        self,
        conversation: Conversation,
        *,
        strategy: Strategy | None = None,
        budget: Nanodollars | None = None,
        wishes: Wishes | None = None,
        best_effort: bool = False,
    ) -> Decision:
        """Which model would get this conversation, and why. Calls nobody."""
        return self.workspace.decide(
            conversation, strategy=strategy, budget=budget, wishes=wishes, best_effort=best_effort
        )

    async def complete(
        self,
        conversation: Conversation,
        *,
        strategy: Strategy | None = None,
        budget: Nanodollars | None = None,
        wishes: Wishes | None = None,
        best_effort: bool = False,
        hear: Hear | None = None,
        listener: Listener | None = None,
    ) -> Completion | Decision:
        """Route one prompt and have it answered within the budget; the refused Decision where nobody was asked.

        `hear` gets the answer's text as it comes; once it has, nobody else is asked. `wishes` may name the model.
        Cancelling this lets go of the money and the call, writes that down, and re-raises.
        """
        wishes = evolve(wishes or Wishes(), streamed=hear is not None)
        decision = self.route(conversation, strategy=strategy, budget=budget, wishes=wishes, best_effort=best_effort)
        if nobody := self.workspace.nobody:
            decision = evolve(decision, outcome=nobody)
        if not isinstance(decision.outcome, Routed):
            return decision
        job = job_of(decision, decision.outcome, new_run_id(self.interpreter.now_ms(), os.urandom(8)))
        aloud = Aloud(self.caller, hear) if hear else None
        done = await self._executor.answer(decision, job, messages_of(conversation), aloud=aloud, listener=listener)
        if self.workspace.settings.ledger_numbers:
            ledger, at_ms = self.workspace.settings.ledger_path, self.interpreter.now_ms()
            describe(ledger, job.id, "", decision=decision, words=conversation, at_ms=at_ms)
        return done

    async def plan(
        self,
        task: str,
        *,
        budget: Nanodollars | None = None,
        strategy: Strategy | None = None,
        max_steps: int = MAX_STEPS,
        planner: str = "llm",
        extras: Extras = _NO_EXTRAS,
        listener: Listener | None = None,
    ) -> Planned | Unplanned | Blocked:
        """Decompose a task and give each step its model, all within the budget.

        `planner` "llm" asks a model, and falls back to the rules with the reason noted; "rules" asks nobody.
        `listener` hears the planning calls.
        """
        verdict = judge(task, self.workspace.gate)
        if isinstance(verdict, Blocked):
            return verdict
        if extras.judge:
            judge_named(extras.judge, self.workspace.reachable)  # before anything is spent
        run_id = new_run_id(self.interpreter.now_ms(), os.urandom(8))
        terms = _Terms(run_id, self.workspace.budget(budget), self.workspace.policy(strategy), extras)
        self.journal.enrol(run_id, tags=self.workspace.settings.tags)
        rules = by_rules(task, max_steps=max_steps)
        if planner == "rules":
            return self._assigned(rules, terms)
        if not self.workspace.providers:
            return self._assigned(rules.after("no provider can be called"), terms)
        asking = self._planner(terms.policy, max_steps, listener)
        return await self._asked(asking, rules, terms)

    async def _asked(self, asking: Planner, rules: Decomposition, terms: "_Terms") -> Planned | Unplanned:
        """A model's plan; the rules' where that does not fit. Asking spends nothing that the rules' plan needs.

        So the budget that a refusal names, which is the least that the rules' plan takes, is enough when it is given.
        """
        at_nothing = self._assigned(rules, evolve(terms, budget=Nanodollars(0)))
        least = at_nothing.smallest_budget_nano if isinstance(at_nothing, Unplanned) else Nanodollars(0)
        enough = least is not None and least <= terms.budget
        spare = Nanodollars(terms.budget - least) if enough and least is not None else terms.budget
        found = await asking.decompose(rules.plan.task, run_id=terms.run_id, limit=terms.budget, spare=spare)
        made = self._assigned(found, terms)
        if isinstance(made, Unplanned) and found.report.source == "llm":
            out_of_reach = made.smallest_budget_nano is None
            fails = "needs what no model in reach can do" if out_of_reach else "does not fit the budget"
            problem = f"the plan of {found.report.model} {fails}"
            made = self._assigned(evolve(rules, report=found.report).after(problem), terms)
        return made

    def _assigned(self, found: Decomposition, terms: "_Terms") -> Planned | Unplanned:
        """Models for the steps of a plan, within what planning and judging leave of the budget."""
        reachable, policy, judge_id = self.workspace.reachable, terms.policy, terms.extras.judge
        plan = synthesized(found.plan) if terms.extras.synthesize else found.plan
        judging = judging_by(judge_id, plan, reachable, policy) if judge_id else None
        kept = judging.kept if judging else Nanodollars(0)
        limit = Nanodollars(max(0, terms.budget - found.report.cost_nano - kept))
        assigned = assign(plan, reachable, policy, limit)
        if isinstance(assigned, Unassignable):
            return Unplanned(plan, assigned, terms.budget, found.report, terms.run_id, kept)
        return Planned(plan, assigned, reachable, policy, terms.budget, found.report, terms.run_id, judging)

    async def execute(self, planned: Planned, *, listener: Listener | None = None) -> Execution:
        """Run a plan. Cancelling this lets go of all money and calls, writes that down, and re-raises."""
        return self._kept(await self._executor.execute(planned, listener))

    async def resume(self, run_id: str, *, listener: Listener | None = None) -> Execution:
        """Go on with a run that was killed or cancelled. Finished steps are not paid again; dead calls are written off.

        Raises InputError where there is no journal of such a run.
        """
        return self._kept(await self._executor.resume(run_id, listener))

    def _kept(self, executed: Execution) -> Execution:
        """The same, when the numbers of its steps are kept for `tw calibrate`, if they are to be."""
        if self.workspace.settings.ledger_numbers:
            describe_steps(self.workspace.settings.ledger_path, executed, at_ms=self.interpreter.now_ms())
        return executed

    def _planner(self, policy: Policy, max_steps: int, listener: Listener | None) -> Planner:
        return Planner(
            model=self.workspace.settings.planner_model,
            catalog=self.workspace.reachable,
            policy=policy,
            max_steps=max_steps,
            run=partial(self._executor.run_given, listener=listener),
        )
