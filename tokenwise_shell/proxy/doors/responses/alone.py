"""What a Responses request weighs that cannot be told as a chat, and that OpenAI alone can be asked.

Its words are all of it, as JSON; what it points to (an earlier response, a stored prompt, a file) nobody here can
measure. Tools that OpenAI runs itself stand among the tools, where they are seen to have no price.
"""

from collections.abc import Iterator
from typing import Final

from tokenwise.catalog.tool_fees import kind_of
from tokenwise_shell.providers.counting import words_of
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.own import most_tool_calls

__all__ = ["weighed"]

_ELSEWHERE: Final = ("previous_response_id", "conversation", "prompt")
_KEPT: Final = ("model", "service_tier", "tokenwise", "user")
_RUN_BY_CLIENTS: Final = ("function", "custom", "namespace", "local_shell", "shell", "apply_patch")


def weighed(body: Fields) -> Fields:
    """Chat fields that weigh at least what this request weighs; they are sent to nobody."""
    kept = {name: body[name] for name in _KEPT if body.get(name) is not None}
    parts: list[Fields] = [{"type": "text", "text": words_of(body)}, *_parts(body)]
    parts += [{"type": "elsewhere", name: body[name]} for name in _ELSEWHERE if body.get(name) is not None]
    tools = [_tool(as_fields(tool)) for tool in _tools(body)]
    if any(kind_of(text(tool.get("type"))) for tool in tools):
        kept["max_tool_calls"] = most_tool_calls(body)
    return {**kept, "messages": [{"role": "user", "content": parts}], **({"tools": tools} if tools else {})}


def _tools(body: Fields) -> Iterator[object]:
    yield from entries(body.get("tools"))
    for item in map(as_fields, entries(body.get("input"))):
        yield from entries(item.get("tools"))


def _tool(tool: Fields) -> Fields:
    kind = text(tool.get("type"))
    if kind in _RUN_BY_CLIENTS or (kind == "tool_search" and tool.get("execution") == "client"):
        return {"type": "function", "function": {"name": text(tool.get("name")) or kind}}
    return {"type": kind or "unnamed", **{name: tool[name] for name in ("container",) if tool.get(name) is not None}}


def _parts(body: Fields) -> Iterator[Fields]:
    """What is attached: pictures by their own price, all else and all that is elsewhere without measure."""
    for item in map(as_fields, entries(body.get("input"))):
        if item.get("type") == "item_reference":
            yield item
        for name in ("content", "output"):
            for part in map(as_fields, entries(item.get(name))):
                match part:
                    case {"type": "input_image" | "computer_screenshot", "image_url": str(url)}:
                        yield {"type": "image_url", "image_url": {"url": url}}
                    case {"type": "input_text" | "output_text" | "refusal" | "reasoning_text" | "summary_text"}:
                        pass
                    case {"type": str(kind)}:
                        yield {"type": f"{kind} elsewhere"}
                    case _:
                        pass
