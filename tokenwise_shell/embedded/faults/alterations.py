"""What a fault of content makes of a reply. The bill follows what is left of it, unless the fault says otherwise."""

from typing import Final, assert_never

from attrs import evolve

from tokenwise.usage import Usage
from tokenwise_shell.embedded.chat import Choice, Finish, Reply
from tokenwise_shell.embedded.faults.faults import (
    BlockedPrompt,
    ContentFilter,
    EmptyReply,
    NoUsage,
    OfContent,
    Refusal,
    ReportUsage,
    Truncated,
    WrongModel,
)

__all__ = ["altered"]


def altered(reply: Reply, fault: OfContent) -> Reply:
    """The reply as a fault of content leaves it."""
    match fault:
        case EmptyReply():
            return _rebilled(reply, tuple(Choice((), Finish.STOP) for _ in reply.choices))
        case Truncated():
            return _rebilled(reply, tuple(_half(choice, Finish.LENGTH) for choice in reply.choices))
        case ContentFilter():
            return _rebilled(reply, tuple(_half(choice, Finish.CONTENT_FILTER) for choice in reply.choices))
        case BlockedPrompt():
            # Nothing was thought about either.
            unthought = evolve(reply, usage=evolve(reply.usage, output_tokens=0, reasoning_tokens=0))
            return _rebilled(unthought, tuple(Choice((), Finish.BLOCKED) for _ in reply.choices))
        case Refusal():
            return _rebilled(reply, tuple(Choice(_DECLINED, Finish.STOP, refused=True) for _ in reply.choices))
        case NoUsage():
            return evolve(reply, reports_usage=False)
        case ReportUsage(prompt_tokens=prompt, completion_tokens=completion):
            return evolve(reply, usage=Usage(input_tokens=prompt, output_tokens=completion))
        case WrongModel(name=name):
            return evolve(reply, model=name)
        case _:
            assert_never(fault)


_DECLINED: Final = ("I", " can", "not", " help", " with", " that", ".")


def _half(choice: Choice, finish: Finish) -> Choice:
    calls = tuple(evolve(call, pieces=call.pieces[: len(call.pieces) // 2]) for call in choice.calls)
    return evolve(choice, pieces=choice.pieces[: len(choice.pieces) // 2], calls=calls, finish=finish, stopped_at="")


def _rebilled(reply: Reply, choices: tuple[Choice, ...]) -> Reply:
    output = reply.usage.reasoning_tokens + sum(choice.output_tokens for choice in choices)
    return evolve(reply, choices=choices, usage=evolve(reply.usage, output_tokens=output))
