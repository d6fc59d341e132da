"""Many clients at once on one small budget, in front of a provider that bills every token it may.

`python -m tests.benchmarks crowd` runs all of them; the tests take fewer.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import trio
from attrs import define, evolve, field

from tests.shell.loopback import next_request, on_loopback, whole
from tests.shell.plain_http import Connection, post
from tests.shell.proxy_world import SMALL, World, chat, furnished, price, running
from tests.shell.proxy_world import model as a_model
from tokenwise.budgets.windows import Window
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.money import Nanodollars
from tokenwise.traits import Tier
from tokenwise.usage import count_messages
from tokenwise_shell.proxy.admission.budgets import standings

QUESTION = "What is rain?"

# As long as a short answer takes.
_ANSWER_S = 0.3

# How often a client asks that is told to wait.
_TRIES = 4


@define
class Crowd:
    """What became of the clients: how many were served, when the last of them was, and who was told what for nothing.

    `hasty` are refusals for good at a moment when the least that would do was only held. `spent` and `overrun` are at
    the end, in nano-dollars.
    """

    limit: Nanodollars
    served: int = 0
    last_s: float = 0
    statuses: dict[int, int] = field(factory=dict)
    hasty: list[str] = field(factory=list)
    spent: int = 0
    overrun: int = 0


async def greedy(stream: trio.abc.Stream) -> None:
    """Answer every request after a while, and bill the most that it can come to."""
    while request := await next_request(stream):
        asked = orjson.loads(request.partition(b"\r\n\r\n")[2])
        await trio.sleep(_ANSWER_S)
        texts = [turn["content"] for turn in asked["messages"]]
        cap = asked.get("max_tokens") or asked["max_completion_tokens"]
        usage = {"prompt_tokens": count_messages(texts).bound, "completion_tokens": cap}
        choice = {"index": 0, "message": {"role": "assistant", "content": "Wet."}, "finish_reason": "stop"}
        await stream.send_all(whole(orjson.dumps({"model": asked["model"], "choices": [choice], "usage": usage})))


async def crowded(
    folder: Path, clients: int, limit: Nanodollars, usd: tuple[float, float], *, every_s: float = 0, **fields: Any
) -> Crowd:
    """So many clients, one each `every_s`, that ask the same of one model at these prices per million tokens."""
    catalog = Catalog((a_model(SMALL, Tier.MID, Offer("one", "small-1", price(*usd))),))
    crowd = Crowd(limit)
    async with on_loopback(greedy) as house:
        space = furnished(folder, catalog, one=f"http://127.0.0.1:{house.port}/v1")
        space = evolve(space, settings=evolve(space.settings, budgets={Window.TOTAL: limit}))
        async with running(space) as (url, service):
            world, began = World(url, service, house, house), trio.current_time()
            body, least = chat(QUESTION, **fields), _least(world)

            async def one(number: int) -> None:
                await trio.sleep(every_s * number)
                await _ask(world, crowd, body, least, began)

            async with trio.open_nursery() as nursery:
                for number in range(clients):
                    nursery.start_soon(one, number)
            lines = world.lines
            crowd.spent = sum(each["amount_nano"] for each in lines if each["type"] in ("charged", "abandoned"))
            crowd.overrun = sum(each["amount_nano"] for each in lines if each["type"] == "overran")
            assert world.balances()
    return crowd


def _least(world: World) -> int:
    """The cheapest answer worth sending."""
    known = world.client.workspace.catalog[SMALL].price
    tokens = world.client.workspace.policy().min_output_tokens
    return known.worst(input_tokens=count_messages([QUESTION]).bound, output_tokens=tokens)


async def _ask(world: World, crowd: Crowd, body: dict[str, Any], least: int, began: float) -> None:
    parts = urlsplit(world.url)
    connection = await Connection.open(parts.hostname, parts.port)
    try:
        for _ in range(_TRIES):
            head = await connection.ask(post("/v1/chat/completions", orjson.dumps(body), host=parts.netloc))
            said = await connection.body(head)
            crowd.statuses[head.status] = crowd.statuses.get(head.status, 0) + 1
            if head.status == 200:
                crowd.served += 1
                crowd.last_s = trio.current_time() - began
            elif head.status == 402:
                (now,) = standings(world.client.limits, world.client.interpreter.now_ms())
                if now.amount - now.spent >= least:
                    crowd.hasty.append(said.decode())
            if head.status != 429:
                return
            await trio.sleep(min(1.0, float(head.headers.get("retry-after", "1"))))
    finally:
        await connection.aclose()
