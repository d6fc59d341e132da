"""Anthropic's message requests, written from common terms.

All system messages move to the front, in their order, where every model has a place for them; those of an Anthropic
client stay where they are. Blank texts are left out, since
Anthropic refuses them, and with them turns that held nothing else.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from attrs import evolve

from tokenwise.prompt import Role
from tokenwise_shell.providers.anthropic.names import (
    EFFORTS,
    THINKING_SHARES,
    sent_id,
    thinks_by_budget,
)
from tokenwise_shell.providers.fields import Fields, as_fields, count
from tokenwise_shell.providers.translate.terms import (
    Asked,
    Call,
    Item,
    Media,
    MediaKind,
    Notes,
    Result,
    Text,
    Thought,
    Tool,
    Turn,
)

__all__ = ["IN_PLACE", "JSON_ONLY", "OWN_WORDS", "takes_thinking", "write_anthropic", "written_block"]

JSON_ONLY: Final = "Reply with a single JSON object and nothing else."
"""What stands last in the system prompt where any JSON object will do: Anthropic knows schemas alone."""

OWN_WORDS: Final = ("thinking", "output_config", "context_management", "cache_control", "service_tier", "metadata")
"""What an Anthropic client says of how to answer, and not of what: no other provider has a word for it.

In OpenAI's chat fields it stands in `extra_content.anthropic`, and is left out where another provider is asked.
"""

IN_PLACE: Final = "system_in_place"
"""Beside them: that what the system says in the middle of a conversation stays there, as newer models take it."""

_LEAST_THINKING: Final = 1024

_NAME: Final = re.compile("[a-zA-Z0-9_-]{1,128}")

_NOT_HERE: Final = ("seed", "n", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias")


def write_anthropic(asked: Asked, notes: Notes, *, native_id: str, cap: int) -> dict[str, object]:
    """The body of a request to `/v1/messages`, without streaming."""
    for name in _NOT_HERE:
        if name in asked.sampling:
            notes.refuse(name, "Anthropic's format has nothing like it")
    _refuse_blanks(asked, notes)
    _refuse_odd(asked, notes)
    opening, spoken = _opened(asked)
    asked = _in_its_own_words(asked, native_id=native_id, cap=cap)
    system = [block for turn in opening for block in _blocks(turn.items, notes)]
    if asked.schema == {}:
        system.append({"type": "text", "text": JSON_ONLY})
    body = {**asked.others, "model": native_id, "max_tokens": cap, "messages": list(_messages(spoken, notes))}
    if system:
        body["system"] = system
    if asked.stop:
        body["stop_sequences"] = list(asked.stop)
    if asked.user:
        body["metadata"] = {"user_id": asked.user}
    if asked.tools:
        body["tools"] = [_declared(tool) for tool in asked.tools]
        if choice := _choice(asked):
            body["tool_choice"] = choice
    elif asked.choice in ("required", "named"):
        notes.refuse("tool_choice", "demands a tool, and none is declared")
    _write_thinking(body, asked, notes, by_budget=thinks_by_budget(native_id), cap=cap)
    _write_sampling(body, asked, notes)
    return body


def _refuse_blanks(asked: Asked, notes: Notes) -> None:
    """Anthropic answers 400 to marks of blanks alone, and to words to be gone on from that end in blanks."""
    if any(not mark.strip() for mark in asked.stop):
        notes.refuse("stop", "Anthropic takes no mark of blanks alone")
    match asked.turns[-1:]:
        case (Turn(Role.ASSISTANT, (*_, Text(said))),) if said.strip() and said != said.rstrip():
            notes.refuse("messages", "Anthropic takes no last turn of the assistant that ends in blanks")


def _refuse_odd(asked: Asked, notes: Notes) -> None:
    """Anthropic answers 400 to names of tools that are not its letters or that are given twice, and to other times."""
    functions = [tool.name for tool in asked.tools if tool.native is None]
    for name in dict.fromkeys(functions):
        if not _NAME.fullmatch(name) or functions.count(name) > 1:
            notes.refuse("tools", f"Anthropic does not take {name[:40]!r}: 1 to 128 of A-Z a-z 0-9 _ -, each name once")
    items = [item for turn in asked.turns for item in turn.items]
    marks = [each.mark for each in (*items, *asked.tools) if isinstance(each, Text | Media | Result | Tool)]
    if any(mark.get("ttl", "5m") not in ("5m", "1h") for mark in marks if mark):
        notes.refuse("cache_control.ttl", "Anthropic keeps a cache for '5m' or '1h'")


def _opened(asked: Asked) -> tuple[list[Turn], list[Turn]]:
    """The turns that are the system prompt, and the others: of an Anthropic client's the first ones alone."""
    own = as_fields(as_fields(asked.others.get("extra_content")).get("anthropic"))
    if own.get(IN_PLACE) is True:
        place = next((place for place, turn in enumerate(asked.turns) if turn.role is not Role.SYSTEM), 0)
        return list(asked.turns[:place]), list(asked.turns[place:])
    opening = [turn for turn in asked.turns if turn.role is Role.SYSTEM]
    return opening, [turn for turn in asked.turns if turn.role is not Role.SYSTEM]


def _in_its_own_words(asked: Asked, *, native_id: str, cap: int) -> Asked:
    """The request with what an Anthropic client said of it, as it was said.

    How to think is taken so where this model understands it: a budget, or an effort. Otherwise it is translated.
    """
    given = as_fields(as_fields(asked.others.get("extra_content")).get("anthropic"))
    own = {name: given[name] for name in OWN_WORDS if name in given}
    rest = {name: value for name, value in asked.others.items() if name != "extra_content"}
    if _is_understood(own, native_id=native_id, cap=cap):
        return evolve(asked, others={**rest, **own}, effort="")
    own.pop("thinking", None)
    config = {name: value for name, value in as_fields(own.pop("output_config", None)).items() if name != "effort"}
    return evolve(asked, others={**rest, **own, **({"output_config": config} if config else {})})


def takes_thinking(body: Fields, *, native_id: str, cap: int) -> bool:
    """Whether this model takes what an Anthropic client says of thinking as it is said."""
    effort = as_fields(body.get("output_config")).get("effort")
    if body.get("thinking") is None and effort is None:
        return True
    return _is_understood(body, native_id=native_id, cap=cap)


def _is_understood(own: Fields, *, native_id: str, cap: int) -> bool:
    thinking, by_budget = as_fields(own.get("thinking")), thinks_by_budget(native_id)
    match thinking.get("type"):
        case "disabled":
            return True
        case "enabled":
            return by_budget and (count(thinking.get("budget_tokens")) or cap) < cap
        case "adaptive" | "between_tools":
            return not by_budget
        case _:
            return not thinking and not by_budget and "output_config" in own


def _messages(turns: Iterable[Turn], notes: Notes) -> Iterator[Fields]:
    """The turns; results that follow each other are one, as Anthropic wants those of parallel calls."""
    for are_results, group in groupby(turns, key=lambda turn: turn.role is Role.TOOL):
        if are_results:
            yield {"role": "user", "content": [block for turn in group for block in _blocks(turn.items, notes)]}
            continue
        for turn in group:
            if blocks := _blocks(turn.items, notes):
                yield {"role": turn.role.value, "content": _shortened(blocks)}


def _shortened(blocks: list[Fields]) -> object:
    """A single text without a mark as text, which is what it is short for."""
    return blocks[0]["text"] if len(blocks) == 1 and blocks[0].keys() == {"type", "text"} else blocks


def _blocks(items: Iterable[Item], notes: Notes) -> list[Fields]:
    return [block for item in items if (block := written_block(item, notes))]


def written_block(item: Item, notes: Notes) -> Fields | None:
    """An item as a block of content; None for what Anthropic would not take and nobody would miss."""
    match item:
        case Text(said, mark):
            return _marked({"type": "text", "text": said}, mark) if said.strip() else None
        case Media():
            return _attached(item, notes)
        case Call(id_, name, arguments):
            return {"type": "tool_use", "id": sent_id(id_), "name": name, "input": arguments}
        case Result(id_, parts, failed=failed, mark=mark):
            told = {"is_error": True} if failed else {}
            block = {"type": "tool_result", "tool_use_id": sent_id(id_), "content": _shortened(_blocks(parts, notes))}
            return _marked({**block, **told}, mark)
        case Thought(sealed=sealed) if sealed:
            return {"type": "redacted_thinking", "data": sealed}
        case Thought(said, signature) if signature:
            return {"type": "thinking", "thinking": said, "signature": signature}
        case Thought():
            notes.drop("reasoning without a signature: Anthropic takes back only its own")
            return None


def _attached(media: Media, notes: Notes) -> Fields | None:
    source: Fields = {"type": "base64", "media_type": media.media_type, "data": media.data}
    if media.url:
        source = {"type": "url", "url": media.url}
    match media.kind:
        case MediaKind.IMAGE:
            return _marked({"type": "image", "source": source}, media.mark)
        case MediaKind.DOCUMENT:
            if media.media_type == "text/plain":
                source = {"type": "text", "media_type": "text/plain", "data": _decoded(media.data, notes)}
            titled = {"title": media.name} if media.name else {}
            return _marked({"type": "document", "source": source, **titled}, media.mark)
        case MediaKind.AUDIO:
            notes.refuse("input_audio", "Anthropic's models do not take sound")
            return None


def _decoded(data: str, notes: Notes) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        notes.refuse("file_data", "expected base64 of UTF-8 text")
        return ""


def _declared(tool: Tool) -> Fields:
    if tool.native is not None:
        return tool.native
    declared: dict[str, object] = {"name": tool.name}
    if tool.description:
        declared["description"] = tool.description
    declared["input_schema"] = {"type": "object", **(tool.schema or {"properties": {}})}
    if tool.strict is not None:
        declared["strict"] = tool.strict
    return _marked(declared, tool.mark)


def _choice(asked: Asked) -> Fields:
    one = {} if asked.parallel else {"disable_parallel_tool_use": True}
    match asked.choice:
        case "none":
            return {"type": "none"}
        case "required":
            return {"type": "any", **one}
        case "named":
            return {"type": "tool", "name": asked.only, **one}
        case "auto":
            return {"type": "auto", **one}
        case _:
            return {"type": "auto", **one} if one else {}


def _write_thinking(body: dict[str, object], asked: Asked, notes: Notes, *, by_budget: bool, cap: int) -> None:
    config: dict[str, object] = dict(as_fields(asked.others.get("output_config")))
    if asked.schema:
        config["format"] = {"type": "json_schema", "schema": _closed(asked.schema)}
    effort = EFFORTS.get(asked.effort)
    if asked.effort and effort is None and asked.effort != "none":
        notes.refuse("reasoning_effort", f"{asked.effort[:20]!r} is none of none, {', '.join(EFFORTS)}")
    elif asked.effort and asked.choice in ("required", "named"):
        notes.drop("reasoning_effort: Anthropic does not let a model think that must call a tool")
    elif effort and asked.turns and asked.turns[-1].role is Role.ASSISTANT:
        notes.drop("reasoning_effort: Anthropic does not let a model think that goes on from words of its own")
    elif asked.effort == "none":
        body.setdefault("thinking", {"type": "disabled"})
    elif effort and not by_budget:
        body.setdefault("thinking", {"type": "adaptive"})
        config["effort"] = effort
    elif effort and (budget := cap * THINKING_SHARES[asked.effort] // 100) >= _LEAST_THINKING:
        body.setdefault("thinking", {"type": "enabled", "budget_tokens": budget})
    elif effort:
        notes.drop(f"reasoning_effort: its share of the cap is below Anthropic's least of {_LEAST_THINKING} tokens")
    if config:
        body["output_config"] = config


def _write_sampling(body: dict[str, object], asked: Asked, notes: Notes) -> None:
    temperature, top_p = asked.sampling.get("temperature"), asked.sampling.get("top_p")
    if as_fields(body.get("thinking")).get("type", "disabled") != "disabled":
        if temperature is not None or top_p is not None:
            notes.drop("temperature, top_p: a model of Anthropic's that thinks has them fixed")
        return
    if isinstance(temperature, int | float) and temperature > 1:
        notes.drop("temperature: above 1, where Anthropic's scale ends, it is 1")
        temperature = 1
    if temperature is not None:
        body["temperature"] = temperature
        if top_p is not None:
            notes.drop("top_p: Anthropic's models take it or temperature, not both")
    elif top_p is not None:
        body["top_p"] = top_p


# orjson writes no deeper than this, so a schema below it is refused anyhow.
_DEEPEST: Final = 254


def _closed(schema: Fields, depth: int = 0) -> Fields:
    """The schema with its objects closed where it leaves that open: Anthropic knows closed ones only."""
    if depth > _DEEPEST:
        return schema
    closed = {name: _closed_within(name, value, depth + 1) for name, value in schema.items()}
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


def _closed_within(name: str, value: object, depth: int) -> object:
    match name, value:
        case (("properties" | "$defs"), dict()):
            return {key: _closed(inner, depth) if isinstance(inner, dict) else inner for key, inner in value.items()}
        case "items", dict():
            return _closed(value, depth)
        case (("anyOf" | "allOf" | "oneOf"), list()):
            return [_closed(inner, depth) if isinstance(inner, dict) else inner for inner in value]
        case _:
            return value


def _marked(fields: Fields, mark: Fields | None) -> Fields:
    return {**fields, "cache_control": mark} if mark else fields
