"""Models that the user describes, in a YAML file or under `models` in the configuration.

A row with a known id changes just the fields it gives; any other row is a new model.

Amounts are read from their text through Decimal, so `0.1` is a tenth and no float comes near money. A missing price is
unknown, which is not 0: write 0 for a model that costs nothing. Every bad row is reported, with what was expected.
"""

import functools
import operator
from collections.abc import Iterable, Mapping
from typing import Final, Protocol, TypeVar

from attrs import evolve, field, frozen

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import UNKNOWN, Price, Rate, Unknown
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, NanoPerMtok, parse_price
from tokenwise.traits import Capability, Feature, Tier

__all__ = ["FIELDS", "local_models", "read_local_models"]

_PRICES: Final = {
    "input_usd_per_mtok": "input",
    "output_usd_per_mtok": "output",
    "cache_read_usd_per_mtok": "cache_read",
    "cache_write_usd_per_mtok": "cache_write",
    "cache_write_5m_usd_per_mtok": "cache_write_5m",
}
# Whole numbers, and their least.
_LIMITS: Final = {
    "context_tokens": 1,
    "max_output_tokens": 0,
    "max_input_tokens": 1,
    "quality": 0,
    "template_tokens": 0,
}
_FEE: Final = "usd_per_request"
FIELDS: Final = ("id", "provider", "native_id", "tier", "capabilities", "features", *_LIMITS, *_PRICES, _FEE)

# What servers of the OpenAI kind take without being asked; tools, pictures and schemas have to be stated.
_USUAL_FEATURES: Final = Feature.TEMPERATURE | Feature.STOP | Feature.SEED | Feature.PENALTIES

_TIERS: Final = {tier.name.lower(): tier for tier in Tier}
_CAPABILITIES: Final = {str(one.name).lower(): one for one in Capability}
_FEATURES: Final = {str(one.name).lower(): one for one in Feature}

# More digits than any number of tokens has; keeps int() from labouring over a page of them.
_MAX_DIGITS: Final = 15

_T = TypeVar("_T")
_F = TypeVar("_F", Capability, Feature)
_T_co = TypeVar("_T_co", covariant=True)


class _Reader(Protocol[_T_co]):
    """Turns a field's raw value into what it stands for, or raises InputError naming the path and what was expected."""

    def __call__(self, raw: object, path: str, /) -> _T_co: ...


def read_local_models(text: str, path: str, known: Catalog) -> tuple[tuple[Model, ...], tuple[Problem, ...]]:
    """Read a YAML file's text: a list of rows, or a mapping whose `models` is one. `path` is how problems name it."""
    import yaml  # a command without such a file does without the parser

    try:
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 -- BaseLoader makes text, lists and mappings only
    except yaml.YAMLError as error:
        return (), (Problem(path, f"not readable as YAML: {' '.join(str(error).split())}"),)
    except RecursionError:
        return (), (Problem(path, "nested too deeply for a list of models"),)
    rows = document.get("models") if isinstance(document, dict) else document
    return local_models([] if _absent(rows) else rows, path, known)


def local_models(rows: object, path: str, known: Catalog) -> tuple[tuple[Model, ...], tuple[Problem, ...]]:
    """Read rows that are parsed already. Numbers may be numbers or text; a float counts as its shortest text."""
    if not isinstance(rows, (list, tuple)):
        return (), (Problem(path, f"expected a list of models, not {type(rows).__name__}"),)
    models: dict[str, Model] = {}
    problems: list[Problem] = []
    for index, raw in enumerate(rows):
        row = _Row(f"{path}[{index}]", raw if isinstance(raw, dict) else {}, path)
        model = row.model(known)
        if not isinstance(raw, dict):
            row.problems[:] = [Problem(row.path, f"expected a mapping with id, provider …, not {type(raw).__name__}")]
        elif model and model.id in models:
            row.report("id", f"{model.id!r} stands twice in this list")
        elif model:
            models[model.id] = model
        problems += row.problems
    return tuple(models.values()), tuple(problems)


@frozen
class _Row:
    """One row being read. `problems` collects what is wrong with it, so that one round of correction is enough."""

    path: str
    row: Mapping[object, object]
    source: str
    problems: list[Problem] = field(factory=list)

    def model(self, known: Catalog) -> Model | None:
        """The model this row describes, or None where something is wrong with it."""
        self.check_keys()
        name = self.value("id", _text)
        base = known.by_id.get(name or "")
        self.require("id") if base else self.require("id", "provider", "context_tokens")
        tier = self.value("tier", _one_of(_TIERS))
        capabilities = self.value("capabilities", _flags(_CAPABILITIES))
        features = self.value("features", _flags(_FEATURES))
        limits = {key: self.value(key, _whole_from(least)) for key, least in _LIMITS.items()}
        offers = self.offers(name or "", base)
        if self.problems or name is None:
            return None
        base = base or _blank(name, limits["context_tokens"] or 1)
        window = limits["context_tokens"]
        # Models are compared by what their tokens cost, so one with a fee beside them is not chosen among others.
        has_fee = any(isinstance(offer.price, Price) and offer.price.per_request for offer in offers)
        return evolve(
            base,
            trade=base.trade or ("requests that have a fee each" if has_fee else ""),
            tier=_given(tier, base.tier),
            capabilities=_given(capabilities, base.capabilities),
            features=_given(features, base.features),
            offers=offers,
            context_tokens=_given(window, base.context_tokens),
            # A new window makes the old limit of input void, which 0 stands for.
            max_input_tokens=_given(limits["max_input_tokens"], 0 if window else base.max_input_tokens),
            max_output_tokens=_given(limits["max_output_tokens"], base.max_output_tokens),
            quality=_given(limits["quality"], base.quality),
            # What is said of a model holds for all that it does.
            margin=base.margin if limits["quality"] is None else 0,
            ratings=base.ratings if limits["quality"] is None else (),
            template_tokens=_given(limits["template_tokens"], base.template_tokens),
        )

    def offers(self, name: str, base: Model | None) -> tuple[Offer, ...]:
        """The known offers with the stated prices; a stated provider's offer stands first, new or changed."""
        provider, native = self.value("provider", _text), self.value("native_id", _text)
        amounts = {to: amount for key, to in _PRICES.items() if (amount := self.value(key, _price)) is not None}
        sold = base.offers if base else ()
        if provider is None:
            if native is not None:
                self.report("native_id", "a name at which provider? give `provider` too")
            return tuple(self.priced(offer, amounts) for offer in sold)
        usual = Offer(provider, native or name.removeprefix(f"{provider}/") or name or "?", UNKNOWN, self.source)
        offer = next((offer for offer in sold if offer.provider == provider), usual)
        others = tuple(offer for offer in sold if offer.provider != provider)
        return (self.priced(evolve(offer, native_id=native or offer.native_id), amounts), *others)

    def priced(self, offer: Offer, amounts: Mapping[str, NanoPerMtok]) -> Offer:
        """The offer with these amounts in every row of its price; a price not known before needs input and output.

        A fee for each request is a price by itself: tokens then cost nothing.
        """
        fee = self.value(_FEE, _fee)
        match offer.price:
            case _ if not amounts and fee is None:
                return offer
            case Price(rates=rates):
                price = evolve(offer.price, rates=tuple(evolve(rate, **amounts) for rate in rates))
            case Unknown():
                if fee is None or amounts:
                    self.require("input_usd_per_mtok", "output_usd_per_mtok", why="a price needs input and output")
                price = Price((_flat(amounts),))
        price = price if fee is None else evolve(price, per_request=fee)
        return evolve(offer, price=price, source=self.source, valid_from="")

    def value(self, key: str, read: _Reader[_T]) -> _T | None:
        """The field's value; None where it is not given, or where it is wrong, which is then reported."""
        if _absent(self.row.get(key)):
            return None
        try:
            return read(self.row[key], f"{self.path}.{key}")
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def require(self, *keys: str, why: str = "a model that the catalogue does not know needs it") -> None:
        for key in keys:
            if _absent(self.row.get(key)):
                self.report(key, f"missing; {why}")

    def check_keys(self) -> None:
        for key in self.row:
            if key not in FIELDS:
                self.report(str(key), f"no such field; {_nearest(str(key), FIELDS)}")

    def report(self, key: str, message: str) -> None:
        self.problems.append(Problem(f"{self.path}.{key}", message))


def _blank(name: str, context_tokens: int) -> Model:
    """A model nobody has described yet: weakest tier, general work, answers as long as its window."""
    return Model(name, Tier.BUDGET, Capability.GENERAL, context_tokens, context_tokens, (), _USUAL_FEATURES)


def _given(value: _T | None, otherwise: _T) -> _T:
    return otherwise if value is None else value


def _flat(amounts: Mapping[str, NanoPerMtok]) -> Rate:
    """One row for every length of input; caches cost what input costs unless stated. A missing amount is reported."""
    zero = NanoPerMtok(0)
    text = amounts.get("input", zero)
    short = amounts.get("cache_write_5m", amounts.get("cache_write", text))
    write = max(short, amounts.get("cache_write", short))  # a write for longer is never the cheaper one
    return Rate(text, amounts.get("output", zero), amounts.get("cache_read", text), write, cache_write_5m=short)


def _absent(raw: object) -> bool:
    """Not given. YAML's own words for null arrive as text, since nothing is guessed from a scalar's look."""
    return raw is None or (isinstance(raw, str) and raw.strip() in ("", "~", "null"))


# Readers of single fields


def _text(raw: object, path: str) -> str:
    if not isinstance(raw, str):
        raise InputError(Problem(path, f"expected text, not {_shown(raw)}"))
    return raw.strip()


def _whole_from(least: int) -> _Reader[int]:
    def read(raw: object, path: str) -> int:
        text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
        digits = text.strip().replace("_", "") if isinstance(text, str) else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS and int(digits) >= least):
            raise InputError(Problem(path, f"expected a whole number from {least} up, not {_shown(raw)}"))
        return int(digits)

    return read


def _price(raw: object, path: str) -> NanoPerMtok:
    """USD per million tokens. `repr` of a float is the shortest text that means it: what the user typed."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise InputError(Problem(path, f"expected US dollars per million tokens such as 0.15, not {_shown(raw)}"))
    return parse_price(raw if isinstance(raw, str) else repr(raw), path=path)


def _fee(raw: object, path: str) -> Nanodollars:
    """USD for each request, rounded as prices are: never down."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise InputError(Problem(path, f"expected US dollars for each request such as 0.04, not {_shown(raw)}"))
    return Nanodollars(parse_price(raw if isinstance(raw, str) else repr(raw), path=path))


def _one_of(table: Mapping[str, _T]) -> _Reader[_T]:
    def read(raw: object, path: str) -> _T:
        name = raw.strip().lower() if isinstance(raw, str) else ""
        if name not in table:
            raise InputError(Problem(path, f"{_shown(raw)} is not one of them; {_nearest(name, table)}"))
        return table[name]

    return read


def _flags(table: Mapping[str, _F]) -> _Reader[_F]:
    one = _one_of(table)

    def read(raw: object, path: str) -> _F:
        names = raw.replace(",", " ").split() if isinstance(raw, str) else raw
        if not isinstance(names, (list, tuple)):
            raise InputError(Problem(path, f"expected a list, not {_shown(raw)}; {_nearest('', table)}"))
        nothing = type(next(iter(table.values())))(0)
        return functools.reduce(
            operator.or_, (one(name, f"{path}[{place}]") for place, name in enumerate(names)), nothing
        )

    return read


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib  # only a mistake needs it

    names = tuple(names)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"accepted: {', '.join(names)}"


def _shown(raw: object) -> str:
    return repr(raw)[:60]
