"""Jobs drawn by a seed alone, for loops of a stated length: a failing seed reproduces its failure by itself."""

from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.ids import AttemptId, jitter
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, assign
from tokenwise.policy import Escalation, Policy, Strategy
from tokenwise.traits import Capability, Tier


def draw(seed, what, upto):
    return jitter(seed, AttemptId(what, 0), upto)


def seeded_catalog(seed):
    def model(index):
        price = 10**8 * (1 + draw(seed, f"price{index}", 200))
        rate = Rate(NanoPerMtok(price), NanoPerMtok(5 * price), NanoPerMtok(price // 10), NanoPerMtok(price))
        sellers = ("direct", "openrouter") if draw(seed, f"sellers{index}", 1) else ("openrouter",)
        kinds = Capability.GENERAL | list(Capability)[draw(seed, f"kind{index}", 3)]
        return Model(
            id=f"vendor/m{index}",
            tier=Tier(index % 3),
            capabilities=kinds,
            context_tokens=100_000,
            max_output_tokens=8_000,
            offers=tuple(Offer(seller, f"m{index}", Price((rate,))) for seller in sellers),
            quality=1200 + 30 * index,
        )

    return Catalog(map(model, range(9)))


def seeded_plan(seed, size=None):
    size = size or 1 + draw(seed, "size", 7)

    def step(index):
        parents = (
            {draw(seed, f"parent{index}.{k}", index - 1) for k in range(draw(seed, f"n{index}", 2))} if index else ()
        )
        return Step(f"s{index}", f"part {index}", after=tuple(f"s{p}" for p in sorted(parents)), max_output_tokens=1500)

    return Plan("a task", tuple(map(step, range(size))))


def seeded_job(seed, *, size=None, limit=None):
    """A job as planning makes them: assigned within its limit where that is possible, and the cheapest where not."""
    plan, catalog = seeded_plan(seed, size), seeded_catalog(seed)
    policy = Policy(
        strategy=list(Strategy)[draw(seed, "strategy", 3)],
        escalation=list(Escalation)[draw(seed, "escalation", 2)],
        parallelism=1 + draw(seed, "parallelism", 3),
        deadline_ms=(0, 0, 15_000)[draw(seed, "deadline", 2)],
    )
    limit = Nanodollars(limit or 10 ** (6 + draw(seed, "limit", 3)))
    assigned = assign(plan, catalog, policy, limit)
    nobody = (Choice("", Nanodollars(0), Nanodollars(0)),) * len(plan.steps)
    return Job(
        id=f"run{seed}",
        plan=plan,
        choices=assigned.choices if isinstance(assigned, Assigned) else nobody,
        catalog=catalog,
        policy=policy,
        limit=limit,
        seed=seed,
    )
