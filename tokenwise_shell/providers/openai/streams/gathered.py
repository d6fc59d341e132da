"""A streamed chat completion put together as the whole one that it would have been, for whoever asked for that."""

from collections.abc import Iterable
from typing import Final

import orjson

from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count, entries, text
from tokenwise_shell.providers.openai.usage import told_usage
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["gathered"]

_HEAD: Final = ("id", "created", "model", "service_tier", "system_fingerprint")

# Said once, or again and again, and never in pieces.
_WHOLE: Final = frozenset(("role", "type", "id", "name", "index", "finish_reason", "stop_reason"))


def gathered(chunks: Iterable[SseEvent]) -> bytes:
    """These chunks as one completion: text and arguments are joined, lists are added up, the rest is as last said."""
    head: dict[str, object] = {}
    choices: dict[int, dict[str, object]] = {}
    for chunk in chunks:
        fields = as_fields(as_json(chunk.data))
        head |= {name: fields[name] for name in _HEAD if fields.get(name) is not None}
        if usage := told_usage(fields):
            head["usage"] = usage
        for choice in map(as_fields, entries(fields.get("choices"))):
            place = count(choice.get("index")) or 0
            _add(choices.setdefault(place, {"index": place, "message": {"role": "assistant", "content": None}}), choice)
    told = [choices[place] for place in sorted(choices)]
    return orjson.dumps({**head, "object": "chat.completion", "choices": told})


def _add(whole: dict[str, object], choice: Fields) -> None:
    message = whole["message"]
    assert isinstance(message, dict)
    delta = as_fields(choice.get("delta"))
    _merge(message, {name: value for name, value in delta.items() if name != "tool_calls"})
    calls: list[dict[str, object]] = message.get("tool_calls", [])
    for piece in map(as_fields, entries(delta.get("tool_calls"))):
        _merge(_call(calls, count(piece.get("index")) or 0), piece)
    if calls:
        message["tool_calls"] = calls
    _merge(whole, {name: value for name, value in choice.items() if name != "delta"})


def _as_parts(content: object) -> list[object]:
    """Content as parts: Mistral's models think in parts and go on in plain text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) and content else entries(content)


def _one_behind_the_other(before: list[object], more: list[object]) -> list[object]:
    """Both lists, where words that go on are one part."""
    last, first = as_fields(before[-1] if before else None), as_fields(more[0] if more else None)
    if last.get("type") == first.get("type") == "text":
        joined = {**last, "text": f"{text(last.get('text'))}{text(first.get('text'))}"}
        return [*before[:-1], joined, *more[1:]]
    return [*before, *more]


def _call(calls: list[dict[str, object]], place: int) -> dict[str, object]:
    known: dict[str, object] | None = next((call for call in calls if call.get("index") == place), None)
    if known is None:
        known = {"index": place}
        calls.append(known)
    return known


def _merge(whole: dict[str, object], piece: Fields) -> None:
    for name, value in piece.items():
        before = whole.get(name)
        if name == "content" and (isinstance(before, list) or isinstance(value, list)):
            whole[name] = _one_behind_the_other(_as_parts(before), _as_parts(value))
        elif isinstance(before, list) and isinstance(value, list):
            whole[name] = [*before, *value]
        elif isinstance(before, str) and isinstance(value, str) and name not in _WHOLE:
            whole[name] = before + value
        elif isinstance(before, dict) and isinstance(value, dict):
            whole[name] = inner = dict(before)
            _merge(inner, value)
        elif before is None or value not in (None, ""):
            whole[name] = value
