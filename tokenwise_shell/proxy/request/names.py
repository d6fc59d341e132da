"""Which model of the catalogue a client means by a name.

A catalogue's id means itself. A provider's own name for a model (`gpt-4.1-mini`) means the model that is sold by it,
and one with the date of a snapshot or another addition what it means without; both only where one model is meant.
"""

from collections import defaultdict
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise_shell.providers.openai.names import plain_name

__all__ = ["AUTO", "Ambiguous", "model_named"]

AUTO: Final = "auto"
"""The name by which a client leaves the choice to us; `auto:STRATEGY` names the strategy too."""


@frozen
class Ambiguous:
    """Several models go by this name."""

    ids: tuple[str, ...]


@frozen
class _Names:
    exact: dict[str, tuple[str, ...]]
    plain: dict[str, tuple[str, ...]]


def model_named(name: str, catalog: Catalog) -> str | Ambiguous | None:
    """The id of the model that a name means; None where it means none."""
    if name in catalog:
        return name
    names = _names_in(catalog)
    found = names.exact.get(name) or names.plain.get(plain_name(name), ())
    if len(found) < 2:
        return found[0] if found else None
    return _named_so(name, found) or _named_so(plain_name(name), found) or Ambiguous(found)


def _named_so(name: str, ids: tuple[str, ...]) -> str:
    """The one of these models whose own name this is: a snapshot may be in the catalogue beside the model."""
    own = [each for each in ids if _without_vendor(each) == _without_vendor(name)]
    return own[0] if len(own) == 1 else ""


def _without_vendor(name: str) -> str:
    return name.lower().rpartition("/")[2]


def _names_in(catalog: Catalog) -> _Names:
    """Worked out once for a catalogue, and kept with it."""
    known = catalog.memo.get(_Names)
    if not isinstance(known, _Names):
        known = catalog.memo[_Names] = _collect(catalog)
    return known


def _collect(catalog: Catalog) -> _Names:
    exact, plain = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for model in catalog.models:
        plain[plain_name(model.id)].add(model.id)
        for offer in model.offers:
            exact[offer.native_id].add(model.id)
            plain[plain_name(offer.native_id)].add(model.id)
    return _Names(_sorted(exact), _sorted(plain))


def _sorted(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(ids)) for name, ids in found.items()}
