"""Which format a row is of, and who reads it: a reader for each file, since rows may speak of those after them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from attrs import frozen

from tokenwise_shell.audit.readers import (
    claude_code,
    codex,
    langfuse,
    ledger,
    litellm,
    openai_logs,
    openrouter,
    opentelemetry,
)
from tokenwise_shell.audit.readers.simple import Read, Simply
from tokenwise_shell.providers.fields import Fields

__all__ = ["FORMATS", "Format", "Reader", "format_of"]


class Reader(Protocol):
    """Reads the rows of one file. A call comes with what tells it from all others, "" where nothing does."""

    def read(self, row: Fields) -> Iterator[Read]:
        """The calls that are known by now. Raises ValueError where a row contradicts itself."""
        ...

    def end(self) -> Iterator[Read]:
        """The calls that were waiting for another row."""
        ...


@frozen
class Format:
    """A format: what its rows look like, and a reader for a new file of it."""

    recognises: Callable[[Fields], bool]
    reader: Callable[[], Reader]


def _simply(recognises: Callable[[Fields], bool], calls: Callable[[Fields], Iterator[Read]]) -> Format:
    return Format(recognises, lambda: Simply(recognises, calls))


# In this order: what is more particular comes first.
FORMATS: Final[Mapping[str, Format]] = {
    "ledger": _simply(ledger.recognises, ledger.calls),
    "codex": Format(codex.recognises, codex.Codex),
    "claude-code": Format(claude_code.recognises, claude_code.ClaudeCode),
    "litellm": _simply(litellm.recognises, litellm.calls),
    "openrouter": _simply(openrouter.recognises, openrouter.calls),
    "opentelemetry": _simply(opentelemetry.recognises, opentelemetry.calls),
    "langfuse": _simply(langfuse.recognises, langfuse.calls),
    "openai": _simply(openai_logs.recognises, openai_logs.calls),
}
"""By the name that `--format` takes."""


def format_of(row: Fields) -> str | None:
    """The format of a row; None where it is of none, or might be of any."""
    return next((name for name, one in FORMATS.items() if one.recognises(row)), None)
