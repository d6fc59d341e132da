"""An agent's session of 60 turns under $1.00 a request: what each turn was held for, and what it was billed.

    python -m tests.benchmarks agent_session

25 tools of 75 kB, 200 kB at the end, against a model at $5 and $25 per million tokens: with marks for five minutes and
without, and once more where nothing is remembered of earlier turns, so that every byte counts as a token.
"""

from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import trio

from tests.shell.agent_session import CATALOG, Session, Turn, played
from tests.shell.proxy_world import proxy
from tokenwise.money import parse_usd


def main() -> None:
    """Print three lines for each of the sessions."""
    trio.run(_all)


async def _all() -> None:
    await _one("marks for five minutes", Session())
    await _one("no marks", Session(marked=False))
    await _one("marks, counts forgotten", Session(), remembered=0)


async def _one(name: str, session: Session, *, remembered: int = 10_000) -> None:
    with TemporaryDirectory() as folder:
        budget = parse_usd("1")
        async with proxy(Path(folder), catalog=CATALOG, kind="anthropic", default_budget=budget) as world:
            world.service.counts.most = remembered
            turns = await played(world, session)
    print(f"{name}: {len(turns)} turns, {turns[-1].status} at last, {session.size:,} bytes in the end")
    served = [turn for turn in turns if turn.status == 200]
    _tell("  first", served[:1])
    _tell("  later", served[1:])


def _tell(name: str, turns: list[Turn]) -> None:
    if turns:
        loose, caps = [turn.looseness for turn in turns], [turn.cap for turn in turns]
        overrun = sum(turn.overran for turn in turns)
        print(
            f"{name}: bound / billed {mean(loose):.2f} on average, {max(loose):.2f} at most; "
            f"cap at least {min(caps):,}; {overrun} overran"
        )
