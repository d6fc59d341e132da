"""What vendors' documentation refuses, the embedded provider refuses in their format, and takes what is within it."""

import orjson
import pytest
import trio

from tests.shell.embedded_client import INSTANT, connect
from tokenwise_shell.embedded import EmbeddedProvider

USER = {"role": "user", "content": "Hi"}
PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "google": "/v1beta/models/m:generateContent",
}
LEAST = {
    "openai": {"model": "m", "messages": [USER]},
    "anthropic": {"model": "m", "max_tokens": 9, "messages": [USER]},
    "google": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
}
VERSION = {"anthropic-version": "2023-06-01"}
CALL = {
    "role": "assistant",
    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "7"}


def picture(kind: str) -> list:
    source = {"type": "base64", "media_type": kind, "data": "QQ=="}
    return [{"role": "user", "content": [{"type": "image", "source": source}]}]


def marked(times: int) -> list:
    block = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    return [{"role": "user", "content": [block] * times}]


def custom(*names: str) -> dict:
    return {"tools": [{"name": name, "input_schema": {"type": "object"}} for name in names]}


def functions(*names: str) -> dict:
    return {"tools": [{"functionDeclarations": [{"name": name} for name in names]}]}


def cached(ttl: str) -> dict:
    return {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": ttl}}]}


THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}
GOING_ON = [USER, {"role": "assistant", "content": "So"}]
JSON = {"response_format": {"type": "json_object"}}
SAID = {"messages": [{"role": "user", "content": "In JSON"}]}
TOOLS = {"tools": [{"type": "function", "function": {"name": "f"}}]}


def config(**fields) -> dict:
    return {"generationConfig": fields}


# The format, what is beyond the documentation, and what is just within it.
CASES = [
    ("openai", {"temperature": 2.1}, {"temperature": 2}),
    ("openai", {"top_p": 1.1}, {"top_p": 1}),
    ("openai", {"presence_penalty": -3}, {"presence_penalty": -2}),
    ("openai", {"logprobs": True, "top_logprobs": 21}, {"logprobs": True, "top_logprobs": 20}),
    ("openai", {"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
    (
        "openai",
        {"stream_options": {"include_usage": True}},
        {"stream": True, "stream_options": {"include_usage": True}},
    ),
    ("openai", {"reasoning_effort": "huge"}, {"reasoning_effort": "xhigh"}),
    ("openai", {"service_tier": "gold"}, {"service_tier": "flex"}),
    (
        "openai",
        {"tools": [{"type": "function", "function": {"name": "look up"}}]},
        {"tools": [{"type": "function", "function": {"name": "look-up"}}]},
    ),
    ("openai", {"messages": [USER, CALL, USER]}, {"messages": [USER, CALL, RESULT, USER]}),
    ("openai", {"messages": [RESULT]}, {"messages": [USER, CALL, RESULT]}),
    ("anthropic", {"temperature": 1.5}, {"temperature": 1}),
    ("anthropic", {"top_k": -1}, {"top_k": 40}),
    ("anthropic", {"service_tier": "flex"}, {"service_tier": "standard_only"}),
    ("anthropic", {"output_config": {"effort": "huge"}}, {"output_config": {"effort": "max"}}),
    (
        "anthropic",
        {"tools": [{"name": "look up", "input_schema": {"type": "object"}}]},
        {"tools": [{"name": "look-up", "input_schema": {"type": "object"}}]},
    ),
    ("anthropic", {"stop_sequences": ["\n\n"]}, {"stop_sequences": ["\n\nHuman:"]}),
    ("anthropic", {"messages": [{"role": "user", "content": "  "}]}, {"messages": [{"role": "user", "content": " x"}]}),
    (
        "anthropic",
        {"messages": [USER, {"role": "assistant", "content": "So "}]},
        {"messages": [USER, {"role": "assistant", "content": "So "}, USER]},
    ),
    ("anthropic", {"messages": picture("image/bmp")}, {"messages": picture("image/webp")}),
    ("anthropic", {"messages": marked(5)}, {"messages": marked(4)}),
    ("anthropic", {"output_format": {"type": "json_schema", "schema": {"type": "object"}}}, {}),
    ("anthropic", custom("f", "f"), custom("f", "g")),
    ("anthropic", cached("2h"), cached("1h")),
    ("anthropic", {**THINKING, "temperature": 0.5}, {**THINKING, "temperature": 1}),
    ("anthropic", {**THINKING, "messages": GOING_ON}, {**THINKING, "messages": [*GOING_ON, USER]}),
    ("anthropic", {"system": [{"type": "text", "text": " "}]}, {"system": [{"type": "text", "text": "x"}]}),
    ("anthropic", {"metadata": "me"}, {"metadata": {"user_id": "me"}}),
    ("openai", {"logit_bias": {"1": -101}}, {"logit_bias": {"1": -100}}),
    ("openai", {"logit_bias": {"1": "5"}}, {"logit_bias": {"1": 5}}),
    ("openai", JSON, {**JSON, **SAID}),
    ("openai", {"max_tokens": 5, "max_completion_tokens": 5}, {"max_tokens": 5}),
    ("openai", {"parallel_tool_calls": False}, {"parallel_tool_calls": False, **TOOLS}),
    ("openai", {"parallel_tool_calls": True}, {"parallel_tool_calls": True, **TOOLS}),
    ("google", {"contents": [{"role": "user", "parts": []}]}, {}),
    ("google", functions("1f"), functions("_f.g:h-1")),
    ("google", functions("f" * 129), functions("f" * 128)),
    ("google", config(temperature=2.1), config(temperature=2)),
    ("google", config(topP=1.1), config(topP=1)),
    ("google", config(logprobs=3), config(responseLogprobs=True, logprobs=3)),
    (
        "google",
        config(thinkingConfig={"thinkingBudget": 5, "thinkingLevel": "low"}),
        config(thinkingConfig={"thinkingLevel": "low"}),
    ),
]


@pytest.mark.parametrize(("vendor", "beyond", "within"), CASES)
async def test_what_is_beyond_the_documentation_is_refused_and_what_is_within_is_not(vendor, beyond, within):
    async with trio.open_nursery() as nursery:
        client = connect(nursery, EmbeddedProvider(pace=INSTANT))
        answers = [
            await client.call("POST", PATHS[vendor], orjson.dumps({**LEAST[vendor], **fields}), VERSION)
            for fields in (beyond, within)
        ]
        await client.stream.aclose()
    assert [answer.status for answer in answers] == [400, 200], answers
