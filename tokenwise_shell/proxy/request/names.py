"""Which model a client means by a name: its alias, if it has one, then what the catalogue knows by it.

A catalogue's id means itself. A provider's own name for a model (`gpt-4.1-mini`) means the model that is sold by it,
and the date of a snapshot may be missing on one side (see `providers.names`); all only where one model is meant. A
named model is that model or nothing, since no other would do: what it could have been, and what can be done, is said.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise_shell.config.aliases import AUTO, dealiased
from tokenwise_shell.providers.names import names_of, same_name, undated
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.troubles import REMEDY, bad_request, shortened, unknown_model

__all__ = ["Ambiguous", "Wanted", "model_named", "near_names", "unsold", "wanted"]

# Not another model, but a wish about the host that answers, or a search beside it, with a price of its own.
_WISHES: Final[Mapping[str, str]] = {
    "nitro": 'say provider: {"sort": "throughput"} in the body instead',
    "floor": 'say provider: {"sort": "price"} in the body instead',
    "online": "its searches have a price that no catalogue covers",
}

# As many as a reader takes in.
_MOST_NEAR: Final = 3
_MOST_ALIKE: Final = 20


@frozen
class Wanted:
    """A name of a client's as it counts here. `model` is a catalogue's id, "" for `auto`."""

    model: str
    strategy: str | None = None


@frozen
class Ambiguous:
    """Several models go by this name."""

    ids: tuple[str, ...]


def wanted(name: str, catalog: Catalog, aliases: Mapping[str, str]) -> Wanted | Trouble:
    """What this name asks for. The strategy after `auto:` is as it was said, and checked by whoever reads options."""
    meant = dealiased(name, aliases)
    auto, colon, strategy = meant.partition(":")
    if auto == AUTO:
        return Wanted("", strategy if colon else None)
    match model_named(meant, catalog):
        case str(found):
            return Wanted(found)
        case Ambiguous(ids=ids):
            return unknown_model(name, f"it could be {' or '.join(ids)}; name one of them")
        case None:
            return _unknown(name, meant, catalog)


def model_named(name: str, catalog: Catalog) -> str | Ambiguous | None:
    """The id of the model that a name means; None where it means none."""
    if name in catalog:
        return name
    found = _meant(catalog)(name)
    if len(found) < 2:
        return found[0] if found else None
    own = [each for each in found if same_name(each, name)]
    return own[0] if len(own) == 1 else Ambiguous(found)


def near_names(name: str, catalog: Catalog) -> tuple[str, ...]:
    """Ids of what is sold and called most like this: first the same goods with other dates, or without a variant."""
    import difflib  # only a mistake needs it

    sold = [model.id for model in catalog.models if model.offers]
    spelt = {**{_word(id_): id_ for id_ in sold}, **{id_: id_ for id_ in sold}}
    word = _word(name)
    alike = [id_ for each in (word, word.partition(":")[0]) for id_ in sold if _word(id_) == each]
    found = (difflib.get_close_matches(said, spelt, n=_MOST_ALIKE, cutoff=0.5) for said in (name.lower(), word))
    close = sorted((spelt[one] for near in found for one in near), key=lambda id_: -_same_parts(_word(id_), word))
    return tuple(dict.fromkeys((*alike, *close)))[:_MOST_NEAR]


def _same_parts(one: str, other: str) -> int:
    """In how many parts two names agree from the left: who mistypes `gpt-5.5-turbo` still means the family.

    >>> _same_parts("gpt-5.5-pro", "gpt-5.5-trubo"), _same_parts("gpt-3.5-turbo", "gpt-5.5-trubo")
    (2, 1)
    """
    pairs = zip(one.split("-"), other.split("-"), strict=False)
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))


def unsold(name: str, whole: Catalog) -> Trouble:
    """A model that is known, and that nobody sells who can be called from here."""
    sellers = " and ".join(offer.provider for offer in whole[name].offers) if name in whole else ""
    hint = f"a key for {sellers} is missing, which would sell it; else " if sellers else ""
    return unknown_model(name, f"{hint}{REMEDY}")


def _unknown(name: str, meant: str, catalog: Catalog) -> Trouble:
    plain, _, wish = meant.rpartition(":")
    if wish in _WISHES and isinstance(model_named(plain, catalog), str):
        message = f"{shortened(meant)!r}: `:{wish}` is no model and is not carried; {_WISHES[wish]}"
        return bad_request(message, "model", "unsupported_variant")
    near = near_names(shortened(meant), catalog)
    alias = f"it is an alias for {shortened(meant)!r}; " if meant != name else ""
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return unknown_model(name, f"{alias}{hint}{REMEDY}")


def _word(name: str) -> str:
    return undated(name.lower().rpartition("/")[2])


def _meant(catalog: Catalog) -> Callable[[str], tuple[str, ...]]:
    """Worked out once for a catalogue, and kept with it."""
    return catalog.worked_out.of(names_of, lambda: names_of(_names_in(catalog)))


def _names_in(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for model in catalog.models:
        yield model.id, model.id
        for offer in model.offers:
            yield offer.native_id, model.id
