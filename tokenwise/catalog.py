"""Models as the rest of the core sees them: what they can do, where they are sold, and what each token costs.

This module decides nothing about which model to take; see `route`. A catalogue is sorted by model id when it is built,
so no decision can depend on the order in which its rows were found.
"""

import enum
import itertools
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, min_len

from tokenwise.errors import InputError, Problem
from tokenwise.ids import fingerprint
from tokenwise.money import Nanodollars, NanoPerMtok, round_up
from tokenwise.usage import Usage

__all__ = [
    "FREE",
    "UNKNOWN",
    "Capability",
    "Catalog",
    "Feature",
    "Model",
    "Offer",
    "Price",
    "Rate",
    "Tier",
    "Unknown",
]


class Capability(enum.Flag):
    """The kinds of work a request can be, and a model can be good at. Every model can do GENERAL work."""

    GENERAL = enum.auto()
    CODE = enum.auto()
    REASONING = enum.auto()
    MATH = enum.auto()

    @property
    def names(self) -> tuple[str, ...]:
        """The lower-case names of the members, in the order above."""
        return tuple(str(member.name).lower() for member in self)


class Feature(enum.Flag):
    """What a model's interface carries. A request that needs a feature is never sent to a model without it."""

    NONE = 0
    TOOLS = enum.auto()
    JSON_OBJECT = enum.auto()
    JSON_SCHEMA = enum.auto()
    IMAGES = enum.auto()
    DOCUMENTS = enum.auto()
    AUDIO = enum.auto()
    TEMPERATURE = enum.auto()
    SEED = enum.auto()
    STOP = enum.auto()
    LOGPROBS = enum.auto()
    CHOICES = enum.auto()  # n > 1
    PENALTIES = enum.auto()
    REASONING_EFFORT = enum.auto()
    EMBEDDINGS = enum.auto()

    @property
    def names(self) -> tuple[str, ...]:
        """The lower-case names of the members, in the order above."""
        return tuple(str(member.name).lower() for member in self)


class Tier(enum.IntEnum):
    """Strength, as the escalation ladder climbs it."""

    BUDGET = 0
    MID = 1
    FLAGSHIP = 2


@frozen
class Rate:
    """What tokens cost once a request's whole input exceeds `above_input_tokens`: one row of a price.

    The row applies to the whole request, not to the tokens above the threshold. `cache_write` is the dearest write the
    vendor sells for this model; where caching is not priced apart, it equals `input`.
    """

    input: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    output: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    cache_read: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    cache_write: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    above_input_tokens: int = field(default=0, validator=ge(0))

    @cached_property
    def worst_input(self) -> NanoPerMtok:
        """The dearest class an input token can be billed as: what a reservation must assume."""
        return max(self.input, self.cache_read, self.cache_write)


def _check_rates(_: object, __: object, rates: tuple[Rate, ...]) -> None:
    thresholds = [rate.above_input_tokens for rate in rates]
    if not rates or thresholds[0] != 0 or any(a >= b for a, b in itertools.pairwise(thresholds)):
        raise ValueError(f"price rows must start at 0 input tokens and rise strictly, not {thresholds}")


@frozen
class Price:
    """A known price: rows by input length, ascending from 0. Free is a price of 0, which is not the same as Unknown."""

    rates: tuple[Rate, ...] = field(validator=_check_rates)

    def cost(self, usage: Usage) -> Nanodollars:
        """What a call with this usage costs. Reasoning tokens are output and are not charged twice.

        >>> rate = Rate(input=2_000_000_000, output=10_000_000_000, cache_read=200_000_000, cache_write=2_500_000_000)
        >>> Price((rate,)).cost(Usage(input_tokens=1000, cache_read_tokens=500, output_tokens=100))
        3100000
        """
        rate = self.rate_at(usage.prompt_tokens)
        return round_up(
            usage.input_tokens * rate.input
            + usage.cache_read_tokens * rate.cache_read
            + usage.cache_write_tokens * rate.cache_write
            + usage.output_tokens * rate.output
        )

    def worst(self, *, input_tokens: int, output_tokens: int) -> Nanodollars:
        """The most that a call with at most these tokens can cost: `cost` of no usage within them is above it.

        Every row that the input may reach counts, since nothing forbids a dearer row for short inputs.
        """
        return max(
            round_up(input_tokens * rate.worst_input + output_tokens * rate.output)
            for rate in self.rates_within(input_tokens)
        )

    def affordable_output(self, available: Nanodollars, *, input_tokens: int) -> int:
        """The largest output cap whose worst case is within `available`; -1 if not even the input is.

        A free output is bounded by the model, not by money: the answer is then a very large number.
        """
        return min(_affordable(rate, available, input_tokens) for rate in self.rates_within(input_tokens))

    def rate_at(self, input_tokens: int) -> Rate:
        """The row that a request with exactly this many input tokens is billed by."""
        return self.rates_within(input_tokens)[-1]

    def rates_within(self, input_tokens: int) -> tuple[Rate, ...]:
        """The rows that a request with at most this many input tokens may be billed by, lowest threshold first."""
        if len(self.rates) == 1:
            return self.rates
        return tuple(rate for rate in self.rates if rate.above_input_tokens < max(input_tokens, 1))


@frozen
class Unknown:
    """No price, and why: never routable under a budget, and never shown as 0."""

    reason: str = "no price published"


UNKNOWN: Final = Unknown()
FREE: Final = Price((Rate(NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0)),))

# More than any context window; stands for "money is no bound on a free output".
_UNBOUNDED: Final = 2**40


def _affordable(rate: Rate, available: Nanodollars, input_tokens: int) -> int:
    left = available * 1_000_000 - input_tokens * rate.worst_input
    if left < 0:
        return -1
    return left // rate.output if rate.output else _UNBOUNDED


@frozen
class Offer:
    """One provider's sale of a model: its name there, its price, and where and from when that price is known."""

    provider: str = field(validator=min_len(1))
    native_id: str = field(validator=min_len(1))
    price: Price | Unknown
    source: str = "unstated"
    valid_from: str = ""


@frozen
class Model:
    """One model: what it can do and how much fits. `offers` stand in order of preference, a direct key first.

    `quality` is a prior on a common scale (an Arena-like rating, higher is better) used to order models of one tier; 0
    means not rated. `context_tokens` bounds input and output together; `max_input_tokens` the input alone.
    """

    id: str = field(validator=min_len(1))
    tier: Tier
    capabilities: Capability
    context_tokens: int = field(validator=ge(1))
    max_output_tokens: int = field(validator=ge(0))
    offers: tuple[Offer, ...]
    features: Feature = Feature.NONE
    quality: int = field(default=0, validator=ge(0))
    max_input_tokens: int = field(default=0, validator=ge(0))

    def __attrs_post_init__(self) -> None:
        if not self.max_input_tokens:
            object.__setattr__(self, "max_input_tokens", self.context_tokens)

    @cached_property
    def price(self) -> Price | Unknown:
        """The price of the preferred offer; Unknown where nobody that can be reached sells it."""
        return self.offers[0].price if self.offers else Unknown("no provider can be reached")

    @cached_property
    def offered_by(self) -> Mapping[str, Offer]:
        """Offers by provider name."""
        return {offer.provider: offer for offer in self.offers}


def _by_id(models: Iterable[Model]) -> tuple[Model, ...]:
    return tuple(sorted(models, key=lambda model: model.id))


def _text(model: Model) -> str:
    """Everything about a model, from plain values alone, since `repr` of an enum differs between Pythons.

    `ids.canonical` would say the same of the whole in three times the time, and every decision's id waits for it.
    """
    abilities = (model.tier.value, model.capabilities.value, model.features.value, model.quality)
    room = (model.context_tokens, model.max_input_tokens, model.max_output_tokens)
    return repr((model.id, abilities, room, [_offer_row(offer) for offer in model.offers]))


def _offer_row(offer: Offer) -> tuple[object, ...]:
    price = offer.price
    terms = [_rate_row(rate) for rate in price.rates] if isinstance(price, Price) else price.reason
    return offer.provider, offer.native_id, offer.source, offer.valid_from, terms


def _rate_row(rate: Rate) -> tuple[int, ...]:
    return rate.above_input_tokens, rate.input, rate.output, rate.cache_read, rate.cache_write


def _only(model: Model, providers: frozenset[str]) -> Model:
    offers = tuple(offer for offer in model.offers if offer.provider in providers)
    return model if len(offers) == len(model.offers) else evolve(model, offers=offers)


@frozen
class Catalog:
    """All models known to a run, sorted by id. Two catalogues with the same rows are equal and decide equally."""

    models: tuple[Model, ...] = field(converter=_by_id)
    # What pure functions over this catalogue have already worked out (see `route`); never part of its value.
    memo: dict[object, object] = field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        twice = [a.id for a, b in itertools.pairwise(self.models) if a.id == b.id]
        if twice:
            raise InputError(*(Problem(name, "stands twice in the catalogue; ids must be unique") for name in twice))

    def __contains__(self, model_id: object) -> bool:
        return model_id in self.by_id

    def __getitem__(self, model_id: str) -> Model:
        return self.by_id[model_id]

    def __len__(self) -> int:
        return len(self.models)

    @cached_property
    def by_id(self) -> Mapping[str, Model]:
        """Models by id."""
        return {model.id: model for model in self.models}

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that two catalogues share exactly when their rows are equal (see `ids.fingerprint`)."""
        return fingerprint(*map(_text, self.models))

    def only(self, providers: Iterable[str]) -> "Catalog":
        """The same models with the offers of these providers alone. A model left without offers stays, unroutable."""
        usable = frozenset(providers)
        kept = tuple(_only(model, usable) for model in self.models)
        return self if kept == self.models else Catalog(kept)

    def merged(self, rows: Iterable[Model]) -> "Catalog":
        """This catalogue with `rows` added; a row with a known id replaces the model that had it."""
        return Catalog({**self.by_id, **{row.id: row for row in rows}}.values())
