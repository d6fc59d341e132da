"""What it is worth to stay where a conversation is warm: agents' sessions of 200 messages, prices as shipped."""

import random

from attrs import evolve

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import Nanodollars, format_usd, parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.sessions import Played, Turn, play, turns_of

SEEDS = range(4)
PLENTY = parse_usd("50")


def main() -> None:
    """Print, for each strategy: staying, deciding each turn as if nothing were warm, and the best fixed model."""
    catalog = embedded_catalog()
    sessions = [turns_of(seed, length=200) for seed in SEEDS]
    print(f"{'':46} {'dollars':>9} {'points':>7} {'switches':>8}")
    for strategy in Strategy:
        if strategy is Strategy.CASCADE:
            continue
        policy = Policy(strategy=strategy)
        stay, leave = (
            [play(turns, catalog, policy, PLENTY, sticky=sticky) for turns in sessions] for sticky in (True, False)
        )
        tell(f"{strategy.value}, staying where it pays", stay)
        tell(f"{strategy.value}, as if nothing were warm", leave)
        name, fixed = best_fixed(sessions, catalog, mean(played.quality for played in stay))
        tell(f"  as good: {name} throughout", fixed)

    print("against the best single model that is as good, with pauses, without")
    sold = {vendor or "everybody": of_vendor(catalog, vendor) for vendor in ("", "openai/", "anthropic/", "google/")}
    for name, lists in (sold | {f"other prices {seed}": at_other_prices(catalog, seed) for seed in SEEDS}).items():
        for policy in (Policy(strategy=Strategy.CHEAPEST), Policy()):
            said = (f"{against(lists, policy, pauses):+7.1f} %" for pauses in (25, 0))
            print(f"{name:15} {policy.strategy.value:9}", *said, flush=True)


def of_vendor(catalog: Catalog, vendor: str) -> Catalog:
    """What one vendor sells; everything for none."""
    return Catalog(model for model in catalog.models if model.id.startswith(vendor))


def at_other_prices(catalog: Catalog, seed: int) -> Catalog:
    """Seven of ten models, each at three to eight fifths of its prices, for input and output apart."""
    drawn = random.Random(seed)
    return Catalog(at_prices_of(model, drawn) for model in catalog.models if drawn.random() < 0.7)


def at_prices_of(model: Model, drawn: random.Random) -> Model:
    """The model at prices of its own."""
    read, written = drawn.uniform(0.6, 1.6), drawn.uniform(0.6, 1.6)

    def changed(rate: Rate) -> Rate:
        kept = {name: int(read * getattr(rate, name)) for name in ("cache_read", "cache_write", "cache_write_5m")}
        return evolve(rate, input=int(read * rate.input), output=int(written * rate.output), **kept)

    priced = [offer for offer in model.offers if isinstance(offer.price, Price)]
    at = [evolve(offer, price=evolve(offer.price, rates=tuple(map(changed, offer.price.rates)))) for offer in priced]
    return evolve(model, offers=tuple(at))


def against(catalog: Catalog, policy: Policy, pause_every: int) -> float:
    """By how much a policy is dearer than the best single model that is as good, in percent."""
    sessions = [turns_of(seed, length=200, pause_every=pause_every) for seed in SEEDS]
    played = [play(turns, catalog, policy, PLENTY) for turns in sessions]
    _, fixed = best_fixed(sessions, catalog, mean(one.quality for one in played))
    return 100 * sum(one.cost for one in played) / sum(one.cost for one in fixed) - 100


def best_fixed(sessions: list[tuple[Turn, ...]], catalog: Catalog, least: float) -> tuple[str, list[Played]]:
    """The cheapest single model whose answers are as good."""
    named = {model.id for model in catalog.models if model.offers and not model.named_only and not model.trade}
    every = [
        (name, [play(turns, catalog, Policy(), PLENTY, model=name) for turns in sessions]) for name in sorted(named)
    ]
    whole = [(name, all_of) for name, all_of in every if all(len(one.models) == 200 for one in all_of)]
    good = [(name, all_of) for name, all_of in whole if mean(one.quality for one in all_of) >= least - 0.005]
    return min(good, key=lambda pair: sum(one.cost for one in pair[1]))


def mean(values) -> float:
    every = list(values)
    return sum(every) / len(every)


def tell(what: str, sessions: list[Played]) -> None:
    cost = Nanodollars(sum(one.cost for one in sessions) // len(sessions))
    points, switches = mean(one.quality for one in sessions), mean(one.switches for one in sessions)
    print(f"{what:46} {format_usd(Nanodollars(cost // 10_000 * 10_000)):>9} {points:7.2f} {switches:8.1f}")


if __name__ == "__main__":
    main()
