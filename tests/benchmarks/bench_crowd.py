"""Six hundred clients on $0.05 and sixty-four on $0.10, over HTTP, in front of a provider that bills all it may.

    python -m tests.benchmarks crowd

Each asks up to four times while it is told to wait. "hasty" are refusals for good while the money was only held.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import trio

from tests.shell.crowd import crowded
from tokenwise.money import parse_usd

_CROWDS: Final[tuple[tuple[int, str, tuple[float, float], dict[str, Any]], ...]] = (
    (600, "0.05", (1, 2), {}),
    (600, "0.05", (3, 10), {}),
    (600, "0.05", (5, 25), {}),
    (64, "0.10", (1, 15), {"max_tokens": 400}),
)


def main() -> None:
    """Print a line for each crowd."""
    for clients, limit, usd, fields in _CROWDS:
        trio.run(_one, clients, limit, usd, fields)


async def _one(clients: int, limit: str, usd: tuple[float, float], fields: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        crowd = await crowded(Path(folder), clients, parse_usd(limit), usd, **fields)
    statuses = ", ".join(f"{number} x {status}" for status, number in sorted(crowd.statuses.items()))
    print(
        f"{clients} clients on ${limit} at ${usd[0]} and ${usd[1]}: {crowd.served} served, the last after "
        f"{crowd.last_s:.1f} s; {crowd.spent / crowd.limit:.1%} spent, {crowd.overrun} overrun; "
        f"{statuses}; {len(crowd.hasty)} hasty"
    )
