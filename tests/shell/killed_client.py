"""A client under load, to be killed: `python -m tests.shell.killed_client CONFIG` runs plans side by side for ever.

It prints a line for each run that has ended, however it ended.
"""

import sys
from pathlib import Path

import trio

from tokenwise_shell.opening import open_client
from tokenwise_shell.plans.planned import Planned

TASK = "Compare two databases, then write a recommendation"


async def runs(client):
    while True:
        planned = await client.plan(TASK, planner="rules")
        if isinstance(planned, Planned):
            await client.execute(planned)
        print(flush=True)
        await trio.lowlevel.checkpoint()


async def main(config):
    async with open_client(config=config) as client, trio.open_nursery() as nursery:
        for _ in range(6):
            nursery.start_soon(runs, client)


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]))
