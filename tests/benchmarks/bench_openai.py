"""What building a request and reading its answer cost: a conversation of 50 messages with tools."""

import time
from collections.abc import Callable

import orjson

from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers import Ask, Endpoint
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.transport.exchange import HttpResponse

TEXT = "It rains where moist air rises, cools and lets go of its water. " * 8
TURNS = [{"role": role, "content": TEXT} for role in ("user", "assistant")] * 25
PLACE = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS = [
    {"type": "function", "function": {"name": f"tool_{n}", "description": TEXT, "parameters": PLACE}} for n in range(10)
]


def main() -> None:
    """Print the time of each, the best of five rounds."""
    endpoint = Endpoint(ProviderKind.OPENAI, "https://api.openai.com/v1", "sk-0123456789abcdef")
    ask = Ask("gpt-6-sol", {"messages": TURNS, "tools": TOOLS}, 1000)
    size = len(openai.build(endpoint, ask).body)
    print(f"build, {size} bytes   {microseconds(lambda: openai.build(endpoint, ask)):8.1f} us")
    message = {"role": "assistant", "content": TEXT * 4, "tool_calls": [{"id": "1"}]}
    usage = {"prompt_tokens": 9000, "completion_tokens": 600, "prompt_tokens_details": {"cached_tokens": 4096}}
    body = orjson.dumps({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage, "model": "m"})
    answer = HttpResponse(200, (), body)
    parsing = microseconds(lambda: openai.parse(answer, native_id="gpt-6-sol", now_ms=0))
    print(f"parse, {len(body):5} bytes   {parsing:8.1f} us")


def microseconds(work: Callable[[], object], times: int = 500) -> float:
    def round_() -> float:
        started = time.perf_counter()
        for _ in range(times):
            work()
        return time.perf_counter() - started

    return min(round_() for _ in range(5)) / times * 1e6
