"""Any upstream at all: whatever a provider answers, a client of any door gets a well-formed answer or a proper error.

Answers are sound ones with some of their values replaced, fields lost, and others added, drawn from a seed.
"""

import random
from typing import Any

import orjson
import pytest
import trio

from tests.shell.loopback import CHUNKED, chunk, next_request, whole
from tests.shell.proxy_world import SMALL, proxy_of

REQUESTS = 60

DOORS = {
    "/v1/chat/completions": {"model": SMALL, "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]},
    "/v1/messages": {"model": SMALL, "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]},
    "/v1/responses": {"model": SMALL, "max_output_tokens": 50, "input": "hi"},
}

CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}}
LOGPROBS = {"content": [{"token": "a", "bytes": [97], "logprob": -1, "top_logprobs": []}]}
SAID = {"role": "assistant", "content": "hello", "refusal": None, "reasoning_content": "hm", "tool_calls": [CALL]}
CHOICE = {"index": 0, "message": SAID, "logprobs": LOGPROBS, "finish_reason": "tool_calls"}
COMPLETION = {"id": "x", "object": "chat.completion", "model": "small-1", "choices": [CHOICE], "usage": USAGE}
DELTAS: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"role": "assistant", "content": ""}, None),
    ({"reasoning_content": "hm"}, None),
    ({"content": "hel"}, None),
    ({"tool_calls": [CALL]}, None),
    ({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}, None),
    ({}, "tool_calls"),
)
CHUNKS = [{"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": end}]} for delta, end in DELTAS]
STREAM = [*CHUNKS, {"id": "x", "choices": [], "usage": USAGE}]

VALUES = (None, True, 0, -1, 1.5, 1e300, 2**63, "", "x", "stop", "length", "function", [], {}, [None], [[]], {"a": 1})
NAMES = ("choices", "message", "delta", "content", "tool_calls", "function", "arguments", "index", "usage", "error")
NAMES += ("finish_reason", "logprobs", "detail", "reasoning_details", "annotations", "refusal", "completion_tokens")


def altered(value: Any, draw: random.Random) -> Any:
    """The value with one thing in it changed."""
    match value:
        case dict() if value and draw.random() < 0.9:
            name = draw.choice((*value, *value, draw.choice(NAMES)))
            if draw.random() < 0.15:
                return {key: kept for key, kept in value.items() if key != name}
            return {**value, name: altered(value.get(name), draw)}
        case list() if value and draw.random() < 0.9:
            place = draw.randrange(len(value))
            return [*value[:place], altered(value[place], draw), *value[place + 1 :]]
        case _:
            return draw.choice(VALUES)


def answer_to(request: bytes, draw: random.Random) -> bytes:
    """An answer, in its outer form what was asked for: nearly always."""
    if b'"stream":true' not in request or draw.random() < 0.05:
        return whole(orjson.dumps(altered(altered(COMPLETION, draw), draw)))
    said = [altered(each, draw) if draw.random() < 0.3 else each for each in STREAM if draw.random() < 0.95]
    events = [b"data: " + orjson.dumps(each) + b"\n\n" for each in said]
    return CHUNKED + chunk(b"".join((*events, b"data: [DONE]\n\n"))) + chunk(b"")


@pytest.mark.slow  # scores of requests to a proxy
@pytest.mark.parametrize("seed", range(3))
async def test_every_answer_is_well_formed_and_the_books_balance(tmp_path, seed):
    draw = random.Random(seed)

    async def talk(stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            await stream.send_all(answer_to(request, draw))

    async with proxy_of(tmp_path, talk) as world:
        for _ in range(REQUESTS):
            path, streamed = draw.choice(list(DOORS)), draw.random() < 0.6
            answer = await world.post({**DOORS[path], "stream": streamed}, path=path)
            assert answer.status in (200, 400, 404, 429, 502, 503), answer
            assert is_well_formed(answer), answer
        assert world.balances()


def is_well_formed(answer: Any) -> bool:
    """Whether it is an error with a message, an object, or a stream whose every event is one."""
    if answer.status != 200:
        return bool(answer.error["message"])
    if answer.headers["content-type"] == "application/json":
        return isinstance(answer.json, dict)
    data = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: ")]
    return all(each == b"[DONE]" or isinstance(orjson.loads(each), dict) for each in data)
