"""Make one request fit the money that is there: keep the preferred model, or step down, or cut the cap, or say no.

The order is fixed: the preferred model in full; then, in full, the most preferred model that is not stronger than it;
then, if shortening is allowed, whoever can say most for the money. Capabilities are never given up.

What cools is a matter of its own: it says nothing about strength. Where every seller of the preferred model cools, its
equals come next and then its betters, and it is asked all the same before anything weaker is.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Bid, Need, cap, longest_bid, make_bid, seat
from tokenwise.routing.health import ANY_MODEL, Seat
from tokenwise.routing.ranking import candidates, kin_last
from tokenwise.routing.shortlist import least_output, obstacle
from tokenwise.traits import Capability

__all__ = [
    "Lack",
    "Unaffordable",
    "bid_of",
    "bids_in_order",
    "bids_of",
    "fit",
    "least",
    "longest",
    "shorten",
]


@frozen
class Unaffordable:
    """No bid. `needed` is the cheapest whole answer there is; None where no model qualifies at any price."""

    needed: Nanodollars | None


@frozen
class Lack:
    """What money was wanting: the cheapest answer worth sending needs `least`; what is left pays `tokens` of output."""

    least: Nanodollars
    tokens: int


def fit(
    need: Need,
    catalog: Catalog,
    policy: Policy,
    available: Nanodollars,
    *,
    preferred: str,
    avoid: frozenset[Seat] = frozenset(),
) -> Bid | Unaffordable:
    """The best bid for one request, in full, within `available` nano-dollars.

    The worst case of the bid is within `available`, and more money never gives a less preferred model.
    """
    offered = bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid)
    if best := next((bid for bid in offered if bid.amount <= available), None):
        return best
    every = bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid)
    return Unaffordable(min((bid.amount for bid in every), default=None))


def shorten(bids: Iterable[Bid], need: Need, catalog: Catalog, policy: Policy, available: Nanodollars) -> Bid | None:
    """The bid that can say most for the money once its cap is cut, if that is still worth having."""
    offered = ((catalog[bid.model], bid.provider) for bid in bids)
    shorter = (longest_bid(model, model.offered_by[seller], need, available) for model, seller in offered)
    enough = least_output(need, policy)
    worth = [bid for bid in shorter if bid and bid.max_output_tokens >= enough]
    return max(worth, key=lambda bid: bid.max_output_tokens, default=None)


def least(bids: Iterable[Bid], need: Need, catalog: Catalog, policy: Policy) -> Bid | None:
    """The cheapest bid that would do: each with the shortest cap worth sending. None where there are no bids."""
    length = least_output(need, policy)
    offered = ((catalog[bid.model], bid.provider, min(bid.max_output_tokens, length)) for bid in bids)
    cut = (make_bid(model, model.offered_by[seller], need, output_tokens=most) for model, seller, most in offered)
    return min(cut, key=lambda bid: bid.amount, default=None)


def longest(bids: Iterable[Bid], need: Need, catalog: Catalog, available: Nanodollars) -> int:
    """How many output tokens this money pays at most, however few; 0 where it does not pay one."""
    offered = ((catalog[bid.model], bid.provider) for bid in bids)
    paid = (longest_bid(model, model.offered_by[seller], need, available) for model, seller in offered)
    return max((bid.max_output_tokens for bid in paid if bid), default=0)


def bids_in_order(
    need: Need, catalog: Catalog, policy: Policy, *, preferred: str, avoid: frozenset[Seat] = frozenset()
) -> Iterator[Bid]:
    """One bid per model, lazily: the preferred one's, then those of models not stronger, strongest tier first.

    Lazily, because the first is nearly always the one, and the rest cost a look at every model. Without a preferred
    model that the catalogue knows, the strategy's own order holds. What cools comes after what does not, save that the
    preferred one is asked before anything weaker: somebody must be the probe.
    """
    favourite, weaker = catalog.by_id.get(preferred), False
    if favourite and obstacle(favourite, need, policy) is None:
        if first := bid_of(favourite, need, policy, avoid):
            yield first
        else:
            yield from _open(_level_or_above(need, catalog, policy, favourite), need, policy, avoid)
            yield from _cooling((favourite,), need, policy, avoid)
            weaker = True
    others = _others(need, catalog, policy, favourite)
    rest = tuple([model for model in others if not weaker or (favourite and model.tier < favourite.tier)])
    yield from _open(rest, need, policy, avoid)
    yield from _cooling(rest, need, policy, avoid)


def _level_or_above(need: Need, catalog: Catalog, policy: Policy, cooling: Model) -> Iterator[Model]:
    able = kin_last((model for model in candidates(need, catalog, policy) if model is not cooling), cooling)
    yield from sorted((model for model in able if model.tier >= cooling.tier), key=lambda model: model.tier)


def _open(models: Iterable[Model], need: Need, policy: Policy, avoid: frozenset[Seat]) -> Iterator[Bid]:
    return (bid for model in models if (bid := bid_of(model, need, policy, avoid)))


def _cooling(models: Iterable[Model], need: Need, policy: Policy, avoid: frozenset[Seat]) -> Iterator[Bid]:
    """The bids of models all whose sellers cool, as if none did."""
    if avoid:
        closed = (model for model in models if bid_of(model, need, policy, avoid) is None)
        yield from (bid for model in closed if (bid := bid_of(model, need, policy)))


def _others(need: Need, catalog: Catalog, policy: Policy, favourite: Model | None) -> Sequence[Model]:
    able = candidates(need, catalog, policy)
    if favourite is None:
        return able
    weaker = (model for model in able if model is not favourite and model.tier <= favourite.tier)
    return sorted(weaker, key=lambda model: (need.likely & ~model.capabilities != Capability(0), -model.tier))


def bid_of(model: Model, need: Need, policy: Policy, avoid: frozenset[Seat] = frozenset()) -> Bid | None:
    """The bid of the first of this model's offers that is priced and not to be avoided; None if there is none."""
    if not avoid and not need.known and model.offers and isinstance(model.offers[0].price, Price):  # nearly always
        length = cap(model, need)
        if length < min(need.max_output_tokens, policy.min_output_tokens):
            return None
        return make_bid(model, model.offers[0], need, output_tokens=length)
    return next(bids_of(model, need, policy, avoid), None)


def bids_of(model: Model, need: Need, policy: Policy, avoid: frozenset[Seat] = frozenset()) -> Iterator[Bid]:
    """The bids of all this model's offers that are priced and not to be avoided, in order of preference."""
    length = cap(model, need)
    if length < min(need.max_output_tokens, policy.min_output_tokens):
        return
    first = seat(model, need) if model.offers else None
    for offer in sorted(model.offers, key=lambda offer: offer is not first) if need.known else model.offers:
        closed = avoid and ((offer.provider, model.id) in avoid or (offer.provider, ANY_MODEL) in avoid)
        if isinstance(offer.price, Price) and not closed:
            yield make_bid(model, offer, need, output_tokens=length)
