"""What a warm prompt cache is worth to a decision: said, since the order has counted it already (`bid.likely_input`).

A seller that has most of a conversation in its cache reads it for a fraction of the input's price. Whoever leaves pays
for all of it again, once; so a switch is made only where other costs, or what the strategy wants, outweigh that.
"""

from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars, format_usd, round_up
from tokenwise.routing.bid import Bid, Need, likely_input, warm_at
from tokenwise.usage import Usage

__all__ = ["FADING_MS", "LEAST_CACHED", "WARMTH_MS", "Warmth", "keeps", "warmed", "warmest"]

WARMTH_MS: Final = 300_000
"""Vendors keep a prefix for five minutes after its last use at least, or for the hour that is asked for."""

FADING_MS: Final = 60_000
"""What has so little left is fading: an agent's next turn comes within seconds, and after a minute seldom."""

LEAST_CACHED: Final = 1_024
"""The shortest prompt, in tokens, that caches which fill by themselves keep."""


@frozen
class Warmth:
    """A seller's model with `tokens` of the conversation in its cache, which saves `worth`. Whether it was chosen."""

    model: str
    provider: str
    tokens: int
    worth: Nanodollars
    chosen: bool

    @property
    def message(self) -> str:
        """What it did to the decision, in words."""
        worth, where = format_usd(self.worth), f"{self.tokens} tokens at {self.provider}"
        if self.chosen:
            return f"stays: leaving would cost {worth} of warm prefix ({where})"
        return f"leaves {self.model}, although its warm prefix is worth {worth} ({where})"


def warmest(bid: Bid, need: Need, catalog: Catalog) -> Warmth | None:
    """The warm cache that counts for this decision: the chosen seller's own, else the one worth most. None without any.

    What is worth nothing counts for nothing: a seller that reads at the price of its input gives no reason to stay.
    """
    found = [
        Warmth(model.id, offer.provider, warm_at(model, offer.provider, need), _worth(model, offer, need), chosen)
        for known in need.known
        if known.warm and (model := catalog.by_id.get(known.model)) and (offer := model.offered_by.get(known.provider))
        for chosen in ((known.provider, known.model) == (bid.provider, bid.model),)
    ]
    return max((each for each in found if each.worth), key=lambda each: (each.chosen, each.worth), default=None)


def keeps(price: Price, tokens: int) -> bool:
    """Whether so long an input is cheaper to read from this seller's cache."""
    rate = price.rate_at(tokens)
    return rate.cache_read < rate.input


def warmed(model: Model, provider: str, need: Need, usage: Usage) -> int:
    """How many tokens a call with this usage has left in its seller's prompt cache, by what is known of the request.

    Where writes are sold apart and made only if asked for, what was read and written. Elsewhere caches fill by
    themselves, so the whole prompt, unless they have just been seen not to: it was thought warm, and nothing was read.
    """
    offer = model.offered_by.get(provider)
    if offer is None or not isinstance(offer.price, Price) or not keeps(offer.price, usage.prompt_tokens):
        return 0
    rate = offer.price.rate_at(usage.prompt_tokens)
    if rate.cache_write > rate.input and not model.writes_unasked:
        return usage.cache_read_tokens + usage.written_tokens
    if usage.prompt_tokens < LEAST_CACHED or (warm_at(model, provider, need) and not usage.cache_read_tokens):
        return 0
    return usage.prompt_tokens


def _worth(model: Model, offer: Offer, need: Need) -> Nanodollars:
    if not isinstance(offer.price, Price):
        return Nanodollars(0)
    cold = evolve(need, known=tuple(evolve(known, warm=0) for known in need.known))
    return round_up(max(0, likely_input(model, offer, cold) - likely_input(model, offer, need)))
