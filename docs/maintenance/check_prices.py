"""Print every difference between the shipped catalogue's direct prices and genai-prices'.

    python -m pip download --no-deps -d wheels genai-prices
    python docs/maintenance/check_prices.py wheels --on 2026-11-21

Compared are input, output, cache read and both cache writes, at every length of input. Exit code 1 where any differs.
The wheel is read, never imported.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from price_tables import full, genai_price, genai_providers, member, one

from tokenwise.catalog.embedded_models import READ_ON, embedded_catalog
from tokenwise.catalog.prices import Price, Rate

VENDORS = ("anthropic", "google", "openai")
FIGURES = ("input", "output", "cache read", "cache write", "above", "cache write for 5 minutes")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path, help="folder with the wheel of genai-prices")
    parser.add_argument("--on", default=READ_ON, help="the day whose prices are compared, YYYY-MM-DD")
    options = parser.parse_args()
    wheel = one(options.wheels, "genai_prices-*.whl")
    tables = genai_providers(member(wheel, "genai_prices/data.py"))
    theirs = {(vendor, model["id"]): model for vendor in VENDORS for model in tables[vendor]}
    compared, unknown, differences = 0, [], []
    for vendor, name, rates in direct_rows():
        told = genai_price(theirs[vendor, name], options.on)[0] if (vendor, name) in theirs else ()
        if not told:
            unknown.append(f"{vendor}/{name}")
            continue
        compared += 1
        differences += [f"{vendor}/{name}: {line}" for line in differing(rates, tuple(map(full, told)))]
    release = wheel.name.rsplit("-", 3)[0]
    print(f"{compared} direct rows compared with {release} on {options.on}: {len(differences)} differ")
    print(f"not in genai-prices: {', '.join(unknown) or 'none'}")
    print("\n".join(differences))
    return bool(differences)


def direct_rows() -> Iterator[tuple[str, str, tuple[tuple[int, ...], ...]]]:
    for model in embedded_catalog().models:
        for offer in model.offers:
            if offer.provider in VENDORS and isinstance(offer.price, Price):
                yield offer.provider, offer.native_id, tuple(map(figures, offer.price.rates))


def figures(rate: Rate) -> tuple[int, ...]:
    dearest, short = rate.cache_write, rate.cache_write_5m
    return rate.input, rate.output, rate.cache_read, dearest, rate.above_input_tokens, short


def differing(ours: tuple[tuple[int, ...], ...], theirs: tuple[tuple[int, ...], ...]) -> Iterator[str]:
    if len(ours) != len(theirs):
        yield f"{len(ours)} rows here, {len(theirs)} there"
        return
    for mine, yours in zip(ours, theirs, strict=True):
        for name, here, there in zip(FIGURES, mine, yours, strict=True):
            if here != there:
                yield f"{name} {here} here, {there} there"


if __name__ == "__main__":
    sys.exit(main())
