"""Retry, fail over, climb or stop: what follows a failed call, by its cause.

    fault of the seat     the same model elsewhere, its equals, then its betters      costs no more strength than before
    fault of the answer   a stronger model, as the policy's escalation has it
    window too short      a model with a longer one, of the same tier first
    fault of the request  nobody else would take it either

A seat is a seller's place for a model. Which models those are, and in which order, says `routing.ranking`.
Money decides which rungs can be reached, never whether a capability may be dropped.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.ids import AttemptId, jitter
from tokenwise.policy import Policy
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.fitting import bid_of, bids_of
from tokenwise.routing.health import Seat
from tokenwise.routing.ranking import Place, after, candidates, tiers_onward
from tokenwise.traits import Tier
from tokenwise.usage import TokenCount

__all__ = ["Climb", "Failed", "Next", "Retry", "Stop", "backoff_ms", "climb"]


@frozen
class Failed:
    """A call that failed, and what had been tried by then.

    `calls` counts every call of the step so far, this one included; `answered` those of them that brought an answer
    which could not be used, rather than being lost to a seat; `retries` those in a row at this very place. `base` is
    the tier the step set out from, `tried` the models and sellers that have had their chance, `avoid` those that are
    cooling.
    """

    attempt: AttemptId
    bid: Bid
    fault: Fault
    calls: int
    retries: int
    base: Tier
    tried: frozenset[Seat]
    avoid: frozenset[Seat] = frozenset()
    retry_after_ms: int | None = None
    answered: int = 0


@frozen
class Retry:
    """Ask the same place again after a pause."""

    after_ms: int


@frozen
class Climb:
    """Make one of these bids, the first that the money allows; all of them are other places than the failed one."""

    bids: tuple[Bid, ...]


@frozen
class Stop:
    """Nothing is left to try, and why."""

    reason: str


Next = Retry | Climb | Stop


def climb(failed: Failed, need: Need, catalog: Catalog, policy: Policy, *, seed: int = 0) -> Next:
    """What to do after a failed call. Looks only at what it is given: the money and the clock are the caller's."""
    remedy = RULES[failed.fault].remedy
    if remedy is Remedy.STOP:
        return Stop(failed.fault.value)
    if enough := _used_up(failed, policy):
        return Stop(f"{enough}, the most allowed")
    patient = (failed.retry_after_ms or 0) <= policy.max_backoff_ms
    if remedy is Remedy.RETRY and failed.retries < policy.max_retries and patient:
        return Retry(backoff_ms(failed, policy, seed))
    bids = tuple(_onward(failed, need, catalog, policy))
    return Climb(bids) if bids else Stop(_nowhere(failed, need, catalog))


def backoff_ms(failed: Failed, policy: Policy, seed: int) -> int:
    """How long to wait: the provider's `Retry-After` if it gave one, else doubling with up to half of it as jitter.

    >>> from tokenwise.money import Nanodollars
    >>> made = Bid("m", "p", "m", 1, 1, Nanodollars(1))
    >>> failed = Failed(AttemptId("s", 1), made, Fault.OVERLOADED, 2, 1, Tier.BUDGET, frozenset())
    >>> 1000 <= backoff_ms(failed, Policy(backoff_ms=500), seed=7) <= 1500
    True
    """
    if failed.retry_after_ms is not None:
        return failed.retry_after_ms
    pause = min(policy.max_backoff_ms, policy.backoff_ms << min(failed.retries, 30))
    return pause + jitter(seed, failed.attempt, pause // 2)


def _used_up(failed: Failed, policy: Policy) -> str:
    """Which budget this call was the last of, "" for none. Seats and answers have each their own."""
    lost = failed.calls - failed.answered
    of_seat = RULES[failed.fault].of_seat
    if failed.calls >= policy.max_attempts:
        return f"{failed.calls} attempts made"
    if of_seat and lost >= policy.max_seat_faults:
        return f"{lost} calls lost to their sellers"
    if not of_seat and failed.answered >= policy.max_answer_faults:
        return f"{failed.answered} answers that could not be used"
    return ""


def _onward(failed: Failed, need: Need, catalog: Catalog, policy: Policy) -> Iterator[Bid]:
    """Bids in the order to be tried: the same model elsewhere where that may help, then other models."""
    at, rule = catalog[failed.bid.model], RULES[failed.fault]
    closed = failed.tried | failed.avoid
    if rule.of_seat:
        yield from bids_of(at, need, policy, closed)
    if rule.remedy is Remedy.LONGER:
        need = _beyond(need, at)
    place = Place(at, failed.base, frozenset(model for _, model in failed.tried))
    # Neither a seat nor a window says anything about strength.
    level = rule.of_seat or rule.remedy is Remedy.LONGER
    tiers = tiers_onward(catalog, policy, place, level=level)
    models = after(candidates(need, catalog, policy, tiers), tiers, place, level=level)
    yield from (offered for model in models if (offered := bid_of(model, need, policy, closed)))


def _beyond(need: Need, model: Model) -> Need:
    """The same need, known by now to be longer than this model's window."""
    longer = min(model.max_input_tokens, model.context_tokens) + 1
    return evolve(need, input=TokenCount(max(need.input.expected, longer), max(need.input.bound, longer)))


def _nowhere(failed: Failed, need: Need, catalog: Catalog) -> str:
    tier = catalog[failed.bid.model].tier.name.lower()
    if need.model:
        return f"{failed.fault.value}, and the request names this model"
    kinds, rule = ", ".join(need.capabilities.names) or "this", RULES[failed.fault]
    wanted = "other model of this tier or above" if rule.of_seat else "stronger model"
    if rule.remedy is Remedy.LONGER:
        wanted = "model with a longer window"
    return f"{failed.fault.value} at tier {tier}, and no {wanted} that can be reached does {kinds}"
