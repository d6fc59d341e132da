"""What a cascade recovers and costs, through the real machine in the simulator, on recorded answers of real models.

    python -m tests.benchmarks.bench_cascade DATA [SPLITS]

DATA is a folder with `zeroeval_gsm.jsonl.gz`, `zeroeval_crux.jsonl.gz` and `zeroeval_math-l5.jsonl.gz`: rows of
`{id, prompt, pair, q: {model: score}, cost_usd: {model: cost}, a: {model: hash of the answer}}` (the ZeroEval outputs,
re-scored; docs/routing-quality.md says where they come from). TOKENWISE_ROUTING_DATA names it too; without either
nothing is printed.

Each split halves the rows by a seed. The pair of cheap models and the forecast of how often they agree come from one
half; everything printed is of the other, every request with a budget of its own and all of its calls paid from it.
Model, prices and policy are what a user would state: a catalogue and `cascade: {first, second, strong, accept_rate}`.
"""

import gzip
import json
import os
import random
import statistics
import sys
from itertools import combinations
from pathlib import Path

from tokenwise.calibration.accepting import Compared, best_pair
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.policy import AcceptRates, Cascading, Policy, Strategy
from tokenwise.routing.choosing import Routed, route
from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate
from tokenwise.simulation.workload import Asked, Recorded, Variant, need_of
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread
from tokenwise.traits import Capability, Tier
from tokenwise.usage import TokenCount

BENCHES = ("zeroeval_gsm", "zeroeval_crux", "zeroeval_math-l5")
CAP = 4096
BUDGET = Nanodollars(10**9)
# Cheap is what costs at most half of the strong model.
CHEAP = 0.5
# All answers come at once, so that only money and models matter.
WORLD = ModelledWorld(usual=Behaviour(latency_ms=Spread(((0, 1), (1000, 1))), token_us=0))


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [row for line in lines if not (row := json.loads(line)).get("contaminated")]


def mean(values):
    return sum(values) / len(values)


class Half:
    """Half of a file's rows, with the catalogue that this half's costs make."""

    def __init__(self, rows, weak, strong):
        self.rows, self.weak, self.strong = rows, weak, strong
        self.models = sorted(set.intersection(*(set(row["cost_usd"]) for row in rows)))
        self.cost = {name: mean([row["cost_usd"][name] for row in rows]) for name in self.models}
        self.quality = {name: mean([row["q"][name] for row in rows]) for name in self.models}
        # A token of output costs a model's mean answer / 300, so that caps and worst cases are of the usual size.
        self.nano = {name: 1e9 * self.cost[name] / 300 for name in self.models}

    @property
    def pairs(self):
        cheap = [name for name in self.models if self.cost[name] <= CHEAP * self.cost[self.strong]]
        return [(one, other) for one, other in combinations(sorted(cheap, key=self.cost.get), 2)]

    def agreed(self, pair):
        return mean([agrees(row, pair) for row in self.rows])

    def outcome(self, pair):
        """Quality and cost of the pair's cascade, by the records alone."""
        one, other = pair
        told = [other if agrees(row, pair) else self.strong for row in self.rows]
        quality = mean([row["q"][model] for row, model in zip(self.rows, told, strict=True)])
        spent = [
            row["cost_usd"][one] + row["cost_usd"][other] + (model == self.strong) * row["cost_usd"][self.strong]
            for row, model in zip(self.rows, told, strict=True)
        ]
        return quality, mean(spent)

    def recovered(self, quality, weakest=None):
        low = self.quality[self.weak if weakest is None else weakest]
        return (quality - low) / (self.quality[self.strong] - low)

    def best_pair(self):
        """What `tw calibrate` would choose by this half."""
        rows = [
            Compared(Capability.MATH, {name: row["a"][name] or "" for name in self.models}, row["q"], row["cost_usd"])
            for row in self.rows
        ]
        return best_pair(rows, self.strong)


def agrees(row, pair):
    one, other = (row["a"][name] for name in pair)
    return one is not None and one == other


def catalog_of(half):
    def model(name):
        rate = NanoPerMtok(round(1e6 * half.nano[name]))
        nothing = NanoPerMtok(0)
        return Model(
            id=name,
            tier=Tier.FLAGSHIP if name == half.strong else Tier.BUDGET,
            capabilities=Capability.GENERAL | Capability.MATH,
            context_tokens=128_000,
            max_output_tokens=CAP,
            offers=(Offer("direct", name, Price((Rate(nothing, rate, nothing, nothing),))),),
            quality=round(1000 + 500 * half.quality[name]),
        )

    return Catalog([model(name) for name in half.models])


def asked_of(half, rows, model=""):
    """The rows as requests that name no model, each with what every model made of it."""

    def recorded(row, name):
        tokens = max(1, round(1e9 * row["cost_usd"][name] / half.nano[name]))
        return Recorded(round(1000 * row["q"][name]), min(CAP, tokens), row["a"][name] or "")

    return [
        Asked(
            id=f"r{index}",
            at_ms=10 * index,
            input=TokenCount(100, 400),
            capabilities=Capability.MATH,
            difficulty=0.5,
            max_output_tokens=CAP,
            model=model,
            outcomes={name: recorded(row, name) for name in half.models},
        )
        for index, row in enumerate(rows)
    ]


def policy_of(half, pair):
    """What half one says of a pair, as a user would write it down."""
    rate = AcceptRates(math=half.agreed(pair))
    cascade = Cascading(first=pair[0], second=pair[1], strong=half.strong, accept_rate=rate)
    return Policy(strategy=Strategy.CASCADE, cascade=cascade)


def forecast_of(half, pair, catalog):
    """The machine's own decision about a request of the file."""
    asked, policy = asked_of(half, half.rows[:1])[0], policy_of(half, pair)
    routed = route(need_of(asked, policy), catalog, policy, BUDGET)
    assert isinstance(routed, Routed)
    assert routed.forecast is not None
    return routed.forecast


def simulated(asked, policy, catalog):
    """Mean quality and mean cost in dollars, and strong calls a request, of requests that all ended well."""
    setting = Setting(catalog=catalog, world=WORLD)
    sums = simulate(asked, Variant(name="v", policy=policy, limit=BUDGET), setting)[EVERYTHING].sums
    count = sums["requests",]
    assert sums["outcome", "completed"] == count
    assert sums["spent_nano",] <= count * BUDGET
    return sums["quality",] / count / 1000, sums["spent_nano",] / count / 1e9, sums["tier", "flagship", "calls"] / count


def at_cost(rows, half, order, cost):
    """What a router that sends rows to the strong model in this order has recovered once it has spent so much a row."""
    quality, spent = [row["q"][half.weak] for row in rows], [row["cost_usd"][half.weak] for row in rows]
    for index in order:
        if mean(spent) >= cost:
            break
        quality[index], spent[index] = rows[index]["q"][half.strong], rows[index]["cost_usd"][half.strong]
    return mean(quality)


def split(rows, seed):
    shuffled = random.Random(seed).sample(rows, len(rows))
    return shuffled[: len(rows) // 2], shuffled[len(rows) // 2 :]


def one_split(rows, seed):
    """Everything that is printed of one split, as a dict of figures of its second half."""
    first, second = split(rows, seed)
    weak, strong = rows[0]["pair"]
    half, other = Half(first, weak, strong), Half(second, weak, strong)
    pair, catalog = half.best_pair(), catalog_of(half)
    requests = asked_of(half, second)
    quality, cost, calls = simulated(requests, policy_of(half, pair), catalog)
    always = simulated(asked_of(half, second, model=strong), Policy(), catalog)
    share, better = cost / always[1], max(pair, key=half.quality.get)
    order = sorted(range(len(second)), key=lambda index: -len(second[index]["prompt"]))
    chance = random.Random(seed).sample(range(len(second)), len(second))
    needed = [row["q"][strong] > row["q"][weak] for row in second]
    oracle = [row["cost_usd"][strong if some else weak] for row, some in zip(second, needed, strict=True)]
    forecast = forecast_of(half, pair, catalog)
    return {
        "pair": pair,
        "recovered": other.recovered(quality),
        "recovered from the better of the two": other.recovered(quality, better),
        "cost": share,
        "strong calls": calls,
        "forecast cost": forecast.expected / forecast.straight,
        "taken": forecast.pays,
        "better of the two alone": other.recovered(other.quality[better]),
        "its cost": other.cost[better] / other.cost[strong],
        "weak cost": other.cost[weak] / other.cost[strong],
        "random at this cost": other.recovered(at_cost(second, other, chance, cost)),
        "length at this cost": other.recovered(at_cost(second, other, order, cost)),
        "oracle": other.recovered(mean([max(row["q"][weak], row["q"][strong]) for row in second])),
        "oracle's cost": mean(oracle) / other.cost[strong],
        "oracle's calls": mean(needed),
    }


def decisions(rows, seed):
    """For every pair: the forecast cost made on one half, whether it is taken, and the cost on the other half."""
    first, second = split(rows, seed)
    half, other = (Half(part, *rows[0]["pair"]) for part in (first, second))
    catalog = catalog_of(half)
    for pair in half.pairs:
        forecast = forecast_of(half, pair, catalog)
        yield forecast.expected / forecast.straight, forecast.pays, other.outcome(pair)[1] / other.cost[other.strong]


def shown(figures, name):
    values = sorted(one[name] for one in figures)
    return f"{statistics.median(values):.3f} [{values[0]:.3f}, {values[-1]:.3f}]"


def report(name, rows, splits):
    figures = [one_split(rows, seed) for seed in range(splits)]
    pairs = [one["pair"] for one in figures]
    usual = max(set(pairs), key=pairs.count)
    print(f"\n{name}: {len(rows)} rows, {' -> '.join(rows[0]['pair'])}; median of {splits} splits [least, most]")
    print(f"  chosen most often ({pairs.count(usual)} times): {' + '.join(usual)}")
    for key in figures[0]:
        if key not in ("pair", "taken"):
            print(f"  {key:<38}{shown(figures, key)}")
    print(f"  {'taken by its forecast':<38}{sum(one['taken'] for one in figures)} of {splits}")
    told = [row for seed in range(splits) for row in decisions(rows, seed)]
    taken, declined = [row for row in told if row[1]], [row for row in told if not row[1]]
    print(f"  all {len(told)} decisions about pairs of cheap models: {len(taken)} taken, {len(declined)} declined")
    saves, right = (
        sum(real < 1 for _, _, real in taken),
        sum(real > 1 - Cascading().least_saving for _, _, real in declined),
    )
    print(f"    on the other half {saves} of the {len(taken)} cost less than the strong model alone,")
    print(f"    and {right} of the {len(declined)} would have saved less than the least that is asked for")
    errors = sorted(abs(forecast - real) for forecast, _, real in told)
    usual, worst = statistics.median(errors), errors[int(0.95 * len(errors))]
    print(f"    forecast and real cost differ by {usual:.3f} (median), {worst:.3f} (95 of 100)")


def main(argv=()):
    given = argv[0] if argv else os.environ.get("TOKENWISE_ROUTING_DATA", "")
    if not given:
        print("no data: name its folder, or set TOKENWISE_ROUTING_DATA")
        return
    splits = int(argv[1]) if len(argv) > 1 else 20
    for name in BENCHES:
        report(name, rows_of(Path(given) / f"{name}.jsonl.gz"), splits)


if __name__ == "__main__":
    main(sys.argv[1:])
