"""What a warm prompt cache is worth to a decision: said, since the order has counted it already (`bid.likely_input`).

A seller that has most of a conversation in its cache reads it for a fraction of the input's price. Whoever leaves pays
for all of it again, once; so a switch is made only where other costs, or what the strategy wants, outweigh that.
"""

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars, format_usd, round_up
from tokenwise.routing.bid import Bid, Need, likely_input, warm_at

__all__ = ["Warmth", "warmest"]


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


def _worth(model: Model, offer: Offer, need: Need) -> Nanodollars:
    if not isinstance(offer.price, Price):
        return Nanodollars(0)
    cold = evolve(need, known=tuple(evolve(known, warm=0) for known in need.known))
    return round_up(max(0, likely_input(model, offer, cold) - likely_input(model, offer, need)))
