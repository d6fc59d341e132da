"""What a recorded call cost, and on which grounds: a price of that day, a price of another day, or the log's own word.

A price is known for a day from its offer's `valid_from` on, and before it as far as `dated_prices` goes back. A call
of an earlier day, at a tier without a published price, or from a seller that the catalogue does not have is priced all
the same and counted as assumed. What has no price and no word of the log is unknown, and never 0.
"""

import enum
from collections.abc import Callable
from typing import Final

from attrs import define, field, frozen

from tokenwise.audit.records import Call
from tokenwise.budgets.windows import day_of
from tokenwise.catalog.dated_prices import price_on
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price
from tokenwise.catalog.service_tiers import price_at
from tokenwise.money import Nanodollars

__all__ = ["Costing", "Grounds", "Prices"]

_PLAIN_TIERS: Final = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand"})
_FREE: Final = Nanodollars(0)


class Grounds(enum.Enum):
    """What a cost rests on."""

    KNOWN = "priced"
    ASSUMED = "assumed"
    RECORDED = "recorded"
    UNKNOWN = "unknown"


@frozen
class Costing:
    """A call's cost, None where it is unknown; `model` where the catalogue has it, and `price` where it was priced."""

    cost: Nanodollars | None
    grounds: Grounds
    model: Model | None = None
    price: Price | None = None


@define(eq=False)
class Prices:
    """Prices of a catalogue by day. `named` gives the catalogue's id for a seller's name of a model, or the name."""

    catalog: Catalog
    named: Callable[[str, str], str]
    _models: dict[tuple[str, str], Model | None] = field(factory=dict)

    def costing(self, call: Call) -> Costing:
        """What a call cost. Re-priced where that is possible, else as recorded."""
        model = self._model(call.provider, call.model)
        if call.gratis:
            return Costing(_FREE, Grounds.KNOWN, model)
        offer = _offer(model, call.provider) if model else None
        if model is None or offer is None or call.usage is None or not isinstance(offer.price, Price):
            return _as_recorded(call, model)
        price, sure = _price(model, offer, call)
        seller = call.provider or model.id.partition("/")[0]  # whoever does not name one asks the vendor
        sure = sure and seller == offer.provider
        return Costing(price.cost(call.usage), Grounds.KNOWN if sure else Grounds.ASSUMED, model, price)

    def _model(self, provider: str, name: str) -> Model | None:
        known = self._models
        if (provider, name) not in known:
            if len(known) >= 4096:  # names are a log's; a thousand models are more than anybody sells
                known.clear()
            known[provider, name] = self.catalog.by_id.get(self.named(provider, name))
        return known[provider, name]


def _as_recorded(call: Call, model: Model | None) -> Costing:
    return Costing(call.recorded, Grounds.UNKNOWN if call.recorded is None else Grounds.RECORDED, model)


def _offer(model: Model, provider: str) -> Offer | None:
    """The seller's own offer; else that of who made the model, else the first."""
    vendor = model.id.partition("/")[0]
    return next(filter(None, map(model.offered_by.get, (provider, vendor))), next(iter(model.offers), None))


def _price(model: Model, offer: Offer, call: Call) -> tuple[Price, bool]:
    """The price of that day at that tier, and whether both are known."""
    assert isinstance(offer.price, Price)
    day = "" if call.at_ms is None else day_of(call.at_ms)
    then = price_on(offer, model.id, day) if day else None
    price, word = then or offer.price, call.tier.strip().lower()
    if word in _PLAIN_TIERS:
        return price, then is not None
    tiered = price_at(price, word, model=model.id, provider=offer.provider)
    return tiered or price, then is not None and tiered not in (None, price)
