"""Which models 135 everyday prompts get on a real price list, by strategy.

    python -m tests.benchmarks.bench_everyday LISTING

LISTING is a file as OpenRouter's `/api/v1/models` gives it. Each prompt of tests/prompts/everyday.txt is decided with a
dollar, on the list as it is, without what is given away, and with every price changed; then what the rules make of
models that nobody has heard of. The table of docs/routing-quality.md is of OpenRouter's list of 16 April 2026, which is
not part of this project.
"""

import copy
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from tests.prompts import asked
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.money import parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.choosing import Routed
from tokenwise.routing.worth import expected_cost
from tokenwise_shell.catalogs.openrouter import parse_openrouter
from tokenwise_shell.plans.decision import decide

Rows = list[dict[str, Any]]

PROMPTS = [each.text for each in asked("everyday.txt")]
DOLLAR = parse_usd("1")

# Words of names that no chat model has; beside them, what the list itself says of prices and outputs.
ODD = re.compile(r":free|guard|moderat|lyria|image|paint|relace|morph|apply|embed|tts|audio-p|/auto|router|-search")

# A successor's name, and whose row it is given: at its price, with nothing else known of it.
INVENTED = {
    "openai/gpt-6": "openai/gpt-5.4",
    "anthropic/claude-opus-6": "anthropic/claude-opus-4.7",
    "anthropic/claude-haiku-6": "anthropic/claude-haiku-4.5",
    "google/gemini-5-pro": "google/gemini-2.5-pro",
    "qwen/qwen4-coder-480b": "qwen/qwen3-coder",
    "mistralai/devstral-3-large": "mistralai/devstral-medium",
    "deepseek/deepseek-v5": "deepseek/deepseek-v3.2",
    "nobody/heard-of-this": "deepseek/deepseek-v3.2",
}


def main() -> None:
    """Print the table, for a list that is named; there is none here."""
    if len(sys.argv) < 2 or not Path(sys.argv[-1]).is_file():
        print("name a file: python -m tests.benchmarks.bench_everyday LISTING")
        return
    rows: Rows = orjson.loads(Path(sys.argv[-1]).read_bytes())["data"]
    paid = [row for row in rows if not row["id"].endswith(":free")]
    for name, listing in {
        f"all {len(rows)} rows": rows,
        f"the {len(paid)} that are not :free": paid,
        "all, each price at 0.5 to 2 times": at_other_prices(rows, 1),
        "all, and the invented": [*rows, *invented(rows)],
    }.items():
        tell(name, published(listing))
    told_of(published([*rows, *invented(rows)]))


def published(rows: Rows) -> Catalog:
    return Catalog(parse_openrouter(rows, embedded_catalog(), on="2026-11-30").models).only(["openrouter"])


def tell(name: str, catalog: Catalog) -> None:
    """A line for each strategy, then who was chosen most."""
    print(f"\n{name}\n  {'':18} budget  mid flagship refused  odd     about   at most")
    for strategy in Strategy:
        decisions = [decide(each, catalog=catalog, policy=Policy(strategy=strategy), budget=DOLLAR) for each in PROMPTS]
        found = [(each, each.outcome) for each in decisions if isinstance(each.outcome, Routed)]
        tiers = Counter(routed.model.tier.name for _, routed in found)
        likely = sum(expected_cost(one.model, it.request.need, room=one.bid.max_output_tokens) for it, one in found)
        worst = sum(routed.bid.amount for _, routed in found)
        odd = sum(is_odd(routed.model) for _, routed in found)
        counts = [tiers[tier] for tier in ("BUDGET", "MID", "FLAGSHIP")]
        print(
            f"  {strategy.value:18} {counts[0]:6} {counts[1]:4} {counts[2]:8} {len(PROMPTS) - len(found):7} {odd:4} "
            f"{cents(likely):>9} {cents(worst):>9}"
        )
        names = Counter(routed.model.id for _, routed in found).most_common(4)
        print(f"    {', '.join(f'{name} {times}' for name, times in names)}")


def is_odd(model: Model) -> bool:
    """Whether it is given away, of another trade, or of no known price: nothing that anybody asked for."""
    return bool(model.gratis or model.trade or not isinstance(model.price, Price) or ODD.search(model.id))


def cents(amount: int) -> str:
    return f"{amount / 10**7:.3g} ct"


def at_other_prices(rows: Rows, seed: int) -> Rows:
    """Each row at half to double its prices."""
    drawn, changed = random.Random(seed), copy.deepcopy(rows)
    for row in changed:
        times = drawn.uniform(0.5, 2)
        row["pricing"] = {name: f"{float(usd) * times:.12f}" for name, usd in row["pricing"].items() if float(usd) >= 0}
    return changed


def invented(rows: Rows) -> Rows:
    """The rows of those they follow, under their own names."""
    by_id = {row["id"]: row for row in rows}
    return [{**by_id[like], "id": name, "canonical_slug": name, "name": name} for name, like in INVENTED.items()]


def told_of(catalog: Catalog) -> None:
    print("\ninvented: whose price, tier, capabilities, rating")
    for name, like in INVENTED.items():
        model = catalog[name]
        kinds = "+".join(sorted(str(kind.name).lower() for kind in model.capabilities))
        print(f"  {name:28} {like:28} {model.tier.name.lower():9} {kinds:28} {model.quality}")


if __name__ == "__main__":
    main()
