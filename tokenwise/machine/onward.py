"""Where a step goes on after a call that failed: the ladder's word, and before it that of a cascade."""

from attrs import evolve, frozen

from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.machine.messages import CallFailed
from tokenwise.machine.opinions import tentative
from tokenwise.machine.run import Attempt, Intent, Run
from tokenwise.routing.bid import Need
from tokenwise.routing.fitting import bids_of
from tokenwise.routing.ladder import Climb, Failed, Next, Retry, climb
from tokenwise.routing.shortlist import obstacle

__all__ = ["Ahead", "ahead"]


@frozen
class Ahead:
    """The failure as the ladder sees it, what is to be sent next, and where to."""

    failed: Failed
    intent: Intent
    next: Next


def ahead(run: Run, index: int, attempt: Attempt, failure: CallFailed) -> Ahead:
    """What follows this failure, the money left aside."""
    failed = _failed(run, index, attempt, failure)
    intent = _after(failed, attempt.intent)
    found = climb(failed, intent.need, run.job.catalog, run.job.policy, seed=run.job.seed)
    return Ahead(failed, intent, _climbing(run, index, failed, intent.need, found))


def _failed(run: Run, index: int, attempt: Attempt, failure: CallFailed) -> Failed:
    each = run.steps[index]
    return Failed(
        attempt=attempt.id,
        bid=attempt.bid,
        fault=failure.fault,
        calls=each.calls,
        retries=attempt.retries,
        base=each.base,
        tried=each.tried,
        avoid=run.avoid,
        retry_after_ms=failure.retry_after_ms,
        answered=each.answered,
    )


def _after(failed: Failed, intent: Intent) -> Intent:
    """The same intent, except that a reply that was cut off may be twice as long the next time."""
    if failed.fault is not Fault.TRUNCATED:
        return intent
    return evolve(intent, need=evolve(intent.need, max_output_tokens=2 * intent.need.max_output_tokens))


def _climbing(run: Run, index: int, failed: Failed, need: Need, found: Next) -> Next:
    """What follows a cheap answer that is not accepted: the model of the forecast, before what the ladder has found."""
    job, cascade = run.job, run.job.choices[index].cascade
    if cascade is None or isinstance(found, Retry) or not tentative(run, index, failed.bid):
        return found
    strong, policy = job.catalog[cascade.strong], job.policy
    enough = failed.calls >= policy.max_attempts or failed.answered >= policy.max_answer_faults
    if enough or RULES[failed.fault].remedy is not Remedy.STRONGER or strong.tier < failed.base:
        return found
    if obstacle(strong, need, policy):
        return found
    roomy = evolve(need, max_output_tokens=max(need.max_output_tokens, cascade.room))
    first = tuple(bids_of(strong, roomy, policy, failed.tried | failed.avoid))
    rest = found.bids if isinstance(found, Climb) else ()
    return Climb((*first, *(bid for bid in rest if bid.model != strong.id))) if first else found
