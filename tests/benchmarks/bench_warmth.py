"""What it is worth to stay where a conversation is warm: agents' sessions of 200 messages, prices as shipped."""

import itertools
import random
from collections.abc import Sequence

from attrs import evolve, frozen

from tokenwise.budgets.ledger import Charged
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price, Rate
from tokenwise.ids import AttemptId, jitter
from tokenwise.money import Nanodollars, format_usd, parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.warmth import WARMTH_MS
from tokenwise.routing.worth import likely_output, quality, strength, thinks
from tokenwise.simulation.conversations.caches import Caches
from tokenwise.simulation.conversations.recall import Conversations
from tokenwise.simulation.workload import Asked, need_of
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount, Usage

SEEDS = range(4)
PLENTY = parse_usd("50")
TWO = (Policy(strategy=Strategy.CHEAPEST), Policy())


@frozen
class Played:
    """A conversation as it went: its cost, the expected quality of its answers (mean, points), who answered."""

    cost: Nanodollars
    quality: float
    models: tuple[str, ...]

    @property
    def switches(self) -> int:
        return sum(one != other for one, other in itertools.pairwise(self.models))


def turns_of(seed: int, pause_every: int = 25) -> list[Asked]:
    """A conversation as agents have them: a long beginning, short steps, some of them hard, and pauses."""
    turns, at_ms, said = list[Asked](), 0, 0
    for nth in range(200):
        added, output, hard, gap = (jitter(seed, AttemptId(w, nth), 999) for w in ("added", "output", "hard", "gap"))
        said += 12_000 if nth == 0 else 150 + 2 * added
        turns.append(
            Asked(
                id=f"t{nth}",
                at_ms=at_ms,
                input=TokenCount(said, 4 * said),
                capabilities=Capability.CODE,
                features=Feature.TOOLS,
                difficulty=0.15 + 0.00045 * hard if hard < 850 else 0.5 + 0.0005 * hard,
                max_output_tokens=8_000,
                output_tokens=60 + output // 2,
                session="s",
            )
        )
        said += 60 + output // 2
        at_ms += 900_000 if pause_every and nth % pause_every == pause_every - 1 else 4_000 + 40 * gap
    return turns


def play(turns: Sequence[Asked], catalog: Catalog, policy: Policy, model: str = "", *, sticky: bool = True) -> Played:
    """Every turn decided as at the proxy, or as if no cache were warm, or asked of one model throughout.

    Answers are as long as said, with the thoughts that routing expects of who thinks.
    """
    caches, kept = Caches(), Conversations()
    cost, points, names = 0, 0, list[str]()
    for turn in turns:
        asked = evolve(turn, model=model)
        need = evolve(need_of(asked, policy), output_tokens=turn.output_tokens)
        recalled = kept.recalled(asked, need, turn.at_ms)
        decision = route(recalled if sticky else need, catalog, policy, PLENTY)
        if not isinstance(decision, Routed):
            break
        bid, chosen = decision.bid, decision.model
        read = caches.read(asked, (bid.provider, chosen.id), turn.at_ms)
        said = min(bid.max_output_tokens, likely_output(need, thinks=thinks(chosen)))
        usage = Usage(cache_write_5m_tokens=turn.input.expected - read, cache_read_tokens=read, output_tokens=said)
        paid = chosen.offered_by[bid.provider].price.cost(usage)
        charged = Charged(AttemptId("answer", 0), chosen.id, bid.provider, paid, usage, "ok", False, chosen.id)
        kept.learn(asked, recalled, catalog, charged, turn.at_ms)
        caches.keep(asked, (bid.provider, chosen.id), turn.at_ms, WARMTH_MS)
        cost, points = cost + paid, points + quality(strength(chosen, need.work), turn.difficulty)
        names.append(chosen.id)
    return Played(Nanodollars(cost), points / max(1, len(names)) / 1000, tuple(names))


def main() -> None:
    """Print, for each strategy: staying, deciding each turn as if nothing were warm, and the best fixed model."""
    catalog = embedded_catalog()
    sessions = [turns_of(seed) for seed in SEEDS]
    throughout = one_model_throughout(sessions, catalog)
    print(f"{'':46} {'dollars':>9} {'points':>7} {'switches':>8}")
    for strategy in (Strategy.CHEAPEST, Strategy.BALANCED, Strategy.BEST_QUALITY):
        stay = [play(turns, catalog, Policy(strategy=strategy)) for turns in sessions]
        leave = [play(turns, catalog, Policy(strategy=strategy), sticky=False) for turns in sessions]
        tell(f"{strategy.value}, staying where it pays", stay)
        tell(f"{strategy.value}, as if nothing were warm", leave)
        name = best_fixed(throughout, stay)
        tell(f"  as good: {name} throughout", throughout[name])

    print("against the best single model that is as good, with pauses, without")
    sold = {vendor or "everybody": of_vendor(catalog, vendor) for vendor in ("", "openai/", "anthropic/", "google/")}
    for name, listed in (sold | {f"other prices {seed}": at_other_prices(catalog, seed) for seed in SEEDS}).items():
        compared = zip(against(listed, pause_every=25), against(listed, pause_every=0), strict=True)
        for policy, figures in zip(TWO, compared, strict=True):
            print(f"{name:15} {policy.strategy.value:9}", *(f"{each:+7.1f} %" for each in figures), flush=True)


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


def against(catalog: Catalog, pause_every: int) -> list[float]:
    """By how much each of the two policies is dearer than the best single model that is as good, in percent."""
    sessions = [turns_of(seed, pause_every) for seed in SEEDS]
    throughout = one_model_throughout(sessions, catalog)
    played = [[play(turns, catalog, policy) for turns in sessions] for policy in TWO]
    return [100 * cost_of(each) / cost_of(throughout[best_fixed(throughout, each)]) - 100 for each in played]


def one_model_throughout(sessions: list[list[Asked]], catalog: Catalog) -> dict[str, list[Played]]:
    """What each model that can be asked for makes of the sessions, where it has room for them to their end."""
    named = sorted(model.id for model in catalog.models if model.offers and not model.named_only and not model.trade)
    every = {name: [play(turns, catalog, Policy(), name) for turns in sessions] for name in named}
    return {name: played for name, played in every.items() if all(len(one.models) == 200 for one in played)}


def best_fixed(throughout: dict[str, list[Played]], stay: list[Played]) -> str:
    """The cheapest single model whose answers are as good."""
    least = mean([one.quality for one in stay]) - 0.005
    good = [name for name, played in throughout.items() if mean([one.quality for one in played]) >= least]
    return min(good, key=lambda name: cost_of(throughout[name]))


def cost_of(sessions: list[Played]) -> int:
    return sum(one.cost for one in sessions)


def mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


def tell(what: str, sessions: list[Played]) -> None:
    cost = Nanodollars(cost_of(sessions) // len(sessions))
    points, switches = mean([one.quality for one in sessions]), mean([one.switches for one in sessions])
    print(f"{what:46} {format_usd(Nanodollars(cost // 10_000 * 10_000)):>9} {points:7.2f} {switches:8.1f}")


if __name__ == "__main__":
    main()
