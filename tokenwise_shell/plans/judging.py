"""A model's opinion on each step's reply: one more call, reserved and charged in a job of its own, in the same limit.

What judging may cost is kept apart before the steps get their models, so neither can take the other's money: the steps'
run stays within its limit, and all opinions together within what was kept. A "no" reaches the machine as a finding, as
a failed check does, and so escalates. A reply that no opinion could be had on is accepted, and counted.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import define, evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import CallModel
from tokenwise.machine.run import Choice, Ended, Job, Outcome
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.judgement import Opinion, judging_messages, judging_need, judging_room, read_opinion
from tokenwise.policy import Policy
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.verdicts import Failure, Reply, verdict
from tokenwise.traits import Capability
from tokenwise_shell.catalogs.loading import named
from tokenwise_shell.config.values import nearest
from tokenwise_shell.engine.interpret import PlaceCall
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.jsonl import unheard
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.ledger.view import JUDGE
from tokenwise_shell.plans.planning import RunJob

__all__ = ["Judge", "Judging", "judge_named", "judging_by", "judging_of", "money_for_judging", "opinions_booked"]

_NOTHING: Final = Nanodollars(0)
_STEP: Final = Step("judge", "Say whether the reply does what the step asks", Capability.GENERAL)
_LONGEST_NAME: Final = 64  # that a step may have
_ATTEMPTS: Final = 2  # once more where the provider stumbles; an opinion is not worth a long wait


@frozen
class Judging:
    """Who judges, and the money that is kept for it."""

    model: str
    kept: Nanodollars

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {"model": self.model, "kept_cost_nano": self.kept}


def judging_of(document: object) -> Judging | None:
    """Read `Judging.as_json` back, None where nobody judges. Raises InputError for anything else."""
    match document:
        case None:
            return None
        case {"model": str(model), "kept_cost_nano": int(kept)}:
            return Judging(model, Nanodollars(kept))
        case _:
            raise InputError(Problem("judging", "expected a judge's model and the money that is kept for it"))


def opinions_booked(ledger: Path, run_id: str) -> Nanodollars:
    """What a run's opinions have cost so far by the ledger: charged, or written off with the process that asked."""
    lines = (line for line in read_ledger(ledger, unheard) if str(line.get("run")).startswith(f"{run_id}{JUDGE}"))
    closings = (line for line in lines if line["type"] in CLOSINGS and not what_is_wrong(line))
    return Nanodollars(sum(line["amount_nano"] for line in closings))


def money_for_judging(plan: Plan, model: str, catalog: Catalog, policy: Policy) -> Nanodollars | None:
    """What one opinion on each step's longest reply may cost; None where this model cannot take or be paid for one."""
    bids = [bid_of(catalog[model], judging_room(plan, step, model), policy) for step in plan.steps]
    known = [bid.amount for bid in bids if bid]
    return Nanodollars(sum(known)) if len(known) == len(bids) else None


def judging_by(name: str, plan: Plan, catalog: Catalog, policy: Policy) -> Judging:
    """Judging of this plan by the model of this name. Raises InputError where that is no model, or cannot judge it."""
    model = judge_named(name, catalog)
    kept = money_for_judging(plan, model, catalog, policy)
    if kept is None:
        raise InputError(Problem("judge", f"{model} cannot read the longest reply, or has no price here"))
    return Judging(model, kept)


def judge_named(name: str, catalog: Catalog) -> str:
    """The catalogue's id of a judge. Raises InputError where nobody that can be called has this name."""
    model = named(catalog, name)
    if model is None:
        raise InputError(Problem("judge", f"{name!r} is no model that can be called{nearest(name, catalog.by_id)}"))
    return model.id


@define
class Judge:
    """Judges what comes back from calls. `left` is the money that is not held or spent; `spent` what opinions cost."""

    run_id: str
    plan: Plan
    judging: Judging
    catalog: Catalog
    policy: Policy
    place_call: PlaceCall
    run_job: RunJob
    left: int = 0
    spent: int = 0
    overrun: int = 0
    unjudged: int = 0

    async def __call__(self, call: CallModel, /, *, first_token: Callable[[], None]) -> Reply | Failure:
        """Make the call; what it brings back is judged where the machine would otherwise accept it."""
        outcome = await self.place_call(call, first_token=first_token)
        if isinstance(outcome, Failure) or verdict(outcome):
            return outcome
        opinion = await self._opinion(call, outcome.text)
        self.unjudged += opinion is None
        if opinion is None or opinion.good:
            return outcome
        return evolve(outcome, findings=(f"{self.judging.model} judges: {opinion.why or 'no'}",))

    async def _opinion(self, call: CallModel, reply: str) -> Opinion | None:
        step = self.plan[call.attempt.step]
        need = judging_need(self.plan, step, reply, self.judging.model)
        bid = bid_of(self.catalog[self.judging.model], need, self.policy)
        if bid is None or bid.amount > self.left:
            return None
        job = Job(
            id=f"{self.run_id}/judge/{self.plan.position[step.id]}-{call.attempt.ordinal}",
            plan=Plan(_STEP.description, (evolve(_STEP, id=f"judge of {step.id}"[:_LONGEST_NAME]),)),
            choices=(Choice(bid.model, bid.amount, _NOTHING),),
            catalog=self.catalog,
            policy=evolve(self.policy, max_attempts=_ATTEMPTS),
            limit=bid.amount,
            request=need,
        )
        self.left -= bid.amount
        done = await self.run_job(job, judging_messages(self.plan, step, reply))
        self.left += bid.amount - done.books.spent
        self.spent += done.books.spent
        self.overrun += done.books.overrun
        state = done.steps[0].state
        return read_opinion(state.text) if isinstance(state, Ended) and state.outcome is Outcome.OK else None
