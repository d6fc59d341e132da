"""Which model runs which step of a plan, and with how much room, so that all worst cases together fit one budget.

Each step brings a menu: every model that can do it, with the step's own cap or two or four times as much, at its
worst-case cost and with its utility. `allocate` then takes one dish from each menu. The money buys quality; where it is
short, the steps that need it least step down first.

Utility of a dish, in points: the model's strength and the room it gets, weighted by the step's difficulty. Strength is
the catalogue's rating plus 100 points per tier (a tier is a judgement about the whole model, a rating only about its
chats); a model without a rating counts as the weakest of its tier. Room is worth most to models that think before they
speak, because their thoughts are output too. The weight rises from 1 for a trivial step to 11 for the hardest.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.machine.run import Choice
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.allocation import Allocation, Downgrade, Infeasible, Option, allocate
from tokenwise.policy import Policy, Strategy
from tokenwise.prompt import compose, count_prompt
from tokenwise.routing.bid import Need, cap, expected_cost
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.shortlist import candidates
from tokenwise.traits import Feature, Tier
from tokenwise.usage import MESSAGE_FRAME, TokenCount

__all__ = ["Assigned", "Unassignable", "as_chosen", "assign", "planned_need", "strength", "utility"]

# An output token is about four bytes of text, and a child's input bound counts bytes. A parent that writes denser text
# than this makes the child's reservation larger than planned; the run's own law holds all the same.
_BYTES_PER_TOKEN: Final = 4

_TIER_POINTS: Final = 100
_UNRATED: Final[Mapping[Tier, int]] = {Tier.BUDGET: 1200, Tier.MID: 1390, Tier.FLAGSHIP: 1430}


# How many times its own cap a step may be given, and the points that is worth: to models that think, and to others.
_ROOM: Final[Mapping[int, tuple[int, int]]] = {1: (0, 0), 2: (12, 2), 4: (18, 3)}

# More rungs than anybody will climb with what the steps before have saved.
_MOST_UPGRADES: Final = 6


@frozen
class _Dish:
    """A model with so much room, as an option of one step."""

    option: Option
    model: Model
    max_output_tokens: int


_Menu = tuple[_Dish, ...]


@frozen
class Assigned:
    """One choice per step in plan order, and what each step will probably cost. Downgrades name steps by position.

    `optimality_gap` bounds the utility lost where the search was cut short: 0 is proven best.
    """

    choices: tuple[Choice, ...]
    expected: tuple[Nanodollars, ...]
    worst: Nanodollars
    optimality_gap: int
    downgrades: tuple[Downgrade, ...]


@frozen
class Unassignable:
    """No assignment. `smallest_limit` is the least that would do; None where `steps` have no capable model at all."""

    smallest_limit: Nanodollars | None
    steps: tuple[str, ...] = ()


def assign(plan: Plan, catalog: Catalog, policy: Policy, limit: Nanodollars) -> Assigned | Unassignable:
    """The best assignment whose worst cases sum to at most `limit`. More money never gives less utility."""
    menus = tuple(tuple(_menu(step, plan, catalog, policy)) for step in plan.steps)
    if barren := tuple(step.id for step, menu in zip(plan.steps, menus, strict=True) if not menu):
        return Unassignable(None, barren)
    allocation = allocate(tuple(map(_options, menus)), limit)
    if isinstance(allocation, Allocation):
        return _assigned(plan, menus, allocation)
    return Unassignable(allocation.smallest_limit if isinstance(allocation, Infeasible) else None)


def as_chosen(plan: Plan, choices: tuple[Choice, ...], catalog: Catalog) -> Assigned:
    """Choices that were made before, with what they cost by this catalogue. Nothing is proven of them but their sum."""
    rows = zip(plan.steps, choices, strict=True)
    priced = tuple(_expected(step, plan, catalog[choice.model], choice.max_output_tokens) for step, choice in rows)
    return Assigned(choices, priced, Nanodollars(sum(choice.worst for choice in choices)), 0, ())


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
        capabilities=step.capabilities,
        input=known + inherited,
        max_output_tokens=step.max_output_tokens,
        output_tokens=step.output_tokens,
        difficulty=step.difficulty,
        model=step.model,
    )


def strength(model: Model) -> int:
    """How good a model is, in points on one scale."""
    return (model.quality or _UNRATED[model.tier]) + _TIER_POINTS * model.tier


def utility(model: Model, step: Step, policy: Policy, *, room: int = 1) -> int:
    """What a model with `room` times the step's cap is worth to it. Nothing under CHEAPEST: only the money counts."""
    points = strength(model) + _ROOM[room][0 if model.features & Feature.REASONING_EFFORT else 1]
    match policy.strategy:
        case Strategy.CHEAPEST:
            return 0
        case Strategy.BALANCED:
            return points * (1 + round(10 * step.difficulty))
        case Strategy.BEST_QUALITY | Strategy.BUDGET_CONSTRAINED:
            return points


def _assigned(plan: Plan, menus: tuple[_Menu, ...], allocation: Allocation) -> Assigned:
    picked = tuple(menu[at] for menu, at in zip(menus, allocation.choices, strict=True))
    rows = tuple(zip(plan.steps, picked, strict=True))
    return Assigned(
        choices=tuple(_choice(dish, menu) for dish, menu in zip(picked, menus, strict=True)),
        expected=tuple(_expected(step, plan, dish.model, dish.max_output_tokens) for step, dish in rows),
        worst=allocation.cost,
        optimality_gap=allocation.optimality_gap,
        downgrades=tuple(_downgrades(picked, menus)),
    )


def _choice(dish: _Dish, menu: _Menu) -> Choice:
    return Choice(
        model=dish.model.id,
        worst=dish.option.cost,
        floor=min(other.option.cost for other in menu),
        max_output_tokens=dish.max_output_tokens,
        upgrades=_upgrades(dish, menu),
    )


def _upgrades(dish: _Dish, menu: _Menu) -> tuple[str, ...]:
    """Models worth more than the chosen one with the same room, best first, none dearer and no better than another."""
    better: list[_Dish] = []
    rivals = (other for other in menu if other.max_output_tokens == dish.max_output_tokens)
    for other in sorted(rivals, key=lambda rival: (rival.option.cost, -rival.option.utility, rival.model.id)):
        if other.option.utility > (better[-1] if better else dish).option.utility:
            better.append(other)
    return tuple(other.model.id for other in reversed(better[-_MOST_UPGRADES:]))


def _menu(step: Step, plan: Plan, catalog: Catalog, policy: Policy) -> Iterator[_Dish]:
    need = planned_need(step, plan)
    for room in _ROOM:
        roomy = evolve(need, max_output_tokens=room * need.max_output_tokens)
        for model in candidates(roomy, catalog, policy):
            # A model that cannot say more is on the menu once, with what it can say.
            if (room == 1 or cap(model, roomy) == roomy.max_output_tokens) and (bid := bid_of(model, roomy, policy)):
                worth = utility(model, step, policy, room=room)
                yield _Dish(Option(bid.amount, worth, f"{model.id} x{room}"), model, bid.max_output_tokens)


def _options(menu: _Menu) -> tuple[Option, ...]:
    return tuple(dish.option for dish in menu)


def _expected(step: Step, plan: Plan, model: Model, max_output_tokens: int) -> Nanodollars:
    assert isinstance(model.price, Price)  # only priced models are on a menu
    return expected_cost(model.price, planned_need(step, plan), output_tokens=max_output_tokens)


def _downgrades(picked: tuple[_Dish, ...], menus: tuple[_Menu, ...]) -> Iterator[Downgrade]:
    """Where a step would have another model, were money no object: most utility, then least cost, then first key."""
    for place, (dish, menu) in enumerate(zip(picked, menus, strict=True)):
        wanted = min(menu, key=lambda other: (-other.option.utility, other.option.cost, other.option.key))
        if wanted.model is not dish.model and wanted.option.utility > dish.option.utility:
            saved = Nanodollars(wanted.option.cost - dish.option.cost)
            yield Downgrade(place, wanted.model.id, dish.model.id, saved)
