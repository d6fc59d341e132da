"""A model of the catalogue as a document: the rows of `tw models --json` and of the proxy's `GET /v1/models`."""

from collections.abc import Iterable, Iterator

from tokenwise.catalog.models import Model, Offer
from tokenwise.catalog.prices import Price, Rate

__all__ = ["model_document"]


def model_document(model: Model, served: Offer | None) -> dict[str, object]:
    """The document, with the names of the interface. `served` is the offer that would be taken, None for none."""
    shown = served or next(iter(model.offers), None)
    price = shown.price if shown else model.price
    rate = price.rates[0] if isinstance(price, Price) else None
    return {
        "id": model.id,
        "provider": served.provider if served else None,
        "tier": model.tier.name.lower(),
        "capabilities": list(model.capabilities.names),
        "features": list(model.features.names),
        "quality": model.quality,
        "quality_margin": model.margin,
        "ratings": {rating.work.names[0]: [rating.points, rating.margin] for rating in model.ratings},
        "context_tokens": model.context_tokens,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
        "template_tokens": model.template_tokens,
        "input_nano_per_mtok": rate and rate.input,
        "output_nano_per_mtok": rate and rate.output,
        "cached_input_nano_per_mtok": rate and rate.cache_read,
        "request_nano": price.per_request if isinstance(price, Price) else None,
        "price_known": rate is not None,
        "long_input_prices": list(_longer(price.rates[1:])) if isinstance(price, Price) else [],
        "source": shown.source if shown else None,
        "sold_by": [offer.provider for offer in model.offers],
    }


def _longer(rates: Iterable[Rate]) -> Iterator[dict[str, int]]:
    for rate in rates:
        yield {
            "above_input_tokens": rate.above_input_tokens,
            "input_nano_per_mtok": rate.input,
            "output_nano_per_mtok": rate.output,
        }
