"""Conversations in the core's own terms, and the prompt of a step: the task, what earlier steps found, what to do now.

The context of a step is its parents' outputs, whole. Where they do not fit, every one is cut to the same share of its
length, keeping its beginning, and the cut is said in the prompt and in the books.
"""

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from tokenwise.usage import FORMAT_FRAME, TokenCount, count_messages, count_text

if TYPE_CHECKING:  # whoever asks for a single answer loads no plans
    from tokenwise.plan import Plan, Step

__all__ = ["Finding", "Message", "Role", "compose", "count_prompt", "cut_to"]


class Role(enum.Enum):
    """Who speaks. SYSTEM covers developer messages too."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@frozen
class Message:
    """One turn of a conversation, as text.

    `blocks` says where in `text` each of its blocks begins, if it came in several: a client puts context into blocks of
    their own before what the user typed.
    """

    role: Role
    text: str
    blocks: tuple[int, ...] = ()


@frozen
class Finding:
    """What a parent step came up with."""

    step: str
    text: str


_RULES = Message(
    Role.SYSTEM,
    "You carry out one step of a larger task. Do this step only, completely, and give its result without preamble. "
    "Build on the earlier results where they are given.",
)


def compose(plan: "Plan", step: "Step", findings: Sequence[Finding]) -> tuple[Message, ...]:
    """The conversation for one step. A plan of one step is asked as the user put it."""
    if len(plan.steps) == 1 and step.description == plan.task:
        return (Message(Role.USER, plan.task),)
    parts = [f"The whole task:\n{plan.task}"]
    parts += [f"Result of step {finding.step}:\n{finding.text}" for finding in findings]
    parts.append(f"Your step ({step.id}):\n{step.description}")
    return _RULES, Message(Role.USER, "\n\n".join(parts))


def cut_to(findings: Sequence[Finding], share: int, whole: int) -> tuple[Finding, ...]:
    """Each finding cut to `share`/`whole` of its characters, from the front, with a mark where text is missing."""
    if share >= whole:
        return tuple(findings)
    return tuple(Finding(finding.step, _cut(finding.text, len(finding.text) * share // whole)) for finding in findings)


def _cut(text: str, length: int) -> str:
    return f"{text[:length]}\n[... cut: {length} of {len(text)} characters shown]"


def count_prompt(step: "Step", prompt: Sequence[Message]) -> TokenCount:
    """The input tokens of a step's call: the conversation, and what providers add to it to ask for a format."""
    counted, schema = count_messages([message.text for message in prompt]), step.schema
    if step.reply_format or schema:
        counted += TokenCount(expected=FORMAT_FRAME // 4, bound=FORMAT_FRAME)
    return counted + count_text(schema.argument) if schema else counted
