"""The requests that two variants decide differently, and why: the inequality behind each side's choice."""

import itertools
from collections.abc import Iterable, Iterator

from attrs import frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.nested import Closed
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars
from tokenwise.routing.losers import explain
from tokenwise.simulation.surveys import Setting, trace
from tokenwise.simulation.tally import Handled
from tokenwise.simulation.workload import Asked, Variant, need_of

__all__ = ["Differing", "Side", "differing"]


@frozen
class Side:
    """What one variant did: how it ended, which models were called in order, what it cost, what the answer is worth."""

    outcome: str
    models: tuple[str, ...]
    spent: Nanodollars
    quality: int


@frozen
class Differing:
    """One request, both sides, and why they part. Reasons are sentences, the first variant's before the second's."""

    asked: str
    first: Side
    second: Side
    why: tuple[str, ...]


def differing(
    workload: Iterable[Asked], first: Variant, second: Variant, setting: Setting, *, seed: int = 0
) -> Iterator[Differing]:
    """Run both side by side over the workload, and give those that end otherwise or call other models.

    Only requests that have ended on one side and not yet on the other are kept in memory.
    """
    waiting: tuple[dict[str, Handled], dict[str, Handled]] = ({}, {})
    mine, yours = itertools.tee(workload)
    sides = (trace(mine, first, setting, seed=seed), trace(yours, second, setting, seed=seed))
    for pair in itertools.zip_longest(*sides):
        for place, one in enumerate(pair):
            if one is None or isinstance(one, Closed):
                continue
            other = waiting[1 - place].pop(one.asked.id, None)
            if other is None:
                waiting[place][one.asked.id] = one
                continue
            a, b = (other, one) if place else (one, other)
            if _side(a)[:2] != _side(b)[:2]:
                yield Differing(one.asked.id, Side(*_side(a)), Side(*_side(b)), _why(a, first, b, second, setting))


def _side(one: Handled) -> tuple[str, tuple[str, ...], Nanodollars, int]:
    return one.outcome, tuple(_asked_models(one)), Nanodollars(one.spent), one.quality


def _asked_models(one: Handled) -> Iterator[str]:
    for entry in one.entries:
        if isinstance(entry, ledger.Reservation):
            yield entry.model


def _why(a: Handled, first: Variant, b: Handled, second: Variant, setting: Setting) -> tuple[str, ...]:
    reasons = (
        *_of_the_choice(a, b, second, setting.catalog),
        *_of_the_choice(b, a, first, setting.catalog),
        *_of_the_run(a, first),
        *_of_the_run(b, second),
    )
    return tuple(dict.fromkeys(reasons))


def _of_the_choice(one: Handled, other: Handled, variant: Variant, catalog: Catalog) -> Iterator[str]:
    """Why the other side's variant did not choose the model that this side called first."""
    asked = one.asked
    mine, theirs = next(_asked_models(one), None), next(_asked_models(other), None)
    if mine is None or mine == theirs or asked.plan or asked.session:  # what was warm is not told afterwards
        return
    limit = variant.limit if asked.limit is None else asked.limit
    need = need_of(asked, variant.policy)
    losers = explain(need, catalog, variant.policy, limit, best_effort=variant.best_effort)
    yield from (f"{variant.name} passes over {mine}: {lost.reason}" for lost in losers if lost.model == mine)


def _of_the_run(one: Handled, variant: Variant) -> Iterator[str]:
    for entry in one.entries:
        match entry:
            case ledger.Downgraded(model=model, to=to, why=why):
                yield f"{variant.name} takes {to} for {model}: {why}"
            case ledger.Escalated(model=model, to=to, why=why):
                yield f"{variant.name} goes on from {model} to {to}: {why}"
            case ledger.Seconded(model=model, to=to):
                yield f"{variant.name} asks {to} beside {model}"
            case ledger.Retried(why=why):
                yield f"{variant.name} tries again: {why}"
            case _:
                pass
    if one.outcome != "completed":
        yield f"{variant.name} ends {one.outcome}: {one.why or one.reason}"
