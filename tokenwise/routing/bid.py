"""A request's needs, and what one model at one provider would have to be paid for it at most.

This is where `max_output_tokens` is decided: the number that is priced here is the number that is sent. Which model
to ask is `route`'s decision.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import field, frozen
from attrs.validators import ge

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise.catalog.models import Model, Offer
from tokenwise.catalog.prices import FREE, NOTHING_WRITTEN, Price, Writes
from tokenwise.catalog.service_tiers import price_at
from tokenwise.catalog.tool_fees import Hosted, fee_of
from tokenwise.ids import real
from tokenwise.money import Nanodollars
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount

__all__ = [
    "EVERYTHING_WRITTEN",
    "Bid",
    "Counted",
    "Horizon",
    "Known",
    "Need",
    "bound_known",
    "cap",
    "fees_of",
    "has_paused",
    "input_bound",
    "likely_input",
    "longest_bid",
    "make_bid",
    "most_fees",
    "seat",
    "warm_at",
    "writes_of",
]

_NO_FEE: Final = Nanodollars(0)
_NO_GUESS: Final = Capability(0)

EVERYTHING_WRITTEN: Final = Writes(hour=2**40)
"""Writes where nothing says how much of the input comes before the last mark: more than any window."""


@frozen
class Counted:
    """An exact count of a request's words: so many tokens fewer than the bound, for a model whose tokenizer is known.

    `model` stands for itself and its variants: "openai/gpt-5" for "openai/gpt-5-mini", not for "openai/gpt-5.1".
    """

    model: str
    saves: int = field(validator=ge(0))


@frozen
class Known:
    """A tighter bound of the whole input at one seller's model, which has counted most of it: at most so many `tokens`.

    `attachments` are those that it has not counted, which are in `tokens` as they usually count. `warm` of the tokens
    are probably in its prompt cache now: whoever keeps this value drops what has expired. What is `fading` will
    probably be gone before the next turn, unless this one is answered there. `paused` where the conversation had once
    paused for so long, before this count, that nothing of it was warm any more.
    """

    provider: str
    model: str
    tokens: int = field(validator=ge(0))
    attachments: Attachments = NOTHING_ATTACHED
    warm: int = field(default=0, validator=ge(0))
    fading: bool = False
    paused: bool = False


def has_paused(known: Sequence[Known]) -> bool:
    """Whether a conversation of which so much is known has paused until nothing of it was warm, now or before."""
    return any(each.paused for each in known) or bool(known and not any(each.warm for each in known))


@frozen
class Horizon:
    """Later requests that will probably send all of this one again: how many, and each how much longer, in tokens."""

    turns: int = field(validator=ge(1))
    added_tokens: int = field(validator=ge(0))


@frozen
class Need:
    """What one request requires of a model.

    `capabilities` are stated and must be had; `likely` are guessed from the words, so they order the models that could
    do it and exclude none.

    `max_output_tokens` is the caller's wish, before any clamp, and 0 only for embeddings; `output_tokens` is how many
    are expected; both are for one of the `choices` that are asked for. `model` pins the request to one catalogue id.
    Token counts are of the whole conversation; `attachments` are in `input` as they usually count. `unpriced` names
    what a provider would bill by a price that the catalogue does not have: only a free model may then be asked.
    `surcharge` is a fee per call beside the tokens, at most, which a free model does not have. `counted` are tighter
    bounds of the input for models whose tokenizer is known, `known` for sellers that have counted its beginning.
    `open_ended` says that nobody asked for that length, `streamed` that somebody reads along. `writes` are what the
    request marks for a cache. `tier` is a dearer tier of service that it asks for, "" for none. `hosted` are tools that
    the provider runs, each call for a fee. `horizon` is what comes after it, where something will.
    """

    capabilities: Capability
    input: TokenCount
    max_output_tokens: int
    output_tokens: int
    difficulty: float = field(default=0.5, converter=real)
    features: Feature = Feature.NONE
    model: str = ""
    choices: int = 1
    attachments: Attachments = NOTHING_ATTACHED
    unpriced: str = ""
    surcharge: Nanodollars = _NO_FEE
    counted: tuple[Counted, ...] = ()
    likely: Capability = _NO_GUESS
    open_ended: bool = False
    writes: Writes = NOTHING_WRITTEN
    known: tuple[Known, ...] = ()
    streamed: bool = False
    tier: str = ""
    hosted: tuple[Hosted, ...] = ()
    horizon: Horizon | None = None

    @property
    def work(self) -> int:
        """What is stated and what is guessed, as the number of the flags."""
        return self.capabilities._value_ | self.likely._value_

    @property
    def wanted(self) -> Capability:
        """What is stated and what is guessed."""
        return self.capabilities | self.likely

    def __attrs_post_init__(self) -> None:
        # One look in place of a validator a field: a need is made for every request.
        if self.max_output_tokens < 0 or self.output_tokens < 0 or self.choices < 1:
            raise ValueError("expected max_output_tokens and output_tokens from 0, and choices from 1")
        if not self.max_output_tokens and not self.features & Feature.EMBEDDINGS:
            raise ValueError("max_output_tokens is 0; only embeddings have no output")


@frozen
class Bid:
    """A call that could be made: `amount` is its worst case and must be held before it is.

    `max_output_tokens` is the cap that is sent, and holds for each of the choices that the request asks for.
    `surcharge` is the part of the amount that no usage tells of, so it is charged in full. `choices` are how many
    answers of that length it pays for.
    """

    model: str
    provider: str
    native_id: str
    input_tokens: int
    max_output_tokens: int
    amount: Nanodollars
    surcharge: Nanodollars = _NO_FEE
    choices: int = 1


def cap(model: Model, need: Need) -> int:
    """The output cap this model allows: the wish, the model's limit and the window's rest, whichever is least.

    The window is measured with the expected input: measured with the bound, four English pages in five would be turned
    away from windows they fit in. Where the expectation fails, the provider answers CONTEXT_TOO_LONG and bills nothing.
    Embeddings have no output, and each of their inputs a window of its own.
    """
    if not need.max_output_tokens:
        return 0
    return min(need.max_output_tokens, model.max_output_tokens, model.context_tokens - need.input.expected)


def make_bid(model: Model, offer: Offer, need: Need, *, output_tokens: int) -> Bid:
    """The bid for exactly this output cap. The offer's price must be known; `route` sees to that.

    Input is billed once however many choices there are, output for each: 3 choices of 100 tokens are 300.
    """
    price = _price(model, offer, need)
    tokens, writes = input_bound(model, need, offer.provider), writes_of(model, need)
    amount = price.worst(input_tokens=tokens, output_tokens=output_tokens * need.choices, writes=writes)
    fee = _surcharge(model, offer, need) if need.surcharge or need.hosted else _NO_FEE
    held = Nanodollars(amount + fee)
    return Bid(
        model=model.id,
        provider=offer.provider,
        native_id=offer.native_id,
        input_tokens=tokens,
        max_output_tokens=output_tokens,
        amount=held,
        surcharge=fee,
        choices=need.choices,
    )


def longest_bid(model: Model, offer: Offer, need: Need, available: Nanodollars) -> Bid | None:
    """The bid with the longest output cap that `available` pays, up to `cap`; None if not even the input fits."""
    price = _price(model, offer, need)
    left = Nanodollars(available - _surcharge(model, offer, need))
    tokens, writes = input_bound(model, need, offer.provider), writes_of(model, need)
    affordable = price.affordable_output(left, input_tokens=tokens, writes=writes)
    if affordable < 0:
        return None
    return make_bid(model, offer, need, output_tokens=min(cap(model, need), affordable // need.choices))


def _price(model: Model, offer: Offer, need: Need) -> Price:
    """The offer's price at the tier that is asked for; that there is one, `shortlist.obstacle` sees to."""
    assert isinstance(offer.price, Price)
    if not need.tier:  # nearly always
        return offer.price
    return price_at(offer.price, need.tier, model=model.id, provider=offer.provider) or offer.price


def writes_of(model: Model, need: Need) -> Writes:
    """What of the input this model may bill as written to a cache, at most."""
    if model.writes_unasked:
        return EVERYTHING_WRITTEN
    if need.writes is NOTHING_WRITTEN or not model.template_tokens:  # nearly always
        return need.writes
    # A template says more, and may say it before any mark.
    hour, minutes = need.writes.hour, need.writes.minutes
    return Writes(hour + model.template_tokens if hour else 0, minutes + model.template_tokens if minutes else 0)


def _surcharge(model: Model, offer: Offer, need: Need) -> Nanodollars:
    if offer.price == FREE:
        return _NO_FEE
    if not need.hosted:
        return need.surcharge
    return Nanodollars(need.surcharge + most_fees(need.hosted, model=model.id, provider=offer.provider))


def most_fees(hosted: Sequence[Hosted], *, model: str, provider: str) -> Nanodollars:
    """What the calls of these tools cost at most: as often as they may be, each time the dearest of them.

    >>> most_fees([Hosted(("web_search", "file_search"), 5)], model="openai/gpt-5.4", provider="openai")
    50000000
    """
    dearest = (
        max(fee_of(kind, model=model, provider=provider) or 0 for kind in one.kinds) * one.most for one in hosted
    )
    return Nanodollars(sum(dearest))


def fees_of(calls: Iterable[tuple[str, int]], *, model: str, provider: str) -> Nanodollars:
    """What so many calls of each kind of tool cost."""
    return Nanodollars(sum(times * (fee_of(kind, model=model, provider=provider) or 0) for kind, times in calls))


def input_bound(model: Model, need: Need, provider: str = "") -> int:
    """At most so many input tokens are billed: the need's bound, less what a count saves, and the model's template.

    Less where this provider has counted most of it.
    """
    bound = need.input.bound - _saved(model, need) if need.counted else need.input.bound
    if model.template_tokens and need.max_output_tokens:  # what is embedded goes through no template of a chat
        bound += model.template_tokens
    if need.attachments is not NOTHING_ATTACHED:
        bound += need.attachments.beyond_usual(model.id, window_tokens=model.context_tokens)
    if need.known and (known := bound_known(model, provider, need)) is not None:
        return min(bound, known)
    return bound


def bound_known(model: Model, provider: str, need: Need) -> int | None:
    """The bound of the input that rests on this seller's own count; None where it has counted nothing of it."""
    known = _known_at(model, provider, need)
    if known is None:
        return None
    return known.tokens + known.attachments.beyond_usual(model.id, window_tokens=model.context_tokens)


def warm_at(model: Model, provider: str, need: Need, *, fading: bool = False) -> int:
    """How many of the expected input tokens this seller's model probably has in its prompt cache, or which fade."""
    known = _known_at(model, provider, need)
    return min(known.warm, need.input.expected) if known and (known.fading or not fading) else 0


def _known_at(model: Model, provider: str, need: Need) -> Known | None:
    if not need.known:  # nearly always
        return None
    here = (known for known in need.known if (known.provider, known.model) == (provider, model.id))
    return next(here, None)


def likely_input(model: Model, offer: Offer, need: Need) -> int:
    """What the expected input costs at this seller, in token-nanos: read from its cache, written to it, or neither.

    Of what is not warm, as much is written as the request marks, at the price of the mark's lifetime.
    """
    assert isinstance(offer.price, Price)
    rate, read = offer.price.rate_at(need.input.expected), warm_at(model, offer.provider, need)
    fresh = need.input.expected - read
    hour = min(fresh, need.writes.hour)
    minutes = min(fresh - hour, need.writes.minutes)
    return (
        read * min(rate.cache_read, rate.input)
        + hour * rate.cache_write
        + minutes * rate.cache_write_5m
        + (fresh - hour - minutes) * rate.input
    )


def seat(model: Model, need: Need) -> Offer:
    """The seller to ask first: the preferred one, or one whose warm cache makes the expected input cheaper."""
    first = model.offers[0]
    if not need.known:  # nearly always
        return first
    warm = [offer for offer in model.offers[1:] if warm_at(model, offer.provider, need)]
    priced = [offer for offer in warm if isinstance(offer.price, Price)]
    if not priced:
        return first
    return min((first, *priced), key=lambda offer: likely_input(model, offer, need))


def _saved(model: Model, need: Need) -> int:
    """The most that a count saves this model; the hyphen tells a variant from a successor."""
    name = f"{model.id}-"
    return max((one.saves for one in need.counted if name.startswith(f"{one.model}-")), default=0)
