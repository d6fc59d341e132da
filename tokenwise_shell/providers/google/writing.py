"""Google's `generateContent` requests, written from common terms.

All system messages move to the front, in their order: Google has one place for them. Empty texts are left out, since
Google refuses them, and with them turns that held nothing else.
"""

import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

from tokenwise.prompt import Role
from tokenwise_shell.providers.fields import Fields, as_fields
from tokenwise_shell.providers.google.names import BUDGETS, LEVELS, UNSIGNED, thinks_by_budget, wants_signatures
from tokenwise_shell.providers.translate.terms import (
    Asked,
    Call,
    Item,
    Media,
    Notes,
    Result,
    Text,
    Thought,
    Tool,
    Turn,
)

__all__ = ["SAMPLING", "write_google"]

_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")

SAMPLING: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "top_p": "topP",
    "seed": "seed",
    "n": "candidateCount",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}
"""OpenAI's parameters, and Google's names for them."""


def write_google(asked: Asked, notes: Notes, *, native_id: str, cap: int) -> dict[str, object]:
    """The body of a request to `generateContent`; the model stands in the address."""
    contents = list(_contents(asked.turns, notes, signed=wants_signatures(native_id)))
    others = {name: value for name, value in asked.others.items() if name != "extra_content"}
    body: dict[str, object] = {**others, "contents": contents}
    system = [part for turn in asked.turns if turn.role is Role.SYSTEM for part in _parts(turn.items, notes)]
    if system:
        body["systemInstruction"] = {"parts": system}
    if asked.tools:
        body["tools"] = [{"functionDeclarations": [_declared(tool, notes) for tool in asked.tools]}]
        if calling := _calling(asked):
            body["toolConfig"] = {"functionCallingConfig": calling}
    elif asked.choice in ("required", "named"):
        notes.refuse("tool_choice", "demands a tool, and none is declared")
    if not asked.parallel:
        notes.drop("parallel_tool_calls: Google's models cannot be held to one call")
    if asked.user:
        notes.drop("user: Google's format has no field for it")
    body["generationConfig"] = _config(asked, notes, native_id=native_id, cap=cap)
    return body


def _config(asked: Asked, notes: Notes, *, native_id: str, cap: int) -> Fields:
    if "logit_bias" in asked.sampling:
        notes.refuse("logit_bias", "Google's format has nothing like it")
    config: dict[str, object] = {**as_fields(asked.others.get("generationConfig")), "maxOutputTokens": cap}
    config |= {SAMPLING[name]: value for name, value in asked.sampling.items() if name in SAMPLING}
    if asked.stop:
        config["stopSequences"] = list(asked.stop)
    if asked.schema is not None:
        config["responseMimeType"] = "application/json"
    if asked.schema:
        config["responseJsonSchema"] = asked.schema
    if asked.effort and (thinking := _thinking(asked.effort, notes, by_budget=thinks_by_budget(native_id))):
        config.setdefault("thinkingConfig", thinking)
    return config


def _thinking(effort: str, notes: Notes, *, by_budget: bool) -> Fields:
    if by_budget and effort in BUDGETS:
        return {"thinkingBudget": BUDGETS[effort]}
    if not by_budget and effort in LEVELS:
        if effort == "none":
            notes.drop("reasoning_effort none: Gemini 3 and later always think; they think least")
        return {"thinkingLevel": LEVELS[effort]}
    notes.refuse("reasoning_effort", f"{effort[:20]!r} is none of {', '.join(BUDGETS if by_budget else LEVELS)}")
    return {}


def _contents(turns: Iterable[Turn], notes: Notes, *, signed: bool) -> Iterator[Fields]:
    """The turns; results that follow each other are one, as Google wants those of parallel calls."""
    spoken = (turn for turn in turns if turn.role is not Role.SYSTEM)
    for are_results, group in groupby(spoken, key=lambda turn: turn.role is Role.TOOL):
        if are_results:
            yield {"role": "user", "parts": [part for turn in group for part in _parts(turn.items, notes)]}
            continue
        for turn in group:
            if parts := _parts(turn.items, notes):
                role = "model" if turn.role is Role.ASSISTANT else "user"
                yield {"role": role, "parts": _vouched(parts) if signed else parts}


def _vouched(parts: list[Fields]) -> list[Fields]:
    """The parts with a signature on the first call, which is the one that Google asks for."""
    first = next((place for place, part in enumerate(parts) if "functionCall" in part), None)
    if first is None or "thoughtSignature" in parts[first]:
        return parts
    return [*parts[:first], {**parts[first], "thoughtSignature": UNSIGNED}, *parts[first + 1 :]]


def _parts(items: Iterable[Item], notes: Notes) -> list[Fields]:
    return [part for item in items if (part := _part(item, notes))]


def _part(item: Item, notes: Notes) -> Fields | None:
    if isinstance(item, Text | Media | Result) and item.mark:
        notes.drop("cache_control: Google caches by itself")
    match item:
        case Text(said):
            return {"text": said} if said else None
        case Media():
            return _attached(item)
        case Call(id_, name, arguments, signature):
            named = {"id": id_} if id_ else {}
            vouched = {"thoughtSignature": signature} if signature else {}
            return {"functionCall": {**named, "name": name, "args": arguments}, **vouched}
        case Result():
            return _result(item, notes)
        case Thought():
            notes.drop("reasoning: Google knows its own by the signatures of calls")
            return None


def _attached(media: Media) -> Fields:
    if not media.url:
        return {"inlineData": {"mimeType": media.media_type, "data": media.data}}
    kind = media.media_type or mimetypes.guess_type(media.url.partition("?")[0])[0]
    return {"fileData": {**({"mimeType": kind} if kind else {}), "fileUri": media.url}}


def _result(result: Result, notes: Notes) -> Fields:
    if not result.name:
        notes.refuse("tool_call_id", f"{result.id[:40]!r} answers no call of this conversation")
    said = "".join(part.text for part in result.parts if isinstance(part, Text))
    attached = [_attached(part) for part in result.parts if isinstance(part, Media)]
    return {
        "functionResponse": {
            **({"id": result.id} if result.id else {}),
            "name": result.name,
            "response": {"error" if result.failed else "output": said},
            **({"parts": attached} if attached else {}),
        }
    }


def _declared(tool: Tool, notes: Notes) -> Fields:
    if tool.native is not None:
        notes.refuse("tools", f"{tool.name[:40] or 'a tool'!r} is another vendor's own")
    if tool.native is None and not _NAME.fullmatch(tool.name):
        notes.refuse(
            "tools", f"Google does not take {tool.name[:40]!r}: a letter or _, then up to 127 of A-Z a-z 0-9 _.:-"
        )
    if tool.strict:
        notes.drop("strict: Google's functions know no strict mode")
    if tool.mark:
        notes.drop("cache_control: Google caches by itself")
    described = {"description": tool.description} if tool.description else {}
    schema = {"parametersJsonSchema": tool.schema} if tool.schema else {}
    return {"name": tool.name, **described, **schema}


def _calling(asked: Asked) -> Fields:
    match asked.choice:
        case "none":
            return {"mode": "NONE"}
        case "required":
            return {"mode": "ANY"}
        case "named":
            return {"mode": "ANY", "allowedFunctionNames": [asked.only]}
        case "auto":
            return {"mode": "AUTO"}
        case _:
            return {}


# OpenAI's reasons in Google's words, which has none for a call.
