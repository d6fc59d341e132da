"""Where each figure of a model comes from, in words: `tw models --explain ID`.

A shipped model's judgements are ours, with their reasons in docs/maintenance/tiers.toml; one that came with a newer
list was placed by `catalog.kinship`; what differs from both is a row of the user's own.
"""

from collections.abc import Iterator

from attrs import frozen

from tokenwise.catalog.embedded_models import PAGES, RATED_BY, READ_ON, STANDS_IN, embedded_catalog
from tokenwise.catalog.kinship import place
from tokenwise.catalog.models import Model, Offer, Rating
from tokenwise.catalog.prices import Price
from tokenwise.policy import FreeModels
from tokenwise.traits import Capability, Tier
from tokenwise_shell.catalogs.openrouter import SOURCE

__all__ = ["figures_of"]

_SHIPPED = f"shipped, as of {READ_ON}; the reasons stand in docs/maintenance/tiers.toml"
_OWN = "a row of your own"


@frozen
class _Judged:
    """What a model would be judged to be without a row of the user's, and why."""

    tier: Tier
    capabilities: Capability
    quality: int
    ratings: tuple[Rating, ...]
    why: str
    rated_by: str


def figures_of(model: Model, free: FreeModels) -> tuple[tuple[str, str], ...]:
    """Name and explanation of each figure, in the order to be read."""
    return tuple(_figures(model, free))


def _figures(model: Model, free: FreeModels) -> Iterator[tuple[str, str]]:
    judged = _judged(model)
    kinds = ", ".join(model.capabilities.names) or "none"
    yield "tier", f"{model.tier.name.lower()}: {_why(judged, model, 'tier')}"
    yield "capabilities", f"{kinds}: {_why(judged, model, 'capabilities')}"
    rated_by = judged.rated_by if judged and judged.quality == model.quality else _OWN
    yield "quality", f"{_points(model.quality, model.margin)}: {rated_by}" if model.quality else "nobody has rated it"
    for each in model.ratings:
        kind = each.work.names[0]
        yield f"quality at {kind}", f"{_points(each.points, each.margin)}: {PAGES[kind]}, {rated_by}"
    yield "window", f"{model.context_tokens} tokens, of which {model.max_output_tokens} out at most"
    for offer in model.offers:
        yield f"price at {offer.provider}", _price(offer)
    if model.trade:
        yield "trade", f"made for {model.trade}: asked only by its name"
    if model.gratis:
        yield "given away", f"free_models is {free.value}"


def _judged(model: Model) -> _Judged | None:
    """The shipped row's judgement, or that of the rules for new models; None for a model of the user's alone."""
    if known := embedded_catalog().by_id.get(model.id):
        return _Judged(known.tier, known.capabilities, known.quality, known.ratings, _SHIPPED, _rated_by(model.id))
    listed = next((offer for offer in model.offers if offer.source == SOURCE), None)
    if listed is None:
        return None
    placing = place(model.id, listed.price, model.features, embedded_catalog())
    return _Judged(placing.tier, placing.capabilities, placing.quality, placing.ratings, placing.why, placing.why)


def _rated_by(name: str) -> str:
    return f"{RATED_BY}, of {STANDS_IN[name]}, which stands in for it" if name in STANDS_IN else RATED_BY


def _points(points: int, margin: int) -> str:
    return f"{points} ± {margin}" if margin else str(points)


def _why(judged: _Judged | None, model: Model, figure: str) -> str:
    return judged.why if judged and getattr(judged, figure) == getattr(model, figure) else _OWN


def _price(offer: Offer) -> str:
    source = f"{offer.source}, from {offer.valid_from}" if offer.valid_from else offer.source
    if not isinstance(offer.price, Price):
        return f"unknown: {offer.price.reason} ({source})"
    rate = offer.price.rates[0]
    return f"{rate.input / 1e9:g} in, {rate.output / 1e9:g} out in US dollars per million tokens ({source})"
