"""Answers to planning prompts: the rules' decomposition of the task, in the JSON the prompt asks for."""

import re
from typing import Final

import orjson

from tokenwise.plan import Plan, Step
from tokenwise.prompt import Role
from tokenwise_shell.embedded.chat import ChatRequest

__all__ = ["MARKER", "plan_text", "task_of"]

MARKER: Final = "tokenwise-planner-v1"
"""The line of the system message by which a planning prompt is known."""

_MAX_STEPS: Final = re.compile(r"\bmax_steps: *(\d{1,4})\b")
# A task may quote the tags itself, so the outermost pair of lines counts.
_TASK: Final = re.compile(r"^<task>[ \t]*\n(.*)\n</task>[ \t]*$", re.DOTALL | re.MULTILINE)
_DEFAULT_MAX_STEPS: Final = 8


def task_of(request: ChatRequest) -> str | None:
    """The task that a planning prompt asks to decompose; None if the request is no planning prompt.

    The latest user message with a task counts: when a plan is asked for again, only the first message states it.
    """
    if MARKER not in _system(request).splitlines():
        return None
    asked = (message.text for message in reversed(request.messages) if message.role is Role.USER)
    found = next(filter(None, map(_TASK.search, asked)), None)
    return found[1].strip() or None if found else None


def plan_text(task: str, request: ChatRequest) -> str:
    """The plan of this task as the JSON text that a planner answers with."""
    from tokenwise.planner.rules.splitting import decompose_by_rules  # its lexicon loads only when somebody plans

    stated = _MAX_STEPS.search(_system(request))
    plan = decompose_by_rules(task, max_steps=max(1, int(stated[1])) if stated else _DEFAULT_MAX_STEPS)
    return orjson.dumps(_rendered(plan)).decode()


def _system(request: ChatRequest) -> str:
    return "\n".join(message.text for message in request.messages if message.role is Role.SYSTEM)


def _rendered(plan: Plan) -> dict[str, list[dict[str, object]]]:
    return {"steps": [_step(step) for step in plan.steps]}


def _step(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "description": step.description,
        "capabilities": list(step.capabilities.names),
        "after": list(step.after),
        "difficulty": step.difficulty,
        "output_tokens": step.output_tokens,
    }
