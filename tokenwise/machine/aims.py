"""To whom a step turns next, and the answer it has in hand meanwhile. `run` has the states, `propose` the money."""

from attrs import frozen

from tokenwise.ids import AttemptId
from tokenwise.routing.bid import Bid
from tokenwise.routing.ladder import Failed

__all__ = ["Again", "Aim", "Beside", "First", "Onward", "Opinion"]


@frozen
class First:
    """The step's first proposal: an upgrade that others' savings pay, the preferred model, or what the money allows."""

    preferred: str
    upgrades: tuple[str, ...] = ()


@frozen
class Again:
    """The same place once more."""

    bid: Bid
    retries: int


@frozen
class Beside:
    """A second opinion on an answer that may well be good: the bids in the order to be tried."""

    bids: tuple[Bid, ...]


@frozen
class Onward:
    """Somewhere else after a failure: the bids in the order to be tried."""

    bids: tuple[Bid, ...]
    failed: Failed


Aim = First | Again | Beside | Onward


@frozen
class Opinion:
    """The answer of a cascade's first model, until another one confirms or replaces it. `disputed` once one has not."""

    attempt: AttemptId
    text: str
    disputed: bool = False
