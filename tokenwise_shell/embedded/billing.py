"""What the embedded provider billed: one entry per call it generated tokens for, to hold a ledger against."""

from attrs import define, evolve, frozen

from tokenwise.usage import Usage

__all__ = ["Billed", "Tab"]


@frozen
class Billed:
    """One billed call. `ordinal` counts the requests of the provider from 1; `fault` is "" where none was scripted.

    `client_left` says that the client was gone before the last token was on its way. A stream is then billed as far as
    it was generated; a plain answer in full, since nothing stops the generation of one.
    """

    ordinal: int
    model: str
    usage: Usage
    fault: str = ""
    client_left: bool = False

    @property
    def prompt_tokens(self) -> int:
        """Input tokens, cached ones included."""
        return self.usage.prompt_tokens

    @property
    def completion_tokens(self) -> int:
        """Output tokens, reasoning included."""
        return self.usage.output_tokens

    def as_json(self) -> dict[str, object]:
        """The entry as `GET /embedded/billed` shows it."""
        return {
            "ordinal": self.ordinal,
            "model": self.model,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.usage.cache_read_tokens,
            "cache_write_tokens": self.usage.cache_write_tokens,
            "reasoning_tokens": self.usage.reasoning_tokens,
            "fault": self.fault or None,
            "client_left": self.client_left,
        }


@define
class Tab:
    """The entry of one call while the call runs. Nothing is in the book before the first charge."""

    book: list[Billed]
    entry: Billed
    _place: int | None = None
    _whole: bool = False

    @property
    def is_over(self) -> bool:
        """Whether no more will be billed: everything is on its way, or the client is gone."""
        return self._whole or self.entry.client_left

    def charge(self, usage: Usage, *, whole: bool) -> None:
        """Bill the call with this usage so far; with `whole`, everything is on its way and nobody can leave early."""
        self._whole = whole
        self._write(evolve(self.entry, usage=usage))

    def client_left(self) -> None:
        """Note that the client is gone, if that is news."""
        if self._place is not None and not self._whole:
            self._write(evolve(self.entry, client_left=True))

    def _write(self, entry: Billed) -> None:
        self.entry = entry
        if self._place is None:
            self._place = len(self.book)
            self.book.append(entry)
        self.book[self._place] = entry
