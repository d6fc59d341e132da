"""Retry, fail over, climb or stop: what follows a failed call, within one attempt budget of count, time and money.

The ladder never leads below the tier a step set out from: after a model whose answer could not be used comes one of a
stronger tier (or, by policy, another of the same), with every capability and feature that the request needs. Money
decides which rungs can be reached, never whether a capability may be dropped.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.ids import AttemptId, jitter
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.health import Seat
from tokenwise.routing.shortlist import candidates
from tokenwise.traits import Tier
from tokenwise.usage import TokenCount

__all__ = ["Climb", "Failed", "Next", "Retry", "Stop", "backoff_ms", "climb", "rungs"]


@frozen
class Failed:
    """A call that failed, and what had been tried by then.

    `calls` counts every call of the step so far, this one included; `retries` those in a row at this very place.
    `base` is the tier the step set out from, `tried` the models and sellers that have had their chance, `avoid` those
    that are cooling.
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
    if failed.calls >= policy.max_attempts:
        return Stop(f"{failed.calls} attempts made, the most allowed")
    patient = (failed.retry_after_ms or 0) <= policy.max_backoff_ms
    if remedy is Remedy.RETRY and failed.retries < policy.max_retries and patient:
        return Retry(backoff_ms(failed, policy, seed))
    bids = tuple(_onward(failed, need, catalog, policy, remedy))
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


def rungs(need: Need, catalog: Catalog, policy: Policy, start: Model) -> tuple[Model, ...]:
    """The models that would be climbed to from `start`, in order, if each in turn failed and money were no object."""
    order: list[Model] = []
    at, tried = start, frozenset({start.id})
    while above := next(_stronger(need, catalog, policy, at, start.tier, tried), None):
        order.append(above)
        at, tried = above, tried | {above.id}
    return tuple(order)


def _onward(failed: Failed, need: Need, catalog: Catalog, policy: Policy, remedy: Remedy) -> Iterator[Bid]:
    """Bids in the order to be tried: the same model elsewhere where that may help, then the ladder."""
    at, closed = catalog[failed.bid.model], failed.tried | failed.avoid
    if remedy in (Remedy.RETRY, Remedy.ELSEWHERE) and (same := bid_of(at, need, policy, closed)):
        yield same
    if remedy is Remedy.LONGER:
        need = _beyond(need, at)
    tried = frozenset(model for _, model in failed.tried)
    # Neither a window nor a format says anything about strength, so a model of the same tier will do.
    level = remedy is Remedy.LONGER or failed.fault is Fault.UNSUPPORTED
    for model in _stronger(need, catalog, policy, at, failed.base, tried, level=level):
        if offered := bid_of(model, need, policy, closed):
            yield offered


def _stronger(
    need: Need,
    catalog: Catalog,
    policy: Policy,
    at: Model,
    base: Tier,
    tried: frozenset[str],
    *,
    level: bool = False,
) -> Iterator[Model]:
    """Models to climb to from `at`, most wanted first. `level` admits its own tier too."""
    able = [model for model in candidates(need, catalog, policy) if model.id not in tried]
    spent = {catalog[model].tier for model in tried}
    for tier in _tiers_above(at.tier, base, policy, spent, level=level):
        yield from (model for model in able if model.tier is tier)


def _tiers_above(at: Tier, base: Tier, policy: Policy, spent: set[Tier], *, level: bool) -> Iterator[Tier]:
    """The tiers that may come after `at`, in the policy's order. `spent` are those that have had their chance."""
    match policy.escalation:
        case Escalation.STEPWISE:
            yield from (tier for tier in Tier if tier > at or (level and tier == at))
        case Escalation.SAME_TIER_FIRST:
            yield from (tier for tier in Tier if tier >= at)
        case Escalation.STRONGEST_FIRST:
            yield from (
                tier for tier in reversed(Tier) if (tier > base and tier not in spent) or (level and tier == at)
            )


def _beyond(need: Need, model: Model) -> Need:
    """The same need, known by now to be longer than this model's window."""
    longer = min(model.max_input_tokens, model.context_tokens) + 1
    return evolve(need, input=TokenCount(max(need.input.expected, longer), max(need.input.bound, longer)))


def _nowhere(failed: Failed, need: Need, catalog: Catalog) -> str:
    tier = catalog[failed.bid.model].tier.name.lower()
    if need.model:
        return f"{failed.fault.value}, and the request names this model"
    kinds = ", ".join(need.capabilities.names)
    return f"{failed.fault.value} at tier {tier}, and no stronger model that can be reached does {kinds}"
