"""What was asked, in terms of no vendor: so that one conversation gets one answer in whichever format it comes.

Everything in here counts as part of what was asked. What does not: streaming, marks for caching, how much thinking is
wanted (that any is wanted does count), the ids of calls, and fields of a message that are neither text, attachment nor
call.
"""

from collections.abc import Iterable, Mapping

import orjson
from attrs import evolve

from tokenwise_shell.embedded.chat import ChatRequest, Tool

__all__ = ["as_asked", "call_text", "canonical"]


def canonical(value: object) -> bytes:
    """JSON that is equal for equal values: keys sorted, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def as_asked(request: ChatRequest, others: Mapping[str, object]) -> ChatRequest:
    """The request with its content, which covers `others`: parameters that nothing here acts upon.

    The names of `others` are OpenAI's where OpenAI has the parameter (`top_p`, not `topP`).
    """
    asked = {
        "model": request.model,
        "messages": [(message.role.value, message.text) for message in request.messages],
        "attachments": request.attachments,
        "tools": list(map(_tool, request.tools)),
        "must_call": request.must_call,
        "may_call_several": request.may_call_several,
        "schema": request.schema,
        "cap": request.max_output_tokens,
        "choices": request.choices,
        "stop": request.stop,
        "reasons": request.reasons,
        "logprobs": request.logprobs,
        "others": {name: _plain(value) for name, value in others.items() if value is not None},
    }
    return evolve(request, content=canonical(asked))


def call_text(calls: Iterable[tuple[object, object]]) -> str:
    """Calls that an earlier turn made, as text: the name and the arguments of each, given as JSON or as a value."""
    told = [{"name": name, "arguments": _value(arguments)} for name, arguments in calls]
    return canonical(told).decode() if told else ""


def _tool(tool: Tool) -> tuple[object, ...]:
    return tool.name, tool.description, tool.schema


def _plain(value: object) -> object:
    # Some clients write 1 as 1.0. Beyond 2**53 a float stands for many integers, and JSON here has none beyond 2**64.
    return int(value) if isinstance(value, float) and abs(value) < 2**53 and value.is_integer() else value


def _value(arguments: object) -> object:
    if not isinstance(arguments, str):
        return arguments
    try:
        return orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return arguments
