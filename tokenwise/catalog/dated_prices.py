"""What models cost on other days than the catalogue was read: prices that changed, and those that never did.

Facts alone. Of a vendor's own sale only; resellers change prices weekly, and theirs are known from `Offer.valid_from`
on. Source: genai-prices 0.2.3 (MIT), whose rows carry the day from which they hold, compared with the shipped
catalogue: a model stands here where the price that is in force on the day of the catalogue is the same in both.
"""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import NanoPerMtok

__all__ = ["in_force", "price_on"]

# Input, output, cache read, dearest write, write for five minutes, in thousandths of a dollar per million tokens; and
# the threshold in tokens.
_Row = tuple[int, int, int, int, int, int]

_ONCE: Final[tuple[_Row, ...]] = ((750, 3750, 75, 750, 750, 0),)
_TWICE: Final[tuple[_Row, ...]] = ((1500, 7500, 150, 1500, 1500, 0),)

# By id: rows by the day from which they hold, "" for a model's first; () stands for what the catalogue has. Before a
# change that is still to come the row is written out, since `in_force` puts the later one into the catalogue.
_CHANGED: Final[Mapping[str, Mapping[str, tuple[_Row, ...]]]] = {
    "anthropic/claude-opus-4-6": {
        "": ((5000, 25000, 500, 10000, 6250, 0), (10000, 37500, 1000, 20000, 12500, 200_000)),
        "2026-03-13": (),
    },
    "anthropic/claude-sonnet-4-6": {
        "": ((3000, 15000, 300, 6000, 3750, 0), (6000, 22500, 600, 12000, 7500, 200_000)),
        "2026-03-13": (),
    },
    "google/gemini-3.6-flash": {"": _ONCE, "2027-01-01": _TWICE},
    "google/gemini-3.7-flash": {"": _ONCE, "2027-01-01": _TWICE},
    "google/gemini-3.8-flash": {"": _ONCE, "2027-01-01": _TWICE},
    "google/gemini-4-argon": {
        "": ((2000, 10000, 100, 2000, 2000, 0),),
        "2026-12-01": ((4000, 20000, 200, 4000, 4000, 0),),
    },
    "openai/gpt-5.6-luna": {
        "": ((1000, 6000, 100, 1250, 1250, 0), (2000, 9000, 200, 2500, 2500, 272_000)),
        "2026-07-30": (),
    },
    "openai/gpt-5.6-sol": {
        "": ((5000, 30000, 500, 6250, 6250, 0), (10000, 45000, 1000, 12500, 12500, 272_000)),
        "2026-08-21": (),
    },
    "openai/gpt-5.6-terra": {
        "": ((2500, 15000, 250, 3125, 3125, 0), (5000, 22500, 500, 6250, 6250, 272_000)),
        "2026-07-30": (),
    },
    "openai/o3": {"": ((10000, 40000, 500, 10000, 10000, 0),), "2025-06-10": ()},
}

_UNCHANGED: Final = {
    "anthropic": """
        claude-fable-5 claude-fable-5-1 claude-fable-5-2 claude-haiku-4-5 claude-haiku-5-5 claude-mythos-5-2
        claude-opus-4-5 claude-opus-4-7 claude-opus-4-8 claude-opus-5 claude-opus-5-5 claude-sonnet-4-5 claude-sonnet-5
        claude-sonnet-5-5
        """.split(),  # noqa: SIM905 -- words that are only ever read by eye
    "google": """
        gemini-1.5-flash gemini-1.5-pro gemini-2.0-flash gemini-2.0-flash-lite gemini-2.5-flash gemini-2.5-flash-lite
        gemini-2.5-pro gemini-3-flash-preview gemini-3.1-flash-lite gemini-3.1-pro-preview gemini-3.5-flash
        gemini-3.5-flash-lite
        """.split(),  # noqa: SIM905 -- words that are only ever read by eye
    "openai": """
        chatgpt-4o-latest gpt-3.5-turbo gpt-3.5-turbo-0613 gpt-3.5-turbo-1106 gpt-3.5-turbo-16k gpt-4 gpt-4-32k
        gpt-4-turbo gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-2024-05-13 gpt-4o-mini gpt-5 gpt-5-mini gpt-5-nano
        gpt-5.1 gpt-5.2 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.5 gpt-5.6-cyber gpt-6-astra gpt-6-luna gpt-6-rosalind
        gpt-6-sol gpt-6.1-sol gpt-6.1-terra o1 o1-mini o1-preview o1-pro o3-mini o4-mini
        """.split(),  # noqa: SIM905 -- words that are only ever read by eye
}


def price_on(offer: Offer, model: str, day: str) -> Price | None:
    """What the offer of this model, by its id, cost on a day (`2026-11-21`); None where nobody knows.

    A price without a day is a user's own word, which holds for every day.
    """
    if not isinstance(offer.price, Price):
        return None
    if not offer.valid_from:
        return offer.price
    vendor, _, name = model.partition("/")
    if offer.provider == vendor:
        if name in _UNCHANGED.get(vendor, ()):
            return offer.price
        if history := _CHANGED.get(model):
            rows = [rows for since, rows in history.items() if since <= day][-1]
            return Price(tuple(map(_rate, rows))) if rows else offer.price
    return offer.price if day >= offer.valid_from else None


def in_force(catalog: Catalog, days: tuple[str, ...]) -> Catalog:
    """The catalogue with the price changes that vendors have announced for these days or earlier; itself without any.

    Of several days the dearest price holds, so that who names the day before and the day after today holds for a
    rise in whatever time zone it begins.
    """
    changed = [changed for model in catalog.models if (changed := _changed(model, days)) is not model]
    return catalog.merged(changed) if changed else catalog


def _changed(model: Model, days: tuple[str, ...]) -> Model:
    announced = [since for since in _CHANGED.get(model.id, ()) if since and since <= max(days)]
    vendor = model.id.partition("/")[0]
    offers = tuple(
        offer
        if offer.provider != vendor or not announced or max(announced) <= offer.valid_from
        else max((_dated(offer, model.id, day) for day in days), key=_dearness)
        for offer in model.offers
    )
    return model if offers == model.offers else evolve(model, offers=offers)


def _dated(offer: Offer, model: str, day: str) -> Offer:
    since = max((since for since in _CHANGED[model] if since <= day), default="")
    price = price_on(offer, model, day)
    return offer if since <= offer.valid_from or price is None else evolve(offer, price=price, valid_from=since)


def _dearness(offer: Offer) -> tuple[int, ...]:
    rates = offer.price.rates if isinstance(offer.price, Price) else ()
    return tuple(rate.input + rate.output for rate in rates)


def _rate(row: _Row) -> Rate:
    fresh, output, read, write, short = (NanoPerMtok(thousandths * 1_000_000) for thousandths in row[:5])
    return Rate(fresh, output, read, write, row[5], short)
