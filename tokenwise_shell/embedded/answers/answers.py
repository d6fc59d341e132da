"""What the embedded provider answers: a pure function of the seed and of what was asked.

Output is counted in the pieces of `prose.pieces_of`, input as in `counting`: plausible figures, and no vendor's.
"""

import math
import re
from collections.abc import Iterator
from typing import Final

import orjson
from attrs import evolve

from tokenwise.prompt import Role
from tokenwise.usage import Usage
from tokenwise_shell.embedded.answers.counting import count_input
from tokenwise_shell.embedded.answers.planner import plan_text, task_of
from tokenwise_shell.embedded.answers.prose import LABEL, excerpt, musing, pieces_of, prose
from tokenwise_shell.embedded.answers.schema import synthesise
from tokenwise_shell.embedded.chat import ChatRequest, Choice, EmbeddingRequest, Finish, Reply, Tool, ToolCall
from tokenwise_shell.embedded.draws import Draw

__all__ = ["answer", "embed", "embed_all"]

# Prompt caching as OpenAI documents it: from 1024 tokens on, in steps of 128. Anthropic's least is the same.
_CACHE_FROM, _CACHE_STEP = 1024, 128
# A model that reasons thinks for up to this many tokens here, and never for more than half of its cap.
_LONGEST_THOUGHT: Final = 96

_WORDS: Final = re.compile(r"\w+")


def answer(request: ChatRequest, *, seed: int) -> Reply:
    """The reply to a request. Each choice keeps within the cap by itself, as with OpenAI; the usage is their sum."""
    draw = Draw.of(seed, request.content)
    thought = _reasoning_tokens(request, draw)
    cap = None if request.max_output_tokens is None else request.max_output_tokens - thought
    shown = pieces_of(musing(request))[:thought]
    choices = tuple(
        evolve(_choice(request, cap, draw.sub("choice", index)), thought=shown) for index in range(request.choices)
    )
    return Reply(draw.hex("id"), request.model, choices, _usage(request, choices, thought, draw))


def embed(text: str, *, dimensions: int, seed: int, model: str) -> tuple[float, ...]:
    """A vector of length 1 by feature hashing: texts that share words point in similar directions.

    Each word adds 1 or -1 at four places; a text without words gets a direction of its own.
    """
    source = Draw.of(seed, model.encode())
    vector = [0.0] * dimensions
    for word in _WORDS.findall(text.lower()) or [text]:
        draw = source.sub(word)
        for place in range(4):
            vector[draw.below(dimensions, place)] += 1.0 if draw.below(2, "sign", place) else -1.0
    length = math.sqrt(sum(x * x for x in vector))
    # Opposite signs at the same place can cancel out; the first axis then stands in.
    return tuple(x / length for x in vector) if length else (1.0, *vector[1:])


def embed_all(request: EmbeddingRequest, *, seed: int) -> tuple[tuple[float, ...], ...]:
    """The vectors of all texts of a request, in its order."""
    return tuple(embed(text, dimensions=request.dimensions, seed=seed, model=request.model) for text in request.texts)


def _choice(request: ChatRequest, cap: int | None, draw: Draw) -> Choice:
    if tools := tuple(_tools_to_call(request)):
        return _calling(tools, cap, draw)
    said, mark = _stopped(_text(request, draw), request.stop)
    pieces = pieces_of(said)
    if cap is not None and len(pieces) > cap:
        return Choice(pieces[:cap], Finish.LENGTH)
    return Choice(pieces, Finish.STOP, stopped_at=mark)


def _text(request: ChatRequest, draw: Draw) -> str:
    if (task := task_of(request)) is not None:
        return plan_text(task, request)
    if request.schema is None:
        return prose(request, draw)
    if request.schema:
        return orjson.dumps(synthesise(request.schema, draw.sub("json"))).decode()
    note = {"note": LABEL, "request": excerpt(request.messages[-1].text), "answer": prose(request, draw)}
    return orjson.dumps(note).decode()


def _stopped(text: str, stop: tuple[str, ...]) -> tuple[str, str]:
    """The text up to the first of the stop marks, and that mark."""
    place, mark = min(((text.index(mark), mark) for mark in stop if mark in text), default=(len(text), ""))
    return text[:place], mark


def _tools_to_call(request: ChatRequest) -> Iterator[Tool]:
    """The tools this turn calls: those the user names, else the first if a call is demanded.

    After a tool's result nothing is called, demanded or not. A model that must call something calls what ends the work;
    which tool does that nobody here can know, and an agent's loop must end.
    """
    last = request.messages[-1]
    if last.role is Role.TOOL:
        return
    said = last.text.lower() if last.role is Role.USER else ""
    named = [tool for tool in request.tools if re.search(rf"\b{re.escape(tool.name.lower())}\b", said)]
    called = named or (list(request.tools[:1]) if request.must_call else [])
    yield from called if request.may_call_several else called[:1]


def _calling(tools: tuple[Tool, ...], cap: int | None, draw: Draw) -> Choice:
    """Calls of these tools. Where the cap ends within one, its arguments are cut there and no further call is made."""
    left = math.inf if cap is None else cap
    calls: list[ToolCall] = []
    for index, tool in enumerate(tools):
        if left < 1:
            break
        call = _call(tool, draw.sub("call", index))
        calls.append(call if call.output_tokens <= left else evolve(call, pieces=call.pieces[: int(left) - 1]))
        left -= call.output_tokens
    return Choice((), Finish.LENGTH if left < 0 or len(calls) < len(tools) else Finish.TOOL_CALLS, tuple(calls))


def _call(tool: Tool, draw: Draw) -> ToolCall:
    arguments = synthesise({"type": "object", **tool.schema}, draw.sub("arguments"))
    return ToolCall(draw.hex("id"), tool.name, pieces_of(orjson.dumps(arguments).decode()))


def _reasoning_tokens(request: ChatRequest, draw: Draw) -> int:
    if not request.reasons:
        return 0
    drawn = 1 + draw.below(_LONGEST_THOUGHT, "reasoning")
    most = drawn if request.thinking_cap is None else request.thinking_cap
    half = drawn if request.max_output_tokens is None else request.max_output_tokens // 2
    return min(drawn, most, half)


def _usage(request: ChatRequest, choices: tuple[Choice, ...], thought: int, draw: Draw) -> Usage:
    prompt = count_input(request)
    read, written = _cached(request, prompt, draw)
    thinking = thought * len(choices)
    return Usage(
        input_tokens=prompt - read - written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=thinking + sum(choice.output_tokens for choice in choices),
        reasoning_tokens=thinking,
    )


def _cached(request: ChatRequest, prompt: int, draw: Draw) -> tuple[int, int]:
    """How many input tokens come from a cache and how many go into one.

    Whether a prefix is in the cache already is drawn, not remembered: equal requests get equal bytes. A prefix that the
    client marked is read or written as a whole; where caching is the provider's own, writing it is not reported.
    """
    marked = request.cacheable_tokens
    prefix = prompt // _CACHE_STEP * _CACHE_STEP if marked is None else marked
    if prefix < _CACHE_FROM:
        return 0, 0
    if draw.below(2, "cached"):
        return prefix, 0
    return 0, 0 if marked is None else prefix
