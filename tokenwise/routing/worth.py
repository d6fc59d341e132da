"""What a model's answer is worth to a request, and what it will probably cost: for requests and plans alike.

    strength   how good a model is           rating and tier, in points of the rating
    quality    how often its answer will do  strength against difficulty, in thousandths of a point; 100 points: always
    cost       what the answer costs         expected input, the answer, and the thoughts of models that think; where
                                             others will follow that send all of it again, the mean of them all
    worth      what a strategy wants         the four of them below, as one whole number: more is better

    cheapest             the least expected cost
    balanced             the deserved tier or the next above it, and there the most quality for the money: a point is
                         worth `willingness_to_pay` dollars; a weaker tier only where money is short
    best_quality         the strongest tier, the best rating, cheapest among ratings that are as good
    budget_constrained   the strongest tier, cheapest in it

The numbers of this module are assumptions, stated with their reasons; docs/routing-quality.md shows what follows.
"""

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from tokenwise.catalog.models import Model
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price, caches_unasked
from tokenwise.money import Nanodollars, round_up
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need, likely_input, seat, warm_at
from tokenwise.traits import Feature, Tier

__all__ = [
    "A_GUESS",
    "as_good",
    "cost_of_half_the_room",
    "counted_quality",
    "expected_cost",
    "lacking",
    "likely_cost",
    "likely_output",
    "merit",
    "never_reached",
    "outlook",
    "quality",
    "rated",
    "strength",
    "thinks",
    "thoughts",
    "tiers_in_order",
    "wanted_room",
    "weight",
    "worth",
]

# A tier is a judgement about the whole model, a rating only about its chats. An unrated model is the weakest of a tier.
_TIER_POINTS: Final = 100
_UNRATED: Final[Mapping[Tier, int]] = {Tier.BUDGET: 1200, Tier.MID: 1390, Tier.FLAGSHIP: 1430}

# A model whose strength is what a request asks for answers every second time, and a hundred points more halve the odds
# against it. So at difficulty 1 the usual models of the tiers (1,400, 1,550 and 1,680 points) give 45, 70 and 85 good
# answers in a hundred, which is what the simulator assumes; at difficulty 0 all give more than 99.
_ASKED_AT_EASIEST: Final = 330
_ASKED_FROM_EASIEST_TO_HARDEST: Final = 1_100
_POINTS_THAT_HALVE: Final = 100

# Tokens of thought before an answer, from trivial to hardest. A model that thinks writes three to five times what it
# says, and our answers are taken to be 100 to 1,500 tokens long.
_LEAST_THOUGHTS: Final = 250
_THOUGHTS_FOR_THE_HARDEST: Final = 3_000

# What comes before the cost of an answer has a price as well, one that no answer reaches: a hundred dollars, in
# token-nanos. So all worth is money, adds up over steps, and in nano-dollars fits the 64 bits of whoever reads a plan.
_BEFORE_COST: Final = 100 * 10**9 * 10**6

A_GUESS: Final = 300_000 * _BEFORE_COST
"""What it costs a step of a plan to pass over what its words seem to need: more than a tier and the room together."""

# More than a tier's ratings can differ.
_TIER_FIRST: Final = 10_000

# What it costs to have half the room that an answer needs: five points in a hundred, or 30 points of rating.
_CRAMPED: Final = 5_000
_CRAMPED_RATING: Final = 30

# What this turn asks for tells so much of what those ahead ask for: one part in four, and the rest is what turns
# usually ask for. A conversation's turns differ more from each other than conversations do, and who takes a hard turn
# for the first of many hard ones changes models with every turn.
_ONE_TURN_TELLS: Final = 4
_USUAL_DIFFICULTY: Final = 0.35
_USUAL_ANSWER: Final = 300

# Of what fades from a cache, one part in so many is read again by who comes back to it: once in four times, agents'
# turns ask for a model within minutes that the turn before did not.
_COMES_BACK_ONCE_IN: Final = 4


def worth(model: Model, need: Need, policy: Policy, *, room: int, rating: int) -> int:
    """What the strategy wants of this model with so much `room` for an answer, in token-nanos (10^-15 dollars).

    It adds up over the steps of a plan. `rating` is the model's own or that of its band; `room` the cap in tokens.
    """
    thinker = thinks(model)
    halvings = lacking(room, wanted_room(need, policy, thinks=thinker))
    cost = outlook(model, need, room)
    return merit(model, need, policy, rating) - halvings * cost_of_half_the_room(need, policy) - cost


def merit(model: Model, need: Need, policy: Policy, rating: int) -> int:
    """The part of the worth that neither the cost nor the room has a say in."""
    match policy.strategy:
        case Strategy.CHEAPEST:
            return 0
        case Strategy.BALANCED | Strategy.CASCADE:
            paid = counted_quality(model, need, policy) * policy.willingness_to_pay * 1_000
            return paid + _coming_back(model, need, policy) - _misfit(model, need, policy) * _BEFORE_COST
        case Strategy.BEST_QUALITY:
            return (_TIER_FIRST * model.tier + rating) * weight(need) * _BEFORE_COST
        case Strategy.BUDGET_CONSTRAINED:
            return _TIER_FIRST * model.tier * weight(need) * _BEFORE_COST


def tiers_in_order(need: Need, policy: Policy) -> tuple[tuple[Tier, ...], ...]:
    """Groups of tiers: with equal room, any model of one group has more merit than any model of a later one."""
    match policy.strategy:
        case Strategy.CHEAPEST:
            return _ALL_ALIKE
        case Strategy.BALANCED | Strategy.CASCADE:
            return _FROM_DESERVED[policy.tier_for(need.difficulty)]
        case Strategy.BEST_QUALITY | Strategy.BUDGET_CONSTRAINED:
            return _STRONGEST_FIRST


_ALL_ALIKE: Final = (tuple(Tier),)
_STRONGEST_FIRST: Final = tuple((tier,) for tier in reversed(Tier))
_FROM_DESERVED: Final = (
    (tuple(Tier),),
    ((Tier.MID, Tier.FLAGSHIP), (Tier.BUDGET,)),
    ((Tier.FLAGSHIP,), (Tier.BUDGET, Tier.MID)),
)


def never_reached(cost: int, policy: Policy) -> bool:
    """Whether a cost (token-nanos) stays below all that comes before cost, as that of any sensible request does."""
    return cost + 100_000 * policy.willingness_to_pay * 1_000 < _BEFORE_COST


def cost_of_half_the_room(need: Need, policy: Policy) -> int:
    """What the worth loses each time that the room for what is likely must be halved."""
    if policy.strategy is Strategy.CHEAPEST or policy.strategy.by_difficulty:
        return _CRAMPED * _BEFORE_COST
    return _CRAMPED_RATING * weight(need) * _BEFORE_COST


def _misfit(model: Model, need: Need, policy: Policy) -> int:
    """How far below the tier that the difficulty deserves, in thousandths of a point; 0 from there on."""
    deserved = policy.tier_for(need.difficulty)
    if model.tier >= deserved:
        return 0
    least = quality(_UNRATED[deserved] + _TIER_POINTS * deserved, need.difficulty)
    return max(1, least - quality(strength(model, need.work), need.difficulty))


def counted_quality(model: Model, need: Need, policy: Policy) -> int:
    """The quality that BALANCED pays for, in thousandths of a point.

    An upgrade may be bought to the tier above the deserved one; no difficulty is misjudged by two. So a model beyond it
    is worth no more than anybody of the deserved tier, and taken where it costs less than those. Only who has answered
    this conversation is paid for all that it is: it has been deserved before.
    """
    points, deserved = strength(model, need.work), policy.tier_for(need.difficulty)
    if model.tier > deserved + 1 and not _has_answered(model, need):
        points = min(points, _UNRATED[deserved] + _TIER_POINTS * deserved)
    return quality(points, need.difficulty)


def _has_answered(model: Model, need: Need) -> bool:
    """Whether it has a warm cache of this conversation; or had one, where the conversation will go on."""
    return any(known.model == model.id for known in need.known if known.warm or need.horizon)


def _coming_back(model: Model, need: Need, policy: Policy) -> int:
    """What reading this conversation is worth to a model that will read it anyhow, for each of the turns ahead.

    Who has answered here, and is stronger than this turn deserves, was needed for harder ones and will be again. While
    it is warm, it will read whatever it does not yet know, now or then, so that speaks against nobody. What is fading
    would have to be read anew, so whoever asks it in time saves that, as often as somebody comes back. After a pause
    nothing is warm: then it may as well answer now, and nobody else has to read all of it.
    """
    ahead = need.horizon
    if ahead is None or model.tier <= policy.tier_for(need.difficulty) or not _has_answered(model, need):
        return 0
    offer = seat(model, need)
    assert isinstance(offer.price, Price)
    rate, warm = offer.price.rate_at(need.input.expected), warm_at(model, offer.provider, need)
    if warm:
        fading = warm_at(model, offer.provider, need, fading=True)
        unread = need.input.expected - warm + ahead.turns * ahead.added_tokens
        saved = fading * max(0, rate.input - rate.cache_read) // _COMES_BACK_ONCE_IN
        return unread * rate.input // (ahead.turns + 1) + saved
    if any(known.warm for known in need.known):
        return 0
    return need.input.expected * rate.input // (ahead.turns + 1)


def lacking(room: int, wanted: int) -> int:
    """How often `room` must be doubled until it is as much as `wanted`; both in tokens.

    >>> [lacking(room, 3_000) for room in (4_000, 3_000, 2_000, 800)]
    [0, 0, 1, 2]
    """
    return max(0, -(-wanted // max(1, room)) - 1).bit_length()


def wanted_room(need: Need, policy: Policy, *, thinks: bool) -> int:
    """The cap, in tokens, that holds what a model will probably write.

    Half as much again is asked for the thoughts of a model that has some, and for the answer where the request is hard.
    """
    answer = min(need.output_tokens, need.max_output_tokens)
    if thinks or need.difficulty >= policy.flagship_from:
        return (3 * (answer + thoughts(need.difficulty, thinks=thinks)) + 1) // 2
    return answer


def weight(need: Need) -> int:
    """How much a request counts beside others that share its money: from 1 for a trivial one to 11 for the hardest."""
    return 1 + round(10 * need.difficulty)


def strength(model: Model, work: int = 0) -> int:
    """How good a model is at these kinds of work (the number of the flags), in points on one scale."""
    return rated(model, work) + _TIER_POINTS * model.tier


def rated(model: Model, work: int = 0) -> int:
    """A model's rating for these kinds of work, or what stands for it where nobody has rated it."""
    return model.rating_for(work)[0] or _UNRATED[model.tier]


def quality(strength: int, difficulty: float) -> int:
    """How often an answer will do, in thousandths of a point; whole numbers throughout, so equal on every machine.

    >>> [quality(strength, 1.0) // 1000 for strength in (1400, 1550, 1680)]
    [45, 70, 85]
    >>> [quality(strength, 0.5) // 1000 for strength in (1200, 1400, 1680)]
    [90, 97, 99]
    """
    return _quality_at(strength - _ASKED_AT_EASIEST - round(_ASKED_FROM_EASIEST_TO_HARDEST * difficulty))


@lru_cache(maxsize=4096)
def _quality_at(lead: int) -> int:
    halvings, rest = divmod(lead, _POINTS_THAT_HALVE)
    # 2^(lead / 100), linear between whole halvings.
    odds, against = (_POINTS_THAT_HALVE + rest) << max(0, halvings), _POINTS_THAT_HALVE << max(0, -halvings)
    return 100_000 * odds // (odds + against)


def as_good(models: Collection[Model], band: int, work: int = 0) -> Mapping[str, int]:
    """Each model's rating for this work, or that of the best of its tier which it is as good as.

    The best is whose interval ends highest below, so who was rated by few leads nobody. As good is who has no fewer
    points than it, less the band or what two ratings as uncertain as its own may differ by, if that is more. Of those
    that are left the same is asked again. So two models that differ by less may stand in two bands, but nobody that
    close to the best is behind it.
    """
    raised: dict[str, int] = {}
    for tier in Tier:
        left = {model.id: (rated(model, work), model.rating_for(work)[1]) for model in models if model.tier is tier}
        while left:
            points, margin = max(left.values(), key=lambda rating: (rating[0] - rating[1], rating[0]))
            least = points - max(band, round(margin * math.sqrt(2)))
            raised |= {name: points for name, rating in left.items() if rating[0] >= least}
            left = {name: rating for name, rating in left.items() if rating[0] < least}
    return raised


def thinks(model: Model) -> bool:
    """Whether a model thinks before it speaks."""
    # The numbers of the flags, since an operation on flags makes a new flag.
    return bool(model.features._value_ & Feature.REASONING_EFFORT._value_)


def thoughts(difficulty: float, *, thinks: bool) -> int:
    """Tokens that are probably thought before one answer; billed as output."""
    if not thinks:
        return 0
    return _LEAST_THOUGHTS + round((_THOUGHTS_FOR_THE_HARDEST - _LEAST_THOUGHTS) * difficulty)


def likely_output(need: Need, *, thinks: bool) -> int:
    """Tokens that will probably be written for one choice, thoughts included, where no cap cuts them."""
    return need.output_tokens + thoughts(need.difficulty, thinks=thinks)


def likely_cost(model: Model, need: Need, output_tokens: int) -> int:
    """What the request costs if so many tokens are written for each choice, in token-nanos (10^-15 dollars).

    With the expected input, before rounding, by the price of the offer that is asked first, which must be known. What
    that offer has in its prompt cache costs what reading costs, so leaving it costs what that saves.
    """
    assert isinstance(model.price, Price)
    if need.known or need.writes is not NOTHING_WRITTEN:
        offer = seat(model, need)
        assert isinstance(offer.price, Price)
        rate, read = offer.price.rate_at(need.input.expected), likely_input(model, offer, need)
    else:
        rate = model.price.rate_at(need.input.expected)
        read = need.input.expected * rate.input
    return read + output_tokens * need.choices * rate.output


def outlook(model: Model, need: Need, room: int) -> int:
    """What a request costs, this one and those that will follow it taken together, on average; in token-nanos.

    `room` caps each answer, in tokens. The turns ahead are taken to stay with the model, to read from its cache what
    was said before, and to be as turns usually are. Where nothing follows it is `likely_cost`. Who has no window for
    the turns ahead will be left, and all of it read anew then: by its own price, since nobody knows by whom.
    """
    thinker = thinks(model)
    now, ahead = likely_cost(model, need, min(room, likely_output(need, thinks=thinker))), need.horizon
    if ahead is None:
        return now
    offer = seat(model, need)
    assert isinstance(offer.price, Price)
    rate, marked = offer.price.rate_at(need.input.expected), need.writes
    fresh = rate.cache_write if marked.hour else rate.cache_write_5m if marked.minutes else rate.input
    keeps = caches_unasked(model.id) or marked is not NOTHING_WRITTEN
    read = min(rate.cache_read, rate.input) if keeps else rate.input
    turns = ahead.turns
    kept = turns * need.input.expected + ahead.added_tokens * turns * (turns - 1) // 2
    new = turns * ahead.added_tokens
    written = min(room, _usual_output(need, thinks=thinker)) * need.choices
    later = kept * read + new * fresh + turns * written * rate.output
    if need.input.expected + new > model.context_tokens:
        later += model.context_tokens * rate.input
    return (now + later) // (turns + 1)


def _usual_output(need: Need, *, thinks: bool) -> int:
    """Tokens that the answer of a turn ahead will probably take, for one choice, thoughts included."""
    usual = (_ONE_TURN_TELLS - 1) * _USUAL_ANSWER + need.output_tokens
    difficulty = ((_ONE_TURN_TELLS - 1) * _USUAL_DIFFICULTY + need.difficulty) / _ONE_TURN_TELLS
    return usual // _ONE_TURN_TELLS + thoughts(difficulty, thinks=thinks)


def expected_cost(model: Model, need: Need, *, room: int) -> Nanodollars:
    """What the request will probably cost where `room` caps each choice, in tokens."""
    return round_up(likely_cost(model, need, min(room, likely_output(need, thinks=thinks(model)))))
