"""Names for things: structural ids of attempts, and fingerprints of values.

Nothing here is drawn at random: an attempt is named by its step and its ordinal, and a value by its content.
"""

import enum
import hashlib
from collections.abc import Callable
from functools import cache

from attrs import fields, frozen, has

__all__ = ["AttemptId", "canonical", "fingerprint", "jitter"]


# Nearly everything that is fingerprinted is one of these.
_PLAIN = frozenset((int, str, bool, float, type(None)))


@frozen(order=True)
class AttemptId:
    """The `ordinal`-th attempt (from 0) at one step of a run."""

    step: str
    ordinal: int

    def __str__(self) -> str:
        return f"{self.step}#{self.ordinal}"


def canonical(value: object) -> str:
    """A text that equal values share, on every machine and every Python: flags by number, classes by their fields."""
    return _writer(type(value))(value)  # type: ignore[arg-type] # mypy: a class has object's __hash__, which is unbound


@cache
def _writer(kind: type) -> Callable[..., str]:
    """How values of this very class are written."""
    if issubclass(kind, enum.Enum):
        return lambda value: str(value._value_)  # what `value` gives, without looking for it
    if issubclass(kind, tuple):
        return lambda value: f"({','.join(map(canonical, value))})" if value else "()"
    if issubclass(kind, frozenset):
        return lambda value: f"{{{','.join(sorted(map(canonical, value)))}}}"
    if kind in _PLAIN or not has(kind):
        return repr
    name, names = kind.__name__, tuple(spec.name for spec in fields(kind))

    def written(value: object) -> str:
        parts = [repr(one) if type(one) in _PLAIN else canonical(one) for one in [getattr(value, n) for n in names]]
        return f"{name}({','.join(parts)})"

    return written


def fingerprint(*values: object) -> str:
    """Sixteen hex digits that stand for these values: their canonical texts under SHA-256, cut to 64 bits."""
    return hashlib.sha256("\n".join(map(canonical, values)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def jitter(seed: int, attempt: AttemptId, upto: int) -> int:
    """A number from 0 to `upto` that looks random and is not: the same seed and attempt always give the same."""
    digest = hashlib.blake2b(f"{seed}/{attempt}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (upto + 1)
