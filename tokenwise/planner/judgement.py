"""Asking a model whether a step's reply does what the step asks: the prompt as data, and reading the answer.

An opinion is one of two words. Whatever else a judge says first is no opinion, and nothing follows from it.
"""

import re
from typing import Final

from attrs import frozen

from tokenwise.plan import Plan, Step
from tokenwise.prompt import Message, Role
from tokenwise.routing.bid import Need
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount, count_messages

__all__ = ["Opinion", "judging_messages", "judging_need", "judging_room", "read_opinion"]

_RULES: Final = """You judge the work of another. Below are a task, one step of it, and a result for that step.
Say whether the result does what the step asks: completely, and without plain mistakes. Style is not your affair.
Answer with the word yes or the word no, alone on the first line. After a no, say in one sentence what is wrong."""

# A word and a sentence; and as much again and more for models that think before they speak.
_LONGEST_OPINION: Final = 400

# What a reply of so many tokens may have in bytes, as the assignment of models takes it for parents' outputs.
_BYTES_PER_TOKEN: Final = 4

_ANSWER: Final = re.compile(r"[\W_]*(yes|no)\b[\W_]*(.*)", re.IGNORECASE | re.DOTALL)


@frozen
class Opinion:
    """Whether the reply will do, and why not."""

    good: bool
    why: str = ""


def judging_messages(plan: Plan, step: Step, reply: str) -> tuple[Message, ...]:
    """The prompt for an opinion on a reply."""
    asked = f"The whole task:\n{plan.task}\n\nThe step ({step.id}):\n{step.description}\n\nIts result:\n{reply}"
    return Message(Role.SYSTEM, _RULES), Message(Role.USER, asked)


def judging_need(plan: Plan, step: Step, reply: str, model: str) -> Need:
    """What an opinion on this reply takes, from this model and no other."""
    counted = count_messages(message.text for message in judging_messages(plan, step, reply))
    return _need(counted, model)


def judging_room(plan: Plan, step: Step, model: str) -> Need:
    """What an opinion on the step's longest reply takes, before there is one."""
    known = count_messages(message.text for message in judging_messages(plan, step, ""))
    longest = step.max_output_tokens
    reply = TokenCount(min(step.output_tokens, longest), longest * _BYTES_PER_TOKEN)
    return _need(known + reply, model)


def _need(counted: TokenCount, model: str) -> Need:
    return Need(
        capabilities=Capability.GENERAL,
        input=counted,
        max_output_tokens=_LONGEST_OPINION,
        output_tokens=40,
        model=model,
    )


def read_opinion(text: str) -> Opinion | None:
    r"""The opinion in a judge's answer, None where it begins with neither word.

    >>> read_opinion("No.\nIt names two databases, the step asks for three.")
    Opinion(good=False, why='It names two databases, the step asks for three.')
    """
    found = _ANSWER.match(text.rpartition("</think>")[2])
    if not found:
        return None
    good = found[1].lower() == "yes"
    return Opinion(good, "" if good else " ".join(found[2].split())[:300])
