"""The Response object: what a chat completion says, in the frame of what was asked."""

import re
from typing import Final

import orjson
from attrs import frozen

from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count, entries, text
from tokenwise_shell.providers.openai.blocks import message_blocks
from tokenwise_shell.providers.openai.usage import parse_usage
from tokenwise_shell.providers.openai.words import finish_of
from tokenwise_shell.proxy.doors.responses.items import Items
from tokenwise_shell.proxy.doors.responses.tools import declared_in

__all__ = ["Head", "cut_reason", "echoed", "suffix_of", "write_answer", "write_response"]

_UNSENDABLE: Final = re.compile(r"[^A-Za-z0-9_-]")

# Why an answer is not whole. A refusal is an answer.
_CUTS: Final = {FinishReason.LENGTH: "max_output_tokens", FinishReason.CONTENT_FILTER: "content_filter"}


@frozen
class Head:
    """What every stage of a response says of itself. `created_s` is Unix time."""

    suffix: str
    model: str
    created_s: int
    service_tier: str = ""


def suffix_of(completion_id: str) -> str:
    """What the ids of a response and of its items end in.

    >>> suffix_of("chatcmpl-7f3a")
    '7f3a'
    """
    return _UNSENDABLE.sub("_", completion_id.removeprefix("chatcmpl-")) or "unnamed"


def cut_reason(finish: str) -> str:
    """Why an answer that ended so is not whole, "" where it is. `finish` is OpenAI's word.

    >>> cut_reason("length"), cut_reason("stop")
    ('max_output_tokens', '')
    """
    return _CUTS.get(finish_of(finish), "")


def write_answer(completion: bytes, asked: Fields) -> bytes:
    """The first choice of a whole chat completion as the Response to what was asked."""
    body = as_fields(as_json(completion))
    choice = next(iter(map(as_fields, entries(body.get("choices")))), {})
    head = Head(
        suffix_of(text(body.get("id"))),
        text(body.get("model")),
        count(body.get("created")) or 0,
        text(body.get("service_tier")),
    )
    items, cut = Items(head.suffix, declared_in(asked)), cut_reason(text(choice.get("finish_reason")))
    told = message_blocks(as_fields(choice.get("message")), as_fields(choice.get("logprobs")))
    for _ in items.tell(told, cut=bool(cut)):
        pass  # telling fills `items`; its events are for those who stream
    status = "incomplete" if cut else "completed"
    usage = parse_usage(body.get("usage"))
    return orjson.dumps(write_response(head, asked, status=status, output=items.output, usage=usage, cut=cut))


def write_response(
    head: Head,
    asked: Fields,
    *,
    status: str,
    output: list[Fields],
    usage: Usage | None = None,
    cut: str = "",
    error: Fields | None = None,
) -> Fields:
    """The object, with the request's own words for what was asked. `cut` is why it is not whole."""
    return {
        "id": f"resp_{head.suffix}",
        "object": "response",
        "created_at": head.created_s,
        "status": status,
        "completed_at": None,  # of what comes from elsewhere only the beginning is known
        "background": False,
        "error": error,
        "incomplete_details": {"reason": cut} if cut else None,
        "model": head.model,
        "output": output,
        "usage": None if usage is None else _usage(usage),
        "service_tier": head.service_tier or "default",
        **echoed(asked),
    }


def echoed(asked: Fields) -> Fields:
    """What a response repeats of its request, with OpenAI's defaults for what was not said."""
    reasoning, config = as_fields(asked.get("reasoning")), as_fields(asked.get("text"))
    tools = [_declared(as_fields(tool)) for tool in entries(asked.get("tools"))]
    said = {name: value for name, value in asked.items() if name in _DEFAULTS and value is not None}
    return {
        **_DEFAULTS,
        **said,
        "metadata": as_fields(asked.get("metadata")),
        "parallel_tool_calls": asked.get("parallel_tool_calls") is not False,
        "previous_response_id": None,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "store": False,  # nothing is stored, whatever was asked
        "text": {**config, "format": config.get("format") or {"type": "text"}},
        "tool_choice": asked.get("tool_choice") or "auto",
        "tools": tools,
        "truncation": "disabled",
    }


def _declared(tool: Fields) -> Fields:
    return {"parameters": None, "strict": False, **tool} if tool.get("type") == "function" else tool


# What is repeated as it was said. The penalties cannot be said at all, and clients expect to be told of them.
_DEFAULTS: Final[Fields] = {
    "frequency_penalty": 0.0,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "presence_penalty": 0.0,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "temperature": 1.0,
    "top_logprobs": 0,
    "top_p": 1.0,
    "user": None,
}


def _usage(usage: Usage) -> Fields:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.written_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
    }
