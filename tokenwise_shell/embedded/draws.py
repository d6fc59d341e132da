"""Chance without randomness: numbers drawn from a hash of the seed and of what was asked."""

import hashlib

from attrs import frozen

__all__ = ["Draw"]


@frozen
class Draw:
    """A source of numbers. The same key and names give the same numbers on every machine."""

    key: bytes

    @classmethod
    def of(cls, seed: int, content: bytes) -> "Draw":
        """The source for one request under one seed."""
        return cls(hashlib.blake2b(content, digest_size=16, key=str(seed).encode()[:64]).digest())

    def sub(self, *names: object) -> "Draw":
        """An independent source for a part of the work."""
        return Draw(hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=16, key=self.key).digest())

    def below(self, limit: int, *names: object) -> int:
        """An integer from 0 to limit - 1. The bias of the remainder is below 2^-60 for every limit used here."""
        return int.from_bytes(self.sub(*names).key, "big") % limit

    def chance(self, *names: object) -> float:
        """A number from 0 to just below 1."""
        return self.below(2**53, *names) / 2**53

    def log_probability(self, piece: str) -> float:
        """What a piece of text is said to have been likely by, from -2 to 0."""
        return -self.below(2000, piece) / 1000

    def hex(self, *names: object) -> str:
        """Twenty-four hex digits, for ids."""
        return self.sub(*names).key.hex()[:24]
