"""What each token of a model costs, and how a count of tokens becomes money.

One function multiplies and rounds, always up, for reservation and settlement alike. A price that nobody knows is
`Unknown`, never 0.
"""

import itertools
from functools import cached_property
from typing import Final

from attrs import Factory, evolve, field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars, NanoPerMtok, round_up
from tokenwise.usage import Usage

__all__ = [
    "FREE",
    "NOTHING_WRITTEN",
    "UNKNOWN",
    "WRITES_IF_MARKED",
    "Price",
    "Rate",
    "Unknown",
    "Writes",
    "caches_unasked",
    "writes_unasked",
]


@frozen
class Writes:
    """How much of an input may be written to a cache, at most: `hour` tokens for an hour, `minutes` more.

    Those `minutes` stay for five; what may stay for an hour may also stay for five minutes, which is cheaper.
    """

    hour: int = field(default=0, validator=ge(0))
    minutes: int = field(default=0, validator=ge(0))


NOTHING_WRITTEN: Final = Writes()

WRITES_IF_MARKED: Final = ("anthropic/", "google/", "qwen/")
"""Whose models bill writes to a cache only where a request marks them with `cache_control` (pages of November 2026).

Google and Alibaba keep prompts by themselves too, at no price above that of input. OpenAI's newer models write by
themselves and bill it, and so may any other model whose writes are listed above its input.
"""


def writes_unasked(model: str) -> bool:
    """Whether this model, by its catalogue id, may bill writes to a cache that no request asked for."""
    return not model.startswith(WRITES_IF_MARKED)


def caches_unasked(model: str) -> bool:
    """Whether prompts of this model, by its catalogue id, may be kept in a cache that no request asked for."""
    return not model.startswith("anthropic/")


@frozen
class Rate:
    """What tokens cost once a request's whole input exceeds `above_input_tokens`: one row of a price.

    The row applies to the whole request, not to the tokens above the threshold. `cache_write` is the dearest write the
    vendor sells for this model (Anthropic's for an hour); where caching is not priced apart, it equals `input`.
    `cache_write_5m` is what a write for five minutes costs, the same where it is not priced apart, and never more.
    """

    input: NanoPerMtok
    output: NanoPerMtok
    cache_read: NanoPerMtok
    cache_write: NanoPerMtok
    above_input_tokens: int = 0
    cache_write_5m: NanoPerMtok = Factory(lambda self: self.cache_write, takes_self=True)

    # One check in place of a validator per field: every command makes hundreds.
    def __attrs_post_init__(self) -> None:
        if min(self.input, self.output, self.cache_read, self.cache_write, self.above_input_tokens) < 0:
            raise ValueError(f"{self!r}: expected no price and no threshold below 0")
        if not 0 <= self.cache_write_5m <= self.cache_write:
            short = f"a write for five minutes costs {self.cache_write_5m}"
            raise ValueError(f"{short}, expected from 0 to cache_write {self.cache_write}")

    def times(self, of: int, over: int) -> "Rate":
        """The row at a multiple of its price, rounded up.

        >>> Rate(*map(NanoPerMtok, (150, 600, 75, 150))).times(5, 3)
        Rate(input=250, output=1000, cache_read=125, cache_write=250, above_input_tokens=0, cache_write_5m=250)
        """
        names = ("input", "output", "cache_read", "cache_write", "cache_write_5m")
        return evolve(self, **{name: NanoPerMtok(-(-getattr(self, name) * of // over)) for name in names})

    @cached_property
    def unwritten(self) -> NanoPerMtok:
        """The dearest class of an input token that is written to no cache."""
        return max(self.input, self.cache_read)

    def worst_input(self, tokens: int, writes: Writes = NOTHING_WRITTEN) -> int:
        """The most that so many input tokens can cost, in nano-dollars per million: what a reservation must assume.

        >>> rate = Rate(*map(NanoPerMtok, (5, 25, 1, 10)), cache_write_5m=NanoPerMtok(6))
        >>> [rate.worst_input(100, writes) for writes in (Writes(), Writes(hour=10, minutes=20), Writes(200))]
        [500, 570, 1000]
        """
        if writes is NOTHING_WRITTEN:  # nearly always, and a plan asks tens of thousands of times
            return tokens * self.unwritten
        hour = min(writes.hour, tokens)
        minutes = min(writes.minutes, tokens - hour)
        long, short = max(self.unwritten, self.cache_write), max(self.unwritten, self.cache_write_5m)
        return hour * long + minutes * short + (tokens - hour - minutes) * self.unwritten


def _check_rates(_: object, __: object, rates: tuple[Rate, ...]) -> None:
    thresholds = [rate.above_input_tokens for rate in rates]
    if not rates or thresholds[0] != 0 or any(a >= b for a, b in itertools.pairwise(thresholds)):
        raise ValueError(f"price rows must start at 0 input tokens and rise strictly, not {thresholds}")


@frozen
class Price:
    """A known price: rows by input length, ascending from 0. Free is a price of 0, which is not the same as Unknown.

    `per_request` is a fee for each call beside its tokens: of a picture, a search, a transcription.
    """

    rates: tuple[Rate, ...] = field(validator=_check_rates)
    per_request: Nanodollars = field(default=Nanodollars(0), validator=ge(Nanodollars(0)))

    def times(self, of: int, over: int) -> "Price":
        """What tokens cost at a multiple of this price; a fee for each call stays."""
        return evolve(self, rates=tuple(rate.times(of, over) for rate in self.rates))

    @property
    def by_tokens(self) -> bool:
        """Whether any token costs anything."""
        return any(rate.unwritten or rate.cache_write or rate.output for rate in self.rates)

    def cost(self, usage: Usage) -> Nanodollars:
        """What a call with this usage costs. Reasoning tokens are output and are not charged twice.

        >>> rate = Rate(input=2_000_000_000, output=10_000_000_000, cache_read=200_000_000, cache_write=2_500_000_000)
        >>> Price((rate,)).cost(Usage(input_tokens=1000, cache_read_tokens=500, output_tokens=100))
        3100000
        """
        rate = self.rate_at(usage.prompt_tokens)
        tokens = round_up(
            usage.input_tokens * rate.input
            + usage.cache_read_tokens * rate.cache_read
            + usage.cache_write_tokens * rate.cache_write
            + usage.cache_write_5m_tokens * rate.cache_write_5m
            + usage.output_tokens * rate.output
        )
        return Nanodollars(tokens + self.per_request)

    def uncached(self, read: int, written: int) -> Nanodollars:
        """The `cost` of so many input tokens without a cache, and so many output tokens."""
        rate = self.rate_at(read)
        return Nanodollars(round_up(read * rate.input + written * rate.output) + self.per_request)

    def worst(self, *, input_tokens: int, output_tokens: int, writes: Writes = NOTHING_WRITTEN) -> Nanodollars:
        """The most that a call with at most these tokens can cost: `cost` of no usage within them is above it.

        Every row that the input may reach counts, since nothing forbids a dearer row for short inputs.
        """
        rows = self.rates_within(input_tokens)
        dearest = rows[0].worst_input(input_tokens, writes) + output_tokens * rows[0].output
        for rate in rows[1:]:  # seldom any
            dearest = max(dearest, rate.worst_input(input_tokens, writes) + output_tokens * rate.output)
        return Nanodollars(round_up(dearest) + self.per_request)

    def affordable_output(self, available: Nanodollars, *, input_tokens: int, writes: Writes = NOTHING_WRITTEN) -> int:
        """The largest output cap whose worst case is within `available`; -1 if not even the input is.

        A free output is bounded by the model, not by money: the answer is then a very large number.
        """
        left = Nanodollars(available - self.per_request)
        return min(_affordable(rate, left, input_tokens, writes) for rate in self.rates_within(input_tokens))

    def rate_at(self, input_tokens: int) -> Rate:
        """The row that a request with exactly this many input tokens is billed by."""
        return self.rates_within(input_tokens)[-1]

    def rates_within(self, input_tokens: int) -> tuple[Rate, ...]:
        """The rows that a request with at most this many input tokens may be billed by, lowest threshold first."""
        if len(self.rates) == 1:
            return self.rates
        most = max(input_tokens, 1)
        return tuple([rate for rate in self.rates if rate.above_input_tokens < most])


@frozen
class Unknown:
    """No price, and why: never routable under a budget, and never shown as 0."""

    reason: str = "no price published"


UNKNOWN: Final = Unknown()
FREE: Final = Price((Rate(NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0)),))

# More than any context window; stands for "money is no bound on a free output".
_UNBOUNDED: Final = 2**40


def _affordable(rate: Rate, available: Nanodollars, input_tokens: int, writes: Writes) -> int:
    left = available * 1_000_000 - rate.worst_input(input_tokens, writes)
    if left < 0:
        return -1
    return left // rate.output if rate.output else _UNBOUNDED
