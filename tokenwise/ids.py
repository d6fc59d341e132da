"""Names for things: structural ids of attempts, and fingerprints of values.

Nothing here is drawn at random: an attempt is named by its step and its ordinal, and a value by its content.
"""

import enum
import hashlib
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
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)
    if value == () and kind is tuple:
        return "()"
    match value:
        case enum.Enum():
            return str(value._value_)  # what `value` gives, without looking for it
        case tuple():
            return f"({','.join(map(canonical, value))})"
        case frozenset():
            return f"{{{','.join(sorted(map(canonical, value)))}}}"
        case _:
            names = _names_of(kind)  # type: ignore[arg-type] # mypy: a class has object's __hash__, which is unbound
            if names is None:
                return repr(value)
            parts = [repr(one) if type(one) in _PLAIN else canonical(one) for one in [getattr(value, n) for n in names]]
            return f"{kind.__name__}({','.join(parts)})"


@cache
def _names_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a class in order, None where it has none of attrs'."""
    return tuple([spec.name for spec in fields(kind)]) if has(kind) else None


def fingerprint(*values: object) -> str:
    """Sixteen hex digits that stand for these values: their canonical texts under SHA-256, cut to 64 bits."""
    return hashlib.sha256("\n".join(map(canonical, values)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def jitter(seed: int, attempt: AttemptId, upto: int) -> int:
    """A number from 0 to `upto` that looks random and is not: the same seed and attempt always give the same."""
    digest = hashlib.blake2b(f"{seed}/{attempt}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (upto + 1)
