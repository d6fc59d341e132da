"""The conversation of a Responses request as chat messages.

Responses lists what was said, called and reasoned as items of their own; a chat has them as one message for each turn
of the assistant. Items of tools that OpenAI itself runs, and references to what OpenAI stores, are refused by name.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from attrs import define, field

from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.own import SEAL
from tokenwise_shell.proxy.doors.responses.terms import said, unsupported, wrong
from tokenwise_shell.proxy.doors.responses.tools import call_of

__all__ = ["read_input", "sealed_details"]

_ROLES: Final = ("user", "assistant", "system", "developer")
_ITEMS: Final = "message, reasoning, and calls and results of functions, custom tools and searches for tools"
_PARTS: Final = "input_text, input_image, input_file, input_audio, output_text and refusal"


def sealed_details(details: Sequence[Fields]) -> str:
    """A reasoning item's `encrypted_content`: what it takes to give the model its reasoning back. It is no secret."""
    return SEAL + base64.b64encode(orjson.dumps(list(details))).decode()


def read_input(value: object) -> list[Fields]:
    """The `input` of a request: words, or items. Raises BadRequest."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    if not isinstance(value, list) or not value:
        raise wrong("input", "text or a list of items", value)
    told = _Conversation()
    for index, item in enumerate(value):
        _read_item(item, f"input[{index}]", told)
    return [each.message if isinstance(each, _Turn) else each for each in told.turns]


@define
class _Turn:
    """What the assistant said at a time."""

    parts: list[Fields] = field(factory=list)
    thoughts: list[Fields] = field(factory=list)
    calls: list[Fields] = field(factory=list)

    @property
    def message(self) -> Fields:
        optional = {"reasoning_details": self.thoughts, "tool_calls": self.calls}
        kept = {name: found for name, found in optional.items() if found}
        return {"role": "assistant", "content": _shortened(self.parts) if self.parts else None, **kept}


@define
class _Conversation:
    """The turns so far. A call keeps its turn open until its result, since that must follow the turn at once."""

    turns: list[_Turn | Fields] = field(factory=list)

    def say(self, message: Fields) -> None:
        """Something that the assistant did not say."""
        self.turns.append(message)

    def grow(self, *, before: bool = True) -> _Turn:
        """The assistant's turn to add to: a new one where the last has its words, unless it waits for results.

        `before` is true for what stands before the words of a turn, or is them.
        """
        last = self.turns[-1] if self.turns else None
        if not isinstance(last, _Turn) or (before and last.parts and not last.calls):
            last = _Turn()
            self.turns.append(last)
        return last


def _read_item(value: object, path: str, told: _Conversation) -> None:
    item = as_fields(value)
    kind = item.get("type")
    match "message" if kind is None and "role" in item else kind:
        case "message":
            _read_message(item, path, told)
        case "function_call" | "custom_tool_call" | "tool_search_call":
            told.grow(before=False).calls.append(_call(item, path))
        case "function_call_output" | "custom_tool_call_output":
            content = _content(item.get("output"), f"{path}.output")
            told.say({"role": "tool", "tool_call_id": said(item, "call_id", path), "content": content})
        case "tool_search_output":
            found = [text(as_fields(tool).get("name")) for tool in entries(item.get("tools"))]
            content = f"Found, and ready to be called: {', '.join(found)}" if found else "Nothing was found."
            told.say({"role": "tool", "tool_call_id": said(item, "call_id", path), "content": content})
        case "additional_tools":
            pass  # read with the tools
        case "reasoning":
            if details := _details(item):
                told.grow().thoughts.extend(details)
        case str(other):
            raise unsupported(f"{path}.type", f"{other[:40]!r} is not carried here; {_ITEMS} are")
        case _:
            raise wrong(f"{path}.type", f"one of {_ITEMS}", kind)


def _call(item: Fields, path: str) -> Fields:
    """An earlier call, with every text that it must have."""
    needed = {"function_call": ("name", "arguments"), "custom_tool_call": ("name", "input")}
    for name in needed.get(text(item.get("type")), ()):
        said(item, name, path)
    call = call_of(item, call_id=said(item, "call_id", path))
    assert call is not None, "every kind of call is one of a chat"
    return call


def _read_message(item: Fields, path: str, told: _Conversation) -> None:
    role = item.get("role")
    if role not in _ROLES:
        raise wrong(f"{path}.role", f"one of {', '.join(_ROLES)}", role)
    if role == "assistant":
        parts = list(_parts(item.get("content"), f"{path}.content"))
        told.grow().parts.extend(parts)
    else:
        told.say({"role": role, "content": _content(item.get("content"), f"{path}.content")})


def _content(value: object, path: str) -> object:
    return _shortened(list(_parts(value, path)))


def _shortened(parts: list[Fields]) -> object:
    """A single text as text: every server takes that."""
    return parts[0]["text"] if len(parts) == 1 and parts[0].keys() == {"type", "text"} else parts


def _parts(value: object, path: str) -> Iterator[Fields]:
    if isinstance(value, str):
        yield {"type": "text", "text": value}
        return
    if not isinstance(value, list):
        raise wrong(path, "text or a list of parts", value)
    for index, part in enumerate(value):
        yield _part(as_fields(part), f"{path}[{index}]")


def _part(part: Fields, path: str) -> Fields:
    marked = {name: part[name] for name in ("prompt_cache_breakpoint",) if part.get(name) is not None}
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return {"type": "text", "text": said(part, "text", path), **marked}
        case "refusal":
            return {"type": "refusal", "refusal": said(part, "refusal", path)}
        case "input_image":
            return {"type": "image_url", "image_url": _image(part, path), **marked}
        case "input_file":
            return {"type": "file", "file": _file(part, path), **marked}
        case "input_audio" if as_fields(part.get("input_audio")):
            return {"type": "input_audio", "input_audio": part["input_audio"], **marked}
        case kind:
            shown = kind[:40] if isinstance(kind, str) else kind
            raise unsupported(f"{path}.type", f"{shown!r} is not carried here; {_PARTS} are")


def _image(part: Fields, path: str) -> Fields:
    if part.get("file_id") is not None:
        raise unsupported(f"{path}.file_id", "an image by its id is known to OpenAI alone; send it as image_url")
    detail = {"detail": part["detail"]} if part.get("detail") is not None else {}
    return {"url": said(part, "image_url", path), **detail}


def _file(part: Fields, path: str) -> Fields:
    """A file. An address stands where its data does: who cannot fetch it says so."""
    file = {name: part[name] for name in ("filename", "file_id") if part.get(name) is not None}
    given = part.get("file_data") if part.get("file_data") is not None else part.get("file_url")
    if isinstance(given, str):
        return {"file_data": given, **file}
    if "file_id" not in file:
        raise wrong(f"{path}.file_data", "text, or file_url or file_id instead", given)
    return file


def _details(item: Fields) -> Sequence[Fields]:
    """The reasoning in an item of our own, or what is readable of another's. What OpenAI encrypted is left out."""
    sealed = text(item.get("encrypted_content"))
    if sealed.startswith(SEAL):
        try:
            details: object = orjson.loads(base64.b64decode(sealed.removeprefix(SEAL), validate=True))
        except (binascii.Error, ValueError):
            details = None
        if found := [each for each in entries(details) if isinstance(each, dict)]:
            return found
    said = [text(as_fields(part).get("text")) for part in entries(item.get("content"))]
    return [{"type": "reasoning.text", "text": each} for each in said if each]
