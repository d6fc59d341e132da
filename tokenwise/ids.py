"""Names for things: structural ids of attempts, and fingerprints of values.

Nothing here is drawn at random: an attempt is named by its step and its ordinal, and a value by its content.
"""

import enum
import hashlib
from collections.abc import Callable
from functools import cache
from operator import attrgetter

from attrs import fields, frozen, has

__all__ = ["AttemptId", "canonical", "fingerprint", "jitter", "real"]


# Nearly everything that is fingerprinted is one of these.
_PLAIN = frozenset((int, str, bool, float, type(None)))


@frozen(order=True, cache_hash=True)  # what each attempt holds and owes stands under it
class AttemptId:
    """The `ordinal`-th attempt (from 0) at one step of a run."""

    step: str
    ordinal: int

    def __str__(self) -> str:
        return f"{self.step}#{self.ordinal}"


def real(number: float) -> float:
    """A whole number as a float: the two are equal, and would have fingerprints of their own.

    Not `float` itself, whose signature attrs would look up, by a tokenizer of Python, whenever a class is made.
    """
    return float(number)


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
    name, specs = kind.__name__, fields(kind)
    if len(specs) < 2:  # of which `attrgetter` gives no tuple
        return lambda value: f"{name}({','.join([canonical(getattr(value, spec.name)) for spec in specs])})"
    # Most fields hold their very default, whose text is known: it never changes, since no field's does.
    defaults = tuple((spec.default, canonical(spec.default)) for spec in specs)
    parts_of = attrgetter(*[spec.name for spec in specs])

    def written(value: object) -> str:
        parts = [
            known if part is default else repr(part) if type(part) in _PLAIN else canonical(part)
            for part, (default, known) in zip(parts_of(value), defaults, strict=True)
        ]
        return f"{name}({','.join(parts)})"

    return written


def fingerprint(*values: object) -> str:
    """Sixteen hex digits that stand for these values: their canonical texts under SHA-256, cut to 64 bits."""
    return hashlib.sha256("\n".join(map(canonical, values)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def jitter(seed: int, attempt: AttemptId, upto: int) -> int:
    """A number from 0 to `upto` that looks random and is not: the same seed and attempt always give the same."""
    digest = hashlib.blake2b(f"{seed}/{attempt}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (upto + 1)
