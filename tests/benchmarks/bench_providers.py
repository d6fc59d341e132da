"""What building a request and reading its answer cost in each format: a conversation of 50 messages with tools."""

from collections.abc import Mapping

import orjson

from tests.benchmarks.bench_openai import microseconds
from tokenwise.routing.verdicts import Reply
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers import FORMATS, Ask, Endpoint
from tokenwise_shell.transport.exchange import HttpResponse

TEXT = "It rains where moist air rises, cools and lets go of its water. " * 8
PLACE = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    {"type": "function", "function": {"name": f"tool_{n}", "description": TEXT, "parameters": PLACE}} for n in range(10)
]
SYSTEM = [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Be exact."}]


def turn(n: int) -> list[Mapping[str, object]]:
    """A question, two calls at once, their results, and an answer."""
    calls = [
        {"id": f"call_{n}_{k}", "type": "function", "function": {"name": f"tool_{k}", "arguments": '{"city": "Oslo"}'}}
        for k in range(2)
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": TEXT} for call in calls]
    asked = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": None, "tool_calls": calls}]
    return [*asked, *results, {"role": "assistant", "content": TEXT}, {"role": "user", "content": TEXT}]


ASKED = {"messages": [*SYSTEM, *(message for n in range(8) for message in turn(n))], "tools": TOOLS}

SAID = TEXT * 4
ANSWERS: Mapping[ProviderKind, object] = {
    ProviderKind.OPENAI: {
        "choices": [
            {
                "message": {
                    "role": "assistant",
                    "content": SAID,
                    "tool_calls": [{"id": "1", "function": {"name": "tool_1", "arguments": '{"city": "Oslo"}'}}],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"prompt_tokens": 9000, "completion_tokens": 600, "prompt_tokens_details": {"cached_tokens": 4096}},
        "model": "m",
    },
    ProviderKind.ANTHROPIC: {
        "content": [
            {"type": "text", "text": SAID},
            {"type": "tool_use", "id": "1", "name": "tool_1", "input": {"city": "Oslo"}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 4904, "cache_read_input_tokens": 4096, "output_tokens": 600},
        "model": "m",
    },
    ProviderKind.GOOGLE: {
        "candidates": [
            {
                "content": {
                    "parts": [{"text": SAID}, {"functionCall": {"name": "tool_1", "args": {"city": "Oslo"}}}],
                },
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"promptTokenCount": 9000, "cachedContentTokenCount": 4096, "candidatesTokenCount": 600},
        "modelVersion": "m",
    },
}


def main() -> None:
    """Print the time of each, the best of five rounds."""
    ask = Ask("m", ASKED, 1000)
    print(f"{len(ASKED['messages'])} messages, {len(TOOLS)} tools")
    for kind, wire in FORMATS.items():
        endpoint = Endpoint(kind, "https://api.example.com/v1", "sk-0123456789abcdef")
        answer = HttpResponse(200, (), orjson.dumps(ANSWERS[kind]))
        assert isinstance(wire.parse(answer, native_id="m", now_ms=0), Reply)
        size = len(wire.build(endpoint, ask).body)
        building = microseconds(lambda wire=wire, endpoint=endpoint: wire.build(endpoint, ask), 100)
        parsing = microseconds(lambda wire=wire, answer=answer: wire.parse(answer, native_id="m", now_ms=0), 100)
        row = f"build {size} bytes {building:7.1f} us   parse {len(answer.body)} bytes {parsing:6.1f} us"
        print(f"{kind.value:10} {row}   both {building + parsing:7.1f} us")
