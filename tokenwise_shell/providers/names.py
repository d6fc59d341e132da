"""Which model of the catalogue a provider means by a name that it answers with."""

from collections.abc import Callable

from tokenwise.catalog.models import Catalog
from tokenwise_shell.providers.openai.names import plain_name

__all__ = ["catalog_ids"]


def catalog_ids(catalog: Catalog) -> Callable[[str, str], str]:
    """A function from a provider and its name for a model to the catalogue's id; an unknown name stays as it is.

    The date of a snapshot, a vendor's prefix and OpenRouter's variants are looked through where the very name is not in
    the catalogue. Of several models that are then alike, the one whose own name is plain is meant, else the first.
    """
    offers = [(offer.provider, offer.native_id, model.id) for model in catalog.models for offer in model.offers]
    exact = {(provider, name): id_ for provider, name, id_ in offers}
    alike: dict[tuple[str, str], str] = {}
    for provider, name, id_ in sorted(offers, key=lambda offer: ":" in offer[1]):
        alike.setdefault((provider, plain_name(name)), id_)

    def catalog_id(provider: str, name: str) -> str:
        return exact.get((provider, name)) or alike.get((provider, plain_name(name)), name)

    return catalog_id
