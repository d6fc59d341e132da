"""Which model gets one request: first every constraint, then what it is worth, then the first that fits the money.

    constraints   reachable, price known, capabilities, features, window      never bent
    preference    what the words seem to need, then the worth of an answer (`routing.ranking`)
    fit           the first in that order whose worst case is within the money left

Because money only decides how far down a fixed order one has to look, more money never gives a less preferred model.
With `best_effort`, a request that fits nowhere in full goes to the model with the longest cap the money allows. Where
nobody stated a length, a model that thinks may be given two or four times the usual cap, as a plan's step may.

Under `cascade` a cheaper model may be asked first, where `routing.cascade` expects that to pay.

The common case never looks at every model: `ranking.favourite` knows the head of the order.
"""

import enum
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from attrs import evolve, fields, frozen, has

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import FREE, Price
from tokenwise.money import Nanodollars, format_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Bid, Need, cap, longest_bid, make_bid, seat
from tokenwise.routing.ranking import candidates, favourite, first_within
from tokenwise.routing.shortlist import able, least_output, obstacle, sells_at, unpriced_tool

if TYPE_CHECKING:  # only a cascade loads what forecasts one
    from tokenwise.routing.cascade import Forecast

__all__ = ["Refusal", "Refused", "Routed", "decision_id", "passed_over", "route"]


@frozen
class Routed:
    """The chosen model, and the call to make. Under `cascade`, a `forecast` of cheap answers first, taken or declined.

    Where it is taken, `model` and `bid` are the first that is asked, and `strong` is the bid that is kept for the end.
    """

    model: Model
    bid: Bid
    forecast: "Forecast | None" = None
    strong: Bid | None = None


class Refusal(enum.Enum):
    """Why nothing was chosen."""

    BUDGET = "budget_exceeded"
    NO_CAPABLE_MODEL = "no_capable_model"
    NO_PROVIDER = "no_provider"
    UNPRICED = "unpriced"


@frozen
class Refused:
    """Nothing fits. `needed` is the least that would have done; it equals `available` where money is not the reason.

    `detail` is what no price covers, or what nobody lists, where that is the reason; `tokens` is how much output the
    money pays, where money is.
    """

    code: Refusal
    needed: Nanodollars
    available: Nanodollars
    detail: str = ""
    tokens: int = 0

    @property
    def message(self) -> str:
        """The refusal as a sentence."""
        match self.code:
            case Refusal.BUDGET:
                return (
                    f"the cheapest capable model may cost {format_usd(self.needed)}, "
                    f"and {format_usd(self.available)} is available"
                )
            case Refusal.NO_CAPABLE_MODEL:
                return f"no model that can be reached {self.detail}"
            case Refusal.NO_PROVIDER:
                return f"{self.detail} out of reach: there is no key for a provider that sells it"
            case Refusal.UNPRICED if not self.detail:
                return "no model that could do it has a known price, so no budget could be kept"
            case Refusal.UNPRICED:
                return f"no price in the catalogue covers {self.detail}, so no budget could be kept"


def route(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> Routed | Refused:
    """Choose a model for one request, to be paid at most `available`.

    A pinned `need.model` is the only candidate, and as bound by money as any other.
    """
    if policy.strategy is Strategy.CASCADE:
        return _cascading(need, catalog, policy, available, best_effort=best_effort)
    return _straight(need, catalog, policy, available, best_effort=best_effort)


def _cascading(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool
) -> Routed | Refused:
    """The cheap model that is asked first, where that is expected to pay; else the one that is gone straight to."""
    from tokenwise.routing.cascade import foresee
    from tokenwise.routing.fitting import bid_of

    strong = catalog.by_id.get(policy.cascade.strong)
    named = strong and not need.model and obstacle(strong, need, policy) is None
    stated = _affordable((strong, cap(strong, need)), need, available) if strong and named else None
    straight = stated or _straight(need, catalog, policy, available, best_effort=best_effort)
    if isinstance(straight, Refused):
        return straight
    forecast = foresee(need, catalog, policy, straight.bid, available)
    first = bid_of(catalog[forecast.first], need, policy) if forecast.pays else None
    if first is None:
        return evolve(straight, forecast=forecast)
    return Routed(catalog[first.model], first, forecast, strong=straight.bid)


def _straight(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool
) -> Routed | Refused:
    first = favourite(need, catalog, policy)
    if first and (routed := _affordable(first, need, available)):
        return routed
    within = first_within(need, catalog, policy, available) if first else None
    if within and (routed := _affordable(within, need, available)):
        return routed
    models = candidates(need, catalog, policy)
    if best_effort and (routed := _shortened(models, need, policy, available)):
        return routed
    length = least_output(need, policy) if best_effort else need.max_output_tokens
    return _refused(models, need, catalog, available, length=length)


def decision_id(
    need: Need, catalog: Catalog, policy: Policy, available: Nanodollars, *, best_effort: bool = False
) -> str:
    """A name for this very decision: equal inputs give equal ids, on every machine and every Python.

    Sixteen hex digits of SHA-256 over all that was decided from, in ASCII as Python writes a tuple: every field of the
    need in its order (flags as numbers, token counts, attachments and writes field by field), the fingerprints of
    catalogue and policy, the money, and whether a shorter answer would do.
    """
    shared = (*_shared_of(need), catalog.fingerprint, policy.fingerprint, available, best_effort)
    return sha256(f"{ascii(_own_of(need))[:-1]}, {_in_ascii(shared)[1:]}".encode()).hexdigest()[:16]


@lru_cache(maxsize=512)
def _in_ascii(shared: tuple[object, ...]) -> str:
    """What many requests share, as Python writes it. Each value has one type, so those that are equal read the same."""
    return ascii(shared)


def _paths(kind: type, before: str = "") -> Iterator[str]:
    """The names under which all the plain values of a class are found, those of its parts too."""
    for spec in fields(kind):
        name, part = f"{before}{spec.name}", spec.type
        if isinstance(part, type) and issubclass(part, enum.Flag):
            yield f"{name}._value_"
        elif isinstance(part, type) and has(part):
            yield from _paths(part, f"{name}.")
        else:
            yield name


# One call and no line of Python for each of some thirty values: every request waits for it. The first six are each
# request's own (abilities, input, output, difficulty), the others those of a kind of request.
_own_of: Final[Callable[[Need], tuple[object, ...]]] = attrgetter(*tuple(_paths(Need))[:6])
_shared_of: Final[Callable[[Need], tuple[object, ...]]] = attrgetter(*tuple(_paths(Need))[6:])


# --- fit -------------------------------------------------------------------------------------------------------------


def _affordable(first: tuple[Model, int], need: Need, available: Nanodollars) -> Routed | None:
    model, room = first
    offered = make_bid(model, seat(model, need), need, output_tokens=room)
    return Routed(model, offered) if offered.amount <= available else None


def _shortened(able: Sequence[Model], need: Need, policy: Policy, available: Nanodollars) -> Routed | None:
    """The candidate that can say most for the money, if that is still worth having; the preferred one on a tie."""
    shorter = ((model, longest_bid(model, seat(model, need), need, available)) for model in able)
    bids = [Routed(model, bid) for model, bid in shorter if bid and bid.max_output_tokens >= least_output(need, policy)]
    return max(bids, key=lambda routed: routed.bid.max_output_tokens, default=None)


def _refused(able: Sequence[Model], need: Need, catalog: Catalog, available: Nanodollars, *, length: int) -> Refused:
    if able:
        caps = ((model, min(length, cap(model, need))) for model in able)
        least = min(make_bid(model, seat(model, need), need, output_tokens=most).amount for model, most in caps)
        paid = (longest_bid(model, seat(model, need), need, available) for model in able)
        return Refused(
            Refusal.BUDGET, least, available, tokens=max([bid.max_output_tokens for bid in paid if bid] or [0])
        )
    code, detail = _why_nobody(need, catalog)
    return Refused(code, available, available, detail)


def _why_nobody(need: Need, catalog: Catalog) -> tuple[Refusal, str]:
    """Which constraint leaves nobody, told of the models that can be reached: a key is missing only where none can."""
    named = [model for model in catalog.models if need.model in ("", model.id)]
    sold = [model for model in named if model.offers]
    if named and not sold:
        return Refusal.NO_PROVIDER, f"{need.model} is" if need.model else "every model is"
    able = [model for model in sold if not need.capabilities & ~model.capabilities]
    if not able:
        unreached = sum(not model.offers and not need.capabilities & ~model.capabilities for model in named)
        besides = f"; of the others, for which there is no key, {unreached} would" if unreached else ""
        return Refusal.NO_CAPABLE_MODEL, f"lists {', '.join(need.capabilities.names)}{besides}"
    fit = [model for model in able if not need.features & ~model.features]
    if not fit:
        return Refusal.NO_CAPABLE_MODEL, f"carries {', '.join(need.features.names)}{_besides(need)}"
    priced = [model for model in fit if isinstance(model.price, Price)]
    if not priced:
        return Refusal.UNPRICED, ""
    if need.unpriced and not any(all(offer.price == FREE for offer in model.offers) for model in priced):
        return Refusal.UNPRICED, need.unpriced
    if need.tier and not any(sells_at(model, need.tier) for model in priced):
        return Refusal.UNPRICED, f"service_tier (no price is published for the tier {need.tier!r})"
    if need.hosted and all(tools := [unpriced_tool(model, need) for model in priced]):
        return Refusal.UNPRICED, f"tools (no fee for each call of {tools[0]!r} is published by who sells the model)"
    return Refusal.NO_CAPABLE_MODEL, f"has room for about {need.input.expected} tokens and an answer"


def _besides(need: Need) -> str:
    return f" and lists {', '.join(need.capabilities.names)}" if need.capabilities else ""


def passed_over(routed: Routed, need: Need, catalog: Catalog, policy: Policy) -> str:
    """What the words seem to need and the chosen model does not list, with the reason; "" for nothing."""
    lacks = need.likely & ~routed.model.capabilities
    if not lacks:
        return ""
    kinds = ", ".join(lacks.names)
    if any(not need.likely & ~model.capabilities for model in able(need, catalog, policy)):
        return f"the words seem to need {kinds}, and no model that lists it fits the money"
    return f"the words seem to need {kinds}, and no model that can be reached and has room lists it"
