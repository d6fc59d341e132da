"""Claude Code's session files: `~/.claude/projects/PROJECT/SESSION.jsonl` and `…/subagents/agent-ID.jsonl`.

One answer stands on several lines, one for each part of it, which share `message.id`; the last has the final usage. A
session that was resumed repeats lines of the one before, ids included. Lines of `type: user` hold the words "[Request
interrupted by user" where somebody pressed Escape: the answer before was paid as far as it had come.

Learned from: ccusage 17.2 (its schema of the lines) and 20.0 (dedup by message and request), and lines of Claude Code
2.1 in public repositories' tests (`cache_creation.ephemeral_*`, `output_tokens_details.thinking_tokens`, `speed`).
"""

from collections.abc import Iterator
from typing import Final

from attrs import define, evolve, field

from tokenwise.audit.records import MAIN, Call, Ending
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import at_ms, dollars, model_name, safe_name
from tokenwise_shell.providers.anthropic.answers import parse_usage
from tokenwise_shell.providers.fields import Fields, as_fields, entries, first_text, text

__all__ = ["ClaudeCode", "recognises"]

_WAITING: Final = 64  # answers of sub-agents may lie between two lines of one; more than this never do
_INTERRUPTED: Final = "[Request interrupted by user"
_NOBODY: Final = "<synthetic>"
_USUAL_SPEED: Final = ("", "standard")


def recognises(row: Fields) -> bool:
    """A line with a session and a place in it, or an answer."""
    message = as_fields(row.get("message"))
    placed = "sessionId" in row and ("uuid" in row or "leafUuid" in row or "isSidechain" in row)
    return placed or (row.get("type") == "assistant" and "usage" in message and "model" in message)


@define
class ClaudeCode:
    """The answers of a file, each once its last line has been read."""

    _waiting: dict[str, Call] = field(factory=dict)
    _lines: int = 0

    def read(self, row: Fields) -> Iterator[Read]:
        """The answers that no line will add to any more."""
        self._lines += 1
        message = as_fields(row.get("message"))
        if row.get("type") == "user":
            self._interrupt(message)
        if row.get("type") != "assistant" or not message.get("usage") or message.get("model") == _NOBODY:
            return
        name = first_text(message.get("id"), row.get("requestId"), row.get("uuid")) or f"line {self._lines}"
        call = _call(row, message)
        earlier = self._waiting.pop(name, None)
        self._waiting[name] = evolve(call, at_ms=earlier.at_ms) if earlier else call
        if len(self._waiting) > _WAITING:
            oldest = next(iter(self._waiting))
            yield _told(oldest, self._waiting.pop(oldest))

    def end(self) -> Iterator[Read]:
        """All others."""
        while self._waiting:
            oldest = next(iter(self._waiting))
            yield _told(oldest, self._waiting.pop(oldest))

    def _interrupt(self, message: Fields) -> None:
        content = message.get("content")
        said = (
            content
            if isinstance(content, str)
            else first_text(*(as_fields(one).get("text") for one in entries(content)))
        )
        if said.startswith(_INTERRUPTED) and self._waiting:
            name, call = self._waiting.popitem()
            self._waiting[name] = evolve(call, ending=Ending.ABANDONED)


def _told(name: str, call: Call) -> Read:
    return ("" if name.startswith("line ") else name), call


def _call(row: Fields, message: Fields) -> Call:
    usage = as_fields(message.get("usage"))
    speed = text(usage.get("speed"))
    return Call(
        model=model_name(message.get("model")),
        at_ms=at_ms(row.get("timestamp")),
        usage=parse_usage(usage),
        tier=text(usage.get("service_tier")) if speed in _USUAL_SPEED else speed,
        session=safe_name(row.get("sessionId")),
        agent=_agent(row),
        recorded=dollars(row.get("costUSD")),
        tools=True,
    )


def _agent(row: Fields) -> str:
    return safe_name(row.get("agentId")) or ("sub-agent" if row.get("isSidechain") is True else MAIN)
