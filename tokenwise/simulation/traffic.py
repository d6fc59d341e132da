"""Traffic that nobody recorded: requests drawn from a mix, at a rate that may follow the day or come in bursts.

The rate is given per hour for each stretch of time, and the stretches repeat. The i-th request arrives where the
integral of the rate reaches i plus a draw below 1, so any part of the traffic can be made without the part before it.
Arrivals are therefore more even than chance would have them; bursts are for the rate to say.
"""

import bisect
import hashlib
import itertools
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, min_len

from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Spread
from tokenwise.usage import TokenCount

__all__ = ["Kind", "Stretch", "Traffic"]

_HOUR_MS: Final = 3_600_000
_LENGTHS: Final = Spread(((0, 20), (500, 300), (950, 2_000), (1000, 8_000)))
_ANY: Final = Spread(((0, 0), (1000, 1000)))


@frozen
class Stretch:
    """So many ms at so many requests per hour."""

    length_ms: int = field(validator=ge(1))
    per_hour: int = field(validator=ge(0))


@frozen(kw_only=True)
class Kind:
    """One kind of request in a mix: how often (`weight`), a pattern for everything fixed, and spreads for what varies.

    `difficulty_per_mille` is in thousandths; `input_tokens` are expected tokens, of which the bound is four times as
    many, as with English text.
    """

    name: str = field(validator=min_len(1))
    weight: int = field(default=1, validator=ge(1))
    pattern: Asked
    input_tokens: Spread = _LENGTHS
    difficulty_per_mille: Spread = _ANY


@frozen(kw_only=True)
class Traffic:
    """`requests` of these kinds, at the rate of these stretches over and over; `keys` are dealt out in turn by draw."""

    requests: int = field(validator=ge(0))
    stretches: tuple[Stretch, ...] = field(validator=min_len(1))
    kinds: tuple[Kind, ...] = field(validator=min_len(1))
    keys: tuple[str, ...] = ("",)
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        if not self._work[-1]:
            raise ValueError("traffic needs a rate above 0 somewhere")

    @cached_property
    def _work(self) -> tuple[int, ...]:
        """The integral of the rate at the end of each stretch, in requests × ms per hour."""
        return tuple(itertools.accumulate(each.length_ms * each.per_hour for each in self.stretches))

    @cached_property
    def _ends_ms(self) -> tuple[int, ...]:
        return tuple(itertools.accumulate(each.length_ms for each in self.stretches))

    @cached_property
    def _weights(self) -> tuple[int, ...]:
        return tuple(itertools.accumulate(kind.weight for kind in self.kinds))

    def part(self, first: int, count: int) -> Iterator[Asked]:
        """The requests from number `first` (0 is the earliest) on, at most `count` of them, in order of arrival."""
        return map(self.request, range(first, min(first + count, self.requests)))

    def request(self, index: int) -> Asked:
        """The `index`-th request."""
        digest = hashlib.blake2b(f"{self.seed}/{index}".encode(), digest_size=20).digest()
        at, kind, key, tokens, difficulty = (int.from_bytes(digest[n : n + 4], "big") for n in range(0, 20, 4))
        chosen = self.kinds[bisect.bisect_right(self._weights, kind * self._weights[-1] >> 32)]
        expected = chosen.input_tokens.at(tokens)
        return evolve(
            chosen.pattern,
            id=f"{chosen.name}-{index}",
            at_ms=self._moment(index, at),
            key=self.keys[key * len(self.keys) >> 32],
            labels=(chosen.name, *chosen.pattern.labels),
            input=TokenCount(expected, 4 * expected),
            difficulty=chosen.difficulty_per_mille.at(difficulty) / 1000,
        )

    def _moment(self, index: int, draw: int) -> int:
        """Where the integral of the rate reaches index + draw / 2^32."""
        rounds, work = divmod(index * _HOUR_MS + (draw * _HOUR_MS >> 32), self._work[-1])
        place = bisect.bisect_right(self._work, work)
        left = self._work[place] - work
        return rounds * self._ends_ms[-1] + self._ends_ms[place] - left // self.stretches[place].per_hour
