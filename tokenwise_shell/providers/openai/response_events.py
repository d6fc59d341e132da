"""A whole Response as the events that would have told it, for whoever asked for a stream of a server that did not."""

from collections.abc import Iterator
from typing import Final

import orjson

from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text

__all__ = ["event_bytes"]

# What a response says of itself before anything of it is made.
_UNMADE: Final[Fields] = {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}

# How the end of a stream is named for each status of a whole response; what is yet to be made has no end.
_ENDS: Final = ("completed", "incomplete", "failed")

# The field of a part, or of a call, that comes piece by piece, and the events of its pieces.
_PIECES: Final = {
    "output_text": ("text", "output_text"),
    "refusal": ("refusal", "refusal"),
    "function_call": ("arguments", "function_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
}


def event_bytes(body: bytes) -> bytes:
    """The stream that tells this response; b"" where the body is none, or one that is yet to be made.

    Words and arguments come in one piece each; what OpenAI ran itself begins and is done.
    """
    response = as_fields(as_json(body))
    if not isinstance(response.get("output"), list) or _end(response) not in _ENDS:
        return b""
    events = [{**event, "sequence_number": number} for number, event in enumerate(_events(response))]
    return b"".join(b"event: %b\ndata: %b\n\n" % (text(each["type"]).encode(), orjson.dumps(each)) for each in events)


def _events(response: Fields) -> Iterator[dict[str, object]]:
    begun = {**response, **_UNMADE}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for place, item in enumerate(map(as_fields, entries(response.get("output")))):
        where = {"output_index": place, "item_id": text(item.get("id"))}
        yield {"type": "response.output_item.added", "output_index": place, "item": _unmade(item)}
        for index, part in enumerate(map(as_fields, entries(item.get("content")))):
            at = {**where, "content_index": index}
            yield {"type": "response.content_part.added", **at, "part": _unmade(part)}
            yield from _pieces(part, at)
            yield {"type": "response.content_part.done", **at, "part": part}
        yield from _pieces(item, where)
        yield {"type": "response.output_item.done", "output_index": place, "item": item}
    yield {"type": f"response.{_end(response)}", "response": response}


def _end(response: Fields) -> str:
    return text(response.get("status", "completed"))


def _unmade(item: Fields) -> Fields:
    """An item or a part as it begins."""
    field, _ = _PIECES.get(text(item.get("type")), ("", ""))
    emptied: Fields = {field: ""} if field else {"content": []} if item.get("type") == "message" else {}
    begins = {"status": "in_progress"} if "status" in item else {}
    return {**item, **emptied, **begins}


def _pieces(item: Fields, at: Fields) -> Iterator[dict[str, object]]:
    field, name = _PIECES.get(text(item.get("type")), ("", ""))
    if field and (said := text(item.get(field))):
        logprobs = {"logprobs": entries(item.get("logprobs"))} if name == "output_text" else {}
        yield {"type": f"response.{name}.delta", **at, "delta": said, **logprobs}
        yield {"type": f"response.{name}.done", **at, field: said, **logprobs}
