"""The reader of formats in which every row speaks for itself."""

from collections.abc import Callable, Iterator

from attrs import frozen

from tokenwise.audit.records import Call
from tokenwise_shell.providers.fields import Fields

__all__ = ["Read", "Simply"]

Read = tuple[str, Call]
"""What tells a call from all others of its format, "" where nothing does; and the call."""


@frozen
class Simply:
    """Reads by a function those rows that are of the format; others may stand among them."""

    recognises: Callable[[Fields], bool]
    calls: Callable[[Fields], Iterator[Read]]

    def read(self, row: Fields) -> Iterator[Read]:
        """The calls of a row."""
        return self.calls(row) if self.recognises(row) else iter(())

    def end(self) -> Iterator[Read]:
        """None were kept back."""
        return iter(())
