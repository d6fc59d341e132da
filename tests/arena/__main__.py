"""`python -m tests.arena [NAME …]`: the arena's table, for the contestants that are named or all that are installed."""

import argparse
import sys
from functools import partial

import orjson
import trio
from attrs import asdict

from tests.arena.contestants import NotInstalled
from tests.arena.match import Result, fight
from tests.arena.rivals import ALL, Anywhere
from tests.arena.rounds import ROUNDS, SIZES

HEAD = "| round | billed of the cap | over the cap | cap used | refused wrongly | books less bill | answers |"
RULE = "|---|---|---|---|---|---|---|"


def row(one: Result) -> str:
    """One round as a row of the table; amounts in dollars."""
    usd = [f"${nano / 1e9:.4f}" for nano in (one.billed, one.cap, one.over)]
    owned = f" (${one.owned_up / 1e9:.4f} as overrun)" if one.owned_up else ""
    books = "none kept" if one.books is None else f"{(one.books - one.billed) / 1e9:+.4f}"
    said = ", ".join(f"{count} x {status}" for status, count in sorted(one.statuses.items()) if count)
    return (
        f"| {one.round} | {usd[0]} of {usd[1]} | {usd[2]}{owned} | {one.used:.0%} | {one.wrongly} | {books} | {said} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.arena")
    parser.add_argument("names", nargs="*", choices=[[], *sorted(ALL)], metavar="NAME")
    parser.add_argument("--size", choices=sorted(SIZES), default="full")
    parser.add_argument("--round", action="append", help="this round alone; may be repeated")
    parser.add_argument("--json", action="store_true", help="each round as a line of JSON")
    parser.add_argument("--base-url", help="any gateway that runs already, with its /v1")
    parser.add_argument("--key", default="any", help="its key")
    parser.add_argument("--upstream-port", type=int, default=0, help="where it expects the upstream")
    asked = parser.parse_args()
    rounds = tuple(each for each in ROUNDS if not asked.round or each.name in asked.round)
    said = {False: row, True: lambda one: orjson.dumps(asdict(one)).decode()}
    there = [Anywhere(url=asked.base_url, key=asked.key)] if asked.base_url else [ALL[n]() for n in asked.names or ALL]
    for contestant in there:
        try:
            print(f"\n{contestant.name}: {contestant.version()}\n\n{HEAD}\n{RULE}", flush=True)
            trio.run(
                partial(fight, contestant, rounds, SIZES[asked.size], port=asked.upstream_port, tell=said[asked.json])
            )
        except* NotInstalled as why:
            print(f"{contestant.name}: not run: {why.exceptions[0]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
