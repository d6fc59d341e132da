"""Every way to serve one step of a plan: each model that can do it, with its own cap or two or four times as much.

Room beyond one cap is offered only where the step needs it: to models that think before they speak, whose thoughts are
output too, and for hard steps. What a dish is worth is `routing.worth`'s to say; here it is brought down to plain
numbers, because a plan of fifty steps over four hundred models has thirty thousand dishes, and nearly all of them are
beaten by another one at once.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.prompt import compose, count_prompt
from tokenwise.routing.bid import Need, input_bound, writes_of
from tokenwise.routing.shortlist import meant
from tokenwise.routing.worth import (
    as_good,
    cost_of_half_the_room,
    lacking,
    likely_cost,
    likely_output,
    merit,
    rated,
    thinks,
    wanted_room,
)
from tokenwise.usage import MESSAGE_FRAME, TokenCount

__all__ = ["Dish", "planned_need", "served", "undominated"]

# An output token is about four bytes of text, and a child's input bound counts bytes. A parent that writes denser text
# than this makes the child's reservation larger than planned; the run's own law holds all the same.
_BYTES_PER_TOKEN: Final = 4

# How many times its own cap a step may be given beside that cap.
_MORE_ROOM: Final = (2, 4)


class Dish(NamedTuple):
    """A model with so much room, and what that is worth (`routing.worth`). Tuples, since most live for a moment.

    Their order is that of cost, then of worth, then of the key that decides between equals.
    """

    worst: Nanodollars
    less_worth: int
    model_id: str
    max_output_tokens: int
    model: Model

    @property
    def worth(self) -> int:
        """In token-nanos (10^-15 dollars)."""
        return -self.less_worth


def planned_need(step: Step, plan: Plan) -> Need:
    """What a step will need at most, before its parents have spoken: what they say is taken at full length.

    Room beyond a parent's own cap is for its thoughts, which nobody passes on.
    """
    prompt = compose(plan, step, ())
    known = count_prompt(step, prompt)
    caps = sum(plan[parent].max_output_tokens for parent in step.after)
    likely = sum(plan[parent].output_tokens for parent in step.after)
    inherited = TokenCount(
        min(likely, caps),
        caps * _BYTES_PER_TOKEN + len(step.after) * (MESSAGE_FRAME + len("\n\nResult of step :\n") + 64),
    )
    return Need(
        capabilities=step.required,
        likely=step.likely,
        input=known + inherited,
        max_output_tokens=step.max_output_tokens,
        output_tokens=step.output_tokens,
        difficulty=step.difficulty,
        model=step.model,
    )


def served(plan: Plan, catalog: Catalog, policy: Policy) -> tuple[tuple[Dish, ...], ...]:
    """For each step what could be served, cheapest first, without the models that another one beats at any length."""
    needs = tuple(planned_need(step, plan) for step in plan.steps)
    plenty = _Plenty(
        max_output_tokens=_MORE_ROOM[-1] * max(need.max_output_tokens for need in needs),
        input_tokens=max(need.input.expected for need in needs),
    )
    # The shortlists keep one tuple for all steps with the same needs, so few are compared, and by identity.
    known: list[tuple[tuple[Model, ...], tuple[tuple[Model, int], ...]]] = []

    def contenders(need: Need) -> tuple[tuple[Model, int], ...]:
        models = meant(need, catalog, policy)
        if (kept := next((kept for others, kept in known if others is models), None)) is None:
            kept = _contenders(models, policy, plenty)
            known.append((models, kept))
        return kept

    return tuple(tuple(sorted(_dishes(need, contenders(need), policy))) for need in needs)


class _Plenty(NamedTuple):
    """The longest answer and input that a plan has: with room for both, a model's limits never show."""

    max_output_tokens: int
    input_tokens: int

    def within(self, model: Model) -> bool:
        room = min(model.max_output_tokens, model.context_tokens - self.input_tokens)
        return room >= self.max_output_tokens


def _contenders(models: tuple[Model, ...], policy: Policy, plenty: _Plenty) -> tuple[tuple[Model, int], ...]:
    """The models that no other one beats, each with the rating of its band."""
    ratings = as_good(models, policy.rating_band)
    fronts: dict[object, list[tuple[int, ...]]] = {}
    kept: list[tuple[Model, int]] = []
    # Whoever is beaten is beaten by somebody before it in this order.
    for model in sorted(models, key=lambda model: (*_burden(model), model.id)):
        front = fronts.setdefault(_peers(model, plenty), [])
        burden = _burden(model)
        if not any(_no_heavier(other, burden) for other in front):
            front.append(burden)
            kept.append((model, ratings[model.id]))
    return tuple(kept)


def _burden(model: Model) -> tuple[int, ...]:
    """What a model is better for having less of: each of its rates, and points that it lacks."""
    assert isinstance(model.price, Price)  # only priced models are able
    rate = model.price.rates[0]
    return rate.input, model.list_input(rate), rate.output, -rated(model)


def _no_heavier(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _peers(model: Model, plenty: _Plenty) -> object:
    """Models are compared by their burden where all else is equal: the step's room, the thoughts, one price."""
    assert isinstance(model.price, Price)
    alone = len(model.price.rates) > 1 or not plenty.within(model)
    return model.id if alone else (model.tier, thinks(model))


def _dishes(need: Need, contenders: Iterable[tuple[Model, int]], policy: Policy) -> Iterator[Dish]:
    cramped = cost_of_half_the_room(need, policy)
    # What depends on a model only by its tier and rating, or by whether it thinks, is worked out once for all of those.
    merits: dict[tuple[int, int, int], int] = {}
    habits = [(likely_output(need, thinks=some), wanted_room(need, policy, thinks=some)) for some in (False, True)]
    for model, rating in contenders:
        kind = (model.tier, model.quality, rating)
        if kind not in merits:
            merits[kind] = merit(model, need, policy, rating)
        likely, wanted = habits[thinks(model)]
        for room in _rooms(model, need, wanted):
            less = lacking(room, wanted) * cramped + likely_cost(model, need, min(room, likely))
            yield Dish(_priced(model, need, room), less - merits[kind], model.id, room, model)


def _rooms(model: Model, need: Need, wanted: int) -> Iterator[int]:
    """The caps under which a model can be asked: one that cannot say more stands once, with what it can say."""
    longest = min(model.max_output_tokens, model.context_tokens - need.input.expected)
    yield min(need.max_output_tokens, longest)
    for times in _MORE_ROOM:
        room = times * need.max_output_tokens
        if room > longest or room // 2 >= wanted:
            return
        yield room


def _priced(model: Model, need: Need, room: int) -> Nanodollars:
    assert isinstance(model.price, Price)  # only priced models are able
    writes = writes_of(model, need)
    return model.price.worst(input_tokens=input_bound(model, need), output_tokens=room, writes=writes)


def undominated(found: Iterable[Dish]) -> tuple[Dish, ...]:
    """Of dishes in order, those that are worth more than every cheaper one."""
    kept: list[Dish] = []
    for dish in found:
        if not kept or dish.less_worth < kept[-1].less_worth:
            kept.append(dish)
    return tuple(kept)
