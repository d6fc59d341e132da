"""Requests drawn by a seed, told briefly and through the machine: every entry, time, sum and window must be the same.

`python -m property_tests.both_ways FIRST COUNT` does so for so many seeds of forty requests each, and names the first
that differs; exit code 1 then. 2,500 seeds are 100,000 requests. How far it is is said every ten seconds.
"""

import os
import sys

from property_tests.seeded import draw, seeded_catalog, seeded_plan
from tokenwise import embedded_catalog
from tokenwise.budgets.nested import Closed
from tokenwise.money import Nanodollars
from tokenwise.policy import AcceptRates, Cascading, FreeModels, Policy, Strategy
from tokenwise.simulation.surveys import Setting, simulate, trace
from tokenwise.simulation.tally import Tally
from tokenwise.simulation.workload import Allowance, Asked, Recorded, Variant
from tokenwise.simulation.worlds import ModelledWorld
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount

REQUESTS = 40
SAYS_SO_S = 10
# A decision among the shipped models takes twenty times as long as among nine: two seeds of sixteen, one of them calm.
AMONG_ALL = (1, 7)
EMBEDDED = embedded_catalog()


def drawn_request(seed, index, at_ms, models):
    def one(what, *choices):
        return choices[draw(seed, f"{what}{index}", len(choices) - 1)]

    expected = one("input", 0, 3, 90, 700, 30_000, 95_000)
    named = models[draw(seed, f"named{index}", len(models) - 1)]
    # Of the shipped list a plan is assigned in 10 ms, of a small one in one.
    plan = one("plan", *[None] * 5, seeded_plan(seed + draw(seed, f"steps{index}", 3))) if len(models) < 20 else None
    return Asked(
        id=f"r{index}",
        at_ms=at_ms,
        key=one("key", "", "web", "batch"),
        input=TokenCount(expected, expected * one("bound", 1, 4)),
        capabilities=one("kind", Capability.GENERAL, Capability.CODE, Capability.MATH | Capability.CODE),
        guessed=one("guessed", False, True),
        difficulty=one("difficulty", 0.0, 0.2, 0.55, 0.9, 1.0),
        max_output_tokens=one("cap", None, None, 60, 400, 9_000),
        output_tokens=one("length", None, None, 1, 5_000),
        features=one("features", Feature.NONE, Feature.NONE, Feature.TOOLS),
        model=one("model", "", "", "", named.id),
        limit=one("limit", None, None, Nanodollars(0), Nanodollars(3_000_000)),
        judged=one("judged", False, True),
        streamed=one("streamed", False, True),
        outcomes=one("outcomes", {}, {}, {named.id: Recorded(700, 50, "yes")}),
        session="" if plan else one("session", "", "", "talk", "work"),
        plan=plan,
        prefix_tokens=one("prefix", None, None, 0, 20_000),
    )


def drawn_variant(seed):
    one = lambda what, *choices: choices[draw(seed, what, len(choices) - 1)]  # noqa: E731 -- a word for below
    limit = Nanodollars(10 ** one("shared", 5, 7, 9, 12))
    held = Allowance("all", limit, one("window", 0, 700, 60_000)), Allowance("key", limit, 0, per_key=True)
    policy = Policy(
        strategy=one("strategy", *Strategy),
        free_models=one("free", *FreeModels),
        timeout_ms=one("timeout", 120_000, 4_000),
        deadline_ms=one("deadline", 0, 0, 2_500),
        cascade=Cascading(least_saving=0.0, accept_rate=AcceptRates(general=0.9, code=0.9, math=0.9)),
    )
    each = Nanodollars(10 ** one("each", 6, 8, 9))
    shared, best = held[: one("held", 0, 1, 2)], one("best", False, True)
    return Variant(name="v", policy=policy, limit=each, best_effort=best, allowances=shared)


def check_requests(seed, world):
    """Forty requests in this world: briefly and at length the same. Raises AssertionError."""
    catalog = EMBEDDED if seed % 16 in AMONG_ALL else seeded_catalog(seed)
    gap, some, at_ms = (0, 1, 40, 900)[draw(seed, "gap", 3)], [], 0
    for index in range(REQUESTS):
        at_ms += draw(seed, f"gap{index}", gap)
        some.append(drawn_request(seed, index, at_ms, catalog.models))
    variant, setting = drawn_variant(seed), Setting(catalog=catalog, world=world)
    briefly = list(trace(some, variant, setting, seed=seed))
    at_length = list(trace(some, variant, setting, seed=seed, at_length=True))
    for short, long in zip(briefly, at_length, strict=True):
        assert told(short) == told(long), f"seed {seed}: briefly {told(short)}\nat length {told(long)}"
    tally, counted = simulate(some, variant, setting, seed=seed)[None], Tally()
    for one in at_length:
        counted.add_window(one) if isinstance(one, Closed) else counted.add(one, catalog)
    assert tally == counted, f"seed {seed}: the sums differ"
    assert sum(tally.below("outcome").values()) == REQUESTS, f"seed {seed}: every request has an outcome"
    by_model = sum(tally.sums["model", name, "spent_nano"] for name in tally.names("model"))
    assert by_model == tally.sums["spent_nano",], f"seed {seed}: spending by model adds up"
    return sum(not isinstance(one, Closed) and one.ready is not None for one in briefly)


def told(one):
    if isinstance(one, Closed):
        return one
    return one.asked, one.entries, one.outcome, one.reason, one.why, one.spent, one.overrun, one.ended_ms, one.quality


def main(first, count):
    """Check so many seeds; the exit code."""
    from property_tests.swarm import drawn_world

    brief, says_so = 0, os.times().elapsed + SAYS_SO_S
    for seed in range(first, first + count):
        try:
            # Every second world is a calm one, in which most stories are common.
            brief += check_requests(seed, ModelledWorld() if seed // 2 % 2 else drawn_world(seed))
        except AssertionError as error:
            sys.stdout.write(f"{error}\n")
            return 1
        if os.times().elapsed >= says_so:
            says_so += SAYS_SO_S
            sys.stdout.write(f"{(seed + 1 - first) * REQUESTS:,} of {count * REQUESTS:,}, {brief:,} told briefly\n")
            sys.stdout.flush()
    total = count * REQUESTS
    sys.stdout.write(f"{total:,} requests from seed {first}: the same both ways, {brief:,} of them told briefly\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
