"""Money that bought nothing, found in one call or in two that follow each other in a session.

    failed        the call ended in an error and was charged
    abandoned     whoever asked left before its end
    asked again   the same was asked again within ten minutes; the first answer was paid for nothing
    cold cache    what had been in the cache was written again after it had expired: the price of writing above reading
    trivial       a flagship for what an easy model does: the price above the policy's choice for an easy request

A call is in the first of these that fits; a cold cache is another call's affair and counts beside them.
"""

from typing import Final

from attrs import evolve, frozen

from tokenwise.audit.pricing import Costing
from tokenwise.audit.records import Call, Ending
from tokenwise.traits import Tier

__all__ = ["KINDS", "Last", "again", "cold", "lone"]

KINDS: Final = ("failed", "abandoned", "asked again", "cold cache", "trivial")

_AGAIN_MS: Final = 600_000
_SHORT_MS: Final = 300_000
_LONG_MS: Final = 3_600_000

# Without words only a request that is tiny in every way passes for trivial: a question of a paragraph, a short answer.
_TRIVIAL_PROMPT: Final = 500
_TRIVIAL_OUTPUT: Final = 150


@frozen
class Last:
    """What is remembered of the call before in the same session, by the same agent."""

    call: Call
    costing: Costing


def lone(call: Call, costing: Costing, easy: int | None, easy_below: float) -> tuple[str, int] | None:
    """What a call by itself was paid for nothing, and why. `easy` is what an easy model takes for it, if known."""
    cost = costing.cost or 0
    if not cost:
        return None
    if call.ending is not Ending.DONE:
        return ("failed" if call.ending is Ending.FAILED else "abandoned"), cost
    dear = costing.model is not None and costing.model.tier is Tier.FLAGSHIP
    if dear and easy is not None and easy < cost and _is_trivial(call, easy_below):
        return "trivial", cost - easy
    return None


def _is_trivial(call: Call, easy_below: float) -> bool:
    assert call.usage is not None
    if call.difficulty is not None:
        return call.difficulty < easy_below
    small = call.usage.prompt_tokens <= _TRIVIAL_PROMPT and call.usage.output_tokens <= _TRIVIAL_OUTPUT
    return small and not call.tools


def again(before: Last, after: Last) -> int:
    """What the earlier of two calls cost for nothing, since the later one asks the same; 0 where it does not.

    A call that did not end well is counted for that already.
    """
    first, second = before.call, after.call
    if not first.asked or first.asked != second.asked or first.ending is not Ending.DONE:
        return 0
    return (before.costing.cost or 0) if _gap_ms(first, second) <= _AGAIN_MS else 0


def cold(before: Last, after: Last) -> int:
    """What the later of two calls paid because the earlier one's cache had expired."""
    first, second, price = before.call.usage, after.call.usage, after.costing.price
    same = before.costing.model is not None and before.costing.model is after.costing.model
    if not (same and first and second and price):
        return 0
    lasting_ms = _LONG_MS if first.cache_write_tokens and not first.cache_write_5m_tokens else _SHORT_MS
    lost = min(first.cache_read_tokens + first.written_tokens - second.cache_read_tokens, second.written_tokens)
    if lost <= 0 or _gap_ms(before.call, after.call) <= lasting_ms:
        return 0
    short = min(lost, second.cache_write_5m_tokens)
    warm = evolve(
        second,
        cache_read_tokens=second.cache_read_tokens + lost,
        cache_write_5m_tokens=second.cache_write_5m_tokens - short,
        cache_write_tokens=second.cache_write_tokens - (lost - short),
    )
    return max(0, price.cost(second) - price.cost(warm))


def _gap_ms(first: Call, second: Call) -> int:
    return (second.at_ms or 0) - (first.at_ms or 0)
