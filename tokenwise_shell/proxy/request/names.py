"""Which model of the catalogue a client means by a name.

A catalogue's id means itself. A provider's own name for a model (`gpt-4.1-mini`) means the model that is sold by it,
and the date of a snapshot may be missing on one side (see `providers.names`); all only where one model is meant.
"""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise_shell.providers.names import names_of, same_name

__all__ = ["AUTO", "Ambiguous", "model_named"]

AUTO: Final = "auto"
"""The name by which a client leaves the choice to us; `auto:STRATEGY` names the strategy too."""


@frozen
class Ambiguous:
    """Several models go by this name."""

    ids: tuple[str, ...]


@frozen
class _Kept:
    meant: Callable[[str], tuple[str, ...]]


def model_named(name: str, catalog: Catalog) -> str | Ambiguous | None:
    """The id of the model that a name means; None where it means none."""
    if name in catalog:
        return name
    found = _meant(catalog)(name)
    if len(found) < 2:
        return found[0] if found else None
    own = [each for each in found if same_name(each, name)]
    return own[0] if len(own) == 1 else Ambiguous(found)


def _meant(catalog: Catalog) -> Callable[[str], tuple[str, ...]]:
    """Worked out once for a catalogue, and kept with it."""
    known = catalog.memo.get(names_of)
    if not isinstance(known, _Kept):
        known = catalog.memo[names_of] = _Kept(names_of(_names_in(catalog)))
    return known.meant


def _names_in(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for model in catalog.models:
        yield model.id, model.id
        for offer in model.offers:
            yield offer.native_id, model.id
