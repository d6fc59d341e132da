"""Which steps of a plan are tried cheaply first, under `cascade`. Each model was assigned by `assignment` before.

A cascade needs the money for all of its calls beside the whole plan. What the limit leaves goes to the steps that are
expected to save most by it.
"""

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.machine.run import Choice
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan
from tokenwise.planner.menus import planned_need
from tokenwise.policy import Policy
from tokenwise.routing.bid import Bid, Need
from tokenwise.routing.cascade import Forecast, foresee
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.shortlist import obstacle
from tokenwise.routing.worth import expected_cost

__all__ = ["Cascaded", "cascaded"]


@frozen
class Cascaded:
    """A plan's choices and what each step will probably cost, in plan order."""

    choices: tuple[Choice, ...]
    expected: tuple[Nanodollars, ...]


def cascaded(plan: Plan, made: Cascaded, catalog: Catalog, policy: Policy, limit: Nanodollars) -> Cascaded:
    """The same choices, with cheap answers first where that pays and fits within `limit`."""
    made = _on_the_stated(plan, made, catalog, policy, limit)
    spare = limit - sum(choice.worst for choice in made.choices)
    choices, expected = list(made.choices), list(made.expected)
    # What must be there is known only while the money is given out, what is saved is known before.
    wanted = [_foreseen(plan, index, choices[index], catalog, policy, limit) for index in range(len(choices))]
    for index in sorted(range(len(choices)), key=lambda index: (-_saved(wanted[index]), index)):
        found = wanted[index]
        if found is None or found.forecast.worst > choices[index].worst + spare:
            continue
        spare -= found.forecast.worst - choices[index].worst
        choices[index] = evolve(
            choices[index],
            model=found.forecast.first,
            worst=found.forecast.worst,
            upgrades=(),
            cascade=found.forecast.cascade(found.strong),
        )
        expected[index] = found.forecast.expected
    return Cascaded(tuple(choices), tuple(expected))


def _on_the_stated(plan: Plan, made: Cascaded, catalog: Catalog, policy: Policy, limit: Nanodollars) -> Cascaded:
    """With the strong model that the policy names where a step can have it, the hardest first while the money lasts."""
    strong = catalog.by_id.get(policy.cascade.strong)
    if strong is None:
        return made
    spare = limit - sum(choice.worst for choice in made.choices)
    choices, expected = list(made.choices), list(made.expected)
    for index in sorted(range(len(choices)), key=lambda index: (-plan.steps[index].difficulty, index)):
        need = planned_need(plan.steps[index], plan)
        able = not need.model and obstacle(strong, need, policy) is None
        bid = bid_of(strong, need, policy) if able else None
        if bid is None or bid.amount > choices[index].worst + spare:
            continue
        spare -= bid.amount - choices[index].worst
        choices[index] = evolve(
            choices[index], model=strong.id, worst=bid.amount, upgrades=(), max_output_tokens=bid.max_output_tokens
        )
        expected[index] = expected_cost(strong, need, room=bid.max_output_tokens)
    return Cascaded(tuple(choices), tuple(expected))


@frozen
class _Found:
    forecast: Forecast
    strong: Bid


def _foreseen(
    plan: Plan, index: int, choice: Choice, catalog: Catalog, policy: Policy, limit: Nanodollars
) -> _Found | None:
    """The cascade that would pay for this step, if the whole limit were its own."""
    step = plan.steps[index]
    need = _need(planned_need(step, plan), choice)
    strong = bid_of(catalog[choice.model], need, policy)
    if strong is None:
        return None
    forecast = foresee(need, catalog, policy, strong, limit, checked=bool(step.checks))
    return _Found(forecast, strong) if forecast.pays else None


def _need(need: Need, choice: Choice) -> Need:
    return evolve(need, max_output_tokens=choice.max_output_tokens or need.max_output_tokens)


def _saved(found: _Found | None) -> int:
    return found.forecast.straight - found.forecast.expected if found else 0
