"""What the core's decisions cost: routing over 400 models, an event of the machine, a simulated plan of eight steps."""

import statistics
import time

from attrs import evolve

from property_tests.seeded import seeded_job
from tests.core.simulated import only, play
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.ids import AttemptId, jitter
from tokenwise.machine.machine import start, step
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.request import read_request
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

QUESTION = "Write a Python function that merges two sorted lists, and say how long it takes."
PLENTY = Nanodollars(10**12)
REPEATS = 9


def main() -> None:
    """Print medians of nine rounds."""
    routing(made_up_catalog(400))
    machine_events()
    simulated_plans()


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


def routing(catalog: Catalog) -> None:
    known = [
        Need(Capability.CODE, TokenCount(100 + 7 * nth, 400 + 28 * nth), 1000, 400, difficulty=0.5)
        for nth in range(100)
    ]
    for strategy in Strategy:
        policy = Policy(strategy=strategy)
        decided = per_call(lambda policy=policy: [route(need, catalog, policy, PLENTY) for need in known]) / len(known)
        tell(f"route, {len(catalog)} models, need known, {strategy.value}", decided * 1e6, "us")
    favourite = route(known[0], catalog, Policy(), PLENTY)
    assert isinstance(favourite, Routed)
    short = per_call(lambda: route(known[0], catalog, Policy(), Nanodollars(favourite.bid.amount - 1)))
    tell(f"route, {len(catalog)} models, the favourite a nano-dollar too dear", short * 1e6, "us")
    fresh = per_call(lambda: route(known[0], Catalog(catalog.models), Policy(), PLENTY), times=3)
    tell(f"route, {len(catalog)} models, the first of a new catalogue", fresh * 1e6, "us")
    policy = Policy()
    text = per_call(lambda: route(read_request(QUESTION, policy).need, catalog, policy, PLENTY))
    tell(f"read {len(QUESTION)} characters and route", text * 1e6, "us")


def machine_events() -> None:
    story = only(play([Arrival(eight_steps(7))], RandomWorld(7)))
    events = [moment.event for moment in story.moments[1:]]

    def replay() -> None:
        run, _ = start(story.run.job)
        for event in events:
            run, _ = step(run, event)

    replayed = per_call(replay) / len(events)
    tell(f"machine, a plan of eight steps, {len(events)} events", replayed * 1e6, "us/event")


def simulated_plans() -> None:
    arrivals = [Arrival(evolve(eight_steps(seed), id=f"run{seed}"), at_ms=10_000_000 * seed) for seed in range(50)]
    seconds = per_call(lambda: play(arrivals, RandomWorld(7)), times=1) / len(arrivals)
    tell("simulated plans of eight steps", 1 / seconds, "plans/s")


def eight_steps(seed: int):
    """A planned job of eight steps with money enough, so that every step is called."""
    return seeded_job(seed, size=8, limit=10**10)


def tell(what: str, figure: float, unit: str) -> None:
    print(f"{what:56} {figure:9.1f} {unit}")


def per_call(work, times: int = 20) -> float:
    """Seconds of one call: the median of several rounds of as many calls."""
    work()
    return statistics.median(round_of(work, times) for _ in range(REPEATS)) / times


def round_of(work, times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started
