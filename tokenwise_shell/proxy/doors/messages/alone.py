"""Requests of Anthropic's clients that only Anthropic can be asked, and what they weigh.

What Anthropic ran itself and what it keeps has no words in another format: results of its tools, files by their id,
citations. Such a request passes as it is, or is refused by the place of the first of these.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import orjson

from tokenwise_shell.providers.anthropic.client_tools import function_of
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.own import bounded_tools
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.providers.translations import from_anthropic
from tokenwise_shell.providers.turns import over
from tokenwise_shell.proxy.fronts import BadRequest

__all__ = ["untranslatable", "weighed"]

# What a conversation consists of in every format; within a result, a reference to a tool is its name.
_COMMON: Final = frozenset(
    ("text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "tool_reference")
)
_ALONE: Final = {
    "container": "what runs there is known to Anthropic alone",
    "mcp_servers": "Anthropic itself calls these",
}
_SOURCES: Final = frozenset(("base64", "url", "text"))


def untranslatable(body: Fields) -> BadRequest | None:
    """The first thing that has no translation, by its place; None where there is none."""
    for path, why in _found(body):
        return BadRequest(f"{path}: {why}; only Anthropic can be asked this", path, "unsupported_by_provider")
    return None


def _found(body: Fields) -> Iterator[tuple[str, str]]:
    yield from ((name, why) for name, why in _ALONE.items() if body.get(name))
    for index, tool in enumerate(map(as_fields, entries(body.get("tools")))):
        if tool.get("type") not in (None, "custom") and function_of(tool) is None:
            yield f"tools[{index}]", f"{text(tool.get('type'))[:40]!r} is a tool of Anthropic's own"
    yield from over(entries(body.get("messages")), _with_strange, _NOTHING_STRANGE)[1]


_Strange = tuple[int, tuple[tuple[str, str], ...]]
_NOTHING_STRANGE: Final[_Strange] = (0, ())


def _with_strange(before: _Strange, messages: Sequence[object]) -> _Strange:
    """How many messages there are, and the first block in them that has no translation, with its reason."""
    count, found = before
    blocks = (
        (f"messages[{place}].content[{index}]", why)
        for place, message in enumerate(map(as_fields, messages), start=count)
        for index, block in enumerate(map(as_fields, entries(message.get("content"))))
        if (why := _strange(block))
    )
    return count + len(messages), found or tuple(islice(blocks, 1))


def _strange(block: Fields) -> str:
    """Why this block has no translation, "" where it has one."""
    kind = block.get("type")
    if isinstance(kind, str) and kind not in _COMMON:
        return f"no block that OpenAI's format has a word for: {kind[:40]!r}"
    if as_fields(block.get("citations")).get("enabled"):
        return "citations are Anthropic's alone"
    source = as_fields(block.get("source")).get("type")
    if isinstance(source, str) and source not in _SOURCES:
        return f"a source of type {source[:40]!r} is known to Anthropic alone"
    return next((why for each in entries(block.get("content")) if (why := _strange(as_fields(each)))), "")


def weighed(body: Fields) -> Fields:
    """Chat fields that weigh at least what this request weighs. Raises BadRequest for what nobody could be told."""
    messages: list[Fields] = []
    strange: list[object] = []
    for message in map(as_fields, entries(body.get("messages"))):
        content = message.get("content")
        blocks = entries(content)
        strange += [block for block in blocks if _strange(as_fields(block))]
        kept = content if isinstance(content, str) else [block for block in blocks if not _strange(as_fields(block))]
        if kept:
            messages.append({**message, "content": kept})
    common = {name: value for name, value in {**body, **bounded_tools(body)}.items() if name != "container"}
    try:
        fields = from_anthropic({**common, "messages": messages}).body
    except Untranslatable as problem:
        raise BadRequest(str(problem)) from None
    parts = [_weighty(as_fields(block)) for block in strange]
    if body.get("container") is not None:
        parts.append({"type": "container", "container": body["container"]})
    return {**fields, "messages": [*entries(fields.get("messages")), {"role": "user", "content": parts}]}


def _weighty(block: Fields) -> Fields:
    """The block as a part: its words, or, where it points to what is not here, a part that nobody can measure."""
    said = orjson.dumps(block).decode()
    elsewhere = '"file_id"' in said or '"type":"file"' in said or block.get("type") == "container_upload"
    has_data = as_fields(block.get("source")).get("type") == "base64"
    return block if elsewhere or has_data else {"type": "text", "text": said}
