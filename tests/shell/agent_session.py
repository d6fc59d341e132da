"""A session of an agent as coding agents make them: the whole conversation again with each turn, marks moving along.

25 tools of at most 75 kB, a system prompt, then turns in which the model says something or calls a tool and what the
tools give is sent back, up to 200 kB at the end. Two marks for five minutes: on the system prompt and on the last turn.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from attrs import define, field, frozen

from tests.shell.proxy_world import ALL, World
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Tier

MODEL = "anthropic/claude-agent"
TURNS = 60
MARK = {"type": "ephemeral"}

# $5 and $25 per million tokens; a read at a tenth, writes at 1.25 and 2 times.
_RATE = Rate(*(NanoPerMtok(int(usd * 10**9)) for usd in (5, 25, 0.5, 10)), cache_write_5m=NanoPerMtok(6_250_000_000))

CATALOG = Catalog(
    (
        Model(
            id=MODEL,
            tier=Tier.FLAGSHIP,
            capabilities=~Capability(0),
            context_tokens=200_000,
            max_output_tokens=64_000,
            offers=(Offer("one", "claude-agent", Price((_RATE,))),),
            features=ALL,
        ),
    )
)

_SENTENCE = "the file reads each line of a table and returns what was found or an error that says why it could not"


def prose(draw: random.Random, size: int) -> str:
    """Words of about so many bytes."""
    said: list[str] = []
    words = _SENTENCE.split()
    while sum(map(len, said)) + len(said) < size:
        said.append(draw.choice(words))
    return " ".join(said)[:size]


@frozen
class Turn:
    """What one turn was held for and billed: tokens of input, the cap that was sent, the whole amount."""

    status: int
    bound: int
    billed: int
    cap: int
    held_nano: int
    cost_nano: int
    overran: bool

    @property
    def looseness(self) -> float:
        """How many times the billed input the bound was."""
        return self.bound / self.billed


@define
class Session:
    """The conversation so far. `marked` says whether it asks for a cache."""

    seed: int = 0
    marked: bool = True
    messages: list[dict[str, Any]] = field(factory=list, init=False)
    _draw: random.Random = field(init=False)
    _tools: list[dict[str, Any]] = field(init=False)
    _system: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._tools = [self._tool(number) for number in range(25)]
        self._system = prose(self._draw, 12_000)
        assert len(orjson.dumps(self._tools)) <= 75_000
        self.messages.append({"role": "user", "content": [{"type": "text", "text": prose(self._draw, 1_500)}]})

    def _tool(self, number: int) -> dict[str, Any]:
        schema = {"type": "object", "properties": {"file": {"type": "string", "description": prose(self._draw, 300)}}}
        return {"name": f"tool_{number}", "description": prose(self._draw, 2_400), "input_schema": schema}

    def body(self) -> dict[str, Any]:
        """The request of the next turn."""
        mark = {"cache_control": MARK} if self.marked else {}
        *before, last = self.messages
        marked = {**last, "content": [*last["content"][:-1], {**last["content"][-1], **mark}]}
        return {
            "model": MODEL,
            "max_tokens": 32_000,
            "system": [{"type": "text", "text": self._system, **mark}],
            "tools": self._tools,
            "messages": [*before, marked],
        }

    def take(self, content: list[dict[str, Any]]) -> None:
        """Take the model's answer, and answer it: with a tool's result for each call, or with some words."""
        self.messages.append({"role": "assistant", "content": content})
        calls = [block for block in content if block["type"] == "tool_use"]
        # Most of what tools give is short, and some is not.
        sizes = [self._draw.choice((200, 300, 600, 900, 2_000, 4_000)) for _ in calls or [None]]
        if calls:
            results = [
                {"type": "tool_result", "tool_use_id": call["id"], "content": prose(self._draw, size)}
                for call, size in zip(calls, sizes, strict=True)
            ]
            self.messages.append({"role": "user", "content": results})
        else:
            self.messages.append({"role": "user", "content": [{"type": "text", "text": prose(self._draw, sizes[0])}]})

    @property
    def size(self) -> int:
        """How many bytes the request has by now."""
        return len(orjson.dumps(self.body()))


async def played(world: World, session: Session, turns: int = TURNS) -> list[Turn]:
    """So many turns of the session through this proxy; fewer where one is refused, which is then the last."""
    told = []
    for _ in range(turns):
        answer = await world.post(session.body(), path="/v1/messages")
        lines = world.lines_of(answer.headers["x-request-id"])
        told.append(turn_of(answer.status, lines))
        if answer.status != 200:
            break
        session.take(answer.json["content"])
    return told


def turn_of(status: int, lines: list[Mapping[str, Any]]) -> Turn:
    reserved, charged = next(_of(lines, "reserved"), {}), next(_of(lines, "charged"), {})
    usage = charged.get("usage") or {}
    prompt = sum(tokens for name, tokens in usage.items() if name not in ("output_tokens", "reasoning_tokens"))
    return Turn(
        status=status,
        bound=reserved.get("input_tokens", 0),
        billed=prompt,
        cap=reserved.get("max_output_tokens", 0),
        held_nano=reserved.get("amount_nano", 0),
        cost_nano=charged.get("amount_nano", 0),
        overran=any(_of(lines, "overran")),
    )


def _of(lines: list[Mapping[str, Any]], kind: str) -> Iterator[Mapping[str, Any]]:
    return (line for line in lines if line["type"] == kind)
