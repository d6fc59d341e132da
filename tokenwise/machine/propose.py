"""A step asks for money: what it wants to send, to whom, and for how much at most.

The best bid that fits is reserved; otherwise the step waits while its siblings hold money, is shortened, or gives up.
A floor is kept for every step still to come, so that one step's escalation never starves another's cheapest answer.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from attrs import evolve, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Short
from tokenwise.budgets.budget import reserve as hold_money
from tokenwise.ids import AttemptId
from tokenwise.machine.aims import Again, Beside, First, Onward
from tokenwise.machine.books import end
from tokenwise.machine.messages import Command, Record, Reserve
from tokenwise.machine.run import (
    Attempt,
    Choice,
    Commands,
    Intent,
    Job,
    Outcome,
    Parked,
    Reserving,
    Run,
    StepRun,
    Transition,
)
from tokenwise.money import Nanodollars, format_usd
from tokenwise.plan import Plan
from tokenwise.prompt import Finding, Message, compose, count_prompt, cut_to
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.fitting import Lack, bid_of, bids_in_order, least, longest, shorten
from tokenwise.routing.floors import floor_of, is_plain
from tokenwise.routing.health import ANY_MODEL
from tokenwise.routing.shortlist import least_output, obstacle
from tokenwise.traits import Tier

__all__ = ["Left", "first_intent", "first_need", "least_for", "planned_bid", "propose", "wanting"]


def first_intent(run: Run, index: int) -> tuple[Intent, Commands]:
    """What the step wants to send: its parents' outputs whole if some model has room for them, else cut evenly."""
    job, spec = run.job, run.spec(index)
    choice = job.choices[index]
    first = First(spec.model or choice.model, choice.upgrades)
    if need := job.request:
        if choice.max_output_tokens > need.max_output_tokens:
            need = evolve(need, max_output_tokens=choice.max_output_tokens)
        return Intent(need, None, first), ()
    findings = tuple(Finding(parent, run.text(parent)) for parent in spec.after)
    whole = sum(len(finding.text) for finding in findings)
    for share in (8, 4, 2, 1):
        prompt, need = first_need(job.plan, index, choice, cut_to(findings, share, 8))
        intent = Intent(need, prompt, first)
        if share == 8 and not findings:
            return intent, ()
        if next(_bids(run, intent), None):
            break
    cut = () if share == 8 else (Record(ledger.ContextCut(spec.id, whole, whole * share // 8)),)
    return intent, cut


def first_need(plan: Plan, index: int, choice: Choice, findings: Sequence[Finding]) -> tuple[tuple[Message, ...], Need]:
    """What a step sends that is given so much to read, and what that requires of a model."""
    spec = plan.steps[index]
    prompt = compose(plan, spec, findings)
    return prompt, Need(
        capabilities=spec.required,
        likely=spec.likely,
        input=count_prompt(spec, prompt),
        max_output_tokens=choice.max_output_tokens or spec.max_output_tokens,
        output_tokens=spec.output_tokens,
        difficulty=spec.difficulty,
        model=spec.model,
    )


@frozen
class Left:
    """What a budget outside the run leaves for a step: `most`, and whatever its share is, the `least` that would do."""

    most: Nanodollars
    least: Nanodollars


def least_for(run: Run, intent: Intent) -> Nanodollars | None:
    """The least that an answer which would do is held for, cut as short as is worth sending where it may be cut."""
    need, policy = intent.need, run.job.policy
    if not _may_be_cut(intent):
        return min((bid.amount for bid in _bids(run, intent)), default=None)
    if (floor := _floor(run, intent, least_output(need, policy))) is not None:
        return floor
    cheapest = least(_bids(run, intent), need, run.job.catalog, policy)
    return cheapest.amount if cheapest else None


def _floor(run: Run, intent: Intent, output_tokens: int) -> Nanodollars | None:
    """The same with so many tokens of output, where it can be had without a look at each bid."""
    need, catalog, policy = intent.need, run.job.catalog, run.job.policy
    if not isinstance(intent.aim, First) or run.avoid or not is_plain(need):
        return None
    preferred = catalog.by_id.get(intent.aim.preferred)
    upto = preferred.tier if preferred else Tier.FLAGSHIP
    if preferred and obstacle(preferred, need, policy):
        return None
    return floor_of(need, catalog, policy, output_tokens=output_tokens, upto=upto)


def propose(run: Run, index: int, intent: Intent, outside: Left | None = None) -> Transition:
    """Ask for the money of the best bid that fits; wait while siblings hold money; shorten; or give up."""
    available = run.available_to(index)
    if outside is not None:
        available = min(available, outside.most)
    elif better := _upgrade(run, index, intent):
        return _reserve(run, index, intent, better)
    bids = _bids(run, intent)
    first = next(bids, None)
    if first and first.amount <= available:
        return _reserve(run, index, intent, first, outside)
    cheapest = least_for(run, intent)
    if cheapest is None or cheapest > available:
        return _wait_or_give_up(run, index, intent, cheapest, available)
    # Only now is every model looked at.
    offered = (first, *bids) if first else ()
    if best := next((bid for bid in offered if bid.amount <= available), None):
        return _reserve(run, index, intent, best, outside)
    shorter = None if run.books.held else shorten(offered, intent.need, run.job.catalog, run.job.policy, available)
    if shorter:
        return _reserve(run, index, intent, shorter, outside)
    return _wait_or_give_up(run, index, intent, cheapest, available)


def _may_be_cut(intent: Intent) -> bool:
    """Whether a short answer will do: for a first one, and wherever nobody asked for a length."""
    return isinstance(intent.aim, First) or intent.need.open_ended


def _upgrade(run: Run, index: int, intent: Intent) -> Bid | None:
    """A better model than planned, paid with what other steps have saved and nothing that is planned for another."""
    if not isinstance(intent.aim, First) or not intent.aim.upgrades:
        return None
    catalog, policy, spare = run.job.catalog, run.job.policy, run.spare_for(index)
    for model in (catalog[name] for name in intent.aim.upgrades if name in catalog):
        bid = bid_of(model, intent.need, policy, run.avoid)
        # The money first: it is what most upgrades fail by, and the quicker question.
        if bid and bid.amount <= spare and obstacle(model, intent.need, policy) is None:
            return bid
    return None


def _bids(run: Run, intent: Intent) -> Iterator[Bid]:
    bids = _all_bids(run, intent)
    return (bid for bid in bids if (bid.provider, bid.model) not in run.shut) if run.shut else bids


def _all_bids(run: Run, intent: Intent) -> Iterator[Bid]:
    match intent.aim:
        case First(preferred):
            return bids_in_order(intent.need, run.job.catalog, run.job.policy, preferred=preferred, avoid=run.avoid)
        case Again(bid):
            return iter((bid,))
        case Onward(bids) | Beside(bids):
            return iter(bids)
        case _:
            assert_never(intent.aim)


def _reserve(run: Run, index: int, intent: Intent, bid: Bid, outside: Left | None = None) -> Transition:
    before, spec = run.steps[index], run.spec(index)
    attempt = Attempt(AttemptId(spec.id, before.ordinals), bid, intent)
    holding = hold_money(run.books, bid.amount)
    assert not isinstance(holding, Short)  # every bid was chosen to fit what the books have left
    after = _with_attempt(run, before, attempt)
    run = run.put(index, after, holding[0])
    shared = intent.need.open_ended and (outside is None or bid.amount > outside.least)
    share = run.job.policy.fair_share if shared else 1
    return run, (*_moves(run, intent, attempt), Reserve(attempt.id, bid.amount, share, bid.model))


def _with_attempt(run: Run, before: StepRun, attempt: Attempt) -> StepRun:
    bid, aim = attempt.bid, attempt.intent.aim
    climbs = isinstance(aim, Onward) and bid.model != before.model
    return StepRun(
        state=Reserving(attempt),
        ordinals=before.ordinals + 1,
        calls=before.calls,
        refusals=before.refusals,
        waits=before.waits,
        spent=before.spent,
        model=bid.model,
        base=run.job.catalog[bid.model].tier if isinstance(aim, First) else before.base,
        tried=before.tried | {(bid.provider, bid.model)},
        escalations=before.escalations + climbs,
        answered=before.answered,
        opinion=before.opinion,
    )


def _moves(run: Run, intent: Intent, attempt: Attempt) -> Iterator[Command]:
    """What the books should say about how the step came by this bid."""
    bid = attempt.bid
    match intent.aim:
        case First(preferred):
            tier = run.job.catalog[bid.model].tier
            if bid.model in intent.aim.upgrades:
                yield Record(ledger.Upgraded(attempt.id.step, preferred, bid.model, "other steps have saved money"))
            elif preferred and bid.model != preferred:
                yield Record(_instead(run, attempt, preferred))
            yield Record(ledger.Routed(attempt.id, bid.model, bid.provider, tier, bid.amount))
        case Onward(failed=failed):
            fault = failed.fault.value
            yield Record(ledger.Escalated(attempt.id, failed.bid.model, bid.model, bid.provider, fault))
        case Beside():
            first = run.job.choices[run.job.plan.position[attempt.id.step]].model
            yield Record(ledger.Seconded(attempt.id, first, bid.model, bid.provider))
        case Again():
            pass
        case _:
            assert_never(intent.aim)


def _instead(run: Run, attempt: Attempt, preferred: str) -> ledger.Upgraded | ledger.Downgraded:
    """Another model than planned: a stronger one only where the planned one cools and no equal does not."""
    known, taken = run.job.catalog.by_id.get(preferred), run.job.catalog[attempt.bid.model]
    if known and taken.tier > known.tier:
        return ledger.Upgraded(attempt.id.step, preferred, taken.id, "cooling")
    why = "cooling" if _cools(run, preferred) else "does not fit the money or the window"
    return ledger.Downgraded(attempt.id.step, preferred, taken.id, why)


def _cools(run: Run, name: str) -> bool:
    model, avoid = run.job.catalog.by_id.get(name), run.avoid
    sellers = model.offered_by if model else ()
    return any((seller, kind) in avoid for seller in sellers for kind in (name, ANY_MODEL))


def _why_nobody(run: Run, intent: Intent) -> str:
    """Why no model qualifies: the planned one's own obstacle, if it has one."""
    need, catalog, policy = intent.need, run.job.catalog, run.job.policy
    preferred = catalog.by_id.get(intent.aim.preferred) if isinstance(intent.aim, First) else None
    hindered = obstacle(preferred, need, policy) if preferred else None
    return f"no model can do it; {preferred.id}: {hindered}" if preferred and hindered else "no model can do it"


def planned_bid(job: Job, name: str, need: Need, available: int) -> Bid | None:
    """The bid of the model that was planned, if that is what the machine asks money for first."""
    model = job.catalog.by_id.get(name)
    if model is None or obstacle(model, need, job.policy) is not None:
        return None
    bid = bid_of(model, need, job.policy)
    return bid if bid is not None and bid.amount <= available else None


def _wait_or_give_up(
    run: Run, index: int, intent: Intent, cheapest: Nanodollars | None, available: Nanodollars
) -> Transition:
    """No bid can be made now: wait for siblings' money, or say whether it is for want of money or of a model."""
    if cheapest is None:
        return end(run, index, Outcome.NO_MODEL, _why_nobody(run, intent))
    if run.books.held:
        return run.with_state(index, Parked(intent)), ()
    left = Nanodollars(max(0, available))
    short = wanting(cheapest, left)
    if isinstance(intent.aim, First):
        return end(run, index, Outcome.BUDGET_EXHAUSTED, short, lack=Lack(cheapest, _payable(run, intent, left)))
    fault = intent.aim.failed.fault.value if isinstance(intent.aim, Onward) else "retry"
    return end(run, index, Outcome.FAILED, f"{fault}; going on {short}")


def wanting(cheapest: Nanodollars, left: Nanodollars) -> str:
    """What money is wanting, in words."""
    return f"needs {format_usd(cheapest)}, {format_usd(left)} is left after what the other steps need"


def _payable(run: Run, intent: Intent, left: Nanodollars) -> int:
    """How many tokens of output this money pays at most: where it has been used up, none."""
    one = _floor(run, intent, 1)
    if one is not None and one > left:
        return 0
    return longest(_bids(run, intent), intent.need, run.job.catalog, left)
