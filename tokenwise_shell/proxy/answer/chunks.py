"""Chunks of streamed chat completions, as far as the proxy itself has to write or look into them."""

from collections.abc import Iterator
from typing import Final

import orjson

from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries
from tokenwise_shell.providers.openai.errors import read_error
from tokenwise_shell.providers.openai.streams.chunks import DONE
from tokenwise_shell.providers.openai.usage import told_usage
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["chunks_of", "is_done", "is_error", "usage_alone", "with_bill", "without_usage"]


def is_done(event: SseEvent) -> bool:
    """Whether this is the last word of a stream."""
    return event.data.strip() == DONE.data


def is_error(event: SseEvent) -> bool:
    """Whether the event says that the stream has failed."""
    return b'"error"' in event.data and read_error(as_json(event.data)) is not None


def without_usage(chunk: SseEvent) -> tuple[SseEvent, SseEvent] | None:
    """A chunk that has its usage beside a choice, as a chunk without it and one with nothing else; None for any other.

    OpenRouter and Mistral send such, and Groq and Moonshot in places of their own; a client that adds up what it reads
    must read it once.
    """
    if b'"usage"' not in chunk.data:
        return None
    fields = as_fields(as_json(chunk.data))
    usage = told_usage(fields)
    if not fields.get("choices") or not usage:
        return None
    return _event({**fields, "usage": None}) if fields.get("usage") else chunk, usage_alone(chunk, usage)


def usage_alone(chunk: SseEvent, usage: object) -> SseEvent:
    """The chunk that ends the stream of this one, with its usage and no choice."""
    fields = as_fields(as_json(chunk.data))
    return _event({**{name: fields[name] for name in _HEAD if name in fields}, "choices": [], "usage": usage})


# What every chunk of a stream says of it; what else a vendor has put there was said of one chunk.
_HEAD: Final = ("id", "object", "created", "model", "provider", "system_fingerprint", "service_tier")


def with_bill(usage: bytes, bill: Fields) -> bytes:
    """A chunk with the object `tokenwise` added at its end; every other byte stays as it came.

    >>> with_bill(b'{"choices": [], "usage": null}', {"cost_nano": 5})
    b'{"choices": [], "usage": null,"tokenwise":{"cost_nano":5}}'
    """
    return usage.rstrip().removesuffix(b"}") + b',"tokenwise":' + orjson.dumps(bill) + b"}"


def chunks_of(completion: bytes, *, usage: bool) -> Iterator[SseEvent]:
    """A whole completion as a stream: each choice in one chunk, then the usage if it was asked for.

    This is for a client that asked for a stream, of a server that does not stream.
    """
    whole = as_fields(as_json(completion))
    common = {**whole, "object": "chat.completion.chunk"}
    counted = common.pop("usage", None)
    for choice in map(as_fields, entries(whole.get("choices"))):
        yield _event({**common, "choices": [_delta_of(choice)]})
    if usage and counted is not None:
        yield _event({**common, "choices": [], "usage": counted})
    yield DONE


def _delta_of(choice: Fields) -> Fields:
    message = dict(as_fields(choice.get("message")))
    calls = entries(message.get("tool_calls"))
    if calls:
        message["tool_calls"] = [{"index": index, **as_fields(call)} for index, call in enumerate(calls)]
    return {**{name: value for name, value in choice.items() if name != "message"}, "delta": message}


def _event(fields: Fields) -> SseEvent:
    return SseEvent(orjson.dumps(fields))
