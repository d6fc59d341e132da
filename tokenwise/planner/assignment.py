"""Which model runs which step of a plan, and with how much room, so that all worst cases together fit one budget.

Each step brings a menu (`menus`), and `allocate` takes one dish from each, so that together they are worth most to the
strategy (`routing.worth`). Where the money is short, the steps that need it least step down first.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise.machine.run import Choice
from tokenwise.money import Nanodollars, round_up
from tokenwise.plan import Plan, Step
from tokenwise.planner.allocation import Allocation, Downgrade, Infeasible, Option, allocate
from tokenwise.planner.cascading import Cascaded, cascaded
from tokenwise.planner.menus import planned_need, served, undominated
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.servings import Serving
from tokenwise.routing.worth import expected_cost

__all__ = ["Assigned", "OnTheBest", "Unassignable", "as_chosen", "assign"]

# More rungs than anybody will climb with what the steps before have saved.
_MOST_UPGRADES: Final = 6


@frozen
class OnTheBest:
    """The same plan with the strongest model that there is for each step, each with the room it needs.

    `models` are their names, one where it is the same for all steps; `expected` and `worst` are sums over the steps.
    """

    models: tuple[str, ...]
    expected: Nanodollars
    worst: Nanodollars


@frozen
class Assigned:
    """One choice per step in plan order, and what each step will probably cost. Downgrades name steps by position.

    `optimality_gap` is how much more another assignment could be worth at most, in money (see `routing.worth`): 0 where
    this one is proven best, more where the search was cut short. `on_the_best` is for comparison; None where the models
    were chosen elsewhere.
    """

    choices: tuple[Choice, ...]
    expected: tuple[Nanodollars, ...]
    worst: Nanodollars
    optimality_gap: Nanodollars
    downgrades: tuple[Downgrade, ...]
    on_the_best: OnTheBest | None = None


@frozen
class Unassignable:
    """No assignment. `smallest_limit` is the least that would do; None where `steps` have no capable model at all."""

    smallest_limit: Nanodollars | None
    steps: tuple[str, ...] = ()


def assign(plan: Plan, catalog: Catalog, policy: Policy, limit: Nanodollars) -> Assigned | Unassignable:
    """The assignment worth most whose worst cases sum to at most `limit`. More money never gives one worth less."""
    tables = served(plan, catalog, policy)
    if barren := tuple(step.id for step, table in zip(plan.steps, tables, strict=True) if not table):
        return Unassignable(None, barren)
    menus = tuple(map(undominated, tables))
    allocation = allocate(tuple(map(_options, menus)), limit)
    if not isinstance(allocation, Allocation):
        return Unassignable(allocation.smallest_limit if isinstance(allocation, Infeasible) else None)
    picked = tuple(menu[at] for menu, at in zip(menus, allocation.choices, strict=True))
    expected = tuple(_expected(step, plan, dish) for step, dish in zip(plan.steps, picked, strict=True))
    made = Cascaded(tuple(map(_choice, picked, menus, tables)), expected)
    if policy.strategy is Strategy.CASCADE:
        made = cascaded(plan, made, catalog, policy, limit)
    return Assigned(
        choices=made.choices,
        expected=made.expected,
        worst=Nanodollars(sum(choice.worst for choice in made.choices)),
        optimality_gap=round_up(allocation.optimality_gap),
        downgrades=tuple(_downgrades(picked, menus)),
        on_the_best=_on_the_best(plan, tables),
    )


def as_chosen(plan: Plan, choices: tuple[Choice, ...], catalog: Catalog) -> Assigned:
    """Choices that were made before, with what they cost by this catalogue. Nothing is proven of them but their sum."""
    rows = zip(plan.steps, choices, strict=True)
    priced = tuple(
        expected_cost(
            catalog[choice.model],
            planned_need(step, plan),
            room=choice.max_output_tokens or step.max_output_tokens,
        )
        for step, choice in rows
    )
    return Assigned(choices, priced, Nanodollars(sum(choice.worst for choice in choices)), Nanodollars(0), ())


def _options(menu: Sequence[Serving]) -> tuple[Option, ...]:
    return tuple(Option(dish.worst, dish.worth, f"{dish.model_id} {dish.max_output_tokens}") for dish in menu)


def _choice(dish: Serving, menu: Sequence[Serving], table: Sequence[Serving]) -> Choice:
    return Choice(
        model=dish.model_id,
        worst=dish.worst,
        floor=menu[0].worst,
        max_output_tokens=dish.max_output_tokens,
        upgrades=_upgrades(dish, table),
    )


def _upgrades(dish: Serving, table: Sequence[Serving]) -> tuple[str, ...]:
    """Models worth more than the chosen one with the same room, best first, none dearer and no better than another."""
    rivals = (other for other in table if other.max_output_tokens == dish.max_output_tokens)
    better = [other.model_id for other in undominated(rivals) if other.worth > dish.worth]
    return tuple(reversed(better[-_MOST_UPGRADES:]))


def _downgrades(picked: Sequence[Serving], menus: Sequence[Sequence[Serving]]) -> Iterator[Downgrade]:
    """Where a step would have another model, were money no object: the last dish of a menu is worth most."""
    for place, (dish, menu) in enumerate(zip(picked, menus, strict=True)):
        wanted = menu[-1]
        if wanted.model is not dish.model and wanted.worth > dish.worth:
            yield Downgrade(place, wanted.model_id, dish.model_id, Nanodollars(wanted.worst - dish.worst))


def _on_the_best(plan: Plan, tables: Sequence[Sequence[Serving]]) -> OnTheBest:
    def strongest(dish: Serving) -> tuple[int, int, int, str]:
        return -dish.weakness, dish.max_output_tokens, -dish.worst, dish.model_id

    best = tuple(max(table, key=strongest) for table in tables)
    return OnTheBest(
        models=tuple(sorted({dish.model_id for dish in best})),
        expected=Nanodollars(sum(_expected(step, plan, dish) for step, dish in zip(plan.steps, best, strict=True))),
        worst=Nanodollars(sum(dish.worst for dish in best)),
    )


def _expected(step: Step, plan: Plan, dish: Serving) -> Nanodollars:
    return expected_cost(dish.model, planned_need(step, plan), room=dish.max_output_tokens)
