"""Anthropic's message requests, read into common terms."""

import base64
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from tokenwise.prompt import Role
from tokenwise_shell.providers.anthropic.client_tools import function_of
from tokenwise_shell.providers.anthropic.names import THINKING_SHARES, plain_id
from tokenwise_shell.providers.anthropic.writing import JSON_ONLY
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
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
from tokenwise_shell.providers.turns import opening_of

__all__ = ["read_anthropic", "read_blocks"]

_READ: Final = frozenset(
    (
        "model", "messages", "system", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "stop_sequences",
        "metadata", "thinking", "output_config", "output_format", "stream",
    )
)  # fmt: skip


def read_anthropic(body: Fields, notes: Notes) -> Asked:
    """A request to `/v1/messages`."""
    system = list(read_blocks(body.get("system"), "system", notes))
    any_object = bool(system) and system[-1] == Text(JSON_ONLY)
    opening = [Turn(Role.SYSTEM, (item,)) for item in (system[:-1] if any_object else system)]
    config, choice = as_fields(body.get("output_config")), as_fields(body.get("tool_choice"))
    # The second is what the first was called in 2025.
    schema = as_fields(as_fields(config.get("format") or body.get("output_format")).get("schema"))
    sampling = {name: body[name] for name in ("temperature", "top_p") if body.get(name) is not None}
    kept = {name: value for name, value in config.items() if name not in ("format", "effort")}
    return Asked(
        turns=(*opening, *_turns(body.get("messages"), notes)),
        tools=tuple(_tools(body.get("tools"), notes)),
        choice=_CHOICES.get(text(choice.get("type")), ""),
        only=text(choice.get("name")),
        parallel=choice.get("disable_parallel_tool_use") is not True,
        schema={} if any_object else schema or None,
        effort=_effort(body, config),
        stop=tuple(mark for mark in entries(body.get("stop_sequences")) if isinstance(mark, str)),
        sampling=sampling,
        user=text(as_fields(body.get("metadata")).get("user_id")),
        cap=count(body.get("max_tokens")),
        others={name: value for name, value in body.items() if name not in _READ}
        | ({"output_config": kept} if kept else {}),
    )


_CHOICES: Final = {"auto": "auto", "none": "none", "any": "required", "tool": "named"}


def _effort(body: Fields, config: Fields) -> str:
    thinking = as_fields(body.get("thinking"))
    match thinking.get("type"):
        case "disabled":
            return "none"
        case "enabled":
            budget, cap = count(thinking.get("budget_tokens")) or 0, count(body.get("max_tokens")) or 1
            return min(THINKING_SHARES, key=lambda effort: abs(cap * THINKING_SHARES[effort] // 100 - budget))
        case "adaptive" | "between_tools":
            return text(config.get("effort")) or "medium"
        case _:
            return text(config.get("effort"))


@frozen
class _Heard:
    """So many messages, the names of the calls in them by their ids, the turns they are, and what was refused."""

    count: int = 0
    names: tuple[tuple[str, str], ...] = ()
    turns: tuple[Turn, ...] = ()
    refused: tuple[str, ...] = ()


def _turns(messages: object, notes: Notes) -> Iterator[Turn]:
    given = entries(messages)
    opening = opening_of(given)
    first = opening.of_first(_first_heard, given[0]) if opening.size else _Heard()
    between = opening.state(_with_heard, _Heard(first.count, first.names)) if opening.size else first
    last = _with_heard(_Heard(between.count, between.names), given[opening.size :])
    for heard in (first, between, last) if opening.size else (last,):
        notes.refused += heard.refused
        yield from heard.turns


def _first_heard(message: object) -> _Heard:
    return _with_heard(_Heard(), (message,))


def _with_heard(before: _Heard, messages: Sequence[object]) -> _Heard:
    """With these messages."""
    names, notes = dict(before.names), Notes()
    turns = tuple(_read_turns(messages, before.count, names, notes))
    return _Heard(
        before.count + len(messages), tuple(names.items()), before.turns + turns, (*before.refused, *notes.refused)
    )


def _read_turns(messages: Sequence[object], count: int, names: dict[str, str], notes: Notes) -> Iterator[Turn]:
    for index, message in enumerate(map(as_fields, messages), start=count):
        items = tuple(read_blocks(message.get("content"), f"messages[{index}].content", notes))
        names |= {item.id: item.name for item in items if isinstance(item, Call)}
        match message.get("role"):
            case "assistant":
                yield from (Turn(Role.ASSISTANT, part) for part in _between_thoughts(items))
            case "system":
                yield Turn(Role.SYSTEM, items)
            case "user":
                yield from _user_turns(items, names)
            case _:
                notes.refuse(f"messages[{index}].role", "expected user or assistant")


def _between_thoughts(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """A turn cut where the model thinks again after its words: a chat's message has its reasoning in front.

    Behind a call nothing is cut, since its result must follow.
    """
    start = 0
    for place, item in enumerate(items):
        before = items[start:place]
        if any(isinstance(each, Call) for each in before):
            break
        if isinstance(item, Thought) and any(isinstance(each, Text) for each in before):
            yield before
            start = place
    yield items[start:]


def _user_turns(items: tuple[Item, ...], names: dict[str, str]) -> Iterator[Turn]:
    """Results as turns of their own, then what the user says."""
    rest = tuple(item for item in items if not isinstance(item, Result))
    for item in items:
        if isinstance(item, Result):
            named = Result(item.id, item.parts, names.get(item.id, ""), item.failed, item.mark)
            yield Turn(Role.TOOL, (named,))
    if rest or not items:
        yield Turn(Role.USER, rest)


def read_blocks(content: object, path: str, notes: Notes) -> Iterator[Item]:
    """Content as items, whoever said it."""
    if isinstance(content, str):
        yield Text(content)
    for index, block in enumerate(map(as_fields, entries(content))):
        if item := _item(block, f"{path}[{index}]", notes):
            yield item


def _item(block: Fields, path: str, notes: Notes) -> Item | None:
    mark = as_fields(block.get("cache_control")) or None
    match block:
        case {"type": "text", "text": str(said)}:
            return Text(said, mark)
        case {"type": "image", "source": dict(source)}:
            return _media(MediaKind.IMAGE, source, path, notes, mark=mark)
        case {"type": "document", "source": dict(source)}:
            return _media(MediaKind.DOCUMENT, source, path, notes, name=text(block.get("title")), mark=mark)
        case {"type": "tool_use", "id": str(id_), "name": str(name)}:
            return Call(plain_id(id_), name, as_fields(block.get("input")))
        case {"type": "tool_result", "tool_use_id": str(id_)}:
            parts = tuple(_within(block.get("content"), path, notes))
            return Result(plain_id(id_), parts, failed=block.get("is_error") is True, mark=mark)
        case {"type": "thinking", "thinking": str(said)}:
            return Thought(said, text(block.get("signature")))
        case {"type": "tool_reference", "tool_name": str(named)}:
            return Text(f"The tool {named} may be called now.")
        case {"type": "redacted_thinking", "data": str(sealed)}:
            return Thought("", sealed=sealed)
        case _:
            notes.refuse(path, f"no block that OpenAI's format has a word for: {str(block.get('type'))[:40]!r}")
            return None


def _within(content: object, path: str, notes: Notes) -> Iterator[Text | Media]:
    """What a result consists of: text and attachments."""
    blocks = content if isinstance(content, str) else list(map(as_fields, entries(content)))
    for block in blocks if isinstance(blocks, list) else ():
        if block.get("type") not in ("text", "image", "document", "tool_reference"):
            notes.refuse(path, f"not to be had within a result: {str(block.get('type'))[:40]!r}")
            return
    yield from (item for item in read_blocks(blocks, path, notes) if isinstance(item, Text | Media))


def _media(
    kind: MediaKind, source: Fields, path: str, notes: Notes, *, name: str = "", mark: Fields | None = None
) -> Media | None:
    match source:
        case {"type": "base64", "media_type": str(media_type), "data": str(data)}:
            return Media(kind, media_type, data, name=name, mark=mark)
        case {"type": "url", "url": str(url)}:
            return Media(kind, url=url, name=name, mark=mark)
        case {"type": "text", "data": str(data)}:
            encoded = base64.b64encode(data.encode("utf-8", "replace")).decode()
            return Media(kind, "text/plain", encoded, name=name, mark=mark)
        case _:
            notes.refuse(path, "expected base64, an address or text; a file by its id is known to Anthropic alone")
            return None


def _tools(tools: object, notes: Notes) -> Iterator[Tool]:
    for index, tool in enumerate(map(as_fields, entries(tools))):
        if function := function_of(tool):
            yield function
        elif tool.get("type") not in (None, "custom"):
            yield Tool(text(tool.get("name")), native=tool)
        elif name := text(tool.get("name")):
            strict = tool.get("strict")
            yield Tool(
                name,
                text(tool.get("description")),
                as_fields(tool.get("input_schema")) or None,
                strict if isinstance(strict, bool) else None,
                as_fields(tool.get("cache_control")) or None,
            )
        else:
            notes.refuse(f"tools[{index}]", "expected a name")
