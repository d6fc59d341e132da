"""OpenAI's chat requests, read into common terms.

Reading is strict where a silent slip would lose something that was said: what is neither understood nor known to be
harmless is refused with its place.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from tokenwise.prompt import Role
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, first_text, text
from tokenwise_shell.providers.openai.blocks import thoughts_of
from tokenwise_shell.providers.openai.options import read_choice, read_format, read_stop, read_tools
from tokenwise_shell.providers.openai.words import calls_in
from tokenwise_shell.providers.translate.terms import (
    Asked,
    Call,
    Media,
    MediaKind,
    Notes,
    Result,
    Text,
    Thought,
    Turn,
    is_neutral,
)

__all__ = ["data_url", "read_openai"]

_ROLES: Final[Mapping[object, Role]] = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}

_SAMPLING: Final = (
    "temperature", "top_p", "seed", "n", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs",
    "logit_bias",
)  # fmt: skip

# Read by `read_openai` itself, or set by whoever sends the request.
_READ: Final = frozenset(
    (
        *_SAMPLING, "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort",
        "stop", "user", "safety_identifier", "model", "max_tokens", "max_completion_tokens", "stream", "stream_options",
        "functions", "function_call", "modalities", "audio", "web_search_options",
    )
)  # fmt: skip

# OpenAI's own bookkeeping and hints, and OpenRouter's wish for a bill: none of them changes what a good answer is.
_HINTS: Final = frozenset(
    (
        "metadata", "store", "service_tier", "prediction", "prompt_cache_key", "prompt_cache_retention", "verbosity",
        "usage",
    )
)  # fmt: skip

_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[\w.+-]+)*;base64,", re.IGNORECASE)


def data_url(url: str) -> tuple[str, str] | None:
    """The media type and the base64 of a `data:` URL, None for any other.

    >>> data_url("data:image/png;base64,iVBO")
    ('image/png', 'iVBO')
    """
    found = _DATA_URL.match(url)
    return (found[1] or "text/plain", url[found.end() :]) if found else None


def read_openai(fields: Fields, notes: Notes) -> Asked:
    """A request of the chat interface."""
    _refuse_unsaid(fields, notes)
    schema, name, strict = read_format(fields.get("response_format"), notes)
    choice, only = read_choice(fields.get("tool_choice"), notes)
    for hint in _HINTS & fields.keys():
        if fields[hint] is not None:
            notes.drop(f"{hint}: for OpenAI alone")
    return Asked(
        turns=tuple(_turns(fields.get("messages"), notes)),
        tools=tuple(read_tools(fields.get("tools"), notes)),
        choice=choice,
        only=only,
        parallel=fields.get("parallel_tool_calls") is not False,
        schema=schema,
        schema_name=name,
        strict=strict,
        effort=text(fields.get("reasoning_effort")),
        stop=read_stop(fields.get("stop"), notes),
        sampling={name: fields[name] for name in _SAMPLING if not is_neutral(name, fields.get(name))},
        user=first_text(fields.get("safety_identifier"), fields.get("user")),
        others={name: value for name, value in fields.items() if name not in _READ and name not in _HINTS},
    )


def _refuse_unsaid(fields: Fields, notes: Notes) -> None:
    for name in ("functions", "function_call"):
        if not is_neutral("functions", fields.get(name)):
            notes.refuse(name, "superseded by tools in 2023; use those")
    if not is_neutral("modalities", fields.get("modalities")) or fields.get("audio") is not None:
        notes.refuse("modalities", "only text can be asked for here")
    if fields.get("web_search_options") is not None:
        notes.refuse("web_search_options", "OpenAI's own search; it exists nowhere else")


# --- messages --------------------------------------------------------------------------------------------------------


def _turns(messages: object, notes: Notes) -> Iterator[Turn]:
    if not isinstance(messages, list):
        notes.refuse("messages", "expected a list")
    names: dict[str, str] = {}
    for index, value in enumerate(entries(messages)):
        message = as_fields(value)
        role = _ROLES.get(text(message.get("role")))
        if role is None:
            notes.refuse(f"messages[{index}].role", "expected system, developer, user, assistant or tool")
            continue
        if "name" in message:
            notes.drop("messages[].name: names of participants exist in OpenAI's format alone")
        content = message.get("content")
        parts = (Text(content),) if isinstance(content, str) else tuple(_parts(content, index, notes))
        if role is Role.ASSISTANT:
            calls = tuple(_calls(message, index, notes))
            names.update((call.id, call.name) for call in calls)
            yield Turn(role, (*_thoughts(message), *parts, *_refusal(message), *calls))
        elif role is Role.TOOL:
            id_ = text(message.get("tool_call_id"))
            failed, mark = message.get("is_error") is True, _mark(message)
            yield Turn(role, (Result(id_, parts, names.get(id_, ""), failed, mark),))
        else:
            yield Turn(role, parts)


def _parts(content: object, message: int, notes: Notes) -> Iterator[Text | Media]:
    """The parts of content that is no text."""
    path = f"messages[{message}].content"
    if content is not None and not isinstance(content, list):
        notes.refuse(path, "expected text or a list of parts")
    for index, value in enumerate(entries(content)):
        if part := _part(as_fields(value), f"{path}[{index}]", notes):
            yield part


def _part(part: Fields, path: str, notes: Notes) -> Text | Media | None:
    match part:
        case {"type": "text", "text": str(said)} | {"type": "refusal", "refusal": str(said)}:
            return Text(said, _mark(part))
        case {"type": "image_url", "image_url": {"url": str(url), **more}}:
            if more.get("detail", "auto") != "auto":
                notes.drop("image_url.detail: how closely to look is said in OpenAI's format alone")
            return _media(MediaKind.IMAGE, url, part)
        case {"type": "file", "file": {"file_data": str(url), **more}}:
            return _media(MediaKind.DOCUMENT, url, part, text(more.get("filename")))
        case {"type": "thinking"}:  # reasoning, which is read apart
            pass
        case {"type": "file"}:
            notes.refuse(path, "a file by its id is known to OpenAI alone; send it as file_data")
        case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(kind)}}:
            return Media(MediaKind.AUDIO, f"audio/{kind}", data, mark=_mark(part))
        case _:
            notes.refuse(path, f"no known part of a message: {str(part.get('type'))[:40]!r}")
    return None


def _media(kind: MediaKind, url: str, part: Fields, name: str = "") -> Media:
    if found := data_url(url):
        return Media(kind, *found, name=name, mark=_mark(part))
    return Media(kind, url=url, name=name, mark=_mark(part))


def _mark(part: Fields) -> Fields | None:
    return as_fields(part.get("cache_control")) or None


def _refusal(message: Fields) -> tuple[Text, ...]:
    said = text(message.get("refusal"))
    return (Text(said),) if said else ()


def _thoughts(message: Fields) -> tuple[Thought, ...]:
    return tuple(filter(None, map(_thought, thoughts_of(message))))


def _thought(detail: Fields) -> Thought | None:
    match detail:
        case {"type": "reasoning.text", "text": str(said)} | {"type": "reasoning.summary", "summary": str(said)}:
            return Thought(said, text(detail.get("signature")))
        case {"type": "reasoning.encrypted", "data": str(sealed)}:
            return Thought("", sealed=sealed)
        case _:
            return None


def _calls(message: Fields, number: int, notes: Notes) -> Iterator[Call]:
    for index, call in enumerate(calls_in(message)):
        function, at = as_fields(call.get("function")), f"messages[{number}].tool_calls[{index}]"
        if name := text(function.get("name")):
            arguments = _arguments(function.get("arguments"), f"{at}.function.arguments", notes)
            google = as_fields(as_fields(call.get("extra_content")).get("google"))
            yield Call(text(call.get("id")), name, arguments, text(google.get("thought_signature")))
        else:
            notes.refuse(at, "only calls of functions can be translated")


def _arguments(value: object, path: str, notes: Notes) -> Fields:
    """The arguments as an object; models write them as text, some as the object, and some write none."""
    said = value.strip() if isinstance(value, str) else value
    arguments = (
        {} if said in ("", None) else as_json(said.encode("utf-8", "replace")) if isinstance(said, str) else said
    )
    try:
        # What nests more deeply than can be written is as good as none. A block of a message adds four levels.
        orjson.dumps([[[[arguments]]]])
    except orjson.JSONEncodeError:
        arguments = None
    if not isinstance(arguments, dict):
        notes.refuse(path, "expected a JSON object, as text")
    return as_fields(arguments)
