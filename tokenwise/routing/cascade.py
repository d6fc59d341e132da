"""Cheap answers first, a dear one only where they are not accepted: whether that pays, forecast before it starts.

    first     a budget model answers
    accepted  where a check of the step's passes, or a second cheap answer agrees with the first
    else      the model climbs to which the request would have gone straight

    expected  first + second + (1 - accept rate) x (strong + accept rate x its prompt cache), against strong alone
    worst     first + second + strong, which must all fit the money before the first is asked

A strong model that is not asked loses what it has in its prompt cache, which whoever climbs next has read anew: of a
row of requests, accept rate x (1 - accept rate) stand where a climb follows an answer that was accepted.

How often cheap answers are accepted is the policy's forecast (`Cascading.accept_rate`), not a promise; whether two
agree is observed by whoever drives the machine. Where a cascade does not pay, the decision says so and goes straight
up.
"""

from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.money import Nanodollars, format_usd
from tokenwise.policy import Policy, Streams
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.shortlist import able, obstacle
from tokenwise.routing.worth import expected_cost, likely_cost, likely_output, quality, strength, thinks
from tokenwise.traits import Capability, Feature

__all__ = ["Cascade", "Forecast", "foresee"]

_NOTHING: Final = Nanodollars(0)
_INCOMPARABLE: Final = Feature.TOOLS | Feature.CHOICES | Feature.EMBEDDINGS


@frozen
class Cascade:
    """Whom a step asks for a second opinion ("": nobody, a check decides) and whom in the end; what that may cost.

    `room` is the cap in tokens that the last was priced with, 0 for the step's own: a model that thinks needs more.
    """

    second: str
    strong: str
    kept: Nanodollars
    room: int = 0


@frozen
class Forecast:
    """What a cascade is expected to cost against going straight to `strong`. `declined` says why not, "" where it pays.

    `expected` and `straight` are probable costs, `worst` what must be there for all of its calls.
    """

    first: str
    second: str
    strong: str
    accept_rate: float
    expected: Nanodollars
    straight: Nanodollars
    worst: Nanodollars
    declined: str = ""

    @property
    def pays(self) -> bool:
        """Whether it is to be begun."""
        return not self.declined

    def cascade(self, strong: Bid) -> Cascade:
        """The part of it that a run needs, with the bid of the strong model."""
        return Cascade(self.second, self.strong, strong.amount, strong.max_output_tokens)


def foresee(
    need: Need, catalog: Catalog, policy: Policy, strong: Bid, available: Nanodollars, *, checked: bool = False
) -> Forecast:
    """Whether cheap answers first pay for this request, which would otherwise go to the model of `strong`.

    `checked` where the step declares a check, which accepts an answer by itself.

    A rate of 0.7 with cheap answers at a tenth of the cost each is expected to take 0.1 + 0.1 + 0.3 = half of it.
    """
    top, rate = catalog[strong.model], _rate(need, policy, checked=checked)
    straight = expected_cost(top, need, room=strong.max_output_tokens)
    if reason := _obstacle(need, policy):
        return Forecast("", "", top.id, rate, straight, straight, strong.amount, reason)
    first, second = _pair(need, catalog, policy, top)
    cheap = (first,) if checked or policy.cascade.agree == 1 else (first, second)
    bids = [bid_of(model, need, policy) if model else None for model in cheap]
    made = [bid for bid in bids if bid]
    if len(made) < len(cheap):
        few = "no weaker model can answer it" if first is None else "no other weaker model can give a second opinion"
        return Forecast(first.id if first else "", "", top.id, rate, straight, straight, strong.amount, few)
    cheaply = sum(expected_cost(catalog[bid.model], need, room=bid.max_output_tokens) for bid in made)
    lost = rate * (expected_cost(top, _cold(need, top), room=strong.max_output_tokens) - straight)
    expected = Nanodollars(cheaply + round((1.0 - rate) * (straight + lost)))
    worst = Nanodollars(sum(bid.amount for bid in (*made, strong)))
    return Forecast(
        first=made[0].model,
        second=made[1].model if len(made) > 1 else "",
        strong=top.id,
        accept_rate=rate,
        expected=expected,
        straight=straight,
        worst=worst,
        declined=_why_not(expected, straight, worst, available, policy.cascade.least_saving),
    )


def _cold(need: Need, model: Model) -> Need:
    """The same request once nobody has any of it in this model's prompt cache."""
    return evolve(need, known=tuple(one for one in need.known if one.model != model.id)) if need.known else need


def _rate(need: Need, policy: Policy, *, checked: bool) -> float:
    rates = policy.cascade.accept_rate
    return rates.check if checked else rates.of(need.wanted or Capability.GENERAL)


def _obstacle(need: Need, policy: Policy) -> str:
    """What in the request itself keeps cheap answers from being tried first, "" for nothing."""
    if need.model:
        return "the request names its model"
    if need.choices > 1 or need.features & _INCOMPARABLE:
        return "answers that call tools, or come several at a time, cannot be compared"
    if need.streamed and policy.cascade.streams is Streams.STRAIGHT:
        return "it is streamed, and cascade.streams is straight"
    return ""


def _why_not(
    expected: Nanodollars, straight: Nanodollars, worst: Nanodollars, available: Nanodollars, least_saving: float
) -> str:
    if worst > available:
        return f"its calls may cost {format_usd(worst)} together, and {format_usd(available)} is available"
    if expected > straight - round(least_saving * straight):
        return f"expected to cost {format_usd(expected)}, and going straight up {format_usd(straight)}"
    return ""


def _pair(need: Need, catalog: Catalog, policy: Policy, strong: Model) -> tuple[Model | None, Model | None]:
    """The models to be asked first and second: those the policy names, else the best for the money.

    A second opinion of the same model is one only if the policy names it, since equal samples say nothing.
    """
    stated = policy.cascade
    cheap = _cheap(need, catalog, policy, strong)
    first = _named(stated.first, need, catalog, policy) or next(iter(cheap), None)
    if first is None:
        return None, None
    if second := _named(stated.second, need, catalog, policy):
        return first, second
    others = [model for model in cheap if model is not first]
    strangers = (model for model in others if _vendor(model) != _vendor(first))
    return first, next(strangers, next(iter(others), None))


def _named(name: str, need: Need, catalog: Catalog, policy: Policy) -> Model | None:
    model = catalog.by_id.get(name)
    return model if model and obstacle(model, need, policy) is None else None


def _cheap(need: Need, catalog: Catalog, policy: Policy, strong: Model) -> list[Model]:
    """The models of the weakest tier below the strong one that can do it, those worth most first."""
    weaker = [model for model in able(need, catalog, policy) if model.tier < strong.tier]
    lowest = min((model.tier for model in weaker), default=strong.tier)

    def worth(model: Model) -> tuple[bool, int, str]:
        cost = likely_cost(model, need, likely_output(need, thinks=thinks(model)))
        good = quality(strength(model, need.work), need.difficulty) * policy.willingness_to_pay * 1_000
        return bool(need.likely & ~model.capabilities), cost - good, model.id

    return sorted((model for model in weaker if model.tier == lowest), key=worth)


def _vendor(model: Model) -> str:
    return model.id.partition("/")[0]
