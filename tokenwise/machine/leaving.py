"""What a stream may be billed that nobody listens to any more, where its provider gives no count of it.

A provider that stops when its client leaves bills what it has made until it notices: what was heard, and what was on
its way or was made meanwhile. So much is known if all that is made can be heard. Where a model can think unseen, or the
provider makes the answer to its end, or nobody knows, the whole hold stands.
"""

from typing import Final

from attrs import evolve

from tokenwise.catalog.models import Model
from tokenwise.catalog.prices import Price
from tokenwise.machine.messages import Left
from tokenwise.machine.plausible import implausible
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid, Need, writes_of
from tokenwise.routing.worth import thinks

__all__ = ["NOTICED_MS", "TOKENS_A_SECOND", "charge_of_left", "output_of_left"]

TOKENS_A_SECOND: Final = 500
"""Faster than any host of the table of who stops makes one answer (they publish 50 to 250 for what is not thought)."""

NOTICED_MS: Final = 2_000
"""A stream's last words are on their way for so long, and so long it takes until a provider notices, together."""


def charge_of_left(left: Left, bid: Bid, model: Model, need: Need, price: Price) -> Nanodollars | None:
    """The most that this call may be billed, and never more than is held for it; None where that must be assumed.

    The input is what the provider has counted of it when its answer began, else its bound.
    """
    if left.unsent:
        return Nanodollars(0)
    if not left.stops or left.thought or (thinks(model) and not left.quiet):
        return None
    output, counted = output_of_left(left, bid), left.counted
    if counted is not None and not implausible(counted, bid, model):
        cost = price.cost(evolve(counted, output_tokens=max(output, counted.output_tokens), reasoning_tokens=0))
    else:
        cost = price.worst(input_tokens=bid.input_tokens, output_tokens=output, writes=writes_of(model, need))
    return Nanodollars(min(bid.amount, cost + bid.surcharge))


def output_of_left(left: Left, bid: Bid) -> int:
    """The most output that can have been made: what was heard, and since then as fast as any provider makes it.

    >>> from tokenwise.ids import AttemptId
    >>> bid = Bid("m", "p", "m", 100, 4_000, Nanodollars(1))
    >>> output_of_left(Left(AttemptId("answer", 0), said_tokens=300, silent_ms=100, stops=True), bid)
    1350
    """
    since = -(-TOKENS_A_SECOND * (left.silent_ms + NOTICED_MS) // 1000)
    return min(bid.max_output_tokens * bid.choices, left.said_tokens + since * bid.choices)
