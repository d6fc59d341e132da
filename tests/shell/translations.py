"""The translations that the proxy never makes by themselves: the way there for tests, and the way back from Google.

Providers' formats build requests and read answers; a client of Google's has no door here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from tokenwise.prompt import Role
from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.anthropic.answers import read_message
from tokenwise_shell.providers.anthropic.writing import write_anthropic
from tokenwise_shell.providers.fields import Fields, as_fields, count, entries, text
from tokenwise_shell.providers.google import writing
from tokenwise_shell.providers.google.answers import read_answer
from tokenwise_shell.providers.google.names import BUDGETS, UNSIGNED
from tokenwise_shell.providers.google.writing import SAMPLING
from tokenwise_shell.providers.openai.completions import read_completion, write_completion
from tokenwise_shell.providers.openai.reading import read_openai
from tokenwise_shell.providers.openai.writing import write_openai
from tokenwise_shell.providers.translate.terms import (
    Answer,
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
    Translation,
    Turn,
    is_neutral,
)


def to_anthropic(fields: Fields, *, native_id: str, cap: int) -> Translation:
    """A request in OpenAI's chat fields as Anthropic's, with at most `cap` output tokens. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_anthropic(read_openai(fields, notes), notes, native_id=native_id, cap=cap))


def to_google(fields: Fields, *, native_id: str, cap: int) -> Translation:
    """A request in OpenAI's chat fields as Google's, with at most `cap` output tokens. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(writing.write_google(read_openai(fields, notes), notes, native_id=native_id, cap=cap))


def from_google(body: Fields) -> Translation:
    """A request of Google's in OpenAI's chat fields, without model and streaming. Raises Untranslatable."""
    notes = Notes()
    return notes.settle(write_openai(read_google(body, notes)))


def from_anthropic_answer(message: Fields, *, created_s: int) -> Fields | None:
    """Anthropic's message as a chat completion, None where it is none. `created_s` is Unix time."""
    answer = read_message(message)
    return None if answer is None else write_completion(answer, created_s=created_s)


def google_answer(completion: Fields) -> Fields:
    """A chat completion as Google's answer. Google has no count of tokens written to a cache: they are input there."""
    return write_candidates(read_completion(completion))


def from_google_answer(body: Fields, *, created_s: int) -> Fields | None:
    """Google's answer as a chat completion, None where it is none. `created_s` is Unix time."""
    answer = read_answer(body)
    return None if answer is None else write_completion(answer, created_s=created_s)


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


_FINISHES: Final[Mapping[FinishReason, str]] = {
    FinishReason.STOP: "STOP",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.TOOL_CALLS: "STOP",
    FinishReason.CONTENT_FILTER: "SAFETY",
    FinishReason.REFUSAL: "SAFETY",
    FinishReason.OTHER: "OTHER",
}


def write_candidates(answer: Answer) -> Fields:
    """An answer in Google's words."""
    usage = answer.usage or Usage()
    candidates = [
        {
            "content": {"role": "model", "parts": writing._parts(said.items, Notes())},
            "finishReason": _FINISHES[said.finish],
            "index": index,
        }
        for index, said in enumerate(answer.choices)
    ]
    return {
        "candidates": candidates,
        "usageMetadata": {
            "promptTokenCount": usage.prompt_tokens,
            "cachedContentTokenCount": usage.cache_read_tokens,
            "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
            "thoughtsTokenCount": usage.reasoning_tokens,
            "totalTokenCount": usage.prompt_tokens + usage.output_tokens,
        },
        "modelVersion": answer.model,
        "responseId": answer.id,
    }
