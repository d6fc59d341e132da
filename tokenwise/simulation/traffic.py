"""Traffic that nobody recorded: requests drawn from a mix, at a rate that may follow the day or come in bursts.

The rate is given per hour for each stretch of time, and the stretches repeat. Arrivals come by chance, as a Poisson
process of that rate: the integral of the rate is cut into blocks of 1,024 expected arrivals, each block has as many as
a Poisson draw says, and these lie anywhere in it. So any part of the traffic can be made without the part before it.
`even` traffic has its i-th arrival where the integral reaches i plus a draw below 1: no minute is crowded.
"""

import bisect
import hashlib
import itertools
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, min_len

from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Spread
from tokenwise.usage import TokenCount

__all__ = ["Kind", "Stretch", "Traffic"]

_HOUR_MS: Final = 3_600_000
_DRAWS: Final = 2**64
_BLOCK: Final = 1024
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
    """`requests` of these kinds, at the rate of these stretches over and over; `keys` are dealt out by draw.

    They arrive by chance, or `even`.
    """

    requests: int = field(validator=ge(0))
    stretches: tuple[Stretch, ...] = field(validator=min_len(1))
    kinds: tuple[Kind, ...] = field(validator=min_len(1))
    keys: tuple[str, ...] = ("",)
    seed: int = 0
    even: bool = False

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
            at_ms=self._moment(index * _HOUR_MS + (at * _HOUR_MS >> 32) if self.even else self._by_chance(index)),
            key=self.keys[key * len(self.keys) >> 32],
            labels=(chosen.name, *chosen.pattern.labels),
            input=TokenCount(expected, 4 * expected),
            difficulty=chosen.difficulty_per_mille.at(difficulty) / 1000,
        )

    def _by_chance(self, index: int) -> int:
        """The integral of the rate at the `index`-th arrival, in requests × ms per hour."""
        block = bisect.bisect_right(self._arrived, index)
        before = self._arrived[block - 1] if block else 0
        places = _places(self.seed, block, self._arrived[block] - before)
        return (block * _DRAWS + places[index - before]) * _BLOCK * _HOUR_MS // _DRAWS

    @cached_property
    def _arrived(self) -> tuple[int, ...]:
        """How many have arrived by the end of each block, as far as there are requests."""
        counts = (bisect.bisect_right(_poisson(), _draw(f"{self.seed}/block/{nth}")) for nth in itertools.count())
        sums, arrived = itertools.accumulate(counts), [0]
        while arrived[-1] < self.requests:
            arrived.append(next(sums))
        return tuple(arrived[1:])

    def _moment(self, integral: int) -> int:
        """When the integral of the rate is this much."""
        rounds, work = divmod(integral, self._work[-1])
        place = bisect.bisect_right(self._work, work)
        left = self._work[place] - work
        return rounds * self._ends_ms[-1] + self._ends_ms[place] - left // self.stretches[place].per_hour


def _draw(name: str) -> int:
    """A number from 0 up to, but not including, 2^64."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


@lru_cache(maxsize=4)
def _places(seed: int, block: int, count: int) -> tuple[int, ...]:
    """Where in a block its arrivals stand, in order: numbers from 0 up to 2^64."""
    drawn = hashlib.shake_128(f"{seed}/places/{block}".encode()).digest(8 * count)
    return tuple(sorted(int.from_bytes(drawn[nth : nth + 8], "big") for nth in range(0, 8 * count, 8)))


@lru_cache(maxsize=1)
def _poisson() -> tuple[int, ...]:
    """How often there are at most 0, 1, 2 … arrivals where 1,024 are expected, of 2^64 times.

    In whole numbers, so that all machines draw alike; of more than twice as many there is no chance worth a draw.
    """
    weights, weight = [], 1 << 4096
    for count in range(2 * _BLOCK + 1):
        weights.append(weight)
        weight = weight * _BLOCK // (count + 1)
    whole = sum(weights)
    return tuple(most * _DRAWS // whole for most in itertools.accumulate(weights))
