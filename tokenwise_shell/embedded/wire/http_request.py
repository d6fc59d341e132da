"""One HTTP request, read to its end: what a wire format is given to understand."""

import re
from typing import Final
from urllib.parse import parse_qs, unquote

from attrs import frozen

__all__ = ["HttpRequest"]

# The target as a path, or as the whole address that a client of a proxy sends; never fails, unlike a URL parser.
_TARGET: Final = re.compile(r"(?:https?://[^/?#]*)?([^?#]*)\??([^#]*)", re.DOTALL)


@frozen
class HttpRequest:
    """A request. Names of headers are in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return unquote(self._parts[0])

    def query(self, name: str) -> str | None:
        """The first parameter of this name in the query; None where there is none."""
        return next(iter(parse_qs(self._parts[1], keep_blank_values=True).get(name, ())), None)

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def _parts(self) -> tuple[str, str]:
        found = _TARGET.match(self.target)
        return (found[1], found[2]) if found else (self.target, "")
