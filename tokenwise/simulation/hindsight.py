"""A recorded run under another policy or catalogue: the model that each step would get, and what that would cost.

What a model would have said that was not asked, nobody knows. So a step has the recorded cost where its model is the
same, at the other catalogue's price, and otherwise a range: from one token of output to the whole cap. In it lies what
everybody asks for: the recorded tokens at the other price, as if it had said as much, and read nothing from a cache.
Tokens are those of the recorded call; another vendor's tokenizer counts the same text differently.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from tokenwise.budgets.ledger import Abandoned, Charged, Entry, Reservation
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Choice, Job, Run
from tokenwise.money import Nanodollars
from tokenwise.planner.assignment import Unassignable, assign
from tokenwise.policy import Policy
from tokenwise.routing.bid import EVERYTHING_WRITTEN
from tokenwise.routing.choosing import Refused, route
from tokenwise.usage import Usage

__all__ = ["Hindsight", "Rechosen", "asking_only", "choose_again", "reconsider"]

_NOTHING = Nanodollars(0)


@frozen
class Rechosen:
    """One step: whom it asked first and what it cost, and whom it would ask and what that could cost.

    `model` is "" where the step asked nobody. `least` and `most` are equal where the cost is known. `alike` is what the
    tokens of its last answer come to at the other price, None where nobody counted them.
    """

    step: str
    model: str
    cost: Nanodollars
    other: Choice
    least: Nanodollars
    most: Nanodollars
    alike: Nanodollars | None = None


@frozen
class Hindsight:
    """Every step of a run, chosen again, in plan order."""

    steps: tuple[Rechosen, ...]

    @property
    def least(self) -> Nanodollars:
        """The least that the run would have cost."""
        return Nanodollars(sum(each.least for each in self.steps))

    @property
    def most(self) -> Nanodollars:
        """The most that it would have cost, had every step been answered at the first try where it asks another."""
        return Nanodollars(sum(each.most for each in self.steps))

    @property
    def alike(self) -> Nanodollars | None:
        """What the recorded tokens come to; None where some step's were not counted."""
        known = [each.alike for each in self.steps if each.alike is not None]
        return Nanodollars(sum(known)) if len(known) == len(self.steps) else None


def asking_only(run: Run, model: str) -> Run:
    """The run as if this model had been named for every step."""
    job = run.job
    plan = evolve(job.plan, steps=tuple(evolve(step, model=model) for step in job.plan.steps))
    request = job.request and evolve(job.request, model=model)
    return evolve(run, job=evolve(job, plan=plan, request=request))


def reconsider(
    run: Run, entries: Sequence[Entry], *, policy: Policy, catalog: Catalog, limit: Nanodollars
) -> Hindsight | Unassignable | Refused:
    """Choose again for a recorded run, within `limit`. `entries` are what it wrote into the books."""
    choices = choose_again(run.job, policy, catalog, limit)
    if not isinstance(choices, tuple):
        return choices
    rows = zip(run.job.plan.steps, run.steps, choices, strict=True)
    return Hindsight(
        tuple(
            _rechosen(spec.id, each.spent, choice, _calls_of(spec.id, entries), catalog) for spec, each, choice in rows
        )
    )


def choose_again(
    job: Job, policy: Policy, catalog: Catalog, limit: Nanodollars
) -> tuple[Choice, ...] | Unassignable | Refused:
    """The models that the steps of this job would get, in plan order."""
    if job.request is None:
        assigned = assign(job.plan, catalog, policy, limit)
        return assigned if isinstance(assigned, Unassignable) else assigned.choices
    routed = route(job.request, catalog, policy, limit)
    if isinstance(routed, Refused):
        return routed
    return (evolve(choice_of(routed), max_output_tokens=routed.bid.max_output_tokens),)


_Call = Reservation | Charged | Abandoned


def _calls_of(step: str, entries: Sequence[Entry]) -> tuple[_Call, ...]:
    return tuple(
        entry
        for entry in entries
        if isinstance(entry, Reservation | Charged | Abandoned) and entry.attempt.step == step
    )


def _rechosen(step: str, cost: Nanodollars, choice: Choice, calls: Sequence[_Call], catalog: Catalog) -> Rechosen:
    asked = next((call for call in calls if isinstance(call, Reservation)), None)
    if asked is None:  # it asked nobody then, so nothing is known of what it would have sent
        return Rechosen(step, "", cost, choice, _NOTHING, choice.worst)
    if asked.model == choice.model:
        again = Nanodollars(sum(_priced_again(call, catalog) for call in calls))
        return Rechosen(step, asked.model, cost, choice, again, again, again)
    return Rechosen(
        step, asked.model, cost, choice, *_range(asked, choice, calls, catalog), _alike(calls, choice, catalog)
    )


def _alike(calls: Sequence[_Call], choice: Choice, catalog: Catalog) -> Nanodollars | None:
    price = catalog[choice.model].price
    assert isinstance(price, Price)  # only priced models are chosen
    counted = [call.usage for call in calls if isinstance(call, Charged) and call.usage]
    if not counted:
        return None
    return price.cost(Usage(input_tokens=counted[-1].prompt_tokens, output_tokens=counted[-1].output_tokens))


def _priced_again(call: _Call, catalog: Catalog) -> int:
    """A recorded call at this catalogue's price, where both are known; else what the books say."""
    match call:
        case Reservation():
            return 0
        case Charged(usage=Usage() as usage, model=model, provider=provider) if model in catalog:
            offer = catalog[model].offered_by.get(provider)
            return offer.price.cost(usage) if offer and isinstance(offer.price, Price) else call.amount
        case _:
            return call.amount


def _range(
    asked: Reservation, choice: Choice, calls: Sequence[_Call], catalog: Catalog
) -> tuple[Nanodollars, Nanodollars]:
    """From the recorded input and one token of output, to the bound of the input and the whole cap."""
    price = catalog[choice.model].price
    assert isinstance(price, Price)  # only priced models are chosen
    sent = max(_prompts(calls), default=0)
    bound = max(call.input_tokens for call in calls if isinstance(call, Reservation))
    least = price.cost(Usage(input_tokens=sent, output_tokens=1))
    length = choice.max_output_tokens or asked.max_output_tokens
    return least, price.worst(input_tokens=bound, output_tokens=length, writes=EVERYTHING_WRITTEN)


def _prompts(calls: Sequence[_Call]) -> Iterator[int]:
    for call in calls:
        if isinstance(call, Charged) and call.usage:
            yield call.usage.prompt_tokens
