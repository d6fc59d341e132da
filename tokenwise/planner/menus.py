"""What can be served for each step of a plan, brought down to what could be chosen.

A plan of fifty steps over four hundred models has thirty thousand servings (`routing.servings`), and nearly all of them
are beaten by another one at once: so models are compared before they are priced.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.prompt import compose, count_prompt
from tokenwise.routing.bid import Need
from tokenwise.routing.servings import MORE_ROOM, Serving, servings
from tokenwise.routing.shelves import rated_by_band
from tokenwise.routing.shortlist import groups, listing_key
from tokenwise.routing.worth import A_GUESS, rated, thinks
from tokenwise.usage import MESSAGE_FRAME, TokenCount

__all__ = ["planned_need", "served", "undominated"]

# An output token is about four bytes of text, and a child's input bound counts bytes. A parent that writes denser text
# than this makes the child's reservation larger than planned; the run's own law holds all the same.
_BYTES_PER_TOKEN: Final = 4


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


def served(plan: Plan, catalog: Catalog, policy: Policy) -> tuple[tuple[Serving, ...], ...]:
    """For each step what could be served, cheapest first, without the models that another one beats at any length."""
    needs = tuple(planned_need(step, plan) for step in plan.steps)
    plenty = _Plenty(
        max_output_tokens=_round(MORE_ROOM[-1] * max(need.max_output_tokens for need in needs)),
        input_tokens=_round(max(need.input.expected for need in needs)),
    )
    return tuple(tuple(sorted(_servings(need, _ranked(need, catalog, policy, plenty), policy))) for need in needs)


def _ranked(
    need: Need, catalog: Catalog, policy: Policy, plenty: "_Plenty"
) -> tuple[tuple[tuple[Model, int], ...], ...]:
    """The contenders of each group, kept for all steps and plans with the same needs."""

    def of_groups() -> tuple[tuple[tuple[Model, int], ...], ...]:
        return tuple(_contenders(models, need.work, policy, plenty) for models in groups(need, catalog, policy))

    if need.model:
        return of_groups()
    listed = listing_key(need, catalog, policy, need.capabilities._value_)
    return catalog.worked_out.of(("contenders", policy.fingerprint, need.likely._value_, listed, plenty), of_groups)


def _servings(need: Need, ranked: Iterable[tuple[tuple[Model, int], ...]], policy: Policy) -> list[Serving]:
    """Of the first group everything, of each later one what is cheaper: that is bought where money is short."""
    found: list[Serving] = []
    for place, contenders in enumerate(ranked):
        least = min([serving.worst for serving in found], default=None)
        offered = servings(need, contenders, policy, wider=True, penalty=place * A_GUESS)
        found.extend([serving for serving in offered if least is None or serving.worst < least])
    return found


class _Plenty(NamedTuple):
    """As much as the longest answer and input that a plan has: with room for both, a model's limits never show."""

    max_output_tokens: int
    input_tokens: int

    def within(self, model: Model) -> bool:
        room = min(model.max_output_tokens, model.context_tokens - self.input_tokens)
        return room >= self.max_output_tokens


def _contenders(models: tuple[Model, ...], work: int, policy: Policy, plenty: _Plenty) -> tuple[tuple[Model, int], ...]:
    """The models that no other one beats, each with the rating of its band."""
    ratings = {model.id: rating for model, rating in rated_by_band(models, policy, work)}
    fronts: dict[object, list[tuple[int, ...]]] = {}
    kept: list[tuple[Model, int]] = []
    # Whoever is beaten is beaten by somebody before it in this order.
    for burden, _, model in sorted((_burden(model, work), model.id, model) for model in models):
        front = fronts.setdefault(_peers(model, plenty), [])
        if not any(_no_heavier(other, burden) for other in front):
            front.append(burden)
            kept.append((model, ratings[model.id]))
    return tuple(kept)


def _round(tokens: int) -> int:
    """No fewer, of few numbers."""
    return 1 << tokens.bit_length()


def _burden(model: Model, work: int) -> tuple[int, ...]:
    """What a model is better for having less of: each of its rates, and points that it lacks."""
    assert isinstance(model.price, Price)  # only priced models are able
    rate = model.price.rates[0]
    return rate.input, model.list_input(rate), rate.output, -rated(model, work)


def _no_heavier(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _peers(model: Model, plenty: _Plenty) -> object:
    """Models are compared by their burden where all else is equal: the step's room, the thoughts, one price."""
    assert isinstance(model.price, Price)
    alone = len(model.price.rates) > 1 or not plenty.within(model)
    return model.id if alone else (model.tier, thinks(model))


def undominated(found: Iterable[Serving]) -> tuple[Serving, ...]:
    """Of dishes in order, those that are worth more than every cheaper one."""
    kept: list[Serving] = []
    for dish in found:
        if not kept or dish.less_worth < kept[-1].less_worth:
            kept.append(dish)
    return tuple(kept)
