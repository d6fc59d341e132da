"""A request's needs, and what one model at one provider would have to be paid for it at most.

This is where `max_output_tokens` is decided: the number that is priced here is the number that is sent. Which model
to ask is `route`'s decision.
"""

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.catalog import Capability, Feature, Model, Offer, Price
from tokenwise.money import Nanodollars
from tokenwise.usage import TokenCount, Usage

__all__ = ["Bid", "Need", "cap", "expected_cost", "longest_bid", "make_bid"]


@frozen
class Need:
    """What one request requires of a model.

    `max_output_tokens` is the caller's wish, before any clamp; `output_tokens` is how many are expected. `model` pins
    the request to one catalogue id. Token counts are of the whole conversation.
    """

    capabilities: Capability
    input: TokenCount
    max_output_tokens: int = field(validator=ge(1))
    output_tokens: int = field(validator=ge(0))
    difficulty: float = field(default=0.5, converter=float)
    features: Feature = Feature.NONE
    model: str = ""


@frozen
class Bid:
    """A call that could be made: `amount` is its worst case and must be held before it is."""

    model: str
    provider: str
    native_id: str
    input_tokens: int
    max_output_tokens: int
    amount: Nanodollars


def cap(model: Model, need: Need) -> int:
    """The output cap this model allows: the wish, the model's limit and the window's rest, whichever is least.

    The window is measured with the expected input: measured with the bound, four English pages in five would be turned
    away from windows they fit in. Where the expectation fails, the provider answers CONTEXT_TOO_LONG and bills nothing.
    """
    return min(need.max_output_tokens, model.max_output_tokens, model.context_tokens - need.input.expected)


def make_bid(model: Model, offer: Offer, need: Need, *, output_tokens: int) -> Bid:
    """The bid for exactly this output cap. The offer's price must be known; `route` sees to that."""
    assert isinstance(offer.price, Price)
    amount = offer.price.worst(input_tokens=need.input.bound, output_tokens=output_tokens)
    return Bid(model.id, offer.provider, offer.native_id, need.input.bound, output_tokens, amount)


def longest_bid(model: Model, offer: Offer, need: Need, available: Nanodollars) -> Bid | None:
    """The bid with the longest output cap that `available` pays, up to `cap`; None if not even the input fits."""
    assert isinstance(offer.price, Price)
    affordable = offer.price.affordable_output(available, input_tokens=need.input.bound)
    if affordable < 0:
        return None
    return make_bid(model, offer, need, output_tokens=min(cap(model, need), affordable))


def expected_cost(price: Price, need: Need, *, output_tokens: int) -> Nanodollars:
    """What the request will probably cost: expected input, and the expected output within the cap sent."""
    likely = Usage(input_tokens=need.input.expected, output_tokens=min(need.output_tokens, output_tokens))
    return price.cost(likely)
