"""The protocol: what is asked in each round, how often, by how many at once, and what goes wrong meanwhile.

The demand of every round is `DEMAND` times its cap, so whoever does not hold a cap is seen to pass it, and whoever
holds it has been asked for all of it. Nothing here depends on who is asked.
"""

import base64
import struct
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

from attrs import frozen

from tokenwise_shell.embedded import (
    Chance,
    CutStream,
    ErrorEventMidStream,
    Every,
    MalformedJson,
    NoUsage,
    ReportUsage,
    Reset,
    Script,
    Status,
)

OWN, KNOWN, UNPRICED = "arena-1", "gpt-4o", "arena-unpriced"
"""A model of a price that is configured, one that every list has (for its pictures), and one nobody has a price for."""

DEMAND = 3
NO_FAULTS = Script()


@frozen
class Size:
    """How large an arena is: clients at once, the cap on an answer, and how many answers the money pays."""

    clients: int
    tokens: int
    answers: int


SIZES = {"small": Size(16, 60, 10), "full": Size(64, 400, 24)}


@frozen
class Round:
    """One round. `fields` makes a request's body, beside model and stream, from the size and a source of chance."""

    name: str
    what: str
    fields: Callable[[Size, Random], dict[str, Any]]
    model: str = OWN
    stream: bool = False
    leaves: float = 0  # the share of clients that leave within the stream
    kills: int = 0  # how often the gateway is killed while it is loaded
    faults: Script = NO_FAULTS
    open_ended: bool = False


def said(content: Any, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]} | fields


def short(size: Size, chance: Random) -> dict[str, Any]:
    words = " ".join(chance.choices(("tides", "moons", "harbours", "sand"), k=chance.randrange(4, 12)))
    return said(f"Tell me of {words}.", max_tokens=size.tokens)


def without_a_cap(size: Size, chance: Random) -> dict[str, Any]:
    fields = short(size, chance)
    del fields["max_tokens"]
    return fields


# Latin, Cyrillic, Chinese and emoji.
SCRIPTS = ("The moon pulls the sea. ", "Луна притягивает море. ", "月亮牵引着大海。", "🌊🌙🐚⛵️")


def long_in_scripts(size: Size, chance: Random) -> dict[str, Any]:
    text = chance.choice(SCRIPTS) * (size.tokens // 4)
    return said(text, max_tokens=size.tokens // 4)


def picture() -> str:
    """A grey PNG of 512 by 512."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * 512) * 512
    head = part(b"IHDR", struct.pack(">IIBBBBB", 512, 512, 8, 0, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


PICTURE = picture()
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": f"tide_{name}",
            "description": f"The tide at a harbour, by {name}, from the tables of its own office.",
            "parameters": {
                "type": "object",
                "properties": {field: {"type": "string"} for field in ("harbour", "day", "unit", "datum")},
                "required": ["harbour"],
            },
        },
    }
    for name in ("height", "time", "current", "range")
]


def tools_and_pictures(size: Size, chance: Random) -> dict[str, Any]:
    if chance.random() < 0.5:
        return short(size, chance) | {"tools": TOOLS}
    seen = {"type": "image_url", "image_url": {"url": PICTURE, "detail": "high"}}
    return said([{"type": "text", "text": "What is this?"}, seen], max_tokens=size.tokens)


BUSY = Status(429, headers=(("Retry-After", "1"),))
FAILS = Script(
    (
        Chance(0.08, BUSY),
        Chance(0.08, Status(503)),
        Chance(0.05, Reset()),
        Chance(0.08, CutStream(5)),  # the bill stands, the answer is lost: a retry is billed again
        Chance(0.08, MalformedJson()),
        Chance(0.05, ErrorEventMidStream(3)),
    )
)
# Billed and not told; or told, billed, and far above what was asked for.
LIES = Script((Every(4, NoUsage()), Every(5, ReportUsage(4000, 100))))

ROUNDS = (
    Round("crowd", "everybody at once", short),
    Round("streams", "everybody at once, as streams", short, stream=True),
    Round("leavers", "streams, of which two in three are left", short, stream=True, leaves=2 / 3),
    Round("faults", "429, 503, resets, answers that break off and are billed", short, faults=FAILS),
    Round("cut streams", "the same in streams", short, stream=True, faults=FAILS),
    Round("lies", "answers that do not say what they cost, or bill 4,000 tokens of hidden input", short, faults=LIES),
    Round("restarts", "the gateway is killed twice under load", short, kills=2),
    Round("open-ended", "nobody names a cap on the answer", without_a_cap, open_ended=True),
    Round("scripts", "long inputs: Latin, Cyrillic, Chinese, emoji", long_in_scripts),
    Round("tools, pictures", "schemas of tools, pictures of 512 by 512", tools_and_pictures, model=KNOWN),
    Round("no price", "a model whose price nobody was told", short, model=UNPRICED),
)
