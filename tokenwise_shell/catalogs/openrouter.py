"""Reading OpenRouter's list of models (`GET /api/v1/models`) into rows of a catalogue, one row at a time.

The list is somebody else's data: fields may be null, absent or of another type, and one bad row must not cost the
others. A row that cannot be used becomes a notice. What the list does not know (tier, quality, most capabilities) comes
from the catalogue at hand, or from the price for a model never seen before. Prices are read in `openrouter_prices`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.kinship import place
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import FREE, Unknown
from tokenwise.catalog.trades import trade_of
from tokenwise.errors import InputError
from tokenwise.traits import Feature
from tokenwise_shell.catalogs.openrouter_prices import amount_of, read_price, whole

__all__ = ["PROVIDER", "SOURCE", "Listing", "parse_openrouter", "rows_of", "slim"]

PROVIDER: Final = "openrouter"
SOURCE: Final = "OpenRouter /models"

_PARAMETERS: Final = {
    "tools": Feature.TOOLS,
    "response_format": Feature.JSON_OBJECT,
    "structured_outputs": Feature.JSON_SCHEMA,
    "temperature": Feature.TEMPERATURE,
    "seed": Feature.SEED,
    "stop": Feature.STOP,
    "logprobs": Feature.LOGPROBS,
    "n": Feature.CHOICES,
    "frequency_penalty": Feature.PENALTIES,
    "presence_penalty": Feature.PENALTIES,
    "reasoning": Feature.REASONING_EFFORT,
    "reasoning_effort": Feature.REASONING_EFFORT,
}
_MODALITIES: Final = {"image": Feature.IMAGES, "file": Feature.DOCUMENTS, "audio": Feature.AUDIO}

# Fields that this module reads; the cache on disk keeps only these, which is a tenth of the list.
_KEPT: Final = (
    "id",
    "context_length",
    "pricing",
    "architecture",
    "top_provider",
    "supported_parameters",
    "expiration_date",
)


@frozen
class Listing:
    """What a list came to: the rows that could be used, sorted by id, and what was wrong with the others."""

    models: tuple[Model, ...]
    notices: tuple[str, ...] = ()


def parse_openrouter(document: object, known: Catalog, *, on: str) -> Listing:
    """Read one page or a list of rows. `on` is the date of fetching, YYYY-MM-DD: it dates prices and expiry.

    A known model keeps our tier, capabilities, quality and direct offers; its OpenRouter offer gets the fresh price,
    and where nobody else sells it, its limits and features are refreshed too. Never raises; an id listed twice with
    different contents is used in neither form, so the order of rows decides nothing.
    """
    rows = rows_of(document)
    if rows is None:
        return Listing((), ("the list of models is not in the expected form: no `data` with rows",))
    reader = _Reader({_router_name(model): model for model in known.models}, known, on)
    found: dict[str, set[Model]] = {}
    notices: set[str] = set()
    for row in rows:
        match reader.read(row):
            case Model() as model:
                found.setdefault(model.id, set()).add(model)
            case str() as notice:
                notices.add(notice)
            case None:
                pass
    notices |= {
        f"{name}: listed {len(forms)} times with different contents; ignored"
        for name, forms in found.items()
        if len(forms) > 1
    }
    models = [model for forms in found.values() if len(forms) == 1 for model in forms]
    return Listing(tuple(sorted(models, key=lambda model: model.id)), tuple(sorted(notices)))


def rows_of(document: object) -> list[object] | None:
    """The rows of a page, or of a bare list; None where there are none to be found."""
    rows = document.get("data") if isinstance(document, dict) else document
    return rows if isinstance(rows, list) else None


def slim(row: object) -> object:
    """The row with only the fields read here; anything but an object stays as it is, to be reported."""
    return {key: row[key] for key in _KEPT if key in row} if isinstance(row, dict) else row


def _router_name(model: Model) -> str:
    offer = model.offered_by.get(PROVIDER)
    return offer.native_id if offer else model.id


@frozen
class _Reader:
    """Reads rows against the models known already, by OpenRouter's names for them."""

    known: Mapping[str, Model]
    catalog: Catalog
    on: str

    def read(self, row: object) -> Model | str | None:
        """A model, a notice, or None for a row that is no chat model of its own."""
        if not isinstance(row, dict):
            return f"a row is {type(row).__name__}, expected an object"
        name = row.get("id")
        if not isinstance(name, str) or not name:
            return f"a row has an id of type {type(name).__name__}, expected text" if name != "" else "a row has no id"
        if _is_aside(name) or "text" not in _outputs(row):
            return None
        known = self.known.get(name)
        if _expired(row.get("expiration_date"), self.on):
            return _withdrawn(known) if known else None
        price = read_price(row.get("pricing"))
        if isinstance(price, str):
            return f"{name}: {price}; {'its former price stays' if known else 'ignored'}"
        if goods := set(_texts(_section(row, "architecture").get("output_modalities"))) - {"text"}:
            price = Unknown(f"its output may be {' or '.join(sorted(goods))}, which is not billed as text")
        offer = Offer(PROVIDER, name, price, SOURCE, self.on)
        return self._refreshed(known, offer, row) if known else self._new(offer, row)

    def _refreshed(self, known: Model, offer: Offer, row: Mapping[str, object]) -> Model:
        others = tuple(other for other in known.offers if other.provider != PROVIDER)
        if others:
            return evolve(known, offers=(*others, offer))
        context = _context(row) or known.context_tokens
        return evolve(
            known,
            offers=(offer,),
            context_tokens=context,
            max_input_tokens=0,
            max_output_tokens=min(_stated_output(row) or known.max_output_tokens, context),
            features=_features(row) or known.features,
            trade=trade_of(offer.native_id, _outputs(row)),
            gratis=_is_given_away(offer),
        )

    def _new(self, offer: Offer, row: Mapping[str, object]) -> Model | str:
        context = _context(row)
        if not context:
            return f"{offer.native_id}: no context window stated; ignored"
        features = _features(row)
        placing = place(offer.native_id, offer.price, features, self.catalog)
        return Model(
            id=offer.native_id,
            tier=placing.tier,
            capabilities=placing.capabilities,
            context_tokens=context,
            # Where no limit is stated, a cap that hosts accept: a quarter of the window, at most 16384.
            max_output_tokens=min(_stated_output(row) or min(16384, context // 4), context),
            offers=(offer,),
            features=features,
            quality=placing.quality,
            margin=placing.margin,
            ratings=placing.ratings,
            trade=trade_of(offer.native_id, _outputs(row)),
            gratis=_is_given_away(offer),
        )


def _is_given_away(offer: Offer) -> bool:
    """A host that asks nothing, or a name that says so: rates may be cut at any time, and prompts kept."""
    return offer.price == FREE or offer.native_id.endswith(":free")


def _outputs(row: Mapping[str, object]) -> Iterable[str]:
    return _texts(_section(row, "architecture").get("output_modalities"), ("text",))


def _is_aside(name: str) -> bool:
    """Names for models listed elsewhere: `~vendor/x-latest` moves without notice, `:batch` is not a chat endpoint."""
    return name.startswith("~") or name.endswith(":batch")


def _withdrawn(known: Model) -> Model:
    return evolve(known, offers=tuple(offer for offer in known.offers if offer.provider != PROVIDER))


def _expired(date: object, on: str) -> bool:
    return isinstance(date, str) and "" < date[:10] < on


# Limits and features


def _context(row: Mapping[str, object]) -> int:
    """The smaller of the stated windows, 0 where none is: a host may serve less than the model could."""
    stated = (whole(row.get("context_length")), whole(_section(row, "top_provider").get("context_length")))
    return min((size for size in stated if size), default=0)


def _stated_output(row: Mapping[str, object]) -> int:
    return whole(_section(row, "top_provider").get("max_completion_tokens"))


def _features(row: Mapping[str, object]) -> Feature:
    """What the model takes. Sound and pictures dearer than text have no price in a Rate, so they are not offered."""
    found = Feature.NONE
    for name in _texts(row.get("supported_parameters")):
        found |= _PARAMETERS.get(name, Feature.NONE)
    pricing = _section(row, "pricing")
    for name in _texts(_section(row, "architecture").get("input_modalities")):
        if not _dearer(pricing.get(name), pricing.get("prompt")):
            found |= _MODALITIES.get(name, Feature.NONE)
    return found


def _dearer(price: object, text: object) -> bool:
    try:
        return price not in (None, "") and amount_of(price, "") > amount_of(text, "")
    except InputError:
        return True


def _section(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = row.get(name)
    return section if isinstance(section, dict) else {}


def _texts(value: object, default: tuple[str, ...] = ()) -> Iterable[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else default
