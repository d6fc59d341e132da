"""Google's `generateContent` requests, read into common terms. Names in camel case, as Google writes them."""

from collections.abc import Iterator
from typing import Final

import orjson

from tokenwise.prompt import Role
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.google.names import BUDGETS, UNSIGNED
from tokenwise_shell.providers.google.writing import SAMPLING
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
    is_neutral,
)

__all__ = ["called", "read_google", "read_parts"]

_READ: Final = frozenset(("contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model"))
_CONFIG: Final = frozenset(
    (
        *SAMPLING.values(), "maxOutputTokens", "stopSequences", "responseMimeType", "responseJsonSchema",
        "thinkingConfig",
    )
)  # fmt: skip
_CHOICES: Final = {"AUTO": "auto", "NONE": "none", "ANY": "required"}


def read_google(body: Fields, notes: Notes) -> Asked:
    """A request to `generateContent`."""
    config = as_fields(body.get("generationConfig"))
    calling = as_fields(as_fields(body.get("toolConfig")).get("functionCallingConfig"))
    choice, allowed = _CHOICES.get(text(calling.get("mode")), ""), entries(calling.get("allowedFunctionNames"))
    if len(allowed) > 1:
        notes.refuse("allowedFunctionNames", "OpenAI's tool_choice names one function at most")
    system = read_parts(as_fields(body.get("systemInstruction")).get("parts"), "systemInstruction", notes)
    as_json = config.get("responseMimeType") == "application/json"
    sampling = {ours: config[theirs] for ours, theirs in SAMPLING.items() if theirs in config}
    kept = {name: value for name, value in config.items() if name not in _CONFIG}
    return Asked(
        turns=(*(Turn(Role.SYSTEM, (item,)) for item in system), *_turns(body.get("contents"), notes)),
        tools=tuple(_tools(body.get("tools"), notes)),
        choice="named" if choice == "required" and allowed else choice,
        only=text(allowed[0]) if allowed else "",
        schema=as_fields(config.get("responseJsonSchema")) if as_json else None,
        effort=_effort(as_fields(config.get("thinkingConfig"))),
        stop=tuple(mark for mark in entries(config.get("stopSequences")) if isinstance(mark, str)),
        sampling={name: value for name, value in sampling.items() if not is_neutral(name, value)},
        cap=count(config.get("maxOutputTokens")),
        others={name: value for name, value in body.items() if name not in _READ}
        | ({"generationConfig": kept} if kept else {}),
    )


def _effort(thinking: Fields) -> str:
    if level := text(thinking.get("thinkingLevel")):
        return level.lower()
    budget = thinking.get("thinkingBudget")
    if not isinstance(budget, int):
        return ""
    return min(BUDGETS, key=lambda effort: abs(BUDGETS[effort] - budget)) if budget >= 0 else "medium"


def _turns(contents: object, notes: Notes) -> Iterator[Turn]:
    for index, content in enumerate(map(as_fields, entries(contents))):
        items = tuple(read_parts(content.get("parts"), f"contents[{index}].parts", notes))
        if content.get("role") == "model":
            yield Turn(Role.ASSISTANT, items)
            continue
        rest = tuple(item for item in items if not isinstance(item, Result))
        yield from (Turn(Role.TOOL, (item,)) for item in items if isinstance(item, Result))
        if rest or not items:
            yield Turn(Role.USER, rest)


def read_parts(parts: object, path: str, notes: Notes) -> Iterator[Item]:
    """Parts as items, whoever said them."""
    for index, part in enumerate(map(as_fields, entries(parts))):
        if item := _item(part, f"{path}[{index}]", notes):
            yield item


def _item(part: Fields, path: str, notes: Notes) -> Item | None:
    match part:
        case {"text": str(said), "thought": True}:
            return Thought(said)
        case {"text": str(said)}:
            return Text(said)
        case {"functionCall": dict(call)} if name := text(call.get("name")):
            return called(call, name, text(part.get("thoughtSignature")))
        case {"functionResponse": dict(response)}:
            return _result(response, path, notes)
        case {"inlineData": dict(blob)}:
            kind, data = text(blob.get("mimeType")), text(blob.get("data"))
            return Media(_kind(kind), kind, data)
        case {"fileData": dict(file)}:
            kind = text(file.get("mimeType"))
            return Media(_kind(kind), url=text(file.get("fileUri")))
        case _:
            notes.refuse(path, "no part that OpenAI's format has a word for")
            return None


def called(call: Fields, name: str, signature: str) -> Call:
    """A call of a function."""
    return Call(text(call.get("id")), name, as_fields(call.get("args")), "" if signature == UNSIGNED else signature)


def _kind(media_type: str) -> MediaKind:
    """What a media type is to the model; an address without one is a picture, which most of them are."""
    match media_type.partition("/")[0]:
        case "image" | "":
            return MediaKind.IMAGE
        case "audio":
            return MediaKind.AUDIO
        case _:
            return MediaKind.DOCUMENT


def _result(given: Fields, path: str, notes: Notes) -> Result:
    response = as_fields(given.get("response"))
    match response:
        case {"output": str(said)} | {"error": str(said)} if len(response) == 1:
            words = (Text(said),)
        case _:
            words = (Text(_as_text(response, path, notes)),)
    parts = [part for part in entries(given.get("parts")) if not as_fields(part).get("functionResponse")]
    attached = read_parts(parts, path, notes)
    return Result(
        text(given.get("id")),
        (*words, *(item for item in attached if isinstance(item, Media))),
        text(given.get("name")),
        failed="error" in response,
    )


def _as_text(response: Fields, path: str, notes: Notes) -> str:
    try:
        return orjson.dumps(response).decode()
    except orjson.JSONEncodeError:
        notes.refuse(path, "nests too deeply to be written")
        return ""


def _tools(tools: object, notes: Notes) -> Iterator[Tool]:
    for index, tool in enumerate(map(as_fields, entries(tools))):
        if unknown := sorted(tool.keys() - {"functionDeclarations"}):
            notes.refuse(f"tools[{index}]", f"{', '.join(unknown)[:80]}: Google's own, known to nobody else")
        for function in map(as_fields, entries(tool.get("functionDeclarations"))):
            schema = as_fields(function.get("parametersJsonSchema", function.get("parameters")))
            yield Tool(text(function.get("name")), text(function.get("description")), schema or None)
