"""Models as the rest of the core sees them: what they can do, and where they are sold at which price.

A catalogue is sorted by model id when it is built, so no decision can depend on the order in which its rows were found.
"""

import functools
import itertools
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import TypeVar, cast

from attrs import define, evolve, field, frozen

from tokenwise.catalog.prices import Price, Rate, Unknown, writes_unasked
from tokenwise.errors import InputError, Problem
from tokenwise.ids import fingerprint
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier

__all__ = ["Catalog", "Model", "Offer", "Rating", "WorkedOut"]

T = TypeVar("T")


@frozen
class Offer:
    """One provider's sale of a model: its name there, its price, and where and from when that price is known."""

    provider: str
    native_id: str
    price: Price | Unknown
    source: str = "unstated"
    valid_from: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.provider or not self.native_id:
            raise ValueError(f"{self!r}: expected a provider, and a name there")


@frozen
class Rating:
    """How good a model is at one kind of work: points on the scale of `Model.quality`, and how far they may be off.

    `margin` is half the width of the interval in which 95 of 100 such ratings hold.
    """

    work: Capability
    points: int
    margin: int = 0

    def __attrs_post_init__(self) -> None:
        if self.points < 1 or self.margin < 0:
            raise ValueError(f"{self!r}: expected points from 1, and a margin from 0")


@frozen
class Model:
    """One model: what it can do and how much fits. `offers` stand in order of preference, a direct key first.

    `quality` is a prior on a common scale (an Arena-like rating, higher is better) used to order models of one tier; 0
    means not rated. It may be off by its `margin`, and `ratings` are those for kinds of work that are rated apart.
    `context_tokens` bounds input and output together; `max_input_tokens` the input alone. `trade` is
    what it is made for where that is not conversation, and `gratis` says that a host gives it away: neither is chosen
    unless it is asked for. Nor is one that is `named_only`: old, for some customers, or known by little more than its
    price. `template_tokens` are what its own chat template adds to every conversation beyond the
    usual frames (a system prompt of its own, say), at most; they are input that is paid for.
    """

    id: str
    tier: Tier
    capabilities: Capability
    context_tokens: int
    max_output_tokens: int
    offers: tuple[Offer, ...]
    features: Feature = Feature.NONE
    quality: int = 0
    max_input_tokens: int = 0
    trade: str = ""
    gratis: bool = False
    template_tokens: int = 0
    named_only: bool = False
    margin: int = 0
    ratings: tuple[Rating, ...] = ()

    # One check in place of a validator per field: every command makes hundreds.
    def __attrs_post_init__(self) -> None:
        sizes = self.max_output_tokens, self.max_input_tokens, self.template_tokens, self.quality, self.margin
        if not self.id or self.context_tokens < 1 or min(sizes) < 0:
            raise ValueError(f"{self!r}: expected a name, a window from 1 token, and nothing negative")
        if not self.max_input_tokens:
            object.__setattr__(self, "max_input_tokens", self.context_tokens)

    def rating_for(self, work: int) -> tuple[int, int]:
        """Points and margin for these kinds of work, as the number of the flags: of several, where it is weakest."""
        if not self._rated_apart & work:  # nearly always
            return self.quality, self.margin
        # By numbers, since an operation on flags makes a new flag.
        apart = [(rating.points, rating.margin) for rating in self.ratings if rating.work._value_ & work]
        return min(apart, default=(self.quality, self.margin))

    @cached_property
    def _rated_apart(self) -> int:
        """The kinds of work that have ratings of their own, as the number of the flags."""
        return functools.reduce(operator.or_, [rating.work._value_ for rating in self.ratings], 0)

    @cached_property
    def price(self) -> Price | Unknown:
        """The price of the preferred offer; Unknown where nobody that can be reached sells it."""
        return self.offers[0].price if self.offers else Unknown("no provider can be reached")

    @cached_property
    def writes_unasked(self) -> bool:
        """Whether it may bill a write to a cache that no request asked for, dearer than what is written to none."""
        prices = (offer.price for offer in self.offers if isinstance(offer.price, Price))
        return writes_unasked(self.id) and any(r.cache_write > r.unwritten for price in prices for r in price.rates)

    def list_input(self, rate: Rate) -> NanoPerMtok:
        """What an input token costs by this rate where the request asks for no cache."""
        return max(rate.unwritten, rate.cache_write) if self.writes_unasked else rate.unwritten

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
    # Each only where it is set, so that a catalogue without keeps the fingerprint that ledgers know it by.
    asked_for = (model.trade, model.gratis, *((True,) if model.named_only else ()))
    room: tuple[int, ...] = (model.context_tokens, model.max_input_tokens, model.max_output_tokens)
    room += (model.template_tokens,) if model.template_tokens else ()
    rated = [(each.work.value, each.points, each.margin) for each in model.ratings]
    apart = ((model.margin, rated),) if model.margin or rated else ()
    return repr((model.id, abilities, asked_for, room, [_offer_row(offer) for offer in model.offers], *apart))


def _offer_row(offer: Offer) -> tuple[object, ...]:
    price = offer.price
    terms = [_rate_row(rate) for rate in price.rates] if isinstance(price, Price) else price.reason
    row = offer.provider, offer.native_id, offer.source, offer.valid_from, terms
    # As with a short write's price below.
    return (*row, price.per_request) if isinstance(price, Price) and price.per_request else row


def _rate_row(rate: Rate) -> tuple[int, ...]:
    row = rate.above_input_tokens, rate.input, rate.output, rate.cache_read, rate.cache_write
    # Only where it differs, so that a catalogue without such prices keeps the fingerprint that ledgers know it by.
    return row if rate.cache_write_5m == rate.cache_write else (*row, rate.cache_write_5m)


def _only(model: Model, providers: frozenset[str]) -> Model:
    offers = tuple(offer for offer in model.offers if offer.provider in providers)
    return model if len(offers) == len(model.offers) else evolve(model, offers=offers)


@define(eq=False)
class WorkedOut:
    """Conclusions that cost more than they weigh, kept because equal questions have equal answers.

    With `spans` the only place in the core that is written after it was made. Only a clock can tell whether an
    answer was kept.
    """

    most: int = 1024
    _kept: dict[Hashable, object] = field(factory=dict)

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, question: Hashable, answer: Callable[[], T]) -> T:
        """The answer to this question: as it was kept, or worked out now. Beyond `most`, a quarter is forgotten.

        A question must always be asked with the same function, whose result nobody changes.
        """
        try:
            return cast("T", self._kept[question])
        except KeyError:
            known = self._kept[question] = answer()
        if len(self._kept) > self.most:
            # One at a time would take two microseconds each, since a dict looks for its first over all that are gone.
            for oldest in list(self._kept)[: 1 + self.most // 4]:
                self._kept.pop(oldest, None)
        return known


@frozen
class Catalog:
    """All models known to a run, sorted by id. Two catalogues with the same rows are equal and decide equally."""

    models: tuple[Model, ...] = field(converter=_by_id, repr=lambda models: f"<{len(models)} models>")
    worked_out: WorkedOut = field(factory=WorkedOut, init=False, eq=False, repr=False)
    """What pure functions have concluded from these rows; never part of the value."""

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
