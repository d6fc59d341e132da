"""How long it takes to allot 400 models to each of 50 steps, and how large a gap is left, for kinds of menus.

The figures quoted in docs/planner.md come from here. The time is the processor's, the median over five limits and two
seeds; the gap is the largest of those ten, as a share of the utility reached. Whole assignments follow, menus
and all, of 50 and of 200 steps.
"""

import random
import statistics
import time

from attrs import evolve

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.ids import AttemptId, jitter
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.planner.allocation import Allocation, Option, allocate
from tokenwise.planner.assignment import Assigned, assign
from tokenwise.policy import Policy, Strategy
from tokenwise.traits import Capability, Feature, Tier

STEPS, MODELS = 50, 400


def one_catalogue(draw):
    """As planning does: every step has the same models, priced for its own length; quality rises with price."""
    models = []
    for _ in range(MODELS):
        price = 10 ** draw.uniform(7, 10.5)
        models.append((price, round(200 * (draw.uniform(0, 1) + price**0.1))))
    lengths = [draw.randint(100, 4_000) for _ in range(STEPS)]
    return [[(int(price * length) // 10**6, quality) for price, quality in models] for length in lengths]


def unrelated(draw):
    return [[(draw.randint(1, 10**7), draw.randint(1, 10**4)) for _ in range(MODELS)] for _ in range(STEPS)]


def correlated(draw):
    costs = [[draw.randint(1, 10**7) for _ in range(MODELS)] for _ in range(STEPS)]
    return [[(cost, cost // 1_000 + draw.randint(0, 300)) for cost in row] for row in costs]


def identical(draw):
    """Utility is cost: the hardest kind known, a sum to be hit exactly."""
    return [[(cost, cost) for cost in (draw.randint(1, 10**4) for _ in range(MODELS))] for _ in range(STEPS)]


def main():
    """Print a line for each kind of menus."""
    for kind in (one_catalogue, unrelated, correlated, identical):
        measured = [measure(kind, seed, part) for seed in range(2) for part in (0.01, 0.05, 0.2, 0.5, 0.8)]
        median = statistics.median(milliseconds for milliseconds, _ in measured)
        longest = max(milliseconds for milliseconds, _ in measured)
        proven = sum(gap == 0 for _, gap in measured)
        gap = max(gap for _, gap in measured)
        print(f"{kind.__name__:14} {median:5.1f} ms, at most {longest:5.1f} ms; {proven} of 10 proven, gap {gap:.4%}")
    for steps in (STEPS, 4 * STEPS):
        for strategy in Strategy:
            taken = [assigning(steps, strategy, times) for times in (120, 200, 300, 1000, 10_000)]
            median, longest = statistics.median(taken), max(taken)
            print(f"assign {steps:3} steps, {strategy.value:18} {median:5.1f} ms, at most {longest:5.1f} ms")


def assigning(steps, strategy, percent):
    """Milliseconds for an assignment at so many percent of the smallest limit, menus and all. Half the models think."""
    catalog = Catalog(
        evolve(each, features=each.features | Feature.REASONING_EFFORT) if nth % 2 else each
        for nth, each in enumerate(made_up_catalog(MODELS).models)
    )
    plan, policy = long_plan(steps), Policy(strategy=strategy)
    least = assign(plan, catalog, policy, Nanodollars(0)).smallest_limit
    started = time.process_time()
    answer = assign(plan, catalog, policy, Nanodollars(least * percent // 100))
    taken = time.process_time() - started
    assert isinstance(answer, Assigned)
    return 1_000 * taken


def long_plan(steps):
    """Steps of every difficulty and length, two in three of which wait for the one before."""
    return Plan(
        "The task.",
        tuple(
            Step(
                f"s{nth}",
                "Do this part of it. " * 4,
                after=(f"s{nth - 1}",) if nth % 3 else (),
                difficulty=nth * 37 % 100 / 100,
                output_tokens=300 + nth * 91 % 900,
                max_output_tokens=2000 + nth * 53 % 2000,
            )
            for nth in range(steps)
        ),
    )


def measure(kind, seed, part):
    rows = kind(random.Random(seed))
    menus = [[Option(Nanodollars(cost), utility, f"m{nth}") for nth, (cost, utility) in enumerate(row)] for row in rows]
    cheapest, dearest = (sum(bound(row)[0] for row in rows) for bound in (min, max))
    started = time.process_time()
    answer = allocate(menus, Nanodollars(cheapest + int((dearest - cheapest) * part)))
    taken = time.process_time() - started
    assert isinstance(answer, Allocation)
    return 1_000 * taken, answer.optimality_gap / max(1, answer.utility)


def made_up_catalog(size: int) -> Catalog:
    """As many models, with prices, windows and abilities spread as a large catalogue has them."""

    def draw(index: int, what: str, upto: int) -> int:
        return jitter(1, AttemptId(what, index), upto)

    def model(index: int) -> Model:
        price = 10**7 * (1 + draw(index, "price", 1500))
        rate = Rate(
            *(NanoPerMtok(each) for each in (price, price * (2 + draw(index, "output", 6)), price // 10, price))
        )
        kinds = Capability.GENERAL | Capability(draw(index, "kinds", 15)) | Capability.GENERAL
        return Model(
            id=f"vendor{index % 20}/model{index}",
            tier=Tier(draw(index, "tier", 2)),
            capabilities=kinds,
            context_tokens=(8_000, 32_000, 128_000, 200_000, 1_000_000)[draw(index, "window", 4)],
            max_output_tokens=(4_096, 8_192, 64_000)[draw(index, "cap", 2)],
            offers=(Offer("openrouter", f"model{index}", Price((rate,))),),
            features=(Feature.NONE, Feature.TOOLS, Feature.TOOLS | Feature.IMAGES)[draw(index, "features", 2)],
            quality=1000 + draw(index, "quality", 500),
        )

    return Catalog(map(model, range(size)))


if __name__ == "__main__":
    main()
